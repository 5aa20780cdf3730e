"""A request and its answer through a browser's Digital Credentials API (OpenID4VP 1.0 appendix A).

The page of the verifier hands the browser its requests, the browser finds a wallet, and the answer comes back to the
page. So there is no `response_uri` and no `state`: browser and wallet vouch for the origin of the page, and that is
whom every answer is for, also an answer to a signed request (A.4).

    {"protocol": "openid4vp-v1-multisigned", "data": {"request": {"payload": "eyJ…", "signatures": [{…}, {…}]}}}
    {"protocol": "openid4vp-v1-signed", "data": {"request": "eyJ…"}}
    {"protocol": "openid4vp-v1-unsigned", "data": {"response_type": "vp_token", …}}
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from credentials import limits
from credentials.encoding import JsonObject, JsonValue, json_compact
from credentials.jose import EncryptionKey, sign_json
from credentials.keys import Signer
from credentials.openid.client_id import ClientId
from credentials.openid.dcql import DcqlQuery
from credentials.openid.errors import InvalidResponse
from credentials.openid.members import Members
from credentials.openid.request_object import TYPE, Proof, proof_header, registered_claims, sign_parameters
from credentials.openid.vp_request import PresentationRequest, ResponseMode
from credentials.openid.vp_response import PresentationResponse, RefusedResponse, parse_response

SIGNED: Final = "openid4vp-v1-signed"
UNSIGNED: Final = "openid4vp-v1-unsigned"
MULTISIGNED: Final = "openid4vp-v1-multisigned"
PROTOCOLS: Final = (MULTISIGNED, SIGNED, UNSIGNED)

# A.2: an answer in the clear, or encrypted.
MODES: Final[Mapping[ResponseMode, str]] = {
    ResponseMode.DIRECT_POST: "dc_api",
    ResponseMode.DIRECT_POST_JWT: "dc_api.jwt",
}
# A.3.2.2: what is said under each signature by itself, and nowhere else.
OF_ONE_SIGNER: Final = ("client_id", "verifier_info")
# A.2: what has a meaning here; whoever asks without a signature is who the browser says.
_MEMBERS: Final = frozenset(
    {"client_id", "response_type", "nonce", "dcql_query", "client_metadata", "transaction_data", "verifier_info"}
)


def audience_of(origin: str) -> str:
    """Return the audience of every presentation to a page of this origin (A.4)."""
    return f"origin:{origin}"


def unsigned_request(request: PresentationRequest) -> JsonObject:
    """Return an unsigned request (A.3.1). It names no client: the browser tells the wallet whose page it is."""
    data = _parameters(request)
    # A statement about itself by somebody who has not signed it is worth nothing.
    for name in ("client_id", "verifier_info"):
        data.pop(name, None)
    return {"protocol": UNSIGNED, "data": data}


def signed_request(request: PresentationRequest, proof: Proof, *, origins: Sequence[str], now: datetime) -> JsonObject:
    """Return a signed request (A.3.2.1): only on a page of one of these origins may a wallet answer it.

    Raises ValueError for what would not verify.
    """
    parameters = _for_origins(request, origins)
    jwt = sign_parameters(request, parameters, proof, now=now)
    return {"protocol": SIGNED, "data": {"request": jwt}}


def multisigned_request(
    request: PresentationRequest,
    proofs: Sequence[tuple[ClientId, Proof]],
    *,
    origins: Sequence[str],
    now: datetime,
) -> JsonObject:
    """Return a request that is signed under several client ids (A.3.2.2), so that a wallet may choose whom it knows.

    Raises ValueError for what would not verify, and for one client id twice.
    """
    if len({client_id.full for client_id, _ in proofs}) != len(proofs):
        raise ValueError("a client id signs once")
    parameters = _for_origins(request, origins)
    own: JsonObject = {name: parameters.pop(name) for name in OF_ONE_SIGNER if name in parameters}
    signers: list[tuple[JsonObject, Signer]] = []
    for client_id, proof in proofs:
        proven = proof_header(replace(request, client_id=client_id), proof)
        signers.append(({"typ": TYPE, **proven, **own, "client_id": client_id.full}, proof.signer))
    signed = sign_json({**registered_claims(now), **parameters}, signers)
    return {"protocol": MULTISIGNED, "data": {"request": signed}}


def parse_browser_answer(
    document: JsonValue, *, mode: ResponseMode, query: DcqlQuery, keys: Mapping[str, EncryptionKey]
) -> PresentationResponse | RefusedResponse:
    """Read what the browser handed to our page: the protocol that was used, and the wallet's answer.

    `mode` says whether an encrypted answer was asked. Raises InvalidResponse, UnsatisfiedQuery.
    """
    members = Members(document, "browser's answer", InvalidResponse)
    members.choice("protocol", PROTOCOLS)
    data = members.object("data")
    fields: dict[str, str] = {}
    if "error" in data:
        fields["error"] = data.text("error", max_length=100)
    if "response" in data:
        fields["response"] = data.text("response", max_length=limits.JWE_CHARACTERS)
    if "vp_token" in data:
        # Here it is an object, where a form has it as text.
        fields["vp_token"] = json_compact(data.object("vp_token").raw).decode("utf-8")
    return parse_response(fields, mode=mode, query=query, keys=keys)


def _for_origins(request: PresentationRequest, origins: Sequence[str]) -> JsonObject:
    if not origins:
        raise ValueError("a signed request names the origins that may use it")
    return {**_parameters(request), "expected_origins": [*origins]}


def _parameters(request: PresentationRequest) -> JsonObject:
    parameters = {name: value for name, value in request.to_parameters().items() if name in _MEMBERS}
    return {**parameters, "response_mode": MODES[request.response_mode]}
