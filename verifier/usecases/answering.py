"""A wallet's answer: read, examined, compared with the question, and taken once; or refused with nothing kept.

1. The request is known by the path of its `response_uri`, is open and has time left.
2. The form is read and, where it was asked, decrypted with this request's own key (`parse_response`).
3. A citizen who says no ends the request; the counsellor reads that the client has not shared. A wallet that cannot
   answer is noted as an attempt: the client may try another one.
4. Every presentation is examined (see `examine` for what refuses an answer and what is kept as not proven).
5. What they disclose is compared with the question (`comparing`): format, type, claims, values, agreement.
6. The answer is stored by one conditional update: of two answers that come at once, one is taken. Of a client at a
   distance it is held until its code was read out (`verifier.domain.read_back`).
7. Where the wallet says that more parts are to come, the request for the next one is kept in the same step.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, final

from credentials import limits
from credentials.clock import Clock
from credentials.encoding import JsonValue
from credentials.formats import Channel
from credentials.jose import EncryptionKey
from credentials.openid.browser import audience_of, parse_browser_answer
from credentials.openid.dcql import DcqlQuery, parse_query
from credentials.openid.errors import AccessDenied, InvalidResponse, ResponseTooLarge
from credentials.openid.vp_request import ResponseMode
from credentials.openid.vp_response import (
    Acknowledged,
    Presentation,
    PresentationResponse,
    RefusedResponse,
    parse_response,
)
from credentials.trust import TrustedLists
from credentials.verification import Outcome
from verifier.domain import attempts
from verifier.domain.errors import RefusedAnswer, RequestEnded, UnknownRequest
from verifier.domain.evidence import Evidence
from verifier.domain.read_back import LIFETIME, LIFETIME_INVITED, ReadBack, new_code
from verifier.domain.request import Answer, Attempt, Shown, VerificationRequest
from verifier.ports import Examiner, Presented, Requests, Secrets
from verifier.usecases.asking import Asking, encryption_key
from verifier.usecases.comparing import check_agreed, check_shown
from verifier.usecases.desk import Desk
from verifier.usecases.results import trimmed
from verifier.usecases.second_opinion import Choosing

_Reader: TypeAlias = Callable[[DcqlQuery], PresentationResponse | RefusedResponse]


@final
class Answering:
    """Take in what wallets post."""

    def __init__(
        self,
        requests: Requests,
        examiner: Examiner,
        asking: Asking,
        secrets: Secrets,
        clock: Clock,
        *,
        desk: Desk,
        choosing: Choosing,
        return_uri: str,
        shared_uri: str,
        trusted_lists: TrustedLists | None = None,
        most: int = limits.PRESENTATIONS,
    ) -> None:
        self._requests = requests
        self._examiner = examiner
        self._asking = asking
        self._desk = desk
        self._choosing = choosing
        self._secrets = secrets
        self._clock = clock
        self._return_uri = return_uri
        self._shared_uri = shared_uri
        self._most = most
        self._trusted_lists = trusted_lists or TrustedLists()

    def accept(self, path: str, fields: Mapping[str, str]) -> Acknowledged:
        """Take an answer and return where the wallet sends its user now, or with what request it goes on.

        Raises UnknownRequest, RequestEnded, InvalidResponse and its kin.
        """
        request = self._requests.by_response_path(path)

        def read(query: DcqlQuery) -> PresentationResponse | RefusedResponse:
            return parse_response(
                fields,
                mode=ResponseMode(request.response_mode),
                query=query,
                state=request.binding.state,
                keys=_keys(encryption_key(request)),
            )

        shown = self._shown(request)
        taken = self._taken(request, read, shown)
        if taken is None:
            # Section 8.2: whoever is on this device goes back to the page that asked, also after a no.
            return Acknowledged(None if request.browser is None else f"{self._return_uri}/{request.id}")
        return self._store(request, taken, shown)

    def accept_from_browser(self, owner: str, request_id: str, document: JsonValue) -> None:
        """Take an answer that the owner's own browser handed to our page (OpenID4VP 1.0 appendix A).

        The page belongs to the session that asked, so nobody needs to come back with a code.
        Raises UnknownRequest, RequestEnded, InvalidResponse and its kin.
        """
        request = self._requests.get(owner, request_id)
        if request.remote:
            # Who is at a distance has no wallet that this browser could find.
            raise RequestEnded

        def read(query: DcqlQuery) -> PresentationResponse | RefusedResponse:
            return parse_browser_answer(
                document, mode=ResponseMode(request.response_mode), query=query, keys=_keys(encryption_key(request))
            )

        # A.4: whatever was signed, the answer is for the origin of the page.
        shown = Shown(
            request.binding.nonce,
            audience_of(self._asking.origin),
            Channel(None, self._shown(request).channel.encryption_key),
        )
        taken = self._taken(request, read, shown)
        if taken is not None:
            # A browser brings one answer: what it says of further parts leads nowhere.
            self._answer(request, taken, shown, None)

    def _taken(self, request: VerificationRequest, read: _Reader, shown: Shown) -> "_Taken | None":
        if request.status(self._clock.now()) != "open" or not request.binding.nonce:
            raise RequestEnded
        try:
            return self._evidence(request, read, shown)
        except RefusedAnswer as refused:
            self._note(request, refused.attempt_code, refused.reason)
            raise InvalidResponse(f"a presentation does not hold: {refused.attempt_code}") from refused
        except InvalidResponse as refused:
            self._note(request, refused.code, attempts.explain(refused))
            raise

    def knows(self, path: str) -> bool:
        """Tell whether this is where an answer to one of our requests goes."""
        try:
            self._requests.by_response_path(path)
        except UnknownRequest:
            return False
        return True

    def waits(self, intake_id: str) -> bool:
        """Tell whether an answer may still come in this file: then much is read for it, of whoever knows its name."""
        return self._requests.waits(intake_id, self._clock.now())

    def too_large(self, path: str) -> None:
        """Note that an answer came that is larger than we read: nobody else would tell the counsellor."""
        try:
            request = self._requests.by_response_path(path)
        except UnknownRequest:
            return
        if request.status(self._clock.now()) == "open" and request.binding.nonce:
            refused = ResponseTooLarge("the answer is larger than we read")
            self._note(request, refused.code, attempts.explain(refused))

    def _evidence(self, request: VerificationRequest, read: _Reader, shown: Shown) -> "_Taken | None":
        query = parse_query(request.query)
        response = read(query)
        if isinstance(response, RefusedResponse):
            self._refused(request, response.refusal.error)
            return None
        cards = sum(len(each) for each in response.vp_token.values())
        if cards > self._most or request.taken + cards > limits.CARDS:
            raise ResponseTooLarge("there are more presentations than we take")
        if request.part + response.parts_left > limits.PARTS:
            raise ResponseTooLarge("there are more parts than we add up")
        found: list[Evidence] = []
        proven: dict[str, list[Presentation]] = {}
        with self._examiner.together() as consulted:
            for query_id, presentations in response.vp_token.items():
                for presentation in presentations:
                    presented = Presented(query_id, query.by_id[query_id].format, presentation)
                    examined = self._examiner.examine(presented, shown=shown)
                    check_shown(query, presented, examined, self._trusted_lists)
                    found.append(trimmed(examined, query))
                    if examined.evidence.outcome == Outcome.PROVEN.value:
                        proven.setdefault(query_id, []).append(presentation)
        check_agreed(request, query, proven)
        return _Taken(tuple(found), response.parts_left, dict(consulted))

    def _refused(self, request: VerificationRequest, error: str) -> None:
        if error == AccessDenied.error:
            self._requests.decline(request.id, error, self._clock.now())
        else:
            self._note(request, error, attempts.explain_error(error))

    def _shown(self, request: VerificationRequest) -> Shown:
        key = encryption_key(request)
        thumbprint = None if key is None else key.signer.public_jwk.thumbprint
        channel = Channel(self._asking.response_uri(request), thumbprint)
        return Shown(request.binding.nonce, self._asking.client_id(request).full, channel)

    def _store(self, request: VerificationRequest, taken: "_Taken", shown: Shown) -> Acknowledged:
        # OpenID4VP 1.0 section 13.3: on one device, the answer counts only for the browser that asked. Across devices
        # nothing says so: of who is not in the room it counts once its code was read out (section 8.2 for the way).
        code = self._secrets.fresh() if request.remote or request.browser is not None else None
        if taken.parts_left:
            # The wallet comes back after the last part only; so the code of this one is nobody's.
            following = self._desk.next_part(request, cards=len(taken.evidence), left=taken.parts_left)
            # Before anything is kept: it may be that nothing can be asked any more.
            link = self._asking.link(following)
            self._answer(request, taken, shown, code, following=following)
            return Acknowledged(next_request=link)
        read_back = None
        if request.remote:
            lifetime = LIFETIME_INVITED if request.invited else LIFETIME
            read_back = ReadBack(new_code(self._secrets.fresh()), self._clock.now() + lifetime)
        self._answer(request, taken, shown, code, read_back=read_back)
        if code is None:
            return Acknowledged()
        back = f"{self._shared_uri}?verzoek={request.id}&" if request.remote else f"{self._return_uri}/{request.id}?"
        return Acknowledged(f"{back}response_code={code}")

    def _answer(
        self,
        request: VerificationRequest,
        taken: "_Taken",
        shown: Shown,
        code: str | None,
        *,
        following: VerificationRequest | None = None,
        read_back: ReadBack | None = None,
    ) -> None:
        now = self._clock.now()
        answer = Answer(
            received_at=now,
            checked_at=now,
            shown=shown,
            evidence=taken.evidence,
            transaction_data=request.binding.transaction_data,
        )
        self._requests.answer(
            request.id,
            answer,
            return_code=code,
            read_back=read_back,
            following=following,
            ask_others=self._choosing.takes(answer.evidence),
            consulted=taken.consulted,
        )

    def _note(self, request: VerificationRequest, code: str, reason: str) -> None:
        self._requests.note_attempt(request.id, Attempt(self._clock.now(), code, reason))


@dataclass(frozen=True, slots=True)
class _Taken:
    """What came of one answer, how many parts are still to come, and by what it was checked."""

    evidence: tuple[Evidence, ...]
    parts_left: int
    consulted: Mapping[str, bytes] = field(repr=False)


def _keys(key: EncryptionKey | None) -> dict[str, EncryptionKey]:
    return {} if key is None else {key.kid: key}
