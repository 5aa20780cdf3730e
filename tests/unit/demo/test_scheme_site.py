"""The scheme's site serves the scheme document as its profile says: to any origin, and only while it holds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from credentials.clock import FixedClock, epoch
from credentials.encoding import b64url_encode, json_compact
from demo.scheme.app import create_app, write_start
from demo.scheme.places import FILE, PATH

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_copy(version: str = "v", issued: datetime = NOW, signature: bytes = bytes(64)) -> str:
    header = {"alg": "ES256", "typ": "stelseldocument+jwt", "kid": "key", "x5c": []}
    payload = {"iat": epoch(issued), "exp": epoch(NOW + timedelta(hours=24)), "version": version}
    return ".".join(b64url_encode(each) for each in (json_compact(header), json_compact(payload), signature))


class Site:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FixedClock(NOW)
        self.client = TestClient(create_app(folder, self.clock))
        self.publish(a_copy())

    def publish(self, jws: str) -> None:
        (self.folder / FILE).write_text(jws)

    def get(self, **headers: str) -> Response:
        return self.client.get(PATH, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_the_document_is_served_to_any_origin_and_may_be_kept_five_minutes(site: Site) -> None:
    answer = site.get(origin="https://app.example")
    assert (answer.status_code, answer.text) == (200, a_copy())
    assert answer.headers["content-type"] == "application/jose"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["etag"].startswith('W/"')
    head = site.client.head(PATH)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])


@pytest.mark.parametrize("written", ["{}", "*", '"x", {}', '{}, "x"', "W/{}"])
def test_who_has_this_copy_is_told_so(site: Site, written: str) -> None:
    tag = site.get().headers["etag"]
    known = tag.removeprefix("W/") if written == "W/{}" else tag
    answer = site.get(if_none_match=written.replace("{}", known))
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert answer.headers["access-control-allow-origin"] == "*"


def test_another_copy_is_sent_whole(site: Site) -> None:
    first = site.get().headers["etag"]
    for jws in (a_copy("w"), a_copy(issued=NOW + timedelta(hours=1))):
        site.publish(jws)
        answer = site.get(if_none_match=first)
        assert (answer.status_code, answer.text) == (200, jws)
    site.publish(a_copy(signature=bytes([1]) * 64))
    assert site.get(if_none_match=first).status_code == 304, "the same copy, whatever signature it drew"
    assert site.get(if_none_match='W/"other"').status_code == 200


def test_a_browser_may_ask_whether_it_has_it(site: Site) -> None:
    answer = site.client.options(PATH)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-headers"] == "If-None-Match"
    assert "GET" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("accept", ["application/jose", "application/*", "*/*", "", "text/html, */*;q=0.1"])
def test_the_document_is_sent_to_whoever_takes_it(site: Site, accept: str) -> None:
    assert site.get(accept=accept).status_code == 200


@pytest.mark.parametrize("accept", ["text/html", "application/json", "application/jose;q=0, */*", "application/*;q=0"])
def test_who_does_not_take_it_is_told_so(site: Site, accept: str) -> None:
    answer = site.get(accept=accept)
    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:fbs:fout:ongeldig-verzoek"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_it_is_read_only(site: Site, method: str) -> None:
    answer = site.client.request(method, PATH)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer.json()["type"] == "urn:fbs:fout:ongeldig-verzoek"


@pytest.mark.parametrize("content", [None, "", "a.b.c", "e30.e30.AA", "\u00e9"])
def test_without_a_document_that_holds_there_is_none(site: Site, content: str | None) -> None:
    if content is None:
        (site.folder / FILE).unlink()
    else:
        site.publish(content)
    answer = site.get()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert answer.json()["type"] == "urn:fbs:fout:tijdelijk-niet-beschikbaar"


def test_a_document_that_has_ended_is_not_served(site: Site) -> None:
    site.clock.advance(timedelta(hours=24, seconds=-1))
    assert site.get().status_code == 200
    site.clock.advance(timedelta(seconds=1))
    assert site.get().status_code == 503


def test_the_site_names_it_where_it_has_one(site: Site) -> None:
    assert f'href="{PATH}"' in site.client.get("/").text
    (site.folder / FILE).unlink()
    assert PATH not in site.client.get("/").text


def test_its_first_page_says_where_a_person_can_go(site: Site) -> None:
    write_start(site.folder, [("De <wallet>", "http://localhost:1/", "Voor Samira")], [("CJIB", "http://localhost:2/")])
    page = site.client.get("/").text
    assert '<a href="http://localhost:1/">De &lt;wallet&gt;</a><p>Voor Samira</p>' in page
    assert '<a href="http://localhost:2/">CJIB</a>' in page
    assert "start.json" not in page
    assert site.client.get("/start.json").status_code == 404
