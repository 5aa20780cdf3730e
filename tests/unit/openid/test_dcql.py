import copy
import json
from collections.abc import Callable, Mapping, Sequence

import pytest

from credentials.encoding import JsonObject
from credentials.openid.dcql import (
    Answered,
    Candidate,
    DcqlQuery,
    InvalidChoice,
    check_presentation,
    check_response,
    evaluate,
    parse_query,
)
from credentials.openid.errors import InvalidPresentationRequest, InvalidRequest, Unmet, UnsatisfiedQuery

OVERVIEW = "urn:nl:blauweknop:overzicht:1"
CASE = "urn:nl:blauweknop:zaak:1"
AKI = "s9tIpPmhxdiuNkHMEWNpYim8S8Y"

CLAIMS: JsonObject = {
    "vct": OVERVIEW,
    "saldo_totaal": 299880,
    "meer_dan_20": False,
    "bronorganisatie": {"oin": "00000001", "naam": "CJIB"},
    "nationalities": ["British", "Betelgeusian"],
}


def credential(**members: object) -> JsonObject:
    base: JsonObject = {"id": "overzicht", "format": "dc+sd-jwt", "meta": {"vct_values": [OVERVIEW]}}
    merged = {**base, **members}
    return {name: value for name, value in merged.items() if value is not ...}  # type: ignore[misc]  # JSON by test


def query(*credentials: JsonObject, **members: object) -> DcqlQuery:
    return parse_query({"credentials": list(credentials or (credential(),)), **members})


def candidate(key: str = "a", **changes: object) -> Candidate:
    arguments: dict[str, object] = {"format": "dc+sd-jwt", "types": frozenset({OVERVIEW}), "claims": CLAIMS, **changes}
    return Candidate(key, **arguments)  # type: ignore[arg-type]  # keyword arguments of several types


def answered(**changes: object) -> Answered:
    arguments: dict[str, object] = {"format": "dc+sd-jwt", "types": frozenset({OVERVIEW}), "claims": CLAIMS, **changes}
    return Answered(**arguments)  # type: ignore[arg-type]  # keyword arguments of several types


def matches(wanted: DcqlQuery, *candidates: Candidate) -> list[str]:
    return [match.candidate.key for match in evaluate(wanted, candidates).matches[wanted.credentials[0].id]]


@pytest.mark.requirement("vp-dcql")
@pytest.mark.parametrize(
    "name",
    [
        "simple",
        "simple_mdoc",
        "complex_mdoc",
        "claims_alternatives",
        "credentials_alternatives",
        "multi_credentials",
        "value_matching_simple",
        "dcql_jwt_vc",
        "dcql_ldp_vc",
    ],
)
def test_the_specifications_queries_are_read_and_written_back(vector: Callable[[str], bytes], name: str) -> None:
    document = json.loads(vector(f"vp/{name}.json"))
    read = parse_query(document)
    assert parse_query(read.to_json()) == read
    assert read.to_json() == document


@pytest.mark.requirement("vp-dcql")
@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"credentials": []},
        {"credentials": {}},
        {"credentials": [credential(), credential()]},
        {"credentials": [credential()], "credential_sets": []},
        {"credentials": [credential()], "credential_sets": [{}]},
        {"credentials": [credential()], "credential_sets": [{"options": []}]},
        {"credentials": [credential()], "credential_sets": [{"options": [[]]}]},
        {"credentials": [credential()], "credential_sets": [{"options": [["other"]]}]},
        {"credentials": [credential()], "credential_sets": [{"options": ["overzicht"]}]},
        {"credentials": [credential()], "credential_sets": [{"options": [["overzicht"]], "required": "no"}]},
        {"credentials": [credential()], "credential_sets": None},
        {"credentials": [credential(id=...)]},
        {"credentials": [credential(id="")]},
        {"credentials": [credential(id="a b")]},
        {"credentials": [credential(id="é")]},
        {"credentials": [credential(id="a\n")]},
        {"credentials": [credential(id=7)]},
        {"credentials": [credential(format=...)]},
        {"credentials": [credential(meta=...)]},
        {"credentials": [credential(meta=[])]},
        {"credentials": [credential(meta={"vct_values": []})]},
        {"credentials": [credential(meta={"vct_values": OVERVIEW})]},
        {"credentials": [credential(meta={"vct": OVERVIEW})]},
        {"credentials": [credential(format="ldp_vc", meta={"type_values": ["x"]})]},
        {"credentials": [credential(format="ldp_vc", meta={"type_values": [[]]})]},
        {"credentials": [credential(format="ldp_vc", meta={"type_values": [[1]]})]},
        {"credentials": [credential(format="mso_mdoc", meta={"doctype_value": []})]},
        {"credentials": [credential(multiple=1)]},
        {"credentials": [credential(require_cryptographic_holder_binding="true")]},
        {"credentials": [credential(trusted_authorities=[])]},
        {"credentials": [credential(trusted_authorities=[{"type": "aki", "values": []}])]},
        {"credentials": [credential(trusted_authorities=[{"values": [AKI]}])]},
        {"credentials": [credential(claims=[])]},
        {"credentials": [credential(claims=None)]},
        {"credentials": [credential(claims=[{}])]},
        {"credentials": [credential(claims=[{"path": []}])]},
        {"credentials": [credential(claims=[{"path": "a"}])]},
        {"credentials": [credential(claims=[{"path": [-1]}])]},
        {"credentials": [credential(claims=[{"path": [1.5]}])]},
        {"credentials": [credential(claims=[{"path": [True]}])]},
        {"credentials": [credential(claims=[{"path": ["a"], "values": []}])]},
        {"credentials": [credential(claims=[{"path": ["a"], "values": [1.5]}])]},
        {"credentials": [credential(claims=[{"path": ["a"], "values": [None]}])]},
        {"credentials": [credential(claims=[{"path": ["a"], "id": "a b"}])]},
        {"credentials": [credential(claims=[{"path": ["a"], "id": "x"}, {"path": ["b"], "id": "x"}])]},
        {"credentials": [credential(claim_sets=[["x"]])]},
        {"credentials": [credential(claims=[{"path": ["a"]}], claim_sets=[["x"]])]},
        {"credentials": [credential(claims=[{"path": ["a"], "id": "x"}], claim_sets=[])]},
        {"credentials": [credential(claims=[{"path": ["a"], "id": "x"}], claim_sets=[[]])]},
        {"credentials": [credential(claims=[{"path": ["a"], "id": "x"}], claim_sets=[["y"]])]},
        {"credentials": [credential(claims=[{"path": ["a"], "id": "x"}, {"path": ["b"]}], claim_sets=[["x"]])]},
        {"credentials": [credential(format="mso_mdoc", meta={}, claims=[{"path": ["a"]}])]},
        {"credentials": [credential(format="mso_mdoc", meta={}, claims=[{"path": ["a", None]}])]},
        {"credentials": [credential(id=f"q{n}") for n in range(101)]},
        {"credentials": [credential(claims=[{"path": [f"c{n}"]} for n in range(501)])]},
    ],
)
def test_malformed_queries_are_refused(document: object) -> None:
    with pytest.raises(InvalidPresentationRequest):
        parse_query(document)


def test_a_query_of_our_own_side_is_refused_in_its_own_words() -> None:
    with pytest.raises(InvalidRequest):
        parse_query({}, error=InvalidRequest)


def test_members_of_the_future_are_ignored() -> None:
    assert query(credential(new=1), also_new=2) == query()


def test_an_empty_meta_demands_nothing() -> None:
    assert matches(query(credential(meta={})), candidate(types=frozenset({"urn:other"}))) == ["a"]


def test_the_type_must_be_one_that_was_asked() -> None:
    assert matches(query(), candidate()) == ["a"]
    assert matches(query(), candidate(types=frozenset({CASE}))) == []
    assert matches(query(credential(meta={"vct_values": [CASE, OVERVIEW]})), candidate()) == ["a"]


def test_the_format_must_be_the_one_that_was_asked() -> None:
    assert matches(query(credential(format="ldp_vc", meta={})), candidate()) == []


def test_w3c_types_must_all_be_there_in_any_order_and_more_may_be() -> None:
    base = "https://www.w3.org/2018/credentials#VerifiableCredential"
    held = candidate(format="ldp_vc", types=frozenset({OVERVIEW, "urn:more"}))

    def asked(*alternatives: list[str]) -> DcqlQuery:
        return query(credential(format="ldp_vc", meta={"type_values": list(alternatives)}))

    assert matches(asked([OVERVIEW]), held) == ["a"]
    assert matches(asked([OVERVIEW, base]), held) == ["a"]
    assert matches(asked(["VerifiableCredential", OVERVIEW]), held) == ["a"]
    assert matches(asked([OVERVIEW, CASE]), held) == []
    assert matches(asked([OVERVIEW, CASE], [OVERVIEW]), held) == ["a"]


def test_an_unknown_format_is_read_and_matches_nothing() -> None:
    assert matches(query(credential(format="zkp", meta={"x": 1})), candidate()) == []


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        ([{"path": ["saldo_totaal"]}], True),
        ([{"path": ["bronorganisatie", "oin"]}, {"path": ["saldo_totaal"]}], True),
        ([{"path": ["bronorganisatie"]}], True),
        ([{"path": ["saldo_totaal"]}, {"path": ["absent"]}], False),
        ([{"path": ["saldo_totaal"], "values": [299880]}], True),
        ([{"path": ["saldo_totaal"], "values": [1, 299880]}], True),
        ([{"path": ["saldo_totaal"], "values": ["299880"]}], False),
        ([{"path": ["saldo_totaal"], "values": [299881]}], False),
        ([{"path": ["meer_dan_20"], "values": [False]}], True),
        ([{"path": ["meer_dan_20"], "values": [0]}], False),
        ([{"path": ["meer_dan_20"], "values": ["false"]}], False),
        ([{"path": ["bronorganisatie"], "values": ["CJIB"]}], False),
        ([{"path": ["nationalities", None], "values": ["British", "Dutch"]}], True),
        ([{"path": ["nationalities", None], "values": ["Dutch"]}], False),
        ([{"path": ["nationalities", 1], "values": ["Betelgeusian"]}], True),
        ([{"path": ["nationalities", 0], "values": ["Betelgeusian"]}], False),
    ],
)
def test_claims_and_values_decide(claims: list[JsonObject], found: bool) -> None:
    assert matches(query(credential(claims=claims)), candidate()) == (["a"] if found else [])


@pytest.mark.requirement("wallet-dcql")
def test_the_first_claim_set_that_can_be_had_is_the_one() -> None:
    claims = [{"id": "a", "path": ["absent"]}, {"id": "b", "path": ["saldo_totaal"]}, {"id": "c", "path": ["vct"]}]
    wanted = query(credential(claims=claims, claim_sets=[["a", "b"], ["c", "b"], ["c"]]))
    (match,) = evaluate(wanted, [candidate()]).matches["overzicht"]
    assert match.claim_set == 1
    assert match.paths == (("vct",), ("saldo_totaal",))


def test_no_claim_set_that_can_be_had_is_no_match() -> None:
    claims = [{"id": "a", "path": ["absent"]}, {"id": "b", "path": ["saldo_totaal"]}]
    assert matches(query(credential(claims=claims, claim_sets=[["a"], ["a", "b"]])), candidate()) == []


def test_without_claims_nothing_is_disclosed_but_what_always_is() -> None:
    (match,) = evaluate(query(), [candidate()]).matches["overzicht"]
    assert match.paths == ()


def test_one_claim_asked_twice_is_disclosed_once() -> None:
    wanted = query(credential(claims=[{"path": ["vct"]}, {"path": ["vct"]}]))
    (match,) = evaluate(wanted, [candidate()]).matches["overzicht"]
    assert match.paths == (("vct",),)


@pytest.mark.requirement("wallet-dcql")
def test_a_trusted_authority_is_found_in_the_chain() -> None:
    def asked(*entries: JsonObject) -> DcqlQuery:
        return query(credential(trusted_authorities=list(entries)))

    aki: JsonObject = {"type": "aki", "values": ["AAAA", AKI]}
    lotl: JsonObject = {"type": "etsi_tl", "values": ["https://lotl.example"]}
    held = candidate(authority_keys=frozenset({AKI}))
    assert matches(asked(aki), held) == ["a"]
    assert matches(asked(lotl, aki), held) == ["a"]
    assert matches(asked(lotl), held) == []
    assert matches(asked({"type": "aki", "values": ["AAAA"]}), held) == []
    assert matches(asked(aki), candidate()) == []
    listed = candidate(trusted_lists=frozenset({"https://lotl.example"}))
    assert matches(asked(lotl), listed) == ["a"]
    assert matches(asked(aki, lotl), listed) == ["a"]
    assert matches(asked(aki), listed) == []
    assert matches(asked({"type": "openid_federation", "values": ["https://lotl.example"]}), listed) == []


def test_holder_binding_is_needed_unless_it_is_waived() -> None:
    unbound = candidate(holder_binding=False)
    assert matches(query(), unbound) == []
    assert matches(query(credential(require_cryptographic_holder_binding=False)), unbound) == ["a"]
    assert matches(query(credential(require_cryptographic_holder_binding=False)), candidate()) == ["a"]


SETS: JsonObject = {
    "credentials": [credential(id=name, meta={"vct_values": [f"urn:{name}"]}) for name in ("a", "b", "c", "d")],
    "credential_sets": [{"options": [["a"], ["b", "c"]]}, {"options": [["d"]], "required": False}],
}


def held(*names: str) -> list[Candidate]:
    return [candidate(f"key-{name}", types=frozenset({f"urn:{name}"})) for name in names]


def keys(answer: Mapping[str, Sequence[object]]) -> set[str]:
    return set(answer)


@pytest.mark.requirement("wallet-dcql")
@pytest.mark.parametrize(
    ("names", "satisfiable", "default"),
    [
        ("abcd", True, {"a"}),
        ("bcd", True, {"b", "c"}),
        ("a", True, {"a"}),
        ("bd", False, set()),
        ("d", False, set()),
        ("", False, set()),
    ],
)
def test_credential_sets_decide_what_can_be_answered(names: str, satisfiable: bool, default: set[str]) -> None:
    evaluation = evaluate(parse_query(SETS), held(*names))
    assert evaluation.satisfiable is satisfiable
    assert set(evaluation.missing) == set("abcd") - set(names)
    if satisfiable:
        assert keys(evaluation.default()) == default
    else:
        with pytest.raises(InvalidChoice):
            evaluation.default()


@pytest.mark.parametrize("chosen", ["a", "bc", "ad", "bcd", "abc"])
def test_any_option_may_be_chosen_and_optional_ones_with_it(chosen: str) -> None:
    evaluation = evaluate(parse_query(SETS), held(*"abcd"))
    assert keys(evaluation.choose({name: [f"key-{name}"] for name in chosen})) == set(chosen)


@pytest.mark.parametrize("chosen", ["", "b", "d", "bd", "ab", "ae"])
def test_less_than_an_option_or_a_part_of_another_may_not(chosen: str) -> None:
    evaluation = evaluate(parse_query(SETS), held(*"abcd"))
    with pytest.raises(InvalidChoice):
        evaluation.choose({name: [f"key-{name}"] for name in chosen})


def test_without_credential_sets_everything_must_be_chosen() -> None:
    document = {"credentials": SETS["credentials"]}
    assert evaluate(parse_query(document), held(*"abcd")).satisfiable
    evaluation = evaluate(parse_query(document), held(*"abc"))
    assert not evaluation.satisfiable
    with pytest.raises(InvalidChoice):
        evaluation.choose({name: [f"key-{name}"] for name in "abc"})


def test_only_matches_can_be_chosen() -> None:
    evaluation = evaluate(query(), [candidate("a"), candidate("b", types=frozenset({CASE}))])
    with pytest.raises(InvalidChoice):
        evaluation.choose({"overzicht": ["b"]})


def test_several_are_chosen_only_where_several_are_asked() -> None:
    both = [candidate("a"), candidate("b")]
    many = evaluate(query(credential(multiple=True)), both)
    assert [match.candidate.key for match in many.default()["overzicht"]] == ["a", "b"]
    assert len(many.choose({"overzicht": ["b"]})["overzicht"]) == 1
    one = evaluate(query(), both)
    assert [match.candidate.key for match in one.default()["overzicht"]] == ["a"]
    assert [match.candidate.key for match in one.choose({"overzicht": ["b"]})["overzicht"]] == ["b"]
    with pytest.raises(InvalidChoice):
        one.choose({"overzicht": ["a", "b"]})


def test_a_held_credential_does_not_print_its_claims() -> None:
    assert "299880" not in repr(evaluate(query(), [candidate()]))


def test_the_specifications_alternatives_work_as_it_says(vector: Callable[[str], bytes]) -> None:
    read = parse_query(json.loads(vector("vp/claims_alternatives.json")))
    full: JsonObject = {"family_name": "D", "date_of_birth": "x", "postal_code": "1", "locality": "M", "region": "R"}
    types = read.credentials[0].types[0]

    def paths(claims: JsonObject) -> list[str] | None:
        found = evaluate(read, [candidate(types=types, claims=claims)]).matches[read.credentials[0].id]
        return [str(path[0]) for path in found[0].paths] if found else None

    assert paths(full) == ["family_name", "locality", "region", "date_of_birth"]
    assert paths({"family_name": "D", "postal_code": "1", "date_of_birth": "x"}) == [
        "family_name",
        "postal_code",
        "date_of_birth",
    ]
    assert paths({"family_name": "D", "date_of_birth": "x"}) is None


def test_the_specifications_w3c_response_answers_its_query(vector: Callable[[str], bytes]) -> None:
    read = parse_query(json.loads(vector("vp/dcql_ldp_vc.json")))
    presentation = json.loads(vector("vp/response_ldp_vc.json"))
    presented = Answered("ldp_vc", frozenset({"IDCredential"}), presentation["verifiableCredential"][0])
    check_response(read, {"example_ldp_vc": [presented]})
    without = copy.deepcopy(presentation["verifiableCredential"][0])
    del without["credentialSubject"]["address"]["country"]
    with pytest.raises(UnsatisfiedQuery):
        check_response(read, {"example_ldp_vc": [Answered("ldp_vc", frozenset({"IDCredential"}), without)]})


def test_an_answer_that_is_what_was_asked_passes() -> None:
    wanted = query(credential(claims=[{"path": ["saldo_totaal"], "values": [299880]}], multiple=True))
    check_response(wanted, {"overzicht": [answered(), answered()]})


@pytest.mark.requirement("vp-dcql-checked")
@pytest.mark.parametrize(
    "changes",
    [
        {"format": "ldp_vc"},
        {"types": frozenset({CASE})},
        {"holder_binding": False},
        {"authority_keys": frozenset({"AAAA"})},
        {"claims": {}},
        {"claims": {**CLAIMS, "saldo_totaal": 1}},
        {"claims": {**CLAIMS, "saldo_totaal": "299880"}},
    ],
)
def test_a_presentation_that_is_one_thing_off_is_refused(changes: dict[str, object]) -> None:
    claims = [{"path": ["saldo_totaal"], "values": [299880]}]
    wanted = query(credential(claims=claims, trusted_authorities=[{"type": "aki", "values": [AKI]}])).credentials[0]
    good: dict[str, object] = {"authority_keys": frozenset({AKI})}
    check_presentation(wanted, answered(**good))
    with pytest.raises(UnsatisfiedQuery):
        check_presentation(wanted, answered(**{**good, **changes}))


def test_one_wrong_presentation_among_several_spoils_the_answer() -> None:
    wanted = query(credential(claims=[{"path": ["saldo_totaal"]}], multiple=True))
    with pytest.raises(UnsatisfiedQuery):
        check_response(wanted, {"overzicht": [answered(), answered(claims={})]})


@pytest.mark.requirement("vp-dcql-checked")
@pytest.mark.parametrize("count", [0, 2])
def test_the_number_of_presentations_must_be_the_one_that_was_asked(count: int) -> None:
    with pytest.raises(UnsatisfiedQuery):
        check_response(query(), {"overzicht": [answered()] * count})


def test_an_answer_to_another_question_is_refused() -> None:
    with pytest.raises(UnsatisfiedQuery):
        check_response(query(), {"overzicht": [answered()], "anders": [answered()]})
    with pytest.raises(UnsatisfiedQuery):
        check_response(query(), {})


@pytest.mark.requirement("vp-dcql-checked")
@pytest.mark.parametrize(("names", "good"), [("a", True), ("bcd", True), ("b", False), ("d", False), ("ab", False)])
def test_the_answer_must_make_up_the_required_sets(names: str, good: bool) -> None:
    response = {name: [answered(types=frozenset({f"urn:{name}"}))] for name in names}
    if good:
        check_response(parse_query(SETS), response)
    else:
        with pytest.raises(UnsatisfiedQuery):
            check_response(parse_query(SETS), response)


@pytest.mark.requirement("vp-dcql-checked")
def test_a_query_that_no_set_mentions_must_not_be_answered() -> None:
    document: JsonObject = {**SETS, "credential_sets": [{"options": [["a"]]}]}
    good = {"a": [answered(types=frozenset({"urn:a"}))]}
    check_response(parse_query(document), good)
    with pytest.raises(UnsatisfiedQuery):
        check_response(parse_query(document), {**good, "b": [answered(types=frozenset({"urn:b"}))]})


@pytest.mark.parametrize(("elements", "match"), [([], False), (["NL"], True), ([None], True)])
def test_null_at_the_end_of_a_path_selects_nothing_of_an_empty_array(elements: list[object], match: bool) -> None:
    """Section 7.1: neither side takes an empty array for a value."""
    wanted = query(credential(claims=[{"path": ["nationalities", None]}]))
    claims: JsonObject = {**CLAIMS, "nationalities": elements}  # type: ignore[dict-item]
    assert bool(evaluate(wanted, [candidate(claims=claims)]).matches["overzicht"]) is match
    if match:
        check_response(wanted, {"overzicht": [answered(claims=claims)]})
        return
    with pytest.raises(UnsatisfiedQuery) as refused:
        check_response(wanted, {"overzicht": [answered(claims=claims)]})
    assert (refused.value.unmet, refused.value.lacking) == (Unmet.CLAIMS, (("nationalities", None),))


def test_an_answer_that_falls_short_says_in_what() -> None:
    claims = [{"id": name, "path": [name]} for name in ("a", "b", "c", "d")]
    wanted = query(credential(claims=claims, claim_sets=[["a", "b", "c"], ["c", "d"]]))

    def short_of(**shown: object) -> UnsatisfiedQuery:
        with pytest.raises(UnsatisfiedQuery) as refused:
            check_response(wanted, {"overzicht": [answered(**shown)]})
        return refused.value

    assert short_of(claims={"a": 1, "b": 2}).lacking == (("c",),)
    assert short_of(claims={"d": 1}).lacking == (("c",),)
    assert short_of(format="ldp_vc").unmet is Unmet.KIND
    with pytest.raises(UnsatisfiedQuery) as refused:
        check_response(wanted, {})
    assert refused.value.unmet is Unmet.CARDS


def test_hidden_elements_shift_what_remains_of_an_array() -> None:
    wanted = query(credential(claims=[{"path": ["nationalities", 1], "values": ["Betelgeusian"]}])).credentials[0]
    check_presentation(wanted, answered(claims={"nationalities": ["Betelgeusian"]}))
    with pytest.raises(UnsatisfiedQuery):
        check_presentation(wanted, answered(claims={"nationalities": ["British"]}))
    with pytest.raises(UnsatisfiedQuery):
        check_presentation(wanted, answered(claims={"nationalities": []}))
