"""Objects that no JSON text gives, handed in by a program: refused like any other document, never an accident."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from credentials.dids import Resolver, did_key
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.formats.ldp_vc import (
    Canonicaliser,
    ContextBundle,
    Profile,
    derive_document,
    sign_document,
    verify_document,
)
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V2
from credentials.keys import SoftwareSigner

NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)
CANONICALISER: Final = Canonicaliser(ContextBundle(narrow=False), profile=Profile.ANY)
SIGNER: Final = SoftwareSigner.generate()
DOCUMENT: Final[JsonObject] = {
    "@context": [CREDENTIALS_V2],
    "type": ["VerifiableCredential"],
    "issuer": did_key(SIGNER.public_jwk)[0],
    "credentialSubject": {"id": "urn:uuid:1", "name": "x"},
}


def secured(cryptosuite: str, document: JsonObject = DOCUMENT) -> JsonObject:
    return sign_document(
        document,
        SIGNER,
        did_key(SIGNER.public_jwk)[1],
        canonicaliser=CANONICALISER,
        created=NOW,
        cryptosuite=cryptosuite,
        mandatory_pointers=["/issuer"] if cryptosuite == "ecdsa-sd-2023" else [],
    )


SUITES: Final = ["ecdsa-rdfc-2019", "ecdsa-jcs-2019", "ecdsa-sd-2023"]
SECURED: Final = {suite: secured(suite) for suite in SUITES}


def nested(levels: int, wrap: Callable[[Any], Any]) -> Any:
    value: Any = {}
    for _ in range(levels):
        value = wrap(value)
    return value


HOSTILE: Final = {
    "objects": nested(3000, lambda inner: {"name": inner}),
    "arrays": nested(3000, lambda inner: [inner]),
    "half a character": "\ud800",
    "half a character as a name": {"\ud800": "x"},
    "no number": float("nan"),
    "infinite": float("inf"),
    "long number": 10**400,
    "no JSON": object(),
    "a set": {1, 2},
    "a name that is none": {1: "x"},
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("suite", SUITES)
def test_is_refused(suite: str, kind: str) -> None:
    value: Any = HOSTILE[kind]
    documents: list[JsonObject] = [
        {**DOCUMENT, "credentialSubject": value},
        {**DOCUMENT, "@context": [CREDENTIALS_V2, {"term": value}]},
    ]
    for changed in documents:
        with pytest.raises(BlauweKnopError):
            secured(suite, changed)
        with_proof = {**changed, "proof": SECURED[suite]["proof"]}
        with pytest.raises(BlauweKnopError):
            verify_document(with_proof, Resolver(), canonicaliser=CANONICALISER, now=NOW)
        with pytest.raises(BlauweKnopError):
            derive_document(with_proof, ["/credentialSubject"], canonicaliser=CANONICALISER)
        with pytest.raises(BlauweKnopError):
            CANONICALISER.digest_of_options(changed, "sha256")
    proof: Any = {**dict(SECURED[suite])["proof"], "nonce": value}  # type: ignore[dict-item]  # it has one proof
    with pytest.raises(BlauweKnopError):
        verify_document({**SECURED[suite], "proof": proof}, Resolver(), canonicaliser=CANONICALISER, now=NOW)
