"""Whatever is sent to a business API gets an answer that its document knows, and never comes back in it.

The requests are made by Schemathesis from each party's own document: such as it allows, and such as it does not.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, not_a_server_error
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from credentials.clock import FixedClock
from issuer.settings import ContactSection
from tests.flows.issuance_kit import NOW, URL, an_agency
from tests.flows.presentation_kit import BASE
from tests.verifier_world import TOKEN
from tests.verifier_world import make_world as make_verifier_world
from tests.wallet_world import WALLET
from tests.wallet_world import make_world as make_wallet_world

pytestmark = pytest.mark.long

ROOT: Final = "/api/v1"
EMAIL: Final = "api@dedijk.example"
DOCUMENT: Final = f"{ROOT}/openapi.json"
# Shorter texts are in our own words too, and tell nobody anything; so do the words of the document itself.
ECHO_CHARACTERS: Final = 8
LAST: Final = ("/sessies/huidige", "/wallets/huidige")
NAMES: Final = (
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)


@dataclass(frozen=True, slots=True)
class Door:
    """A party's API and the token of who may come in."""

    app: ASGIApp
    address: str
    token: str


def issuer(folder: Path, _open: ExitStack) -> Door:
    agency = an_agency(folder, FixedClock(NOW), contact=ContactSection(email=EMAIL))
    return Door(agency.app, URL, agency.desk.api_token.reveal())


def verifier(folder: Path, _open: ExitStack) -> Door:
    world = make_verifier_world(
        folder,
        FixedClock(NOW),
        agencies=("cjib", "uwv"),
        adapt=lambda settings: settings.model_copy(update={"api_email": EMAIL}),
    )
    return Door(world.service.app, BASE, TOKEN)


def wallet(folder: Path, open_: ExitStack) -> Door:
    world = make_wallet_world(folder, "cjib", api_email=EMAIL)
    open_.callback(world.close)
    citizen = world.citizen()
    citizen.make_wallet()
    return Door(world.service.app, WALLET, citizen.token)


@pytest.fixture(params=[issuer, verifier, wallet], ids=lambda make: make.__name__)
def door(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Door]:
    make: Callable[[Path, ExitStack], Door] = request.param
    with ExitStack() as open_:
        yield make(tmp_path, open_)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
def test_whatever_is_sent_gets_an_answer_that_the_document_knows_and_is_not_repeated(
    door: Door, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_asgi(DOCUMENT, door.app)
    ours = json.dumps(schema.raw_schema, ensure_ascii=False)
    statuses: set[int] = set()
    # Those that end the session come last: after them there is only 401.
    operations = sorted((found.ok() for found in schema.get_all_operations()), key=lambda each: each.path in LAST)
    for operation in operations:

        @settings(
            max_examples=25,
            phases=(Phase.generate,),
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def send(case: Case) -> None:
            answer = case.call(base_url=door.address + ROOT, headers={"Authorization": f"Bearer {door.token}"})
            case.validate_response(answer, checks=[not_a_server_error, *CHECKS.get_by_names(NAMES)])
            statuses.add(answer.status_code)
            if answer.status_code >= 400:
                said = without_codes(answer.json())
                assert [text for text in texts(case) if text in said and text not in ours] == []

        send()
    assert len(operations) >= 4
    assert 404 in statuses
    if mode is GenerationMode.POSITIVE:
        assert statuses & {200, 201}
    else:
        assert 400 in statuses


def test_without_a_token_only_the_doors_that_the_document_calls_open_are(door: Door) -> None:
    http = TestClient(door.app, base_url=door.address)
    document = http.get(DOCUMENT).json()
    asked = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            answer = http.request(method, ROOT + path.replace("{id}", "1"), json={})
            assert (answer.status_code == 401) == bool(operation["security"]), (method, path)
            asked += 1
    assert asked >= 4


def without_codes(problem: Any) -> str:
    """A refusal without the codes of errors, which a generator may have found in the code.

    Nor the places of errors, as far as they are names: an unknown member is called by its name if it has one.
    """
    shown = [
        {**each, "code": "", "location": "" if re.fullmatch(r"[\w.-]{0,200}", each["location"]) else each["location"]}
        for each in problem.get("errors", ())
    ]
    return json.dumps({**problem, "errors": shown, "type": ""}, ensure_ascii=False)


def texts(case: Case) -> Iterator[str]:
    """Every text of a request that is long enough to be known again."""
    for part in (case.path_parameters, case.query, case.body):
        yield from (text for text in leaves(part) if len(text) >= ECHO_CHARACTERS)


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each)
            yield str(name)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from leaves(each)
