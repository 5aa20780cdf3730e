import pytest

from credentials.debts.claims import ALWAYS_DISCLOSED, NOTICES, case_claims, labels, overview_claims, to_jsonld
from credentials.debts.overview import overview_of
from credentials.encoding import JsonObject, json_compact
from credentials.openid.dcql import Answered, check_presentation, parse_query
from credentials.openid.vp_formats import VP_FORMATS, formats_for
from tests.debt_builders import AS_OF, CJIB, a_case, demanded, demo_cases, imposed
from verifier.domain.errors import UnknownTemplate
from verifier.domain.evidence import CASE, OVERVIEW
from verifier.domain.keeping import kept
from verifier.domain.query import fitted, query_of
from verifier.domain.templates import INTAKE, SETTLEMENT, SNELSCAN, TEMPLATES, Template, template_of


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_every_template_is_a_query_of_its_own(template: Template) -> None:
    query = parse_query(query_of(template))
    assert parse_query(query.to_json()) == query
    (only,) = query.credential_sets
    assert only.required
    assert only.options[0] == (("overzicht", "zaak") if template.asks_cases else ("overzicht",))
    assert {("overzicht",), ("overzicht_ldp",)} <= set(only.options)
    assert all(each.multiple and each.holder_binding for each in query.credentials)


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_every_asked_claim_exists(template: Template) -> None:
    for type_, paths in ((OVERVIEW, template.overview_claims), (CASE, template.every_case_claim)):
        known = {label.path for label in labels(type_)}
        assert all(any(label[: len(path)] == path for label in known) for path in paths)


@pytest.mark.parametrize("template", [INTAKE, SETTLEMENT], ids=["intake", "schuldregeling"])
@pytest.mark.parametrize("who", ["samira", "wim", "ineke", "johan"])
def test_every_debt_of_the_personas_answers_the_query(template: Template, who: str) -> None:
    query = parse_query(query_of(template)).by_id["zaak"]
    for case in demo_cases(who):
        check_presentation(query, Answered("dc+sd-jwt", frozenset({CASE}), case_claims(case, "digest")))


@pytest.mark.parametrize("format_name", ["ldp_vc", "vc+sd-jwt", "vc+jwt", "jwt_vc_json"])
@pytest.mark.parametrize("who", ["samira", "wim", "ineke", "johan"])
def test_every_debt_of_the_personas_answers_in_a_w3c_credential_too(format_name: str, who: str) -> None:
    asked = parse_query(query_of(SETTLEMENT)).credentials
    (query,) = (each for each in asked if each.format == format_name and each.id.startswith("zaak"))
    for case in demo_cases(who):
        document: JsonObject = {"credentialSubject": to_jsonld(CASE, case_claims(case, "digest"), "urn:x:1")}
        check_presentation(query, Answered(format_name, frozenset({CASE}), document))


def test_every_format_is_asked_the_same_claims() -> None:
    asked = parse_query(query_of(INTAKE)).credentials
    assert {each.format for each in asked} == set(VP_FORMATS)
    for kind in (asked[::2], asked[1::2]):
        alike = [each for each in kind if each.format != "mso_mdoc"]
        assert {len(each.claims) for each in alike} == {len(kind[0].claims)}
        assert {each.claim_sets for each in alike} == {kind[0].claim_sets}
        assert {claim.path[0] for each in alike[1:] for claim in each.claims} == {"credentialSubject"}


@pytest.mark.requirement("mdoc-query")
@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_of_an_mdoc_the_elements_are_asked_with_what_other_cards_show_to_everybody(template: Template) -> None:
    by_id = parse_query(query_of(template)).by_id
    for type_, name in ((OVERVIEW, "overzicht"), (CASE, "zaak")):
        if name not in by_id:
            continue
        query, other = by_id[f"{name}_mdoc"], by_id[name]
        assert (query.format, query.types) == ("mso_mdoc", (frozenset({type_}),))
        always = ALWAYS_DISCLOSED[type_]
        assert {claim.path for claim in query.claims} == {
            (type_, each) for each in always | {str(claim.path[0]) for claim in other.claims}
        }
        assert all(claim.intent_to_retain for claim in query.claims)
        assert '"intent_to_retain":true' in json_compact(query.to_json()).decode()
        # An overview bears notices or does not: so the sets with everything are two.
        noticed = [None] if NOTICES in always else []
        sizes = [len(others) for others in other.claim_sets or [other.claims]]
        always_there = len(always - {NOTICES})
        expected = [*(sizes[0] + len(always) for _ in noticed), *(size + always_there for size in sizes)]
        assert [len(ids) for ids in query.claim_sets] == (expected if len(expected) > 1 else [])


@pytest.mark.parametrize("who", ["samira", "wim", "ineke", "johan"])
def test_every_debt_of_the_personas_answers_in_an_mdoc_too(who: str) -> None:
    query = parse_query(query_of(SETTLEMENT)).by_id["zaak_mdoc"]
    for case in demo_cases(who):
        document: JsonObject = {CASE: case_claims(case, "digest")}
        check_presentation(query, Answered("mso_mdoc", frozenset({CASE}), document))


def test_what_comes_whole_is_asked_in_two_sets_only() -> None:
    whole = parse_query(query_of(INTAKE)).by_id
    for each in fitted(parse_query(query_of(INTAKE)), VP_FORMATS).credentials:
        sets = whole[each.id].claim_sets
        wanted = sets if each.format in ("dc+sd-jwt", "vc+sd-jwt", "mso_mdoc", "ldp_vc") else (sets[0], sets[-1])
        assert each.claim_sets == wanted


@pytest.mark.parametrize(
    ("said", "named", "asked"),
    [
        (None, (), {"dc+sd-jwt"}),
        (None, ("ldp_vc", "dc+sd-jwt"), {"ldp_vc", "dc+sd-jwt"}),
        ({}, (), {"dc+sd-jwt"}),
        ({"vp_formats_supported": "unreadable"}, (), {"dc+sd-jwt"}),
        ({"vp_formats_supported": {"dc+sd-jwt": {}, "mso_mdoc": {}}}, (), {"dc+sd-jwt"}),
        ({"vp_formats_supported": {"vc+jwt": {}, "ldp_vc": {}}}, (), {"vc+jwt", "ldp_vc"}),
        ({"vp_formats_supported": {"vc+jwt": {}, "ldp_vc": {}}}, ("ldp_vc", "vc+sd-jwt"), {"ldp_vc"}),
        ({"vp_formats_supported": {"vc+jwt": {}}}, ("ldp_vc",), {"ldp_vc"}),
        ({"vp_formats_supported": {"jwt_vc_json-ld": {}}}, (), {"dc+sd-jwt"}),
        ({"vp_formats_supported": {"mso_mdoc": {}}}, (), {"mso_mdoc"}),
        ({"vp_formats_supported": {"dc+sd-jwt": {}, "mso_mdoc": {}}}, ("mso_mdoc",), {"mso_mdoc"}),
        (
            {"vp_formats_supported": {"dc+sd-jwt": {}, "mso_mdoc": {}, "ldp_vc": {}}},
            (),
            {"dc+sd-jwt", "mso_mdoc", "ldp_vc"},
        ),
    ],
    ids=[
        "get",
        "get, named",
        "empty",
        "unreadable",
        "nl-wallet",
        "ours",
        "both",
        "at odds",
        "none of ours",
        "mdoc",
        "mdoc, named",
        "more",
    ],
)
def test_a_wallet_is_asked_for_what_it_says_it_takes(
    said: JsonObject | None, named: tuple[str, ...], asked: set[str]
) -> None:
    query = parse_query(query_of(INTAKE))
    narrower = fitted(query, formats_for(said, named))
    assert {each.format for each in narrower.credentials} == asked
    assert parse_query(narrower.to_json()) == narrower
    assert set(narrower.credential_sets[0].options) <= set(query.credential_sets[0].options)
    assert {len(option) for option in narrower.credential_sets[0].options} == {1, 2}


def test_a_query_of_which_nothing_would_be_left_is_not_made() -> None:
    with pytest.raises(ValueError, match="no format"):
        fitted(parse_query(query_of(INTAKE)), ["jwt_vc_json-ld"])


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_a_wallet_of_which_nothing_is_known_gets_a_small_question(template: Template) -> None:
    query = fitted(parse_query(query_of(template)), formats_for(None, template.formats))
    assert len(json_compact(query.to_json())) < 8_000


# Bytes. Beside the first they are as large as their paths are long: every combination of what a case may lack is named.
MOST = {
    "dc+sd-jwt": 8_000,
    "vc+sd-jwt": 9_000,
    "ldp_vc": 9_000,
    "vc+jwt": 3_000,
    "jwt_vc_json": 3_000,
    "mso_mdoc": 12_000,
}


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
@pytest.mark.parametrize("format", VP_FORMATS)
def test_the_question_in_one_format_has_a_bound(template: Template, format: str) -> None:
    query = fitted(parse_query(query_of(template)), [format])
    assert len(json_compact(query.to_json())) < MOST[format]


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_the_question_in_all_formats_is_no_larger_than_its_parts(template: Template) -> None:
    whole = fitted(parse_query(query_of(template)), list(VP_FORMATS))
    parts = [fitted(parse_query(query_of(template)), [each]) for each in VP_FORMATS]
    # Its options are for all formats; an object and a set of credential sets is spared for each.
    assert len(json_compact(whole.to_json())) < sum(len(json_compact(each.to_json())) for each in parts) + 300 < 44_000


def test_a_citizen_may_answer_in_any_one_format() -> None:
    query = parse_query(query_of(INTAKE))
    both = {option for option in query.credential_sets[0].options if len(option) == 2}
    for overview, case in zip(query.credentials[::2], query.credentials[1::2], strict=True):
        assert overview.format == case.format
        assert (overview.id, case.id) in both


def test_the_first_claim_set_asks_everything_and_the_last_the_least() -> None:
    query = parse_query(query_of(INTAKE)).by_id["zaak"]
    assert len(query.claim_sets[0]) == len(query.claims)
    assert len(query.claim_sets[-1]) == len(INTAKE.case_minimum)


def test_an_overview_without_cases_answers_the_query() -> None:
    query = parse_query(query_of(INTAKE)).by_id["overzicht"]
    claims = overview_claims(overview_of(CJIB, [], AS_OF), [])
    check_presentation(query, Answered("dc+sd-jwt", frozenset({OVERVIEW}), claims))


@pytest.mark.parametrize("template", [SNELSCAN, INTAKE], ids=["snelscan", "intake"])
def test_what_identifies_a_case_is_asked_for_a_settlement_only(template: Template) -> None:
    asked = {path[0] for path in (*template.overview_claims, *template.every_case_claim)}
    assert not asked & {"zaakkenmerk", "beschikkingsnummer", "betaling", "gebeurtenissen", "subject"}


def test_no_template_asks_the_citizen_service_number() -> None:
    assert all(path[0] != "subject" for each in TEMPLATES.values() for path in each.overview_claims)


def test_claims_that_were_not_asked_are_not_kept() -> None:
    claims = case_claims(a_case(imposed("f1", 1000), demanded("b1", 1000, 1, due=30)), "digest")
    left = kept(claims, CASE, parse_query(query_of(INTAKE)).by_id["zaak"], claims)
    assert left["saldo"] == 1000
    assert left["opgelegd_door"] == {"oin": CJIB.oin, "naam": CJIB.name}
    assert left["bronorganisatie"] == claims["bronorganisatie"]
    assert not left.keys() & {"zaakkenmerk", "gebeurtenissen", "betaling"}


@pytest.mark.parametrize("id_", ["zaak_ldp", "zaak_vc_jwt", "zaak_vc_sd_jwt", "zaak_jwt_vc_json"])
def test_as_much_is_kept_of_a_w3c_credential(id_: str) -> None:
    claims = case_claims(a_case(imposed("f1", 1000), demanded("b1", 1000, 1, due=30)), "digest")
    document: JsonObject = {"credentialSubject": to_jsonld(CASE, claims, "urn:x:1")}
    by_id = parse_query(query_of(SETTLEMENT)).by_id
    assert kept(claims, CASE, by_id[id_], document) == kept(claims, CASE, by_id["zaak"], claims)


def test_as_much_is_kept_of_an_mdoc() -> None:
    claims = case_claims(a_case(imposed("f1", 1000), demanded("b1", 1000, 1, due=30)), "digest")
    by_id = parse_query(query_of(SETTLEMENT)).by_id
    assert kept(claims, CASE, by_id["zaak_mdoc"], {CASE: claims}) == kept(claims, CASE, by_id["zaak"], claims)


def test_an_unknown_template_is_refused() -> None:
    with pytest.raises(UnknownTemplate):
        template_of("alles")
