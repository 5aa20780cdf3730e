"""Logging in with a wallet, put together; and what is wrong with the settings for it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from credentials.clock import Clock
from credentials.dids import Resolver
from credentials.errors import ConfigurationError, MalformedInput
from credentials.formats.registry import FormatRegistry
from credentials.openid.verifier_info import Purpose
from credentials.status import Limits, StatusChecker
from credentials.trust import Participant, TrustList
from credentials.verification import Verifier
from issuer.app.keys import AgencyKeys
from issuer.app.registers import log_refused
from issuer.domain.facts import Hiding
from issuer.domain.profiles import RULES
from issuer.domain.wallet_login import Fault, PidClaim, PidQuestion
from issuer.identity import PidProviders, PresentedPid
from issuer.ports import Store
from issuer.settings import AgencySettings, CustomersSection, PidProviderSection, PidSection
from issuer.sources.customers import CustomerFile
from issuer.usecases.wallet_login import LogInWithWallet, Requester
from service.authorities import read_authorities

# A PID that was taken back opens nothing any more, soon; a list is fetched no more often than this.
_BSN_GROUND: Final = "Wet algemene bepalingen burgerservicenummer, artikel 10"
_CUSTOMER_GROUND: Final = "Algemene verordening gegevensbescherming, artikel 6, eerste lid, onder b (overeenkomst)"
_STATUS: Final = Limits(max_ttl=timedelta(minutes=5))


def wallet_login(
    settings: AgencySettings,
    keys: AgencyKeys,
    store: Store,
    formats: FormatRegistry,
    *,
    clock: Clock,
    hiding: Hiding,
    fetch: Callable[[str, str], bytes],
    listed: Callable[[], TrustList] | None,
) -> LogInWithWallet | None:
    """Return how citizens log in with a wallet; None where the settings do not want that. Raises ConfigurationError.

    `fetch` gets status lists; `listed` is the scheme's list, where the agency knows one.
    """
    pid = settings.pid
    if pid is None or keys.access is None:
        return None
    question = question_of(settings, pid)
    providers = PidProviders(own_providers(pid), listed if pid.listed else None, clock)
    # Without a fetch for DIDs: whoever presents something does not choose where we connect to.
    verifier = Verifier(formats, providers, Resolver(), StatusChecker(fetch, clock, _STATUS), clock)
    return LogInWithWallet(
        store=store,
        clock=clock,
        question=question,
        requester=Requester(settings.base_url, keys.access, keys.access_chain, RULES[settings.profile].request_scheme),
        reader=PresentedPid(
            verifier, question, providers, clock, None if pid.customers is None else customers_of(pid.customers)
        ),
        hiding=hiding,
    )


def question_of(settings: AgencySettings, pid: PidSection) -> PidQuestion:
    """Return what wallets are asked, with why and for how long."""
    kept = "Zolang u bent ingelogd."
    if settings.refresh_days:
        kept += f" Haalt een wallet kaartjes op, dan versleuteld tot {settings.refresh_days} dagen daarna."
    ground = _BSN_GROUND if pid.customers is None else _CUSTOMER_GROUND
    return PidQuestion(
        formats=pid.formats,
        vct=pid.vct,
        doctype=pid.doctype,
        claims=claims_of(pid),
        purpose=Purpose(f"Inloggen bij {settings.agency.name}", pid.legal_ground or ground, kept),
        missing=Fault.BSN_MISSING if pid.customers is None else Fault.CLAIMS_MISSING,
    )


def claims_of(pid: PidSection) -> dict[str, PidClaim]:
    """Return what is asked of a PID, by our name for it: the BSN, or the columns by which a customer is found."""
    if pid.customers is None:
        return {"bsn": PidClaim(pid.bsn_claim, pid.bsn_element)}
    return {each.column: PidClaim(each.claim, each.element) for each in pid.customers.match}


def customers_of(section: CustomersSection) -> CustomerFile:
    """Return the file of customers."""
    return CustomerFile(
        section.file,
        refused=log_refused,
        number=section.number,
        texts=[each.column for each in section.match if each.kind == "text"],
        days=[each.column for each in section.match if each.kind == "day"],
        delimiter=section.delimiter,
        encoding=section.encoding,
        dates=section.dates,
    )


def own_providers(pid: PidSection) -> list[Participant]:
    """Return the providers of the settings as entries of a trust list. Raises ConfigurationError."""
    return [_own_provider(pid, each) for each in pid.providers]


def _own_provider(pid: PidSection, section: PidProviderSection) -> Participant:
    authorities = read_authorities(section.authorities)
    try:
        return Participant.parse(
            {
                "identifier": section.identifier,
                "naam": section.name,
                "roles": ["issuer"],
                "certificates": [each.public_bytes(Encoding.PEM).decode("ascii") for each in authorities],
                "fingerprints": [*section.fingerprints],
                "types": [*sorted({pid.vct, pid.doctype})],
                "bsn": pid.customers is None,
            }
        )
    except MalformedInput as error:
        raise ConfigurationError(f"pid.providers: {section.authorities.name}: {error.detail or error.code}") from error


def authority_faults(provider: Participant, now: datetime) -> list[str]:
    """Say which authorities of a provider vouch for nobody now, because their time has ended or has not begun."""
    certificates = (x509.load_der_x509_certificate(each) for each in provider.anchors)
    return [
        f"the authority {each.subject.rfc4514_string()} is not valid now"
        for each in certificates
        if not each.not_valid_before_utc <= now <= each.not_valid_after_utc
    ]
