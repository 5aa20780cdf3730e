"""Status lists in every form that issuers publish: as a token, in CBOR, and with entries of several bits."""

import pytest

from credentials.encoding import json_compact
from credentials.formats.base import BitstringStatus
from credentials.formats.jwt_vc import SignatureClaims, secure
from credentials.formats.ldp_vc import sign_document
from credentials.status import Bitstring, Status, TokenStatusList, Verdict, list_credential
from credentials.status.token_list_cwt import sign_status_list_cwt
from credentials.verification import CheckName, Outcome
from tests.unit.verification.scheme import CANONICALISER, NOW, SIZE, Issuer, Scheme

MESSAGES = ("ok", "paused by the court", "paused by the debtor", "undefined")


@pytest.fixture
def scheme() -> Scheme:
    return Scheme()


def as_token(issuer: Issuer, uri: str, purpose: str, indices: set[int]) -> bytes:
    made = list_credential(Bitstring.of(SIZE, indices), uri=uri, issuer=issuer.did, purpose=purpose, now=NOW)
    claims = SignatureClaims(issuer=issuer.did, issued_at=NOW)
    return str(secure(made, issuer.ed25519, kid=issuer.method, claims=claims)).encode()


@pytest.mark.parametrize(
    ("indices", "outcome"), [(set(), Outcome.PROVEN), ({5}, Outcome.REVOKED)], ids=["unset", "set"]
)
def test_a_list_that_is_a_token_is_read(scheme: Scheme, indices: set[int], outcome: Outcome) -> None:
    uri = f"{scheme.cjib.url}/status/revocation"
    scheme.web[uri] = as_token(scheme.cjib, uri, "revocation", indices)
    assert scheme.examine(scheme.shown("ldp_vc")).outcome is outcome


def test_a_list_that_is_anothers_token_is_no_status(scheme: Scheme) -> None:
    uri = f"{scheme.cjib.url}/status/revocation"
    for other in (scheme.duo, scheme.stranger):
        scheme.web[uri] = as_token(other, uri, "revocation", set())
        report = scheme.examine(scheme.shown("ldp_vc"))
        assert (report.outcome, report.check(CheckName.STATUS).code) == (Outcome.UNKNOWN, "status_list_untrusted")


@pytest.mark.parametrize(
    ("status", "outcome"), [(Status.VALID, Outcome.PROVEN), (Status.INVALID, Outcome.REVOKED)], ids=["valid", "invalid"]
)
def test_a_list_in_cbor_is_read(scheme: Scheme, status: Status, outcome: Outcome) -> None:
    uri = f"{scheme.cjib.url}/status/token"
    made = TokenStatusList.of(SIZE, [(5, status)])
    scheme.web[uri] = sign_status_list_cwt(made, scheme.cjib.signer, uri=uri, now=NOW, x5c=(scheme.cjib.leaf,))
    assert scheme.examine(scheme.shown("dc+sd-jwt")).outcome is outcome


def test_a_list_in_cbor_by_another_is_no_status(scheme: Scheme) -> None:
    uri = f"{scheme.cjib.url}/status/token"
    made = TokenStatusList(SIZE)
    scheme.web[uri] = sign_status_list_cwt(made, scheme.duo.signer, uri=uri, now=NOW, x5c=(scheme.duo.leaf,))
    report = scheme.examine(scheme.shown("dc+sd-jwt"))
    assert (report.outcome, report.check(CheckName.STATUS).code) == (Outcome.UNKNOWN, "status_list_untrusted")


@pytest.mark.parametrize(
    ("purpose", "value", "outcome"),
    [
        ("suspension", 0, Outcome.PROVEN),
        ("suspension", 1, Outcome.NOT_PROVEN),
        ("suspension", 2, Outcome.NOT_PROVEN),
        ("revocation", 3, Outcome.REVOKED),
        ("message", 0, Outcome.PROVEN),
        ("message", 2, Outcome.UNKNOWN),
    ],
)
def test_an_entry_of_two_bits_counts_by_its_purpose(scheme: Scheme, purpose: str, value: int, outcome: Outcome) -> None:
    uri = f"{scheme.cjib.url}/status/wide"
    bits = Bitstring.of_values(SIZE, 2, [(5, value), (4, 3), (6, 3)])
    made = list_credential(bits, uri=uri, issuer=scheme.cjib.did, purpose=sorted({"message", purpose}), now=NOW)
    signed = sign_document(made, scheme.cjib.ed25519, scheme.cjib.method, canonicaliser=CANONICALISER, created=NOW)
    scheme.web[uri] = json_compact(signed)
    entry = BitstringStatus(uri, 5, purpose, 2, MESSAGES, (f"{scheme.cjib.url}/about",))
    assert scheme.examine(scheme.shown("ldp_vc", status=(entry,))).outcome is outcome


def test_the_answers_are_three() -> None:
    assert sorted(Verdict) == ["not_checked", "not_valid", "valid"]
