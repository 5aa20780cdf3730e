"""Which securing a wallet takes of what an agency offers, and what it says of a card in each."""

import pytest

from credentials.debts.claims import OVERVIEW_TYPE
from wallet_api.domain.disclosure import claim_paths, covers
from wallet_api.domain.issuance import CASE, FORMATS, OVERVIEW, IssuerDescription, Kind

WANTED = frozenset({OVERVIEW, CASE})


def both(format: str, name: str, *signed_with: str) -> list[Kind]:
    return [Kind(f"{type}_{name}", format, type, type, signed_with=signed_with) for type in (OVERVIEW, CASE)]


def chosen(kinds: list[Kind], formats: tuple[str, ...] = FORMATS) -> list[str]:
    description = IssuerDescription("https://a.example", "https://a.example", True, tuple(kinds), 10)
    return [kind.id.rpartition(":1_")[2] for kind in description.kinds_of(WANTED, formats)]


@pytest.mark.parametrize("name", FORMATS)
def test_an_agency_that_has_only_one_format_is_asked_for_that(name: str) -> None:
    assert chosen(both(name, "x")) == ["x", "x"]


def test_of_several_formats_the_first_of_the_settings_is_taken_and_no_other() -> None:
    kinds = [kind for name in reversed(FORMATS) for kind in both(name, name)]
    assert chosen(kinds) == ["dc+sd-jwt", "dc+sd-jwt"]
    assert chosen(kinds, ("jwt_vc_json", "ldp_vc")) == ["jwt_vc_json", "jwt_vc_json"]


def test_a_format_that_has_both_kinds_comes_before_one_that_has_one() -> None:
    assert chosen([*both("dc+sd-jwt", "half")[:1], *both("vc+jwt", "whole")]) == ["whole", "whole"]
    assert chosen(both("dc+sd-jwt", "half")[:1]) == ["half"]


def test_within_ldp_vc_what_can_be_shown_in_part_is_preferred() -> None:
    kinds = [*both("ldp_vc", "eddsa", "eddsa-rdfc-2022"), *both("ldp_vc", "sd", "ecdsa-sd-2023")]
    assert chosen(kinds) == ["sd", "sd"]
    assert chosen(kinds[:2]) == ["eddsa", "eddsa"]


def test_what_is_secured_in_a_way_that_we_cannot_show_is_left_alone() -> None:
    assert chosen(both("ldp_vc", "bbs", "bbs-2023")) == []
    assert chosen(both("jwt_vc_json-ld", "x")) == []
    assert not Kind("x", "jwt_vc_json-ld", "t", "n").kept_here


TREE = {"saldo_totaal": 5, "peildatum": "2026-11-23T12:00:00Z", "zaken": {"z01": {"saldo": 3}, "z02": {"saldo": 2}}}
DOCUMENT = {
    "credentialSubject": {
        "saldo_totaal": "5",
        "zaken": [{"id": "urn:x#z02", "saldo": "2"}, {"id": "urn:x#z01", "saldo": "3"}],
    }
}


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        (("credentialSubject", "saldo_totaal"), {("saldo_totaal",)}),
        (("credentialSubject", "zaken", None, "saldo"), {("zaken", "z01", "saldo"), ("zaken", "z02", "saldo")}),
        (("credentialSubject", "zaken", 0), {("zaken", "z02", "saldo")}),
        (
            ("credentialSubject",),
            {("saldo_totaal",), ("peildatum",), ("zaken", "z01", "saldo"), ("zaken", "z02", "saldo")},
        ),
        (("issuer",), set()),
        (("saldo_totaal",), set()),
    ],
)
def test_a_path_into_the_document_selects_these_claims(
    path: tuple[str | int | None, ...], seen: set[tuple[str, ...]]
) -> None:
    paths = claim_paths(OVERVIEW_TYPE, [path], DOCUMENT)
    leaves = [("saldo_totaal",), ("peildatum",), ("zaken", "z01", "saldo"), ("zaken", "z02", "saldo")]
    assert {leaf for leaf in leaves if any(covers(each, leaf) for each in paths)} == seen


def test_paths_into_an_sd_jwt_are_the_claims_own() -> None:
    assert claim_paths(OVERVIEW_TYPE, [("saldo_totaal",)], None) == (("saldo_totaal",),)


def test_a_card_of_another_type_bears_the_members_of_its_subject() -> None:
    paths = [("credentialSubject", "diploma"), ("issuer",), ("credentialSubject",)]
    assert claim_paths("urn:other", paths, {}) == (("diploma",), ())
