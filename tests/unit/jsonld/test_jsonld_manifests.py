"""The W3C's own tests of expansion and of deserialisation to RDF: some are shipped, all run where they lie."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from credentials.encoding import JsonValue
from tests.vectors import jsonld_adapter as ours

SHIPPED = Path(__file__).parents[2] / "vectors/json-ld-api/tests"
BASE = "https://w3c.github.io/json-ld-api/tests/"
# Of what is shipped and of everything; tests for JSON-LD 1.0 alone are not counted.
LEAST = {"shipped": 150, "expand": 376, "toRdf": 456}


def test_the_shipped_tests_of_deserialisation_come_out_as_published() -> None:
    assert failures(SHIPPED, "toRdf", LEAST["shipped"]) == []


@pytest.mark.outside("BLAUWEKNOP_VECTORS")
@pytest.mark.parametrize("group", ["expand", "toRdf"])
def test_every_test_of_the_suite_comes_out_as_published(group: str) -> None:
    folder = Path(os.environ["BLAUWEKNOP_VECTORS"]) / "json-ld-api/tests"
    if not folder.is_dir():
        pytest.skip("BLAUWEKNOP_VECTORS holds no json-ld-api/tests")
    assert failures(folder, group, LEAST[group]) == []


def failures(folder: Path, group: str, least: int) -> list[str]:
    """Run a manifest; return what did not come out as published."""

    def load(url: str) -> JsonValue:
        # A folder holds files, and some of the tests ask for what is none.
        value: JsonValue = json.loads((folder / url.removeprefix(BASE).partition("#")[0]).read_text(encoding="utf-8"))
        return value

    failed, count = [], 0
    for entry in json.loads((folder / f"{group}-manifest.jsonld").read_text(encoding="utf-8"))["sequence"]:
        option = entry.get("option", {})
        if option.get("specVersion") == "json-ld-1.0" or not (folder / entry["input"]).exists():
            continue
        count += 1
        options = {"base": BASE + entry["input"], **option, "load": load}
        if "expandContext" in option:
            options["expandContext"] = load(BASE + option["expandContext"])
        if not _comes_out(folder, group, entry, options):
            failed.append(entry["@id"])
    assert count >= least
    return failed


def _comes_out(folder: Path, group: str, entry: dict[str, Any], options: dict[str, Any]) -> bool:
    work: Callable[..., Any] = ours.expand if group == "expand" else ours.to_rdf
    try:
        result = work(BASE + entry["input"], options)
    except ours.ReportedError as error:
        return error.code == entry.get("expectErrorCode")
    if "expectErrorCode" in entry:
        return False
    if "expect" not in entry:
        return True
    expected = (folder / entry["expect"]).read_text(encoding="utf-8")
    if group == "expand":
        return same(result, json.loads(expected))
    return ours.canonize(result, "SHA256") == ours.canonize(expected, "SHA256")


def same(one: JsonValue, other: JsonValue, *, ordered: bool = False) -> bool:
    """Compare JSON in which arrays are sets, but for those under `@list`."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k], ordered=k == "@list") for k in one)
    if isinstance(one, list) and isinstance(other, list):
        if ordered or len(one) != len(other):
            return len(one) == len(other) and all(map(same, one, other))
        rest = list(other)
        for item in one:
            found = next((index for index, candidate in enumerate(rest) if same(item, candidate)), None)
            if found is None:
                return False
            del rest[found]
        return True
    return one == other and isinstance(one, bool) == isinstance(other, bool)
