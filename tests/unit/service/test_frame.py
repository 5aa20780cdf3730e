"""What holds for every exchange of every app: headers, limits, strict input, errors without echo."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Query, Request
from pydantic import Field
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.testclient import TestClient

from credentials.errors import BlauweKnopError, MalformedInput, Unavailable
from credentials.masking import Secret
from credentials.openid.errors import InvalidRequest
from service.api_clients import ApiDoor
from service.errors import NotExactlyOne
from service.problems import Problem, ProblemMap
from service.web import (
    ApiContact,
    ApiModel,
    Health,
    ProtocolApp,
    PublicResponse,
    assemble,
    business_app,
    form_body,
    json_body,
    protocol_app,
    protocol_form,
    strict_query,
)
from service.web.input import MAX_FORM_FIELDS

TOKEN = Secret("een-heel-geheim-token-0123")
CONTACT = ApiContact("Proef", "https://proef.example", "api@proef.example")


class Geheim(BlauweKnopError):
    """An error that holds personal data."""

    code = "geheim"
    personal_data = True


class Aanvraag(ApiModel):
    bsn: Annotated[str, Field(pattern=r"^\d{9}$")]
    aantal: int
    tx_code: bool = False
    op: Annotated[date, Field(strict=False)] | None = None


PROBLEMS = ProblemMap({Geheim: Problem(status=410, title="Weg", show_detail=True)})


def _business() -> FastAPI:
    app = business_app(title="Proef", version="1.2.3", problems=PROBLEMS, contact=CONTACT)

    @app.post("/api/v1/aanvragen", status_code=201, dependencies=[Depends(ApiDoor({"": TOKEN}))])
    def create(aanvraag: Aanvraag) -> dict[str, object]:
        return {"aantal": aanvraag.aantal, "txCode": aanvraag.tx_code}

    @app.get("/api/v1/lijst")
    def listed(pagina: Annotated[int, Query(ge=1)] = 1) -> dict[str, int]:
        return {"pagina": pagina}

    @app.get("/api/v1/fout/{soort}")
    def fail(soort: str) -> None:
        errors: dict[str, Exception] = {
            "onbekend": RuntimeError("BSN 999990019"),
            "geheim": Geheim("BSN 999990019"),
            "invoer": MalformedInput("the field x is not base64url"),
            "eenmaal": NotExactlyOne(),
            "later": Unavailable("CJIB"),
            "diep": RecursionError("999990019"),
            "unicode": UnicodeDecodeError("utf-8", b"999990019", 0, 1, "x"),
        }
        raise errors[soort]

    return app


def _protocol() -> ProtocolApp:
    app = protocol_app(problems=PROBLEMS)

    @app.post("/oauth/token")
    def token(request: Request, body: bytes) -> Response:
        fields = protocol_form(request, body)
        if "grant_type" not in fields:
            raise InvalidRequest("grant_type is missing")
        return JSONResponse(fields)

    @app.post("/credential")
    async def credential(request: Request) -> Response:
        return JSONResponse(await json_body(request))

    @app.get("/oauth/authorize")
    def authorize(request: Request, _body: bytes) -> Response:
        return JSONResponse(strict_query(request))

    @app.post("/vp/form")
    async def form(request: Request) -> Response:
        fields = await form_body(request)
        return JSONResponse({"a": fields["a"], "b": fields.all("b")})

    @app.get("/status/1")
    async def status(request: Request) -> Response:
        return PublicResponse(b"token", "application/statuslist+jwt", max_age=300, request=request)

    @app.get("/oauth/kapot")
    def broken(_request: Request, _body: bytes) -> Response:
        raise RuntimeError("999990019")

    return app


def _pages() -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.get("/")
    def home() -> PlainTextResponse:
        return PlainTextResponse("hallo")

    return app


def _check() -> None:
    raise Unavailable


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    app = assemble(
        pages=_pages(),
        business=_business(),
        protocol=_protocol(),
        health=Health({"database": lambda: None, "trust_list": _check}),
        max_body=1_000,
        body_limits={"/vp/": 3_000},
    )
    with TestClient(app) as made:
        yield made


def _post(client: TestClient, body: str | bytes, **headers: str) -> Response:
    return client.post(
        "/api/v1/aanvragen",
        content=body,
        headers={"content-type": "application/json", "authorization": f"Bearer {TOKEN.reveal()}", **headers},
    )


EVERY = ["/", "/api/v1/lijst", "/oauth/authorize", "/status/1", "/weg", "/api/v1/weg", "/health/live", "/credential"]


@pytest.mark.parametrize("path", EVERY)
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    # A screen must let browsers name its origin on its own forms; see `service.web.headers`.
    assert headers["referrer-policy"] == ("same-origin" if path in ("/", "/weg") else "no-referrer")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["strict-transport-security"].startswith("max-age=")
    assert "camera=()" in headers["permissions-policy"]
    assert len(headers["x-request-id"]) == 16
    assert "server" not in headers
    if path != "/status/1":
        assert headers["cache-control"] == "no-store"


def test_screens_run_no_inline_script_and_talk_to_no_one_else(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_without_tls_there_is_no_hsts() -> None:
    with TestClient(assemble(pages=_pages(), secure=False)) as plain:
        assert "strict-transport-security" not in plain.get("/").headers


def test_protocols_are_open_to_wallets_in_a_browser_and_screens_are_not(client: TestClient) -> None:
    assert client.get("/oauth/authorize").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in client.get("/oauth/authorize").headers
    preflight = client.options("/credential", headers={"origin": "https://x.nl"})
    assert preflight.status_code == 204
    assert "DPoP" in preflight.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in client.get("/").headers
    assert "access-control-allow-origin" not in client.get("/api/v1/lijst").headers


def test_head_is_get_without_a_body(client: TestClient) -> None:
    assert client.head("/").status_code == 200


def test_the_api_tells_its_version_and_its_document_is_open(client: TestClient) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.headers["api-version"] == "1.2.3"
    assert answer.headers["access-control-allow-origin"] == "*"
    document = answer.json()
    operation = document["paths"]["/aanvragen"]["post"]
    assert "422" not in operation["responses"]
    assert "400" in operation["responses"]
    assert "txCode" in document["components"]["schemas"]["Aanvraag"]["properties"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_a_good_body_is_taken(client: TestClient) -> None:
    answer = _post(client, '{"bsn":"999990019","aantal":2,"txCode":true,"op":"2026-01-01"}')
    assert (answer.status_code, json.loads(answer.content)) == (201, {"aantal": 2, "txCode": True})


@pytest.mark.parametrize(
    "body",
    [
        '{"bsn":"999990019","aantal":1,"aantal":2}',
        '{"bsn":"999990019","aantal":"1"}',
        '{"bsn":"999990019","aantal":1.0}',
        '{"bsn":"999990019","aantal":true}',
        '{"bsn":"999990019","aantal":NaN}',
        '{"bsn":"999990019","aantal":1,"meer":1}',
        '{"bsn":"\\ud800","aantal":1}',
        '{"bsn":"999990019","aantal":' + "9" * 400 + "}",
        '{"bsn":"999990019"',
        "[" * 300 + "]" * 300,
        '"999990019"',
        b'{"bsn":"\xff999990019"}',
        "",
        '{"bsn":"99999001","aantal":1}',
    ],
)
def test_a_bad_body_is_a_400_that_repeats_nothing(client: TestClient, body: str | bytes) -> None:
    answer = _post(client, body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = json.loads(answer.content)
    assert {"type", "title", "status", "detail"} <= problem.keys()
    assert problem["status"] == 400
    assert b"99999" not in answer.content


def test_all_wrong_fields_are_told_at_once(client: TestClient) -> None:
    problem = json.loads(_post(client, '{"bsn":1,"999990019":1}').content)
    assert {(error["location"], error["code"]) for error in problem["errors"]} == {
        ("bsn", "string_type"),
        ("aantal", "missing"),
        ("?", "extra_forbidden"),
    }


def test_a_query_is_checked_too(client: TestClient) -> None:
    answer = client.get("/api/v1/lijst?pagina=nul")
    assert answer.status_code == 400
    assert answer.json()["errors"][0] == {
        "in": "query",
        "location": "pagina",
        "code": "int_parsing",
        "detail": "De waarde van dit veld is niet goed.",
    }


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x", "Basic x"])
def test_a_machine_door_opens_for_its_token_only(client: TestClient, authorization: str) -> None:
    answer = _post(client, "{}", authorization=authorization)
    assert answer.status_code == 401
    wrong = 'Bearer error="invalid_token"' if authorization == "Bearer x" else "Bearer"
    assert answer.headers["www-authenticate"] == wrong


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("geheim", 410),
        ("invoer", 400),
        ("eenmaal", 409),
        ("later", 503),
        ("onbekend", 500),
        ("diep", 400),
        ("unicode", 400),
    ],
)
def test_an_error_becomes_what_the_table_says_without_its_secrets(client: TestClient, kind: str, status: int) -> None:
    answer = client.get(f"/api/v1/fout/{kind}")
    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert "999990019" not in answer.text
    assert "CJIB" not in answer.text


def test_a_detail_written_by_us_is_shown_where_the_table_allows_it(client: TestClient) -> None:
    assert client.get("/api/v1/fout/invoer").json()["detail"] == "the field x is not base64url"


def test_a_trailing_slash_is_not_found(client: TestClient) -> None:
    assert client.get("/api/v1/lijst/").status_code == 404


def test_protocol_errors_have_the_protocols_form(client: TestClient) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/oauth/token", content="a=1", headers=form)
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "invalid_request", "error_description": "grant_type is missing"},
    )
    twice = client.post("/oauth/token", content="grant_type=a&grant_type=b", headers=form)
    assert (twice.status_code, twice.json()["error"]) == (400, "invalid_request")
    unknown = client.get("/oauth/kapot")
    assert (unknown.status_code, unknown.json()) == (500, {"error": "server_error"})
    wrong = client.post("/oauth/token", json={})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_request")


TOO_MANY = b"&" * MAX_FORM_FIELDS


@pytest.mark.parametrize("body", [b"a=%ff", b"a=%00", b"a=\xff", TOO_MANY])
def test_a_form_is_read_in_one_way_or_not_at_all(client: TestClient, body: bytes) -> None:
    answer = client.post("/vp/form", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 400


def test_a_form_may_repeat_what_is_read_as_a_list_only(client: TestClient) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/vp/form", content="a=1+%C3%A9&b=2&b=3", headers=form).json() == {"a": "1 é", "b": ["2", "3"]}
    assert client.post("/vp/form", content="a=1&a=2", headers=form).status_code == 400


def test_a_query_may_not_repeat_a_parameter(client: TestClient) -> None:
    assert client.get("/oauth/authorize?a=1&b=2").json() == {"a": "1", "b": "2"}
    assert client.get("/oauth/authorize?a=1&a=2").status_code == 400


@pytest.mark.parametrize("size", [1_001, 100_000])
def test_a_body_over_the_limit_is_refused_by_its_stated_length(client: TestClient, size: int) -> None:
    answer = client.post("/credential", content=b"x" * size, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")
    assert answer.headers["connection"] == "close"


def test_a_body_over_the_limit_is_refused_by_the_bytes_that_come(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(50):
            yield b"x" * 100

    answer = client.post("/credential", content=chunks(), headers={"content-type": "application/json"})
    assert answer.status_code == 413


def test_a_path_may_have_a_limit_of_its_own(client: TestClient) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/vp/form", content="a=" + "x" * 2_000, headers=form).status_code == 200
    assert client.post("/vp/form", content="a=" + "x" * 4_000, headers=form).status_code == 413


def test_a_public_document_is_kept_and_asked_for_again_by_its_tag(client: TestClient) -> None:
    first = client.get("/status/1")
    assert first.headers["content-type"] == "application/statuslist+jwt"
    assert first.headers["cache-control"] == "public, max-age=300"
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    again = client.get("/status/1", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_health_tells_what_is_not_ready_and_not_why(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "ok"}
    ready = client.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["checks"] == {"database": "ok", "trust_list": "unavailable"}


def test_what_a_party_does_not_have_is_not_found() -> None:
    with TestClient(assemble(protocol=_protocol())) as alone:
        assert alone.get("/").status_code == 404
        assert alone.get("/api/v1/lijst").status_code == 404


def test_the_most_specific_class_wins() -> None:
    class Kind(Geheim):
        pass

    assert PROBLEMS.of(Kind()).status == 410
    assert PROBLEMS.of(KeyError("x")).status == 500
    assert PROBLEMS.knows(Kind)
    assert not PROBLEMS.knows(KeyError)
