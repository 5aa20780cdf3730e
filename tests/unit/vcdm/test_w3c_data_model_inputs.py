"""The inputs of the W3C's data model suite, read as that suite would hand them over."""

import json
from pathlib import Path
from typing import Any

import pytest

from credentials.formats.vcdm import InvalidDocument, Problem, read_credential, read_presentation

INPUTS = Path(__file__).parents[2] / "vectors" / "vc-data-model-2.0"
NAMES = sorted(str(each.relative_to(INPUTS).with_suffix("")) for each in INPUTS.rglob("*.json"))

# Types without a meaning, or with one that is no URL, and terms with another: what is told by the contexts only.
FOR_JSON_LD = {
    "credential-redef-type-fail",
    "credential-redef-type2-fail",
    "credential-type-mapped-nonurl-fail",
    "credential-type-unmapped-fail",
}
SELF_ASSERTED = {
    "presentation-self-asserted-vc-ok": True,
    "presentation-self-asserted-vc-holder-mismatch": False,
    "presentation-self-asserted-vc-issuer-mismatch": False,
    "presentation-self-asserted-vc-no-holder": False,
}


def test_all_inputs_are_there() -> None:
    assert len(NAMES) == 120
    assert set(NAMES) >= FOR_JSON_LD | set(SELF_ASSERTED)


def read(name: str) -> None:
    document = json.loads((INPUTS / f"{name}.json").read_text("utf-8"))
    if name.startswith("presentation"):
        if name not in SELF_ASSERTED:
            secured(document.get("verifiableCredential", ()))
        read_presentation(document)
    else:
        completed(document, name)
        read_credential(document)


def secured(credentials: list[Any]) -> None:
    for each in credentials:
        if isinstance(each, dict) and each.get("type") != "EnvelopedVerifiableCredential":
            each["proof"] = {"type": "DataIntegrityProof"}


def completed(document: dict[str, Any], name: str) -> None:
    if name != "credential-no-issuer-fail":
        document.setdefault("issuer", "did:example:issuer")
    if isinstance(document.get("issuer"), dict):
        document["issuer"].setdefault("id", "did:example:issuer")
    if name.startswith("credential-validUntil-validFrom"):
        years = ("2025", "2027") if name.endswith("ok") else ("2027", "2025")
        document["validFrom"], document["validUntil"] = (f"{year}-11-23T12:00:00Z" for year in years)


@pytest.mark.parametrize("name", NAMES)
def test_each_input_is_taken_or_refused_as_its_name_says(name: str) -> None:
    if SELF_ASSERTED.get(name, name.endswith("-ok") or name in FOR_JSON_LD):
        read(name)
        return
    assert name in SELF_ASSERTED or "-fail" in name
    with pytest.raises(InvalidDocument) as caught:
        read(name)
    expected = Problem.RANGE if "validUntil-validFrom" in name else Problem.MALFORMED_VALUE
    assert caught.value.problem is expected
    assert caught.value.path.startswith("/")
