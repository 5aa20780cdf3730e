"""What an agency sets: one TOML file per agency, checked when the service starts.

Secrets are not in this file. They are files of their own in the state directory, made by `blauweknop issuer init` and
readable by their owner only: `signer.pem` with `signer-chain.pem` (credentials and status lists), `ldp.pem`,
`data.key`, `token.key`, `api-token`, and `digid.pem` or `digid-secret`.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from credentials.dids import did_web
from credentials.errors import ConfigurationError
from credentials.web_addresses import LOCAL_HOSTS
from issuer.domain.clients import Attestation, Profile
from issuer.domain.configurations import DEFAULT_SECURINGS, Securing
from issuer.domain.encryption import Encryption
from issuer.domain.profiles import RULES
from service.place import Place
from service.settings import BaseUrl, PeerUrl, SettingAuthorities, SettingPath, Settings, load

# An identifier is compared byte for byte (OpenID4VCI 1.0 section 12.2.4; RFC 8414 section 3.3), while browsers and DIDs
# write addresses their own way: only what has one spelling is taken. A segment is one that a did:web may have, and no
# hidden one, as `/.well-known` belongs to the whole host.
_ONE_SPELLING: Final = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]+)?(?:/(?!\.)[A-Za-z0-9._-]+)*\Z")
_NEEDLESS_PORT: Final = re.compile(r"(?:https://[^/]*:443|http://[^/]*:80)(?:/|\Z)")


def _identifier(value: object) -> object:
    if isinstance(value, str) and (_ONE_SPELLING.match(value) is None or _NEEDLESS_PORT.match(value)):
        raise PydanticCustomError(
            "identifier",
            "must be a web address with one spelling: a host in lower case, a port only where it is not the usual one, "
            "a path (if any) of letters, digits and . _ - between slashes, and no slash at its end",
        )
    return value


Identifier = Annotated[BaseUrl, BeforeValidator(_identifier)]
"""The base URL of an agency, which is its identifier."""

Oin = Annotated[str, StringConstraints(pattern=r"^\d{20}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class AgencySection(Settings):
    """Who issues."""

    oin: Oin
    name: Text
    abbreviation: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,19}$")]
    coverage: Annotated[
        tuple[Text, ...], Field(description="which kinds of debt the overview covers; makes a zero honest")
    ] = ()
    category: Text | None = None


class ContactSection(Settings):
    """Whom a citizen can ask."""

    phone: Text | None = None
    website: Text | None = None
    note: LongText | None = None


class FcidSource(Settings):
    """A directory with one FCID document (JSON) per person."""

    kind: Literal["fcid"]
    directory: SettingPath
    payment_references: Literal["checked", "free"] = "free"


class TotalRowSection(Settings):
    """By what a row is known that adds up others: this text in this column. Such a row names no citizen."""

    column: Text
    text: Text


class CsvSource(Settings):
    """One CSV file with one event per row and a header; `columns` says which column holds which field.

    Keys are the FCID's field names, values the names of the columns. `constants` fills fields that the file does not
    have. `events` renames the file's own words for kinds of events to the FCID's. The others say how it is written.
    """

    kind: Literal["csv"]
    file: SettingPath
    delimiter: Literal[";", ",", "\t"] = ";"
    encoding: Literal["utf-8", "utf-8-sig", "utf-16", "cp1252"] = "utf-8-sig"
    decimal: Literal["cents", "comma", "point"] = "cents"
    thousands: Literal["point", "comma", "space"] | None = None
    dates: Literal["iso", "d-m-y", "d/m/y"] = "d-m-y"
    payment_references: Literal["checked", "unrounded", "free"] = "unrounded"
    total_row: TotalRowSection | None = None
    columns: dict[str, Text]
    constants: dict[str, str] = Field(default_factory=dict)
    events: dict[str, str] = Field(default_factory=dict)


class DigidSection(Settings):
    """The OpenID Connect provider where citizens log in (a DigiD broker)."""

    issuer: PeerUrl
    client_id: Text
    authentication: Literal["private_key_jwt", "client_secret_basic"] = "private_key_jwt"
    minimum_assurance: Annotated[
        tuple[Text, ...], Field(min_length=1, description="acr values that are strong enough, strongest last")
    ] = ("urn:etoegang:core:assurance-class:loa3", "urn:etoegang:core:assurance-class:loa4")
    bsn_claim: Text = "bsn"
    name_claim: Text = "name"
    scope: Text = "openid"


class TrustListSection(Settings):
    """The scheme's list of participants, by which wallets are known. Optional for an issuer."""

    source: Annotated[str, Field(description="URL of the signed list, or a path to it")]
    key: Annotated[SettingPath, Field(description="file with the scheme's public key, a JWK")]

    @field_validator("source")
    @classmethod
    def _path_from_folder(cls, value: str, info: ValidationInfo) -> str:
        folder = getattr(info.context, "folder", None)
        return value if "://" in value or folder is None else str((folder / value).absolute())


class WebWalletSection(Settings):
    """A wallet that is a website: on the citizen's own device it opens by a link instead of a wallet app."""

    name: Text
    offer_url: Annotated[BaseUrl, Field(description="where it takes an offer: gets `credential_offer_uri` added")]


class StatusSection(Settings):
    """The status lists."""

    entries: Annotated[int, Field(ge=131_072, le=16_777_216, multiple_of=8)] = 131_072
    ttl_seconds: Annotated[int, Field(ge=1, le=86_400, description="how long a verifier may keep a list")] = 43_200
    valid_seconds: Annotated[int, Field(ge=60, le=1_209_600)] = 172_800
    fill: Annotated[float, Field(gt=0, le=0.75, description="a new list is begun above this share")] = 0.5


class DeferredSection(Settings):
    """Credentials that are asked for while the source cannot be read: a wallet comes back for them."""

    hours: Annotated[int, Field(ge=0, le=720, description="for how long; 0 tells the wallet to begin again")] = 24
    interval_seconds: Annotated[int, Field(ge=1, le=86_400, description="how long it waits each time")] = 60


class JobsSection(Settings):
    """How often the housekeeping runs."""

    refresh_seconds: Annotated[int, Field(ge=1)] = 86_400
    publish_seconds: Annotated[int, Field(ge=1)] = 600
    purge_seconds: Annotated[int, Field(ge=1)] = 300


class AgencySettings(Settings):
    """One agency."""

    base_url: Identifier
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65_535)]
    state: SettingPath
    database: str | None = None
    insecure_localhost: bool = False
    ca_file: Annotated[
        SettingAuthorities | None, Field(description="PEM: authorities trusted beside the public ones, when connecting")
    ] = None
    agency: AgencySection
    contact: ContactSection = ContactSection()
    source: Annotated[FcidSource | CsvSource, Field(discriminator="kind")]
    digid: DigidSection
    trust_list: TrustListSection | None = None
    web_wallets: tuple[WebWalletSection, ...] = ()
    status: StatusSection = StatusSection()
    deferred: DeferredSection = DeferredSection()
    jobs: JobsSection = JobsSection()
    securings: Annotated[
        tuple[Securing, ...],
        Field(min_length=1, description="how each statement can be had; citizens are offered the first"),
    ] = DEFAULT_SECURINGS
    profile: Annotated[
        Profile, Field(description="what holds beside OpenID4VCI 1.0: see `blauweknop issuer check-profile`")
    ] = Profile.OPEN
    offer_minutes: Annotated[int, Field(ge=1, le=60)] = 10
    refresh_days: Annotated[
        int,
        Field(ge=0, le=366, description="how long after a login a wallet may come again without one; 0: never"),
    ] = 90
    batch_size: Annotated[int, Field(ge=2, le=100)] = 10
    encryption: Annotated[
        Encryption, Field(description="whether credential requests and responses may or must be encrypted beside TLS")
    ] = Encryption.OFFERED
    wallet_attestation: Annotated[
        Attestation,
        Field(description="whether wallets authenticate by the word of a wallet provider on the trust list"),
    ] = Attestation.ACCEPTED
    key_attestation: Annotated[
        Literal["accepted", "required"],
        Field(description="whether keys must be attested, by `key_attesters` or a wallet provider on the trust list"),
    ] = "accepted"
    key_attesters: Annotated[
        tuple[SettingPath, ...],
        Field(description="PEM certificates under which wallet providers attest keys; without any, no word counts"),
    ] = ()

    @property
    def attestation(self) -> Attestation:
        """Whether wallets authenticate; without a trust list there is nobody whose word would count."""
        if self.trust_list is None:
            return Attestation.OFF
        return Attestation.REQUIRED if RULES[self.profile].attested else self.wallet_attestation

    @property
    def offer_lifetime(self) -> timedelta:
        """How long an offer can be taken."""
        return timedelta(minutes=self.offer_minutes)

    @property
    def refresh_lifetime(self) -> timedelta:
        """How long after a login a wallet may come again without one; nothing at all when it may not."""
        return timedelta(days=self.refresh_days)

    @property
    def database_url(self) -> str:
        """The database: given, or a SQLite file in the state directory."""
        return self.database or f"sqlite:///{self.state / 'issuer.db'}"

    @property
    def place(self) -> Place:
        """Where on its host the agency stands."""
        return Place.of(self.base_url)

    @property
    def did(self) -> str:
        """The agency's `did:web` identifier."""
        return did_web(self.base_url)

    @field_validator("securings")
    @classmethod
    def _each_once(cls, value: tuple[Securing, ...]) -> tuple[Securing, ...]:
        if len(set(value)) != len(value):
            raise PydanticCustomError("securing_twice", "a securing is named twice")
        return value

    @model_validator(mode="after")
    def _attesters_are_known(self) -> Self:
        if self.wallet_attestation is Attestation.REQUIRED and self.trust_list is None:
            raise PydanticCustomError("no_providers", "wallet_attestation = required needs a trust_list")
        if self.key_attestation == "required" and self.trust_list is None and not self.key_attesters:
            raise PydanticCustomError("no_attesters", "key_attestation = required needs key_attesters or a trust_list")
        return self

    @model_validator(mode="after")
    def _plain_http_is_said_aloud(self) -> Self:
        for url in (self.base_url, self.digid.issuer):
            if url.startswith("http://") and not self.insecure_localhost:
                raise PydanticCustomError("plain_http", "plain http only with insecure_localhost = true")
        if self.insecure_localhost and urlsplit(self.base_url).hostname not in LOCAL_HOSTS:
            raise PydanticCustomError("not_local", "insecure_localhost is for localhost only, never for production")
        return self


def load_agency(path: Path) -> AgencySettings:
    """Read an agency's TOML file; paths in it are relative to its folder. Raises ConfigurationError."""
    return load(path, AgencySettings)


def require_source(settings: AgencySettings) -> None:
    """Demand that the source is there. Raises ConfigurationError."""
    match settings.source:
        case FcidSource(directory=directory):
            if not directory.is_dir():
                raise ConfigurationError(f"{settings.agency.abbreviation}: source.directory is not a folder")
        case CsvSource(file=file):
            if not file.is_file():
                raise ConfigurationError(f"{settings.agency.abbreviation}: source.file is not a file")
