"""A verifier that asks its holder to agree to something, and counts no answer in which they did not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.formats.base import Channel
from credentials.openid.transaction_data import AGREEMENT, TransactionData, key_binding_claims
from credentials.openid.vp_request import PresentationRequest
from tests.flows.presentation_kit import API, BASE, Counter, auth
from tests.verifier_world import Card, make_world

pytestmark = pytest.mark.requirement("vp-transaction-data")

TEXT = "Schuldhulp mag namens mij bellen."


@pytest.fixture
def counter(tmp_path: Path, clock: FixedClock) -> Iterator[Counter]:
    world = make_world(tmp_path, clock, agencies=("cjib",))
    with TestClient(world.service.app, base_url=BASE, follow_redirects=False) as http:
        yield Counter(world, http)


@pytest.fixture
def cards(counter: Counter) -> list[Card]:
    return counter.world.samira()


def agreed(
    counter: Counter, request: PresentationRequest, cards: list[Card], entries: tuple[TransactionData, ...]
) -> dict[str, list[Any]]:
    """Present these cards, the first of which states the hashes."""
    token: dict[str, list[Any]] = counter.world.present(request, cards)
    first = cards[0]
    query = next(each for each in request.dcql.credentials if each.id in token)
    token[query.id][0] = counter.world.service_formats["dc+sd-jwt"].present(
        first.credential,
        [claim.path for claim in query.claims if len(claim.path) == 1 and claim.path[0] in _held(first)],
        first.holder, audience=request.client_id.full, nonce=request.nonce, now=counter.world.clock.now(),
        channel=Channel(proof_claims=key_binding_claims(entries)),
    )  # fmt: skip
    return token


def _held(card: Card) -> set[str]:
    return set(card.issuer.formats["dc+sd-jwt"].inspect(card.credential).claims)


@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
def test_what_was_agreed_to_stands_with_the_answer(counter: Counter, cards: list[Card], mode: str) -> None:
    made = counter.make(sjabloon="snelscan", responseMode=mode, transacties=[{"type": AGREEMENT, "tekst": TEXT}])
    request = counter.read(made["verzoekUri"])
    (entry,) = request.transaction_data
    assert (entry.agreement, entry.credential_ids) == (TEXT, ("overzicht",))
    answer = counter.send(request, agreed(counter, request, cards[:1], request.transaction_data))
    assert answer.status_code == 200, counter.look(made["id"])
    found = counter.look(made["id"])
    assert [each["tekst"] for each in found["akkoord"]] == [TEXT]
    again = counter.http.post(f"{API}/{made['id']}/hercontroles", headers=auth())
    assert [each["tekst"] for each in again.json()["akkoord"]] == [TEXT]


def test_an_answer_that_agrees_to_less_or_to_something_else_is_refused(counter: Counter, cards: list[Card]) -> None:
    transactions = [{"type": AGREEMENT, "tekst": TEXT}, {"type": "urn:een:soort:1", "bedrag": 12}]
    made = counter.make(sjabloon="snelscan", transacties=transactions)
    request = counter.read(made["verzoekUri"])
    one, two = request.transaction_data
    other = TransactionData.make(AGREEMENT, ["overzicht"], {"tekst": "Iets anders."})
    for entries in ((), (one,), (two,), (one, other), (replace(one, algorithm="sha-512"), two)):
        answer = counter.send(request, agreed(counter, request, cards[:1], entries))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    found = counter.look(made["id"])
    assert found["status"] == "open"
    assert {each["code"] for each in found["pogingen"]} == {"transaction_not_agreed"}
    assert "ondertekend" in found["pogingen"][0]["uitleg"]
    assert counter.send(request, agreed(counter, request, cards[:1], (one, two))).status_code == 200


def test_who_asks_for_no_agreement_gets_none(counter: Counter, cards: list[Card]) -> None:
    made = counter.make(sjabloon="snelscan")
    assert counter.share(made, cards[:1]).status_code == 200
    assert counter.look(made["id"])["akkoord"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"sjabloon": "snelscan", "transacties": []},
        {"sjabloon": "snelscan", "transacties": [{}]},
        {"sjabloon": "snelscan", "transacties": [{"type": 7}]},
        {"sjabloon": "snelscan", "transacties": [{"type": ""}]},
        {"sjabloon": "snelscan", "transacties": [{"type": AGREEMENT}]},
        {"sjabloon": "snelscan", "transacties": [{"type": AGREEMENT, "tekst": "x\u202ey"}]},
        {"sjabloon": "snelscan", "transacties": [{"type": "x", "credential_ids": ["onbekend"]}]},
        {"sjabloon": "snelscan", "transacties": [{"type": "x", "credential_ids": ["overzicht_ldp"]}]},
        {"sjabloon": "snelscan", "transacties": [{"type": "x", "credential_ids": "overzicht"}]},
        {"sjabloon": "snelscan", "transacties": [{"type": "x", "transaction_data_hashes_alg": ["md5"]}]},
        {"sjabloon": "snelscan", "formaten": ["ldp_vc"], "transacties": [{"type": "x"}]},
        {"sjabloon": "snelscan", "transacties": [{"type": "x"}] * 6},
        {"sjabloon": "snelscan", "transacties": [{"type": "x", "lang": "y" * 30_000}]},
    ],
)
def test_an_agreement_that_makes_no_sense_is_refused_before_it_is_asked(counter: Counter, body: Any) -> None:
    answer = counter.http.post(API, json=body, headers=auth())
    assert answer.status_code == 400
    assert "overzicht_ldp" not in answer.text
    assert counter.files() == []
