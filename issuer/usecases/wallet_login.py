"""Log in with a wallet: the agency asks for a PID by OpenID4VP 1.0, and the answer counts in the browser that asked.

1. A browser begins: a request is made with a nonce, addresses and a key of its own, and its reference is kept in that
   browser's session. The page has a link that opens a wallet on this device; there is no QR code (ADR 18).
2. The wallet fetches the signed request (section 5.10) and posts its encrypted answer (section 8.3.1).
3. The answer is read, checked in the four steps of `credentials.verification`, and taken once, by one conditional
   update. The wallet gets a fresh response code (section 13.3), as part of the address that it opens in the browser.
4. Who comes back is logged in if the session has the reference and the address the code. Wherever else the code comes
   up, the login is over (HAIP 1.0 section 5.1).

What is refused changes nothing but the reason that the citizen's page shows: the request goes on waiting.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from credentials.clock import Clock
from credentials.debts.person import Person
from credentials.errors import BlauweKnopError
from credentials.formats.base import Channel
from credentials.jose import EncryptionKey
from credentials.keys import Signer, SoftwareSigner
from credentials.openid.client_id import ClientId, client_id_of_certificate
from credentials.openid.errors import AccessDenied, InvalidResponse, Unmet, UnsatisfiedQuery
from credentials.openid.request_link import POST, SCHEME, RequestReference, parse_request_uri_post
from credentials.openid.request_object import sign_request
from credentials.openid.vp_formats import VP_FORMATS
from credentials.openid.vp_request import PresentationRequest, ResponseMode
from credentials.openid.vp_response import PresentationResponse, RefusedResponse, parse_response
from credentials.openid.wallet_metadata import recipient_of
from credentials.trust.x509 import KeyPurpose, check_alone
from issuer.domain.errors import NoSuchPresentationRequest, OtherBrowser, PidRefused, WalletLoginOver
from issuer.domain.facts import Hiding
from issuer.domain.secrets import random_reference, random_token
from issuer.domain.wallet_login import (
    ANSWER_WITHIN,
    RETURN_WITHIN,
    Fault,
    PidQuestion,
    Standing,
    WalletLogin,
)
from issuer.ports import Event, PidReader, Shown, Store

_REFERENCE: Final = re.compile(r"[A-Za-z0-9_-]{22}\Z")
_MODE: Final = ResponseMode.DIRECT_POST_JWT


@dataclass(frozen=True, slots=True, repr=False)
class Requester:
    """Who the agency is to wallets: its address, and the key of its requests with the certificates (leaf first).

    `scheme` is how links begin that open a wallet.
    """

    base_url: str
    signer: Signer
    chain: tuple[bytes, ...]
    scheme: str = SCHEME

    @property
    def client_id(self) -> ClientId:
        """Our client identifier; whole, with its prefix, it is the audience of each presentation (section 14.10)."""
        return client_id_of_certificate(self.chain[0])

    def request_uri(self, login: WalletLogin) -> str:
        """Return where a wallet fetches the request."""
        return f"{self.base_url}/vp/verzoeken/{login.request_path}"

    def response_uri(self, login: WalletLogin) -> str:
        """Return where the answer goes."""
        return f"{self.base_url}/vp/antwoorden/{login.response_path}"

    def page(self, reference: str) -> str:
        """Return the page that waits for the wallet."""
        return f"{self.base_url}/inloggen/wallet/{reference}"


@dataclass(frozen=True, slots=True)
class LogInWithWallet:
    """Requests to wallets, their answers, and the citizens who come back."""

    store: Store
    clock: Clock
    question: PidQuestion
    requester: Requester
    reader: PidReader
    hiding: Hiding

    def is_usable(self) -> bool:
        """Say whether a citizen can log in so now: our certificate holds, and somebody's PID would count."""
        try:
            check_alone(self.requester.chain[0], KeyPurpose.REQUESTS, self.clock.now())
        except BlauweKnopError:
            return False
        return self.reader.is_usable()

    def begin(self) -> str:
        """Make a request, and return its reference for the session of the browser that asked."""
        login = WalletLogin(
            reference=random_reference(),
            request_path=random_token(),
            response_path=random_token(),
            nonce=random_token(),
            state=random_token(),
            encryption_key=SoftwareSigner.generate(kid=random_reference()).to_private_jwk(),
            expires_at=self.clock.now() + ANSWER_WITHIN,
        )
        with self.store.write() as records:
            records.wallet_logins.add(login)
        return login.reference

    def standing(self, reference: str) -> Standing:
        """Say how far a login is."""
        with self.store.read() as records:
            return records.wallet_logins.standing(reference, self.clock.now())

    def link(self, reference: str) -> str | None:
        """Return the link that opens a wallet on this device; None once the request waits no longer."""
        with self.store.read() as records:
            login = records.wallet_logins.by_reference(reference, self.clock.now())
        if login is None:
            return None
        requester = self.requester
        link = RequestReference(requester.client_id.full, requester.request_uri(login), POST)
        return link.to_uri(scheme=requester.scheme)

    def request_object(self, path: str, fields: Mapping[str, str]) -> str:
        """Return the signed request that a wallet comes for, by GET or with the fields of its POST.

        It may come more than once while the request waits: phones lose connections, and one answer is taken.
        Raises NoSuchPresentationRequest, InvalidRequest.
        """
        posted = parse_request_uri_post(fields)
        recipient = recipient_of(posted.wallet_metadata)
        now = self.clock.now()
        with self.store.read() as records:
            login = records.wallet_logins.by_request_path(path, now)
        if login is None:
            raise NoSuchPresentationRequest
        query = self.question.asked_of(posted.wallet_metadata)
        request = PresentationRequest(
            client_id=self.requester.client_id,
            response_uri=self.requester.response_uri(login),
            response_mode=_MODE,
            nonce=login.nonce,
            dcql=query,
            state=login.state,
            encryption_keys=(_key(login).public(),),
            vp_formats={each.format: VP_FORMATS[each.format] for each in query.credentials},
            purpose=self.question.purpose,
            wallet_nonce=posted.wallet_nonce,
        )
        jwt = sign_request(request, self.requester.signer, now=now, x5c=self.requester.chain)
        return jwt if recipient is None else recipient.seal(jwt)

    def answer(self, path: str, fields: Mapping[str, str]) -> str:
        """Take a wallet's answer, and return where the wallet sends its user's browser.

        Raises NoSuchPresentationRequest, also for a second answer; InvalidResponse for one that does not count.
        """
        with self.store.read() as records:
            login = records.wallet_logins.by_response_path(path, self.clock.now())
        if login is None:
            raise NoSuchPresentationRequest
        page = self.requester.page(login.reference)
        try:
            response = self._read(login, fields)
            if isinstance(response, RefusedResponse):
                self._refused(login, response)
                # Section 8.2: also after a no the browser goes back to where it came from.
                return page
            subject = self._subject(login, response)
        except PidRefused as refused:
            self._note(login, refused.fault)
            raise InvalidResponse(refused.detail) from refused
        code = random_token()
        now = self.clock.now()
        with self.store.write() as records:
            taken = records.wallet_logins.answer(login.reference, subject, code, now, now + RETURN_WITHIN)
        if not taken:
            raise NoSuchPresentationRequest
        return f"{page}/terug?response_code={code}"

    def finish(self, reference: str, code: str) -> Person:
        """Return who came back in the browser that asked. Raises WalletLoginOver, also for a second time."""
        with self.store.write() as records:
            subject = records.wallet_logins.take(reference, code, self.clock.now())
            if subject is not None:
                records.audit(Event("login.wallet", reference, "ok", self.hiding.subject(subject)))
        if subject is None:
            raise WalletLoginOver("there is no answer for this code")
        return subject

    def refuse_browser(self, reference: str, code: str) -> NoReturn:
        """End the login of a code that came up in a browser that did not ask. Always raises OtherBrowser."""
        # Anything may stand in an address: what is no reference of ours is not looked up.
        if _REFERENCE.match(reference):
            with self.store.write() as records:
                records.wallet_logins.end(reference, code)
        raise OtherBrowser("this browser did not ask for a login")

    def _read(self, login: WalletLogin, fields: Mapping[str, str]) -> PresentationResponse | RefusedResponse:
        key = _key(login)
        try:
            return parse_response(fields, mode=_MODE, query=self.question.query, state=login.state, keys={key.kid: key})
        except UnsatisfiedQuery as wrong:
            raise PidRefused(self.question.missing if wrong.unmet is Unmet.CLAIMS else Fault.OTHER_CARD) from wrong
        except InvalidResponse:
            self._note(login, Fault.UNREADABLE)
            raise

    def _subject(self, login: WalletLogin, response: PresentationResponse) -> Person:
        presented = [(id, each) for id, several in response.vp_token.items() for each in several]
        if len(presented) != 1:
            # Two PIDs are two answers to the question who somebody is.
            raise PidRefused(Fault.OTHER_CARD)
        ((id, presentation),) = presented
        thumbprint = _key(login).signer.public_jwk.thumbprint
        channel = Channel(self.requester.response_uri(login), thumbprint)
        shown = Shown(login.nonce, self.requester.client_id.full, channel)
        return self.reader.person_of(self.question.query.by_id[id].format, presentation, shown)

    def _refused(self, login: WalletLogin, response: RefusedResponse) -> None:
        if response.refusal.error != AccessDenied.error:
            self._note(login, Fault.WALLET)
            return
        with self.store.write() as records:
            records.wallet_logins.decline(login.reference, self.clock.now())

    def _note(self, login: WalletLogin, fault: Fault) -> None:
        with self.store.write() as records:
            records.wallet_logins.note(login.reference, fault)


def _key(login: WalletLogin) -> EncryptionKey:
    signer = SoftwareSigner.from_private_jwk(login.encryption_key)
    return EncryptionKey(signer, signer.public_jwk.kid or "")
