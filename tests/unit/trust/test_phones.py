"""The telephone number of an organisation, as the trust list says it: a number and nothing else."""

import pytest

from credentials.errors import MalformedInput
from credentials.trust import Participant, check_phone
from credentials.trust.participant import MalformedParticipant

ENTRY = {"identifier": "did:jwk:abc", "naam": "CJIB", "types": ["urn:x:1"]}


@pytest.mark.parametrize("number", ["0800-8115", "0800 0000 003", "+31 70 123 45 67", "14 013", "112"])
def test_a_number_is_written_as_people_write_it(number: str) -> None:
    assert check_phone(number) == number
    entry = Participant.parse({**ENTRY, "phone": number})
    assert (entry.phone, entry.to_dict()["phone"]) == (number, number)


@pytest.mark.parametrize(
    "number",
    [
        "bel 0800-8115",
        "0800-8115 (gratis)",
        "0800--8115",
        "tel:08008115",
        "0800-8115;phone-context=kwaad",
        "0800\n8115",
        "+",
        "12",
        "1" * 16,
        "٠٨٠٠٨١١٥",
    ],
)
def test_whatever_says_more_or_less_is_refused(number: str) -> None:
    with pytest.raises(MalformedInput):
        check_phone(number)
    with pytest.raises(MalformedParticipant):
        Participant.parse({**ENTRY, "phone": number})


def test_who_states_none_has_none() -> None:
    entry = Participant.parse({**ENTRY})
    assert entry.phone is None
    assert "phone" not in entry.to_dict()
