"""Which disclosures a claims path needs: what lies on the way to it, and everything beneath it, and no others."""

import pytest

from credentials.encoding import JsonObject
from credentials.formats import ClaimsPath, UndisclosablePath
from credentials.formats.selective_disclosure.paths import needed
from credentials.formats.selective_disclosure.processing import Path

PAYLOAD: JsonObject = {"a": {"b": {"c": 1, "d": 2}, "e": 3}, "ab": 4, "rij": [{"x": 1}, {"x": 2}]}
PLACES: dict[str, Path] = {
    "a": ("a",),
    "b": ("a", "b"),
    "c": ("a", "b", "c"),
    "d": ("a", "b", "d"),
    "e": ("a", "e"),
    "ab": ("ab",),
    "rij-0": ("rij", 0),
    "rij-1": ("rij", 1),
    "x-1": ("rij", 1, "x"),
}


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ([("a", "b", "c")], {"a", "b", "c"}),
        ([("a", "b")], {"a", "b", "c", "d"}),
        ([("a",)], {"a", "b", "c", "d", "e"}),
        ([("ab",)], {"ab"}),
        ([("rij",)], {"rij-0", "rij-1", "x-1"}),
        ([("rij", None, "x")], {"rij-0", "rij-1", "x-1"}),
        ([("rij", 0)], {"rij-0"}),
        ([("rij", 1, "x")], {"rij-1", "x-1"}),
        ([("a", "e"), ("ab",)], {"a", "e", "ab"}),
        ([], set()),
    ],
)
def test_what_is_needed_and_nothing_else(wanted: list[ClaimsPath], shown: set[str]) -> None:
    assert needed(PAYLOAD, PLACES, wanted) == shown


@pytest.mark.parametrize("path", [(), ("nothing",), ("a", 0), ("rij", 2), ("rij", -1), ("rij", True), ("ab", None)])
def test_a_path_that_leads_nowhere_is_refused(path: ClaimsPath) -> None:
    with pytest.raises(UndisclosablePath):
        needed(PAYLOAD, PLACES, [path])
