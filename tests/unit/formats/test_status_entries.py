"""`credentialStatus`: read as the specification says, or refused; what is written is read again."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.base import BitstringStatus, TokenStatus
from credentials.formats.vcdm import InvalidDocument
from credentials.formats.vcdm.status_entries import read, write

URI = "https://cjib.example/status/2"
MESSAGES: list[JsonValue] = [
    {"status": "0x0", "message": "pending_review"},
    {"status": "0x1", "message": "accepted"},
    {"status": "0x2", "message": "rejected"},
    {"status": "0x3", "message": "undefined"},
]


def an_entry(**changes: JsonValue) -> JsonObject:
    entry: JsonObject = {
        "id": f"{URI}#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "message",
        "statusListIndex": "7",
        "statusListCredential": URI,
        "statusSize": 2,
        "statusMessage": MESSAGES,
        "statusReference": "https://cjib.example/about",
    }
    return {name: value for name, value in {**entry, **changes}.items() if value is not None}


def test_the_specifications_example_of_two_bits_is_read() -> None:
    # Section 2.1, the example with `statusSize` 2.
    messages = ("pending_review", "accepted", "rejected", "undefined")
    assert read(an_entry()) == BitstringStatus(URI, 7, "message", 2, messages, ("https://cjib.example/about",))


def test_the_order_of_the_messages_does_not_matter_and_their_values_do() -> None:
    assert read(an_entry(statusMessage=[*reversed(MESSAGES)])) == read(an_entry())


@pytest.mark.parametrize(
    "status",
    [
        BitstringStatus(URI, 0, "revocation"),
        BitstringStatus(URI, 7, "message", 1, ("no", "yes")),
        BitstringStatus(URI, 7, "message", 2, ("a", "b", "c", "d"), (URI + "/a", URI + "/b")),
        BitstringStatus(URI, 1 << 30, "suspension", 8, tuple(map(str, range(256)))),
    ],
    ids=["one bit", "one bit with messages", "two bits", "eight bits"],
)
def test_what_is_written_is_read_again(status: BitstringStatus) -> None:
    (entry,) = write([status])
    assert isinstance(entry, dict)
    assert read(entry) == status


@pytest.mark.parametrize(
    "changes",
    [
        {"id": URI},
        {"type": "StatusList2021Entry"},
        {"type": None},
        {"statusPurpose": None},
        {"statusPurpose": ["message"]},
        {"statusListIndex": 7},
        {"statusListIndex": True},
        {"statusListIndex": "-1"},
        {"statusListIndex": "07"},
        {"statusListIndex": "7.0"},
        {"statusListIndex": "\u0667"},
        {"statusListCredential": None},
        {"statusListCredential": "status/2"},
        {"statusListCredential": [URI]},
        {"statusSize": 0},
        {"statusSize": -2},
        {"statusSize": True},
        {"statusSize": "2"},
        {"statusSize": 2.0},
        {"statusSize": None},
        {"statusSize": 9},
        {"statusSize": 1 << 40},
        {"statusMessage": None},
        {"statusMessage": MESSAGES[:2]},
        {"statusMessage": [*MESSAGES, {"status": "0x4", "message": "more"}]},
        {"statusMessage": [*MESSAGES[:3], MESSAGES[0]]},
        {"statusMessage": [*MESSAGES[:3], {"status": "3", "message": "x"}]},
        {"statusMessage": [*MESSAGES[:3], {"status": "0x4", "message": "x"}]},
        {"statusMessage": [*MESSAGES[:3], {"status": 3, "message": "x"}]},
        {"statusMessage": [*MESSAGES[:3], {"status": "0x3"}]},
        {"statusMessage": [*MESSAGES[:3], "0x3"]},
        {"statusMessage": {"status": "0x0", "message": "x"}},
        {"statusReference": "about"},
        {"statusReference": []},
        {"statusReference": [1]},
    ],
    ids=str,
)
def test_an_entry_that_is_wrong_is_refused(changes: JsonObject) -> None:
    with pytest.raises(InvalidDocument):
        read(an_entry(**changes))


def test_what_is_not_whole_is_not_written() -> None:
    for status in (
        TokenStatus(URI, 1),
        BitstringStatus(URI, 1, "message", 2),
        BitstringStatus(URI, 1, "message", 1, ("only one",)),
    ):
        with pytest.raises(ValueError, match=r"(?i)status"):
            write([status])


MEMBERS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(MESSAGES)


@given(st.sampled_from(sorted(an_entry())), MEMBERS | st.lists(MEMBERS, max_size=4))
def test_any_value_at_all_is_read_or_refused_in_our_own_words(name: str, value: JsonValue) -> None:
    with contextlib.suppress(InvalidDocument):
        assert isinstance(read({**an_entry(), name: value}), BitstringStatus)
