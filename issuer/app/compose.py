"""Put one agency together: settings and keys in, an app and its use cases out."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from starlette.types import ASGIApp

from credentials.clock import Clock, SystemClock
from credentials.debts.agency import Agency as DebtAgency
from credentials.debts.claims import from_jsonld, to_jsonld
from credentials.debts.elements import ELEMENTS
from credentials.debts.errors import SourceError
from credentials.debts.types import CASE_TYPE, CONTEXT_URL, OVERVIEW_TYPE, TYPE_TERMS, context_document
from credentials.dids import Resolver, json_web_key, verification_method
from credentials.encoding import JsonObject, json_object
from credentials.errors import ConfigurationError, MalformedInput
from credentials.formats.base import IssuerKey, Vocabulary
from credentials.formats.jwt_vc import JwtVcJson, VcJwt, VcSdJwt
from credentials.formats.ldp_vc import ContextBundle, LdpVc, sign_document
from credentials.formats.mdoc import MsoMdoc
from credentials.formats.registry import FormatRegistry
from credentials.formats.sd_jwt import SdJwtVc
from credentials.jose import EncryptionKey
from credentials.keys import PublicJwk, Signer
from credentials.openid.issuer_metadata import Attestations
from credentials.openid.key_attestation import AttesterKey
from credentials.openid.nonce import NonceAuthority
from credentials.trust import Keeper, TrustListSource, verify_chain
from credentials.trust.x509 import check_authority, to_der
from issuer.app.keys import AgencyKeys
from issuer.app.profiles import require_profile
from issuer.clients import NoDirectory, TrustListDirectory
from issuer.domain.clients import Attestation
from issuer.domain.configurations import Offered, Securing
from issuer.domain.deferral import Patience
from issuer.domain.facts import Hiding
from issuer.domain.places import StatusAddresses
from issuer.domain.secrets import Derivation
from issuer.identity import OidcClient, OidcLogin
from issuer.jobs import periodic_jobs
from issuer.ports import DebtSource, Event, LoginProvider, WalletDirectory
from issuer.settings import AgencySettings, CsvSource, FcidSource, TrustListSection, require_source
from issuer.sources import CsvColumns, CsvFileSource, FcidDirectorySource, Refused, TotalRow
from issuer.storage import AuditWriter, SqlStore, StoreKeys
from issuer.storage.sealed import Sealer
from issuer.usecases.attestation import AuthenticateWallet
from issuer.usecases.authorise import Authorise, PushRequest
from issuer.usecases.debts import ReadDebts
from issuer.usecases.deferred import CollectDeferred
from issuer.usecases.describe import Describe, SignMetadata
from issuer.usecases.dpop import TakeDpopProof
from issuer.usecases.encrypt import MessageEncryption
from issuer.usecases.issue import IssueCredentials
from issuer.usecases.notification import TakeNotification
from issuer.usecases.offer import CreateOffer, ShowOffer
from issuer.usecases.publish import PublishStatus, ReadStatusList
from issuer.usecases.purge import Purge
from issuer.usecases.refresh import RefreshSource
from issuer.usecases.sign import Identity, Signing
from issuer.usecases.token import GiveToken
from issuer.usecases.withdraw import Withdraw
from issuer.web import api, authorise, login, pages, take_along, vci, wellknown
from issuer.web.desk import Contact, Desk
from issuer.web.problems import problem_map
from service.audit import AuditEntry, append
from service.csrf import CsrfGuard
from service.database import Database
from service.http import OutboundClient, OutboundPolicy
from service.jobs import Job
from service.kept import KeptText
from service.leading import Lead
from service.logging import get_logger
from service.migrations import migrate, schema_is_current
from service.pages import Pages, PartyFace
from service.sealing import derive
from service.sessions import Sessions
from service.web import Health, assemble, business_app, pages_app, protocol_app

PROTOCOL_PATHS: Final = (
    "/.well-known/",
    "/contexts/",
    "/credential",
    "/deferred",
    "/did.json",
    "/nonce",
    "/notification",
    "/oauth/",
    "/offers/",
    "/status/",
    "/types/",
)
# Where a wallet sends its user, and what follows: a page, also where something is wrong.
SCREEN_PATHS: Final = ("/oauth/authorize", "/oauth/verder/", "/oauth/toestemming", "/oauth/gestopt/")
# Ten proofs with their certificates in one request.
CREDENTIAL_BODY: Final = 1 << 19
RETURN: Final = "/inloggen/terug"

_TRUST_LIST_REFRESH: Final = timedelta(minutes=5)

_log: Final = get_logger(__name__)


def _nothing(_point: str) -> None:
    """Stand where a test may break in."""


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency, ready to serve."""

    settings: AgencySettings
    app: ASGIApp
    desk: Desk
    store: SqlStore
    database: Database


def build(
    settings: AgencySettings,
    keys: AgencyKeys,
    *,
    clock: Clock | None = None,
    login_provider: LoginProvider | None = None,
    directory: WalletDirectory | None = None,
    with_jobs: bool = True,
    reached: Callable[[str], None] = _nothing,
) -> Agency:
    """Compose an agency. Raises ConfigurationError.

    `login_provider`, `directory` and `reached` are for tests.
    """
    require_source(settings)
    require_profile(settings)
    clock = clock or SystemClock()
    database = Database(settings.database_url)
    migrate(database, "issuer")
    http = OutboundClient(
        OutboundPolicy(allow_insecure_localhost=settings.insecure_localhost, ca_file=settings.ca_file)
    )
    derivation = Derivation(derive(keys.token_key, "issuer one-time secrets"))
    hiding = Hiding(Derivation(derive(keys.data_key, "issuer keyed hashes")))
    addresses = StatusAddresses(settings.base_url)
    store = SqlStore(
        database,
        StoreKeys(Sealer.from_data_key(keys.data_key), derivation),
        audit=_audit(settings, clock),
        entries=settings.status.entries,
        fill=settings.status.fill,
    )
    vocabularies = _vocabularies()
    ldp = LdpVc(ContextBundle({CONTEXT_URL: context_document()}), vocabularies)
    formats = FormatRegistry(
        [SdJwtVc(), ldp, VcSdJwt(vocabularies), VcJwt(vocabularies), JwtVcJson(vocabularies), MsoMdoc(ELEMENTS)],
    )
    identity, offered = _identity(settings, keys), Offered(settings.securings)
    ldp_key = identity.keys[Securing.EDDSA_RDFC]

    def secure(document: JsonObject, now: datetime) -> JsonObject:
        return sign_document(
            document,
            ldp_key.signer,
            ldp_key.verification_method or "",
            canonicaliser=ldp.canonicaliser,
            created=now,
        )

    source = debt_source(settings, _log_refused)
    read_debts = ReadDebts(source, clock)
    listed = directory or _directory(settings.trust_list, http, clock, KeptText(database, "trust-list"))
    attester_key = _attester_key(settings)
    if attester_key is None and settings.key_attestation == "required" and isinstance(listed, TrustListDirectory):
        attester_key = listed.attester_key
    attestation = settings.attestation
    provider_key = listed.provider_key if isinstance(listed, TrustListDirectory) else None
    if attestation is Attestation.OFF:
        provider_key = None
    publish = PublishStatus(
        store=store,
        clock=clock,
        addresses=addresses,
        token_key=identity.keys[Securing.SD_JWT],
        sign_document=secure,
        issuer_did=settings.did,
        entries=settings.status.entries,
        lifetime=timedelta(seconds=settings.status.valid_seconds),
        time_to_live=timedelta(seconds=settings.status.ttl_seconds),
    )
    refresh = RefreshSource(store, clock, source, read_debts, hiding, publish)
    encryption = MessageEncryption(_encryption_key(keys), settings.encryption, CREDENTIAL_BODY)
    patience = Patience(timedelta(hours=settings.deferred.hours), settings.deferred.interval_seconds)
    nonces = NonceAuthority(derive(keys.token_key, "issuer c_nonce"))
    sessions = Sessions(
        database,
        cookie=f"bk_issuer_{settings.agency.abbreviation}",
        clock=clock,
        secure=not settings.insecure_localhost,
        place=settings.place,
    )
    issue = IssueCredentials(
        store=store,
        clock=clock,
        nonces=nonces,
        # Without a fetch: a wallet's key is in its did:key or did:jwk, and nobody makes us call elsewhere.
        resolver=Resolver(),
        read_debts=read_debts,
        signing=Signing(derivation, hiding, formats, identity, addresses),
        batch_size=settings.batch_size,
        reached=reached,
        attester_key=attester_key,
        attested=settings.key_attestation == "required",
        patience=patience,
    )
    desk = Desk(
        url=settings.base_url,
        agency=settings.agency.name,
        contact=Contact(settings.contact.phone, settings.contact.website, settings.contact.note),
        web_wallets=tuple((each.name, each.offer_url) for each in settings.web_wallets),
        clock=clock,
        status_ttl=timedelta(seconds=settings.status.ttl_seconds),
        api_token=keys.api_token,
        random=secrets.token_bytes,
        offered=offered,
        describe=Describe(
            identity,
            offered,
            formats,
            addresses,
            settings.batch_size,
            encryption,
            refreshes=settings.refresh_days > 0,
            defers=bool(patience.lifetime),
            attestation=attestation,
            key_attestations=_key_attestations(settings, attester_key),
        ),
        sign_metadata=SignMetadata(identity.keys[Securing.SD_JWT], clock),
        create_offer=CreateOffer(store, clock, derivation, hiding, settings.offer_lifetime, offered, settings.profile),
        show_offer=ShowOffer(store, clock, derivation),
        push_request=PushRequest(store, clock, listed),
        authenticate=AuthenticateWallet(
            store=store,
            clock=clock,
            base_url=settings.base_url,
            challenges=NonceAuthority(
                derive(keys.token_key, "issuer attestation challenge"), purpose="attestation challenge"
            ),
            random=secrets.token_bytes,
            provider_key=provider_key,
            required=attestation is Attestation.REQUIRED,
        ),
        authorise=Authorise(store, clock, listed, hiding),
        give_token=GiveToken(store, clock, derivation, hiding, read_debts, settings.refresh_lifetime, settings.profile),
        take_dpop=TakeDpopProof(store, clock, settings.base_url),
        nonces=nonces,
        encryption=encryption,
        issue=issue,
        collect_deferred=CollectDeferred(store, clock, issue, patience),
        take_notification=TakeNotification(store, clock, settings.batch_size),
        read_debts=read_debts,
        read_status_list=ReadStatusList(store),
        publish=publish,
        withdraw=Withdraw(store, clock, hiding, publish),
        refresh=refresh,
        login=login_provider or _login(settings, keys, http, clock),
        sessions=sessions,
        csrf=CsrfGuard(sessions, settings.base_url),
        pages=Pages("issuer", party=_face(settings), place=settings.place),
    )
    publish()
    jobs = periodic_jobs(
        lead=Lead(database, clock),
        refresh=refresh,
        publish=publish,
        purge=Purge(store, clock),
        sessions=sessions,
        refresh_every=timedelta(seconds=settings.jobs.refresh_seconds),
        publish_every=timedelta(seconds=settings.jobs.publish_seconds),
        purge_every=timedelta(seconds=settings.jobs.purge_seconds),
    )
    app = _web(desk, settings, database, jobs=jobs if with_jobs else [], closing=[http.close, database.close])
    return Agency(settings, app, desk, store, database)


def _web(
    desk: Desk,
    settings: AgencySettings,
    database: Database,
    *,
    jobs: Sequence[Job],
    closing: list[Callable[[], None]],
) -> ASGIApp:
    problems = problem_map()
    protocol = protocol_app(problems=problems)
    vci.install(protocol, desk)
    wellknown.install(protocol, desk, settings.place)
    business = business_app(
        title=f"Uitgifte van schuldbewijzen door {settings.agency.name}",
        version=api.VERSION,
        problems=problems,
        description="Aanbiedingen voor burgers, intrekkingen en het nakijken van de bron.",
        place=settings.place,
    )
    business.include_router(api.router(desk))
    screens = pages_app(problems=problems, pages=desk.pages, login=login.LOGIN)
    for module in (pages, take_along, login, authorise):
        screens.include_router(module.router(desk))
    desk.pages.install(screens)

    def database_is_current() -> None:
        if not schema_is_current(database, "issuer"):
            raise ConfigurationError("the database is not at the expected version")

    return assemble(
        pages=screens,
        business=business,
        protocol=protocol,
        protocol_prefixes=PROTOCOL_PATHS,
        screen_prefixes=SCREEN_PATHS,
        health=Health({"database": database_is_current}),
        secure=not settings.insecure_localhost,
        body_limits={"/credential": CREDENTIAL_BODY},
        jobs=jobs,
        closing=closing,
        place=settings.place,
        beside=wellknown.inserted_paths(settings.base_url),
    )


def _identity(settings: AgencySettings, keys: AgencyKeys) -> Identity:
    did = settings.did

    def data_integrity(signer: Signer, suite: Securing) -> IssuerKey:
        return IssuerKey(signer, (), verification_method(did, signer.public_jwk), suite.value)

    # A JOSE header names the key's JsonWebKey, a Data Integrity proof its Multikey; the document lists both.
    token = IssuerKey(keys.signer, (), json_web_key(did, keys.signer.public_jwk))
    certified = IssuerKey(keys.signer, keys.signer_chain)
    return Identity(
        url=settings.base_url,
        did=did,
        name=settings.agency.name,
        abbreviation=settings.agency.abbreviation,
        keys={
            Securing.SD_JWT: certified,
            Securing.EDDSA_RDFC: data_integrity(keys.ldp, Securing.EDDSA_RDFC),
            Securing.ECDSA_RDFC: data_integrity(keys.signer, Securing.ECDSA_RDFC),
            Securing.ECDSA_SD: data_integrity(keys.signer, Securing.ECDSA_SD),
            Securing.VC_JWT: token,
            Securing.VC_SD_JWT: token,
            Securing.JWT_VC_JSON: token,
            Securing.MDOC: certified,
        },
    )


def _encryption_key(keys: AgencyKeys) -> EncryptionKey:
    # Two parts, as one that is twice as long as the key favours none. With another token.key it is another key.
    return EncryptionKey.from_seed(b"".join(derive(keys.token_key, f"issuer encryption {part}") for part in (1, 2)))


def _vocabularies() -> list[Vocabulary]:
    def vocabulary(type_urn: str) -> Vocabulary:
        return Vocabulary(
            type=type_urn,
            term=TYPE_TERMS[type_urn],
            context=CONTEXT_URL,
            to_subject=lambda claims, node: to_jsonld(type_urn, claims, node),
            from_subject=lambda subject: from_jsonld(type_urn, subject),
        )

    return [vocabulary(type_urn) for type_urn in (OVERVIEW_TYPE, CASE_TYPE)]


def debt_source(settings: AgencySettings, refused: Refused) -> DebtSource:
    """Return the agency's register; `refused` is told of every fault in it. Raises ConfigurationError."""
    section, source = settings.agency, settings.source
    agency = DebtAgency(section.oin, section.name, section.abbreviation, section.coverage)
    if isinstance(source, FcidSource):
        checked = source.payment_references == "checked"
        return FcidDirectorySource(agency, source.directory, refused=refused, checked_references=checked)
    return CsvFileSource(agency, source.file, csv_columns(source), refused=refused)


def _log_refused(error: SourceError) -> None:
    place = {"file": error.file, "line": error.line, "field": error.field}
    _log.error("source_refused", code=error.code, reason=error.reason, **place)


def csv_columns(source: CsvSource) -> CsvColumns:
    """Return how an agency's file is written. Raises ConfigurationError for a field that the FCID does not have."""
    total = source.total_row
    return CsvColumns(
        source.columns,
        source.constants,
        source.events,
        source.delimiter,
        source.encoding,
        source.decimal,
        source.thousands,
        source.dates,
        source.payment_references,
        None if total is None else TotalRow(total.column, total.text),
    )


def _directory(section: TrustListSection | None, http: OutboundClient, clock: Clock, keeper: Keeper) -> WalletDirectory:
    if section is None:
        return NoDirectory()
    try:
        root = PublicJwk.parse(json_object(section.key.read_bytes(), "the scheme's key"))
    except OSError as error:
        raise ConfigurationError("trust_list.key: missing or unreadable") from error
    source = section.source

    def read() -> str:
        if "://" in source:
            return http.fetch(source, "application/trust-list+jwt, application/jwt, */*").decode("ascii").strip()
        return Path(source).read_text("ascii").strip()

    return TrustListDirectory(
        TrustListSource(
            read,
            root,
            clock,
            refresh=_TRUST_LIST_REFRESH,
            keeper=keeper,
            failed=lambda code: _log.warning("trust_list_not_refreshed", code=code),
        )
    )


def _key_attestations(settings: AgencySettings, attester_key: AttesterKey | None) -> Attestations:
    if settings.key_attestation == "required":
        return Attestations.REQUIRED
    return Attestations.NONE if attester_key is None else Attestations.TAKEN


def _attester_key(settings: AgencySettings) -> AttesterKey | None:
    if not settings.key_attesters:
        return None
    try:
        anchors = tuple(to_der(path.read_text("ascii")) for path in settings.key_attesters)
        for anchor in anchors:
            check_authority(anchor)
    except (OSError, ValueError, MalformedInput) as error:
        raise ConfigurationError("key_attesters: not a certificate of an authority") from error
    return lambda x5c, at: verify_chain(x5c, anchors, at).public_jwk


def _login(settings: AgencySettings, keys: AgencyKeys, http: OutboundClient, clock: Clock) -> LoginProvider:
    section = settings.digid
    client = OidcClient(
        issuer=section.issuer,
        client_id=section.client_id,
        redirect_uri=settings.base_url + RETURN,
        scope=section.scope,
        minimum_assurance=section.minimum_assurance,
        bsn_claim=section.bsn_claim,
        name_claim=section.name_claim,
        authentication=section.authentication,
        signer=keys.digid,
        secret=keys.digid_secret,
    )
    return OidcLogin(client, http, clock)


def _face(settings: AgencySettings) -> PartyFace:
    return PartyFace(
        name=settings.agency.name,
        tagline="Uw schulden",
        kind="issuer",
        contact=f"Vragen? Bel {settings.contact.phone}." if settings.contact.phone else "",
        demo=settings.insecure_localhost,
    )


def _audit(settings: AgencySettings, clock: Clock) -> AuditWriter:
    actor = settings.agency.abbreviation

    def write(connection: Connection, event: Event) -> None:
        append(
            connection,
            AuditEntry(
                action=event.action,
                actor=event.subject or actor,
                object=event.object,
                result=event.outcome,
                reason=event.reason or "",
            ),
            at=clock.now(),
        )

    return write
