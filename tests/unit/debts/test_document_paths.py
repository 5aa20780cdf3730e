"""Claims paths into W3C credentials, and back."""

from typing import Any

import pytest

from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE, case_claims, labels, overview_claims, to_jsonld
from credentials.debts.document_paths import claim_path, document_path
from credentials.debts.errors import MalformedClaims, UnknownCredentialType
from credentials.debts.overview import overview_of
from credentials.openid.claims_path import select
from tests.debt_builders import AS_OF, CJIB, demo_document

NODE = "urn:uuid:11111111-1111-4111-8111-111111111111"
CASES = demo_document("cjib", "samira").cases_at(CJIB)
OVERVIEW = overview_claims(overview_of(CJIB, CASES, AS_OF), [f"d{number}" for number, _ in enumerate(CASES)])
TREES = {OVERVIEW_TYPE: OVERVIEW, CASE_TYPE: case_claims(CASES[0], "d")}


def document(type: str) -> Any:
    return {"credentialSubject": to_jsonld(type, TREES[type], NODE)}


def leaves(tree: Any, path: tuple[str, ...] = ()) -> Any:
    for name, value in tree.items():
        yield from leaves(value, (*path, name)) if isinstance(value, dict) else [((*path, name), value)]


@pytest.mark.parametrize("type_", TREES)
def test_every_claim_is_where_its_path_says_and_the_path_leads_back(type_: str) -> None:
    doc = document(type_)
    for claim, value in leaves(TREES[type_]):
        path = document_path(type_, claim)
        found = select(path, doc)
        assert str(value).lower() in [str(each).lower() for each in found]
        back = claim_path(type_, path, doc)
        assert back == tuple(None if path[2:3] == (None,) and index == 1 else part for index, part in enumerate(claim))


@pytest.mark.parametrize("type_", TREES)
def test_every_label_has_a_path(type_: str) -> None:
    assert all(document_path(type_, label.path)[0] == "credentialSubject" for label in labels(type_))


@pytest.mark.parametrize(
    ("claim", "path"),
    [
        ((), ("credentialSubject",)),
        (("type",), ("credentialSubject", "verplichting_type")),
        (("betaling",), ("credentialSubject", "betaling")),
        (("betaling", "kenmerk"), ("credentialSubject", "betaling", "betalingskenmerk")),
        (("gebeurtenissen",), ("credentialSubject", "gebeurtenissen")),
        (("gebeurtenissen", "g001"), ("credentialSubject", "gebeurtenissen", None)),
        (("gebeurtenissen", "g001", "type"), ("credentialSubject", "gebeurtenissen", None, "gebeurtenis_type")),
    ],
)
def test_a_path_by_hand(claim: tuple[str, ...], path: tuple[str | None, ...]) -> None:
    assert document_path(CASE_TYPE, claim) == path


def test_what_the_tree_says_of_the_subject_is_the_subjects_own() -> None:
    assert document_path(OVERVIEW_TYPE, ("subject", "bsn")) == ("credentialSubject", "bsn")
    assert claim_path(OVERVIEW_TYPE, ("credentialSubject", "bsn"), {}) == ("subject", "bsn")


def test_an_index_is_the_slot_of_the_node_that_stands_there() -> None:
    doc = document(OVERVIEW_TYPE)
    doc["credentialSubject"]["zaken"].reverse()
    last = f"z{len(CASES):02d}"
    assert claim_path(OVERVIEW_TYPE, ("credentialSubject", "zaken", 0, "saldo"), doc) == ("zaken", last, "saldo")
    assert claim_path(OVERVIEW_TYPE, ("credentialSubject", "zaken", 0), doc) == ("zaken", last)
    # What is not there selects, as far as we can tell, any: never less than would be shown.
    assert claim_path(OVERVIEW_TYPE, ("credentialSubject", "zaken", 99, "saldo"), doc) == ("zaken", None, "saldo")


@pytest.mark.parametrize(
    "path", [(), ("issuer",), ("credentialSubject", "id"), ("credentialSubject", "saldo_totaal", "x")]
)
def test_other_paths_select_no_claims(path: tuple[str, ...]) -> None:
    assert claim_path(OVERVIEW_TYPE, path, document(OVERVIEW_TYPE)) is None


def test_what_a_type_does_not_have_has_no_path() -> None:
    with pytest.raises(MalformedClaims):
        document_path(OVERVIEW_TYPE, ("iets",))
    with pytest.raises(UnknownCredentialType):
        document_path("urn:x", ("saldo",))
    with pytest.raises(UnknownCredentialType):
        claim_path("urn:x", ("credentialSubject", "saldo"), {})
