"""The examples of RFC 9901 whose bytes are published, beside those in `test_formats_vectors`."""

import json

import pytest

from credentials.encoding import JsonObject
from credentials.formats import MalformedCredential
from credentials.formats.selective_disclosure import Limits, UnverifiedSdJwt, process
from credentials.formats.selective_disclosure.disclosures import by_digest, digest
from credentials.keys import InvalidSignature, PublicJwk
from tests.unit.formats.format_samples import VECTORS, signer

RFC = VECTORS / "rfc9901"
ISSUER = PublicJwk.parse(json.loads((RFC / "keys.json").read_text())["issuer"])
RECURSIVE = json.loads((RFC / "recursive.json").read_text())
OF_THE_TOKEN = {"iss": "https://issuer.example.com", "iat": 1683000000, "exp": 1883000000}


def read(name: str) -> JsonObject:
    parsed = UnverifiedSdJwt.parse((RFC / name).read_text().strip(), Limits(), "example+sd-jwt")
    parsed.token.verify(ISSUER)
    with pytest.raises(InvalidSignature):
        parsed.token.verify(signer("thief").public_jwk)
    return process(parsed.token.payload, parsed.disclosures, Limits(), frozenset(), keep_emptied=True).payload


def test_appendix_a_1_structured_with_decoys() -> None:
    assert read("simple_structured.jwt") == OF_THE_TOKEN | {"address": {"region": "港区", "country": "JP"}}


def test_appendix_a_2_nested_arrays_and_objects() -> None:
    assert read("complex_structured.jwt") == OF_THE_TOKEN | {
        "verified_claims": {
            "verification": {
                "trust_framework": "de_aml",
                "evidence": [{"method": "pipp"}],
                "time": "2012-04-23T18:25Z",
            },
            "claims": {
                "given_name": "Max",
                "family_name": "Müller",
                "address": {
                    "locality": "Maxstadt",
                    "postal_code": "12344",
                    "country": "DE",
                    "street_address": "Weidenstraße 22",
                },
            },
        }
    }


@pytest.mark.parametrize("expected", RECURSIVE["disclosures"])
def test_6_digests_are_the_published_ones(expected: str) -> None:
    assert digest(RECURSIVE["disclosures"][expected].encode()) == expected


def test_6_3_recursive_disclosures() -> None:
    limits, texts = Limits(), list(RECURSIVE["disclosures"].values())

    def opened(*disclosures: str) -> JsonObject:
        return process(RECURSIVE["payload"], by_digest(disclosures, limits), limits, frozenset()).payload

    address = {
        "street_address": "Schulstr. 12",
        "locality": "Schulpforta",
        "region": "Sachsen-Anhalt",
        "country": "DE",
    }
    assert opened(*texts)["address"] == address
    assert opened(texts[4], texts[3])["address"] == {"country": "DE"}
    assert "address" not in opened()
    # A child says nothing without its parent.
    with pytest.raises(MalformedCredential):
        opened(texts[0])
