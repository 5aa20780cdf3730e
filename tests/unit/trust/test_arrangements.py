"""Where a citizen asks to pay in parts, as the trust list says it: a page, by an address that says nothing."""

from typing import Any

import pytest

from credentials.errors import MalformedInput
from credentials.trust import JointArrangement, Participant, check_address
from credentials.trust.participant import MalformedParticipant

ENTRY: dict[str, Any] = {"identifier": "did:jwk:abc", "naam": "CJIB", "types": ["urn:x:1"]}
REFUSED = [
    "http://www.cjib.example/in-stukjes",
    "javascript:alert(1)",
    "data:text/html,hallo",
    "//www.cjib.example",
    "/in-stukjes",
    "https://",
    "https:///in-stukjes",
    "https://www.cjib.example@kwaad.example/",
    "https://u:p@www.cjib.example/",
    "https://www.cjib.example/in-stukjes?bsn=999990007",
    "https://www.cjib.example/in-stukjes?",
    "https://www.cjib.example/in-stukjes#zaak",
    "https://www.cjib.example/in stukjes",
    "https://www.cjib.example/\n",
    "https://www.cjıb.example/",
    "https://www.cjib.example\\@kwaad.example",
    "https://www.cjib.example:zes/",
    f"https://www.cjib.example/{'a' * 300}",
]


def test_an_address_is_the_page_of_a_host() -> None:
    for address in ("https://www.cjib.example", "https://www.cjib.example:8443/in-stukjes/aanvragen.html"):
        assert check_address(address) == address
        assert Participant.parse(ENTRY | {"arrangement": address}).arrangement == address


@pytest.mark.parametrize("address", REFUSED)
def test_any_other_address_is_refused_wherever_it_stands(address: str) -> None:
    with pytest.raises(MalformedInput) as refused:
        check_address(address)
    assert "kwaad" not in refused.value.detail
    for members in ({"arrangement": address}, {"jointArrangement": {"naam": "Rijk", "adres": address}}):
        with pytest.raises(MalformedParticipant):
            Participant.parse(ENTRY | members)


@pytest.mark.parametrize(
    "stated",
    [
        "Betalingsregeling Rijk",
        [],
        {},
        {"naam": "Rijk"},
        {"adres": "https://r.example"},
        {"naam": 1, "adres": "https://r.example"},
        {"naam": "Rijk", "adres": ["https://r.example"]},
        {"naam": " ", "adres": "https://r.example"},
        {"naam": "x" * 81, "adres": "https://r.example"},
        {"naam": "Om\u202egekeerd", "adres": "https://r.example"},
        {"naam": "Twee\nregels", "adres": "https://r.example"},
    ],
)
def test_a_joint_arrangement_has_a_plain_name_and_an_address(stated: Any) -> None:
    with pytest.raises(MalformedParticipant):
        Participant.parse(ENTRY | {"jointArrangement": stated})


def test_who_says_nothing_has_none_and_states_none() -> None:
    entry = Participant.parse(ENTRY)
    assert (entry.arrangement, entry.joint_arrangement) == (None, None)
    assert not entry.to_dict().keys() & {"arrangement", "jointArrangement"}
    joint = JointArrangement("Rijk", "https://r.example/a")
    assert Participant.parse(ENTRY | {"jointArrangement": joint.to_dict()}).joint_arrangement == joint
