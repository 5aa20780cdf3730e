"""The endpoints of VC-API (VCALM), with answers that never repeat what was sent."""

from collections.abc import Callable
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.status.bitstring import MEDIA_TYPE
from service.commands.vc_api.door import Door
from service.commands.vc_api.identifiers import resolve
from service.commands.vc_api.issuing import derive, issue
from service.commands.vc_api.lists import MESSAGES, UnknownCredential
from service.commands.vc_api.problems import PROBLEM_JSON, InvalidRequest, details_of
from service.commands.vc_api.request import Options, document_of
from service.commands.vc_api.verifying import Outcome
from service.errors import NotFound, UnexpectedMediaType
from service.logging import get_logger
from service.web.assemble import assemble
from service.web.input import json_body, require_json

MAX_BODY_BYTES: Final = 1 << 20

_log: Final = get_logger(__name__)


def create_app(door: Door) -> ASGIApp:
    """Make the app of one door."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    _add_errors(app)
    _add_issuing(app, door)
    _add_verifying(app, door)
    _add_reading(app, door)
    # As screens are: no other origin may read its answers.
    return assemble(pages=app, secure=False, max_body=MAX_BODY_BYTES)


def _add_issuing(app: FastAPI, door: Door) -> None:
    @app.post("/issuers/{instance}/credentials/issue")
    async def issue_credential(instance: str, request: Request) -> Response:
        if instance not in door.instances:
            raise NotFound("there is no such issuer")
        body = await json_body(request)
        issued = await run_in_threadpool(issue, door.instances[instance], body, door.engine, door.lists)
        return JSONResponse({"verifiableCredential": issued}, 201)

    @app.post("/credentials/derive")
    async def derive_credential(request: Request) -> Response:
        derived = await run_in_threadpool(derive, await json_body(request), door.engine)
        return JSONResponse({"verifiableCredential": derived}, 201)

    @app.post("/credentials/status")
    async def set_status(request: Request) -> Response:
        await run_in_threadpool(_set_status, door, await json_body(request))
        return JSONResponse({}, 200)


def _add_verifying(app: FastAPI, door: Door) -> None:
    @app.post("/credentials/verify")
    async def verify_credential(request: Request) -> Response:
        return await _verified(request, "verifiableCredential", door.credentials.verify)

    @app.post("/presentations/verify")
    async def verify_presentation(request: Request) -> Response:
        return await _verified(request, "verifiablePresentation", door.presentations.verify)


def _add_reading(app: FastAPI, door: Door) -> None:
    @app.get("/status/about")
    async def about() -> Response:
        return JSONResponse({f"{value:#x}": message for value, message in enumerate(MESSAGES)})

    @app.get("/status/{purpose}")
    async def status_list(purpose: str, request: Request) -> Response:
        credential = await run_in_threadpool(door.lists.credential, purpose)
        # Bitstring Status List 1.0 section 2.2; clients that ask for JSON often read nothing that is not named so.
        named = MEDIA_TYPE in request.headers.get("accept", "")
        headers = {"cache-control": "no-cache", "vary": "accept"}
        return JSONResponse(credential, headers=headers, media_type=MEDIA_TYPE if named else None)

    @app.get("/1.0/identifiers/{did:path}")
    async def identifier(did: str, request: Request) -> Response:
        del did
        accept = ",".join(request.headers.getlist("accept"))
        found = resolve(request.scope.get("raw_path", b""), accept, request.query_params)
        return JSONResponse(found.body, found.status, {"vary": "accept"}, media_type=found.media_type)


async def _verified(request: Request, name: str, verify: Callable[[JsonObject, Options, Outcome], None]) -> Response:
    require_json(request)
    outcome = Outcome()
    try:
        body = await json_body(request)
        await run_in_threadpool(verify, document_of(body, name), Options.read(body), outcome)
    except BlauweKnopError as error:
        _log.info("not_verified", code=error.code)
        errors = [details_of(error)]
        return JSONResponse({"verified": False, "checks": outcome.checks, "warnings": [], "errors": errors}, 400)
    return JSONResponse({"verified": True, "checks": outcome.checks, "warnings": outcome.warnings, "errors": []})


def _set_status(door: Door, body: JsonObject) -> None:
    credential_id, entry = body.get("credentialId"), document_of(body, "credentialStatus")
    purpose, value = entry.get("statusPurpose"), body.get("status", entry.get("status", True))
    if not isinstance(credential_id, str) or not isinstance(purpose, str) or not isinstance(value, int):
        raise InvalidRequest("credentialId, statusPurpose or status is not what it should be")
    door.lists.set(credential_id, purpose, int(value))


def _add_errors(app: FastAPI) -> None:
    async def refused(_request: Request, error: Exception) -> Response:
        known = error if isinstance(error, BlauweKnopError) else MalformedInput("the input cannot be read")
        _log.info("refused", code=known.code)
        status = 404 if isinstance(known, NotFound | UnknownCredential) else 400
        if isinstance(known, UnexpectedMediaType):
            status = 415
        return JSONResponse({**details_of(known), "status": status}, status, media_type=PROBLEM_JSON)

    async def other(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return JSONResponse({"type": "about:blank", "status": status}, status, media_type=PROBLEM_JSON)

    app.add_exception_handler(BlauweKnopError, refused)
    # What a library choked on: hostile input, not a fault of ours.
    for kind in (RecursionError, UnicodeError, OverflowError):
        app.add_exception_handler(kind, refused)
    app.add_exception_handler(HTTPException, other)
