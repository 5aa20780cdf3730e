"""The wallets' doors (OpenID4VP 1.0 sections 5.10 and 8.2): the request object, and the answer."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from credentials.encoding import JsonObject, json_compact
from credentials.openid.errors import InvalidRequest, InvalidResponse
from credentials.openid.request_object import MEDIA_TYPE as REQUEST_OBJECT
from credentials.openid.vp_response import MAX_FORM_BYTES, acknowledgement
from service.problems import ProblemMap
from service.web import ProtocolApp, protocol_app, protocol_form
from service.web.frame import MAX_BODY_BYTES
from service.web.public import PublicResponse
from verifier.usecases.answering import Answering
from verifier.usecases.asking import Asking

ANSWERS: Final = "/vp/antwoorden/"
MAX_REQUEST_FORM_BYTES: Final = 64_000
DID_DOCUMENT: Final = "application/did+json"
DID_SECONDS: Final = 300

_NO_STORE: Final = {"cache-control": "no-store"}


def wallet_app(
    asking: Asking, answering: Answering, problems: ProblemMap, *, did_document: JsonObject | None = None
) -> ProtocolApp:
    """Make the app of the protocol routes. `did_document` is that of our did:web, if we have one."""
    app = protocol_app(problems=problems)
    if did_document is not None:
        document = json_compact(did_document)

        @app.get("/.well-known/did.json")
        def did(request: Request, _body: bytes) -> Response:
            return PublicResponse(document, DID_DOCUMENT, max_age=DID_SECONDS, request=request)

    @app.get("/vp/verzoeken/{path}")
    def read_request(request: Request, _body: bytes) -> Response:
        return _request_object(asking.request_object(request.path_params["path"], {}))

    @app.post("/vp/verzoeken/{path}")
    def read_request_by_post(request: Request, body: bytes) -> Response:
        fields = protocol_form(request, body, max_bytes=MAX_REQUEST_FORM_BYTES, error=InvalidRequest)
        return _request_object(asking.request_object(request.path_params["path"], fields))

    @app.post(f"{ANSWERS}{{path}}")
    def answer(request: Request, body: bytes) -> Response:
        fields = protocol_form(request, body, max_bytes=MAX_FORM_BYTES, error=InvalidResponse)
        taken = answering.accept(request.path_params["path"], fields)
        # Section 8.2: always 200 with a JSON object, also when the wallet said no.
        return JSONResponse(acknowledgement(taken.redirect_uri, taken.next_request), headers=_NO_STORE)

    _note_refusals(app, answering)
    return app


def answer_limit(answering: Answering, most: int) -> Callable[[str], int]:
    """Return how much is read at an address: much only where the answer to a request of ours goes."""

    def limit(path: str) -> int:
        return most if answering.knows(path.removeprefix(ANSWERS)) else MAX_BODY_BYTES

    return limit


def _note_refusals(app: ProtocolApp, answering: Answering) -> None:
    """Let the counsellor know of an answer that the edge refused for its size, since no use case ever saw it."""
    refuse = app.refusal

    def noted(request: Request, status: int) -> Response:
        answer: Response = refuse(request, status)
        path = request.url.path
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and path.startswith(ANSWERS):
            answer.background = BackgroundTask(answering.too_large, path.removeprefix(ANSWERS))
        return answer

    app.refusal = noted


def _request_object(jwt: str) -> Response:
    return Response(jwt, media_type=REQUEST_OBJECT, headers=_NO_STORE)
