"""The wallets' doors (OpenID4VP 1.0 sections 5.10 and 8.2): the request object, and the answer."""

from collections.abc import Mapping
from typing import Final

from anyio.to_thread import run_sync
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from credentials.openid.errors import InvalidRequest, InvalidResponse
from credentials.openid.form import MEDIA_TYPE as FORM
from credentials.openid.form import parse_form
from credentials.openid.members import ErrorClass
from credentials.openid.request_object import MEDIA_TYPE as REQUEST_OBJECT
from credentials.openid.vp_response import MAX_FORM_BYTES, acknowledgement
from service.problems import ProblemMap
from service.web.apps import protocol_app
from service.web.input import media_type_of
from verifier.usecases.answering import Answering
from verifier.usecases.asking import Asking

MAX_REQUEST_FORM_BYTES: Final = 64_000

_NO_STORE: Final = {"cache-control": "no-store"}


def wallet_app(asking: Asking, answering: Answering, problems: ProblemMap) -> FastAPI:
    """Make the app of the protocol routes."""
    app = protocol_app(problems=problems)

    @app.get("/vp/verzoeken/{path}")
    def read_request(path: str) -> Response:
        return _request_object(asking.request_object(path, {}))

    @app.post("/vp/verzoeken/{path}")
    async def read_request_by_post(path: str, request: Request) -> Response:
        fields = await _form(request, MAX_REQUEST_FORM_BYTES, InvalidRequest)
        return _request_object(await run_sync(asking.request_object, path, fields))

    @app.post("/vp/antwoorden/{path}")
    async def answer(path: str, request: Request) -> Response:
        fields = await _form(request, MAX_FORM_BYTES, InvalidResponse)
        redirect_uri = await run_sync(answering.accept, path, fields)
        # Section 8.2: always 200 with a JSON object, also when the wallet said no.
        return JSONResponse(acknowledgement(redirect_uri), headers=_NO_STORE)

    return app


def _request_object(jwt: str) -> Response:
    return Response(jwt, media_type=REQUEST_OBJECT, headers=_NO_STORE)


async def _form(request: Request, most: int, error: ErrorClass) -> Mapping[str, str]:
    body = await request.body()
    if not body:
        return {}
    if media_type_of(request) != FORM:
        raise error(f"the body must be {FORM}")
    return parse_form(body, max_bytes=most, error=error)
