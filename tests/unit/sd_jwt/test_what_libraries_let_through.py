"""What a widely used SD-JWT library was seen to accept, or to fall over: each is refused here.

And what it does refuse is refused here too.
"""

from datetime import timedelta

import pytest

from credentials.errors import BlauweKnopError
from credentials.verification import CheckName
from tests.unit.formats.format_samples import NOW
from tests.unit.sd_jwt.tokens import bound, disclosure, presented, raw, sd, token, verified, with_header, with_proof
from tests.unit.verification.scheme import Scheme

NAME = disclosure("salt", "naam", "Zoë")
HELD = bound({"_sd": sd(NAME)}, NAME)


def hidden(*content: object) -> str:
    text = disclosure(*content)
    return token({"_sd": sd(text)}, text)


def nested(depth: int) -> str:
    text = raw(b'["s","a",' + b"[" * depth + b"]" * depth + b"]")
    return token({"_sd": sd(text)}, text)


LET_THROUGH = {
    "a disclosed name _sd": hidden("s", "_sd", ["x"]),
    "a disclosed name ...": hidden("s", "...", "x"),
    "a disclosed status": hidden("s", "status", {"status_list": {"idx": 1, "uri": "https://a.example"}}),
    "an unreferenced disclosure": token({}, NAME),
    "a nested _sd_alg": token({"a": {"_sd_alg": "sha-256"}}),
    "a salt that is a number": hidden(5, "naam", "Zoë"),
    "a value nested 50,000 deep": nested(50_000),
    "a value nested 65 deep": nested(65),
    "a value nested 17 deep": nested(17),
}
REFUSED_TOO = {
    "a digest given twice": token({"_sd": sd(NAME, NAME)}, NAME),
    "a disclosure given twice": token({"_sd": sd(NAME)}, NAME, NAME),
    "two disclosures of one name": token(
        {"_sd": sd(NAME, disclosure("t", "naam", "Max"))}, NAME, disclosure("t", "naam", "Max")
    ),
    "a claim in the open overruled": token({"_sd": sd(NAME), "naam": "Max"}, NAME),
    "a disclosed iss": hidden("s", "iss", "https://other.example"),
    "md5": token({"_sd_alg": "md5"}),
    "SHA-256 in capitals": token({"_sd_alg": "SHA-256"}),
    "no algorithm": with_header(token({}), alg="none"),
}
PROOFS = {
    "a proof two days old": with_proof(HELD, iat=int((NOW - timedelta(days=2)).timestamp())),
    "another nonce": with_proof(HELD, nonce="other"),
    "another audience": with_proof(HELD, aud="https://elsewhere.example"),
    "another sd_hash": with_proof(HELD, sd_hash="x"),
    "another typ": with_proof(HELD, typ="JWT"),
    "another key": with_proof(HELD, key="thief"),
    "no algorithm": HELD + with_header(with_proof(HELD)[len(HELD) :], alg="none"),
}


@pytest.mark.parametrize("what", [*LET_THROUGH, *REFUSED_TOO])
def test_a_credential_of_this_kind_is_refused(what: str) -> None:
    with pytest.raises(BlauweKnopError):
        verified((LET_THROUGH | REFUSED_TOO)[what])


@pytest.mark.parametrize("what", PROOFS)
def test_a_holders_proof_of_this_kind_is_refused(what: str) -> None:
    assert presented(with_proof(HELD)) == {"naam": "Zoë"}
    with pytest.raises(BlauweKnopError):
        presented(PROOFS[what])


def test_a_credential_past_its_time_is_not_proven() -> None:
    scheme = Scheme()
    assert scheme.examine(scheme.shown("dc+sd-jwt")).proven
    report = scheme.examine(scheme.shown("dc+sd-jwt", expires_at=NOW - timedelta(hours=1)))
    assert not report.proven
    assert report.check(CheckName.VALIDITY).code == "expired"
