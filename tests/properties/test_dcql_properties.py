"""What holds for every DCQL query and every set of cards (OpenID4VP 1.0 section 6.4)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.encoding import JsonObject
from credentials.openid.claims_path import PathNotFound, select
from credentials.openid.dcql import (
    Answered,
    Candidate,
    InvalidChoice,
    check_presentation,
    check_response,
    evaluate,
    parse_query,
)
from credentials.openid.errors import UnsatisfiedQuery

pytestmark = [pytest.mark.long, pytest.mark.requirement("wallet-dcql")]

NAMES = st.sampled_from(["a", "b", "c"])
TYPES = st.sampled_from(["urn:1", "urn:2", "urn:3"])
FORMATS = st.sampled_from(["dc+sd-jwt", "ldp_vc"])
AUTHORITIES = st.sampled_from(["AAAA", "BBBB"])
SCALARS = st.one_of(st.integers(0, 2), st.booleans(), st.sampled_from(["x", "y"]))
LEAVES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2), max_leaves=6
)
PATHS = st.lists(st.one_of(NAMES, st.none(), st.integers(0, 1)), min_size=1, max_size=3)


@st.composite
def credential_queries(draw: st.DrawFn, number: int) -> JsonObject:
    """A credential query that is well formed."""
    format_name = draw(FORMATS)
    types = draw(st.lists(TYPES, min_size=1, max_size=2))
    meta: Any = {"vct_values": types} if format_name == "dc+sd-jwt" else {"type_values": [types]}
    entry: JsonObject = {"id": f"q{number}", "format": format_name, "meta": draw(st.sampled_from([{}, meta]))}
    claims: Any = [
        {"id": f"c{index}", "path": path, **({"values": values} if values else {})}
        for index, (path, values) in enumerate(
            draw(st.lists(st.tuples(PATHS, st.lists(SCALARS, max_size=2)), max_size=3))
        )
    ]
    if claims:
        entry["claims"] = claims
        ids = st.sampled_from([claim["id"] for claim in claims])
        sets: Any = draw(st.lists(st.lists(ids, min_size=1, max_size=3), max_size=2))
        if sets:
            entry["claim_sets"] = sets
    if draw(st.booleans()):
        entry["multiple"] = True
    if draw(st.booleans()):
        entry["require_cryptographic_holder_binding"] = draw(st.booleans())
    if draw(st.integers(0, 3)) == 0:
        kinds = draw(st.lists(st.sampled_from(["aki", "etsi_tl", "openid_federation"]), min_size=1, max_size=2))
        entry["trusted_authorities"] = [{"type": kind, "values": [draw(AUTHORITIES)]} for kind in kinds]
    return entry


@st.composite
def queries(draw: st.DrawFn) -> JsonObject:
    """A DCQL query that is well formed."""
    count = draw(st.integers(1, 4))
    document: JsonObject = {"credentials": [draw(credential_queries(number)) for number in range(count)]}
    ids = st.sampled_from([f"q{number}" for number in range(count)])
    option = st.lists(ids, min_size=1, max_size=2, unique=True)
    sets: Any = [
        {"options": options, "required": required}
        for options, required in draw(
            st.lists(st.tuples(st.lists(option, min_size=1, max_size=2), st.booleans()), max_size=3)
        )
    ]
    if sets:
        document["credential_sets"] = sets
    return document


@st.composite
def wallets(draw: st.DrawFn) -> list[Candidate]:
    """Some cards."""
    return [
        Candidate(
            key=f"card-{number}",
            format=draw(FORMATS),
            types=frozenset(draw(st.lists(TYPES, min_size=1, max_size=3))),
            claims=draw(st.dictionaries(NAMES, LEAVES, max_size=3)),
            authority_keys=frozenset(draw(st.lists(AUTHORITIES, max_size=1))),
            trusted_lists=frozenset(draw(st.lists(AUTHORITIES, max_size=1))),
            holder_binding=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 5)))
    ]


def shown(candidate: Candidate) -> Answered:
    return Answered(
        candidate.format,
        candidate.types,
        candidate.claims,
        authority_keys=candidate.authority_keys,
        trusted_lists=candidate.trusted_lists,
        holder_binding=candidate.holder_binding,
    )


@given(queries())
def test_what_is_written_is_what_is_read(document: JsonObject) -> None:
    query = parse_query(document)
    assert parse_query(query.to_json()) == query


@given(queries(), wallets())
def test_what_a_wallet_answers_by_itself_satisfies_the_verifier(document: JsonObject, cards: list[Candidate]) -> None:
    query = parse_query(document)
    evaluation = evaluate(query, cards)
    if not evaluation.satisfiable:
        with pytest.raises(InvalidChoice):
            evaluation.default()
        return
    answer = evaluation.default()
    check_response(query, {id: [shown(match.candidate) for match in matches] for id, matches in answer.items()})
    assert (
        evaluation.choose({id: [match.candidate.key for match in matches] for id, matches in answer.items()}) == answer
    )


@given(queries(), wallets())
def test_a_card_matches_exactly_where_the_verifier_would_take_it(document: JsonObject, cards: list[Candidate]) -> None:
    query = parse_query(document)
    evaluation = evaluate(query, cards)
    for wanted in query.credentials:
        if any(isinstance(component, int) for claim in wanted.claims for component in claim.path):
            continue  # The verifier reads an index more leniently, since hidden elements shift it.
        matching = {match.candidate.key for match in evaluation.matches[wanted.id]}
        for card in cards:
            try:
                check_presentation(wanted, shown(card))
            except UnsatisfiedQuery:
                assert card.key not in matching
            else:
                assert card.key in matching


@given(queries(), wallets())
def test_every_path_to_disclose_leads_somewhere(document: JsonObject, cards: list[Candidate]) -> None:
    evaluation = evaluate(parse_query(document), cards)
    for matches in evaluation.matches.values():
        for match in matches:
            assert all(select(path, match.candidate.claims) for path in match.paths)


@given(
    queries(),
    wallets(),
    st.dictionaries(
        st.sampled_from(["q0", "q1", "q2", "q3", "q9"]),
        st.lists(st.sampled_from([f"card-{n}" for n in range(5)]), max_size=2),
    ),
)
def test_whatever_is_chosen_is_either_refused_or_satisfies_the_verifier(
    document: JsonObject, cards: list[Candidate], selection: dict[str, list[str]]
) -> None:
    query = parse_query(document)
    evaluation = evaluate(query, cards)
    try:
        answer = evaluation.choose(selection)
    except InvalidChoice:
        return
    assert evaluation.satisfiable
    if answer:
        check_response(query, {id: [shown(match.candidate) for match in matches] for id, matches in answer.items()})


@given(queries(), wallets())
def test_the_order_of_the_cards_changes_nothing(document: JsonObject, cards: list[Candidate]) -> None:
    query = parse_query(document)
    one, other = evaluate(query, cards), evaluate(query, list(reversed(cards)))
    assert one.satisfiable == other.satisfiable
    assert one.sets == other.sets


@given(queries(), wallets(), wallets())
def test_a_card_more_never_makes_an_answer_impossible(
    document: JsonObject, cards: list[Candidate], more: list[Candidate]
) -> None:
    query = parse_query(document)
    if evaluate(query, cards).satisfiable:
        assert evaluate(query, [*cards, *more]).satisfiable


@given(PATHS, st.dictionaries(NAMES, LEAVES, max_size=3))
def test_a_pointer_selects_what_walking_the_document_finds(path: list[str | int | None], document: JsonObject) -> None:
    """A second reading of section 7.1.1, by depth instead of by breadth, agrees wherever it finds an element."""

    def walk(element: object, rest: list[str | int | None]) -> list[Any]:
        if not rest:
            return [element]
        first, *others = rest
        if isinstance(first, str):
            assert isinstance(element, dict)
            return walk(element[first], others) if first in element else []
        assert isinstance(element, list)
        chosen = element if first is None else element[first : first + 1]
        return [found for item in chosen for found in walk(item, others)]

    try:
        selected = select(tuple(path), document)
    except PathNotFound:
        try:
            assert walk(document, path) == []
        except AssertionError:
            return
    else:
        assert list(selected) == walk(document, path)
