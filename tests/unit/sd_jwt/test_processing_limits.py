"""What processing refuses by itself, whoever parsed the token (RFC 9901 section 7.1)."""

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import LimitExceeded
from credentials.formats import MalformedCredential
from credentials.formats.selective_disclosure import Limits, UnverifiedSdJwt, process

LIMITS = Limits(max_depth=4, max_digests=3)
NO_NAMES: frozenset[str] = frozenset()


@pytest.mark.parametrize("name", ["md5", "SHA-256", "sha256", "", None, 1, ["sha-256"], {"sha-256": 1}])
def test_an_unknown_hash_function_is_refused(name: JsonValue) -> None:
    with pytest.raises(MalformedCredential):
        process({"_sd_alg": name}, {}, LIMITS, NO_NAMES)
    assert process({"_sd_alg": "sha-512"}, {}, LIMITS, NO_NAMES).payload == {}


@pytest.mark.parametrize(
    ("good", "deep"),
    [
        ({"a": {"b": {"c": {"d": 1}}}}, {"a": {"b": {"c": {"d": {"e": 1}}}}}),
        ({"a": [[[1]]]}, {"a": [[[[1]]]]}),
        ({"a": [{"b": [1]}]}, {"a": [{"b": [{"c": 1}]}]}),
    ],
)
def test_claims_are_as_deep_as_they_may_be(good: JsonObject, deep: JsonObject) -> None:
    assert process(good, {}, LIMITS, NO_NAMES).payload == good
    with pytest.raises(LimitExceeded):
        process(deep, {}, LIMITS, NO_NAMES)


def test_digests_are_as_many_as_they_may_be_wherever_they_stand() -> None:
    few: JsonObject = {"_sd": ["x"], "a": {"_sd": ["y"]}, "b": [{"...": "z"}, 1]}
    assert process(few, {}, LIMITS, NO_NAMES).payload == {"b": [1]}
    with pytest.raises(LimitExceeded):
        process({**few, "c": [{"...": "w"}]}, {}, LIMITS, NO_NAMES)


def test_what_was_emptied_is_left_out_or_kept_as_the_caller_wants() -> None:
    payload: JsonObject = {"a": {"_sd": ["x"]}, "b": [{"...": "z"}], "c": [], "d": {}}
    assert process(payload, {}, LIMITS, NO_NAMES).payload == {"c": [], "d": {}}
    kept = process(payload, {}, LIMITS, NO_NAMES, keep_emptied=True)
    assert kept.payload == {"a": {}, "b": [], "c": [], "d": {}}


def test_a_name_that_may_not_be_hidden_is_open_all_the_way_down() -> None:
    never = frozenset({"status"})
    assert process({"status": {"a": [1]}, "x": {"status": {"_sd": []}}}, {}, LIMITS, never).payload
    below: list[JsonValue] = [{"_sd": []}, {"a": [{"...": "x"}]}, [{"a": {"_sd": ["x"]}}], {"_sd_alg": "sha-256"}]
    for hidden in below:
        with pytest.raises(MalformedCredential):
            process({"status": hidden}, {}, LIMITS, never)
    with pytest.raises(MalformedCredential):
        process({"_sd": ["x"]}, {"x": ["salt", "status", 1]}, LIMITS, never)


def test_a_compact_form_is_measured_before_it_is_taken_apart() -> None:
    limits = Limits(max_characters=1_000, max_disclosures=2)
    not_compact: tuple[object, ...] = (None, b"a~", {}, "", "eyJ", "é~", "eyJ.eyJ.é~")
    for malformed in not_compact:
        with pytest.raises(MalformedCredential):
            UnverifiedSdJwt.parse(malformed, limits, "dc+sd-jwt")
    for large in ("x" * 1_001, "~" * 4):
        with pytest.raises(LimitExceeded):
            UnverifiedSdJwt.parse(large, limits, "dc+sd-jwt")


@pytest.mark.parametrize("content", ["abc", {"a": 1, "b": 2, "c": 3}, None, 1, [], ["s"], ["s", 1, 2], [1, "n", 2]])
def test_what_is_no_disclosure_of_a_member_opens_none(content: JsonValue) -> None:
    with pytest.raises(MalformedCredential):
        process({"_sd": ["x"]}, {"x": content}, LIMITS, NO_NAMES)
    assert process({"_sd": ["x"]}, {"x": ["s", "n", 2]}, LIMITS, NO_NAMES).payload == {"n": 2}


@pytest.mark.parametrize("content", ["ab", {"a": 1, "b": 2}, None, 1, [], ["s"], ["s", "n", 2], [1, 2]])
def test_what_is_no_disclosure_of_an_element_opens_none(content: JsonValue) -> None:
    with pytest.raises(MalformedCredential):
        process({"a": [{"...": "x"}]}, {"x": content}, LIMITS, NO_NAMES)
    assert process({"a": [{"...": "x"}]}, {"x": ["s", 2]}, LIMITS, NO_NAMES).payload == {"a": [2]}
