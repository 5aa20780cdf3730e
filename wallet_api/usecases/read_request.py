"""Read a request for cards: fetch it, prove who signed it, and keep it for the citizen's word.

Nothing is fetched from a host that the trust list does not know, and nothing of a stranger's is shown, before the
citizen agreed: however the request came, by reference or by value, signed or not, in development or not.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import final
from urllib.parse import unquote, urlsplit

from credentials.clock import Clock, from_epoch
from credentials.formats import KeyResolver
from credentials.openid.errors import InvalidTransactionData, PresentationError
from credentials.openid.request_link import RequestByValue, RequestReference
from credentials.openid.request_object import UnverifiedRequest, VerifiedRequest, verify_request
from credentials.plain_text import shown
from credentials.trust import (
    InvalidChain,
    IssuerNotAllowed,
    IssuerWithdrawn,
    Participant,
    Role,
    TrustList,
    UnknownVerifier,
    recognise_attester,
    recognise_verifier,
)
from wallet_api.domain.disclosure import BSN
from wallet_api.domain.errors import RequestRefused, UnknownHost
from wallet_api.domain.presentation import PendingRequest, Reason, Requester
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Requesters, Shelf, TrustSource


@final
@dataclass(frozen=True, slots=True)
class RequestPolicy:
    """How strangers are treated: warned about, or refused; and whether unsigned requests exist (development only).

    With `request_uri_as_audience` the `aud` of a request object may also be the address that it was fetched from.
    """

    refuse_unknown: bool = False
    insecure_localhost: bool = False
    request_uri_as_audience: bool = False
    lifetime: timedelta = timedelta(minutes=15)


@final
class ReadRequests:
    """Requests, from a link that was scanned to something that a citizen can decide about."""

    def __init__(
        self,
        *,
        trust: TrustSource,
        requesters: Requesters,
        keys: KeyResolver,
        shelf: Shelf[PendingRequest],
        policy: RequestPolicy,
        clock: Clock,
    ) -> None:
        self._trust = trust
        self._requesters = requesters
        self._keys = keys
        self._shelf = shelf
        self._policy = policy
        self._clock = clock

    def read(self, wallet: OpenedWallet, text: str, *, stranger_agreed: bool = False) -> PendingRequest:
        """Read a request link, fetch and prove the request, and keep it for the citizen's word.

        Raises UnknownHost when it is kept at a host that nobody on the trust list has, or is by nobody on it, and the
        citizen has not agreed to that; RequestRefused for a request that must not be shown at all; Unavailable.
        """
        trust_list = self._trust.current()
        try:
            verified, expires_at = self._fetched(text, trust_list, stranger_agreed=stranger_agreed)
        except InvalidTransactionData as error:
            raise RequestRefused("transaction") from error
        except PresentationError as error:
            raise RequestRefused("malformed") from error
        pending = self._pending(verified, trust_list, expires_at)
        if pending.refusal is None:
            _demand_agreement(pending.requester.host, known=pending.requester.known, agreed=stranger_agreed)
        self._shelf.put(wallet, pending.id, pending, expires_at=pending.expires_at)
        return pending

    def _fetched(
        self, text: str, trust_list: TrustList, *, stranger_agreed: bool
    ) -> tuple[VerifiedRequest, datetime | None]:
        link = self._requesters.read_link(text)
        nonce: str | None = None
        if isinstance(link, VerifiedRequest):
            return link, None
        if isinstance(link, RequestReference):
            host = urlsplit(link.request_uri).netloc
            _demand_agreement(host, known=host in _verifier_hosts(trust_list), agreed=stranger_agreed)
            nonce = secrets.token_urlsafe(24) if link.method == "post" else None
            jwt = self._requesters.fetch(link, nonce)
        else:
            jwt = link.request if isinstance(link, RequestByValue) else ""
        unverified = UnverifiedRequest.parse(jwt)
        for did in unverified.dids:
            # The document of a did:web is fetched from a host that whoever asks has chosen.
            known = not did.startswith("did:web:") or trust_list.find(did) is not None
            _demand_agreement(_host_of(did), known=known, agreed=stranger_agreed)
        verified = verify_request(
            unverified,
            client_id=link.client_id,
            now=self._clock.now(),
            wallet_nonce=nonce,
            resolver=self._keys,
            insecure_localhost=self._policy.insecure_localhost,
            further_audience=self._own_address(link),
        )
        expires = unverified.token.payload.get("exp")
        return verified, from_epoch(expires) if isinstance(expires, int) else None

    def _own_address(self, link: RequestReference | RequestByValue) -> str | None:
        if isinstance(link, RequestReference) and self._policy.request_uri_as_audience:
            return link.request_uri
        return None

    def _pending(self, verified: VerifiedRequest, trust_list: TrustList, expires_at: datetime | None) -> PendingRequest:
        request, now = verified.request, self._clock.now()
        requester, refusal = self._requester(verified, trust_list, now)
        asked = {part for query in request.dcql.credentials for claim in query.claims for part in claim.path}
        if BSN in asked and not requester.may_ask_bsn:
            # Whoever asks what they may not ask gets nothing at all, whether or not it is here.
            refusal = refusal or "bsn"
        if any(each.agreement is None for each in request.transaction_data):
            # Section 8.4: what is not understood is not agreed to, and then nothing is answered.
            refusal = refusal or "transaction"
        latest = now + self._policy.lifetime
        purpose = request.purpose if verified.signed else None
        return PendingRequest(
            id=secrets.token_hex(16),
            parameters=request.to_parameters(),
            requester=requester,
            reason=Reason(purpose.doel, purpose.grondslag, purpose.bewaartermijn) if purpose is not None else None,
            expires_at=min(expires_at, latest) if expires_at is not None else latest,
            refusal=refusal,
        )

    def _requester(
        self, verified: VerifiedRequest, trust_list: TrustList, now: datetime
    ) -> tuple[Requester, str | None]:
        host = urlsplit(verified.request.response_uri).netloc
        stranger = Requester(host, host, known=False)
        if not verified.signed:
            # Anybody can write an unsigned request; outside development that is reason enough.
            return stranger, None if self._policy.insecure_localhost else "unsigned"
        try:
            found = recognise_verifier(
                trust_list,
                now,
                client_id=verified.request.client_id.full,
                x5c=verified.x5c,
                key=verified.key,
                attestation=verified.attestation,
            )
        except UnknownVerifier:
            return self._vouched_for(verified, trust_list, stranger, now)
        except (InvalidChain, IssuerWithdrawn, IssuerNotAllowed):
            return stranger, "signature"
        return _known(found, host), None

    def _vouched_for(
        self, verified: VerifiedRequest, trust_list: TrustList, stranger: Requester, now: datetime
    ) -> tuple[Requester, str | None]:
        """Return who asks when the trust list has not that verifier itself, but perhaps who vouches for it."""
        attestation = verified.attestation
        try:
            if attestation is not None:
                attester = recognise_attester(trust_list, attestation, now)
                name = shown(attestation.subject)
                return Requester(name, stranger.host, known=True, attested_by=attester.name), None
        except UnknownVerifier:
            pass
        except (InvalidChain, IssuerWithdrawn, IssuerNotAllowed):
            return stranger, "signature"
        return stranger, "unknown" if self._policy.refuse_unknown else None


def _host_of(did: str) -> str:
    return unquote(did.removeprefix("did:web:").partition(":")[0])


def _demand_agreement(host: str, *, known: bool, agreed: bool) -> None:
    """The one rule about strangers: nothing of theirs goes further before the citizen agreed to it."""
    if not known and not agreed:
        raise UnknownHost(host)


def _known(participant: Participant, host: str) -> Requester:
    return Requester(
        participant.name, host, True, participant.identifier, participant.oin, participant.bsn, participant.claims
    )


def _verifier_hosts(trust_list: TrustList) -> frozenset[str]:
    return frozenset(urlsplit(each.identifier).netloc for each in trust_list.with_role(Role.VERIFIER))
