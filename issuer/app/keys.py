"""An agency's keys and secrets: files in its state directory, each readable by its owner only.

`initialise` makes what is missing, with a certificate authority of the agency's own, for development and pilots. In
production the signing keys live elsewhere and the certificates come from PKIoverheid; the names stay. `renew_leaf`
makes a certificate anew that others would not take, where the authority is the agency's own.
"""

import os
import secrets
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding

from credentials.errors import ConfigurationError, MalformedInput
from credentials.keys import Algorithm, SoftwareSigner
from credentials.masking import Secret
from credentials.trust import Participant, leaf_fault
from credentials.trust.x509 import (
    CertificateAuthority,
    KeyPurpose,
    load_pem,
    make_ca,
    public_jwk,
    to_der,
    to_pem,
    verify_chain,
)
from credentials.trust.x509.certificate import read
from issuer.settings import AgencySettings
from service.alone import alone_in
from service.logging import get_logger
from service.sealing import KEY_BYTES, random_key

SIGNER: Final = "signer.pem"
SIGNER_CHAIN: Final = "signer-chain.pem"
LDP: Final = "ldp.pem"
DIGID: Final = "digid.pem"
DIGID_SECRET: Final = "digid-secret"  # noqa: S105  # the name of a file
API_TOKEN: Final = "api-token"  # noqa: S105  # the name of a file
DATA_KEY: Final = "data.key"
TOKEN_KEY: Final = "token.key"  # noqa: S105  # the name of a file
CA_KEY: Final = "ca-key.pem"
CA: Final = "ca.pem"

_log: Final = get_logger(__name__)
_CA_LIFETIME: Final = timedelta(days=3650)
_LEAF_LIFETIME: Final = timedelta(days=397)
_MIN_TOKEN: Final = 32


@dataclass(frozen=True, slots=True)
class AgencyKeys:
    """What an agency signs and seals with. `token_key` is what one-time secrets follow from."""

    signer: SoftwareSigner
    signer_chain: tuple[bytes, ...]
    ldp: SoftwareSigner
    digid: SoftwareSigner | None
    digid_secret: Secret | None
    data_key: bytes = field(repr=False)
    token_key: bytes = field(repr=False)
    api_token: Secret
    ca_pem: str


def initialise(settings: AgencySettings) -> list[str]:
    """Make what is missing in the state directory; return the names of the files made."""
    state = settings.state
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    made: list[str] = []

    def signer(name: str, algorithm: Algorithm) -> SoftwareSigner:
        path = state / name
        if not path.exists():
            SoftwareSigner.generate(algorithm).write(path)
            made.append(name)
        return SoftwareSigner.from_file(path)

    def secret(name: str, content: bytes) -> None:
        if not (state / name).exists():
            _write(state / name, content, 0o600)
            made.append(name)

    authority = _authority(settings, made)
    document_signer = signer(SIGNER, Algorithm.ES256)
    if not (state / SIGNER_CHAIN).exists():
        _write(state / SIGNER_CHAIN, to_pem(_leaf(settings, authority, document_signer)).encode("ascii"), 0o644)
        made.append(SIGNER_CHAIN)
    elif renew_leaf(settings, datetime.now(UTC)):
        made.append(SIGNER_CHAIN)
    signer(LDP, Algorithm.EDDSA)
    if settings.digid.authentication == "private_key_jwt":
        signer(DIGID, Algorithm.ES256)
    else:
        secret(DIGID_SECRET, secrets.token_urlsafe(32).encode("ascii"))
    secret(DATA_KEY, random_key())
    secret(TOKEN_KEY, random_key())
    secret(API_TOKEN, secrets.token_urlsafe(32).encode("ascii"))
    return made


def load_keys(settings: AgencySettings, now: datetime) -> AgencyKeys:
    """Read and check everything. Raises ConfigurationError, also for keys that do not fit their certificates."""
    state = settings.state
    if not state.is_dir():
        raise ConfigurationError(f"{settings.agency.abbreviation}: no state yet; run `blauweknop issuer init` first")
    by_key = settings.digid.authentication == "private_key_jwt"
    ca_pem = _public(state / CA)
    try:
        anchor = to_der(ca_pem)
    except MalformedInput as error:
        raise ConfigurationError(f"{CA}: {error.detail}") from error
    signer = SoftwareSigner.from_file(state / SIGNER)
    return AgencyKeys(
        signer=signer,
        signer_chain=_chain(state / SIGNER_CHAIN, signer, anchor, now),
        ldp=SoftwareSigner.from_file(state / LDP),
        digid=SoftwareSigner.from_file(state / DIGID) if by_key else None,
        digid_secret=None if by_key else _token(state / DIGID_SECRET),
        data_key=_key(state / DATA_KEY),
        token_key=_key(state / TOKEN_KEY),
        api_token=_token(state / API_TOKEN),
        ca_pem=ca_pem,
    )


def renew_leaf(settings: AgencySettings, now: datetime) -> bool:
    """Make the signer's certificate anew where others would not take it; return whether that was done.

    Raises ConfigurationError where it is of no use any more and its authority is not here.
    """
    with alone_in(settings.state):
        return _renew_leaf(settings, now)


def _renew_leaf(settings: AgencySettings, now: datetime) -> bool:
    state = settings.state
    try:
        chain = _certificates(state / SIGNER_CHAIN)
        signer = SoftwareSigner.from_file(state / SIGNER)
        anchor = to_der(_public(state / CA))
        participant = Participant(settings.base_url, settings.agency.name, oin=settings.agency.oin, did=settings.did)
        fault = leaf_fault(chain, anchor, participant, KeyPurpose.CREDENTIALS, now)
    except MalformedInput as error:
        raise ConfigurationError(f"{SIGNER_CHAIN}: {error.detail or error.code}") from error
    if fault is None or public_jwk(chain[0]) != signer.public_jwk:
        return False
    if not _is_ours(state, anchor):
        advice = f"{SIGNER_CHAIN}: {fault.reason}. Its authority is not here: have a new one made there"
        if fault.fatal:
            raise ConfigurationError(advice)
        _log.warning("certificate_outdated", file=SIGNER_CHAIN)
        return False
    temporary = state / f".{SIGNER_CHAIN}.{secrets.token_hex(4)}"
    try:
        _write(temporary, to_pem(_leaf(settings, _authority(settings, []), signer)).encode("ascii"), 0o644)
        temporary.replace(state / SIGNER_CHAIN)
    except OSError as error:
        raise ConfigurationError(f"{SIGNER_CHAIN}: {fault.reason}, and the folder cannot be written") from error
    _log.info("certificate_made_anew", file=SIGNER_CHAIN)
    return True


def _is_ours(state: Path, anchor: bytes) -> bool:
    """Say whether the authority's key is here: what stands in `ca.pem` may be another's."""
    key = state / CA_KEY
    return key.exists() and SoftwareSigner.from_file(key).public_jwk.key == read(anchor).public_key()


def _authority(settings: AgencySettings, made: list[str]) -> CertificateAuthority:
    state, now = settings.state, datetime.now(UTC)
    if (state / CA).exists():
        return CertificateAuthority.load((state / CA).read_bytes(), SoftwareSigner.from_file(state / CA_KEY))
    authority = make_ca(
        f"{settings.agency.name} CA",
        not_before=now - timedelta(minutes=5),
        not_after=now + _CA_LIFETIME,
        organisation=settings.agency.name,
        oin=settings.agency.oin,
    )
    authority.signer.write(state / CA_KEY)
    _write(state / CA, authority.pem.encode("ascii"), 0o644)
    made.extend([CA_KEY, CA])
    return authority


def _leaf(settings: AgencySettings, authority: CertificateAuthority, signer: SoftwareSigner) -> bytes:
    now = datetime.now(UTC)
    return authority.issue_leaf(
        signer.public_jwk,
        uri=settings.base_url,
        dns=urlsplit(settings.base_url).hostname or "",
        common_name=settings.agency.name,
        organisation=settings.agency.name,
        oin=settings.agency.oin,
        not_before=now - timedelta(minutes=5),
        not_after=now + _LEAF_LIFETIME,
        # Bound to no single purpose: the same key signs credentials and status lists, because verifiers in the field
        # check a list with the key of the credential that names it.
    )


def _chain(path: Path, signer: SoftwareSigner, anchor: bytes, now: datetime) -> tuple[bytes, ...]:
    try:
        chain = _certificates(path)
        verify_chain(chain, [anchor], now)
    except MalformedInput as error:
        raise ConfigurationError(f"{path.name}: {error.detail or error.code}") from error
    if public_jwk(chain[0]) != signer.public_jwk:
        raise ConfigurationError(f"{path.name}: the certificate is not of the key beside it")
    return chain


def _certificates(path: Path) -> tuple[bytes, ...]:
    return tuple(each.public_bytes(Encoding.DER) for each in load_pem(_public(path).encode("ascii")))


def _public(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(f"{path.name}: missing or unreadable") from error


def _private(path: Path) -> bytes:
    try:
        if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigurationError(f"{path.name}: others may read this secret; set its mode to 0600")
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path.name}: missing or unreadable") from error


def _key(path: Path) -> bytes:
    key = _private(path)
    if len(key) != KEY_BYTES or len(set(key)) < 8:
        raise ConfigurationError(f"{path.name}: not a key of {KEY_BYTES} random bytes")
    return key


def _token(path: Path) -> Secret:
    try:
        text = _private(path).decode("ascii").strip()
    except UnicodeError as error:
        raise ConfigurationError(f"{path.name}: not a token") from error
    if len(text) < _MIN_TOKEN or len(set(text)) < 8:
        raise ConfigurationError(f"{path.name}: shorter than {_MIN_TOKEN} characters, or not random")
    return Secret(text)


def _write(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
