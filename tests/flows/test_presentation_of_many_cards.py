"""An answer of many cards: what is looked up for it, what is remembered of it, and what no memory may hide."""

import collections
import functools
import gc
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import credentials
from credentials.clock import FixedClock
from credentials.keys import Algorithm, SoftwareSigner
from credentials.status import Status
from credentials.trust import Participant, TrustListSource
from credentials.trust.x509 import CertificateExpired, make_ca, verify_chain
from credentials.trust.x509 import chain as chains
from tests.debt_builders import demo_document
from tests.flows.presentation_kit import API, BASE, Counter, auth
from tests.unit.trust.certificates import END, NOW, a_leaf, an_authority
from tests.verifier_world import Card, make_world

pytestmark = pytest.mark.long

AGENCIES = ("cjib", "duo", "uwv", "cak")
FORMATS = ("dc+sd-jwt", "ldp_vc")


@pytest.fixture
def counter(tmp_path: Path, clock: FixedClock) -> Iterator[Counter]:
    world = make_world(tmp_path, clock, agencies=AGENCIES)
    with TestClient(world.service.app, base_url=BASE, follow_redirects=False) as http:
        yield Counter(world, http)


def cards_of(counter: Counter, *formats: str) -> list[Card]:
    """An overview and all cases of every agency, by turns in these formats."""
    cards: list[Card] = []
    for number, issuer in enumerate(counter.world.issuers.values()):
        cases = demo_document("cjib", "samira").cases_at(issuer.agency)
        cards += issuer.statements(cases, format=formats[number % len(formats)])
    return cards


def outcomes(counter: Counter, cards: list[Card]) -> dict[str, set[str]]:
    """Show cards, and return what each agency's came to."""
    made = counter.make()
    answer = counter.share(made, cards)
    assert (answer.status_code, answer.json()) == (200, {})
    return by_agency(counter.look(made["id"]))


def by_agency(found: Any) -> dict[str, set[str]]:
    came_to: dict[str, set[str]] = {}
    for proof in found["bewijzen"]:
        came_to.setdefault(proof["uitgever"]["naam"], set()).add(proof["uitkomst"])
    return came_to


def test_the_trust_list_and_each_status_list_are_looked_up_once_for_all_cards(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = cards_of(counter, *FORMATS)
    assert len(cards) == 2 * len(AGENCIES)
    request = counter.read(counter.make()["verzoekUri"], formats=FORMATS)
    token = counter.world.present(request, cards)
    looked: list[object] = []
    current = TrustListSource.current

    def counted(source: TrustListSource) -> object:
        looked.append(source)
        return current(source)

    monkeypatch.setattr(TrustListSource, "current", counted)
    counter.world.web.fetched.clear()
    assert counter.send(request, token).status_code == 200
    fetched = collections.Counter(counter.world.web.fetched)
    # A Token Status List of whose cards are SD-JWTs, two bitstrings of the others.
    lists = {uri for each in counter.world.issuers.values() for uri in (each.list_url, f"{each.list_url}/revocation")}
    assert set(fetched.values()) == {1}
    assert len(fetched.keys() & lists) == len(AGENCIES)
    assert len(fetched) == len(AGENCIES) // 2 * 3
    assert len(looked) == 1


def test_the_next_answer_looks_up_the_trust_list_again_and_no_status_list_that_is_still_good(counter: Counter) -> None:
    cards = cards_of(counter, *FORMATS)
    assert outcomes(counter, cards)
    counter.world.web.fetched.clear()
    counter.world.clock.advance(timedelta(seconds=1))
    assert set().union(*outcomes(counter, cards).values()) == {"bewezen"}
    assert counter.world.web.fetched == []


def other_keys(issuer: Participant) -> Participant:
    return replace(issuer, keys=(SoftwareSigner.generate(Algorithm.EDDSA).public_jwk,))


def other_authority(issuer: Participant) -> Participant:
    begin = NOW - timedelta(days=99)
    return replace(
        issuer, anchors=(make_ca(f"{issuer.name} CA", not_before=begin, not_after=NOW + timedelta(days=999)).der,)
    )


def other_name(issuer: Participant) -> Participant:
    return replace(issuer, certificate_names=("dns:elders.example",))


def withdrawn(issuer: Participant) -> Participant:
    return replace(issuer, withdrawn_at=NOW - timedelta(days=9), compromised=True)


def other_types(issuer: Participant) -> Participant:
    return replace(issuer, types=frozenset({"urn:nl:voorbeeld:iets-anders:1"}))


@pytest.mark.parametrize(
    ("format_name", "change", "outcome"),
    [
        ("dc+sd-jwt", other_authority, "niet_bewezen"),
        # Its pinned key signed the cards, but who signed the status list is now nobody's.
        ("dc+sd-jwt", other_name, "onbekend"),
        ("dc+sd-jwt", withdrawn, "niet_bewezen"),
        ("dc+sd-jwt", other_types, "niet_bewezen"),
        # A key that is not pinned would have to be looked up, and nobody is there.
        ("ldp_vc", other_keys, "onbekend"),
        ("ldp_vc", withdrawn, "niet_bewezen"),
        ("ldp_vc", other_types, "niet_bewezen"),
    ],
)
def test_a_new_trust_list_counts_at_once_whatever_is_remembered(
    counter: Counter, format_name: str, change: Callable[[Participant], Participant], outcome: str
) -> None:
    cards = cards_of(counter, format_name)
    assert set().union(*outcomes(counter, cards).values()) == {"bewezen"}
    first, *others = [issuer.participant for issuer in counter.world.issuers.values()]
    counter.world.trust(change(first), *others)
    found = outcomes(counter, cards)
    assert all(found.pop(issuer.name) == {"bewezen"} for issuer in others)
    # By its own name, or as somebody unknown where the list no longer says whose key it is.
    assert list(found.values()) == [{outcome}]
    counter.world.trust(first, *others)
    assert set().union(*outcomes(counter, cards).values()) == {"bewezen"}


@pytest.mark.parametrize("format_name", FORMATS)
def test_what_was_taken_back_is_seen_with_the_next_list_and_at_once_when_asked(
    counter: Counter, format_name: str
) -> None:
    cards = cards_of(counter, format_name)
    made = counter.make()
    assert counter.share(made, cards).status_code == 200
    assert set().union(*by_agency(counter.look(made["id"])).values()) == {"bewezen"}
    cards[0].mark(Status.INVALID)
    again = counter.http.post(f"{API}/{made['id']}/hercontroles", headers=auth())
    assert again.status_code in (200, 201), again.text
    assert "ingetrokken" in set().union(*by_agency(counter.look(made["id"])).values())
    cards[-1].mark(Status.INVALID)
    counter.world.clock.advance(timedelta(hours=13))
    taken_back = [came_to for came_to in outcomes(counter, cards).values() if "ingetrokken" in came_to]
    assert len(taken_back) == 2


def test_a_status_list_by_another_key_than_the_issuers_is_refused_though_the_chain_is_remembered(
    counter: Counter,
) -> None:
    cards = cards_of(counter, "dc+sd-jwt")
    assert set().union(*outcomes(counter, cards).values()) == {"bewezen"}
    one, other, *_ = counter.world.issuers.values()
    # A good signature under a good chain, but of another participant.
    one.status_signer, one.status_leaf = other.status_signer, other.status_leaf
    one.publish()
    counter.world.clock.advance(timedelta(hours=13))
    found = outcomes(counter, cards)
    assert [came_to for came_to in found.values() if came_to != {"bewezen"}] == [{"onbekend"}]


def test_a_remembered_chain_still_ends_when_its_certificates_do() -> None:
    authority = an_authority()
    leaf = a_leaf(authority, SoftwareSigner.generate())
    for _ in range(2):
        verify_chain((leaf,), (authority.der,), NOW)
    for moment in (END + timedelta(seconds=1), NOW - timedelta(days=31)):
        with pytest.raises(CertificateExpired):
            verify_chain((leaf,), (authority.der,), moment)


def test_a_chain_is_remembered_only_under_the_authorities_that_it_was_found_good_under() -> None:
    authority, namesake = an_authority(), an_authority()
    leaf = a_leaf(authority, SoftwareSigner.generate())
    verify_chain((leaf,), (authority.der,), NOW)
    with pytest.raises(chains.UnknownAuthority):
        verify_chain((leaf,), (namesake.der,), NOW)
    assert verify_chain((leaf,), (namesake.der, authority.der), NOW).authority == authority.der


def test_every_memory_of_the_library_has_a_bound() -> None:
    for module in pkgutil.walk_packages(credentials.__path__, "credentials."):
        importlib.import_module(module.name)
    memories = [each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper)]
    ours = [each for each in memories if each.__module__.startswith("credentials.")]
    assert chains._sound in ours
    assert [each.__name__ for each in ours if each.cache_parameters()["maxsize"] is None] == []


def test_chains_that_lead_nowhere_are_not_remembered() -> None:
    authority = an_authority()
    before = chains._sound.cache_info().currsize
    for _ in range(3):
        with pytest.raises(chains.UnknownAuthority):
            verify_chain((a_leaf(an_authority(), SoftwareSigner.generate()),), (authority.der,), NOW)
    assert chains._sound.cache_info().currsize == before
