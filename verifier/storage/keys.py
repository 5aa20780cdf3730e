"""The files in the state directory: made once by `init`, readable by their owner only, and read at start-up."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal, final

from cryptography.hazmat.primitives.serialization import Encoding

from credentials.encoding import b64url_decode, b64url_encode
from credentials.errors import ConfigurationError, MalformedInput
from credentials.keys import SoftwareSigner
from credentials.masking import Secret
from credentials.trust import Participant, leaf_fault
from credentials.trust.x509 import CertificateAuthority, KeyPurpose, load_pem, make_ca, to_der, to_pem
from credentials.trust.x509.certificate import read
from service.alone import alone_in
from service.logging import get_logger
from service.oidc import ClientKey
from service.webhooks.postman import SECRET_BYTES, written
from service.whole_files import PRIVATE, write_whole

_log: Final = get_logger(__name__)

AUTHORITY_LIFETIME: Final = timedelta(days=10 * 365)
ACCESS_LIFETIME: Final = timedelta(days=365)
RENEWED_AHEAD: Final = timedelta(days=30)
"""How long before its end an access certificate is made anew at a start, and its end is foretold."""
ACCESS_CHAIN: Final = "access-chain.pem"
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
        self._access_chain = state / ACCESS_CHAIN
        self._authority_key = state / "authority.pem"
        self._authority_certificate = state / "authority-certificate.pem"
        self._data_key = state / "data.key"
        self._login_key = state / "login.pem"
        self._login_secret = state / "login-secret"

    def make_missing(
        self,
        identity: Identity,
        now: datetime,
        tokens: tuple[Path, ...] = (),
        *,
        login: Literal["key", "secret"] | None = None,
    ) -> list[str]:
        """Make what does not exist yet and return the names. Raises ConfigurationError.

        `login` is by what we show the login provider who we are, where there is one.
        """
        self._state.mkdir(parents=True, exist_ok=True, mode=0o700)
        made: list[str] = []

        def key(path: Path) -> SoftwareSigner:
            if not path.exists():
                SoftwareSigner.generate().write(path)
                made.append(path.name)
            return SoftwareSigner.from_file(path)

        # Each file is written whole and follows from those before it, so that what a kill left undone is done now.
        if not self._authority_certificate.exists():
            authority = make_ca(
                f"{identity.name} CA",
                not_before=now - _BACKDATED,
                not_after=now + AUTHORITY_LIFETIME,
                organisation=identity.name,
                oin=identity.oin,
                signer=key(self._authority_key),
            )
            write_whole(self._authority_certificate, authority.pem.encode("ascii"))
            made.append(self._authority_certificate.name)
        if not self._access_chain.exists():
            certificate = self._certified(key(self._access_key), identity, now)
            write_whole(self._access_chain, to_pem(certificate).encode("ascii"))
            made.append(self._access_chain.name)
        elif self.renew(identity, now):
            made.append(self._access_chain.name)
        if login == "key":
            key(self._login_key)
        elif login == "secret":
            tokens = (*tokens, self._login_secret)
        for path, text in ((self._data_key, secrets.token_bytes(_DATA_KEY_BYTES)), *((t, None) for t in tokens)):
            if not path.exists():
                _write_secret(path, b64url_encode(text if text is not None else secrets.token_bytes(32)))
                made.append(path.name)
        return made

    def make_webhook_secrets(self, names: Sequence[str]) -> list[str]:
        """Make the files with what messages are signed with that do not exist yet, and return their names."""
        made = [each for each in names if not (self._state / each).exists()]
        for each in made:
            _write_secret(self._state / each, written(secrets.token_bytes(SECRET_BYTES)))
        return made

    def renew(self, identity: Identity, now: datetime) -> bool:
        """Make the access certificate anew where wallets would not take it, or soon; return whether that was done.

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
            fault = leaf_fault(access.chain, anchor, participant, KeyPurpose.REQUESTS, now, ahead=RENEWED_AHEAD)
        except MalformedInput as error:
            raise ConfigurationError(f"{self._access_chain.name}: {error.detail or error.code}") from error
        if fault is None:
            return False
        if not self._authority_is_ours(anchor):
            advice = f"{self._access_chain.name}: {fault.reason}. Its authority is not here: have a new one made there"
            if fault.fatal:
                raise ConfigurationError(advice)
            _log.warning("certificate_outdated", file=self._access_chain.name, reason=fault.reason)
            return False
        try:
            write_whole(self._access_chain, to_pem(self._certified(access.signer, identity, now)).encode("ascii"))
        except OSError as error:
            name = self._access_chain.name
            raise ConfigurationError(f"{name}: {fault.reason}, and the folder cannot be written") from error
        _log.info("certificate_made_anew", file=self._access_chain.name)
        return True

    def access(self) -> AccessKey:
        """Read the access key and its chain. Raises ConfigurationError."""
        signer = SoftwareSigner.from_file(self._access_key)
        try:
            chain = load_pem(self._access_chain.read_bytes())
        except (OSError, MalformedInput) as error:
            raise ConfigurationError(f"{self._access_chain.name}: no readable certificate chain") from error
        if signer.public_jwk.key != chain[0].public_key():
            raise ConfigurationError(f"{self._access_chain.name} does not belong to {self._access_key.name}")
        return AccessKey(signer, tuple(each.public_bytes(Encoding.DER) for each in chain))

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

    def login_key(self) -> ClientKey:
        """Read the key by which the login provider knows us. Raises ConfigurationError."""
        path = self._login_key
        try:
            if path.stat().st_mode & 0o077:
                raise ConfigurationError(f"{path.name}: others may read this secret; set its mode to 0600")
            pem = path.read_bytes()
        except OSError as error:
            raise ConfigurationError(f"{path.name} cannot be read; `blauweknop verifier init` makes it") from error
        found = ClientKey(pem, name=path.name)
        if found.is_rsa:
            raise ConfigurationError(f"{path.name}: not a P-256 key")
        return found

    def login_secret(self) -> Secret:
        """Read the secret that the login provider gave us. Raises ConfigurationError."""
        return read_secret(self._login_secret)

    def webhook_secrets(self, name: str) -> bytes:
        """Read the file with what the messages to an endpoint are signed with. Raises ConfigurationError."""
        path = self._state / name
        try:
            if path.stat().st_mode & 0o077:
                raise ConfigurationError(f"{name}: others may read this secret; set its mode to 0600")
            return path.read_bytes()
        except OSError as error:
            raise ConfigurationError(f"{name} cannot be read; `blauweknop verifier init` makes it") from error

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


def read_secret(path: Path, *, least: int = 24) -> Secret:
    """Read a secret of one line, of so many characters at least.

    Raises ConfigurationError, also when others may read the file.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigurationError(f"{path.name}: others may read this secret; set its mode to 0600")
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(f"{path.name} cannot be read; `blauweknop verifier init` makes it") from error
    if len(text) < least:
        raise ConfigurationError(f"{path.name} holds fewer than {least} characters")
    return Secret(text)


def _write_secret(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_whole(path, f"{text}\n".encode("ascii"), PRIVATE)
    except OSError as error:
        raise ConfigurationError(f"{path.name}: cannot be made") from error
