"""Every key resolver returns the key of the method asked for, for its purpose, or raises; it never guesses."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from credentials.dids import Resolver, did_jwk, did_key, did_web_document, verification_method
from credentials.errors import BlauweKnopError
from credentials.formats.base import KeyResolver
from credentials.keys import COMMON, Algorithm, SoftwareSigner
from credentials.trust import Participant, PinnedKeys, TrustList

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DID = "did:web:cjib.example"
KEY = SoftwareSigner.generate(Algorithm.EDDSA).public_jwk


def fetch(_url: str, _accept: str) -> bytes:
    return json.dumps(did_web_document(DID, [KEY])).encode()


def listing(*keys: object) -> Callable[[], TrustList]:
    entry = Participant("https://cjib.example", "CJIB", did=DID, keys=keys)
    return lambda: TrustList("https://scheme.example", NOW, NOW + timedelta(days=1), 1, (entry,))


RESOLVERS = {
    "by look-up": Resolver(fetch),
    "pinned, with look-up": PinnedKeys(listing(), Resolver(fetch)),
    "pinned, offline": PinnedKeys(listing(KEY), Resolver()),
}


@pytest.fixture(params=RESOLVERS)
def resolver(request: pytest.FixtureRequest) -> KeyResolver:
    return RESOLVERS[request.param]


@pytest.mark.parametrize("algorithm", COMMON)
def test_keys_that_are_their_own_document(resolver: KeyResolver, algorithm: Algorithm) -> None:
    key = SoftwareSigner.generate(algorithm).public_jwk
    for _, method in (did_key(key), did_jwk(key)):
        for purpose in ("assertionMethod", "authentication"):
            assert resolver.resolve(method, purpose) == key


def test_a_key_of_an_organisations_site(resolver: KeyResolver) -> None:
    assert resolver.resolve(verification_method(DID, KEY), "assertionMethod") == KEY


@pytest.mark.parametrize(
    ("method", "purpose"),
    [
        (verification_method(DID, KEY), "authentication"),
        (verification_method(DID, KEY), "keyAgreement"),
        (f"{DID}#other", "assertionMethod"),
        (DID, "assertionMethod"),
        ("did:web:other.example#k", "assertionMethod"),
        ("did:unknown:x#k", "assertionMethod"),
        ("https://cjib.example#k", "assertionMethod"),
        ("", "assertionMethod"),
    ],
    # Named by hand: a fresh key in a test's name would differ between workers.
    ids=[
        "for another purpose",
        "for key agreement",
        "another key of the DID",
        "no key at all",
        "another site",
        "an unknown method",
        "no DID",
        "nothing",
    ],
)
def test_anything_else_raises(resolver: KeyResolver, method: str, purpose: str) -> None:
    with pytest.raises(BlauweKnopError):
        resolver.resolve(method, purpose)
