"""The document of each business API, and its page for people: what it shows is what the API does."""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from service.web import openapi
from service.web.reference import operations
from tests.flows.issuance_kit import URL
from tests.flows.presentation_kit import BASE
from tests.flows.test_hostile_apis import ROOT, Door, issuer, verifier, wallet
from tests.wallet_world import WALLET

DOCUMENT: Final = "/api/v1/openapi.json"
REPLAYED: Final = {
    URL: {"aanbiedingen", "uitgiften", "bronverversingen", "wijzigingen"},
    BASE: {"verificatieverzoeken"},
    # What else a wallet hands out are a citizen's own cards: no example is anybody's.
    WALLET: {"wallets", "uitdagingen", "herstelcodes"},
}
# Nobody of the example has anything that can be withdrawn.
NOTHING_YET: Final = {("post", "/intrekkingen")}


@pytest.fixture(params=[issuer, verifier, wallet], ids=lambda make: make.__name__)
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    make: Callable[[Path, ExitStack], Door] = request.param
    with ExitStack() as open_:
        yield make(tmp_path, open_)


def http(door: Door) -> TestClient:
    return TestClient(door.app, base_url=door.address)


def test_the_page_shows_every_operation_every_status_and_every_member(door: Door) -> None:
    document = http(door).get(DOCUMENT).json()
    page = http(door).get("/docs")
    assert page.status_code == 200
    # Nothing of a program that makes such pages; the wallet's, an app, has a script of its own on each.
    assert all("/static/app." in script for script in re.findall(r"<script[^>]*>", page.text))
    shown = {(each.method, each.path): each for each in operations(document)}
    assert len(shown) == sum(len(methods) for methods in document["paths"].values())
    commands = unescape(page.text)
    for operation in shown.values():
        assert f'id="{operation.anchor}"' in page.text
        token = " \\\n  -H 'Authorization: Bearer …'" if operation.secured else ""
        assert f"curl -X {operation.method} {door.address}{operation.path}{token}" in commands
        if operation.body:
            assert f" \\\n  -H 'Content-Type: application/json' \\\n  -d '{operation.example}'</pre>" in commands
        for member in (*operation.parameters, *operation.headers, *operation.body):
            assert f"<code>{member.name}</code>" in page.text
        # A header is no part of an address, and says what it is for.
        assert all(member.name != "Idempotency-Key" for member in operation.parameters)
        assert all(member.text for member in operation.headers)
    assert len({each.anchor for each in shown.values()}) == len(shown)
    for methods in document["paths"].values():
        for method, operation in methods.items():
            assert operation["summary"], method
            statuses = set(operation["responses"])
            assert {"503", "default"} <= statuses
            assert ("401" in statuses) == bool(operation["security"])
            assert ("415" in statuses) == ("requestBody" in operation)


def test_of_those_who_ask_at_once_each_gets_the_whole_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, describe = [], openapi._describe

    def slowly(document: dict[str, Any], *more: Any) -> None:
        time.sleep(0.1)
        describe(document, *more)
        made.append(document)

    monkeypatch.setattr(openapi, "_describe", slowly)
    with ExitStack() as open_, ThreadPoolExecutor() as pool:
        client = http(verifier(tmp_path, open_))
        first, *others = pool.map(lambda _: client.get(DOCUMENT).json(), range(4))
        assert "Probleem" in first["components"]["schemas"]
        assert others == [first] * 3
        assert client.get("/docs").status_code == 200
    assert len(made) == 1


def test_nothing_on_the_page_comes_from_elsewhere(door: Door) -> None:
    page = http(door).get("/docs").text
    fetched = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert fetched
    assert [each for each in fetched if "//" in each] == []


def test_examples_are_taken_and_answered_as_the_document_shows(door: Door) -> None:
    client = http(door)
    headers = {"Authorization": f"Bearer {door.token}"}
    document = client.get(DOCUMENT).json()
    replayed = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = example_of(document, operation.get("requestBody", {}))
            done = next(status for status in operation["responses"] if status.startswith("2"))
            answer = example_of(document, operation["responses"][done])
            if "{" in path or (body is None and "requestBody" in operation) or answer is None:
                continue
            got = client.request(method, ROOT + path, json=body, headers=headers)
            if (method, path) in NOTHING_YET:
                assert got.status_code == 404
                continue
            assert got.status_code == int(done), (method, path, got.text)
            assert shape(got.json()) <= shape(answer), (method, path)
            assert got.json()
            replayed.add(path.rpartition("/")[2])
    assert replayed == REPLAYED[door.address]


def test_every_message_that_is_sent_has_an_example_of_its_form(door: Door) -> None:
    client = http(door)
    headers = {"Authorization": f"Bearer {door.token}"}
    document = client.get(DOCUMENT).json()
    sent = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if "requestBody" not in operation:
                continue
            body = example_of(document, operation["requestBody"])
            assert body is not None, (method, path)
            # What it speaks of need not be there; whatever is not well formed is named in `errors`.
            got = client.request(method, ROOT + path.replace("{id}", "0f3bd5a1c9"), json=body, headers=headers)
            assert got.status_code < 500, (method, path)
            assert "errors" not in got.json(), (method, path, got.text)
            sent += 1
    assert sent


def example_of(document: Any, message: Any) -> Any:
    content = message.get("content", {}).get("application/json", {})
    if "example" in content:
        return content["example"]
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    examples = document["components"]["schemas"].get(name, {}).get("examples")
    return examples[0] if examples else None


def shape(value: Any) -> set[str]:
    """The names of a message, at every depth."""
    if isinstance(value, dict):
        return {f"{name}{rest}" for name, each in value.items() for rest in ({""} | {f".{x}" for x in shape(each)})}
    if isinstance(value, list):
        return {f"[].{name}" for each in value for name in shape(each)}
    return set()
