"""Published vectors: what others computed, byte for byte. Where they come from stands in each SOURCE.md."""

import json
from datetime import UTC, datetime

import pytest

from credentials.formats import Expectation, WrongNonce
from credentials.formats.sd_jwt import Limits
from credentials.formats.sd_jwt.registered import NEVER_HIDDEN
from credentials.formats.selective_disclosure import key_binding as bindings
from credentials.formats.selective_disclosure.compact import UnverifiedSdJwt
from credentials.formats.selective_disclosure.disclosures import by_digest
from credentials.formats.selective_disclosure.processing import process
from credentials.jose import UnverifiedToken
from credentials.keys import PublicJwk, verify_signature
from tests.unit.formats.format_samples import VECTORS

RFC = VECTORS / "rfc9901"
KEYS = json.loads((RFC / "keys.json").read_text())
ISSUER, HOLDER = PublicJwk.parse(KEYS["issuer"]), PublicJwk.parse(KEYS["holder"])


def at(seconds: int, nonce: str = "1234567890") -> Expectation:
    return Expectation(datetime.fromtimestamp(seconds, UTC), nonce, "https://verifier.example.org")


def test_rfc_9901_section_5_presentation_is_processed() -> None:
    issued, *disclosures, binding = (RFC / "with_kb.jwt").read_text().strip().split("~")
    token = UnverifiedToken.parse(issued)
    token.verify(ISSUER)
    payload = process(token.payload, by_digest(disclosures, Limits()), Limits(), frozenset()).payload
    assert payload == {
        "iss": "https://issuer.example.com",
        "iat": 1683000000,
        "exp": 1883000000,
        "sub": "user_42",
        "nationalities": ["US"],
        "cnf": {"jwk": KEYS["holder"]},
        "family_name": "Doe",
        "address": {"street_address": "123 Main St", "locality": "Anytown", "region": "Anystate", "country": "US"},
        "given_name": "John",
    }
    signed_part = "~".join([issued, *disclosures, ""])
    bindings.check(binding, signed_part, HOLDER, at(1740818271))
    with pytest.raises(WrongNonce):
        bindings.check(binding, signed_part, HOLDER, at(1740818271, "other"))


def test_rfc_9901_appendix_a_3_credential_and_presentation_are_processed() -> None:
    held = UnverifiedSdJwt.parse((RFC / "sd_jwt_vc.jwt").read_text().strip(), Limits(), "dc+sd-jwt")
    held.token.verify(ISSUER)
    everything = process(held.token.payload, held.disclosures, Limits(), NEVER_HIDDEN).payload
    assert everything["place_of_birth"] == {"country": "DE", "locality": "Berlin"}
    assert everything["address"] == {
        "locality": "Köln",
        "postal_code": "51147",
        "country": "DE",
        "street_address": "Heidestraße 17",
    }
    assert everything["age_equal_or_over"] == {
        "12": True, "14": True, "16": True, "18": True, "21": True, "65": False,
    }  # fmt: skip
    shown = UnverifiedSdJwt.parse((RFC / "sd_jwt_vc_with_kb.jwt").read_text().strip(), Limits(), "dc+sd-jwt")
    verify_signature(ISSUER, shown.token.signing_input, shown.token.signature)
    payload = process(shown.token.payload, shown.disclosures, Limits(), NEVER_HIDDEN).payload
    assert payload["age_equal_or_over"] == {"18": True}
    assert payload["nationalities"] == ["DE"]
    bindings.check(shown.key_binding, shown.signed_part, HOLDER, at(1740818270))
