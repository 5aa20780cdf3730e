"""The case systems' doors: ask, read what came of it, check again, delete. By the NL API Design Rules."""

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, FastAPI
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from credentials.clock import Clock
from credentials.encoding import JsonObject
from credentials.masking import Secret
from service.errors import Unauthorized
from service.problems import ProblemMap
from service.web.apps import API_ROOT, business_app
from service.web.bearer import bearer_token
from service.web.input import ApiModel
from verifier.domain.errors import NotAnswered
from verifier.domain.request import ClientIdPrefix, VerificationRequest, standing_of
from verifier.domain.templates import TEMPLATES
from verifier.exports.document import request_document, result_document
from verifier.exports.files import TABLE_FILES
from verifier.exports.names import file_name
from verifier.usecases.asking import Asking
from verifier.usecases.desk import Desk
from verifier.usecases.results import Results
from verifier.web.attachment import attachment

VERSION: Final = "1.0.0"
ROOT: Final = f"{API_ROOT}/verificatieverzoeken"


class NewRequest(ApiModel):
    """Een vraag aan een wallet: een sjabloon, of een eigen DCQL-vraag."""

    sjabloon: Annotated[
        Annotated[str, Field(json_schema_extra={"enum": list(TEMPLATES)})] | None,
        Field(description="snelscan, intake of schuldregeling", examples=["intake"], max_length=40),
    ] = None
    dcql_query: Annotated[dict[str, Any] | None, Field(description="Een DCQL-vraag (OpenID4VP 1.0).")] = None
    response_mode: Annotated[
        Literal["direct_post", "direct_post.jwt"] | None, Field(description="Hoe het antwoord terugkomt.")
    ] = None
    client_id_prefix: Annotated[
        ClientIdPrefix | None,
        Field(description="Hoe de wallet deze partij herkent."),
    ] = None
    formaten: Annotated[
        list[Annotated[str, Field(max_length=40)]] | None,
        Field(
            description="Vraag een sjabloon alleen in deze formaten. Zonder: wat de wallet zegt aan te kunnen, "
            "en van een wallet die niets zegt dc+sd-jwt.",
            examples=[["dc+sd-jwt", "ldp_vc"]],
            min_length=1,
            max_length=5,
        ),
    ] = None
    transacties: Annotated[
        list[dict[str, Any]] | None,
        Field(
            description="Waar de houder ook mee akkoord moet gaan (transaction_data van OpenID4VP 1.0). Elk heeft een "
            "type; urn:nl:blauweknop:akkoord:1 heeft een tekst.",
            examples=[[{"type": "urn:nl:blauweknop:akkoord:1", "tekst": "U mag namens mij bellen."}]],
            min_length=1,
            max_length=5,
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class ApiDoors:
    """What the business API opens on to. `clients` is token by client name."""

    desk: Desk
    asking: Asking
    results: Results
    clock: Clock
    clients: Mapping[str, Secret]


def api_app(doors: ApiDoors, problems: ProblemMap, *, title: str) -> FastAPI:
    """Make the app of the business API."""
    app = business_app(
        title=title,
        version=VERSION,
        problems=problems,
        description="Vraag een burger om bewezen schuldgegevens en lees wat bewezen is. Bedragen zijn hele eurocenten.",
    )
    caller = _caller(doors.clients)
    Owner = Annotated[str, Depends(caller)]  # noqa: N806  # a type that belongs to this app

    @app.post(ROOT, status_code=201, summary="Maak een verificatieverzoek", tags=["verificatieverzoeken"])
    def create(body: NewRequest, owner: Owner) -> Response:
        request = doors.desk.ask_for_system(
            owner,
            template_key=body.sjabloon,
            query=body.dcql_query,
            response_mode=body.response_mode,
            prefix=body.client_id_prefix,
            formats=body.formaten or (),
            transactions=body.transacties or (),
        )
        document: JsonObject = {
            **request_document([request], doors.clock.now()),
            "verzoekUri": doors.asking.link(request),
        }
        return JSONResponse(document, 201, {"location": f"{ROOT}/{request.id}"})

    @app.get(ROOT + "/{id}", summary="Lees een verificatieverzoek", tags=["verificatieverzoeken"])
    def read(id: str, owner: Owner) -> Response:
        return JSONResponse(_document(doors, doors.results.parts(owner, id)))

    for file in TABLE_FILES:
        _install_file(app, doors, caller, file)

    @app.post(
        ROOT + "/{id}/hercontroles",
        status_code=201,
        summary="Controleer een antwoord opnieuw",
        tags=["verificatieverzoeken"],
    )
    def check_again(id: str, owner: Owner) -> Response:
        return JSONResponse(_document(doors, doors.results.check_again(owner, id).parts), 201)

    @app.delete(
        ROOT + "/{id}",
        status_code=204,
        summary="Verwijder een verificatieverzoek met alle gegevens",
        tags=["verificatieverzoeken"],
    )
    def delete(id: str, owner: Owner) -> Response:
        doors.desk.close(owner, doors.desk.request(owner, id).intake_id)
        return Response(status_code=204)

    return app


def _install_file(app: FastAPI, doors: ApiDoors, caller: Callable[[Request], str], file: str) -> None:
    what, media_type, make = TABLE_FILES[file]
    kind = file.rpartition(".")[2]

    def table(id: str, owner: Annotated[str, Depends(caller)]) -> Response:
        parts = doors.results.parts(owner, id)
        if standing_of(parts, doors.clock.now()) != "beantwoord":
            raise NotAnswered
        outcome = doors.results.outcome(parts)
        return attachment(make(outcome.result), media_type, file_name(what, kind, outcome.answer.received_at))

    plain = media_type.partition(";")[0]
    app.get(
        f"{ROOT}/{{id}}/{file}",
        name=file,
        summary=f"Haal een antwoord op als {kind.upper()}: {what}",
        tags=["verificatieverzoeken"],
        response_class=Response,
        responses={200: {"content": {plain: {"schema": {"type": "string", "format": "binary"}}}}},
    )(table)


def _document(doors: ApiDoors, parts: Sequence[VerificationRequest]) -> JsonObject:
    now = doors.clock.now()
    document = request_document(parts, now)
    if standing_of(parts, now) == "beantwoord":
        outcome = doors.results.outcome(parts)
        document |= result_document(outcome.answer, outcome.result)
    return document


def _caller(clients: Mapping[str, Secret]) -> Callable[[Request], str]:
    digests = {name: _digest(secret.reveal()) for name, secret in clients.items()}

    def owner(request: Request) -> str:
        given = _digest(bearer_token(request))
        # All are compared, so that the time tells nothing of which one it was.
        found = [name for name, digest in digests.items() if hmac.compare_digest(digest, given)]
        if not found:
            raise Unauthorized
        return f"systeem:{found[0]}"

    return owner


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
