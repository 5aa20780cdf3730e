import json
from collections.abc import Callable

import pytest

from credentials.claims_path import places
from credentials.encoding import JsonObject, JsonValue
from credentials.openid.claims_path import ClaimsPath, PathNotFound, parse_path, select
from credentials.openid.errors import MalformedMessage


@pytest.fixture
def arthur(vector: Callable[[str], bytes]) -> JsonObject:
    document: JsonObject = json.loads(vector("vp/claims_path_pointer.json"))
    return document


@pytest.mark.requirement("vp-claims-path")
@pytest.mark.parametrize(
    ("path", "selected"),
    [
        (("name",), ["Arthur Dent"]),
        (("address",), [{"street_address": "42 Market Street", "locality": "Milliways", "postal_code": "12345"}]),
        (("address", "street_address"), ["42 Market Street"]),
        (("degrees", None, "type"), ["Bachelor of Science", "Master of Science"]),
        (("nationalities", 1), ["Betelgeusian"]),
        (("nationalities", None), ["British", "Betelgeusian"]),
    ],
)
def test_the_specifications_pointers_select_what_it_says(
    path: ClaimsPath, selected: list[JsonValue], arthur: JsonObject
) -> None:
    assert list(select(path, arthur)) == selected


@pytest.mark.requirement("vp-claims-path")
@pytest.mark.parametrize(
    "path",
    [
        ("age",),
        ("address", "country"),
        ("name", "first"),
        ("name", 0),
        ("name", None),
        ("address", None),
        ("address", 0),
        ("nationalities", 2),
        ("nationalities", "0"),
        ("nationalities", None, "x"),
        ("degrees", None, "year"),
        ("degrees", "type"),
    ],
)
def test_a_pointer_to_nothing_is_an_error(path: ClaimsPath, arthur: JsonObject) -> None:
    with pytest.raises(PathNotFound):
        select(path, arthur)


def test_a_path_leads_to_places_that_are_read_as_paths_again(arthur: JsonObject) -> None:
    found = places(("degrees", None, "type"), arthur)
    assert found == (("degrees", 0, "type"), ("degrees", 1, "type"))
    assert [select(place, arthur) for place in found] == [("Bachelor of Science",), ("Master of Science",)]


@pytest.mark.parametrize("path", [(), ("nationalities", True), ("nationalities", -1)])
def test_what_is_no_path_leads_nowhere(path: ClaimsPath, arthur: JsonObject) -> None:
    for find in (places, select):
        with pytest.raises(PathNotFound):
            find(path, arthur)


def test_an_element_without_the_name_is_left_out_and_the_others_stay() -> None:
    assert select(("a", None, "x"), {"a": [{"x": 1}, {}, {"x": 2}]}) == (1, 2)


def test_an_element_of_another_kind_ends_the_whole_path() -> None:
    with pytest.raises(PathNotFound):
        select(("a", None, "x"), {"a": [{"x": 1}, 7]})


def test_a_path_that_selects_too_much_is_refused() -> None:
    with pytest.raises(PathNotFound):
        select(("a", None, None), {"a": [[0] * 200] * 200})


def test_paths_are_read() -> None:
    assert parse_path(["a", None, 0], "claim", MalformedMessage) == ("a", None, 0)


@pytest.mark.parametrize("value", [None, "a", [], {}, [True], [1.0], [-1], [["a"]], [{}], ["a"] * 33, ["a" * 501]])
def test_what_is_no_path_is_refused(value: JsonValue) -> None:
    with pytest.raises(MalformedMessage):
        parse_path(value, "claim", MalformedMessage)
