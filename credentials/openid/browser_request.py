"""A signed request as a wallet gets it from a browser (OpenID4VP 1.0 appendix A.3.2): who asks, and may they, here?

The browser says whose page it is (`origin`), and that is where the answer goes and whom it is for (A.4). In order:

1. The payload: what it asks, for the origins that it expects, of which this page's must be one.
2. Each signature as it comes, of one or of several (A.3.2.2). One by a key that nobody here can find is passed over, as
   is one by somebody who is not trusted: it may be meant for other wallets. One that does not hold refuses the whole.
3. The first that holds and is trusted says who asks.

Under several signatures each says by itself, in its protected header, who signs (`client_id`) and what is said of them
(`verifier_info`); everything else is in the payload, for all. Whatever stands in the other place refuses the whole.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError
from credentials.jose import UnverifiedToken, parse_json
from credentials.openid.browser import MODES, MULTISIGNED, OF_ONE_SIGNER, SIGNED
from credentials.openid.client_id import parse_client_id
from credentials.openid.errors import InvalidPresentationRequest, UnknownSigner
from credentials.openid.members import Members
from credentials.openid.proof import KeyResolver
from credentials.openid.request_object import (
    AUDIENCE,
    MAX_REQUEST_CHARACTERS,
    TYPE,
    VerifiedRequest,
    check_signature,
    claimed_by,
)
from credentials.openid.vp_request import parse_parameters

MAX_ORIGINS: Final = 50

_MODE_OF: Final = {name: mode for mode, name in MODES.items()}
# A.2: what is asked, of all alike.
_OF_ALL: Final = frozenset(
    {"response_type", "response_mode", "nonce", "client_metadata", "transaction_data", "dcql_query", "expected_origins"}
)

_Party = TypeVar("_Party")


def verify_browser_request(
    protocol: str,
    data: JsonValue,
    *,
    origin: str,
    trusted: Callable[[VerifiedRequest], _Party],
    now: datetime,
    resolver: KeyResolver | None = None,
    insecure_localhost: bool = False,
) -> tuple[VerifiedRequest, _Party]:
    """Prove a signed request that came through a browser; return it with whoever `trusted` says that asks.

    `response_uri` of the request is the origin, and `response_mode` that of an answer in the clear or encrypted, as for
    other requests. `trusted` raises for a signer that this wallet does not trust. Raises InvalidPresentationRequest,
    InvalidTransactionData, and what `trusted` raised last when it was the one to refuse.
    """
    refused: BlauweKnopError | None = None
    for token in _tokens(protocol, Members(data, "browser's request", InvalidPresentationRequest), origin):
        claimed = _claimed(token, now, resolver, insecure_localhost=insecure_localhost)
        if claimed is None:
            continue
        claims = check_signature(token, claimed, now)
        # Section 5.8, where there is one; what binds this request to the page are its origins.
        if claims.get("aud", AUDIENCE) not in (AUDIENCE, [AUDIENCE]):
            raise InvalidPresentationRequest("aud is not a wallet")
        try:
            return claimed, trusted(claimed)
        except BlauweKnopError as unknown:
            refused = unknown
    raise refused or UnknownSigner("no signature is by anybody who is known here")


def _tokens(protocol: str, data: Members, origin: str) -> Iterator[UnverifiedToken]:
    """Return the request once for each of its signatures, as one that answers to its origin."""
    try:
        if protocol == SIGNED:
            text = data.text("request", max_length=MAX_REQUEST_CHARACTERS)
            found = [UnverifiedToken.parse(text, max_characters=MAX_REQUEST_CHARACTERS)]
        elif protocol == MULTISIGNED:
            several = parse_json(data.value("request"), max_characters=MAX_REQUEST_CHARACTERS)
            found = [_with_its_own(token) for token in several]
        else:
            raise InvalidPresentationRequest("not a signed request")
        for token in found:
            # Section 5: whatever else is signed by the same key is no request.
            token.require_type(TYPE)
    except InvalidPresentationRequest:
        raise
    except BlauweKnopError as wrong:
        raise InvalidPresentationRequest(f"the request object is not well formed: {wrong.detail}") from wrong
    ids = [token.payload.get("client_id") for token in found]
    if len({str(each) for each in ids}) != len(ids):
        raise InvalidPresentationRequest("two signatures are under one client_id")
    payload = Members(found[0].payload, "presentation request", InvalidPresentationRequest)
    # A.2: compared as they are, so that no other page can use a request that it was shown.
    if origin not in payload.texts("expected_origins", max_items=MAX_ORIGINS):
        raise InvalidPresentationRequest("the request is not for this origin")
    mode = _MODE_OF[payload.choice("response_mode", [*_MODE_OF])]
    for token in found:
        # A.2: neither is a parameter here, and what is not known is ignored.
        asked = {name: value for name, value in token.payload.items() if name not in ("state", "redirect_uri")}
        yield replace(token, payload={**asked, "response_mode": mode.value, "response_uri": origin})


def _with_its_own(token: UnverifiedToken) -> UnverifiedToken:
    """Add to the payload what one signature says of its signer; it is signed as the payload is."""
    if any(name in token.payload for name in OF_ONE_SIGNER):
        raise InvalidPresentationRequest("who signs stands in the payload, where it is said for all")
    if not _OF_ALL.isdisjoint(token.header):
        raise InvalidPresentationRequest("what is asked stands in a header, where it is said for one")
    own: JsonObject = {name: token.header[name] for name in OF_ONE_SIGNER if name in token.header}
    return replace(token, payload={**token.payload, **own})


def _claimed(
    token: UnverifiedToken, now: datetime, resolver: KeyResolver | None, *, insecure_localhost: bool
) -> VerifiedRequest | None:
    """Find who says to have signed; None when nobody here can tell whose key that is."""
    client_id = token.payload.get("client_id")
    if not isinstance(client_id, str):
        raise InvalidPresentationRequest("client_id is missing")
    try:
        parse_client_id(client_id)
        token.algorithm  # noqa: B018  # raises for one that nobody here knows
    except BlauweKnopError:
        return None
    request = parse_parameters(token.payload, insecure_localhost=insecure_localhost)
    if not request.client_id.signs:
        raise InvalidPresentationRequest("a request under the prefix redirect_uri cannot be signed")
    try:
        return claimed_by(token.header, request, now, resolver, through_browser=True)
    except UnknownSigner:
        return None
