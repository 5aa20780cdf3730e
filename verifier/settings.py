"""What a verifier sets: one TOML file, checked when the service starts.

Keys and tokens are not in this file. They are files of their own in the state directory, made by `blauweknop verifier
init` and readable by their owner only: `access.pem` and `access-chain.pem` (sign requests), `login.pem` or
`login-secret` (who we are to the login provider), `authority.pem` and
`authority-certificate.pem` (the own certificate authority), `data.key` (encrypts answers at rest), and a token per
API client. `EXAMPLE` is the commented file that `init` starts from; a test parses it.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from credentials import limits
from service.api_clients.registered import ApiClientSection as ProgramSection
from service.processing_log.section import ProcessingLogSection
from service.settings import (
    BaseUrl,
    PartySettings,
    PeerUrl,
    SettingPath,
    Settings,
    TrustedListSection,
    load,
    web_address,
)
from verifier.domain.happenings import Happening
from verifier.domain.processing import Operation
from verifier.domain.request import ClientIdPrefix
from verifier.domain.second_opinion import Mode

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
    role: Literal["counsellor", "team_lead", "administrator", "auditor"] = "counsellor"


class LoginRoles(Settings):
    """Which values of the role claim make somebody what."""

    counsellor: tuple[Text, ...] = ()
    team_lead: tuple[Text, ...] = ()
    administrator: tuple[Text, ...] = ()
    auditor: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.counsellor or self.team_lead or self.administrator or self.auditor):
            raise PydanticCustomError("no_roles", "no value gives a role, so nobody could log in")
        return self


class LoginSection(Settings):
    """The OpenID Connect provider where counsellors log in.

    `role_claim` is where the roles are in the ID token. `minimum_assurance` are `acr` values that are strong enough,
    and `second_factor` are `amr` values (RFC 8176) of which one must be there; without either, the provider decides.
    """

    issuer: PeerUrl
    client_id: Text
    authentication: Literal["private_key_jwt", "client_secret_basic"] = "private_key_jwt"
    scope: Text = "openid profile"
    role_claim: Annotated[tuple[Text, ...], Field(min_length=1, max_length=8)] = ("roles",)
    minimum_assurance: tuple[Text, ...] = ()
    second_factor: tuple[Text, ...] = ()
    own_network: bool = False
    roles: LoginRoles


class DemoLoginSection(Settings):
    """Log in by a name from this list and one shared password: for demonstrations on localhost only."""

    password: Annotated[str, StringConstraints(min_length=4, max_length=100)]
    counsellors: Annotated[tuple[Counsellor, ...], Field(min_length=1)]


class ApiClientSection(Settings):
    """A case system that may use the business API. What it asks is invisible to everyone else."""

    name: Label
    token_file: SettingPath


class WebhookSection(Settings):
    """A case system that is told what came of its requests; its secret is `webhook-NAME` in the state folder."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    client: Label
    url: Annotated[Text, AfterValidator(web_address)]
    events: Annotated[tuple[Happening, ...], Field(min_length=1)] = tuple(Happening)
    own_network: bool = False


class VerifierLogSection(ProcessingLogSection):
    """The processing log of a verifier."""

    operations = tuple(Operation)


class WebWalletSection(Settings):
    """A wallet that is a website: on the client's own device it opens by a link instead of a wallet app."""

    name: Text
    request_url: BaseUrl


class MailSection(Settings):
    """The SMTP relay by which clients get their link. `security` is `none` on localhost only."""

    host: Text
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    security: Literal["tls", "starttls", "none"] = "starttls"
    sender: Text
    username: Annotated[str, StringConstraints(max_length=200)] = ""
    password_file: SettingPath | None = None


class SmsSection(Settings):
    """The HTTP gateway by which clients get their link: it is posted JSON with `from`, `to` and `text`."""

    url: BaseUrl
    sender: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    token_file: SettingPath


class LimitsSection(Settings):
    """How long things live and how large they may be."""

    request_seconds: Annotated[int, Field(ge=5, le=300)] = 300
    extensions: Annotated[int, Field(ge=0, le=10)] = 3
    session_minutes: Annotated[int, Field(ge=5, le=480)] = 60
    response_bytes: Annotated[int, Field(ge=limits.BODY_BYTES, le=limits.FORM_BYTES)] = limits.FORM_BYTES
    presentations: Annotated[int, Field(ge=1, le=limits.PRESENTATIONS)] = limits.PRESENTATIONS
    purge_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600
    proof_days: Annotated[int, Field(ge=1, le=3_660)] = 730


class VerifierSettings(PartySettings):
    """Everything that one running verifier is told."""

    state: SettingPath
    database: str = ""
    client_id_prefix: ClientIdPrefix = "x509_hash"
    did_method: Literal["web", "jwk", "key"] = "web"
    attestation: SettingPath | None = None
    response_mode: Literal["direct_post.jwt", "direct_post"] = "direct_post.jwt"
    second_opinion: Mode = "off"
    organisation: OrganisationSection
    trust: TrustSection
    login: LoginSection | None = None
    demo_login: DemoLoginSection | None = None
    api_clients: tuple[ApiClientSection, ...] = ()
    api_programs: tuple[ProgramSection, ...] = ()
    webhooks: tuple[WebhookSection, ...] = ()
    web_wallets: tuple[WebWalletSection, ...] = ()
    trusted_lists: tuple[TrustedListSection, ...] = ()
    mail: MailSection | None = None
    sms: SmsSection | None = None
    processing_log: VerifierLogSection | None = None
    limits: LimitsSection = LimitsSection()

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        if self.login is not None and self.demo_login is not None:
            raise PydanticCustomError("two_logins", "either login or demo_login: whoever logs in does so in one way")
        if not self.insecure_localhost:
            if self.login is not None and self.login.issuer.startswith("http://"):
                raise PydanticCustomError("plain_http", "plain http only with insecure_localhost = true")
            if self.mail is not None and self.mail.security == "none":
                raise PydanticCustomError("plain_mail", "mail without TLS only with insecure_localhost = true")
            if self.demo_login is not None:
                raise PydanticCustomError("demo_login", "demo_login is only for insecure_localhost = true")
            if self.client_id_prefix == "redirect_uri":
                raise PydanticCustomError("unsigned", "unsigned requests are only for insecure_localhost = true")
            if self.trust.list_url.startswith("http://"):
                raise PydanticCustomError("plain_http", "plain http only with insecure_localhost = true")
        if self.client_id_prefix == "verifier_attestation" and self.attestation is None:
            raise PydanticCustomError("unattested", "client_id_prefix verifier_attestation needs the file attestation")
        self._webhooks_have_clients()
        names = [client.name for client in self.api_clients]
        usernames = [counsellor.username for counsellor in self.counsellors]
        if len(set(names)) != len(names) or len(set(usernames)) != len(usernames):
            raise PydanticCustomError("doubled", "two counsellors or API clients have one name")
        return self

    def _webhooks_have_clients(self) -> None:
        known = {each.name for each in self.api_clients} | {each.client_id for each in self.api_programs}
        if any(each.client not in known for each in self.webhooks):
            raise PydanticCustomError("unknown_client", "a webhook is for a client of the API, and there is none such")
        if len({each.name for each in self.webhooks}) != len(self.webhooks):
            raise PydanticCustomError("doubled", "two webhooks have one name")
        if not self.insecure_localhost and any(each.url.startswith("http://") for each in self.webhooks):
            raise PydanticCustomError("plain_http", "plain http only with insecure_localhost = true")

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
    def proofs_kept(self) -> timedelta:
        """How long what stays of a file that is gone is kept."""
        return timedelta(days=self.limits.proof_days)

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

# Have W3C proofs that we accept checked again by software of others, beside the service: "off", "sample" (one answer in
# ten) or "always". Where it comes to another result, that proof does not count and you are warned.
second_opinion = "sample"

# Plain http, loopback addresses and the demo login: for development on one machine, never for production.
insecure_localhost = true

# Certificate authorities (PEM) that are trusted beside the public ones, where your own network needs it.
# ca_file = "authorities.pem"

# Who answers for the API, as its document says.
# api_email = "api@voorbeeld.example"

[organisation]
name = "Schuldhulp Tilburg (fictief)"
oin = "00000009990000000021"
contact = "schuldhulp@voorbeeld.example"

[trust]
list_url = "http://localhost:8100/trust-list.jwt"
root = "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv"
refresh_seconds = 900       # fetch the trust list this often
status_seconds = 300        # use a status list at most this long

# Counsellors type their user name and this password. For demonstrations on localhost only.
[demo_login]
password = "schuldhulp"
counsellors = [
  { username = "anna", name = "Anna de Wit" },
  { username = "bram", name = "Bram Yilmaz" },
  { username = "carla", name = "Carla Visser", role = "team_lead" },
  { username = "fatma", name = "Fatma Kaya", role = "administrator" },
  { username = "els", name = "Els de Boer", role = "auditor" },
]

# Instead of [demo_login], in production: the OpenID Connect provider where counsellors log in. Register
# `{base_url}/inloggen/terug` there as the return address.
# [login]
# issuer = "https://login.gemeente.example"
# client_id = "schuldhulp"
# authentication = "private_key_jwt"   # by login.pem in the state folder; or client_secret_basic, by login-secret
# role_claim = ["roles"]               # where the roles are in the ID token
# second_factor = ["mfa"]              # values of amr of which one must be there
#
# [login.roles]
# counsellor = ["schuldhulpverlener"]
# team_lead = ["teamleider-schuldhulp"]
# administrator = ["beheerder-schuldhulp"]
# auditor = ["auditor"]

# Case systems that may use /api/v1, each with a bearer token in a file.
[[api_clients]]
name = "zaaksysteem"
token_file = "verifier-state/api-token"

# The same with a key of its own and access tokens that end, beside or instead of that token.
# [[api_programs]]
# client_id = "zaaksysteem"
# keys = "zaaksysteem.jwks.json"
# scopes = ["verificatieverzoeken", "lezen"]

# Tell a case system what came of its requests (Standard Webhooks); the secret is in webhook-zaken of the state folder.
# [[webhooks]]
# name = "zaken"
# client = "zaaksysteem"                         # one of the clients above: it is told of its own requests only
# url = "https://zaken.gemeente.example/berichten"

# Logboek Dataverwerkingen: who keeps it, and the addresses in your register (docs/operations/processing-log.md).
# [processing_log]
# kind = "collector"                             # or "file", with `file`
# url = "https://logboek.gemeente.example/v1/traces"
# processing_activity_id = "https://register.gemeente.example/verwerkingen/schuldhulp"

# Trusted lists of ETSI (TS 119 612) that a query may name (`etsi_tl`): a copy whose signature you have checked.
# [[trusted_lists]]
# address = "https://example.eu/tl.xml"
# file = "verifier-state/tl.xml"

# Wallets that are a website; `request_url` takes the parameters of the openid4vp:// link.
[[web_wallets]]
name = "Blauwe Knop"
request_url = "http://localhost:8110/verzoek"

# Where an invitation goes out by e-mail (SMTP) or SMS (a POST of JSON with from, to and text, and this bearer token).
# [mail]
# host = "smtp.gemeente.example"
# port = 587
# security = "starttls"       # or tls
# sender = "schuldhulp@gemeente.example"
# username = "schuldhulp"
# password_file = "verifier-state/mail-password"
#
# [sms]
# url = "https://sms.example/berichten"
# sender = "Gemeente"
# token_file = "verifier-state/sms-token"

[limits]
request_seconds = 300       # how long a QR code can be answered; five minutes at most
extensions = 3              # how often "Meer tijd" may be pressed
session_minutes = 60
response_bytes = 24000000   # what one answer may hold; a larger one is refused
presentations = 700
purge_seconds = 600         # how often is looked for what must no longer be kept
proof_days = 730            # how long is kept, without its content, that a file was checked that is gone
"""
