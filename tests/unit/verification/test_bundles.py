"""The overview download: what is written is read again, and what is not such a file is refused."""

from datetime import UTC, datetime

import pytest

from credentials.encoding import JsonObject, json_compact
from credentials.errors import MalformedInput
from credentials.verification import Bundle, BundledProof

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROOFS = (
    BundledProof("dc+sd-jwt", "eyJ.e30.x~"),
    BundledProof("ldp_vc", {"type": ["VerifiablePresentation"]}, is_presentation=True, nonce="n", audience="a"),
)


def test_what_is_written_is_read_again() -> None:
    written = Bundle.of(PROOFS).to_dict(NOW)
    assert written["type"] == "blauweknop-overzicht"
    assert written["versie"] == 1
    assert written["gemaaktOp"] == "2026-11-23T12:00:00Z"
    assert Bundle.parse(written).proofs == PROOFS
    assert Bundle.parse(json_compact(written)).proofs == PROOFS


def test_the_contents_are_not_printed() -> None:
    assert "eyJ" not in repr(Bundle.of(PROOFS))


@pytest.mark.parametrize(
    "change",
    [
        {"type": "overzicht"},
        {"versie": 2},
        {"versie": None},
        {"bewijzen": None},
        {"bewijzen": {}},
        {"bewijzen": ["eyJ~"]},
        {"bewijzen": [{"credential": "eyJ~"}]},
        {"bewijzen": [{"format": "dc+sd-jwt"}]},
        {"bewijzen": [{"format": "dc+sd-jwt", "credential": "x", "presentation": "x"}]},
        {"bewijzen": [{"format": "dc+sd-jwt", "credential": 1}]},
        {"bewijzen": [{"format": "dc+sd-jwt", "presentation": "x", "nonce": 1}]},
        {"bewijzen": [{"format": "dc+sd-jwt", "credential": "x"}] * 2001},
    ],
)
def test_another_file_is_refused(change: JsonObject) -> None:
    with pytest.raises(MalformedInput):
        Bundle.parse({**Bundle.of(PROOFS).to_dict(NOW), **change})


@pytest.mark.parametrize("data", [b"", b"[]", b'{"type":"blauweknop-overzicht","type":"x"}', b"\xff"])
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedInput):
        Bundle.parse(data)
