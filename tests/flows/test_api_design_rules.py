"""The NL API Design Rules 2.1: each rule that a machine can test, on every party's document and on live answers.

The first class holds what the official linter looks at (`media/linter.yaml` of the standard), under the rules' own
names; the second asks the running API.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
import pytest
import schemathesis
from starlette.testclient import TestClient

from tests.flows.test_hostile_apis import DOCUMENT, EMAIL, ROOT, Door, issuer, verifier, wallet

METHODS: Final = {"get", "post", "put", "patch", "delete"}
SEMVER: Final = r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?"
A_DATE: Final = re.compile(r"(datum|date|\w+D(ate|atum)|\w*_[dD](ate|atum))\Z")


@pytest.fixture(scope="module", params=[issuer, verifier, wallet], ids=lambda make: make.__name__)
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    make: Callable[[Path, ExitStack], Door] = request.param
    with ExitStack() as open_:
        yield make(tmp_path_factory.mktemp("party"), open_)


@pytest.fixture(scope="module")
def http(door: Door) -> TestClient:
    return TestClient(door.app, base_url=door.address)


@pytest.fixture(scope="module")
def document(http: TestClient) -> Any:
    return http.get(DOCUMENT).json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def answers(document: Any) -> Iterator[tuple[str, Any]]:
    for _, _, operation in operations(document):
        yield from operation["responses"].items()


def properties(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        found = value.get("properties")
        if isinstance(found, dict):
            yield from found.items()
        for each in value.values():
            yield from properties(each)
    elif isinstance(value, list):
        for each in value:
            yield from properties(each)


class TestTheDocument:
    @pytest.mark.long
    def test_core_publish_openapi_it_is_valid(self, door: Door, document: Any) -> None:
        schemathesis.openapi.from_dict(document).validate()
        names = [operation["operationId"] for _, _, operation in operations(document)]
        assert len(set(names)) == len(names)
        for path, _, operation in operations(document):
            named = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path))

    def test_core_publish_openapi_its_examples_are_of_their_schemas(self, document: Any) -> None:
        checked = 0
        for name, schema in document["components"]["schemas"].items():
            # A schema refers to the others by where they stand in the document.
            whole = {"components": document["components"], "$ref": f"#/components/schemas/{name}"}
            for example in schema.get("examples", ()):
                jsonschema_rs.Draft202012Validator(whole).validate(example)
                checked += 1
        for _, _, operation in operations(document):
            for parameter in operation.get("parameters", ()):
                if "example" in parameter:
                    jsonschema_rs.Draft202012Validator(parameter["schema"]).validate(parameter["example"])
        assert checked

    def test_core_doc_openapi(self, document: Any) -> None:
        assert re.fullmatch(r"3(\.\d+){1,2}", document["openapi"])

    def test_core_doc_openapi_contact(self, document: Any) -> None:
        contact = document["info"]["contact"]
        assert contact.keys() == {"name", "url", "email"}
        assert contact["email"] == EMAIL

    def test_core_semver(self, document: Any) -> None:
        assert re.fullmatch(SEMVER, document["info"]["version"])

    def test_core_uri_version(self, document: Any) -> None:
        assert [server["url"] for server in document["servers"]] == [ROOT]
        assert re.search(r"/v\d+\Z", document["servers"][0]["url"])

    def test_core_version_header(self, document: Any) -> None:
        done = [said for status, said in answers(document) if status[0] in "23"]
        assert done
        assert all("API-Version" in said["headers"] for said in done)

    def test_core_no_trailing_slash(self, document: Any) -> None:
        assert [path for path in document["paths"] if path.endswith("/")] == []

    def test_core_http_methods(self, document: Any) -> None:
        assert {method for _, method, _ in operations(document)} <= METHODS

    def test_core_path_segments_kebab_case(self, document: Any) -> None:
        # A dot is allowed behind the first step: `/{id}/bestand.csv`.
        pattern = r"/([a-z0-9-]+|\{[^}]+\})(/([a-z0-9.-]+|\{[^}]+\}))*"
        assert [path for path in document["paths"] if not re.fullmatch(pattern, path)] == []

    def test_core_query_keys_camel_case(self, document: Any) -> None:
        keys = [
            each["name"]
            for _, _, operation in operations(document)
            for each in operation.get("parameters", ())
            if each["in"] == "query"
        ]
        assert [key for key in keys if not re.fullmatch(r"[a-z][a-z\d]*([A-Z][a-z\d]*)*", key)] == []

    def test_names_of_schemas_and_members_are_camel_case(self, document: Any) -> None:
        schemas = document["components"]["schemas"]
        assert [name for name in schemas if not re.fullmatch(r"([A-Z][a-z\d]*)+", name)] == []
        named = [name for name, _ in properties(schemas)]
        assert named
        assert [name for name in named if not re.fullmatch(r"[a-z][a-z\d]*([A-Z][a-z\d]*)*", name)] == []

    def test_core_error_handling_problem_details(self, document: Any) -> None:
        refusals = [said for status, said in answers(document) if status[0] in "45d"]
        assert refusals
        assert [said for said in refusals if set(said["content"]) != {"application/problem+json"}] == []
        assert {"status", "title", "detail"} <= set(document["components"]["schemas"]["Probleem"]["required"])

    def test_core_error_handling_invalid_input(self, document: Any) -> None:
        for path, method, operation in operations(document):
            takes = bool(operation.get("parameters")) or method in ("post", "put", "patch")
            assert not takes or "400" in operation["responses"], (method, path)

    def test_core_date_time(self, document: Any) -> None:
        found = dict(properties(document["components"]["schemas"]))
        for name, schema in found.items():
            assert schema.get("format") not in ("date-time-local", "time"), name
            if A_DATE.match(name):
                assert schema["format"] == "date", name

    def test_core_doc_language_all_is_told_in_words(self, document: Any) -> None:
        for path, method, operation in operations(document):
            assert operation["summary"], (method, path)
        assert all(said["description"] for _, said in answers(document))
        for name, schema in document["components"]["schemas"].items():
            members = schema.get("properties", {}) if name != "Probleem" else {}
            assert [each for each, said in members.items() if not said.get("description")] == [], name


class TestTheLiveApi:
    def asked(self, http: TestClient, door: Door, document: Any) -> Iterator[Any]:
        """One answer of each operation to its caller, to a stranger, and to nonsense."""
        known = {"authorization": f"Bearer {door.token}"}
        last = sorted(operations(document), key=lambda each: each[0] in ("/sessies/huidige", "/wallets/huidige"))
        for path, method, _ in last:
            address = ROOT + path.replace("{id}", "0f3bd5a1c9")
            if method == "delete":
                continue
            yield http.request(method, address, json={"onzin": 1})
            yield http.request(method, address, headers=known, json={"onzin": 1})
            yield http.request(method, address, headers=known, content=b"{", follow_redirects=False)
            yield http.request(method, address + "/", headers=known)
        yield http.put(f"{ROOT}/openapi.json")
        yield http.get(f"{ROOT}/bestaat-niet")

    def test_every_answer_bears_the_version_and_the_headers_and_every_refusal_is_a_problem(
        self, http: TestClient, door: Door, document: Any
    ) -> None:
        statuses = set()
        for answer in self.asked(http, door, document):
            assert answer.headers["api-version"] == document["info"]["version"], "/core/version-header"
            # /core/transport/security-headers; HSTS is for https, which a test on localhost does not speak.
            assert answer.headers["cache-control"] == "no-store"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["content-type"]
            # /core/transport/cors: no other origin reads what a token opens.
            assert "access-control-allow-origin" not in answer.headers
            statuses.add(answer.status_code)
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json"
                problem = answer.json()
                assert problem["status"] == answer.status_code
                assert problem["title"]
                assert problem["detail"]
        assert {400, 401, 404, 405} <= statuses
        assert 422 not in statuses

    def test_core_no_trailing_slash_is_not_led_elsewhere(self, http: TestClient, door: Door, document: Any) -> None:
        known = {"authorization": f"Bearer {door.token}"}
        for path, method, _ in operations(document):
            if method != "delete":
                address = ROOT + path.replace("{id}", "0f3bd5a1c9") + "/"
                got = http.request(method, address, headers=known, follow_redirects=False)
                assert got.status_code == 404, (method, path)

    def test_core_publish_openapi_is_open_to_every_origin(self, http: TestClient) -> None:
        answer = http.get(DOCUMENT)
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["content-type"] == "application/json"

    def test_core_error_handling_all_errors_stand_in_one_answer(
        self, http: TestClient, door: Door, document: Any
    ) -> None:
        known = {"authorization": f"Bearer {door.token}"}
        most = 0
        for path, method, operation in operations(document):
            if "requestBody" not in operation:
                continue
            got = http.request(method, ROOT + path.replace("{id}", "1"), headers=known, json={"onzin": 1, "meer": 2})
            if got.status_code == 400:
                most = max(most, len(got.json().get("errors", ())))
        assert most >= 2
