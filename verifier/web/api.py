"""The case systems' doors: ask, read what came of it, check again, delete. By the NL API Design Rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, FastAPI, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from credentials.clock import Clock
from credentials.encoding import JsonObject
from credentials.openid.vp_formats import VP_FORMATS
from service.api_answers import ApiAnswers
from service.api_clients import ApiDoor
from service.problems import ProblemMap
from service.processing_log.arriving import Arriving, known_caller
from service.web.apps import ApiContact, business_app
from service.web.idempotency import Idempotency
from service.web.input import ApiModel, example
from service.web.openapi import API_ROOT, OAuthScheme, answered, refused, scoped
from verifier.domain.changes import changes
from verifier.domain.errors import NotAnswered
from verifier.domain.request import ClientIdPrefix, VerificationRequest, standing_of
from verifier.domain.templates import TEMPLATES
from verifier.exports.changed import changes_document
from verifier.exports.document import request_document, result_document
from verifier.exports.files import TABLE_FILES, Contents
from verifier.exports.knooppunt import UNKNOWN, Counsel
from verifier.exports.names import BUNDLE, BUNDLE_NAME, BUNDLE_TYPE, file_name
from verifier.usecases.asking import Asking
from verifier.usecases.desk import Desk
from verifier.usecases.evidence_bundle import Bundling
from verifier.usecases.results import Outcome, Results
from verifier.web.attachment import attachment
from verifier.web.example_answer import ANSWER, CHANGES

VERSION: Final = "1.2.0"

ASKING: Final = "verificatieverzoeken"
READING: Final = "lezen"
CHECKING: Final = "hercontroles"
DELETING: Final = "verwijderen"

SCOPES: Final = {
    ASKING: "verificatieverzoeken maken",
    READING: "lezen wat erop geantwoord is",
    CHECKING: "een antwoord opnieuw controleren",
    DELETING: "een verificatieverzoek met alle gegevens verwijderen",
}
"""What an access token can be for."""
ROOT: Final = f"{API_ROOT}/verificatieverzoeken"

# What the document shows.
_REQUEST: Final = {
    "id": "lopDAOTXnBq8mX0pJvX2Yw",
    "status": "open",
    "sjabloon": "intake",
    "aangemaaktOp": "2026-11-23T19:53:37Z",
    "verlooptOp": "2026-11-23T19:58:37Z",
    "delen": {"ontvangen": 0, "aangekondigd": 1},
    "pogingen": [],
}
_LINK: Final = "openid4vp://?client_id=x509_hash%3A…&request_uri=https%3A%2F%2Fschuldhulp.example%2Fvp%2Fverzoeken%2F…"


class NewRequest(ApiModel):
    """Een vraag aan een wallet: een sjabloon, of een eigen DCQL-vraag."""

    model_config = example(sjabloon="intake")

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
            max_length=len(VP_FORMATS),
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
    """What the business API opens on to. `door` names the client; with `oauth` programs get access tokens.

    `callers` are the addresses of those clients whose word counts for where they are in a trace.
    """

    desk: Desk
    asking: Asking
    results: Results
    bundling: Bundling
    clock: Clock
    door: ApiDoor
    answers: ApiAnswers
    oauth: OAuthScheme | None = None
    counsel: Counsel = UNKNOWN
    callers: Mapping[str, str] = field(default_factory=dict)


def api_app(doors: ApiDoors, problems: ProblemMap, *, title: str, contact: ApiContact) -> FastAPI:
    """Make the app of the business API."""
    caller = _caller(doors.door, known_caller(doors.callers))
    app = business_app(
        title=title,
        version=VERSION,
        problems=problems,
        description="Vraag een burger om bewezen schuldgegevens en lees wat bewezen is. Bedragen zijn hele eurocenten.",
        contact=contact,
        oauth=doors.oauth,
        # No other: what is proven of a client may be kept nowhere but in the request itself, and goes with it.
        idempotency=Idempotency(caller, doors.answers, only={ROOT}),
    )
    if doors.callers:
        app.add_middleware(Arriving)
    Owner = Annotated[str, Depends(caller)]  # noqa: N806  # a type that belongs to this app

    @app.post(
        ROOT,
        status_code=201,
        summary="Maak een verificatieverzoek",
        openapi_extra=scoped(ASKING),
        tags=["verificatieverzoeken"],
        responses={201: answered({**_REQUEST, "verzoekUri": _LINK}, "Het verzoek, met de link voor de wallet.")},
    )
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

    @app.get(
        ROOT + "/{id}",
        summary="Lees een verificatieverzoek",
        openapi_extra=scoped(READING),
        tags=["verificatieverzoeken"],
        responses={200: answered(ANSWER, "Het verzoek; is het beantwoord, dan ook wat bewezen is.")},
    )
    def read(id: str, owner: Owner) -> Response:
        return JSONResponse(_document(doors, doors.results.parts(owner, id)))

    @app.get(
        ROOT + "/{id}/veranderingen",
        summary="Lees wat er veranderd is sinds een eerder antwoord",
        description="Vergelijkt met een eerder verzoek van uzelf (`sinds`). Of het dezelfde cliënt is, weet alleen u.",
        openapi_extra=scoped(READING),
        tags=["verificatieverzoeken"],
        responses={
            200: answered(CHANGES, "Wat er veranderd is."),
            409: refused("Er is op een van beide nog geen antwoord."),
        },
    )
    def changed(
        id: str,
        owner: Owner,
        sinds: Annotated[str, Query(description="Het id van het eerdere verzoek.", max_length=80)],
    ) -> Response:
        now, before = _answered(doors, owner, id), _answered(doors, owner, sinds, as_it_stood=True)
        return JSONResponse(changes_document(changes(before.result, now.result), before.answer.received_at))

    for file in TABLE_FILES:
        _install_file(app, doors, caller, file)

    @app.get(
        f"{ROOT}/{{id}}/{BUNDLE}",
        summary="Haal een antwoord op als bewijsbundel",
        description="Een zip-bestand met elk bewijs zoals het is ontvangen en met de lijsten waarmee het is "
        "gecontroleerd. Met de sleutel van het stelsel is ook jaren later na te gaan wat toen bewezen was: "
        "`blauweknop verify`.",
        openapi_extra=scoped(READING),
        tags=["verificatieverzoeken"],
        response_class=Response,
        responses={
            200: {"content": {BUNDLE_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
            409: refused("Er is nog geen antwoord, of er is geen bundel van te maken."),
        },
    )
    def bundle(id: str, owner: Owner) -> Response:
        parts = doors.results.parts(owner, id)
        content = doors.bundling.of_series(owner, id)
        return attachment(
            content, BUNDLE_TYPE, file_name(BUNDLE_NAME, "zip", doors.results.outcome(parts).answer.received_at)
        )

    @app.post(
        ROOT + "/{id}/hercontroles",
        status_code=201,
        summary="Controleer een antwoord opnieuw",
        openapi_extra=scoped(CHECKING),
        tags=["verificatieverzoeken"],
        responses={
            201: answered(ANSWER, "Het verzoek, met wat nu bewezen is."),
            409: refused("Er is nog geen antwoord."),
        },
    )
    def check_again(id: str, owner: Owner) -> Response:
        return JSONResponse(_document(doors, doors.results.check_again(owner, id).parts), 201)

    @app.delete(
        ROOT + "/{id}",
        status_code=204,
        summary="Verwijder een verificatieverzoek met alle gegevens",
        openapi_extra=scoped(DELETING),
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
        outcome = _answered(doors, owner, id)
        return attachment(
            make(Contents(outcome.result, counsel=doors.counsel)),
            media_type,
            file_name(what, kind, outcome.answer.received_at),
        )

    plain = media_type.partition(";")[0]
    app.get(
        f"{ROOT}/{{id}}/{file}",
        name=file,
        summary=f"Haal een antwoord op als {kind.upper()}: {what}",
        openapi_extra=scoped(READING),
        tags=["verificatieverzoeken"],
        response_class=Response,
        responses={
            200: {"content": {plain: {"schema": {"type": "string", "format": "binary"}}}},
            409: refused("Er is nog geen antwoord."),
        },
    )(table)


def _answered(doors: ApiDoors, owner: str, id: str, *, as_it_stood: bool = False) -> Outcome:
    """Return what was answered, with all its parts. Raises UnknownRequest, NotAnswered."""
    parts = doors.results.parts(owner, id)
    if standing_of(parts, doors.clock.now()) != "beantwoord":
        raise NotAnswered
    return doors.results.as_it_stood(parts[::-1]) if as_it_stood else doors.results.outcome(parts)


def _document(doors: ApiDoors, parts: Sequence[VerificationRequest]) -> JsonObject:
    now = doors.clock.now()
    document = request_document(parts, now)
    if standing_of(parts, now) == "beantwoord":
        outcome = doors.results.outcome(parts)
        document |= result_document(outcome.answer, outcome.result)
    return document


def _caller(door: ApiDoor, came_in: Callable[[str], None]) -> Callable[[Request], str]:
    def owner(request: Request) -> str:
        name = door(request)
        came_in(name)
        return f"systeem:{name}"

    return owner
