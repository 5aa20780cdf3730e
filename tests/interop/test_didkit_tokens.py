"""Both ways with SpruceID's didkit: credentials of VCDM 1.1 in the older JWT encoding.

It runs in processes of its own: it is archived upstream, and an error in it can end the process.
"""

import importlib.util
import json
import subprocess
import sys

import pytest

from credentials.dids import did_key
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.formats.jwt_vc import Kind, open_older
from credentials.formats.jwt_vc.older_encoding import encode
from credentials.formats.vcdm import Version
from credentials.jose import sign_compact
from credentials.keys import Algorithm, SoftwareSigner
from tests.unit.jwt_vc.tokens import SOURCE

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("didkit") is None, reason="didkit has no wheel for this version of Python"
)

PROGRAM = """
import asyncio, didkit, json, os, sys
async def main():
    print(json.dumps([await getattr(didkit, name)(*rest) for name, *rest in json.load(sys.stdin)]), flush=True)
    os._exit(0)
asyncio.run(main())
"""
OPTIONS = {"proofFormat": "jwt"}


def didkit(*calls: list[str]) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=json.dumps(calls), capture_output=True, text=True, check=True, timeout=60
    )
    answers: list[str] = json.loads(done.stdout)
    return answers


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.EDDSA])
def test_each_verifies_what_the_other_signs_and_not_what_was_changed(algorithm: Algorithm) -> None:
    signer = SoftwareSigner.generate(algorithm)
    did, method = did_key(signer.public_jwk)
    document: JsonObject = {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
        "type": ["VerifiableCredential"],
        "issuer": did,
        "issuanceDate": "2023-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:abcdefgh"},
    }
    ours = sign_compact({"typ": "JWT", "kid": method}, encode(document), signer)
    changed = ours[:-8] + "AAAAAAAA"
    good, bad, theirs = didkit(
        ["verify_credential", ours, json.dumps(OPTIONS)],
        ["verify_credential", changed, json.dumps(OPTIONS)],
        [
            "issue_credential",
            json.dumps(document),
            json.dumps(OPTIONS | {"verificationMethod": method}),
            json.dumps(signer.to_private_jwk()),
        ],
    )
    assert json.loads(good)["errors"] == []
    assert json.loads(bad)["errors"]
    assert open_older(theirs, SOURCE, Kind.CREDENTIAL, (Version.V1_1,)).document == document
    for token in (changed, theirs[:-8] + "AAAAAAAA"):
        with pytest.raises(BlauweKnopError):
            open_older(token, SOURCE, Kind.CREDENTIAL)
