"""What citizens can do, made from what it stands on."""

from collections.abc import Callable
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from credentials.clock import Clock
from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE, from_jsonld, to_jsonld
from credentials.debts.elements import ELEMENTS
from credentials.debts.jsonld import TYPE_TERMS
from credentials.debts.types import CONTEXT_URL, CONTEXT_V2_URL, context_documents, needs_v2
from credentials.dids import Resolver
from credentials.formats import FormatRegistry, LaterContext, Vocabulary
from credentials.formats.jwt_vc import JwtVcJson, VcJwt, VcSdJwt
from credentials.formats.ldp_vc import ContextBundle, LdpVc
from credentials.formats.mdoc import MsoMdoc
from credentials.formats.sd_jwt import SdJwtVc
from credentials.status import StatusChecker
from credentials.trust import TrustListSource
from credentials.verification import Verifier
from service import printing
from service.http import OutboundClient
from service.logging import get_logger
from service.settings import trusted_lists
from wallet_api.clients.issuer import HttpIssuers
from wallet_api.clients.own_site import only_from
from wallet_api.clients.verifier import HttpRequesters
from wallet_api.domain.acquaintance import Acquaintance
from wallet_api.domain.card import Card
from wallet_api.domain.collection import Collection
from wallet_api.domain.delivery import Delivery
from wallet_api.domain.flow import Visit
from wallet_api.domain.issuance import PendingOffer
from wallet_api.domain.paper import Paper
from wallet_api.domain.parts import Series
from wallet_api.domain.permission import Permission
from wallet_api.domain.presentation import PendingRequest, Receipt
from wallet_api.domain.wallet import Attempts
from wallet_api.identity.passkeys import RelyingParty, WebAuthnPasskeys
from wallet_api.ports import Attester, Errands
from wallet_api.settings import WalletSettings
from wallet_api.storage import SqlChallenges, SqlRecords, SqlWallets
from wallet_api.usecases.acquaintances import Acquaintances
from wallet_api.usecases.arrange import ShowArrangements
from wallet_api.usecases.collect import Collect
from wallet_api.usecases.deliveries import Deliveries, DeliveryShelves
from wallet_api.usecases.files import MoveWallets
from wallet_api.usecases.obtain import ObtainCards
from wallet_api.usecases.offers import TakeOffers
from wallet_api.usecases.papers import Papers
from wallet_api.usecases.passkeys import UsePasskeys
from wallet_api.usecases.permissions import Permissions
from wallet_api.usecases.prove import ProveCards
from wallet_api.usecases.read_request import ReadRequests, RequestPolicy
from wallet_api.usecases.receive import ReceiveCards
from wallet_api.usecases.rounds import Rounds
from wallet_api.usecases.share import ShareCards, Shelves
from wallet_api.usecases.show import ShowOverview
from wallet_api.usecases.take_along import TakeAlong
from wallet_api.usecases.visits import Visits
from wallet_api.usecases.wallets import KeepWallets
from wallet_api.usecases.ways_in import KeepWaysIn
from wallet_api.usecases.weigh import WeighRequests
from wallet_api.vault import SealedExports, SealedShelf, SlowLocksmith
from wallet_api.web.bundle import UseCases

_log = get_logger(__name__)
# How a device lists the site of a passkey.
PARTY_NAME: Final = "Blauwe Knop"


def usecases_of(
    settings: WalletSettings,
    clock: Clock,
    http: OutboundClient,
    trust: TrustListSource,
    *,
    afterwards: Callable[[Callable[[], object]], None],
    wallets: SqlWallets,
    records: SqlRecords,
    challenges: SqlChallenges,
    locksmith: SlowLocksmith,
    attester: Attester | None,
    errands: Errands | None,
) -> UseCases:
    """Make every use case, with one vault and one outbound client below them."""
    insecure, lifetime = settings.insecure_localhost, settings.flow_lifetime
    formats = _formats()
    keys = Resolver(http.fetch, allow_insecure_localhost=insecure, clock=clock)
    status = StatusChecker(http.fetch_wherever, clock)
    proof = ProveCards(
        Verifier(formats, trust.current, keys, status, clock),
        status,
        clock,
        # A stranger's site may be asked for the stranger's own keys, and nobody else's.
        lambda agency: Resolver(
            only_from(http.fetch, urlsplit(agency.identifier).netloc), allow_insecure_localhost=insecure, clock=clock
        ),
    )
    cards = SealedShelf(records, "cards", Card, clock)
    issuers = HttpIssuers(
        http,
        clock,
        trust,
        afterwards=afterwards,
        client_id=settings.client_id,
        redirect_uri=settings.redirect_uri,
        attester=attester,
        parallel=settings.collecting.parallel,
        unsigned_metadata=settings.unsigned_metadata == "take",
        encryption_alg_beside_key=settings.tolerances.encryption_alg_beside_key,
        insecure_localhost=insecure,
    )
    visits = Visits(issuers, SealedShelf(records, "visits", Visit, clock), clock, lifetime)
    kept = DeliveryShelves(
        cards, SealedShelf(records, "waiting", Card, clock), SealedShelf(records, "deliveries", Delivery, clock)
    )
    permissions = Permissions(issuers, SealedShelf(records, "permissions", Permission, clock))
    receive = ReceiveCards(
        issuers,
        ObtainCards(issuers, proof, clock, copies=settings.collecting.copies, errands=errands),
        Deliveries(kept, clock, errands),
        permissions,
        clock,
        lifetime=lifetime,
    )
    show = ShowOverview(cards, proof, clock)
    shelves = Shelves(
        SealedShelf(records, "requests", PendingRequest, clock),
        cards,
        SealedShelf(records, "receipts", Receipt, clock),
        SealedShelf(records, "series", Series, clock),
    )
    requesters = HttpRequesters(http, insecure_localhost=insecure)
    acquaintances = Acquaintances(
        trust,
        SealedShelf(records, "acquaintances", Acquaintance, clock),
        clock,
        refuse_unknown=settings.unknown_issuers == "refuse",
    )
    requests = ReadRequests(
        trust=trust,
        requesters=requesters,
        keys=keys,
        shelf=shelves.requests,
        policy=RequestPolicy(
            refuse_unknown=settings.unknown_verifiers == "refuse",
            insecure_localhost=insecure,
            request_uri_as_audience=settings.tolerances.request_uri_as_audience,
            lifetime=lifetime,
        ),
        clock=clock,
    )
    weigh = WeighRequests(
        formats,
        show,
        clock,
        insecure_localhost=insecure,
        trusted_lists=trusted_lists(settings.trusted_lists),
    )
    keep = KeepWallets(
        wallets,
        locksmith,
        Attempts(free=settings.limits.attempts),
        clock,
        permissions,
        leaving=receive.give_up_all,
    )
    party = RelyingParty.of(settings.base_url, PARTY_NAME)
    passkeys = None if party is None else WebAuthnPasskeys(party)
    return UseCases(
        wallets=keep,
        passkeys=UsePasskeys(wallets, locksmith, keep, clock, passkeys=passkeys, challenges=challenges),
        ways_in=KeepWaysIn(wallets, locksmith, clock),
        files=MoveWallets(SealedExports(records, clock, locksmith.hashes, locksmith.cost)),
        collect=Collect(
            trust=trust,
            issuers=issuers,
            visits=visits,
            receive=receive,
            permissions=permissions,
            rounds=Rounds(receive, SealedShelf(records, "collections", Collection, clock), clock),
            clock=clock,
            formats=settings.collecting.formats,
        ),
        visits=visits,
        acquaintances=acquaintances,
        offers=TakeOffers(
            acquaintances=acquaintances,
            issuers=issuers,
            visits=visits,
            receive=receive,
            shelf=SealedShelf(records, "offers", PendingOffer, clock),
            clock=clock,
            lifetime=lifetime,
        ),
        requests=requests,
        share=ShareCards(requesters, formats, weigh, shelves, clock, requests=requests),
        show=show,
        papers=Papers(trust, SealedShelf(records, "papers", Paper, clock), clock),
        arrangements=ShowArrangements(trust),
        take_along=TakeAlong(show, proof, _printer(), clock),
    )


def _printer() -> printing.Printer | None:
    lacking = printing.missing()
    if lacking is not None:
        _log.warning("documents_off", missing=lacking)
        return None
    return printing.Printer()


def _formats() -> FormatRegistry:
    bundle = ContextBundle(context_documents())
    later = LaterContext(CONTEXT_V2_URL, needs_v2)
    vocabularies = [
        Vocabulary(type, TYPE_TERMS[type], CONTEXT_URL, partial(to_jsonld, type), partial(from_jsonld, type), later)
        for type in (OVERVIEW_TYPE, CASE_TYPE)
    ]
    return FormatRegistry(
        [
            SdJwtVc(),
            LdpVc(bundle, vocabularies),
            VcSdJwt(vocabularies),
            VcJwt(vocabularies),
            JwtVcJson(vocabularies),
            MsoMdoc(ELEMENTS),
        ]
    )
