"""No line of the log says anything about a person."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from service.errors import PersonalDataInLog
from service.logging import DENIED, configure, get_logger
from service.web import assemble


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    made = io.StringIO()
    configure(level="info", strict=False, stream=made)
    yield made
    configure(level="critical", strict=True)


def _lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object(stream: io.StringIO) -> None:
    get_logger("proef").info("offer_created", agency="cjib", count=2, none=None)
    (line,) = _lines(stream)
    assert line["event"] == "offer_created"
    assert line["agency"] == "cjib"
    assert str(line["timestamp"]).endswith("Z")


@pytest.mark.parametrize("name", sorted(DENIED))
def test_a_denied_field_is_blotted_out_in_production_and_raises_in_tests(stream: io.StringIO, name: str) -> None:
    get_logger("proef").info("event", **{name: "999990019"})
    assert "999990019" not in stream.getvalue()
    configure(level="info", strict=True, stream=stream)
    with pytest.raises(PersonalDataInLog):
        get_logger("proef").info("event", **{name: "999990019"})


@pytest.mark.parametrize(
    "value", [{"bsn": "999990019"}, [{"vp_token": "999990019"}], {"a": {"b": {"Claims": "999990019"}}}]
)
def test_a_denied_field_is_found_inside_others(stream: io.StringIO, value: object) -> None:
    get_logger("proef").info("event", details=value)
    assert "999990019" not in stream.getvalue()


def test_an_object_is_named_and_not_printed(stream: io.StringIO) -> None:
    class Person:
        def __repr__(self) -> str:
            return "999990019"

    get_logger("proef").info("event", who=Person(), error=ValueError("999990019"))
    assert "999990019" not in stream.getvalue()
    assert _lines(stream)[0]["who"] == "Person"


def test_a_librarys_warning_is_its_template_without_arguments(stream: io.StringIO) -> None:
    try:
        raise ValueError("999990019")
    except ValueError:
        logging.getLogger("uvicorn.error").warning("cannot parse %s", "999990019", exc_info=True)
    (line,) = _lines(stream)
    assert line["template"] == "cannot parse %s"
    assert line["failure"] == "ValueError"
    assert "999990019" not in stream.getvalue()


def test_a_request_is_logged_by_its_route_and_without_its_query(stream: io.StringIO) -> None:
    app = FastAPI()

    @app.get("/aanbod/{id}")
    def offer(id: str) -> PlainTextResponse:
        return PlainTextResponse("x")

    with TestClient(assemble(pages=app)) as client:
        answer = client.get("/aanbod/999990019?bsn=999990019", headers={"user-agent": "999990019"})
    (line,) = [line for line in _lines(stream) if line["event"] == "request"]
    assert (line["route"], line["status"], line["method"]) == ("/aanbod/{id}", 200, "GET")
    assert line["request_id"] == answer.headers["x-request-id"]
    assert "999990019" not in stream.getvalue()


def test_an_unexpected_error_is_logged_by_its_place_and_not_by_its_text(stream: io.StringIO) -> None:
    app = FastAPI()

    @app.get("/")
    def fail() -> None:
        raise KeyError("999990019")

    with TestClient(assemble(pages=app)) as client:
        assert client.get("/").status_code == 500
    assert "KeyError" in stream.getvalue()
    assert "999990019" not in stream.getvalue()
