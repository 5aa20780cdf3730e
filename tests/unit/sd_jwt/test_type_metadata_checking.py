"""Credentials against the metadata of their type (SD-JWT VC section 5.6)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.debts.claims import ALWAYS_DISCLOSED, SLOTS, WHOLE, case_claims, overview_claims
from credentials.debts.overview import overview_of
from credentials.debts.types import CASE_TYPE, OVERVIEW_TYPE, type_metadata
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError, LimitExceeded
from credentials.formats import ClaimsPath, MalformedCredential
from credentials.formats.sd_jwt import SdJwtVc
from credentials.formats.sd_jwt.type_metadata import (
    EffectiveType,
    IntegrityMismatch,
    TypeMetadata,
    TypeMetadataSource,
    TypeMetadataUnavailable,
    TypeMetadataViolated,
    check_credential,
    extended,
    integrity_of,
)
from tests.debt_builders import AS_OF, CJIB, demo_document
from tests.unit.formats.format_samples import AUDIENCE, NONCE, NOW, draft, issuer_key, signer
from tests.unit.sd_jwt.tokens import disclosure, element, sd, token

FORMAT = SdJwtVc()
CLAIMS: JsonObject = {
    "naam": "Zaphod",
    "adres": {"straat": "42", "land": "NL"},
    "diploma": [{"vak": "A", "jaar": 1}, {"vak": "B", "jaar": 2}],
}
EVERYTHING: tuple[ClaimsPath, ...] = (
    ("naam",),
    ("adres",),
    ("adres", "straat"),
    ("diploma", None),
    ("diploma", None, "jaar"),
)


def kind(*claims: JsonObject) -> EffectiveType:
    return extended([TypeMetadata.parse({"vct": draft().type, "claims": list(claims)})])


def about(*path: object, **members: Any) -> JsonObject:
    return {"path": list(path), **members}  # type: ignore[list-item]


def source(*claims: JsonObject) -> TypeMetadataSource:
    document = json.dumps({"vct": draft().type, "claims": list(claims)}).encode()
    return TypeMetadataSource(FixedClock(NOW), bundled={draft().type: document})


def issued(*hidden: ClaimsPath, claims: JsonObject = CLAIMS, **changes: object) -> str:
    return SdJwtVc(decoy_multiple=1).issue(draft(claims=claims, disclosable=frozenset(hidden), **changes), issuer_key())


def bare(compact: str) -> str:
    """The presentation of a holder who shows nothing."""
    return compact.split("~", maxsplit=1)[0] + "~"


GOOD = [
    about("naam", sd="always", mandatory=True),
    about("adres", sd="always"),
    about("adres", "straat", sd="always"),
    about("adres", "land", sd="never", mandatory=True),
    about("diploma", sd="never", mandatory=True),
    about("diploma", None, sd="always"),
    about("diploma", None, "vak", sd="never"),
    about("diploma", None, "jaar", sd="always"),
    about("diploma", 1, "jaar", sd="always"),
    about("onbekend", sd="always"),
    about("onbekend", None, 5, sd="never"),
]


def test_a_credential_as_its_type_says_is_taken_whatever_is_shown_of_it() -> None:
    held = issued(*EVERYTHING)
    effective = check_credential(held, source(*GOOD), complete=True)
    assert effective.vct == draft().type
    check_credential(bare(held), source(*GOOD), complete=False)
    for paths in ([("naam",)], [("adres", "straat")], [("diploma", 1)]):
        shown = FORMAT.present(held, paths, signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)
        check_credential(shown, source(*GOOD), complete=False)


@pytest.mark.parametrize(
    ("hidden", "claim"),
    [
        ((), about("naam", sd="always")),
        ((("naam",),), about("naam", sd="never")),
        ((), about("adres", "straat", sd="always")),
        ((("adres",),), about("adres", "straat", sd="always")),
        ((("adres", "straat"),), about("adres", "straat", sd="never")),
        ((("adres", "straat"),), about("adres", sd="always")),
        ((), about("diploma", None, sd="always")),
        ((("diploma", 1),), about("diploma", None, sd="always")),
        ((("diploma", 1),), about("diploma", None, sd="never")),
        ((("diploma", 1),), about("diploma", 0, sd="always")),
        ((("diploma", 1),), about("diploma", 1, sd="never")),
        ((("diploma", None, "jaar"),), about("diploma", None, "jaar", sd="never")),
        ((("diploma",),), about("diploma", sd="never")),
        ((), about("foto", mandatory=True)),
        ((("naam",),), about("foto", mandatory=True)),
        ((), about("adres", "postcode", mandatory=True)),
        ((), about("diploma", 2, mandatory=True)),
        ((), about("diploma", None, "cijfer", mandatory=True)),
        ((), about("naam", "voor")),
        ((), about("naam", None)),
        ((), about("adres", 0)),
        ((), about("diploma", "vak")),
    ],
)
def test_5_6_a_credential_that_is_not_as_its_type_says_is_refused(
    hidden: tuple[ClaimsPath, ...], claim: JsonObject
) -> None:
    held = issued(*hidden)
    with pytest.raises(TypeMetadataViolated):
        check_credential(held, source(claim), complete=True)
    check_credential(held, source(), complete=True)


@pytest.mark.parametrize("claim", [about("naam", sd="never"), about("diploma", None, sd="never")])
def test_5_6_what_is_shown_of_it_is_held_to_the_same(claim: JsonObject) -> None:
    held = issued(("naam",), ("diploma", 1))
    shown = FORMAT.present(held, None, signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)
    with pytest.raises(TypeMetadataViolated):
        check_credential(shown, source(claim), complete=False)


def test_5_6_what_a_verifier_does_not_see_may_still_be_there() -> None:
    shown = bare(issued(("naam",), ("adres", "straat"), ("diploma", None)))
    for claim in (
        about("naam", sd="always", mandatory=True),
        about("naam", mandatory=True),
        about("adres", "straat", mandatory=True),
        about("adres", "postcode", mandatory=True),
        about("diploma", 1, "vak", mandatory=True),
    ):
        check_credential(shown, source(claim), complete=False)
    # It has both: the number of elements, and what can only stand in sight.
    for claim in (about("diploma", 2, mandatory=True), about("foto", mandatory=True, sd="never")):
        with pytest.raises(TypeMetadataViolated):
            check_credential(shown, source(claim), complete=False)


def test_5_6_indices_count_what_is_not_shown() -> None:
    shown, hidden = disclosure("s", {"vak": "B"}), disclosure("s", {"vak": "A"})
    compact = token({"vct": draft().type, "diploma": [element(hidden), element(shown), {"vak": "C"}]}, shown)
    check_credential(compact, source(about("diploma", 0, sd="always"), about("diploma", 2, sd="never")), complete=False)
    with pytest.raises(TypeMetadataViolated):
        check_credential(compact, source(about("diploma", 1, sd="never")), complete=False)
    # What is not disclosed was issued, and may be disclosed by itself.
    with pytest.raises(TypeMetadataViolated):
        check_credential(compact, source(about("diploma", 0, sd="never")), complete=False)


def test_the_metadata_of_another_type_is_not_held_against_a_credential() -> None:
    other = TypeMetadataSource(FixedClock(NOW), bundled={"urn:other": b'{"vct":"urn:other"}'})
    with pytest.raises(TypeMetadataUnavailable):
        check_credential(issued(), other, complete=True)


def test_6_the_integrity_in_the_credential_is_obeyed() -> None:
    fetched = "https://types.example/1"
    document = json.dumps({"vct": fetched, "claims": []}).encode()
    bundle = TypeMetadataSource(FixedClock(NOW), bundled={fetched: document})
    check_credential(issued(type=fetched, type_integrity=integrity_of(document)), bundle, complete=True)
    for other in (integrity_of(b"{}"), "md5-abc"):
        with pytest.raises(IntegrityMismatch):
            check_credential(issued(type=fetched, type_integrity=other), bundle, complete=True)
    with pytest.raises(MalformedCredential):
        check_credential(token({"vct": draft().type, "vct#integrity": 5}), source(), complete=True)


@pytest.mark.parametrize(
    "compact", ["", "~", "a.b.c~", token({"_sd": sd("x", "x")}), token({"_sd": "x"}), token({"vct": 5})]
)
def test_what_is_no_credential_is_refused(compact: str) -> None:
    with pytest.raises(BlauweKnopError):
        check_credential(compact, source(), complete=True)


# What the agencies issue.


@pytest.fixture(scope="module")
def own_types() -> TypeMetadataSource:
    bundled = {type_: type_metadata(type_) for type_ in (OVERVIEW_TYPE, CASE_TYPE)}
    return TypeMetadataSource(FixedClock(NOW), bundled=bundled)


def own(type_: str, claims: JsonObject) -> str:
    made = replace(
        draft(type=type_, claims=claims),
        always_disclosed=ALWAYS_DISCLOSED[type_],
        whole=WHOLE[type_],
        slots=SLOTS[type_],
    )
    return FORMAT.issue(made, issuer_key())


@pytest.mark.parametrize("who", ["samira", "noor"])
def test_what_an_agency_issues_is_as_its_own_types_say(own_types: TypeMetadataSource, who: str) -> None:
    cases = demo_document("cjib", who).cases_at(CJIB)
    overview = overview_of(CJIB, cases, AS_OF)
    held = [own(OVERVIEW_TYPE, overview_claims(overview, ["x"] * len(overview.open_cases)))]
    held += [own(CASE_TYPE, case_claims(case, "x")) for case in cases]
    for compact in held:
        check_credential(compact, own_types, complete=True)
        check_credential(bare(compact), own_types, complete=False)
    assert len(held) > 1


def test_an_overview_that_hides_what_every_verifier_must_see_is_noticed(own_types: TypeMetadataSource) -> None:
    cases = demo_document("cjib", "samira").cases_at(CJIB)
    claims = overview_claims(overview_of(CJIB, cases, AS_OF), ["x"] * len(cases))
    made = draft(type=OVERVIEW_TYPE, claims=claims, always_disclosed=frozenset())
    with pytest.raises(TypeMetadataViolated):
        check_credential(FORMAT.issue(made, issuer_key()), own_types, complete=True)


def test_metadata_and_credential_cannot_multiply_each_others_work() -> None:
    claims: JsonObject = {"rij": [{"vak": str(number)} for number in range(500)]}
    compact = issued(claims=claims)
    few = source(*(about("rij", None, f"vak{number}") for number in range(100)))
    assert check_credential(compact, few, complete=False).vct == draft().type
    many = source(*(about("rij", None, f"vak{number}") for number in range(300)))
    with pytest.raises(LimitExceeded):
        check_credential(compact, many, complete=False)
