"""Integrity, authority, validity, status: each failure is shown for what it is, and none counts as proven."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from credentials.encoding import JsonObject
from credentials.errors import Unavailable
from credentials.formats.base import BitstringStatus, Credential, HolderKey, TokenStatus
from credentials.formats.ldp_vc import sign_document
from credentials.formats.selective_disclosure import key_binding
from credentials.jose import UnverifiedToken, sign_compact
from credentials.keys import SoftwareSigner
from credentials.status import Status
from credentials.trust import Participant
from credentials.verification import CheckName, CheckOutcome, Outcome, Report, VerificationFailed
from tests.unit.verification.scheme import AUDIENCE, CASE, NONCE, NOW, OVERVIEW, Scheme, claims_of, expectation

FORMATS = ["dc+sd-jwt", "ldp_vc", "vc+jwt", "vc+sd-jwt", "jwt_vc_json", "mso_mdoc"]
PASSED, FAILED, NOT_DONE, WARNING = (
    CheckOutcome.PASSED,
    CheckOutcome.FAILED,
    CheckOutcome.NOT_DONE,
    CheckOutcome.WARNING,
)


@pytest.fixture
def scheme() -> Scheme:
    return Scheme()


def outcomes(report: Report) -> list[CheckOutcome]:
    return [check.outcome for check in report.checks]


def assert_refused(report: Report, outcome: Outcome, name: CheckName, code: str) -> None:
    """Say that one check, and only it, kept this from being proven, and that later steps were not taken."""
    assert not report.proven
    assert report.outcome is outcome
    check = report.check(name)
    assert (check.outcome, check.code) != (PASSED, "ok")
    assert check.code == code
    assert check.explanation.endswith(".")
    assert report.decisive == check
    later = list(CheckName)[list(CheckName).index(name) + 1 :]
    assert all(report.check(each).outcome is NOT_DONE for each in later)


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_good_presentation_is_proven(scheme: Scheme, format_name: str) -> None:
    verified = scheme.verifier().verify(scheme.shown(format_name), expectation(), format_name)
    report = verified.report
    assert report.proven
    assert outcomes(report) == [PASSED] * 5
    assert report.decisive is None
    assert verified.status is Status.VALID
    assert verified.issuer.name == "CJIB"
    assert report.type == OVERVIEW
    assert report.format == format_name
    assert report.claims is not None
    assert report.claims["saldo_totaal"] == 299_880
    assert report.age_days == 3
    assert "20 november 2026, 3 dagen oud" in report.check(CheckName.VALIDITY).explanation
    assert report.holder is not None
    assert report.holder.jwk == scheme.holder.public_jwk


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_bare_credential_is_proven_without_its_holder(scheme: Scheme, format_name: str) -> None:
    report = scheme.examine(scheme.a_credential(format_name), holder_binding=False, nonce=None, audience=None)
    assert report.proven
    assert report.check(CheckName.HOLDER).outcome is NOT_DONE
    assert report.check(CheckName.HOLDER).code == "not_asked"


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_bare_credential_is_not_a_presentation(scheme: Scheme, format_name: str) -> None:
    report = scheme.examine(scheme.a_credential(format_name))
    assert_refused(report, Outcome.NOT_PROVEN, CheckName.HOLDER, "holder_binding_missing")
    assert report.claims is None


# Integrity


def test_a_flipped_bit_is_refused(scheme: Scheme) -> None:
    compact = scheme.shown("dc+sd-jwt")
    assert isinstance(compact, str)
    signature_start = compact.index(".", compact.index(".") + 1) + 1
    for place in (signature_start, signature_start + 40):
        changed = compact[:place] + ("A" if compact[place] != "A" else "B") + compact[place + 1 :]
        report = scheme.examine(changed)
        assert_refused(report, Outcome.NOT_PROVEN, CheckName.SIGNATURE, "invalid_signature")
        assert report.claims is None


def test_a_changed_disclosure_is_refused(scheme: Scheme) -> None:
    compact = scheme.a_credential("dc+sd-jwt")
    assert isinstance(compact, str)
    parts = compact.split("~")
    place = len(parts[1]) - 4
    parts[1] = parts[1][:place] + ("A" if parts[1][place] != "A" else "B") + parts[1][place + 1 :]
    report = scheme.examine("~".join(parts), holder_binding=False, nonce=None, audience=None)
    assert not report.proven
    assert report.check(CheckName.SIGNATURE).outcome is FAILED


def test_a_changed_amount_in_json_ld_is_refused(scheme: Scheme) -> None:
    credential = scheme.a_credential("ldp_vc")
    assert isinstance(credential, dict)
    subject = credential["credentialSubject"]
    assert isinstance(subject, dict)
    name = next(name for name, value in subject.items() if value == "299880")
    for changed in (
        {**credential, "credentialSubject": {**subject, name: "299881"}},
        {**credential, "validUntil": "2030-01-01T00:00:00Z"},
        {**credential, "credentialStatus": []},
    ):
        report = scheme.examine(changed, holder_binding=False, nonce=None, audience=None)
        assert not report.proven
        assert report.check(CheckName.SIGNATURE).outcome is FAILED
        assert report.claims is None


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"nonce": "another"}, "wrong_nonce"),
        ({"audience": "x509_hash:another"}, "wrong_audience"),
        ({"now": NOW - timedelta(minutes=10)}, "stale_holder_proof"),
        ({"now": NOW + timedelta(minutes=10)}, "stale_holder_proof"),
    ],
)
def test_an_answer_to_another_question_is_refused(
    scheme: Scheme, format_name: str, change: dict[str, str], code: str
) -> None:
    presented = scheme.present(scheme.a_credential(format_name), format_name, **change)
    report = scheme.examine(presented)
    if format_name == "mso_mdoc":
        # One signature over the whole session, without a time of its own: the nonce says that it is fresh.
        if "now" in change:
            assert report.proven
            return
        code = "wrong_session"
    assert_refused(report, Outcome.NOT_PROVEN, CheckName.HOLDER, code)
    # The credential is genuine, and shown as such; whose it is and what it says is not.
    assert report.check(CheckName.SIGNATURE).outcome is PASSED
    assert report.claims is None
    assert scheme.fetched == []


def test_the_wrong_holder_is_refused(scheme: Scheme) -> None:
    thief = SoftwareSigner.generate()
    stolen = scheme.a_credential("dc+sd-jwt")
    own = scheme.present(scheme.a_credential("dc+sd-jwt", holder=None), "dc+sd-jwt", holder=thief)
    assert isinstance(stolen, str)
    assert isinstance(own, str)
    for presented in (stolen + own.rpartition("~")[2], own):
        report = scheme.examine(presented)
        assert not report.proven
        assert report.check(CheckName.HOLDER).outcome is FAILED
        assert report.claims is None


def test_a_stolen_json_ld_credential_is_refused(scheme: Scheme) -> None:
    stolen = scheme.a_credential("ldp_vc")
    other = Scheme()
    presented = other.present(other.a_credential("ldp_vc"), "ldp_vc")
    assert isinstance(presented, dict)
    report = scheme.examine({**presented, "verifiableCredential": [stolen]})
    assert not report.proven
    assert report.check(CheckName.HOLDER).outcome is FAILED or report.check(CheckName.SIGNATURE).outcome is FAILED


@pytest.mark.parametrize(
    "presented", ["", "~", "a.b.c~", "not a credential", {}, {"@context": [], "type": "VerifiableCredential"}]
)
def test_what_is_no_credential_is_refused_and_not_an_accident(scheme: Scheme, presented: Credential) -> None:
    report = scheme.examine(presented)
    assert not report.proven
    assert report.decisive is not None
    assert report.claims is None
    assert outcomes(report).count(FAILED) == 1
    assert PASSED not in outcomes(report)


def test_the_format_that_the_protocol_names_is_the_one_that_counts(scheme: Scheme) -> None:
    report = scheme.verifier().examine(scheme.shown("dc+sd-jwt"), expectation(), "ldp_vc")
    assert not report.proven
    assert not scheme.verifier().examine(scheme.shown("dc+sd-jwt"), expectation(), "mso_mdoc").proven


def test_nothing_passes_for_another_format(scheme: Scheme) -> None:
    verifier, bare = scheme.verifier(), expectation(holder_binding=False, nonce=None, audience=None)
    for name in FORMATS:
        held, shown = scheme.a_credential(name), scheme.shown(name)
        for other in FORMATS:
            assert verifier.examine(shown, expectation(), other).proven is (name == other)
            assert verifier.examine(held, bare, other).proven is (name == other)
            # Nor a credential for a presentation, nor the other way round.
            assert not verifier.examine(held, expectation(), other).proven
            assert not verifier.examine(shown, bare, other).proven


def stolen_and_shown(stolen: str, own: str, thief: SoftwareSigner) -> str:
    """What a thief's own wallet would send: somebody's credential, with the thief's proof after or around it."""
    if stolen.endswith("~"):
        return stolen + key_binding.make(stolen, thief, audience=AUDIENCE, nonce=NONCE, now=NOW)
    token = UnverifiedToken.parse(own)
    envelope: JsonObject = {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "id": f"data:application/vc+jwt,{stolen}",
        "type": "EnvelopedVerifiableCredential",
    }
    payload: JsonObject = {**token.payload, "verifiableCredential": [envelope]}
    older = token.payload.get("vp")
    if isinstance(older, dict):
        payload = {**token.payload, "vp": {**older, "verifiableCredential": [stolen]}}
    return sign_compact({name: each for name, each in token.header.items() if name != "alg"}, payload, thief)


@pytest.mark.parametrize("format_name", [name for name in FORMATS if name not in ("ldp_vc", "mso_mdoc")])
def test_a_thief_does_not_pass_for_the_holder(scheme: Scheme, format_name: str) -> None:
    thief = SoftwareSigner.generate()
    credential = str(scheme.a_credential(format_name, holder=HolderKey(thief.public_jwk)))
    own = str(scheme.present(credential, format_name, holder=thief))
    assert scheme.examine(own).proven
    assert scheme.examine(stolen_and_shown(credential, own, thief)).proven
    report = scheme.examine(stolen_and_shown(str(scheme.a_credential(format_name)), own, thief))
    assert_refused(report, Outcome.NOT_PROVEN, CheckName.HOLDER, "holder_binding_failed")
    assert report.claims is None


# Authority


def test_a_foreign_issuer_is_refused(scheme: Scheme) -> None:
    report = scheme.examine(scheme.shown("dc+sd-jwt", signed_by=scheme.stranger))
    assert_refused(report, Outcome.NOT_PROVEN, CheckName.ISSUER, "unknown_issuer")
    assert report.issuer is None
    assert scheme.fetched == []


def test_the_did_of_a_foreign_issuer_is_not_even_looked_up(scheme: Scheme) -> None:
    report = scheme.examine(scheme.shown("ldp_vc", signed_by=scheme.stranger))
    assert not report.proven
    assert report.check(CheckName.ISSUER).code == "unknown_issuer"
    assert scheme.fetched == []


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_participant_that_may_not_issue_the_type_is_refused(scheme: Scheme, format_name: str) -> None:
    scheme.participants[0] = replace(scheme.participants[0], types=frozenset({CASE}))
    report = scheme.examine(scheme.shown(format_name))
    assert_refused(report, Outcome.NOT_PROVEN, CheckName.ISSUER, "issuer_not_allowed")


def test_a_credential_in_the_name_of_another_participant_is_refused(scheme: Scheme) -> None:
    forged = scheme.a_credential("dc+sd-jwt", scheme.duo, issuer=scheme.cjib.url)
    report = scheme.examine(scheme.present(forged, "dc+sd-jwt"))
    assert_refused(report, Outcome.NOT_PROVEN, CheckName.ISSUER, "unknown_issuer")


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_participant_cannot_speak_for_another_organisation(scheme: Scheme, format_name: str) -> None:
    report = scheme.examine(scheme.shown(format_name, claims=claims_of(scheme.duo)))
    assert_refused(report, Outcome.NOT_PROVEN, CheckName.ISSUER, "other_source_organisation")
    assert report.issuer is None


def test_an_outsider_without_a_number_cannot_take_anothers(scheme: Scheme) -> None:
    own = scheme.stranger
    scheme.participants.append(
        Participant(own.url, "Buitenstaander", anchors=(own.authority.der,), types=frozenset({OVERVIEW}))
    )
    scheme.publish(own)
    assert scheme.examine(scheme.shown("dc+sd-jwt", signed_by=own)).proven
    report = scheme.examine(scheme.shown("dc+sd-jwt", signed_by=own, claims=claims_of(scheme.cjib)))
    assert_refused(report, Outcome.NOT_PROVEN, CheckName.ISSUER, "other_source_organisation")


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_withdrawn_issuer_is_refused_for_what_it_issued_since(scheme: Scheme, format_name: str) -> None:
    scheme.participants[0] = replace(scheme.participants[0], withdrawn_at=NOW - timedelta(days=2))
    report = scheme.examine(scheme.shown(format_name))
    assert_refused(report, Outcome.NOT_PROVEN, CheckName.ISSUER, "issuer_withdrawn")
    older = scheme.shown(format_name, issued_at=NOW - timedelta(days=9))
    assert scheme.examine(older).proven


@pytest.mark.parametrize("format_name", FORMATS)
def test_without_a_trust_list_nobody_is_trusted(scheme: Scheme, format_name: str) -> None:
    scheme.trust_list_missing = True
    report = scheme.examine(scheme.shown(format_name))
    assert report.outcome is Outcome.UNKNOWN
    assert report.check(CheckName.ISSUER).code == "trust_list_expired"
    assert report.check(CheckName.ISSUER).outcome is NOT_DONE
    assert scheme.fetched == []


# Validity


@pytest.mark.parametrize("format_name", FORMATS)
def test_before_and_after_its_time_a_credential_is_refused(scheme: Scheme, format_name: str) -> None:
    old = scheme.shown(format_name, expires_at=NOW - timedelta(hours=1))
    report = scheme.examine(old)
    assert_refused(report, Outcome.NOT_PROVEN, CheckName.VALIDITY, "expired")
    assert "23 november 2026" in report.check(CheckName.VALIDITY).explanation
    early = scheme.shown(format_name, issued_at=NOW + timedelta(hours=1))
    assert_refused(scheme.examine(early), Outcome.NOT_PROVEN, CheckName.VALIDITY, "not_yet_valid")
    assert scheme.fetched == []


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_credential_may_be_for_ever_but_not_begin_then(scheme: Scheme, format_name: str) -> None:
    for_ever = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    report = scheme.examine(scheme.shown(format_name, expires_at=for_ever))
    assert report.proven
    assert "31 december 9999" in report.check(CheckName.VALIDITY).explanation
    if format_name == "mso_mdoc":
        # Its end is later than its beginning.
        return
    far = scheme.examine(scheme.shown(format_name, issued_at=for_ever, expires_at=None))
    assert far.outcome is Outcome.NOT_PROVEN


# Status


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_superseded_credential_is_outdated_and_not_proven(scheme: Scheme, format_name: str) -> None:
    scheme.publish(scheme.cjib, refresh={5})
    report = scheme.examine(scheme.shown(format_name))
    assert_refused(report, Outcome.SUPERSEDED, CheckName.STATUS, "superseded")
    assert report.outcome.value == "verouderd"
    assert report.check(CheckName.STATUS).outcome is WARNING
    assert report.claims is not None
    with pytest.raises(VerificationFailed) as caught:
        scheme.verifier().verify(scheme.shown(format_name), expectation())
    assert caught.value.report.outcome is Outcome.SUPERSEDED


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_revoked_credential_is_refused_also_when_superseded(scheme: Scheme, format_name: str) -> None:
    scheme.publish(scheme.cjib, revocation={5})
    assert_refused(scheme.examine(scheme.shown(format_name)), Outcome.REVOKED, CheckName.STATUS, "revoked")
    if format_name == "ldp_vc":
        scheme.publish(scheme.cjib, revocation={5}, refresh={5})
        assert scheme.examine(scheme.shown(format_name)).outcome is Outcome.REVOKED


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_neighbours_status_is_not_ours(scheme: Scheme, format_name: str) -> None:
    scheme.publish(scheme.cjib, revocation={4, 6}, refresh={3, 7})
    assert scheme.examine(scheme.shown(format_name)).proven


def test_a_suspended_credential_is_refused(scheme: Scheme) -> None:
    uri = f"{scheme.cjib.url}/status/token"
    scheme.web[uri] = scheme.cjib.token_list(uri, {5: Status.SUSPENDED})
    assert_refused(scheme.examine(scheme.shown("dc+sd-jwt")), Outcome.NOT_PROVEN, CheckName.STATUS, "suspended")


@pytest.mark.parametrize("format_name", FORMATS)
def test_an_unreachable_list_leaves_the_status_unknown(scheme: Scheme, format_name: str) -> None:
    scheme.web.clear()
    report = scheme.examine(scheme.shown(format_name))
    assert_refused(report, Outcome.UNKNOWN, CheckName.STATUS, "status_unavailable")


@pytest.mark.parametrize("format_name", FORMATS)
def test_an_expired_list_leaves_the_status_unknown(scheme: Scheme, format_name: str) -> None:
    presented = scheme.shown(format_name)
    scheme.clock.advance(timedelta(hours=25))
    report = scheme.verifier().examine(presented, expectation())
    assert_refused(report, Outcome.UNKNOWN, CheckName.STATUS, "status_list_expired")


@pytest.mark.parametrize("format_name", FORMATS)
def test_one_unreadable_list_of_two_is_not_hidden_by_the_other(scheme: Scheme, format_name: str) -> None:
    if format_name == "ldp_vc":
        del scheme.web[f"{scheme.cjib.url}/status/revocation"]
        report = scheme.examine(scheme.shown(format_name))
        assert_refused(report, Outcome.UNKNOWN, CheckName.STATUS, "status_unavailable")
        scheme.publish(scheme.cjib, revocation={5})
        del scheme.web[f"{scheme.cjib.url}/status/refresh"]
        assert scheme.examine(scheme.shown(format_name)).outcome is Outcome.REVOKED


def test_another_participants_list_is_refused(scheme: Scheme) -> None:
    uri = f"{scheme.cjib.url}/status/token"
    scheme.web[uri] = scheme.duo.token_list(uri, {})
    report = scheme.examine(scheme.shown("dc+sd-jwt"))
    assert_refused(report, Outcome.UNKNOWN, CheckName.STATUS, "status_list_untrusted")


def test_another_participants_list_credential_is_refused(scheme: Scheme) -> None:
    for purpose in ("revocation", "refresh"):
        uri = f"{scheme.cjib.url}/status/{purpose}"
        scheme.web[uri] = scheme.duo.bitstring_list(uri, purpose, set())
    report = scheme.examine(scheme.shown("ldp_vc"))
    assert_refused(report, Outcome.UNKNOWN, CheckName.STATUS, "status_list_untrusted")


def test_a_list_under_another_address_or_purpose_is_refused(scheme: Scheme) -> None:
    for purpose in ("revocation", "refresh"):
        uri = f"{scheme.cjib.url}/status/{purpose}"
        scheme.web[uri] = scheme.cjib.bitstring_list(uri, "suspension", set())
    assert scheme.examine(scheme.shown("ldp_vc")).check(CheckName.STATUS).code == "status_purpose_mismatch"
    uri = f"{scheme.cjib.url}/status/token"
    scheme.web[uri] = scheme.cjib.token_list(f"{uri}2", {})
    assert scheme.examine(scheme.shown("dc+sd-jwt")).check(CheckName.STATUS).code == "status_list_malformed"


def test_an_index_outside_the_list_leaves_the_status_unknown(scheme: Scheme) -> None:
    for format_name in FORMATS:
        report = scheme.examine(scheme.shown(format_name, index=131_072))
        assert_refused(report, Outcome.UNKNOWN, CheckName.STATUS, "status_index_out_of_range")


def test_without_any_status_an_expiry_is_needed(scheme: Scheme) -> None:
    for format_name in FORMATS:
        report = scheme.examine(scheme.shown(format_name, status=()))
        assert report.proven
        assert report.check(CheckName.STATUS).outcome is WARNING
        if format_name == "mso_mdoc":
            # An mdoc always has an end.
            continue
        endless = scheme.examine(scheme.shown(format_name, status=(), expires_at=None))
        assert_refused(endless, Outcome.UNKNOWN, CheckName.STATUS, "status_missing")


def test_a_list_signed_with_the_credentials_own_key_needs_no_chain(scheme: Scheme) -> None:
    uri = f"{scheme.cjib.url}/status/token"
    scheme.web[uri] = scheme.cjib.token_list(uri, {}, x5c=())
    assert scheme.examine(scheme.shown("dc+sd-jwt")).proven
    scheme.web[uri] = scheme.duo.token_list(uri, {}, x5c=())
    assert not scheme.examine(scheme.shown("dc+sd-jwt")).proven


def test_a_list_may_be_signed_by_a_key_of_the_issuers_did(scheme: Scheme) -> None:
    uri = f"{scheme.cjib.url}/status/token"
    for issuer, proven in ((scheme.cjib, True), (scheme.duo, False), (scheme.stranger, False)):
        method = f"{issuer.did}#{issuer.signer.public_jwk.thumbprint}"
        scheme.web[uri] = issuer.token_list(uri, {}, x5c=(), key_id=method)
        assert scheme.examine(scheme.shown("dc+sd-jwt")).proven is proven


# The report


def test_a_report_is_shown_as_the_business_api_words_it(scheme: Scheme) -> None:
    shown = scheme.examine(scheme.shown("dc+sd-jwt")).to_dict()
    assert shown["uitgever"] == {"identifier": "https://cjib.example", "naam": "CJIB"}
    assert shown["bewezen"] is True
    assert shown["leeftijdDagen"] == 3
    assert [check["naam"] for check in shown["controles"]] == [
        "handtekening",
        "houder",
        "uitgever",
        "geldigheid",
        "status",
    ]
    assert set(shown["controles"][0]) == {"naam", "uitkomst", "uitleg", "code", "middel"}


def test_a_report_does_not_print_what_the_credential_says(scheme: Scheme) -> None:
    report = scheme.examine(scheme.shown("dc+sd-jwt"))
    assert "299880" not in repr(report)
    with pytest.raises(VerificationFailed) as caught:
        scheme.verifier().verify(scheme.a_credential("dc+sd-jwt"), expectation())
    assert "299880" not in str(caught.value)


def test_evidence_on_file_is_proven_again_without_its_question(scheme: Scheme) -> None:
    presented = scheme.present(scheme.a_credential("dc+sd-jwt"), "dc+sd-jwt", now=NOW - timedelta(hours=1))
    report = scheme.examine(presented, on_file=True, nonce=None, audience=None)
    assert report.proven
    assert report.check(CheckName.HOLDER).outcome is WARNING
    assert scheme.examine(presented, on_file=True).check(CheckName.HOLDER).outcome is PASSED
    assert not scheme.examine(presented, on_file=True, nonce="another").proven


def test_an_unreachable_key_leaves_everything_unknown(scheme: Scheme) -> None:
    class Broken:
        def resolve(self, *_: str) -> None:
            raise Unavailable("no route")

    scheme.participants[0] = replace(scheme.participants[0], keys=())
    verifier = scheme.verifier()
    verifier._keys._next = Broken()
    report = verifier.examine(scheme.shown("ldp_vc"), expectation())
    assert report.outcome is Outcome.UNKNOWN


def test_a_token_status_of_a_stranger_is_never_fetched(scheme: Scheme) -> None:
    scheme.examine(
        scheme.shown("dc+sd-jwt", signed_by=scheme.stranger, status=(TokenStatus("https://evil.example/x", 1),))
    )
    assert scheme.fetched == []


def test_the_wrong_holder_is_not_told_whose_it_is(scheme: Scheme) -> None:
    report = scheme.examine(scheme.shown("dc+sd-jwt"), nonce="another")
    assert report.holder is None
    assert report.issuer is None


def test_a_kept_list_is_dropped_when_its_signers_keys_are_replaced(scheme: Scheme) -> None:
    verifier = scheme.verifier()
    presented = scheme.shown("ldp_vc")
    assert verifier.examine(presented, expectation()).proven
    before = len(scheme.fetched)
    assert verifier.examine(presented, expectation()).proven
    assert len(scheme.fetched) == before
    keys = (*scheme.participants[0].keys, scheme.stranger.signer.public_jwk)
    scheme.participants[0] = replace(scheme.participants[0], keys=keys)
    assert verifier.examine(presented, expectation()).proven
    assert len(scheme.fetched) == 2 * before


def test_a_credential_cannot_make_us_fetch_without_end(scheme: Scheme) -> None:
    many = tuple(BitstringStatus(f"https://cjib.example/{number}", 1, "refresh") for number in range(5))
    report = scheme.examine(scheme.shown("ldp_vc", status=many))
    assert not report.proven
    assert scheme.fetched == []


def test_every_type_of_a_json_ld_credential_must_be_allowed(scheme: Scheme) -> None:
    presented = scheme.a_credential("ldp_vc")
    assert isinstance(presented, dict)
    unsigned = {name: value for name, value in presented.items() if name != "proof"}
    for types in ([*presented["type"], "FinancieleZaak"], ["VerifiableCredential", "FinancieleZaak"]):
        document = sign_document(
            {**unsigned, "type": types},
            scheme.cjib.ed25519,
            scheme.cjib.method,
            canonicaliser=scheme.formats["ldp_vc"].canonicaliser,
            created=NOW,
        )
        report = scheme.examine(document, holder_binding=False, nonce=None, audience=None)
        assert not report.proven


def test_the_decisive_check_of_evidence_on_file_is_its_status(scheme: Scheme) -> None:
    scheme.publish(scheme.cjib, refresh={5})
    report = scheme.examine(scheme.shown("dc+sd-jwt"), on_file=True, nonce=None, audience=None)
    assert report.decisive == report.check(CheckName.STATUS)
