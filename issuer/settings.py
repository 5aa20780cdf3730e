"""What an agency sets: one TOML file per agency, checked when the service starts.

Secrets are not in this file. They are files of their own in the state directory, made by `blauweknop issuer init` and
readable by their owner only: `signer.pem` with `signer-chain.pem` (credentials and status lists), `ldp.pem` (and those
after them, as `keys.json` says), `data.key`, `token.key`, `api-token`, `digid.pem` or `digid-secret`, where DigiD's
broker encrypts `digid-encryption.pem` (with `[customer_login]` the names of these begin with `login`), with `[pid]`
also `access.pem` with `access-chain.pem` (requests to wallets), and with `[operators]` also `operators.pem` or
`operators-secret`.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from credentials.dids import did_web
from credentials.errors import ConfigurationError, MalformedInput
from credentials.trust import check_address
from credentials.trust.arrangements import MAX_NAME
from credentials.web_addresses import LOCAL_HOSTS
from issuer.domain.brokers import ASSURANCE, BSN_TYPES, PRESETS, Broker, Representation
from issuer.domain.clients import Attestation, Profile
from issuer.domain.configurations import DEFAULT_SECURINGS, Securing
from issuer.domain.encryption import Encryption
from issuer.domain.key_purpose import Purpose
from issuer.domain.processing import Operation
from issuer.domain.profiles import RULES
from issuer.domain.webhooks import Happening
from service.api_clients.registered import ApiClientSection
from service.place import Place
from service.processing_log.section import ProcessingLogSection
from service.settings import BaseUrl, Email, PeerUrl, SettingAuthorities, SettingPath, Settings, load, web_address

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
# RFC 9110 sections 5.1 and 5.5, in ASCII.
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$")]
HeaderValue = Annotated[str, StringConstraints(pattern=r"^[!-~](?:[ -~]{0,198}[!-~])?$")]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


def _arrangement(value: str) -> str:
    try:
        return check_address(value)
    except MalformedInput as error:
        raise PydanticCustomError("arrangement", "{reason}", {"reason": error.detail}) from None


ArrangementAddress = Annotated[str, AfterValidator(_arrangement)]
"""The https address of a page that anybody may see: no query, no fragment, no user name."""


class AgencySection(Settings):
    """Who issues."""

    oin: Oin
    name: Text
    abbreviation: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,19}$")]
    coverage: Annotated[
        tuple[Text, ...], Field(description="which kinds of debt the overview covers; makes a zero honest")
    ] = ()
    category: Text | None = None
    private: Annotated[
        bool,
        Field(description="a private creditor: knows people by customer numbers and states `priv_` claims alone"),
    ] = False


class ContactSection(Settings):
    """Whom a citizen can ask."""

    phone: Text | None = None
    website: Text | None = None
    email: Annotated[Email | None, Field(description="of who answers for the business API; its document names it")] = (
        None
    )
    note: LongText | None = None
    arrangement: Annotated[
        ArrangementAddress | None,
        Field(description="the page where a citizen asks to pay in parts; it goes into the trust list"),
    ] = None


class JointArrangementSection(Settings):
    """A plan of several bodies that the agency takes part in, such as Betalingsregeling Rijk."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)]
    address: ArrangementAddress


class FcidSource(Settings):
    """A directory with one FCID document (JSON) per person."""

    kind: Literal["fcid"]
    directory: SettingPath
    payment_references: Literal["checked", "free"] = "free"
    patience_seconds: Annotated[int, Field(ge=1, le=60)] = 5


class TotalRowSection(Settings):
    """By what a row is known that adds up others: this text in this column. Such a row names no citizen."""

    column: Text
    text: Text


class RowsSource(Settings):
    """Rows with one event each; `columns` says which column holds which field, whatever the rows are kept in.

    Keys are the FCID's field names, values the names of the columns. `constants` fills fields that the rows do not
    have. `events` renames the agency's own words for kinds of events to the FCID's. The others say how it is written.
    """

    decimal: Literal["cents", "comma", "point"] = "cents"
    thousands: Literal["point", "comma", "space"] | None = None
    dates: Literal["iso", "d-m-y", "d/m/y"] = "d-m-y"
    clock: Annotated[
        Literal["netherlands"] | None, Field(description="moments without an offset are of Dutch clocks")
    ] = None
    serial_days: Annotated[
        Literal["1900", "1904"] | None, Field(description="numbers for days are taken, counted since then")
    ] = None
    digits: Annotated[
        dict[str, Annotated[int, Field(ge=0, le=64)]],
        Field(description="how many digits a name of digits has, by field: lost zeros are put back; 0: any number"),
    ] = Field(default_factory=dict)
    payment_references: Literal["checked", "unrounded", "free"] = "unrounded"
    columns: dict[str, Text]
    constants: dict[str, str] = Field(default_factory=dict)
    events: dict[str, str] = Field(default_factory=dict)


class TableSource(RowsSource):
    """A file of rows."""

    file: SettingPath
    total_row: TotalRowSection | None = None
    keep_last_good_hours: Annotated[
        int,
        Field(ge=0, le=744, description="how long what was read before is served while the file is refused or gone"),
    ] = 0
    patience_seconds: Annotated[
        int, Field(ge=1, le=60, description="how long a question waits while the file is being read")
    ] = 5


class CsvSource(TableSource):
    """One CSV file with one event per row and a header."""

    kind: Literal["csv"]
    delimiter: Literal[";", ",", "\t"] = ";"
    encoding: Literal["utf-8", "utf-8-sig", "utf-16", "cp1252"] = "utf-8-sig"


class SpreadsheetSource(TableSource):
    """One sheet of an XLSX or ODS workbook with one event per row and a header."""

    kind: Literal["spreadsheet"]
    sheet: Annotated[Text | None, Field(description="the sheet's name, when the workbook has several")] = None


class JsonSource(TableSource):
    """One JSON file with an object per event: an array, or JSON Lines."""

    kind: Literal["json"]
    rows: Annotated[Text | None, Field(description="the member that holds the array, when an object does")] = None


class SqlSource(RowsSource):
    """Any SQL database, by queries for one person's rows. A column of a result is the field of its name.

    `columns` renames those that have another. A password stands in `source-password` in the state folder.
    """

    kind: Literal["sql"]
    url: Annotated[Text, Field(description="SQLAlchemy's, without a password")]
    queries: Annotated[
        tuple[LongText, ...],
        Field(min_length=1, description="each with :bsn (or :klantnummer); one for each table with events"),
    ]
    people: Annotated[LongText, Field(description="a query for the numbers of everyone who has debts")]
    person: Annotated[Literal["text", "number"], Field(description="what :bsn is in the database")] = "text"
    fields: Annotated[
        dict[str, LongText], Field(description="a query per field, with :bsn and fields of the row as parameters")
    ] = Field(default_factory=dict)
    most_rows: Annotated[int, Field(ge=1, le=1_000_000, description="of one person and one query")] = 10_000
    patience_seconds: Annotated[int, Field(ge=1, le=60)] = 5
    columns: dict[str, Text] = Field(default_factory=dict)

    @field_validator("url")
    @classmethod
    def _no_secret(cls, value: str) -> str:
        if urlsplit(value).password:
            raise PydanticCustomError("password", "no secret stands in this file: put it in state/source-password")
        return value


class ImportSource(RowsSource):
    """Files that are imported into the agency's own database, by `blauweknop issuer import`; how they are written."""

    kind: Literal["import"]
    delimiter: Literal[";", ",", "\t"] = ";"
    encoding: Literal["utf-8", "utf-8-sig", "utf-16", "cp1252"] = "utf-8-sig"
    sheet: Text | None = None
    rows: Text | None = None
    total_row: TotalRowSection | None = None


class HttpSource(Settings):
    """An FCID document per question, from a service that has them. Its secrets stand in the state folder."""

    kind: Literal["http"]
    url: Annotated[Text, Field(description="where the person is asked for, by POST")]
    body: Annotated[
        dict[Text, Text] | None,
        Field(description="the JSON that is sent, with {bsn} or {klantnummer}, and {peildatum}; left out: the number"),
    ] = None
    headers: Annotated[dict[HeaderName, HeaderValue], Field(description="sent along; no secrets")] = Field(
        default_factory=dict
    )
    authentication: Annotated[
        Literal["none", "bearer", "certificate"],
        Field(description="bearer: source-token; certificate: source-certificate.pem and source-key.pem"),
    ] = "none"
    people_url: Annotated[
        Text | None, Field(description='where {"bsns": […]} (or klantnummers) of everyone is to be had, by GET')
    ] = None
    unknown_is_nothing: Annotated[bool, Field(description="404 means: no debts here")] = False
    own_network: Annotated[bool, Field(description="the host has a private address")] = False
    payment_references: Literal["checked", "free"] = "free"
    patience_seconds: Annotated[int, Field(ge=1, le=60)] = 5

    @field_validator("url", "people_url")
    @classmethod
    def _address_of_ours(cls, value: str | None) -> str | None:
        return None if value is None else web_address(value)


class ProviderSection(Settings):
    """An OpenID Connect provider where people log in, and how the agency is registered there."""

    issuer: PeerUrl
    client_id: Text
    authentication: Literal["private_key_jwt", "client_secret_basic"] = "private_key_jwt"
    algorithm: Annotated[
        Literal["ES256", "PS256", "RS256"], Field(description="how our key there signs; the last two want an RSA key")
    ] = "ES256"
    encryption: Annotated[
        Literal["off", "accepted", "required"],
        Field(description="whether what it states may or must be encrypted to our `-encryption.pem`"),
    ] = "off"
    content_encryption: Annotated[tuple[Literal["A256GCM", "A128CBC-HS256"], ...], Field(min_length=1)] = ("A256GCM",)
    one_key: Annotated[bool, Field(description="it knows one key of a client, which is also what it encrypts to")] = (
        False
    )
    scope: Text = "openid"
    own_network: Annotated[bool, Field(description="the provider has a private address")] = False

    @model_validator(mode="after")
    def _keys_fit(self) -> Self:
        by_key = self.authentication == "private_key_jwt"
        if self.one_key and not (by_key and self.algorithm != "ES256"):
            raise PydanticCustomError("one_key", "one_key needs private_key_jwt with PS256 or RS256: an RSA key")
        if "openid" not in self.scope.split():
            raise PydanticCustomError("scope", "scope must hold openid")
        return self


class DigidSection(ProviderSection):
    """The OpenID Connect provider where citizens log in (a DigiD broker). Public bodies alone have one.

    `preset` fills in what is not given with what is known of such a broker (`issuer.domain.brokers`).
    """

    preset: Annotated[Broker, Field(description="which kind of broker: sets what is left out here")] = "generic"
    acr_values: Annotated[
        tuple[Text, ...], Field(description="what is asked, where that is not `minimum_assurance`")
    ] = ()
    minimum_assurance: Annotated[
        tuple[Text, ...], Field(min_length=1, description="acr values that are strong enough, strongest last")
    ] = ASSURANCE
    assurance_claim: Annotated[Text, Field(description="another than `acr` stands beside the number")] = "acr"
    claims_from: Annotated[
        Literal["id_token", "userinfo"], Field(description="where the number is: a signed UserInfo answer, or not")
    ] = "id_token"
    bsn_claim: Text = "bsn"
    bsn_types: Annotated[
        tuple[Text, ...], Field(description="values of sub_id_type with which `sub` is a citizen service number")
    ] = BSN_TYPES
    sector_claim: Annotated[
        Text | None, Field(description="a claim that must have the number behind its sector code")
    ] = None
    name_claim: Text = "name"
    representation: Annotated[
        Representation, Field(description="whether somebody may log in on behalf of somebody else")
    ] = "refused"
    acting_claim: Annotated[
        Text | None,
        Field(description="the claim with the number of who acts for another, where the broker has no `represents`"),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _with_preset(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        preset = PRESETS.get(str(value.get("preset", "generic")))
        known = preset.settings if preset is not None else {}
        # What comes by here is no longer JSON, in which a list would do for a tuple.
        given = {name: tuple(each) if isinstance(each, list) else each for name, each in value.items()}
        return {**known, **given}


class CustomerLoginSection(ProviderSection):
    """The OpenID Connect provider where the customers of a private creditor log in."""

    number_claim: Annotated[Text, Field(description="the claim of the ID token with the customer number")] = (
        "klantnummer"
    )
    name_claim: Text = "name"
    minimum_assurance: Annotated[
        tuple[Text, ...], Field(description="acr values that are strong enough; without any, the provider decides")
    ] = ()


class PidProviderSection(Settings):
    """One who gives people a PID, known by the agency's own settings."""

    name: Text
    identifier: Annotated[PeerUrl, Field(description="its address, which its certificates name")]
    authorities: Annotated[SettingAuthorities, Field(description="PEM: the authorities of those certificates")]
    fingerprints: Annotated[
        tuple[Text, ...], Field(description="SHA-256 of its certificates, where they do not name its address")
    ] = ()


class CustomerClaim(Settings):
    """A column of the file of customers, and where a PID says the same."""

    column: Text
    claim: Annotated[tuple[Text, ...], Field(min_length=1, max_length=8, description="where it is in an SD-JWT VC")]
    element: Annotated[tuple[Text, Text], Field(description="namespace and element of it in an mdoc")]
    kind: Literal["text", "day"] = "text"


class CustomersSection(Settings):
    """The file of a private creditor's customers, and by what one is found."""

    file: Annotated[SettingPath, Field(description="a CSV file with a header")]
    delimiter: Literal[";", ",", "\t"] = ";"
    encoding: Literal["utf-8", "utf-8-sig", "utf-16", "cp1252"] = "utf-8-sig"
    dates: Annotated[Literal["iso", "d-m-y", "d/m/y"], Field(description="how days are written in it")] = "d-m-y"
    number: Annotated[Text, Field(description="the column with the customer number")] = "klantnummer"
    match: Annotated[
        tuple[CustomerClaim, ...],
        Field(min_length=2, max_length=8, description="all of these must be so: a name and a day of birth at least"),
    ]

    @field_validator("match")
    @classmethod
    def _a_name_and_a_day(cls, value: tuple[CustomerClaim, ...]) -> tuple[CustomerClaim, ...]:
        if {each.kind for each in value} != {"text", "day"}:
            raise PydanticCustomError("match", "a name alone, or a day alone, says of nobody who they are")
        if len({each.column for each in value}) != len(value):
            raise PydanticCustomError("match_twice", "a column is named twice")
        return value


class PidSection(Settings):
    """Logging in with a wallet: somebody presents a PID, of which the BSN is asked, or by what a customer is found."""

    formats: Annotated[
        tuple[Literal["dc+sd-jwt", "mso_mdoc"], ...],
        Field(min_length=1, description="which are taken; a wallet that does not say what it has is asked the first"),
    ] = ("dc+sd-jwt", "mso_mdoc")
    vct: Annotated[Text, Field(description="the type of a PID as SD-JWT VC")] = "urn:eudi:pid:nl:1"
    bsn_claim: Annotated[tuple[Text, ...], Field(min_length=1, max_length=8, description="where the BSN is in it")] = (
        "bsn",
    )
    doctype: Annotated[Text, Field(description="the type of a PID as mdoc")] = "urn:eudi:pid:nl:1"
    bsn_element: Annotated[tuple[Text, Text], Field(description="namespace and element of the BSN in it")] = (
        "urn:eudi:pid:nl:1",
        "bsn",
    )
    legal_ground: Annotated[
        LongText | None,
        Field(description="on which it is asked; wallets show it; left out: that of the BSN, or the AVG's"),
    ] = None
    customers: Annotated[
        CustomersSection | None, Field(description="of a private creditor, who asks no BSN: how a customer is found")
    ] = None
    listed: Annotated[
        bool, Field(description="whether issuers on the trust list with this type and `bsn` are trusted too")
    ] = True
    providers: tuple[PidProviderSection, ...] = ()

    @field_validator("formats")
    @classmethod
    def _each_format_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise PydanticCustomError("format_twice", "a format is named twice")
        return value

    @field_validator("providers")
    @classmethod
    def _each_provider_once(cls, value: tuple[PidProviderSection, ...]) -> tuple[PidProviderSection, ...]:
        if len({each.identifier for each in value}) != len(value):
            raise PydanticCustomError("provider_twice", "a provider is named twice")
        return value


class OperatorRoles(Settings):
    """Which values of the role claim make somebody what."""

    operator: tuple[Text, ...] = ()
    administrator: tuple[Text, ...] = ()
    auditor: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.operator or self.administrator or self.auditor):
            raise PydanticCustomError("no_roles", "no value gives a role, so nobody could log in")
        return self


class OperatorsSection(Settings):
    """The OpenID Connect provider where the agency's own people log in to its desk; left out, there is no desk."""

    issuer: PeerUrl
    client_id: Text
    authentication: Literal["private_key_jwt", "client_secret_basic"] = "private_key_jwt"
    scope: Text = "openid profile"
    role_claim: Annotated[
        tuple[Text, ...], Field(min_length=1, max_length=8, description="where the roles are in the ID token")
    ] = ("roles",)
    minimum_assurance: Annotated[
        tuple[Text, ...], Field(description="acr values that are strong enough; without any, the provider decides")
    ] = ()
    own_network: Annotated[bool, Field(description="the provider has a private address")] = False
    roles: OperatorRoles


class WebhookSection(Settings):
    """A system of the agency's own that is told of events; its secret is `webhook-NAME` in the state folder."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    url: Annotated[Text, Field(description="where events are posted to")]
    events: Annotated[
        tuple[Happening, ...], Field(min_length=1, description="which; left out: all, but for lists that are published")
    ] = tuple(each for each in Happening if each is not Happening.LIST_PUBLISHED)
    own_network: Annotated[bool, Field(description="the host has a private address")] = False

    @field_validator("url")
    @classmethod
    def _address_of_ours(cls, value: str) -> str:
        return web_address(value)


class AgencyLogSection(ProcessingLogSection):
    """The processing log of an agency."""

    operations = tuple(Operation)


class TrustListSection(Settings):
    """The scheme's list of participants, by which wallets are known. Optional for an issuer."""

    source: Annotated[str, Field(description="URL of the signed list, or a path to it")]
    key: Annotated[SettingPath, Field(description="file with the scheme's public key, a JWK")]

    @field_validator("source")
    @classmethod
    def _path_from_folder(cls, value: str, info: ValidationInfo) -> str:
        folder = info.context
        return value if "://" in value or not isinstance(folder, Path) else str((folder / value).absolute())


class WebWalletSection(Settings):
    """A wallet that is a website: on the citizen's own device it opens by a link instead of a wallet app."""

    name: Text
    offer_url: Annotated[BaseUrl, Field(description="where it takes an offer: gets `credential_offer_uri` added")]
    request_url: Annotated[
        BaseUrl | None, Field(description="where it takes a request: gets `client_id` and `request_uri` added")
    ] = None


class StatusSection(Settings):
    """The status lists."""

    entries: Annotated[int, Field(ge=131_072, le=16_777_216, multiple_of=8)] = 131_072
    ttl_seconds: Annotated[int, Field(ge=1, le=86_400, description="how long a verifier may keep a list")] = 43_200
    valid_seconds: Annotated[int, Field(ge=60, le=1_209_600)] = 172_800
    superseded: Annotated[
        Literal["daily", "at_once"],
        Field(description="whether what changed shows once a day, among decoys, or as soon as it is known"),
    ] = "daily"
    daily_hour: Annotated[int, Field(ge=0, le=23, description="of UTC, in which the day's changes become visible")] = 3
    fill: Annotated[float, Field(gt=0, le=0.75, description="a new list is begun above this share")] = 0.5


class TimestampSection(Settings):
    """An authority that says when documents were sealed (RFC 3161); without one, the agency itself says so."""

    url: PeerUrl


class DeferredSection(Settings):
    """Credentials that are asked for while the source cannot be read: a wallet comes back for them."""

    hours: Annotated[int, Field(ge=0, le=720, description="for how long; 0 tells the wallet to begin again")] = 24
    interval_seconds: Annotated[int, Field(ge=1, le=86_400, description="how long it waits each time")] = 60


class Pkcs11Section(Settings):
    """A hardware module that keeps signing keys. Its PIN stands in the state folder."""

    module: Annotated[SettingPath, Field(description="the module's library")]
    token: Annotated[Text, Field(description="the token's label")]
    label: Annotated[
        Text | None, Field(description="what the labels of its keys begin with; left out: the agency's abbreviation")
    ] = None
    purposes: Annotated[
        tuple[Purpose, ...], Field(min_length=1, description="of which purposes it makes the keys from now on")
    ] = (Purpose.SIGNER,)


class KeysSection(Settings):
    """Where the signing keys are kept, and how they are replaced by others."""

    rotate_days: Annotated[
        int | None, Field(ge=60, le=1_100, description="a key signs for so long; left out: it is replaced by command")
    ] = None
    publish_days: Annotated[
        int, Field(ge=0, le=30, description="how long others can know a key before it signs anything")
    ] = 2
    pkcs11: Annotated[
        Pkcs11Section | None, Field(description="a hardware module that keeps keys; left out: keys are files")
    ] = None


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
    joint_arrangement: Annotated[
        JointArrangementSection | None,
        Field(description="a plan for debts at several bodies; it goes into the trust list"),
    ] = None
    source: Annotated[
        FcidSource | CsvSource | SpreadsheetSource | JsonSource | SqlSource | HttpSource | ImportSource,
        Field(discriminator="kind"),
    ]
    digid: Annotated[
        DigidSection | None, Field(description="logging in with DigiD: every public body has it, and nobody else")
    ] = None
    customer_login: Annotated[
        CustomerLoginSection | None, Field(description="logging in as a customer of a private creditor")
    ] = None
    pid: Annotated[
        PidSection | None, Field(description="logging in with a wallet beside DigiD; left out: it cannot be done")
    ] = None
    operators: Annotated[
        OperatorsSection | None, Field(description="the desk of the agency's own people; left out: there is none")
    ] = None
    trust_list: TrustListSection | None = None
    web_wallets: tuple[WebWalletSection, ...] = ()
    api_clients: Annotated[
        tuple[ApiClientSection, ...], Field(description="programs that may ask for access tokens to the business API")
    ] = ()
    shared_token: Annotated[
        bool, Field(description="whether `api-token` of the state folder opens the whole business API")
    ] = True
    webhooks: Annotated[
        tuple[WebhookSection, ...], Field(description="systems of the agency's own that are told of events")
    ] = ()
    processing_log: Annotated[
        AgencyLogSection | None,
        Field(description="Logboek Dataverwerkingen: who keeps it; left out: nobody does"),
    ] = None
    timestamp: TimestampSection | None = None
    status: StatusSection = StatusSection()
    deferred: DeferredSection = DeferredSection()
    keys: KeysSection = KeysSection()
    jobs: JobsSection = JobsSection()
    securings: Annotated[
        tuple[Securing, ...],
        Field(min_length=1, description="how each statement can be had; citizens are offered the first"),
    ] = DEFAULT_SECURINGS
    profile: Annotated[
        Profile, Field(description="what holds beside OpenID4VCI 1.0: see `blauweknop issuer check-profile`")
    ] = Profile.OPEN
    attestation_qualification: Annotated[
        Literal["EAA", "PuB-EAA", "QEAA"] | None,
        Field(description="what kind of attestation each SD-JWT VC says that it is, in terms of eIDAS; left out: none"),
    ] = None
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
    proof_types: Annotated[
        tuple[Literal["jwt", "di_vp"], ...],
        Field(description="how wallets may prove their keys; `di_vp` is for those that sign W3C presentations only"),
    ] = ("jwt",)
    dpop_nonce: Annotated[
        Literal["off", "required"],
        Field(description="whether DPoP proofs must bear a fresh nonce that this agency gave"),
    ] = "off"
    key_attestation: Annotated[
        Literal["accepted", "required"],
        Field(description="whether keys must be attested, by `key_attesters` or a wallet provider on the trust list"),
    ] = "accepted"
    key_attesters: Annotated[
        tuple[SettingPath, ...],
        Field(description="PEM certificates under which wallet providers attest keys; without any, no word counts"),
    ] = ()

    @property
    def login(self) -> ProviderSection | None:
        """Where people log in, by DigiD or as customers; None for a creditor whose customers come with a wallet."""
        return self.customer_login if self.agency.private else self.digid

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
    def status_lifetime(self) -> timedelta:
        """How long a signed status list is good."""
        return timedelta(seconds=self.status.valid_seconds)

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

    @field_validator("webhooks")
    @classmethod
    def _each_webhook_once(cls, value: tuple[WebhookSection, ...]) -> tuple[WebhookSection, ...]:
        if len({each.name for each in value}) != len(value):
            raise PydanticCustomError("webhook_twice", "a webhook is named twice")
        return value

    @field_validator("securings")
    @classmethod
    def _each_once(cls, value: tuple[Securing, ...]) -> tuple[Securing, ...]:
        if len(set(value)) != len(value):
            raise PydanticCustomError("securing_twice", "a securing is named twice")
        return value

    @field_validator("proof_types")
    @classmethod
    def _with_jwt(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "jwt" not in value or len(set(value)) != len(value):
            raise PydanticCustomError("proof_types", "jwt is always among the proof types, and none is named twice")
        return value

    @model_validator(mode="after")
    def _attesters_are_known(self) -> Self:
        if self.wallet_attestation is Attestation.REQUIRED and self.trust_list is None:
            raise PydanticCustomError("no_providers", "wallet_attestation = required needs a trust_list")
        if self.key_attestation == "required" and "di_vp" in self.proof_types:
            # OpenID4VCI 1.0 appendix F.2: such a proof has no place for an attestation.
            raise PydanticCustomError("unattested_proofs", "key_attestation = required takes no di_vp proofs")
        if self.key_attestation == "required" and self.trust_list is None and not self.key_attesters:
            raise PydanticCustomError("no_attesters", "key_attestation = required needs key_attesters or a trust_list")
        return self

    @model_validator(mode="after")
    def _a_next_key_can_be_seen(self) -> Self:
        if self.keys.rotate_days is not None and self.trust_list is None:
            # By itself it would let a key sign that the scheme never listed.
            raise PydanticCustomError("rotation_unseen", "keys.rotate_days needs a trust_list, to see next keys on it")
        return self

    @model_validator(mode="after")
    def _somebody_gives_a_pid(self) -> Self:
        pid = self.pid
        if pid is not None and not pid.providers and not (pid.listed and self.trust_list is not None):
            raise PydanticCustomError("no_pid_providers", "pid needs providers, or a trust_list that names them")
        return self

    @model_validator(mode="after")
    def _each_knows_its_own_numbers(self) -> Self:
        """Keep DigiD to who has a law for it, and customer numbers to who has customers."""
        if not self.agency.private:
            if self.digid is None:
                raise PydanticCustomError("no_digid", "digid is missing; only a private creditor does without")
            if self.customer_login is not None or (self.pid is not None and self.pid.customers is not None):
                raise PydanticCustomError("no_customers", "customers go with agency.private = true")
            return self
        if self.digid is not None:
            raise PydanticCustomError(
                "digid_of_private", "a private creditor has no ground for DigiD: use customer_login, or pid.customers"
            )
        if self.customer_login is None and self.pid is None:
            raise PydanticCustomError("no_login", "nobody could log in: customer_login or pid is needed")
        if self.pid is not None and self.pid.customers is None:
            raise PydanticCustomError(
                "bsn_of_private", "pid asks for a BSN, unless pid.customers says how one is found"
            )
        if isinstance(self.source, HttpSource) and "{bsn}" in (self.source.body or {}).values():
            raise PydanticCustomError(
                "bsn_of_private", "source.body: a private creditor has {klantnummer}, and no {bsn}"
            )
        return self

    @model_validator(mode="after")
    def _plain_http_is_said_aloud(self) -> Self:
        staff = self.operators.issuer if self.operators is not None else ""
        provider = self.login.issuer if self.login is not None else ""
        for url in (self.base_url, provider, staff):
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
        case TableSource(file=file):
            if not file.is_file():
                raise ConfigurationError(f"{settings.agency.abbreviation}: source.file is not a file")
