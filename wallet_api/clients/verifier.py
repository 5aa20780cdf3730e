"""Speak OpenID4VP 1.0 with an organisation that asks for cards: fetch its request, post the answer."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, final

from credentials import limits
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.jose import EncryptionKey
from credentials.openid.client_id import Prefix
from credentials.openid.errors import parse_error
from credentials.openid.request_link import POST, RequestLink, RequestReference, RequestUriPost, parse_request_link
from credentials.openid.request_object import MAX_REQUEST_CHARACTERS, MEDIA_TYPE
from credentials.openid.vp_request import ResponseMode
from credentials.openid.vp_response import Acknowledged, parse_acknowledgement
from credentials.openid.wallet_metadata import encryption_metadata, open_request
from service.http import OutboundClient
from wallet_api.domain.errors import NotDelivered, RequestRefused, TooLargeForThem
from wallet_api.domain.issuance import SUITES

_SD_JWT: Final[JsonObject] = {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}
_JWT: Final[JsonObject] = {"alg_values": ["ES256"]}
# OpenID4VP 1.0 section 10: the formats of `FORMATS`, alike in every wallet of this kind, so that it tells nobody apart.
WALLET_METADATA: Final[JsonObject] = {
    "vp_formats_supported": {
        "dc+sd-jwt": _SD_JWT,
        "vc+sd-jwt": _SD_JWT,
        "ldp_vc": {"proof_type_values": ["DataIntegrityProof"], "cryptosuite_values": list(SUITES)},
        "vc+jwt": _JWT,
        "jwt_vc_json": _JWT,
        "mso_mdoc": {"issuerauth_alg_values": [-7, -9], "deviceauth_alg_values": [-7, -9]},
    },
    "client_id_prefixes_supported": [each.value for each in Prefix if each is not Prefix.REDIRECT_URI],
    "response_types_supported": ["vp_token"],
    "response_modes_supported": [each.value for each in ResponseMode],
    "request_object_signing_alg_values_supported": ["ES256", "ES384", "EdDSA"],
}
_ACCEPT: Final = f"{MEDIA_TYPE}, application/jwt"


@final
class HttpRequesters:
    """The port `Requesters`."""

    def __init__(self, http: OutboundClient, *, insecure_localhost: bool = False) -> None:
        self._http = http
        self._insecure = insecure_localhost

    def read_link(self, text: str) -> RequestLink:
        """Read a request link; nothing is fetched. Raises InvalidPresentationRequest and its kin."""
        return parse_request_link(text, insecure_localhost=self._insecure)

    def fetch(self, reference: RequestReference, wallet_nonce: str | None) -> str:
        """Fetch a request object, by GET, or by POST with our nonce, the formats that we take and a key to encrypt to.

        Raises Unavailable, PeerRefused, RequestRefused, InvalidPresentationRequest.
        """
        # For this request alone, so that it tells nobody which wallet it is.
        key = EncryptionKey.generate(secrets.token_urlsafe(16))
        if reference.method == POST:
            fields = RequestUriPost(wallet_nonce, {**WALLET_METADATA, **encryption_metadata(key)}).to_form()
            answer = self._http.post_form(reference.request_uri, fields, accept=_ACCEPT)
        else:
            answer = self._http.get(reference.request_uri, _ACCEPT, max_bytes=MAX_REQUEST_CHARACTERS)
        if 400 <= answer.status < 500:
            # Nobody waits for an answer to this request any longer: it was answered, replaced, or its time is over.
            raise RequestRefused("expired")
        if not answer.ok:
            raise parse_error(answer.status, answer.body)
        try:
            return open_request(answer.body.decode("ascii"), key)
        except UnicodeDecodeError as error:
            raise RequestRefused("malformed") from error

    def deliver(self, response_uri: str, fields: Mapping[str, str]) -> Acknowledged:
        """Post an answer and return where the citizen's browser must go next, or what request asks for the next part.

        Raises NotDelivered, TooLargeForThem.
        """
        try:
            # A verifier looks at every card before it answers.
            answer = self._http.post_form(response_uri, fields, seconds=limits.ANSWER_SECONDS)
            # OpenID4VP 1.0 section 8.2: status 200, and never a redirect.
            if answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
                raise TooLargeForThem("the answer is larger than they take")
            if not answer.ok:
                raise NotDelivered("the answer was refused")
            return parse_acknowledgement(answer.body)
        except NotDelivered:
            raise
        except BlauweKnopError as error:
            raise NotDelivered(error.code) from error
