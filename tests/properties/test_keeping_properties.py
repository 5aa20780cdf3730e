"""What is kept of an answer is what was asked and what the stated rule adds, and never anything else."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from credentials.debts.claims import ALWAYS_DISCLOSED, CASE_TYPE, case_claims
from credentials.encoding import JsonObject, JsonValue
from credentials.openid.claims_path import PathNotFound, select
from credentials.openid.dcql import CredentialQuery, parse_query
from credentials.openid.dcql.matching import satisfied_claims
from tests.debt_builders import demo_cases
from tests.properties.test_dcql_properties import LEAVES, NAMES, credential_queries
from verifier.domain.keeping import kept

CARDS = [case_claims(case, "digest") for who in ("samira", "wim", "johan") for case in demo_cases(who)]
TOPS = sorted({name for card in CARDS for name in card})


def leaves(value: JsonValue) -> Iterator[JsonValue]:
    """Walk everything that says something."""
    if isinstance(value, dict):
        for member in value.values():
            yield from leaves(member) if member != {} else [member]
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item) if item != [] else [item]
    else:
        yield value


def count(values: Iterator[JsonValue]) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in values:
        found[repr(each)] = found.get(repr(each), 0) + 1
    return found


def within(part: JsonValue, whole: JsonValue) -> bool:
    """Whether everything in `part` stands in `whole` at its own place; elements may have moved up."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and within(member, whole[name]) for name, member in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        left = iter(whole)
        return all(any(within(item, other) for other in left) for item in part)
    return type(part) is type(whole) and part == whole


def selected(query: CredentialQuery, document: JsonObject) -> list[JsonValue]:
    """What the claims of the query select, read by section 7.1.1 alone."""
    satisfied = satisfied_claims(query, document, presented=True)
    found: list[JsonValue] = []
    for claim in satisfied[1] if satisfied else ():
        paths = [claim.path, tuple(None if isinstance(part, int) else part for part in claim.path)]
        for path in paths:
            try:
                elements = select(path, document)
            except PathNotFound:
                continue
            wanted = [
                each for each in elements
                if not claim.values or any(type(each) is type(value) and each == value for value in claim.values)
            ]  # fmt: skip
            if wanted:
                found += wanted
                break
    return found


@given(credential_queries(1), st.dictionaries(NAMES, LEAVES, max_size=3))
def test_nothing_is_kept_that_was_not_asked(entry: JsonObject, document: JsonObject) -> None:
    (query,) = parse_query({"credentials": [{**entry, "format": "dc+sd-jwt", "meta": {}}]}).credentials
    left = kept(document, "urn:other", query, document)
    assert within(left, document)
    asked = selected(query, document)
    allowed = count(leaf for element in asked for leaf in (leaves(element) if element not in ({}, []) else [element]))
    for leaf, times in count(leaves(left)).items():
        assert times <= allowed.get(leaf, 0)
    for element in asked:
        assert any(within(element, whole) for whole in everywhere(left)), "what was asked is kept"


def everywhere(value: JsonValue) -> Iterator[JsonValue]:
    yield value
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from everywhere(member)


@given(st.sampled_from(CARDS), st.lists(st.sampled_from(TOPS), unique=True, max_size=6), st.data())
def test_of_a_debt_the_rule_adds_what_everybody_sees_and_no_more(
    claims: JsonObject, names: list[str], data: st.DataObject
) -> None:
    paths = []
    for name in names:
        member = claims.get(name)
        deeper = isinstance(member, dict) and data.draw(st.booleans())
        paths.append(
            [name, data.draw(st.sampled_from(sorted(member)))] if deeper and isinstance(member, dict) else [name]
        )
    asked: JsonObject = {"claims": [{"path": path} for path in paths]} if paths else {}
    (query,) = parse_query({"credentials": [{"id": "x", "format": "dc+sd-jwt", "meta": {}, **asked}]}).credentials
    left = kept(claims, CASE_TYPE, query, claims)
    always = ALWAYS_DISCLOSED[CASE_TYPE]
    assert within(left, claims)
    assert {name for name in left if name not in always} <= set(names)
    for path in paths:
        if len(path) == 2 and path[0] in left and [path[0]] not in paths and path[0] not in always:
            member = left[path[0]]
            assert isinstance(member, dict)
            assert set(member) <= {other[1] for other in paths if len(other) == 2 and other[0] == path[0]}
