"""The files in the state directory: made once by `init`, readable by their owner only, and read at start-up."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, final

from credentials.clock import from_epoch
from credentials.encoding import b64url_decode, b64url_encode
from credentials.errors import ConfigurationError, MalformedInput
from credentials.jose import UnverifiedToken
from credentials.keys import PublicJwk, SoftwareSigner
from credentials.masking import Secret
from credentials.openid.client_id import ClientId, Prefix
from credentials.trust import Participant, leaf_fault
from credentials.trust.x509 import CertificateAuthority, KeyPurpose, load_pem, make_ca, to_der, to_pem
from credentials.trust.x509.certificate import read
from service.alone import alone_in
from service.logging import get_logger

_log: Final = get_logger(__name__)

AUTHORITY_LIFETIME: Final = timedelta(days=10 * 365)
ACCESS_LIFETIME: Final = timedelta(days=365)
_BACKDATED: Final = timedelta(minutes=5)
_DATA_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """For whom certificates are made."""

    base_url: str
    hostname: str
    name: str
    oin: str


@final
@dataclass(frozen=True, slots=True, repr=False)
class AccessKey:
    """What requests are signed with. `chain` is DER, leaf first, without the anchor."""

    signer: SoftwareSigner
    chain: tuple[bytes, ...]


@final
class KeyFiles:
    """The key files of one verifier."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._access_key = state / "access.pem"
        self._access_chain = state / "access-chain.pem"
        self._authority_key = state / "authority.pem"
        self._authority_certificate = state / "authority-certificate.pem"
        self._data_key = state / "data.key"

    def make_missing(self, identity: Identity, now: datetime, tokens: tuple[Path, ...] = ()) -> list[str]:
        """Make what does not exist yet and return the names. Raises ConfigurationError."""
        self._state.mkdir(parents=True, exist_ok=True, mode=0o700)
        made: list[str] = []
        if not self._authority_key.exists():
            authority = make_ca(
                f"{identity.name} CA",
                not_before=now - _BACKDATED,
                not_after=now + AUTHORITY_LIFETIME,
                organisation=identity.name,
                oin=identity.oin,
            )
            authority.signer.write(self._authority_key)
            self._authority_certificate.write_text(authority.pem, encoding="ascii")
            made += [self._authority_key.name, self._authority_certificate.name]
        if not self._access_key.exists():
            signer = SoftwareSigner.generate()
            signer.write(self._access_key)
            self._access_chain.write_text(to_pem(self._certified(signer, identity, now)), encoding="ascii")
            made += [self._access_key.name, self._access_chain.name]
        elif self.renew(identity, now):
            made.append(self._access_chain.name)
        for path, text in ((self._data_key, secrets.token_bytes(_DATA_KEY_BYTES)), *((t, None) for t in tokens)):
            if not path.exists():
                _write_secret(path, b64url_encode(text if text is not None else secrets.token_bytes(32)))
                made.append(path.name)
        return made

    def renew(self, identity: Identity, now: datetime) -> bool:
        """Make the access certificate anew where wallets would not take it; return whether that was done.

        Raises ConfigurationError where it is of no use any more and its authority is not here.
        """
        # Looked at within the lock: a worker that started at the same moment may have made it already.
        if not self._state.is_dir():
            raise ConfigurationError("no state yet; run `blauweknop verifier init` first")
        with alone_in(self._state):
            return self._renew(identity, now)

    def _renew(self, identity: Identity, now: datetime) -> bool:
        access = self.access()
        participant = Participant(identity.base_url, identity.name, oin=identity.oin)
        try:
            anchor = to_der(self.anchor())
            fault = leaf_fault(access.chain, anchor, participant, KeyPurpose.REQUESTS, now)
        except MalformedInput as error:
            raise ConfigurationError(f"{self._access_chain.name}: {error.detail or error.code}") from error
        if fault is None:
            return False
        if not self._authority_is_ours(anchor):
            advice = f"{self._access_chain.name}: {fault.reason}. Its authority is not here: have a new one made there"
            if fault.fatal:
                raise ConfigurationError(advice)
            _log.warning("certificate_outdated", file=self._access_chain.name)
            return False
        temporary = self._access_chain.with_name(f".{self._access_chain.name}.{secrets.token_hex(4)}")
        try:
            temporary.write_text(to_pem(self._certified(access.signer, identity, now)), encoding="ascii")
            temporary.replace(self._access_chain)
        except OSError as error:
            name = self._access_chain.name
            raise ConfigurationError(f"{name}: {fault.reason}, and the folder cannot be written") from error
        _log.info("certificate_made_anew", file=self._access_chain.name)
        return True

    def access(self) -> AccessKey:
        """Read the access key and its chain. Raises ConfigurationError."""
        signer = SoftwareSigner.from_file(self._access_key)
        try:
            chain = tuple(to_der(pem) for pem in _split(self._access_chain.read_text("ascii")))
        except (OSError, UnicodeError, MalformedInput) as error:
            raise ConfigurationError(f"{self._access_chain.name}: no readable certificate chain") from error
        if not chain or signer.public_jwk.key != load_pem(to_pem(chain[0]).encode())[0].public_key():
            raise ConfigurationError(f"{self._access_chain.name} does not belong to {self._access_key.name}")
        return AccessKey(signer, chain)

    def anchor(self) -> str:
        """Return the own authority's certificate, PEM. Raises ConfigurationError."""
        try:
            return self._authority_certificate.read_text("ascii")
        except (OSError, UnicodeError) as error:
            raise ConfigurationError(f"{self._authority_certificate.name} cannot be read") from error

    def data_key(self) -> bytes:
        """Read the key of data at rest. Raises ConfigurationError."""
        try:
            key = b64url_decode(read_secret(self._data_key).reveal(), "the data key")
        except MalformedInput as error:
            raise ConfigurationError(f"{self._data_key.name} holds no key") from error
        if len(key) != _DATA_KEY_BYTES:
            raise ConfigurationError(f"{self._data_key.name} holds no key of {_DATA_KEY_BYTES} bytes")
        return key

    def _authority_is_ours(self, anchor: bytes) -> bool:
        """Say whether the authority's key is here: the certificate may be another's."""
        key = self._authority_key
        return key.exists() and SoftwareSigner.from_file(key).public_jwk.key == read(anchor).public_key()

    def _certified(self, signer: SoftwareSigner, identity: Identity, now: datetime) -> bytes:
        authority = CertificateAuthority.load(
            self._authority_certificate.read_bytes(), SoftwareSigner.from_file(self._authority_key)
        )
        return authority.issue_leaf(
            signer.public_jwk,
            uri=identity.base_url,
            dns=identity.hostname,
            common_name=identity.name,
            organisation=identity.name,
            oin=identity.oin,
            not_before=now - _BACKDATED,
            not_after=now + ACCESS_LIFETIME,
            eku=KeyPurpose.REQUESTS,
        )


def read_secret(path: Path) -> Secret:
    """Read a secret of one line. Raises ConfigurationError, also when others may read the file."""
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigurationError(f"{path.name}: others may read this secret; set its mode to 0600")
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(f"{path.name} cannot be read; `blauweknop verifier init` makes it") from error
    if len(text) < 24:
        raise ConfigurationError(f"{path.name} holds fewer than 24 characters")
    return Secret(text)


@final
@dataclass(frozen=True, slots=True)
class AttestationFile:
    """What a file says of the access key: the token, and who it says that we are."""

    text: str
    client_id: ClientId


def read_attestation(path: Path, key: PublicJwk, now: datetime) -> AttestationFile:
    """Read what an attester says of the access key. Its signature is for wallets to check. Raises ConfigurationError.

    What no wallet would take is refused here: another key's, or one whose time is over.
    """
    try:
        text = path.read_text("ascii").strip()
        stated = UnverifiedToken.parse(text).payload
    except (OSError, UnicodeError, MalformedInput) as error:
        raise ConfigurationError(f"{path.name}: no readable verifier attestation") from error
    subject, expires, confirmation = stated.get("sub"), stated.get("exp"), stated.get("cnf")
    if not isinstance(subject, str) or not isinstance(confirmation, dict):
        raise ConfigurationError(f"{path.name}: no verifier attestation")
    try:
        attested = PublicJwk.parse(confirmation.get("jwk"))
    except MalformedInput as error:
        raise ConfigurationError(f"{path.name}: attests no key that can be read") from error
    if attested.thumbprint != key.thumbprint:
        raise ConfigurationError(f"{path.name}: attests another key than the access key")
    if not isinstance(expires, int) or from_epoch(expires) <= now:
        raise ConfigurationError(f"{path.name}: its time is over; ask the attester for a new one")
    return AttestationFile(text, ClientId(Prefix.VERIFIER_ATTESTATION, subject))


def _write_secret(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ConfigurationError(f"{path.name}: cannot be made") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")


def _split(pem: str) -> list[str]:
    end = "-----END CERTIFICATE-----"
    return [part.strip() + "\n" + end + "\n" for part in pem.split(end)[:-1]]
