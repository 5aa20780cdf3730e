"""The W3C test suite of RDF Dataset Canonicalization 1.0: every test of its manifest, at the default bound."""

import json
from pathlib import Path
from typing import Any

import pytest

from credentials.formats.ldp_vc.rdf import PoisonedDataset, canonicalise, parse

VECTORS = Path(__file__).parents[2] / "vectors" / "rdf-canon"
ENTRIES = json.loads((VECTORS / "manifest.jsonld").read_text())["entries"]
HASHES = {"SHA256": "sha256", "SHA384": "sha384"}


def _of(kind: str) -> list[Any]:
    return [pytest.param(entry, id=entry["id"][1:]) for entry in ENTRIES if entry["type"] == f"rdfc:RDFC10{kind}Test"]


def _read(name: str) -> str:
    # Not with universal newlines: some tests are about line ends.
    return (VECTORS / name).read_bytes().decode("utf-8")


@pytest.mark.parametrize("entry", _of("Eval"))
def test_the_canonical_form_is_the_expected_one(entry: dict[str, Any]) -> None:
    hash_name = HASHES[entry.get("hashAlgorithm", "SHA256")]
    assert canonicalise(parse(_read(entry["action"])), hash_name=hash_name).text == _read(entry["result"])


@pytest.mark.parametrize("entry", _of("Map"))
def test_the_issued_identifiers_are_the_expected_ones(entry: dict[str, Any]) -> None:
    hash_name = HASHES[entry.get("hashAlgorithm", "SHA256")]
    assert canonicalise(parse(_read(entry["action"])), hash_name=hash_name).labels == json.loads(_read(entry["result"]))


@pytest.mark.parametrize("entry", _of("NegativeEval"))
def test_a_poisoned_dataset_is_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(PoisonedDataset):
        canonicalise(parse(_read(entry["action"])))


def test_the_manifest_is_whole() -> None:
    assert (len(_of("Eval")), len(_of("Map")), len(_of("NegativeEval"))) == (64, 21, 1)
    assert len(ENTRIES) == 86
