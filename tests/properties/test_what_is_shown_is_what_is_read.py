"""What a citizen is shown, agrees to and keeps as a receipt is what the receiver can read: any card, query and format.

The receiver's side is read twice: by the verifier's own processing, and by taking the presentation apart without it,
which finds what no processing looks at.
"""

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from credentials.debts.claim_table import CASE_TYPE, LEAVES, OVERVIEW_TYPE, SLOT, SLOT_MEMBERS, Kind
from credentials.encoding import JsonObject
from credentials.formats import IssuerKey
from tests.sharing_kit import FORMATS, SECURINGS, Sharing, expected, format_of, leaves, own, secured, text_of
from tests.unit.formats.format_samples import RESOLVER, certificate, draft, signer
from wallet_api.domain.disclosure import Fact
from wallet_api.domain.presentation import Requester

pytestmark = [pytest.mark.long, pytest.mark.requirement("wallet-only-asked")]

MARK = re.compile(r"merk-[0-9]+-|\b77[0-9]{7}\b|20[0-9]{2}-0[1-9]-[0-9]{2}")
SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)

ENTITLED = Requester("Schuldhulp", "vrager.example", known=True, may_ask_bsn=True)

SLOTS = {"zaken": ("z01", "z02", "z03"), "meldingen": ("m01", "m02")}


@st.composite
def own_trees(draw: st.DrawFn, type: str) -> JsonObject:
    """Some of the claims that a type can have, each with a value that stands nowhere else."""
    tree: JsonObject = {}
    mark = 0
    for leaf in LEAVES[type]:
        slots = SLOTS.get(leaf.path[0], ("g001", "g002"))
        for slot in slots if SLOT in leaf.path else [""]:
            if leaf.sd != "never" and not draw(st.booleans()):
                continue
            mark += 1
            node: Any = tree
            for step in leaf.path[:-1]:
                node = node.setdefault(slot if step == SLOT else step, {})
            node[leaf.path[-1]] = _value(leaf.kind, mark, draw)
    for member in SLOT_MEMBERS:
        if type == OVERVIEW_TYPE and member == "zaken":
            tree.setdefault(member, {})
    return tree


def _value(kind: Kind, mark: int, draw: st.DrawFn) -> Any:
    match kind:
        case Kind.AMOUNT | Kind.COUNT:
            return 770000000 + mark
        case Kind.FLAG:
            return draw(st.booleans())
        case Kind.DAY:
            return f"20{mark:02}-01-11"
        case Kind.MOMENT:
            return f"20{mark:02}-02-11T10:00:00Z"
        case Kind.LINK:
            return f"https://wet.example/merk-{mark}-"
        case Kind.TEXT:
            return f"merk-{mark}-"


@st.composite
def queries(draw: st.DrawFn, document: Any) -> list[list[Any]]:
    """Paths to whatever stands in a document, to what it stands in, or to every element at once."""
    places = [path for path in _every_place(document) if path]
    chosen = draw(st.lists(st.sampled_from(places), min_size=0, max_size=4, unique_by=str))
    return [[None if isinstance(step, int) and draw(st.booleans()) else step for step in path] for path in chosen]


def _every_place(value: Any, path: tuple[Any, ...] = ()) -> Any:
    yield path
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _every_place(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _every_place(item, (*path, index))


def a_query(format: str, paths: list[list[Any]]) -> JsonObject:
    asked: JsonObject = {"id": "a", "format": format, "meta": {}}
    return {"credentials": [{**asked, "claims": [{"path": path} for path in paths]} if paths else asked]}


def said(facts: tuple[Fact, ...]) -> Counter[Any]:
    return Counter((fact.path, fact.value) for fact in facts if fact.kind != "EMPTY")


def compare(format: str, credential: Any, paths: list[list[Any]]) -> None:
    wallet = Sharing()
    wallet.hold(credential, format=format)
    consent = wallet.ask(a_query(format, paths), ENTITLED)
    # A path that goes wrong on one element of an array selects nothing at all (OpenID4VP 1.0 section 7.1.1).
    assume(consent.shares)
    receipt, token = wallet.share(consent)
    (presented,) = token["a"]
    read = FORMATS[format].verify(presented, expected(), RESOLVER)
    (share,), (kept,) = consent.shares, receipt.cards
    assert (share.facts, share.envelope) == (kept.facts, kept.envelope)
    # What the verifier's processing finds, name by name.
    claims = tuple(fact for fact in share.facts if fact.path[0] != "credentialSubject")
    assert said(claims) == Counter((path, value) for path, value in leaves(read.claims) if value not in (None, ""))
    # What that processing passes over: that there is a node, although nothing else of it is shown.
    for fact in set(share.facts) - set(claims):
        place: Any = read.document
        for step in fact.path:
            place = place[int(step)] if isinstance(place, list) else place[step]
        assert place == fact.value
    # What anybody finds who reads all of it: every value of a claim that is there, and no other.
    shown = {mark for fact in share.facts for mark in MARK.findall(str(fact.value))}
    assert set(MARK.findall(text_of(presented))) - {"2026-11-23", "2026-12-28"} == shown - {"2026-11-23"}
    stated = {fact.path[0]: fact.value for fact in share.envelope}
    assert (stated.get("uitgever"), stated["soort"]) == (read.signed_by.issuer, read.type)
    assert read.valid_until is not None
    assert datetime.fromisoformat(str(stated["geldig_tot"])).astimezone(UTC) == read.valid_until


@pytest.mark.parametrize("securing", SECURINGS)
@pytest.mark.parametrize("type", [OVERVIEW_TYPE, CASE_TYPE])
@SLOW
@given(data=st.data())
def test_of_a_card_of_ours(securing: str, type: str, data: st.DataObject) -> None:
    credential = secured(securing, data.draw(own_trees(type)), **own(type, securing))
    view = FORMATS[format_of(securing)].inspect(credential)
    paths = data.draw(queries(view.document))
    if securing == "mso_mdoc":
        # OpenID4VP 1.0 section 7.2: a namespace and an element.
        paths = [list(each) for each in {tuple(path[:2]) for path in paths} if len(each) == 2]
    compare(format_of(securing), credential, paths)


names = st.sampled_from(["adres", "naam", "plaats", "nationaliteiten", "kinderen", "soort", "oin", "digest", "zaken"])


@st.composite
def any_trees(draw: st.DrawFn) -> JsonObject:
    """Claims that nobody here knows: nested, with arrays, each value standing nowhere else."""
    marks = iter(range(1, 10_000))
    shapes = st.recursive(
        st.just(None),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3), st.dictionaries(names, inner, min_size=1, max_size=3)
        ),
        max_leaves=12,
    )

    def filled(shape: Any) -> Any:
        match shape:
            case dict():
                return {name: filled(item) for name, item in shape.items()}
            case list():
                return [filled(item) for item in shape]
            case _:
                return f"merk-{next(marks)}-"

    return {name: filled(shape) for name, shape in draw(st.dictionaries(names, shapes, min_size=1, max_size=4)).items()}


@SLOW
@given(data=st.data())
def test_of_a_card_of_which_the_agency_hides_what_it_likes(data: st.DataObject) -> None:
    tree = data.draw(any_trees())
    places = [path for path in _every_place(tree) if path]
    hidden = frozenset(data.draw(st.lists(st.sampled_from(places), unique=True)))
    credential = FORMATS["dc+sd-jwt"].issue(
        draft(type="urn:vreemd:1", claims=tree, disclosable=hidden),
        IssuerKey(signer("issuer"), (certificate(),)),
    )
    compare("dc+sd-jwt", credential, data.draw(queries(tree)))
