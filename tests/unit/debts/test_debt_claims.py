"""What becomes of a debt in a credential: claims, labels, JSON-LD, type metadata, and what a reader makes of them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pyld import jsonld

from credentials.debts.agency import Agency
from credentials.debts.catalogue import CATALOGUE, describe, is_claim_type
from credentials.debts.claim_table import CASE_SLOTS, EVENT_SLOTS, LEAVES, Kind
from credentials.debts.claims import (
    ALWAYS_DISCLOSED,
    CASE_TYPE,
    NOTICES,
    OVERVIEW_TYPE,
    SLOTS,
    WHOLE,
    ClaimTree,
    case_claims,
    case_digest,
    every_label,
    from_jsonld,
    labels,
    overview_claims,
    to_jsonld,
)
from credentials.debts.dedup import distinct_debts
from credentials.debts.disclosed import DisclosedCase, DisclosedOrganisation, read_case, read_overview
from credentials.debts.errors import MalformedClaims, UnknownCredentialType
from credentials.debts.fcid import FcidDocument
from credentials.debts.overview import Overview, overview_of
from credentials.debts.types import CONTEXT_URL, CONTEXT_V2_URL, TYPE_TERMS, context_document, needs_v2, type_metadata
from credentials.debts.types.build import REGISTERED, context_file, metadata_document
from tests.debt_builders import (
    A_NOTICE,
    ANOTHER_NOTICE,
    AS_OF,
    CJIB,
    DEMO,
    SAMIRA,
    a_case,
    agency,
    demo_cases,
    demo_document,
    imposed,
    many_cases,
    on,
    paid,
)

SALT = b"0123456789abcdef"
NODE = "urn:uuid:2b6e1b2c-0000-4000-8000-000000000000"


def leaves(tree: ClaimTree, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, name))
        else:
            yield (*path, name), value


def overview_tree(overview: Overview) -> ClaimTree:
    return overview_claims(overview, [f"digest-{number}" for number in range(len(overview.open_cases))])


def demo_trees() -> list[tuple[str, ClaimTree]]:
    trees: list[tuple[str, ClaimTree]] = []
    for path in sorted(DEMO.glob("*/*.json")):
        key = path.parent.name
        overview = demo_document(key, path.stem).overview(agency(key), with_bsn=path.stem == "wim")
        trees.append((OVERVIEW_TYPE, overview_tree(overview)))
        trees.extend((CASE_TYPE, case_claims(case, "digest")) for case in overview.cases)
    trees.append((OVERVIEW_TYPE, overview_tree(overview_of(CJIB, many_cases(120), AS_OF))))
    deficient = overview_of(CJIB, many_cases(2), AS_OF, notices=[A_NOTICE, ANOTHER_NOTICE])
    trees.append((OVERVIEW_TYPE, overview_tree(deficient)))
    long = a_case(imposed("f1", 10000), *(paid(f"p{number:03d}", 1, number) for number in range(200)))
    trees.append((CASE_TYPE, case_claims(long, "digest")))
    return trees


TREES = demo_trees()


def test_the_overview_states_totals_and_every_open_case() -> None:
    overview = demo_document("cjib", "wim").overview(CJIB)
    tree = overview_claims(overview, ["a", "b"])
    assert tree["bronorganisatie"] == {"oin": CJIB.oin, "naam": CJIB.name, "afkorting": "cjib"}
    assert tree["peildatum"] == "2026-10-31T23:59:59+01:00"
    assert (tree["aantal_open_zaken"], tree["saldo_totaal"], tree["meer_dan_20"]) == (2, 61908, False)
    assert (tree["verplicht_totaal"], tree["vereffend_totaal"], tree["achterstand_totaal"]) == (65900, 3992, 18992)
    assert tree["hoogste_aanmaanfase"] == "overgedragen"
    assert "cjib_strafbeschikking" in str(tree["dekking"]).split(",")
    cases = tree["zaken"]
    assert isinstance(cases, dict)
    assert list(cases) == ["z01", "z02"]
    assert {slot["digest"]: slot["saldo"] for slot in cases.values() if isinstance(slot, dict)} == {
        digest: case.balance for digest, case in zip("ab", overview.open_cases, strict=True)
    }
    assert "subject" not in tree


def test_an_overview_of_nothing_states_zero() -> None:
    tree = overview_claims(demo_document("uwv", "samira").overview(agency("uwv")), [])
    assert (tree["aantal_open_zaken"], tree["saldo_totaal"], tree["hoogste_aanmaanfase"]) == (0, 0, "geen")
    assert tree["zaken"] == {}
    assert tree["dekking"]


def test_closed_cases_count_in_the_totals_but_have_no_slot() -> None:
    tree = overview_claims(demo_document("cjib", "johan").overview(CJIB), [])
    assert (tree["verplicht_totaal"], tree["vereffend_totaal"], tree["saldo_totaal"]) == (10800, 10800, 0)
    assert tree["zaken"] == {}


def test_the_bsn_is_there_only_when_asked_for() -> None:
    document: FcidDocument = demo_document("cjib", "samira")
    assert "subject" not in overview_claims(document.overview(CJIB), ["x"])
    assert overview_claims(document.overview(CJIB, with_bsn=True), ["x"])["subject"] == {"bsn": SAMIRA.reveal()}


def test_of_21_cases_twenty_have_details_and_all_have_a_digest() -> None:
    tree = overview_tree(overview_of(CJIB, many_cases(21), AS_OF))
    cases = tree["zaken"]
    assert isinstance(cases, dict)
    assert (tree["aantal_open_zaken"], tree["meer_dan_20"], len(cases)) == (21, True, 21)
    assert cases["z21"] == {"digest": "digest-20"}
    assert isinstance(cases["z20"], dict)
    assert set(cases["z20"]) > {"digest", "saldo"}
    assert read_overview(tree).digests == {f"digest-{number}" for number in range(21)}
    assert not overview_tree(overview_of(CJIB, many_cases(20), AS_OF))["meer_dan_20"]


def test_more_cases_than_slots_are_still_counted() -> None:
    tree = overview_tree(overview_of(CJIB, many_cases(CASE_SLOTS + 20), AS_OF))
    cases = tree["zaken"]
    assert isinstance(cases, dict)
    assert (tree["aantal_open_zaken"], len(cases)) == (CASE_SLOTS + 20, CASE_SLOTS)


def test_coverage_is_that_of_the_register_and_never_of_the_citizen() -> None:
    silent = Agency(CJIB.oin, CJIB.name, "cjib")
    tree = overview_tree(overview_of(silent, many_cases(1), AS_OF))
    assert tree["dekking"] == "onbekend"


def test_every_open_case_needs_its_digest() -> None:
    with pytest.raises(ValueError, match="zip"):
        overview_claims(overview_of(CJIB, many_cases(2), AS_OF), ["one"])


def test_a_case_states_what_the_fold_says() -> None:
    (case,) = demo_document("belastingdienst", "samira").cases_at(agency("belastingdienst"))
    tree = case_claims(case, "the digest")
    assert tree["zaak_digest"] == "the digest"
    assert (tree["verplicht"], tree["vereffend"], tree["saldo"]) == (132570, 32300, 100270)
    assert (tree["primair_bedrag"], tree["administratiekosten"], tree["rente"]) == (124000, 6400, 2170)
    assert (tree["verhogingen"], tree["kosten_overig"]) == (0, 0)
    assert (tree["fase"], tree["eerst_vervalt_datum"], tree["eerst_vervalt_bedrag"]) == (
        "dwangbevel",
        "2025-10-17",
        100270,
    )
    assert tree["saldo_datumtijd"] == tree["peildatum"]
    assert tree["preferentie"] == {"waarde": "preferent", "grondslag": "Invorderingswet 1990, artikel 21"}
    assert tree["rechtsmiddel"] == {"soort": "bezwaar", "instantie": "Belastingdienst", "einddatum": "2025-07-25"}
    assert "regeling" not in tree
    events = tree["gebeurtenissen"]
    assert isinstance(events, dict)
    assert tree["aantal_gebeurtenissen"] == len(events) == 11
    assert events["g001"] == {
        "type": "FinancieleVerplichtingOpgelegd",
        "datumtijd": "2025-06-13T09:01:00+02:00",
        "bedrag": 124000,
        "omschrijving": "Aanslag inkomstenbelasting 2024",
        "kenmerk": "BD-2024-IB-1005-01",
    }


def test_a_case_with_a_long_history_states_the_latest_events_and_their_total() -> None:
    case = a_case(imposed("f1", 10000), *(paid(f"p{number:03d}", 1, number) for number in range(200)))
    tree = case_claims(case, "digest")
    events = tree["gebeurtenissen"]
    assert isinstance(events, dict)
    assert (tree["aantal_gebeurtenissen"], len(events)) == (201, EVENT_SLOTS)
    assert isinstance(events["g060"], dict)
    assert events["g060"]["kenmerk"] == "p199"


def test_a_digest_depends_on_salt_and_facts() -> None:
    case, other = a_case(imposed("f1", 1000)), a_case(imposed("f1", 1001))
    assert case_digest(SALT, case) == case_digest(SALT, case)
    assert len({case_digest(SALT, case), case_digest(SALT, other), case_digest(SALT[::-1], case)}) == 3
    with pytest.raises(ValueError, match="salt"):
        case_digest(b"short", case)


@pytest.mark.parametrize(("type", "tree"), TREES)
def test_every_leaf_is_a_scalar_with_a_label_and_a_kind(type: str, tree: ClaimTree) -> None:
    labelled = {label.path for label in labels(type)}
    for path, value in leaves(tree):
        assert path in labelled
        assert isinstance(value, bool | int | str)
        assert not isinstance(value, str) or value


@pytest.mark.parametrize(("type", "tree"), TREES)
def test_json_ld_states_the_same_facts(type: str, tree: ClaimTree) -> None:
    subject = to_jsonld(type, tree, NODE)
    assert from_jsonld(type, subject) == tree
    assert from_jsonld(type, subject | {"id": "did:jwk:abc"}) == tree
    for _, value in leaves({"x": json.loads(json.dumps(subject))}):
        assert isinstance(value, str | list)


def no_network(url: str, _options: object) -> Any:  # pyld's own shape
    raise AssertionError(url)


@pytest.mark.parametrize(("type", "tree"), TREES)
def test_every_term_is_defined_and_every_node_has_an_iri(type: str, tree: ClaimTree) -> None:
    url = CONTEXT_V2_URL if needs_v2(tree) else CONTEXT_URL
    context = [json.loads(context_document(url))["@context"], {"id": "@id", "type": "@type"}]
    document = {"@context": context, "id": NODE, "type": TYPE_TERMS[type], **to_jsonld(type, tree, NODE)}
    (expanded,) = jsonld.expand(document, {"documentLoader": no_network})
    assert expanded["@type"] == [type]
    # As many values as there are leaves: nothing was dropped.
    values = 0

    def walk(node: dict[str, Any]) -> None:
        nonlocal values
        assert node["@id"].startswith(NODE)
        for term, items in node.items():
            if term.startswith("@"):
                continue
            assert term.startswith("urn:nl:blauweknop:begrip:")
            for item in items:
                if "@value" in item:
                    values += 1
                    assert item["@type"].startswith("http://www.w3.org/2001/XMLSchema#")
                else:
                    walk(item)

    walk(expanded)
    assert values == len(list(leaves(tree)))


def test_the_context_defines_terms_one_by_one_and_protects_them() -> None:
    context = json.loads(context_document(CONTEXT_V2_URL))["@context"]
    assert context["@protected"] is True
    assert "@vocab" not in context
    assert "@base" not in context
    for term, definition in context.items():
        if not term.startswith("@"):
            assert definition["@id"].startswith("urn:nl:blauweknop:")
    for leaf in (*LEAVES[OVERVIEW_TYPE], *LEAVES[CASE_TYPE]):
        integer = context[leaf.term]["@type"].endswith("#integer")
        assert integer == (leaf.kind in (Kind.AMOUNT, Kind.COUNT))
    # Terms that the credentials context v2 protects; ours must not meet them.
    assert not set(context) & {"id", "type", "name", "description", "digestMultibase", "digestSRI", "mediaType"}


def test_the_committed_type_descriptions_are_those_of_the_table() -> None:
    for url in (CONTEXT_URL, CONTEXT_V2_URL):
        assert context_document(url) == context_file(url)
    for vct in (OVERVIEW_TYPE, CASE_TYPE):
        assert type_metadata(vct) == metadata_document(vct)
    with pytest.raises(UnknownCredentialType):
        type_metadata("urn:nl:blauweknop:other:1")


@pytest.mark.parametrize("vct", [OVERVIEW_TYPE, CASE_TYPE])
def test_the_type_metadata_describe_every_claim_in_two_languages(vct: str) -> None:
    metadata = json.loads(type_metadata(vct))
    assert metadata["vct"] == vct
    assert [display["locale"] for display in metadata["display"]] == ["nl-NL", "en-US"]
    paths = [tuple(claim["path"]) for claim in metadata["claims"]]
    assert len(paths) == len(set(paths))
    registered = [(name,) for name in REGISTERED]
    assert paths == [*(label.path for label in every_label(vct)), *registered]
    assert {label.path for label in labels(vct)} < set(paths)
    # An object stands before what it holds.
    assert all(path[:-1] in paths[:place] for place, path in enumerate(paths) if len(path) > 1)
    for claim in metadata["claims"]:
        if tuple(claim["path"]) in registered:
            assert claim == {"path": claim["path"], "sd": "never"}
            continue
        assert [display["locale"] for display in claim["display"]] == ["nl-NL", "en-US"]
        assert all(display["label"] for display in claim["display"])
        # A slot is there when it is filled.
        in_sight = claim["path"][0] in ALWAYS_DISCLOSED[vct]
        assert claim.get("mandatory", False) == (in_sight and claim["path"][0] != NOTICES)
        if claim["path"][0] in ALWAYS_DISCLOSED[vct]:
            assert claim["sd"] == "never"


def test_the_type_metadata_say_of_each_claim_whether_it_can_be_disclosed_by_itself() -> None:
    said = {tuple(claim["path"]): claim["sd"] for claim in json.loads(type_metadata(CASE_TYPE))["claims"]}
    for path, sd in {
        ("saldo",): "always",
        ("betaling",): "never",
        ("betaling", "iban"): "always",
        ("gebeurtenissen",): "never",
        ("gebeurtenissen", "g001"): "always",
        ("gebeurtenissen", "g001", "bedrag"): "never",
        ("bronorganisatie", "naam"): "never",
        ("iat",): "never",
    }.items():
        assert said[path] == sd


def test_the_context_has_an_https_address() -> None:
    assert CONTEXT_URL.startswith("https://")


def test_what_every_verifier_sees_is_little() -> None:
    common = {"bronorganisatie", "peildatum", "schema_versie", "fcid_versie"}
    assert ALWAYS_DISCLOSED[CASE_TYPE] == common
    assert ALWAYS_DISCLOSED[OVERVIEW_TYPE] == common | {"dekking", NOTICES}
    assert WHOLE[CASE_TYPE] == {("gebeurtenissen",)}
    assert len(SLOTS[OVERVIEW_TYPE]["zaken",]) == 20


@pytest.mark.parametrize(
    "change",
    [
        {"saldo": 100},
        {"saldo": "1.5"},
        {"saldo": "01"},
        {"saldo": "+1"},
        {"saldo": "-0"},
        {"saldo": ["1"]},
        {"bronorganisatie": "CJIB"},
        {"gebeurtenissen": [{"bedrag": "1"}]},
        {"gebeurtenissen": [{"id": f"{NODE}#h001"}]},
        {"gebeurtenissen": [{"id": f"{NODE}#g001"}, {"id": f"{NODE}#g001"}]},
        {"gebeurtenissen": ["g001"]},
        {"regeling": {"nagekomen": "ja"}},
        {"regeling": {"nagekomen": True}},
    ],
)
def test_json_ld_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    subject = to_jsonld(CASE_TYPE, case_claims(a_case(), "digest"), NODE)
    with pytest.raises(MalformedClaims):
        from_jsonld(CASE_TYPE, subject | change)


def test_json_ld_is_made_of_known_claims_and_an_absolute_iri() -> None:
    tree = case_claims(a_case(), "digest")
    with pytest.raises(MalformedClaims):
        to_jsonld(CASE_TYPE, tree | {"schoenmaat": 42}, NODE)
    with pytest.raises(MalformedClaims):
        to_jsonld(CASE_TYPE, tree | {"saldo": "1"}, NODE)
    with pytest.raises(UnknownCredentialType):
        to_jsonld("urn:other", tree, NODE)
    for node in ("", "relative", "urn:x#y", "urn:x y", "urn:<>"):
        with pytest.raises(ValueError, match="absolute IRI"):
            to_jsonld(CASE_TYPE, tree, node)


def test_one_event_may_stand_without_a_list() -> None:
    subject = to_jsonld(CASE_TYPE, case_claims(a_case(), "digest"), NODE)
    events = subject["gebeurtenissen"]
    assert isinstance(events, list)
    assert from_jsonld(CASE_TYPE, subject | {"gebeurtenissen": events[0]}) == from_jsonld(CASE_TYPE, subject)


# Typed readers.


def test_what_was_disclosed_is_read_back() -> None:
    overview = demo_document("cjib", "wim").overview(CJIB, with_bsn=True)
    read = read_overview(overview_claims(overview, ["a", "b"]))
    assert read.source == DisclosedOrganisation(CJIB.oin, CJIB.name, "cjib")
    assert (read.balance, read.owed, read.open_cases, read.more_than_20) == (61908, 65900, 2, False)
    assert read.as_of == overview.as_of
    assert read.coverage == CJIB.coverage
    assert read.bsn == overview.bsn
    assert [slot.balance for slot in read.slots] == [case.balance for case in overview.open_cases]
    case = overview.open_cases[0]
    seen = read_case(case_claims(case, "a"))
    assert (seen.balance, seen.phase, seen.digest, seen.origin_date) == (
        case.balance,
        case.phase,
        "a",
        case.origin_date,
    )
    assert seen.event_count == len(seen.events) == len(case.events)
    assert seen.events[0].id == case.events[0].id


def test_what_was_not_disclosed_is_not_there() -> None:
    for empty in (read_case({}), read_case({"opgelegd_door": {}, "onbekend": [1, 2]})):
        assert (empty.balance, empty.source.oin, empty.events, empty.dedup_keys) == (None, None, (), frozenset())
    partial = read_overview({"zaken": {"z03": {"saldo": 5}, "z01": {}}, "dekking": "a_b,c_d"})
    assert [slot.slot for slot in partial.slots] == ["z01", "z03"]
    assert partial.coverage == ("a_b", "c_d")
    assert partial.digests == frozenset()


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        ({"saldo": "100"}, "saldo"),
        ({"saldo": True}, "saldo"),
        ({"saldo": 1.0}, "saldo"),
        ({"saldo": 10**15}, "saldo"),
        ({"fase": "boos"}, "fase"),
        ({"fase": 1}, "fase"),
        ({"eerst_vervalt_datum": "morgen"}, "eerst_vervalt_datum"),
        ({"peildatum": "2026-10-31"}, "peildatum"),
        ({"opgelegd_door": "CJIB"}, "opgelegd_door.oin"),
        ({"regeling": {"nagekomen": "ja"}}, "regeling.nagekomen"),
        ({"gebeurtenissen": [1]}, "gebeurtenissen"),
        ({"gebeurtenissen": {"g001": 1}}, "gebeurtenissen"),
        ({"gebeurtenissen": {"g001": {"bedrag": "x"}}}, "gebeurtenissen.*.bedrag"),
        ({"omschrijving": "x" * 5000}, "omschrijving"),
    ],
)
def test_a_claim_of_another_type_is_refused_by_its_path(tree: ClaimTree, path: str) -> None:
    with pytest.raises(MalformedClaims, match=f"{path} is not of its type".replace("*", r"\*")):
        read_case(tree)


def test_a_bsn_that_is_none_is_refused_and_not_repeated() -> None:
    with pytest.raises(MalformedClaims) as caught:
        read_overview({"subject": {"bsn": "999990008"}})
    assert "999990008" not in str(caught.value)


# One debt from two agencies.


def test_one_debt_served_by_two_agencies_counts_once() -> None:
    cases = [read_case(case_claims(case, "d")) for case in demo_cases("wim")]
    assert len(cases) == 3
    debts = distinct_debts(cases)
    assert len(debts) == 2
    assert all(debt.certain for debt in debts)
    assert sorted(len(debt.positions) for debt in debts) == [1, 2]


def test_without_their_numbers_two_alike_are_probably_one() -> None:
    trees = [case_claims(case, "d") for case in demo_cases("wim")]
    for tree in trees:
        del tree["zaakkenmerk"], tree["beschikkingsnummer"]
    debts = distinct_debts([read_case(tree) for tree in trees])
    assert sorted((len(debt.positions), debt.certain) for debt in debts) == [(1, True), (2, False)]


def test_two_debts_alike_at_one_agency_are_two() -> None:
    trees = [case_claims(a_case(reference=reference), "d") for reference in ("A", "B")]
    assert len(distinct_debts([read_case(tree) for tree in trees])) == 2
    for tree in trees:
        del tree["zaakkenmerk"]
    assert len(distinct_debts([read_case(tree) for tree in trees])) == 2


def test_either_number_tells_a_debt() -> None:
    duo = DisclosedOrganisation("0" * 20)
    one = DisclosedCase(source=duo, imposed_by=duo, reference="A", decision_number="1")
    other = DisclosedCase(source=duo, imposed_by=duo, reference="B", decision_number="1")
    third = DisclosedCase(source=duo, imposed_by=DisclosedOrganisation("1" * 20), reference="A")
    assert [debt.positions for debt in distinct_debts([one, other, third])] == [(0, 1), (2,)]


def test_a_case_may_tie_two_others_together() -> None:
    duo = DisclosedOrganisation("0" * 20)
    one = DisclosedCase(source=duo, imposed_by=duo, reference="A")
    other = DisclosedCase(source=duo, imposed_by=duo, decision_number="1")
    both = DisclosedCase(source=duo, imposed_by=duo, reference="A", decision_number="1")
    (debt,) = distinct_debts([one, other, both])
    assert (debt.positions, debt.certain) == ((0, 1, 2), True)


def test_the_latest_statement_of_a_debt_counts() -> None:
    duo = DisclosedOrganisation("0" * 20)
    old = DisclosedCase(source=duo, imposed_by=duo, reference="A", as_of=on(1))
    new = DisclosedCase(source=duo, imposed_by=duo, reference="A", as_of=on(2))
    (debt,) = distinct_debts([old, new])
    assert debt.counted == 1


# The catalogue.


def test_the_catalogue_speaks_plainly_of_every_type() -> None:
    for code, entry in CATALOGUE.items():
        assert is_claim_type(code)
        assert entry.title
        assert entry.title_en
        assert entry.description.endswith(".")
        assert "u " in entry.description.lower()
        assert max(len(sentence.split()) for sentence in entry.description.split(".")) <= 18
        assert entry.preference.ground or entry.preference.value == "onbekend"
    assert describe("cjib_strafbeschikking").sensitive
    assert not describe("cjib_wahv").sensitive
    assert describe("xyz_onbekend").title == "Vordering"


@pytest.mark.parametrize("code", ["cjib", "CJIB_wahv", "toolong_x", "cjib_", "cjib_wahv!", "_x", f"cjib_{'x' * 51}"])
def test_a_claim_type_has_a_form(code: str) -> None:
    assert not is_claim_type(code)


def test_sensitive_types_are_hideable() -> None:
    hideable = {label.path for type in LEAVES for label in labels(type) if label.sd == "always"}
    assert {
        ("type",),
        ("omschrijving",),
        ("juridische_grondslag", "omschrijving"),
        ("zaken", "z01", "type"),
    } <= hideable
