"""Logging in with DigiD or as a customer: how the settings say that we are registered, and what a broker lacks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from credentials.clock import Clock
from credentials.encoding import JsonObject
from credentials.errors import ConfigurationError
from credentials.masking import Secret
from issuer.app.keys import AgencyKeys, login_keys
from issuer.domain.brokers import PRESETS
from issuer.identity import (
    CustomerClient,
    CustomerRules,
    DigidClient,
    Finding,
    OidcLogin,
    PersonRules,
    Weight,
    check_provider,
)
from issuer.ports import LoginProvider
from issuer.settings import AgencySettings, CustomerLoginSection, DigidSection, ProviderSection
from issuer.web.login import KEYS, RETURN
from service.http import OutboundClient
from service.oidc import ClientKey
from service.oidc.reaching import provider_client, provider_policy


def oidc_client(
    settings: AgencySettings, key: ClientKey | None, decryption_key: ClientKey | None, secret: Secret | None
) -> DigidClient:
    """Return how this agency is registered with its broker of DigiD. Raises ConfigurationError where it has none."""
    section = _digid_of(settings)
    return DigidClient(
        issuer=section.issuer,
        client_id=section.client_id,
        redirect_uri=settings.base_url + RETURN,
        scope=section.scope,
        acr_values=section.acr_values or section.minimum_assurance,
        claims_from=section.claims_from,
        authentication=section.authentication,
        algorithm=section.algorithm,
        encryption=section.encryption,
        content_encryption=section.content_encryption,
        rules=PersonRules(
            bsn_claim=section.bsn_claim,
            bsn_types=section.bsn_types,
            name_claim=section.name_claim,
            sector_claim=section.sector_claim,
            acting_claim=section.acting_claim,
            representation=section.representation,
            assurance_claim=section.assurance_claim,
            minimum_assurance=section.minimum_assurance,
        ),
        key=key,
        secret=secret,
        decryption_key=decryption_key,
    )


def customer_client(settings: AgencySettings, section: CustomerLoginSection, keys: AgencyKeys) -> CustomerClient:
    """Return how a private creditor is registered where its customers log in."""
    return CustomerClient(
        issuer=section.issuer,
        client_id=section.client_id,
        redirect_uri=settings.base_url + RETURN,
        scope=section.scope,
        acr_values=section.minimum_assurance,
        authentication=section.authentication,
        algorithm=section.algorithm,
        encryption=section.encryption,
        content_encryption=section.content_encryption,
        rules=CustomerRules(section.number_claim, section.name_claim, section.minimum_assurance),
        key=keys.login,
        secret=keys.login_secret,
        decryption_key=keys.login_encryption,
    )


@dataclass(frozen=True, slots=True)
class Login:
    """The login, the public keys that its provider knows of us, and what must be closed at the end."""

    provider: LoginProvider | None = None
    keys: JsonObject = field(default_factory=lambda: {"keys": []})
    closing: Sequence[Callable[[], None]] = ()


def login_of(settings: AgencySettings, keys: AgencyKeys, http: OutboundClient, clock: Clock) -> Login:
    """Put the login together: with DigiD or as a customer; none where customers come with a wallet alone."""
    client: DigidClient | CustomerClient
    if settings.customer_login is not None:
        section: ProviderSection = settings.customer_login
        client = customer_client(settings, settings.customer_login, keys)
    elif settings.digid is not None:
        section = settings.digid
        client = oidc_client(settings, keys.login, keys.login_encryption, keys.login_secret)
    else:
        return Login()
    reaching, closing = provider_client(settings, section.issuer, http, own_network=section.own_network)
    return Login(OidcLogin(client, reaching, clock), client.jwks(), closing)


@dataclass(frozen=True, slots=True)
class CheckedLogin:
    """What to register at the broker, what is to be said of it, and what is left to see to."""

    preset: str
    register: Mapping[str, str]
    findings: Sequence[Finding]
    notes: Sequence[str]

    @property
    def lacking(self) -> bool:
        """Tell whether there is more than notes."""
        return any(each.weight is not Weight.NOTE for each in self.findings)

    def lines(self) -> Iterator[str]:
        """Yield it for a terminal."""
        yield from (f"register at the broker: {name} {value}" for name, value in self.register.items())
        yield from (f"{each.weight.value}: {each.about}: {each.text}" for each in self.findings)
        yield from (f"note: {self.preset}: {note}" for note in self.notes)
        if not self.lacking:
            yield "nothing lacks"

    def to_dict(self) -> JsonObject:
        """Return it as JSON has it."""
        return {
            "preset": self.preset,
            "register": dict(self.register),
            "findings": [each.to_dict() for each in self.findings],
            "notes": list(self.notes),
            "lacking": self.lacking,
        }


def check_login(settings: AgencySettings) -> CheckedLogin:
    """Look at the broker's metadata. Changes nothing. Raises ConfigurationError for what would stop the start."""
    if not settings.state.is_dir():
        raise ConfigurationError(f"{settings.agency.abbreviation}: no state yet; run `blauweknop issuer init` first")
    section = _digid_of(settings)
    client = oidc_client(settings, *login_keys(settings), None)
    policy = provider_policy(settings, section.issuer, own_network=section.own_network)
    with closing(OutboundClient(policy)) as http:
        found = check_provider(client, http)
    preset = section.preset
    register = {"redirect_uri": client.redirect_uri, "jwks_uri": settings.base_url + KEYS}
    return CheckedLogin(preset, register, found, PRESETS[preset].notes)


def _digid_of(settings: AgencySettings) -> DigidSection:
    if settings.digid is None:
        raise ConfigurationError("digid is not in the settings: a private creditor has no ground for it")
    return settings.digid
