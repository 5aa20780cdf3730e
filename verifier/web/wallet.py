"""The wallets' doors (OpenID4VP 1.0 sections 5.10 and 8.2): the request object, and the answer."""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from credentials.openid.errors import InvalidRequest, InvalidResponse
from credentials.openid.form import MEDIA_TYPE as FORM
from credentials.openid.form import parse_form
from credentials.openid.members import ErrorClass
from credentials.openid.request_object import MEDIA_TYPE as REQUEST_OBJECT
from credentials.openid.vp_response import MAX_FORM_BYTES, acknowledgement
from service.problems import ProblemMap
from service.web import ProtocolApp, protocol_app
from service.web.input import media_type_of
from verifier.usecases.answering import Answering
from verifier.usecases.asking import Asking

MAX_REQUEST_FORM_BYTES: Final = 64_000

_NO_STORE: Final = {"cache-control": "no-store"}


def wallet_app(asking: Asking, answering: Answering, problems: ProblemMap) -> ProtocolApp:
    """Make the app of the protocol routes."""
    app = protocol_app(problems=problems)

    @app.get("/vp/verzoeken/{path}")
    def read_request(request: Request, _body: bytes) -> Response:
        return _request_object(asking.request_object(request.path_params["path"], {}))

    @app.post("/vp/verzoeken/{path}")
    def read_request_by_post(request: Request, body: bytes) -> Response:
        fields = _form(request, body, MAX_REQUEST_FORM_BYTES, InvalidRequest)
        return _request_object(asking.request_object(request.path_params["path"], fields))

    @app.post("/vp/antwoorden/{path}")
    def answer(request: Request, body: bytes) -> Response:
        fields = _form(request, body, MAX_FORM_BYTES, InvalidResponse)
        redirect_uri = answering.accept(request.path_params["path"], fields)
        # Section 8.2: always 200 with a JSON object, also when the wallet said no.
        return JSONResponse(acknowledgement(redirect_uri), headers=_NO_STORE)

    return app


def _request_object(jwt: str) -> Response:
    return Response(jwt, media_type=REQUEST_OBJECT, headers=_NO_STORE)


def _form(request: Request, body: bytes, most: int, error: ErrorClass) -> Mapping[str, str]:
    if not body:
        return {}
    if media_type_of(request) != FORM:
        raise error(f"the body must be {FORM}")
    return parse_form(body, max_bytes=most, error=error)
