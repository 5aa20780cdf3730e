"""OpenID4VCI 1.0: from an offer to the credentials and what became of them. Each route reads, calls, answers."""

from collections.abc import Callable
from typing import Final, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from credentials.encoding import JsonObject
from credentials.openid.authorization import PushedResponse, parse_authorization_request
from credentials.openid.authorization_details import AuthorizationDetail
from credentials.openid.client_attestation import ATTESTATION_HEADER, PROOF_HEADER, challenge_response
from credentials.openid.credential import (
    Answer,
    CredentialRequest,
    DeferredRequest,
    DeferredResponse,
    parse_credential_request,
    parse_deferred_request,
)
from credentials.openid.credential_encryption import MEDIA_TYPE as ENCRYPTED
from credentials.openid.credential_encryption import ResponseEncryption
from credentials.openid.errors import InvalidCredentialRequest, InvalidNotificationRequest
from credentials.openid.nonce import RANDOM_BYTES, nonce_response
from credentials.openid.notification import parse_notification
from credentials.openid.offer import AuthorizationCodeGrant, CredentialOffer, PreAuthorizedGrant, TxCode
from credentials.openid.revocation import parse_revocation_request
from credentials.openid.token import (
    AccessToken,
    AuthorizationCodeTokenRequest,
    PreAuthorizedTokenRequest,
    RefreshTokenRequest,
    TokenRequest,
    TokenResponse,
    parse_access_token,
    parse_token_request,
)
from issuer.domain.authorisation import PUSHED_LIFETIME, AccessGrant, PushedRequest, token_lifetime
from issuer.domain.offers import Grant
from issuer.usecases.dpop import ALGORITHMS
from issuer.usecases.offer import TX_CODE_LENGTH, MadeOffer
from issuer.usecases.token import Caller, IssuedToken
from issuer.web.desk import Desk
from service.web import ProtocolApp, protocol_form
from service.web.input import media_type_of

JSON: Final = "application/json"
REQUEST_URI: Final = "urn:ietf:params:oauth:request_uri:"
_DPOP_ALGORITHMS: Final = tuple(algorithm.value for algorithm in ALGORITHMS)
_Asked = TypeVar("_Asked", CredentialRequest, DeferredRequest)
_NO_STORE: Final = {"cache-control": "no-store", "pragma": "no-cache"}


def install(app: ProtocolApp, desk: Desk) -> None:
    """Add the routes of one agency."""
    _install_granting(app, desk)
    _install_issuing(app, desk)


def _install_granting(app: ProtocolApp, desk: Desk) -> None:

    @app.get("/offers/{secret}")
    def offer(request: Request, _body: bytes) -> Response:
        """The offer behind a link (section 4.1.3)."""
        return _answer(credential_offer(desk.url, desk.show_offer.to_wallet(request.path_params["secret"])).to_json())

    @app.post("/oauth/par")
    def push(request: Request, body: bytes) -> Response:
        """A pushed authorization request (RFC 9126)."""
        asked = parse_authorization_request(protocol_form(request, body))
        attested = desk.authenticate(*_attestation(request), asked.client_id)
        thumbprint = desk.take_dpop.at_authorization_server(
            _dpop(request), method="POST", path="/oauth/par", stated=asked.dpop_jkt
        )
        names = [*asked.scope, *(detail.configuration_id for detail in asked.authorization_details)]
        handle = desk.push_request(
            PushedRequest(
                client_id=asked.client_id,
                redirect_uri=asked.redirect_uri,
                code_challenge=asked.code_challenge,
                configurations=desk.offered.known(names),
                by_details=bool(asked.authorization_details),
                state=asked.state,
                issuer_state=asked.issuer_state,
                dpop_thumbprint=thumbprint,
                instance=attested.instance if attested else None,
            )
        )
        pushed = PushedResponse(REQUEST_URI + handle, int(PUSHED_LIFETIME.total_seconds()))
        return _answer(pushed.to_json(), status=201)

    @app.post("/oauth/token")
    def token(request: Request, body: bytes) -> Response:
        """A code or a refresh token for an access token (section 6)."""
        asked = parse_token_request(protocol_form(request, body))
        attested = desk.authenticate(*_attestation(request), asked.client_id)
        thumbprint = desk.take_dpop.at_authorization_server(_dpop(request), method="POST", path="/oauth/token")
        # Whoever authenticates has said who it is.
        client_id = asked.client_id or (attested.client_id if attested else None)
        issued = _issued(desk, asked, Caller(client_id, thumbprint, attested.instance if attested else None))
        return _answer(_token_response(issued).to_json())

    @app.post("/oauth/revoke")
    def revoke(request: Request, body: bytes) -> Response:
        """A token that a wallet gives back (RFC 7009); also one that is none is answered with 200."""
        asked = parse_revocation_request(protocol_form(request, body))
        attested = desk.authenticate(*_attestation(request), asked.client_id)
        desk.revoke_token(
            asked.token,
            client_id=asked.client_id or (attested.client_id if attested else None),
            instance=attested.instance if attested else None,
        )
        return Response(status_code=200, headers=_NO_STORE)

    @app.post("/oauth/challenge")
    async def challenge(_request: Request) -> Response:
        """A fresh challenge for a wallet that authenticates; nothing is kept."""
        return _answer(challenge_response(desk.authenticate.challenge()))


def _install_issuing(app: ProtocolApp, desk: Desk) -> None:
    @app.post("/nonce")
    async def nonce(_request: Request) -> Response:
        """A fresh `c_nonce` (section 7); nothing is kept until it is used."""
        return _answer(nonce_response(desk.nonces.issue(desk.clock.now(), desk.random(RANDOM_BYTES))))

    @app.post("/credential")
    def credential(request: Request, body: bytes) -> Response:
        """Credentials (section 8)."""
        grant = _opened(desk, request, "/credential")
        asked = _asked(desk, request, body, parse_credential_request)
        return _sealed(desk.issue(grant, asked), asked.response_encryption)

    @app.post("/deferred")
    def deferred(request: Request, body: bytes) -> Response:
        """Credentials that were not ready before (section 9)."""
        access, thumbprint = _shown(desk, request, "/deferred")
        asked = _asked(desk, request, body, parse_deferred_request)
        grant = desk.collect_deferred.grant_of(access, thumbprint, asked.transaction_id)
        return _sealed(desk.collect_deferred(grant, asked.transaction_id), asked.response_encryption)

    @app.post("/notification")
    def notification(request: Request, body: bytes) -> Response:
        """What became of credentials in the wallet (section 11)."""
        grant = _opened(desk, request, "/notification")
        if media_type_of(request) != JSON:
            raise InvalidNotificationRequest(f"the body is not {JSON}")
        desk.take_notification(grant, parse_notification(body))
        return Response(status_code=204, headers=_NO_STORE)


def _issued(desk: Desk, asked: TokenRequest, caller: Caller) -> IssuedToken:
    give, details = desk.give_token, [detail.configuration_id for detail in asked.authorization_details] or None
    match asked:
        case PreAuthorizedTokenRequest(code=code, tx_code=tx_code):
            return give.for_offer(code, tx_code, caller, details=details)
        case AuthorizationCodeTokenRequest(code=code, code_verifier=verifier, redirect_uri=redirect_uri):
            return give.for_login(code, caller, verifier=verifier, redirect_uri=redirect_uri, details=details)
        case RefreshTokenRequest(refresh_token=refresh_token, scope=scope):
            return give.for_refresh(refresh_token, caller, scope=scope, details=details)


def credential_offer(url: str, made: MadeOffer) -> CredentialOffer:
    """Return an offer as wallets read it."""
    offer, secrets = made.offer, made.secrets
    if offer.grant is Grant.AUTHORISATION_CODE:
        return CredentialOffer(
            url, offer.configurations, authorization_code=AuthorizationCodeGrant(secrets.issuer_state)
        )
    tx_code = None
    if offer.tx_code_hash is not None:
        tx_code = TxCode(TX_CODE_LENGTH, "numeric", "De code van zes cijfers die u van ons kreeg")
    return CredentialOffer(url, offer.configurations, pre_authorized=PreAuthorizedGrant(secrets.code, tx_code))


def _token_response(issued: IssuedToken) -> TokenResponse:
    identifiers: dict[str, list[str]] = {}
    for dataset in issued.datasets:
        identifiers.setdefault(dataset.configuration.id, []).append(dataset.identifier)
    return TokenResponse(
        access_token=issued.token,
        token_type="DPoP" if issued.grant.dpop_thumbprint else "Bearer",  # the type's name
        expires_in=int(token_lifetime(issued.grant.dpop_thumbprint).total_seconds()),
        scope=issued.grant.configurations,
        authorization_details=tuple(AuthorizationDetail(name, tuple(found)) for name, found in identifiers.items()),
        refresh_token=issued.refresh_token,
    )


def _opened(desk: Desk, request: Request, path: str) -> AccessGrant:
    """Return what the access token of a request to one of our resources opens (RFC 9449 section 7.1)."""
    return desk.issue.grant_of(*_shown(desk, request, path))


def _shown(desk: Desk, request: Request, path: str) -> tuple[AccessToken, str | None]:
    """Return the access token of a request, and the thumbprint of the key that was proven with it."""
    access = parse_access_token(request.headers.getlist("authorization"), dpop_algorithms=_DPOP_ALGORITHMS)
    return access, desk.take_dpop.at_resource(_dpop(request), access, method="POST", path=path)


def _asked(desk: Desk, request: Request, body: bytes, parse: Callable[[bytes], _Asked]) -> _Asked:
    media_type = media_type_of(request)
    # OpenID4VCI 1.0 sections 8.2 and 10: the media type says whether the request is encrypted.
    if media_type not in (JSON, ENCRYPTED):
        raise InvalidCredentialRequest(f"the body is neither {JSON} nor {ENCRYPTED}")
    return desk.encryption.read(body, parse, encrypted=media_type == ENCRYPTED)


def _attestation(request: Request) -> tuple[list[str], list[str]]:
    return request.headers.getlist(ATTESTATION_HEADER), request.headers.getlist(PROOF_HEADER)


def _dpop(request: Request) -> list[str]:
    return request.headers.getlist("dpop")


def _sealed(answer: Answer, encryption: ResponseEncryption | None) -> Response:
    # Sections 8.3 and 9.2: the status says whether it is all there.
    status = 202 if isinstance(answer, DeferredResponse) else 200
    # Section 8.3: encrypted as was asked, whatever it says; errors never come here.
    if encryption is None:
        return _answer(answer.to_json(), status)
    return Response(encryption.seal(answer.to_json()), status, _NO_STORE, ENCRYPTED)


def _answer(body: JsonObject, status: int = 200) -> Response:
    return JSONResponse(body, status, _NO_STORE)
