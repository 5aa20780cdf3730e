"""An agency's keys and secrets: files in its state directory, each readable by its owner only.

`initialise` makes what is missing, with a certificate authority of the agency's own, for development and pilots. In
production the certificates come from PKIoverheid; the names stay.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from credentials.errors import ConfigurationError
from credentials.keys import Algorithm, Signer, SoftwareSigner
from credentials.masking import Secret
from credentials.trust.x509 import KeyPurpose
from issuer.app.certificates import (
    ACCESS,
    ACCESS_CHAIN,
    CA,
    CA_KEY,
    RENEWED_AHEAD,
    Certified,
    access_chain,
    certify,
    own_authority,
    read_public,
)
from issuer.app.key_files import Keeper, chain_file, private_file
from issuer.app.secret_files import read_private
from issuer.app.signing_keys import SigningKeys, certified, load_signing_keys, rings_of
from issuer.app.signing_keys import renew_leaf as renew_alone
from issuer.domain.key_purpose import Purpose
from issuer.domain.signing_keys import ActiveKey, KeyRing, MadeKey
from issuer.settings import AgencySettings
from issuer.storage.key_index import KeyIndexFile
from service.alone import alone_in
from service.oidc import ClientKey, new_key
from service.sealing import KEY_BYTES, random_key
from service.webhooks.postman import SECRET_BYTES, written
from service.whole_files import PRIVATE, write_whole

SIGNER_CHAIN: Final = "signer-chain.pem"
WEBHOOK: Final = "webhook-"
OPERATORS: Final = "operators.pem"
OPERATORS_SECRET: Final = "operators-secret"  # noqa: S105  # the name of a file
API_TOKEN: Final = "api-token"  # noqa: S105  # the name of a file
DATA_KEY: Final = "data.key"
TOKEN_KEY: Final = "token.key"  # noqa: S105  # the name of a file

_MIN_TOKEN: Final = 32


@dataclass(frozen=True, slots=True)
class AgencyKeys:
    """What an agency signs and seals with. `token_key` is what one-time secrets follow from.

    `access` signs what the agency asks of wallets, where it asks anything; `access_chain` is its certificate, leaf
    first, which may be of another authority than the agency's own.
    """

    signing: SigningKeys
    login: ClientKey | None
    login_secret: Secret | None
    data_key: bytes = field(repr=False)
    token_key: bytes = field(repr=False)
    api_token: Secret
    ca_pem: str
    access: SoftwareSigner | None = None
    access_chain: tuple[bytes, ...] = ()
    login_encryption: ClientKey | None = None
    operators: ClientKey | None = None
    operators_secret: Secret | None = None

    @property
    def signer(self) -> Signer:
        """What signs most credentials now."""
        return self.signing.signer

    @property
    def signer_chain(self) -> tuple[bytes, ...]:
        """Its certificate, leaf first."""
        return self.signing.signer_chain

    @property
    def ldp(self) -> Signer:
        """What signs `eddsa-rdfc-2022` now."""
        return self.signing.ldp


def initialise(settings: AgencySettings) -> list[str]:
    """Make what is missing in the state directory; return the names of the files made."""
    state, now = settings.state, datetime.now(UTC)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    made: list[str] = []

    def signer(name: str, algorithm: Algorithm) -> SoftwareSigner:
        path = state / name
        if not path.exists():
            SoftwareSigner.generate(algorithm).write(path)
            made.append(name)
        return SoftwareSigner.from_file(path)

    if not (state / CA).exists():
        own_authority(settings, made, now)
    if KeyIndexFile(state).read() is None:
        made += _first_keys(settings, now)
    made += _certify_active(settings, now)
    if settings.pid is not None:
        access = signer(ACCESS, Algorithm.ES256)
        if not (state / ACCESS_CHAIN).exists():
            requests = Certified(access.public_jwk, state / ACCESS_CHAIN, KeyPurpose.REQUESTS)
            certify(settings, own_authority(settings, [], now), requests, now)
            made.append(ACCESS_CHAIN)
    for name, make in _secrets_to_make(settings):
        if not (state / name).exists():
            write_whole(state / name, make(), PRIVATE)
            made.append(name)
    return made


def _webhook_secret() -> bytes:
    return written(secrets.token_bytes(SECRET_BYTES)).encode("ascii")


def _secrets_to_make(settings: AgencySettings) -> Iterator[tuple[str, Callable[[], bytes]]]:
    login, operators, begin = settings.login, settings.operators, _login_files(settings)
    if login is not None and login.authentication == "private_key_jwt":
        yield f"{begin}.pem", lambda: new_key(login.algorithm)
    elif login is not None:
        yield f"{begin}-secret", _random_token
    if login is not None and login.encryption != "off" and not login.one_key:
        yield f"{begin}-encryption.pem", lambda: new_key("RS256")
    if operators is not None and operators.authentication == "private_key_jwt":
        yield OPERATORS, lambda: new_key("ES256")
    elif operators is not None:
        yield OPERATORS_SECRET, _random_token
    yield DATA_KEY, random_key
    yield TOKEN_KEY, random_key
    yield API_TOKEN, _random_token
    for each in settings.webhooks:
        yield WEBHOOK + each.name, _webhook_secret


def _random_token() -> bytes:
    return secrets.token_urlsafe(32).encode("ascii")


def _first_keys(settings: AgencySettings, now: datetime) -> list[str]:
    """Make the first key of each purpose; return what is made. Those in a token are written in the index."""
    keeper, made = Keeper.of(settings), []
    keys: dict[Purpose, MadeKey] = {}
    for purpose in Purpose:
        there = private_file(settings.state, purpose.value).exists()
        keys[purpose] = keeper.make(purpose, purpose.value, now)
        if not there:
            made.append(keys[purpose].label or f"{purpose.value}.pem")
    if any(key.label is not None for key in keys.values()):
        KeyIndexFile(settings.state).write({each: KeyRing(ActiveKey(key, now)) for each, key in keys.items()})
    return made


def _certify_active(settings: AgencySettings, now: datetime) -> list[str]:
    active = rings_of(settings.state)[Purpose.SIGNER].active.key
    chain = chain_file(settings.state, active.name)
    if chain.exists():
        return [chain.name] if renew_leaf(settings, now) else []
    certify(settings, own_authority(settings, [], now), certified(settings.state, active), now)
    return [chain.name]


def load_keys(settings: AgencySettings, now: datetime) -> AgencyKeys:
    """Read and check everything. Raises ConfigurationError, also for keys that do not fit their certificates."""
    state = settings.state
    if not state.is_dir():
        raise ConfigurationError(f"{settings.agency.abbreviation}: no state yet; run `blauweknop issuer init` first")
    by_secret = settings.login is not None and settings.login.authentication == "client_secret_basic"
    login, login_encryption = login_keys(settings)
    access = SoftwareSigner.from_file(state / ACCESS) if settings.pid is not None else None
    staff = settings.operators.authentication if settings.operators is not None else None
    return AgencyKeys(
        signing=load_signing_keys(settings, Keeper.of(settings), now),
        login=login,
        login_secret=_token(state / f"{_login_files(settings)}-secret") if by_secret else None,
        data_key=_key(state / DATA_KEY),
        token_key=_key(state / TOKEN_KEY),
        api_token=_token(state / API_TOKEN),
        ca_pem=read_public(state / CA),
        access=access,
        access_chain=() if access is None else access_chain(state / ACCESS_CHAIN, access.public_jwk, now),
        login_encryption=login_encryption,
        operators=_client_key(state / OPERATORS, rsa=False) if staff == "private_key_jwt" else None,
        operators_secret=_token(state / OPERATORS_SECRET) if staff == "client_secret_basic" else None,
    )


def login_keys(settings: AgencySettings) -> tuple[ClientKey | None, ClientKey | None]:
    """Return the keys that the login provider knows: what signs, and what it encrypts to. Raises ConfigurationError."""
    login, begin = settings.login, _login_files(settings)
    if login is None:
        return None, None
    by_key = login.authentication == "private_key_jwt"
    signs = _client_key(settings.state / f"{begin}.pem", rsa=login.algorithm != "ES256") if by_key else None
    if login.encryption == "off":
        return signs, None
    return signs, signs if login.one_key else _client_key(settings.state / f"{begin}-encryption.pem", rsa=True)


def _login_files(settings: AgencySettings) -> str:
    """Return how the names begin of what the login provider knows us by."""
    return "login" if settings.agency.private else "digid"


def renew_leaf(settings: AgencySettings, now: datetime) -> bool:
    """Make the agency's certificates anew where others would not take them, or soon; say whether that of its cards was.

    Raises ConfigurationError where one is of no use any more and its authority is not here.
    """
    with alone_in(settings.state):
        return renew_alone(settings, now)


__all__ = [
    "ACCESS",
    "ACCESS_CHAIN",
    "CA",
    "CA_KEY",
    "RENEWED_AHEAD",
    "AgencyKeys",
    "initialise",
    "load_keys",
    "login_keys",
    "read_private",
    "renew_leaf",
]


def _client_key(path: Path, *, rsa: bool) -> ClientKey:
    key = ClientKey(read_private(path), name=path.name)
    if key.is_rsa is not rsa:
        raise ConfigurationError(f"{path.name}: not {'an RSA' if rsa else 'a P-256'} key, which the settings want")
    return key


def _key(path: Path) -> bytes:
    key = read_private(path)
    if len(key) != KEY_BYTES or len(set(key)) < 8:
        raise ConfigurationError(f"{path.name}: not a key of {KEY_BYTES} random bytes")
    return key


def _token(path: Path) -> Secret:
    try:
        text = read_private(path).decode("ascii").strip()
    except UnicodeError as error:
        raise ConfigurationError(f"{path.name}: not a token") from error
    if len(text) < _MIN_TOKEN or len(set(text)) < 8:
        raise ConfigurationError(f"{path.name}: shorter than {_MIN_TOKEN} characters, or not random")
    return Secret(text)
