"""A value that is signed as one kind is not shown as another: our own profile has one way to write each."""

from typing import Final

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, Profile, UnsafeDocument
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V2

OWN: Final = Canonicaliser(ContextBundle.with_examples())
ANY: Final = Canonicaliser(ContextBundle.with_examples(), profile=Profile.ANY)
NUMBER: Final = "http://www.w3.org/2001/XMLSchema#"


def document(**members: JsonValue) -> JsonObject:
    return {"@context": [CREDENTIALS_V2], "id": "urn:uuid:1", "type": "VerifiableCredential", **members}


@pytest.mark.parametrize(
    ("shown", "alike"),
    [
        ({"validFrom": 2026}, {"validFrom": "2026"}),
        ({"validFrom": True}, {"validFrom": "true"}),
        ({"name": {"@value": False, "@type": f"{NUMBER}string"}}, {"name": {"@value": "false"}}),
        ({"name": {"@value": 1, "@type": f"{NUMBER}boolean"}}, {"name": {"@value": "1", "@type": f"{NUMBER}boolean"}}),
    ],
)
def test_a_value_of_another_kind_is_refused(shown: JsonObject, alike: JsonObject) -> None:
    assert ANY.canonical(document(**shown)) == ANY.canonical(document(**alike)) == OWN.canonical(document(**alike))
    with pytest.raises(UnsafeDocument):
        OWN.canonical(document(**shown))


@pytest.mark.parametrize(
    "value",
    [
        5,
        True,
        {"@value": 5, "@type": f"{NUMBER}integer"},
        {"@value": 5, "@type": f"{NUMBER}decimal"},
        {"@value": True, "@type": f"{NUMBER}boolean"},
    ],
)
def test_a_value_of_its_own_kind_is_taken(value: JsonValue) -> None:
    assert OWN.canonical(document(name=value)) == ANY.canonical(document(name=value))


def test_types_stand_under_one_name() -> None:
    for own, other in (("type", "@type"), ("@type", "type")):
        types: JsonObject = {own: "VerifiableCredential", other: "VerifiablePresentation"}
        moved = {**document(), **types}
        assert ANY.canonical(moved) == ANY.canonical(document(type=["VerifiableCredential", "VerifiablePresentation"]))
        with pytest.raises(UnsafeDocument):
            OWN.canonical(moved)
