"""The answer to a presentation request: posted to `response_uri`, in the clear or encrypted (OpenID4VP 1.0 section 8).

The verifier reads it in two steps, since the keys belong to one request and the request is known from the path of its
`response_uri`: `parse_response` gives the presentations by credential query, in number as asked; verifying each of
them, and `dcql.check_response` on what they disclose, comes after.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from credentials import limits
from credentials.encoding import JsonObject, JsonValue, json_compact
from credentials.errors import BlauweKnopError
from credentials.jose import EncryptionKey, decrypt, encrypt
from credentials.jose.jwe import header_of
from credentials.openid.answer_limits import NEXT_REQUEST, PARTS_LEFT
from credentials.openid.dcql import DcqlQuery
from credentials.openid.dcql.checking import check_counts
from credentials.openid.errors import InvalidResponse, MalformedMessage, OAuthError, PeerRefused
from credentials.openid.form import optional, required
from credentials.openid.members import Members
from credentials.openid.urls import check_redirect_uri
from credentials.openid.vp_request import PresentationRequest, ResponseMode

# A form with one encrypted answer; the JWE itself has its own limit.
MAX_FORM_BYTES: Final = limits.FORM_BYTES
MAX_VP_TOKEN_BYTES: Final = limits.VP_TOKEN_BYTES
MAX_PRESENTATIONS: Final = limits.PRESENTATIONS
MAX_STATE_CHARACTERS: Final = 500

# HAIP 1.0 section 5: where both are offered, the wallet takes the stronger.
_PREFERRED: Final = ("A256GCM", "A128GCM")

Presentation: TypeAlias = str | JsonObject
VpToken: TypeAlias = Mapping[str, Sequence[Presentation]]


@dataclass(frozen=True, slots=True)
class PresentationResponse:
    """The presentations of an answer, per credential query id. Nothing in them is verified.

    `parts_left` is how many parts are still to come of what the wallet shares (see `answer_limits`).
    """

    vp_token: Mapping[str, tuple[Presentation, ...]] = field(repr=False)
    encrypted: bool
    parts_left: int = 0


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Where the wallet sends its user's browser now, and the link of the request that the next part answers."""

    redirect_uri: str | None = None
    next_request: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RefusedResponse:
    """The wallet, or its user, said no. `refusal.error` is a known code or `unknown`."""

    refusal: PeerRefused


def build_response(request: PresentationRequest, vp_token: VpToken, *, parts_left: int = 0) -> dict[str, str]:
    """Return the form fields of an answer, encrypted if the request's mode says so."""
    token: JsonObject = {id: list[JsonValue](presentations) for id, presentations in vp_token.items()}
    if request.response_mode is ResponseMode.DIRECT_POST:
        fields = {"vp_token": json_compact(token).decode("utf-8")}
        if parts_left:
            fields[PARTS_LEFT] = str(parts_left)
        return {**fields, "state": request.state} if request.state is not None else fields
    content: JsonObject = {"vp_token": token}
    if parts_left:
        content[PARTS_LEFT] = parts_left
    if request.state is not None:
        content["state"] = request.state
    return {"response": _encrypt(request, content)}


def build_error(request: PresentationRequest, error: OAuthError) -> dict[str, str]:
    """Return the form fields of a refusal, never encrypted (section 8.3.1 allows it).

    Which credentials a citizen has must not show in an error: use AccessDenied for whatever they lack or decline
    (section 15.9). No description is sent.
    """
    fields = {"error": error.error}
    return {**fields, "state": request.state} if request.state is not None else fields


def parse_response(
    fields: Mapping[str, str],
    *,
    mode: ResponseMode,
    query: DcqlQuery,
    state: str | None = None,
    keys: Mapping[str, EncryptionKey] | None = None,
) -> PresentationResponse | RefusedResponse:
    """Read what was posted to the `response_uri` of one request.

    `mode`, `query` and `state` are the request's; `keys` the private halves of its encryption keys by `kid`. An answer
    in the clear to a request for an encrypted one is refused, a refusal in the clear is not. Raises InvalidResponse,
    UnsatisfiedQuery when the answered queries or their number are not what was asked.
    """
    encrypted = "response" in fields
    if encrypted:
        if mode is not ResponseMode.DIRECT_POST_JWT:
            raise InvalidResponse("no encrypted answer was asked")
        content = Members(_decrypt(fields["response"], keys or {}), "answer", InvalidResponse)
        error, received = content.optional_text("error"), content.optional_text("state")
    else:
        content = None
        error = optional(fields, "error", error=InvalidResponse)
        received = optional(fields, "state", error=InvalidResponse, max_length=MAX_STATE_CHARACTERS)
    _check_state(received, state, needed=not all(asked.holder_binding for asked in query.credentials) and error is None)
    if error is not None:
        return RefusedResponse(PeerRefused(error))
    if content is not None:
        token = content.object("vp_token")
        left = content.optional_integer(PARTS_LEFT, maximum=limits.PARTS) or 0
    elif mode is ResponseMode.DIRECT_POST_JWT:
        raise InvalidResponse("the answer is not encrypted")
    else:
        text = required(fields, "vp_token", error=InvalidResponse, max_length=MAX_VP_TOKEN_BYTES)
        token = Members.parse(text, "vp_token", InvalidResponse, max_bytes=MAX_VP_TOKEN_BYTES)
        left = _parse_parts_left(optional(fields, PARTS_LEFT, error=InvalidResponse, max_length=4))
    return PresentationResponse(_parse_vp_token(token, query), encrypted, left)


def acknowledgement(redirect_uri: str | None = None, next_request: str | None = None) -> JsonObject:
    """Return the body of the verifier's answer, always an object and always with status 200 (section 8.2).

    A `redirect_uri` carries a fresh random response code of at least 128 bits (section 13.3).
    """
    body: JsonObject = {} if redirect_uri is None else {"redirect_uri": redirect_uri}
    return body if next_request is None else {**body, NEXT_REQUEST: next_request}


def parse_acknowledgement(data: bytes) -> Acknowledged:
    """Return where it goes on now, if anywhere. Never raises.

    The status said already that the answer has arrived. Some verifiers then send nothing, or plain text, where section
    8.2 demands an object; that, like a `redirect_uri` which no browser should follow, leads nowhere.
    """
    try:
        body = Members.parse(data, "verifier's answer", MalformedMessage, max_bytes=64_000)
        redirect_uri = body.optional_text("redirect_uri")
        if redirect_uri is not None:
            # Section 8.2 lets a fragment carry the response code; for the rest it is like any other redirect.
            check_redirect_uri(redirect_uri.partition("#")[0], "redirect_uri", error=MalformedMessage)
            if not redirect_uri.isascii() or not redirect_uri.isprintable():
                redirect_uri = None
    except MalformedMessage:
        return Acknowledged()
    following = body.raw.get(NEXT_REQUEST)
    return Acknowledged(redirect_uri, following if isinstance(following, str) else None)


def _parse_parts_left(text: str | None) -> int:
    if text is None:
        return 0
    if not text.isascii() or not text.isdecimal() or int(text) > limits.PARTS:
        raise InvalidResponse(f"{PARTS_LEFT} is no number of parts")
    return int(text)


def _encrypt(request: PresentationRequest, content: JsonObject) -> str:
    enc = next((value for value in _PREFERRED if value in request.enc_values), None)
    if not request.encryption_keys or enc is None:
        raise ValueError("the request holds no key or encryption to answer with")
    return encrypt(content, request.encryption_keys[0], enc)


def _decrypt(compact: str, keys: Mapping[str, EncryptionKey]) -> JsonObject:
    try:
        kid = header_of(compact).get("kid")
        if isinstance(kid, str):
            key = keys.get(kid)
        else:
            # Section 8.3: a wallet that was given a `kid` sends it; with one key there is nothing to choose.
            key = next(iter(keys.values())) if len(keys) == 1 and kid is None else None
        if key is None:
            raise InvalidResponse("the answer is encrypted to a key that is not this request's")
        return decrypt(compact, key)
    except InvalidResponse:
        raise
    except BlauweKnopError as wrong:
        raise InvalidResponse(f"the encrypted answer does not open: {wrong.detail or wrong.code}") from wrong


def _check_state(received: str | None, expected: str | None, *, needed: bool) -> None:
    # Wallets put `state` beside the response, inside it, or nowhere: where it is, it must be ours. It is needed only
    # where no holder's proof ties the answer to the question (section 5.3).
    if received is None:
        if needed:
            raise InvalidResponse("state is missing")
        return
    if expected is None or not hmac.compare_digest(received.encode("utf-8"), expected.encode("utf-8")):
        raise InvalidResponse("state is not the one of this request")


def _parse_vp_token(token: Members, query: DcqlQuery) -> dict[str, tuple[Presentation, ...]]:
    if not token.raw:
        raise token.refuse("there is no presentation")
    if not token.raw.keys() <= query.by_id.keys():
        raise token.refuse("a member answers no credential query")
    presentations: dict[str, tuple[Presentation, ...]] = {}
    for id in token.raw:
        items: list[Presentation] = []
        for item in token.items(id, max_items=MAX_PRESENTATIONS):
            if not isinstance(item, str | dict) or not item:
                raise token.refuse("a presentation is neither a string nor an object")
            items.append(item)
        presentations[id] = tuple(items)
    check_counts(query, {id: len(items) for id, items in presentations.items()})
    return presentations
