"""A proof in full: read from the presentation as it came, and nothing of what cannot be read."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.verifier.test_verifier_exports import assessed, evidence
from verifier.web.proof import proof_facts


def token(header: Any, payload: Any) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in (header, payload))
    return ".".join(parts) + ".c2ln~ontsluiting~"


def facts(presented: Any) -> dict[str, str]:
    found = evidence()
    result = assessed(found)
    (case,) = result.proven_cases
    return dict(proof_facts(replace(found[1], presented=presented), case, result.lines[0]))


def test_a_token_says_how_it_was_signed_and_where_its_status_is() -> None:
    status = {"status_list": {"uri": "https://cjib.example/status/1", "idx": 7}}
    known = facts(token({"alg": "ES256", "x5c": ["Y2VydA=="]}, {"status": status, "cnf": {"jwk": {}}}))
    assert known["Handtekening"] == "JWS, ES256"
    assert known["Certificaat van de sleutel (SHA-256)"] == hashlib.sha256(b"cert").hexdigest()
    assert known["Statuslijst"] == "https://cjib.example/status/1"
    assert "wallet" in known["Gebonden aan"]
    assert known["Compleet"] == "1 van 1 zaken getoond die de organisatie in haar overzicht noemt"
    assert known["In het overzicht genoemd"].startswith("ja")


def test_a_document_says_so_too() -> None:
    proof = {"cryptosuite": "eddsa-rdfc-2022", "verificationMethod": "did:web:cjib.example#k1"}
    status = [{"statusListCredential": "https://cjib.example/s/revocation"}] * 2
    known = facts({"verifiableCredential": [{"proof": proof, "credentialStatus": status}]})
    assert known["Handtekening"] == "Data Integrity, eddsa-rdfc-2022"
    assert known["Sleutel van de uitgever"] == "did:web:cjib.example#k1"
    assert known["Statuslijst"] == "https://cjib.example/s/revocation"


@pytest.mark.parametrize(
    "presented",
    ["", "x", "a.b.c", "....", token([], {}), token({"alg": 1, "x5c": ["%%"]}, {}), token({"x5c": [7]}, {"status": 3}),
     {}, {"verifiableCredential": []}, {"verifiableCredential": [3]}, {"proof": "x", "credentialStatus": ["y"]}],
)  # fmt: skip
def test_whatever_came_the_page_is_there(presented: Any) -> None:
    assert facts(presented)["Formaat"] == "dc+sd-jwt"


def test_what_is_not_proven_cannot_write_what_it_likes() -> None:
    assert "\u202e" not in facts(token({"alg": "a\u202eb"}, {})).get("Handtekening", "")
