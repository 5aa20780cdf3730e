"""A party below a path of its host: what comes in loses the path, what goes out gains it, and all else is outside."""

import re
from pathlib import Path

import pytest
from fastapi import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from service.database import Database
from service.migrations import migrate
from service.pages import Link, Pages, PartyFace
from service.place import ROOT, Place
from service.problems import ProblemMap
from service.sessions import Sessions
from service.web import ApiContact, Health, ProtocolApp, assemble, business_app, pages_app, protocol_app

CONTACT = ApiContact("Proef", "https://proef.example", "api@proef.example")
PLACE = Place("/agencies/cjib")
HOST = "https://host.example"
BASE = f"{HOST}/agencies/cjib"
BESIDE = {"/.well-known/thing/agencies/cjib": "/.well-known/thing"}


def protocol() -> ProtocolApp:
    app = protocol_app(problems=ProblemMap())

    @app.get("/.well-known/thing")
    async def thing(request: Request) -> Response:
        return JSONResponse({"path": request.url.path})

    @app.post("/credential")
    def credential(_request: Request, body: bytes) -> Response:
        return JSONResponse({"size": len(body)})

    return app


@pytest.fixture
def pages() -> Pages:
    face = PartyFace(name="Proef", languages=("nl", "en"), menu=(Link(text="Iets", href="/iets"),))
    return Pages("issuer", party=face, place=PLACE)


@pytest.fixture
def http(pages: Pages) -> TestClient:
    problems = ProblemMap()
    screens = pages_app(problems=problems, pages=pages, login="/inloggen")

    @screens.get("/")
    def start(request: Request) -> Response:
        return JSONResponse({"path": request.url.path})

    @screens.get("/weg/{where}")
    def away(where: str) -> Response:
        targets = {"eigen": "/iets?x=/y", "ander": "https://elders.example/x", "scheef": "//elders.example/x"}
        return RedirectResponse(targets[where], 303)

    pages.install(screens)
    return TestClient(
        assemble(
            pages=screens,
            business=business_app(title="Proef", version="1.0.0", problems=problems, contact=CONTACT, place=PLACE),
            protocol=protocol(),
            health=Health({"database": lambda: None}),
            max_body=10,
            body_limits={"/credential": 20},
            place=PLACE,
            beside=BESIDE,
        ),
        base_url=HOST,
        follow_redirects=False,
    )


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("/", "/agencies/cjib/"),
        ("/iets?x=1#y", "/agencies/cjib/iets?x=1#y"),
        ("//elders.example/x", "//elders.example/x"),
        ("https://elders.example/x", "https://elders.example/x"),
        ("tel:112", "tel:112"),
        ("#inhoud", "#inhoud"),
        ("", ""),
    ],
)
def test_only_a_path_of_our_own_gets_the_place_in_front(target: str, address: str) -> None:
    assert PLACE.address(target) == address
    assert ROOT.address(target) == target


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("/agencies/cjib", "/"),
        ("/agencies/cjib/", "/"),
        ("/agencies/cjib/x/y", "/x/y"),
        ("/agencies/cjib/agencies/cjib/x", "/agencies/cjib/x"),
        ("/agencies/cjib2", None),
        ("/agencies/cji", None),
        ("/agencies/CJIB/x", None),
        ("/agencies", None),
        ("/", None),
        ("/x/agencies/cjib", None),
    ],
)
def test_a_path_is_below_by_whole_segments(path: str, inside: str | None) -> None:
    assert PLACE.inside(path) == inside


@pytest.mark.parametrize("path", ["/agencies/cjib", "/agencies/cjib/"])
def test_the_base_url_is_the_first_page_with_or_without_a_slash(http: TestClient, path: str) -> None:
    assert http.get(path).json() == {"path": "/"}


@pytest.mark.parametrize("path", ["/.well-known/thing/agencies/cjib", "/agencies/cjib/.well-known/thing"])
def test_what_is_beside_the_place_is_found_by_its_whole_path(http: TestClient, path: str) -> None:
    assert http.get(path).json() == {"path": "/.well-known/thing"}
    assert http.head(path).status_code == 200
    assert http.options(path).status_code == 204


@pytest.mark.parametrize(
    ("path", "content_type", "text"),
    [
        ("/", "text/html", "Deze pagina is er niet"),
        ("/weg/eigen", "text/html", "Deze pagina is er niet"),
        ("/agencies/cjib2/", "text/html", "Deze pagina is er niet"),
        ("/static/x.css", "text/html", "Deze pagina is er niet"),
        ("/.well-known/thing", "application/json", '"error":"invalid_request"'),
        ("/.well-known/thing/agencies/cjib2", "application/json", '"error":"invalid_request"'),
        ("/.well-known/thing/agencies/cjib/", "application/json", '"error":"invalid_request"'),
        ("/agencies/cjib/.well-known/thing/agencies/cjib", "application/json", '"error":"invalid_request"'),
        ("/credential", "application/json", '"error":"invalid_request"'),
        ("/api/v1/openapi.json", "application/problem+json", "Deze pagina is er niet"),
    ],
)
def test_what_is_outside_is_not_found_in_the_form_of_its_door(
    http: TestClient, path: str, content_type: str, text: str
) -> None:
    answer = http.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith(content_type)
    assert text in answer.text
    assert "x-request-id" in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert http.post(path).status_code == 404


@pytest.mark.parametrize("root", ["", "/agencies/cjib"])
def test_health_is_at_the_hosts_root_too(http: TestClient, root: str) -> None:
    assert http.get(f"{root}/health/live").json()["status"] == "ok"
    assert http.get(f"{root}/health/ready").json()["checks"] == {"database": "ok"}


def test_limits_are_those_of_the_routes_below(http: TestClient) -> None:
    assert http.post("/agencies/cjib/credential", content=b"x" * 20).json() == {"size": 20}
    assert http.post("/agencies/cjib/credential", content=b"x" * 21).status_code == 413
    assert http.post("/agencies/cjib/iets", content=b"x" * 11).status_code == 413
    assert http.post("/credential", content=b"x" * 21).status_code == 413


def test_a_redirect_stays_below_the_place_unless_it_leads_to_another_host(http: TestClient) -> None:
    where = {name: http.get(f"/agencies/cjib/weg/{name}").headers["location"] for name in ("eigen", "ander", "scheef")}
    assert where["eigen"] == "/agencies/cjib/iets?x=/y"
    assert where["ander"] == "https://elders.example/x"
    assert where["scheef"] == "//elders.example/x"


def test_the_choice_of_language_leads_back_and_its_cookie_stays_below(http: TestClient) -> None:
    answer = http.get("/agencies/cjib/taal", params={"taal": "en", "terug": "/iets"})
    assert answer.headers["location"] == "/agencies/cjib/iets"
    assert "Path=/agencies/cjib;" in answer.headers["set-cookie"]


def test_every_address_in_the_shell_is_below_and_static_files_are_there(http: TestClient, pages: Pages) -> None:
    page = http.get("/agencies/cjib/nee").text
    for address in ("/", "/iets", "/privacy", "/toegankelijkheid", "/taal?taal=en&amp;terug=%2F"):
        assert f'href="/agencies/cjib{address}"' in page
    file = PLACE.address(pages.assets.url("theme.css"))
    assert f'href="{file}"' in page
    assert http.get(file).status_code == 200


@pytest.mark.parametrize("party", ["issuer", "service"])
def test_no_template_of_a_party_that_may_stand_below_a_path_names_one_of_the_host(party: str) -> None:
    templates = list((Path(__file__).parents[3] / party).rglob("*.html"))
    assert templates
    raw = re.compile(r'(?:href|src|action|formaction|data-[a-z]+)="/|url=/')
    # What is handed to a macro is a path of our own; the macro puts it where it belongs.
    written = {each.name: re.sub(r"{{.*?}}|{%.*?%}", "", each.read_text(), flags=re.DOTALL) for each in templates}
    assert [name for name, text in written.items() if raw.search(text)] == []


def test_the_business_apis_document_says_where_its_paths_begin(http: TestClient) -> None:
    assert http.get("/agencies/cjib/api/v1/openapi.json").json()["servers"] == [{"url": "/agencies/cjib/api/v1"}]


def test_a_session_below_a_path_has_a_cookie_that_nobody_else_on_the_host_is_sent(
    sqlite: Database, clock: FixedClock
) -> None:
    migrate(sqlite, "service")
    sessions = Sessions(sqlite, cookie="bk_proef", clock=clock, place=PLACE)
    response = Response()
    session = sessions.begin(response)
    sessions.end(session, response)
    begun, ended = response.headers.getlist("set-cookie")
    # `__Host-` demands Path=/: a browser would drop the cookie.
    assert begun.startswith("__Secure-bk_proef=")
    for cookie in (begun, ended):
        attributes = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/agencies/cjib"} <= attributes
        assert "Domain" not in cookie
