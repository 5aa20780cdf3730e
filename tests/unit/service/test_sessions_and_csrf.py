"""A session opens for its own browser only, for a limited time, and its forms come from our own pages."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request
from sqlalchemy import select, update
from starlette.responses import JSONResponse, Response
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.encoding import JsonObject
from service.audit import AuditEntry, audit_table
from service.csrf import CsrfGuard
from service.database import Database
from service.errors import LoginNeeded, NotFound
from service.migrations import migrate
from service.problems import ProblemMap, install_business
from service.sessions import Sessions, session_table
from service.web import Form


@pytest.fixture
def sessions(sqlite: Database, clock: FixedClock) -> Sessions:
    migrate(sqlite, "service")
    return Sessions(sqlite, cookie="bk_proef", clock=clock)


def _carrying(response: Response) -> Request:
    cookie = response.headers["set-cookie"].partition(";")[0]
    return Request({"type": "http", "headers": [(b"cookie", cookie.encode())]})


def _begun(sessions: Sessions, data: JsonObject) -> tuple[Request, Response]:
    response = Response()
    sessions.begin(response, data)
    return _carrying(response), response


def test_a_session_comes_back_with_what_it_holds(sessions: Sessions) -> None:
    request, _ = _begun(sessions, {"agency": "cjib"})
    session = sessions.required(request)
    assert session.data == {"agency": "cjib"}
    assert "cjib" not in repr(session)


def test_the_cookie_is_for_this_host_over_tls_and_not_for_scripts(sessions: Sessions) -> None:
    _, response = _begun(sessions, {})
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-bk_proef=")
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


def test_on_localhost_the_cookie_does_without_tls(sqlite: Database, clock: FixedClock) -> None:
    migrate(sqlite, "service")
    _, response = _begun(Sessions(sqlite, cookie="bk_proef", clock=clock, secure=False), {})
    assert response.headers["set-cookie"].startswith("bk_proef=")
    assert "Secure" not in response.headers["set-cookie"]


def test_the_database_alone_reveals_nothing(sessions: Sessions, sqlite: Database) -> None:
    _, response = _begun(sessions, {"agency": "cjib"})
    secret = response.headers["set-cookie"].partition("=")[2].partition(";")[0]
    with sqlite.read() as connection:
        row = connection.execute(select(session_table)).one()
    assert b"cjib" not in row.sealed
    assert secret.encode() not in b"".join(value for value in row if isinstance(value, bytes))


def test_a_sealed_session_does_not_open_in_another_row(sessions: Sessions, sqlite: Database) -> None:
    request, _ = _begun(sessions, {"who": "one"})
    other, _ = _begun(sessions, {"who": "two"})
    with sqlite.write() as connection:
        sealed = connection.execute(
            select(session_table.c.sealed).where(session_table.c.id_hash == sessions.required(request).id_hash)
        ).scalar_one()
        connection.execute(update(session_table).values(sealed=sealed))
    assert sessions.required(request).data == {"who": "one"}
    assert sessions.current(other) is None


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "A" * 42 + "B", "\u00e9" * 10, "A" * 5000])
def test_a_cookie_that_we_did_not_give_is_no_session(sessions: Sessions, cookie: str) -> None:
    header = f"__Host-bk_proef={cookie}".encode("latin-1")
    request = Request({"type": "http", "headers": [(b"cookie", header)]})
    assert sessions.current(request) is None
    with pytest.raises(LoginNeeded):
        sessions.required(request)


def test_a_session_ends_when_it_is_idle_and_lives_when_it_is_used(sessions: Sessions, clock: FixedClock) -> None:
    request, _ = _begun(sessions, {})
    for _ in range(5):
        clock.advance(timedelta(minutes=14))
        assert sessions.current(request) is not None
    clock.advance(timedelta(minutes=15))
    assert sessions.current(request) is None


def test_a_session_ends_in_the_end_however_much_it_is_used(sessions: Sessions, clock: FixedClock) -> None:
    request, _ = _begun(sessions, {})
    for _ in range(48):
        assert sessions.current(request) is not None
        clock.advance(timedelta(minutes=10))
    assert sessions.current(request) is None


def test_login_gives_a_new_secret_and_drops_the_old_one(sessions: Sessions) -> None:
    before, _ = _begun(sessions, {"state": "x"})
    old = sessions.required(before)
    response = Response()
    new = sessions.rotate(old, response, {"who": "p1"})
    assert new.csrf != old.csrf
    assert new.derive_key("vault") != old.derive_key("vault")
    assert sessions.current(before) is None
    assert sessions.required(_carrying(response)).data == {"who": "p1"}


def test_what_is_saved_is_there_next_time(sessions: Sessions) -> None:
    request, _ = _begun(sessions, {"a": 1})
    sessions.save(sessions.required(request), {"b": 2})
    assert sessions.required(request).data == {"b": 2}
    changed = sessions.change(sessions.required(request), lambda data: {**data, "c": 3})
    assert changed.data == sessions.required(request).data == {"b": 2, "c": 3}


def test_an_ended_session_is_gone_here_and_in_the_browser(sessions: Sessions) -> None:
    request, _ = _begun(sessions, {})
    session = sessions.required(request)
    response = Response()
    sessions.end(session, response)
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert sessions.current(request) is None
    with pytest.raises(NotFound):
        sessions.save(session, {})
    with pytest.raises(NotFound):
        sessions.change(session, lambda data: data)


def test_all_sessions_of_a_holder_are_ended_on_record_and_no_others(sessions: Sessions, sqlite: Database) -> None:
    carrying = []
    for holder in ("anna", "anna", "bram", None):
        response = Response()
        sessions.rotate(None, response, {}, holder=holder)
        carrying.append(_carrying(response))
    assert sessions.open_of() == {"anna": 2, "bram": 1}
    assert sessions.end_all("anna", AuditEntry(action="sessions_ended", actor="fatma", object="anna")) == 2
    assert [sessions.current(each) is not None for each in carrying] == [False, False, True, True]
    assert sessions.open_of() == {"bram": 1}
    with sqlite.read() as connection:
        assert "sessions_ended" in connection.execute(select(audit_table.c.entry)).scalar_one()


def test_expired_sessions_are_purged(sessions: Sessions, clock: FixedClock) -> None:
    _begun(sessions, {})
    assert sessions.purge() == 0
    clock.advance(timedelta(minutes=16))
    assert sessions.purge() == 1


# CSRF


@pytest.fixture
def client(sessions: Sessions) -> Iterator[TestClient]:
    app = FastAPI()
    install_business(app, ProblemMap())
    guard = CsrfGuard(sessions, "https://testserver/pad")

    @app.get("/begin")
    def begin() -> Response:
        response = JSONResponse({})
        session = sessions.begin(response)
        response.headers["x-token"] = session.csrf
        return response

    @app.post("/form")
    def form(form: Annotated[Form, Depends(guard.form)]) -> dict[str, str]:
        return {"a": form.text("a")}

    @app.post("/call", dependencies=[Depends(guard.header)])
    def call() -> dict[str, bool]:
        return {"ok": True}

    with TestClient(app, base_url="https://testserver") as made:
        yield made


def test_a_form_of_our_own_page_is_taken(client: TestClient) -> None:
    token = client.get("/begin").headers["x-token"]
    own = {"origin": "https://testserver", "sec-fetch-site": "same-origin"}
    assert client.post("/form", data={"csrf_token": token, "a": " b "}, headers=own).json() == {"a": "b"}
    assert client.post("/call", headers={"x-csrf-token": token}).json() == {"ok": True}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://kwaad.nl"},
        {"origin": "null"},
        {"origin": "http://testserver"},
        {"origin": "https://testserver.kwaad.nl"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_of_another_site_is_refused_even_with_the_token(client: TestClient, headers: dict[str, str]) -> None:
    token = client.get("/begin").headers["x-token"]
    assert client.post("/form", data={"csrf_token": token}, headers=headers).status_code == 403
    assert client.post("/call", headers={"x-csrf-token": token, **headers}).status_code == 403


@pytest.mark.parametrize("token", ["", "x", "\u00e9", "A" * 43])
def test_a_form_without_the_sessions_token_is_refused(client: TestClient, token: str) -> None:
    client.get("/begin")
    assert client.post("/form", data={"csrf_token": token}).status_code == 403
    assert client.post("/form", data={"a": "b"}).status_code == 403
    assert client.post("/call").status_code == 403


def test_the_token_of_another_session_is_refused(client: TestClient) -> None:
    theirs = client.get("/begin").headers["x-token"]
    client.cookies.clear()
    client.get("/begin")
    assert client.post("/form", data={"csrf_token": theirs}).status_code == 403


def test_without_a_session_there_is_no_form(client: TestClient) -> None:
    assert client.post("/form", data={"csrf_token": "x"}).status_code == 403
