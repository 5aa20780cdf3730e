"""The W3C's own inputs to its test suite, each opened or refused for the reason for which it was made."""

import base64
import json
from datetime import UTC, datetime

import pytest

from credentials.errors import BlauweKnopError
from credentials.formats.jwt_vc import Kind, Securing, message_of, open_secured
from credentials.jose import ClaimError
from credentials.keys import InvalidSignature
from tests.unit.jwt_vc.tokens import fixture, method

SECURINGS = {"jose": Securing.JWT, "sdjwt": Securing.SD_JWT, "cose": Securing.COSE}


def read(name: str, key: str, feature: str, at: datetime | None = None) -> dict[str, object]:
    kind, _, securing = feature.partition("_")
    text = fixture(name)
    return open_secured(
        message_of(text) if securing == "cose" else text,
        method(key),
        kind=Kind.CREDENTIAL if kind == "credential" else Kind.PRESENTATION,
        securing=SECURINGS[securing],
        at=at,
    ).document


@pytest.mark.parametrize(
    ("name", "key", "feature"),
    [
        ("credential-jose-minimal.txt", "p256", "credential_jose"),
        ("presentation-jose-multiple.txt", "p384", "presentation_jose"),
        ("credential-issuer-match-signed.txt", "ed25519", "credential_jose"),
        ("credential-sdjwt-selective.txt", "p384", "credential_sdjwt"),
        ("credential-sdjwt-nested.txt", "p521", "credential_sdjwt"),
        ("presentation-sdjwt-selective.txt", "p384", "presentation_sdjwt"),
        ("credential-cose-minimal.txt", "p256", "credential_cose"),
        ("presentation-cose-single.txt", "p384", "presentation_cose"),
        # Has no member that is unknown, whatever its name says; its test fails by the key alone.
        ("credential-jose-unknown-extensions.txt", "p521", "credential_jose"),
    ],
)
def test_what_is_sound_is_opened(name: str, key: str, feature: str) -> None:
    document = read(name, key, feature)
    assert document["@context"] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/examples/v2",
    ]
    assert document.keys().isdisjoint({"iss", "iat", "exp", "jti", "_sd", "_sd_alg"})
    for other in {"p256", "p384", "p521", "ed25519"} - {key}:
        with pytest.raises(BlauweKnopError):
            read(name, other, feature)


@pytest.mark.parametrize(
    ("name", "key", "feature", "why"),
    [
        ("credential-jose-bad-signature.txt", "ed25519", "credential_jose", None),
        ("credential-jose-bad-media-type.txt", "ed25519", "credential_jose", "typ"),
        ("presentation-jose-bad-media-type.txt", "ed25519", "presentation_jose", "typ"),
        ("credential-jose-vc-vp-claims.txt", "ed25519", "credential_jose", "vc is a claim"),
        ("presentation-jose-bad-credential.txt", "ed25519", "presentation_jose", "data URL"),
        ("credential-sdjwt-bad-signature.txt", "p384", "credential_sdjwt", None),
        ("credential-sdjwt-bad-media-type.txt", "ed25519", "credential_sdjwt", "typ"),
        ("presentation-sdjwt-bad-media-type.txt", "ed25519", "presentation_sdjwt", "typ"),
        ("presentation-sdjwt-bad-credential.txt", "p521", "presentation_sdjwt", "typ"),
        ("credential-cose-minimal-not-base64.txt", "p256", "credential_cose", "not UTF-8"),
        ("credential-cose-bad-signature.txt", "ed25519", "credential_cose", None),
        ("credential-cose-bad-media-type.txt", "p384", "credential_cose", "type of the message"),
        ("presentation-cose-bad-media-type.txt", "p256", "presentation_cose", "type of the message"),
        ("presentation-cose-bad-credential.txt", "p256", "presentation_cose", "data URL"),
        ("credential-minimal.json", "ed25519", "credential_jose", "three parts"),
        ("presentation-single.json", "ed25519", "presentation_jose", "three parts"),
        ("credential-minimal.json", "ed25519", "credential_sdjwt", "separated"),
    ],
)
def test_what_is_wrong_is_refused_for_what_is_wrong(name: str, key: str, feature: str, why: str | None) -> None:
    with pytest.raises(BlauweKnopError, match=why) as caught:
        read(name, key, feature)
    assert isinstance(caught.value, InvalidSignature) == (why is None)


def test_a_signature_that_is_over_is_refused_at_a_moment_only() -> None:
    # Its `exp` is 2024-12-17.
    args = ("presentation-jose-multiple.txt", "p384", "presentation_jose")
    assert read(*args) == read(*args, at=datetime(2024, 12, 16, 12, tzinfo=UTC))
    with pytest.raises(ClaimError, match="exp"):
        read(*args, at=datetime(2024, 12, 18, tzinfo=UTC))
    with pytest.raises(ClaimError, match="iat"):
        read(*args, at=datetime(2024, 12, 15, tzinfo=UTC))


def test_undisclosed_claims_stay_unknown() -> None:
    text = fixture("credential-sdjwt-selective.txt")
    parts = text.split("~")
    bare = open_secured(f"{parts[0]}~", method("p384"), securing=Securing.SD_JWT).document
    subject = bare["credentialSubject"]
    assert isinstance(subject, dict)
    assert subject.keys() == {"id", "birthDate"}
    whole = read("credential-sdjwt-selective.txt", "p384", "credential_sdjwt")["credentialSubject"]
    assert isinstance(whole, dict)
    assert (whole["firstName"], whole["lastName"]) == ("Jane", "Doe")


def test_the_bytes_of_the_published_documents_are_those_that_were_signed() -> None:
    expected = json.loads(fixture("credential-minimal.json"))
    assert read("credential-cose-minimal.txt", "p256", "credential_cose") == expected
    assert read("credential-jose-minimal.txt", "p256", "credential_jose") == expected


@pytest.mark.parametrize("text", ["a", "0oR", "0oRY=", "0oRYVqQBJgNu====", "0oRYVq QB", "0oRYVqQBJgNuYX-_", "é"])
def test_a_message_is_in_one_spelling_of_base64(text: str) -> None:
    good = fixture("credential-cose-minimal.txt")
    padded = good + "=" * (-len(good) % 4)
    assert message_of(good) == message_of(padded) == base64.b64decode(padded)
    with pytest.raises(BlauweKnopError, match="base64"):
        message_of(text)
