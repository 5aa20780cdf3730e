"""An agency's certificates: those of its own authority, and those of another, which it takes as they are.

`renew_leaf` makes a certificate anew that others would not take, where the authority is the agency's own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding

from credentials.errors import ConfigurationError, MalformedInput
from credentials.keys import PublicJwk, Signer, SoftwareSigner
from credentials.trust import LeafFault, Participant, leaf_fault
from credentials.trust.x509 import (
    CertificateAuthority,
    KeyPurpose,
    check_alone,
    issuer_of,
    load_pem,
    make_ca,
    public_jwk,
    request_certificate,
    subject_of,
    to_der,
    to_pem,
    verify_chain,
)
from credentials.trust.x509.certificate import read
from issuer.settings import AgencySettings
from service.logging import get_logger
from service.whole_files import write_whole

ACCESS: Final = "access.pem"
ACCESS_CHAIN: Final = "access-chain.pem"
CA_KEY: Final = "ca-key.pem"
CA: Final = "ca.pem"

RENEWED_AHEAD: Final = timedelta(days=120)
"""How long before its end a certificate is made anew at a start, and its end is foretold: a card outlives none."""

_CA_LIFETIME: Final = timedelta(days=3650)
_LEAF_LIFETIME: Final = timedelta(days=397)
_log: Final = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Certified:
    """A key that has a certificate, and the file where that stands."""

    public_jwk: PublicJwk
    chain: Path
    purpose: KeyPurpose = KeyPurpose.CREDENTIALS


def own_authority(settings: AgencySettings, made: list[str], now: datetime) -> CertificateAuthority:
    """Return the agency's own authority, made where there is none; what is made is added to `made`."""
    state = settings.state
    if (state / CA).exists():
        return CertificateAuthority.load((state / CA).read_bytes(), SoftwareSigner.from_file(state / CA_KEY))
    # A kill may have come between the two files: then the key is there, and certified nothing yet.
    if not (state / CA_KEY).exists():
        SoftwareSigner.generate().write(state / CA_KEY)
        made.append(CA_KEY)
    authority = make_ca(
        f"{settings.agency.name} CA",
        not_before=now - timedelta(minutes=5),
        not_after=now + _CA_LIFETIME,
        organisation=settings.agency.name,
        oin=settings.agency.oin,
        signer=SoftwareSigner.from_file(state / CA_KEY),
    )
    write_whole(state / CA, authority.pem.encode("ascii"))
    made.append(CA)
    return authority


def has_own_authority(state: Path) -> bool:
    """Say whether the authority's key is here: what stands in `ca.pem` may be another's. Raises ConfigurationError."""
    key = state / CA_KEY
    return key.exists() and SoftwareSigner.from_file(key).public_jwk.key == read(anchor_of(state)).public_key()


def anchor_of(state: Path) -> bytes:
    """Return the authority's certificate. Raises ConfigurationError."""
    try:
        return to_der(read_public(state / CA))
    except MalformedInput as error:
        raise ConfigurationError(f"{CA}: {error.detail}") from error


def certify(settings: AgencySettings, authority: CertificateAuthority, of: Certified, now: datetime) -> None:
    """Have the agency's own authority certify a key, and write the certificate down. Raises OSError."""
    # Bound to no single purpose where it is for credentials: the same key signs credentials and status lists, because
    # verifiers in the field check a list with the key of the credential that names it.
    only = None if of.purpose is KeyPurpose.CREDENTIALS else of.purpose
    leaf = authority.issue_leaf(
        of.public_jwk,
        uri=settings.base_url,
        dns=urlsplit(settings.base_url).hostname or "",
        common_name=settings.agency.name,
        organisation=settings.agency.name,
        oin=settings.agency.oin,
        not_before=now - timedelta(minutes=5),
        not_after=now + _LEAF_LIFETIME,
        eku=only,
    )
    write_whole(of.chain, to_pem(leaf).encode("ascii"))


def renew_leaf(settings: AgencySettings, of: Certified, now: datetime) -> bool:
    """Make a certificate anew that others would not take, or not for long; say whether it was.

    Raises ConfigurationError where it is of no use any more and its authority is not here.
    """
    fault = fault_of(settings, of, now)
    if fault is None:
        return False
    name = of.chain.name
    if not has_own_authority(settings.state):
        advice = f"{name}: {fault.reason}. Its authority is not here: have a new one made there"
        if fault.fatal:
            raise ConfigurationError(advice)
        _log.warning("certificate_outdated", file=name, reason=fault.reason)
        return False
    try:
        certify(settings, own_authority(settings, [], now), of, now)
    except OSError as error:
        raise ConfigurationError(f"{name}: {fault.reason}, and the folder cannot be written") from error
    _log.info("certificate_made_anew", file=name)
    return True


def fault_of(settings: AgencySettings, of: Certified, now: datetime) -> LeafFault | None:
    """Say why others would not take a certificate, or not for long. One of another key is left for people to look at.

    Raises ConfigurationError for one that cannot be read or is of another authority.
    """
    try:
        chain = certificates(of.chain)
        participant = Participant(settings.base_url, settings.agency.name, oin=settings.agency.oin, did=settings.did)
        anchor = anchor_of(settings.state)
        fault = leaf_fault(chain, anchor, participant, of.purpose, now, ahead=RENEWED_AHEAD)
    except MalformedInput as error:
        raise ConfigurationError(f"{of.chain.name}: {error.detail or error.code}") from error
    return None if public_jwk(chain[0]) != of.public_jwk else fault


def ask_for_certificate(settings: AgencySettings, signer: Signer, path: Path) -> None:
    """Write down what an authority elsewhere needs to certify a key (PKCS #10, PEM). Raises ConfigurationError."""
    request = request_certificate(
        signer,
        uri=settings.base_url,
        dns=urlsplit(settings.base_url).hostname or "",
        common_name=settings.agency.name,
        organisation=settings.agency.name,
        oin=settings.agency.oin,
    )
    try:
        write_whole(path, request.encode("ascii"))
    except OSError as error:
        raise ConfigurationError(f"{path.name}: cannot be written") from error


def chain_of(path: Path, key: PublicJwk, anchor: bytes, now: datetime) -> tuple[bytes, ...]:
    """Return a chain up to the anchor, of this key. Raises ConfigurationError."""
    try:
        chain = certificates(path)
        verify_chain(chain, [anchor], now)
    except MalformedInput as error:
        raise ConfigurationError(f"{path.name}: {error.detail or error.code}") from error
    return _of_key(path, chain, key)


def access_chain(path: Path, key: PublicJwk, now: datetime) -> tuple[bytes, ...]:
    """Read the certificates of requests, of whichever authority: which one counts, wallets decide."""
    try:
        chain = certificates(path)
        check_alone(chain[0], KeyPurpose.REQUESTS, now)
    except MalformedInput as error:
        raise ConfigurationError(f"{path.name}: {error.detail or error.code}") from error
    return _of_key(path, chain, key)


def is_of_own_authority(state: Path) -> bool:
    """Say whether the certificate of requests is there and is the own authority's, so that it can be made anew."""
    try:
        return issuer_of(certificates(state / ACCESS_CHAIN)) == subject_of(anchor_of(state))
    except (ConfigurationError, MalformedInput):
        # What is wrong with it is said when it is loaded.
        return False


def certificates(path: Path) -> tuple[bytes, ...]:
    """Read a file of certificates, leaf first. Raises ConfigurationError, InvalidChain."""
    return tuple(each.public_bytes(Encoding.DER) for each in load_pem(read_public(path).encode("ascii")))


def read_public(path: Path) -> str:
    """Read a text that is no secret. Raises ConfigurationError."""
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(f"{path.name}: missing or unreadable") from error


def _of_key(path: Path, chain: tuple[bytes, ...], key: PublicJwk) -> tuple[bytes, ...]:
    if public_jwk(chain[0]) != key:
        raise ConfigurationError(f"{path.name}: the certificate is not of the key beside it")
    return chain
