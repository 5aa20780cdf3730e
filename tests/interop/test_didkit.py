"""Both ways with SpruceID's didkit: `Ed25519Signature2020` on credentials of VCDM 1.1, which is what it knows.

It runs in processes of its own: it is archived upstream, and an error in it can end the process.
"""

import importlib.util
import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from credentials.dids import Resolver, did_key
from credentials.encoding import JsonObject
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, sign_document, verify_document
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V1, ED25519_SIGNATURE_2020_V1
from credentials.keys import Algorithm, InvalidSignature, SoftwareSigner

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("didkit") is None, reason="didkit has no wheel for this version of Python"
)

SUITE = "Ed25519Signature2020"
CANONICALISER = Canonicaliser(ContextBundle())
ISSUER = SoftwareSigner.generate(Algorithm.EDDSA)
DID, METHOD = did_key(ISSUER.public_jwk)
CREDENTIAL: JsonObject = {
    "@context": [CREDENTIALS_V1],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential"],
    "issuer": DID,
    "issuanceDate": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh"},
}
PROGRAM = """
import asyncio, didkit, json, os, sys
async def main():
    name, *arguments = json.load(sys.stdin)
    print(await getattr(didkit, name)(*arguments), flush=True)
    os._exit(0)
asyncio.run(main())
"""


def didkit(name: str, *arguments: str) -> JsonObject:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps([name, *arguments]),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answer: JsonObject = json.loads(done.stdout)
    return answer


def test_didkit_verifies_what_we_sign_and_not_what_was_changed() -> None:
    signed = sign_document(
        CREDENTIAL, ISSUER, METHOD, canonicaliser=CANONICALISER, created=datetime.now(UTC), cryptosuite=SUITE
    )
    assert signed["@context"] == [CREDENTIALS_V1, ED25519_SIGNATURE_2020_V1]
    assert didkit("verify_credential", json.dumps(signed), "{}")["errors"] == []
    changed = {**signed, "issuanceDate": "2023-01-01T00:00:01Z"}
    assert didkit("verify_credential", json.dumps(changed), "{}")["errors"]


def test_we_verify_what_didkit_signs_and_not_what_was_changed() -> None:
    options = {"type": SUITE, "verificationMethod": METHOD, "proofPurpose": "assertionMethod"}
    key = json.dumps(ISSUER.to_private_jwk())
    signed = didkit("issue_credential", json.dumps(CREDENTIAL), json.dumps(options), key)

    def verify(document: JsonObject) -> None:
        # It leaves the context of the proof to the proof itself.
        verify_document(document, Resolver(), canonicaliser=CANONICALISER, now=datetime.now(UTC))

    verify(signed)
    with pytest.raises(InvalidSignature):
        verify({**signed, "issuanceDate": "2023-01-01T00:00:01Z"})
