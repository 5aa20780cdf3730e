"""The table of limits, held against itself and against what it is used for: no sender above its receiver."""

import re
from pathlib import Path

import pytest

from credentials import limits
from credentials.debts.claim_table import CASE_SLOTS, case_slot
from credentials.debts.claims import OVERVIEW_TYPE, labels
from credentials.debts.types import type_metadata
from credentials.formats.sd_jwt.type_metadata.document import MAX_DOCUMENT_BYTES
from credentials.formats.sd_jwt.type_metadata.members import MAX_ENTRIES
from credentials.formats.selective_disclosure.disclosures import Limits as DisclosureLimits
from credentials.jose.jwe import MAX_JWE_CHARACTERS
from credentials.openid.authorization_details import MAX_IDENTIFIERS
from credentials.openid.credential import MAX_RESPONSE_BYTES
from credentials.openid.display import MAX_CLAIM_DESCRIPTIONS
from credentials.openid.vp_response import MAX_FORM_BYTES, MAX_PRESENTATIONS, MAX_VP_TOKEN_BYTES
from issuer.domain.authorisation import BOUND_TOKEN_LIFETIME, MAX_CREDENTIAL_REQUESTS
from service.web.frame import MAX_BODY_BYTES
from service.web.input import MAX_FORM_FIELDS
from verifier.settings import LimitsSection
from wallet_api.settings import Collecting


def test_five_hundred_debts_fit_everywhere_on_the_way() -> None:
    assert limits.OPEN_CASES >= 500
    assert limits.PRESENTATIONS > limits.OPEN_CASES
    assert MAX_CREDENTIAL_REQUESTS > limits.OPEN_CASES
    assert MAX_IDENTIFIERS >= limits.OPEN_CASES


def test_an_overview_names_as_many_cases_as_can_be_shared() -> None:
    assert CASE_SLOTS == limits.OPEN_CASES
    names = [case_slot(number) for number in range(1, CASE_SLOTS + 1)]
    assert (names[0], names[98], names[99], names[-1]) == ("z01", "z99", "z100", f"z{CASE_SLOTS}")
    assert len(set(names)) == CASE_SLOTS
    paths = {label.path for label in labels(OVERVIEW_TYPE)}
    assert all(("zaken", name, "digest") in paths for name in names)


def test_an_overview_with_every_case_fits_the_limits_of_its_formats() -> None:
    assert len(labels(OVERVIEW_TYPE)) <= min(MAX_CLAIM_DESCRIPTIONS, MAX_ENTRIES, DisclosureLimits().max_disclosures)
    assert len(type_metadata(OVERVIEW_TYPE)) <= MAX_DOCUMENT_BYTES


def test_what_a_wallet_sends_is_never_more_than_a_verifier_reads() -> None:
    verifier = LimitsSection()
    assert MAX_PRESENTATIONS == verifier.presentations == limits.PRESENTATIONS
    assert MAX_FORM_BYTES == verifier.response_bytes == limits.FORM_BYTES
    # The answer in its two forms, and what a verifier makes of it.
    assert MAX_VP_TOKEN_BYTES * 4 / 3 < MAX_JWE_CHARACTERS < MAX_FORM_BYTES
    assert limits.KEPT_ANSWER_BYTES > 2 * MAX_VP_TOKEN_BYTES


def test_what_an_agency_sends_is_never_more_than_a_wallet_reads() -> None:
    assert MAX_RESPONSE_BYTES * 4 / 3 <= MAX_JWE_CHARACTERS
    assert DisclosureLimits().max_characters * limits.COPIES > MAX_RESPONSE_BYTES, "the response is the narrower one"


def test_all_parts_hold_what_one_decision_may_be_about() -> None:
    assert limits.PARTS * limits.PRESENTATIONS >= limits.CARDS > limits.OPEN_CASES


def test_what_a_citizen_ticks_is_never_more_than_their_wallet_reads() -> None:
    assert MAX_FORM_FIELDS > limits.CARDS
    # The name of a query, and of a card: each of the boxes in the form.
    box = "kaart=overzicht_jwt_vc_json+" + "0" * 32 + "&"
    assert limits.CONSENT_FORM_BYTES > limits.CARDS * len(box) > MAX_BODY_BYTES


@pytest.mark.parametrize("copies", [1, limits.COPIES])
def test_a_wallet_may_ask_so_many_copies(copies: int) -> None:
    assert Collecting(copies=copies).copies == copies


def test_a_wallet_may_not_ask_more_copies_than_it_reads() -> None:
    with pytest.raises(ValueError, match="copies"):
        Collecting(copies=limits.COPIES + 1)
    # What an overview of that many cases weighs: a digest, its salt and its place, for each of them.
    assert limits.COPIES * limits.OPEN_CASES * 500 < limits.CREDENTIAL_RESPONSE_BYTES
    # The same, encrypted.
    assert limits.CREDENTIAL_RESPONSE_BYTES * 4 / 3 < MAX_JWE_CHARACTERS


def test_a_verifier_takes_no_less_than_is_read_anyway() -> None:
    assert limits.BODY_BYTES == MAX_BODY_BYTES
    with pytest.raises(ValueError, match="response_bytes"):
        LimitsSection(response_bytes=limits.BODY_BYTES - 1)


@pytest.mark.parametrize(
    ("setting", "most"), [("response_bytes", limits.FORM_BYTES), ("presentations", limits.PRESENTATIONS)]
)
def test_a_verifier_may_not_promise_more_than_it_can_read(setting: str, most: int) -> None:
    assert LimitsSection(**{setting: most}).model_dump()[setting] == most
    with pytest.raises(ValueError, match=setting):
        LimitsSection(**{setting: most + 1})


def test_the_proxy_of_the_manual_lets_through_what_a_verifier_reads() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "operations" / "running.md").read_text(encoding="utf-8")
    (size,) = re.findall(r"client_max_body_size (\d+)m;", manual)
    assert int(size) << 20 >= limits.FORM_BYTES
    assert f"an answer to a verifier {limits.FORM_BYTES // 1_000_000} MB" in manual


def test_the_specifications_state_how_many_cases_an_overview_names() -> None:
    page = (Path(__file__).parents[2] / "docs" / "specifications.md").read_text(encoding="utf-8")
    assert f"`{case_slot(1)}` to `{case_slot(CASE_SLOTS)}`" in page


def test_a_token_lives_as_long_as_collecting_takes() -> None:
    assert BOUND_TOKEN_LIFETIME.total_seconds() >= limits.OPEN_CASES
