"""Put one agency together: settings and keys in, an app and its use cases out."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from starlette.types import ASGIApp

from credentials.clock import Clock, SystemClock
from credentials.dids import Resolver
from credentials.formats.base import IssuerKey
from credentials.keys import SignerUnavailable
from credentials.openid.nonce import NonceAuthority
from issuer.app.auditing import audit_writer, auditor
from issuer.app.documents import documents
from issuer.app.importing import imported_debts
from issuer.app.key_proofs import presentation_proofs
from issuer.app.keys import AgencyKeys
from issuer.app.keys_in_use import KeysInUse
from issuer.app.lasting_keys import LastingKeys
from issuer.app.login import login_of
from issuer.app.numbering import keep_numbering
from issuer.app.operators import DeskWork, desk_work, operators_desk
from issuer.app.processing_log import log_deliveries, log_standing, log_writer
from issuer.app.profiles import require_profile
from issuer.app.registers import agency_of, debt_source, log_refused, words_for
from issuer.app.rotation import Rotation
from issuer.app.secured import encryption_key, secured
from issuer.app.site import CREDENTIAL_BODY, site
from issuer.app.trusted import trusted
from issuer.app.wallet_login import wallet_login
from issuer.app.webhooks import deliveries, subscriptions
from issuer.domain.clients import Attestation
from issuer.domain.configurations import Offered, Securing
from issuer.domain.deferral import Patience
from issuer.domain.facts import Hiding
from issuer.domain.places import StatusAddresses
from issuer.domain.profiles import RULES
from issuer.domain.secrets import Derivation
from issuer.jobs import periodic_jobs
from issuer.ports import EmployeeLogin, LoginProvider, WalletDirectory
from issuer.settings import AgencySettings, require_source
from issuer.storage import SqlStore, StoreKeys
from issuer.storage.sealed import Sealer
from issuer.storage.witness import WitnessFile
from issuer.usecases.attestation import AuthenticateWallet
from issuer.usecases.authorise import Authorise, PushRequest
from issuer.usecases.batch import ShowChanges
from issuer.usecases.changes import CheckChanges, NoteChanges
from issuer.usecases.debts import ReadDebts, ShowDebts
from issuer.usecases.deferred import CollectDeferred
from issuer.usecases.describe import Describe, SignMetadata
from issuer.usecases.dpop import TakeDpopProof
from issuer.usecases.encrypt import MessageEncryption
from issuer.usecases.failures import CountFailures
from issuer.usecases.issue import IssueCredentials
from issuer.usecases.notices import KeepNotices, SupersedeOutdated
from issuer.usecases.notification import TakeNotification
from issuer.usecases.offer import CreateOffer, ShowOffer
from issuer.usecases.publish import PublishStatus, ReadStatusList
from issuer.usecases.purge import Purge
from issuer.usecases.refresh import RefreshSource
from issuer.usecases.representation import NoteRepresentation
from issuer.usecases.respond import SignResponse
from issuer.usecases.restored import BeginAnew, WatchRecords
from issuer.usecases.revoke import RevokeToken
from issuer.usecases.sign import Signing
from issuer.usecases.token import GiveToken
from issuer.usecases.withdraw import Withdraw
from issuer.web.api import SCOPES
from issuer.web.desk import Contact, Desk
from issuer.web.login import acting_for
from service.alone import alone_in
from service.api_answers import ApiAnswers
from service.api_clients import ApiTokens, read_clients
from service.csrf import CsrfGuard
from service.database import Database
from service.http import OutboundClient, OutboundPolicy
from service.kept import KeptText
from service.leading import Lead
from service.logging import get_logger
from service.migrations import migrate
from service.pages import Pages, PartyFace
from service.sealing import derive
from service.sessions import Sessions
from service.web.assemble import OK, UNAVAILABLE

_log: Final = get_logger(__name__)


def _nothing(_point: str) -> None:
    """Stand where a test may break in."""


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency, ready to serve."""

    settings: AgencySettings
    app: ASGIApp
    desk: Desk
    work: DeskWork
    store: SqlStore
    database: Database
    begin_anew: BeginAnew
    check_changes: CheckChanges
    show_changes: ShowChanges


def build(
    settings: AgencySettings,
    keys: AgencyKeys,
    *,
    clock: Clock | None = None,
    login_provider: LoginProvider | None = None,
    employee_login: EmployeeLogin | None = None,
    directory: WalletDirectory | None = None,
    http: OutboundClient | None = None,
    with_jobs: bool = True,
    reached: Callable[[str], None] = _nothing,
) -> Agency:
    """Compose an agency. Raises ConfigurationError.

    `login_provider`, `employee_login`, `directory`, `http` and `reached` are for tests.
    """
    require_source(settings)
    require_profile(settings)
    clock = clock or SystemClock()
    database = _opened(settings)
    http = http or OutboundClient(
        OutboundPolicy(allow_insecure_localhost=settings.insecure_localhost, ca_file=settings.ca_file)
    )
    derivation = Derivation(derive(keys.token_key, "issuer one-time secrets"))
    hiding = Hiding(Derivation(derive(keys.data_key, "issuer keyed hashes")))
    addresses = StatusAddresses(settings.base_url)
    store = SqlStore(
        database,
        StoreKeys(Sealer.from_data_key(keys.data_key), derivation),
        audit=audit_writer(settings, clock),
        announce=subscriptions(settings),
        process=log_writer(settings, keys.data_key),
        entries=settings.status.entries,
        fill=settings.status.fill,
    )
    in_use = KeysInUse(settings, keys.signing, clock)
    made = secured(settings, in_use)

    def certified_key() -> IssuerKey:
        return made.identity.certified_key(clock.now())

    offered, presentations = Offered(settings.securings), presentation_proofs(settings, made.ldp.canonicaliser)
    source = debt_source(settings, log_refused, imported=lambda: imported_debts(settings, database, keys))
    read_debts = ReadDebts(source, clock, store)
    trust = trusted(settings, http, clock, KeptText(database, "trust-list"), directory)
    publish = PublishStatus(
        store=store,
        clock=clock,
        addresses=addresses,
        # Whether its certificate has ended or not: the other lists are published after it.
        token_key=partial(made.identity.key_for, Securing.SD_JWT),
        document_key=partial(made.identity.key_for, Securing.EDDSA_RDFC),
        sign_document=made.document,
        issuer_did=settings.did,
        entries=settings.status.entries,
        lifetime=settings.status_lifetime,
        time_to_live=timedelta(seconds=settings.status.ttl_seconds),
        at_once=settings.status.superseded == "at_once",
    )
    show_changes = ShowChanges(store, clock, publish, settings.status.daily_hour)
    supersede = SupersedeOutdated(store, clock, publish, None if publish.at_once else show_changes)
    refresh = RefreshSource(store, clock, source, read_debts, hiding, publish, supersede)
    encryption = MessageEncryption(encryption_key(keys), settings.encryption, CREDENTIAL_BODY)
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
        signing=Signing(derivation, hiding, made.formats, made.identity, addresses),
        batch_size=settings.batch_size,
        reached=reached,
        attester_key=trust.attester_key,
        attested=settings.key_attestation == "required",
        presentations=presentations.verify,
        patience=patience,
    )
    api_tokens, api_answers = ApiTokens(database, clock), ApiAnswers(database, clock, keys.data_key)
    login = login_of(settings, keys, http, clock)
    desk = Desk(
        url=settings.base_url,
        agency=settings.agency.name,
        numbering=agency_of(settings).numbering,
        contact=Contact(
            settings.contact.phone, settings.contact.website, settings.contact.note, settings.contact.arrangement
        ),
        web_wallets=tuple((each.name, each.offer_url) for each in settings.web_wallets),
        asked_web_wallets=tuple((each.name, each.request_url) for each in settings.web_wallets if each.request_url),
        clock=clock,
        status_ttl=timedelta(seconds=settings.status.ttl_seconds),
        api_token=keys.api_token if settings.shared_token else None,
        api_clients=read_clients(settings.api_clients, SCOPES),
        api_tokens=api_tokens,
        api_answers=api_answers,
        random=secrets.token_bytes,
        offered=offered,
        describe=Describe(
            made.identity,
            offered,
            made.formats,
            addresses,
            settings.batch_size,
            encryption,
            refreshes=settings.refresh_days > 0,
            defers=bool(patience.lifetime),
            attestation=settings.attestation,
            key_attestations=trust.key_attestations,
            proof_suites=presentations.suites,
            type_documents=RULES[settings.profile].type_documents,
        ),
        sign_metadata=SignMetadata(certified_key, clock),
        create_offer=CreateOffer(store, clock, derivation, hiding, settings.offer_lifetime, offered, settings.profile),
        show_offer=ShowOffer(store, clock, derivation),
        push_request=PushRequest(store, clock, trust.wallets),
        authenticate=AuthenticateWallet(
            store=store,
            clock=clock,
            base_url=settings.base_url,
            challenges=NonceAuthority(
                derive(keys.token_key, "issuer attestation challenge"), purpose="attestation challenge"
            ),
            random=secrets.token_bytes,
            provider_key=trust.provider_key,
            required=settings.attestation is Attestation.REQUIRED,
        ),
        authorise=Authorise(store, clock, trust.wallets, hiding),
        give_token=GiveToken(store, clock, derivation, hiding, read_debts, settings.refresh_lifetime, settings.profile),
        revoke_token=RevokeToken(store, clock),
        take_dpop=TakeDpopProof(
            store,
            clock,
            settings.base_url,
            random=secrets.token_bytes,
            nonces=NonceAuthority(derive(keys.token_key, "issuer dpop nonce"), purpose="dpop nonce")
            if settings.dpop_nonce == "required"
            else None,
        ),
        nonces=nonces,
        encryption=encryption,
        issue=issue,
        collect_deferred=CollectDeferred(store, clock, issue, patience),
        take_notification=TakeNotification(store, clock, settings.batch_size),
        show_debts=ShowDebts(read_debts, hiding),
        document=documents(settings, http, issue, publish),
        sign_response=SignResponse(source, store, clock, hiding, certified_key),
        read_status_list=ReadStatusList(store),
        publish=publish,
        withdraw=Withdraw(store, clock, hiding, publish),
        note_changes=NoteChanges(store, clock, hiding),
        refresh=refresh,
        notices=KeepNotices(store, clock, supersede, settings.agency.coverage),
        login=login_provider or login.provider,
        login_keys=login.keys,
        note_representation=NoteRepresentation(store, hiding),
        wallet_login=wallet_login(
            settings,
            keys,
            store,
            made.formats,
            clock=clock,
            hiding=hiding,
            fetch=http.fetch_wherever,
            listed=trust.trust_list,
        ),
        sessions=sessions,
        csrf=CsrfGuard(sessions, settings.base_url),
        pages=Pages("issuer", party=_face(settings), place=settings.place, notice=acting_for),
    )
    witness = WitnessFile(settings.state)
    watch, begin_anew = WatchRecords(store, witness), BeginAnew(store, clock, witness)
    with alone_in(settings.state):
        if watch.are_older():
            _log.error("records_restored", fresh_list=begin_anew())
    publish()
    ends = LastingKeys(settings, in_use, keys.access_chain, clock)
    rotation = Rotation(settings, keys.signing.keeper, clock, auditor(database, settings, clock), trust.trust_list)
    failures = CountFailures(store, clock)
    closing: list[Callable[[], None]] = [
        failures.finish,
        source.close,
        *login.closing,
        http.close,
        database.close,
    ]
    jobs = periodic_jobs(
        lead=Lead(database, clock),
        store=store,
        clock=clock,
        failures=failures,
        refresh=refresh,
        check_changes=CheckChanges(store, clock, refresh),
        show_changes=None if publish.at_once else show_changes,
        deliver=deliveries(settings, database, clock, closing),
        account=log_deliveries(settings, keys.data_key, database, clock, closing),
        publish=publish,
        supersede=supersede,
        purge=Purge(store, clock),
        watch=watch,
        sessions=sessions,
        api=(api_tokens, api_answers),
        lasting=ends,
        rotate=rotation.turn,
        refresh_every=timedelta(seconds=settings.jobs.refresh_seconds),
        publish_every=timedelta(seconds=settings.jobs.publish_seconds),
        purge_every=timedelta(seconds=settings.jobs.purge_seconds),
    )
    watched = {
        "source": lambda: words_for(source.condition(clock.now(), wait=False)),
        **log_standing(settings, database, clock),
    }
    if settings.keys.rotate_days is not None or settings.keys.pkcs11 is not None:
        watched["keys"] = lambda: _word_for(in_use, rotation)
    if desk.document is None:
        watched["documents"] = lambda: UNAVAILABLE
    by_wallet = desk.wallet_login
    if by_wallet is not None:
        # Whoever cannot log in so can still do so with DigiD.
        watched["login with a wallet"] = lambda: OK if by_wallet.is_usable() else "unusable"
    work = desk_work(
        settings,
        store=store,
        clock=clock,
        hiding=hiding,
        source=source,
        publish=publish,
        failures=failures,
        lasting=ends,
        witness=witness,
        database=database,
    )
    app = site(
        desk,
        settings,
        database,
        heard=failures.hear,
        operators=operators_desk(
            settings,
            keys,
            work,
            rotation,
            desk.notices,
            store=store,
            database=database,
            clock=clock,
            http=http,
            closing=closing,
            login=employee_login,
        ),
        certificate=ends.demand,
        watched=watched,
        jobs=jobs if with_jobs else [],
        closing=closing,
    )
    return Agency(
        settings, app, desk, work, store, database, begin_anew, CheckChanges(store, clock, refresh), show_changes
    )


def _opened(settings: AgencySettings) -> Database:
    """Open the database, with its tables as they are now."""
    database = Database(settings.database_url)
    migrate(database, "issuer")
    keep_numbering(database, agency_of(settings).numbering, settings.agency.abbreviation)
    return database


def _word_for(in_use: KeysInUse, rotation: Rotation) -> str:
    keys = in_use.signing()
    try:
        for signer in (keys.signer, keys.ldp):
            signer.sign(b"ready?")
    except SignerUnavailable:
        return "the token does not sign"
    return "rotation is overdue" if rotation.overdue() else OK


def _face(settings: AgencySettings) -> PartyFace:
    return PartyFace(
        name=settings.agency.name,
        tagline="Uw schulden",
        kind="issuer",
        phone=settings.contact.phone or "",
        demo=settings.insecure_localhost,
        languages=("nl", "en"),
    )
