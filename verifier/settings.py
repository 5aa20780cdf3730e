"""What a verifier sets: one TOML file, checked when the service starts.

Keys and tokens are not in this file. They are files of their own in the state directory, made by `blauweknop verifier
init` and readable by their owner only: `access.pem` and `access-chain.pem` (sign requests), `authority.pem` and
`authority-certificate.pem` (the own certificate authority), `data.key` (encrypts answers at rest), and a token per
API client. `EXAMPLE` is the commented file that `init` starts from; a test parses it.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from credentials import limits
from service.settings import BaseUrl, PartySettings, SettingPath, Settings, TrustedListSection, load
from verifier.domain.request import ClientIdPrefix

Label = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class OrganisationSection(Settings):
    """Who asks: as it stands in the trust list and on the citizen's consent page."""

    name: Text
    oin: Annotated[str, StringConstraints(pattern=r"^\d{20}$")]
    contact: Annotated[str, StringConstraints(max_length=200)] = ""


class TrustSection(Settings):
    """The scheme's trust list and the key that must have signed it (a Multikey: `zDn…` for P-256).

    The list is fetched every `refresh_seconds`; when that fails the last good one is used until it expires.
    `status_seconds` bounds how long a status list is used before it is fetched again.
    """

    list_url: BaseUrl
    root: Annotated[str, StringConstraints(min_length=40, max_length=120)]
    refresh_seconds: Annotated[int, Field(ge=1, le=86_400)] = 900
    status_seconds: Annotated[int, Field(ge=0, le=86_400)] = 300


class Counsellor(Settings):
    """Somebody who may log in."""

    username: Label
    name: Text


class DemoLoginSection(Settings):
    """Log in by a name from this list and one shared password: for demonstrations on localhost only."""

    password: Annotated[str, StringConstraints(min_length=4, max_length=100)]
    counsellors: Annotated[tuple[Counsellor, ...], Field(min_length=1)]


class ApiClientSection(Settings):
    """A case system that may use the business API. What it asks is invisible to everyone else."""

    name: Label
    token_file: SettingPath


class WebWalletSection(Settings):
    """A wallet that is a website: on the client's own device it opens by a link instead of a wallet app."""

    name: Text
    request_url: BaseUrl


class LimitsSection(Settings):
    """How long things live and how large they may be."""

    request_seconds: Annotated[int, Field(ge=5, le=300)] = 300
    extensions: Annotated[int, Field(ge=0, le=10)] = 3
    session_minutes: Annotated[int, Field(ge=5, le=480)] = 60
    response_bytes: Annotated[int, Field(ge=limits.BODY_BYTES, le=limits.FORM_BYTES)] = limits.FORM_BYTES
    presentations: Annotated[int, Field(ge=1, le=limits.PRESENTATIONS)] = limits.PRESENTATIONS
    purge_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600


class VerifierSettings(PartySettings):
    """Everything that one running verifier is told."""

    state: SettingPath
    database: str = ""
    client_id_prefix: ClientIdPrefix = "x509_hash"
    did_method: Literal["web", "jwk", "key"] = "web"
    attestation: SettingPath | None = None
    response_mode: Literal["direct_post.jwt", "direct_post"] = "direct_post.jwt"
    organisation: OrganisationSection
    trust: TrustSection
    demo_login: DemoLoginSection | None = None
    api_clients: tuple[ApiClientSection, ...] = ()
    web_wallets: tuple[WebWalletSection, ...] = ()
    trusted_lists: tuple[TrustedListSection, ...] = ()
    limits: LimitsSection = LimitsSection()

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        if not self.insecure_localhost:
            if self.demo_login is not None:
                raise PydanticCustomError("demo_login", "demo_login is only for insecure_localhost = true")
            if self.client_id_prefix == "redirect_uri":
                raise PydanticCustomError("unsigned", "unsigned requests are only for insecure_localhost = true")
            if self.trust.list_url.startswith("http://"):
                raise PydanticCustomError("plain_http", "plain http only with insecure_localhost = true")
        if self.client_id_prefix == "verifier_attestation" and self.attestation is None:
            raise PydanticCustomError("unattested", "client_id_prefix verifier_attestation needs the file attestation")
        names = [client.name for client in self.api_clients]
        usernames = [counsellor.username for counsellor in self.counsellors]
        if len(set(names)) != len(names) or len(set(usernames)) != len(usernames):
            raise PydanticCustomError("doubled", "two counsellors or API clients have one name")
        return self

    @property
    def counsellors(self) -> tuple[Counsellor, ...]:
        """Who may log in; nobody when there is no login."""
        return self.demo_login.counsellors if self.demo_login else ()

    @property
    def hostname(self) -> str:
        """The host name in `base_url`: the SAN DNS of the access certificate."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def database_url(self) -> str:
        """The database: given, or a SQLite file in the state directory."""
        return self.database or f"sqlite:///{self.state / 'verifier.db'}"

    @property
    def request_lifetime(self) -> timedelta:
        """How long a request may be answered."""
        return timedelta(seconds=self.limits.request_seconds)


def load_verifier(path: Path) -> VerifierSettings:
    """Read a verifier's TOML file; paths in it are relative to its folder. Raises ConfigurationError."""
    return load(path, VerifierSettings)


EXAMPLE: Final = """\
# Settings of a verifier: a debt counsellor's service. Read by `blauweknop verifier serve VERIFIER.toml`.

# The address that counsellors and wallets see.
base_url = "http://localhost:8120"
host = "127.0.0.1"
port = 8120

# Keys, certificates and tokens; made by `blauweknop verifier init VERIFIER.toml`. Relative to this file.
state = "verifier-state"

# sqlite:///file.db or postgresql://user@host/database. Without it: a SQLite file in the state directory.
# database = "postgresql://verifier@localhost/verifier"

# How wallets recognise this verifier: x509_hash, x509_san_dns, decentralized_identifier, verifier_attestation, or
# (unsigned, localhost only) redirect_uri.
client_id_prefix = "x509_hash"

# Which DID the access key has: did:web of base_url (its document is served here), did:jwk or did:key.
did_method = "web"

# What an attester on the trust list says of the access key: made by `blauweknop trust attest`. Needed for the prefix
# verifier_attestation.
# attestation = "verifier-state/attestation.jwt"

# Answers come encrypted (direct_post.jwt) or plain (direct_post).
response_mode = "direct_post.jwt"

# Plain http, loopback addresses and the demo login: for development on one machine, never for production.
insecure_localhost = true

# Certificate authorities (PEM) that are trusted beside the public ones, where your own network needs it.
# ca_file = "authorities.pem"

[organisation]
name = "Schuldhulp Tilburg (fictief)"
oin = "00000009990000000021"
contact = "schuldhulp@voorbeeld.example"

[trust]
list_url = "http://localhost:8100/trust-list.jwt"
root = "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv"
refresh_seconds = 900       # fetch the trust list this often
status_seconds = 300        # use a status list at most this long

# Counsellors choose their name and type this password.
[demo_login]
password = "schuldhulp"
counsellors = [
  { username = "anna", name = "Anna de Wit" },
  { username = "bram", name = "Bram Yilmaz" },
]

# Case systems that may use /api/v1, each with a bearer token in a file.
[[api_clients]]
name = "zaaksysteem"
token_file = "verifier-state/api-token"

# Trusted lists of ETSI (TS 119 612) that a query may name (`etsi_tl`): a copy whose signature you have checked.
# [[trusted_lists]]
# address = "https://example.eu/tl.xml"
# file = "verifier-state/tl.xml"

# Wallets that are a website; `request_url` takes the parameters of the openid4vp:// link.
[[web_wallets]]
name = "Blauwe Knop"
request_url = "http://localhost:8110/verzoek"

[limits]
request_seconds = 300       # how long a QR code can be answered; five minutes at most
extensions = 3              # how often "Meer tijd" may be pressed
session_minutes = 60
response_bytes = 24000000   # what one answer may hold; a larger one is refused
presentations = 700
purge_seconds = 600         # how often is looked for what must no longer be kept
"""
