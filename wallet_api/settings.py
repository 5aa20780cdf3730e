"""The settings of a wallet: one TOML file, and no secrets in it.

`EXAMPLE` is the commented file that `blauweknop wallet init` starts from; a test parses it.
"""

from datetime import timedelta
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field

from credentials import limits
from service.settings import BaseUrl, PartySettings, SettingPath, Settings, TrustedListSection
from wallet_api.domain.issuance import FORMATS

Format: TypeAlias = Literal["dc+sd-jwt", "vc+sd-jwt", "mso_mdoc", "ldp_vc", "vc+jwt", "jwt_vc_json"]


class Provider(Settings):
    """Who runs this wallet: shown at the foot of every page and on the help page.

    `keys` is the folder with the wallet provider's key, by whose word agencies know this wallet; it is made by
    `blauweknop wallet keys`. Without it the wallet comes to agencies unattested.
    """

    name: str = Field(default="Blauwe Knop (demonstratie)", min_length=1, max_length=120)
    help_text: str = Field(
        default="Vraag hulp aan uw gemeente of bel gratis Geldfit: 0800-8115.", min_length=1, max_length=300
    )
    keys: SettingPath | None = None


class Trust(Settings):
    """The scheme's trust list and the key that must have signed it (a Multikey: `zDn…` for P-256).

    The list is fetched every `refresh_seconds`; when that fails the last good one is used until it expires.
    """

    list_url: BaseUrl
    root: str = Field(min_length=40, max_length=120)
    refresh_seconds: int = Field(default=900, ge=10, le=86_400)


class Collecting(Settings):
    """How cards are collected.

    `copies` one-time copies of each card are asked, as far as the agency gives batches, so that two organisations
    cannot see that they were shown the same card. Of each agency the cards come in one format: the first of `formats`
    in which it gives them all.
    """

    copies: int = Field(default=3, ge=1, le=limits.COPIES)
    formats: tuple[Format, ...] = Field(default=FORMATS, min_length=1)
    parallel: int = Field(default=6, ge=1, le=16)
    timeout_seconds: float = Field(default=5.0, ge=0.5, le=30)


class Errands(Settings):
    """Cards that were not ready, asked for while the wallet is closed.

    `key` is the file with the key of the service, made by `blauweknop wallet keys`; without it only the open wallet
    asks. An agency is asked each time that it said, looked at every `every_seconds`.
    """

    key: SettingPath | None = None
    every_seconds: int = Field(default=30, ge=5, le=3600)


class Limits(Settings):
    """How long things live and how many attempts there are."""

    session_idle_minutes: int = Field(default=15, ge=2, le=60)
    session_hours: int = Field(default=8, ge=1, le=24)
    attempts: int = Field(default=5, ge=3, le=20)
    flow_minutes: int = Field(default=15, ge=2, le=60)


class Tolerances(Settings):
    """What other software does against a specification and this wallet takes; off for HAIP and other strict profiles.

    `request_uri_as_audience`: a signed request may bear the address that it was fetched from as its `aud`, instead of
    `https://self-issued.me/v2` (OpenID4VP 1.0 section 5.8).
    `encryption_alg_beside_key`: whoever asks for an encrypted credential names the algorithm beside the key too, and
    not in the key alone (OpenID4VCI 1.0 section 8.2), since some issuers still read it there.
    """

    request_uri_as_audience: bool = True
    encryption_alg_beside_key: bool = True


class WalletSettings(PartySettings):
    """Everything that one running wallet is told."""

    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    unsigned_metadata: Literal["take", "refuse"] = "take"
    unknown_verifiers: Literal["warn", "refuse"] = "warn"
    unknown_issuers: Literal["warn", "refuse"] = "refuse"
    provider: Provider = Provider()
    trust: Trust
    collecting: Collecting = Collecting()
    errands: Errands = Errands()
    limits: Limits = Limits()
    tolerances: Tolerances = Tolerances()
    trusted_lists: tuple[TrustedListSection, ...] = ()

    @property
    def redirect_uri(self) -> str:
        """Where agencies send the citizen's browser back to; registered in the trust list."""
        return f"{self.base_url}/terug"

    @property
    def flow_lifetime(self) -> timedelta:
        """How long a step at an agency, an offer or a request may take."""
        return timedelta(minutes=self.limits.flow_minutes)


EXAMPLE: Final = """\
# Settings of a wallet. Read by `blauweknop wallet serve WALLET.toml`. What a wallet keeps for a citizen is encrypted
# with a key that only that citizen can open.

# The address that citizens see.
base_url = "http://localhost:8110"
host = "127.0.0.1"
port = 8110

# sqlite:///wallet.db or postgresql://user@host/database
database = "sqlite:///wallet.db"

# The name under which this wallet stands in the trust list, together with the address {base_url}/terug.
client_id = "blauweknop-wallet"

# An organisation that asks for cards and is not on the trust list: "warn" the citizen strongly, or "refuse".
unknown_verifiers = "warn"

# An agency whose metadata are not signed: "take" them (TLS says whose they are), or "refuse". What is signed is always
# checked against the trust list.
unsigned_metadata = "take"

# An organisation that offers cards and is not on the trust list: "refuse" it, or "warn" the citizen, who may add it.
# Its cards are kept apart and never counted among the debts.
unknown_issuers = "refuse"

# Plain http and loopback addresses, for development on one machine only.
insecure_localhost = true

# Certificate authorities (PEM) that are trusted beside the public ones, where your own network needs it.
# ca_file = "authorities.pem"

# Who answers for the API, as its document says.
# api_email = "api@voorbeeld.example"

[provider]
name = "Blauwe Knop (demonstratie)"
help_text = "Vraag hulp aan uw gemeente of bel gratis Geldfit: 0800-8115."
# The folder with the key by which agencies know this wallet. Make it with `blauweknop wallet keys WALLET.toml`; what
# `blauweknop wallet describe WALLET.toml` prints then goes into the trust list.
# keys = "keys"

[trust]
list_url = "http://localhost:8100/trust-list.jwt"
root = "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv"
refresh_seconds = 900

[collecting]
copies = 3                  # one-time copies of each card
# Of each agency the cards come in the first of these formats that it has. Those before "ldp_vc" can be shown in part.
formats = ["dc+sd-jwt", "vc+sd-jwt", "mso_mdoc", "ldp_vc", "vc+jwt", "jwt_vc_json"]
parallel = 6                # agencies that are asked at the same time what they offer
timeout_seconds = 5.0       # per call to an agency

[errands]
# The file with the key under which lies what agencies are asked while the wallet is closed: cards that were not ready.
# Make it with `blauweknop wallet keys WALLET.toml`. Without it only the open wallet asks.
# key = "errands.key"
every_seconds = 30          # how often is looked whether it is time to ask

[limits]
session_idle_minutes = 15
session_hours = 8
attempts = 5                # wrong PIN codes before a delay
flow_minutes = 15           # how long a step at an agency may take

# What other software does against a specification and this wallet takes. All off for HAIP and other strict profiles.
[tolerances]
request_uri_as_audience = true    # a signed request whose `aud` is the address that it was fetched from
encryption_alg_beside_key = true  # name the algorithm of an encrypted answer where drafts had it, too

# Trusted lists of ETSI (TS 119 612) that a request may name (`etsi_tl`): a copy whose signature you have checked.
# [[trusted_lists]]
# address = "https://example.eu/tl.xml"
# file = "tl.xml"
"""
