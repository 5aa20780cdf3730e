"""An mdoc with any byte changed is refused in our own words; what its issuer signs anew is judged, whatever it is.

Nothing of a document is looser than a JWT: one byte more or less, or another one, and it is no proof. The version of
the response alone is not covered by any signature, and every 1.x is read as 1.0.
"""

import copy
import hashlib
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.dids import Resolver
from credentials.encoding import b64url_decode, b64url_encode
from credentials.errors import BlauweKnopError
from credentials.formats import Expectation
from credentials.jose.cbor import CborValue, Tagged, cbor_bytes, cbor_parse
from credentials.jose.cose import sign_structure
from credentials.status import StatusChecker
from credentials.verification import CheckName, Report, Verifier
from tests.unit.verification.scheme import Scheme, expectation

SCHEME = Scheme()
TRUST_LIST = SCHEME.trust_list()
VERIFIER = Verifier(
    SCHEME.formats, lambda: TRUST_LIST, Resolver(), StatusChecker(SCHEME.fetch, SCHEME.clock), SCHEME.clock
)
FORMAT = SCHEME.formats["mso_mdoc"]
SIGNER = SCHEME.cjib.signer
ISSUED = b64url_decode(str(SCHEME.a_credential("mso_mdoc")))
SHOWN = b64url_decode(str(SCHEME.shown("mso_mdoc")))
BARE: Expectation = expectation(holder_binding=False, nonce=None, audience=None)
ASKED: Expectation = expectation()
VERSION = SHOWN.index(b"gversion\x631.0") + len(b"gversion\x631.")

QUICK = settings(max_examples=150, deadline=None)
changes = st.randoms(use_true_random=False, note_method_calls=False)

# Heads that lie about what follows, or that our narrower profile does not take.
HEADS = [bytes.fromhex(each) for each in (
    "5f", "7f", "9f", "bf", "ff", "9b" + "ff" * 8, "bb" + "ff" * 8, "5b" + "7f" * 8, "1c", "f0", "f7", "f97e00", "1800",
    "fb7ff8000000000000", "c1", "d818", "3b" + "ff" * 8,
)]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 2**64 - 1, -(2**64), float("inf"), float("nan"), "", "a", "\0", "1.0", b"",
    b"\0" * 16, b"x" * 3_000, "x" * 3_000, [], {}, [[]], {0: {}}, {"": []}, [None], Tagged(24, b"\xa0"), Tagged(24,
    b"\xff"),
    Tagged(24, {}), Tagged(0, "2026-11-23T12:00:00Z"), Tagged(0, "9999-12-31T23:59:59Z"),
    Tagged(0, "0000-00-00T00:00:00Z"),
    Tagged(18, []), Tagged(2**64 - 1, None), [[[[[[[[[]]]]]]]]], {"status_list": {"idx": -1, "uri": ""}},
]  # fmt: skip
NAMES = [
    "version", "status", "documents", "documentErrors", "errors", "docType", "issuerSigned", "nameSpaces", "issuerAuth",
    "deviceSigned", "deviceAuth", "deviceSignature", "deviceMac", "valueDigests", "digestAlgorithm", "deviceKeyInfo",
    "validityInfo", "validUntil", "digestID", "random", "elementIdentifier", "elementValue", 1, 2, 3, 4, 16, 33, -1, -2,
    -3, -4,
]  # fmt: skip


def examined(data: bytes, expected: Expectation) -> Report:
    report = VERIFIER.examine(b64url_encode(data), expected, "mso_mdoc")
    assert report.proven is (report.decisive is None)
    assert json.dumps(report.to_dict())
    return report


def test_what_is_to_be_changed_is_proven() -> None:
    assert examined(ISSUED, BARE).proven
    assert examined(SHOWN, ASKED).proven


@pytest.mark.parametrize(("document", "expected"), [(ISSUED, BARE), (SHOWN, ASKED)], ids=["issued", "shown"])
def test_each_byte_counts(document: bytes, expected: Expectation) -> None:
    by = random.Random(1)
    loose = {VERSION} if document is SHOWN else set[int]()
    for place in range(len(document)):
        other = document[place] ^ (1 << by.randrange(8))
        changed = document[:place] + bytes([other]) + document[place + 1 :]
        report = examined(changed, expected)
        assert not report.proven or place in loose, place
        try:
            FORMAT.inspect(b64url_encode(changed))
        except BlauweKnopError:
            continue


@pytest.mark.requirement("mdoc-session")
@pytest.mark.parametrize(("document", "expected"), [(ISSUED, BARE), (SHOWN, ASKED)], ids=["issued", "shown"])
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_bytes_put_in_left_out_or_changed_are_refused(
    document: bytes, expected: Expectation, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(document)))
    end = data.draw(st.integers(start, min(len(document), start + 9)))
    changed = document[:start] + data.draw(st.sampled_from(HEADS) | st.binary(max_size=9)) + document[end:]
    if examined(changed, expected).proven:
        assert changed[:VERSION] + changed[VERSION + 1 :] == document[:VERSION] + document[VERSION + 1 :]
        assert document is SHOWN or changed == document


def places(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    match value:
        case dict():
            inside: Any = value.items()
        case list():
            inside = enumerate(value)
        case Tagged():
            inside = [("value", value.value)]
        case _:
            inside = ()
    return [here, *(place for step, each in inside for place in places(each, (*here, step)))]


def at(value: Any, place: tuple[Any, ...]) -> Any:
    for step in place:
        value = value.value if isinstance(value, Tagged) else value[step]
    return value


def replaced(value: Any, place: tuple[Any, ...], other: Any) -> Any:
    if not place:
        return other
    step, *rest = place
    if isinstance(value, Tagged):
        return Tagged(value.tag, replaced(value.value, tuple(rest), other))
    again = copy.copy(value)
    again[step] = replaced(value[step], tuple(rest), other)
    return again


def changed(value: Any, by: random.Random) -> Any:
    """One to three changes: something else there, something more, nothing, or another part of the same."""
    for _ in range(by.choice((1, 1, 1, 2, 3))):
        all_places = places(value)
        place = by.choice(all_places)
        there = at(value, place)
        match by.randrange(5):
            case 0 if isinstance(there, dict) and there:
                gone = by.choice(list(there))
                value = replaced(value, place, {name: each for name, each in there.items() if name != gone})
            case 1 if isinstance(there, dict):
                value = replaced(value, place, {**there, by.choice(NAMES): by.choice(VALUES)})
            case 2:
                value = replaced(value, place, at(value, by.choice(all_places)))
            case 3:
                value = replaced(value, place, by.choice(([there], {"x": there}, Tagged(24, there))))
            case _:
                value = replaced(value, place, by.choice(VALUES))
    return value


def inside(embedded: CborValue) -> Any:
    assert isinstance(embedded, Tagged)
    assert isinstance(embedded.value, bytes)
    return cbor_parse(embedded.value)


def written(value: Any) -> bytes:
    try:
        return cbor_bytes(value)
    except (TypeError, ValueError, OverflowError):
        # A tag in the place of a name, and its kind: no CBOR that anybody could send.
        return b""


@QUICK
@given(changes)
def test_a_verifier_judges_whatever_security_object_an_issuer_signs(by: random.Random) -> None:
    document: Any = cbor_parse(ISSUED)
    auth = document["issuerAuth"]
    security = written(Tagged(24, written(changed(inside(cbor_parse(auth[2])), by))))
    document["issuerAuth"] = sign_structure({}, security, SIGNER, unprotected=auth[1])
    report = examined(cbor_bytes(document), BARE)
    assert report.issuer is None or report.check(CheckName.SIGNATURE).outcome.value == "geslaagd"


@QUICK
@given(changes)
def test_a_verifier_judges_whatever_element_an_issuer_signs(by: random.Random) -> None:
    document: Any = cbor_parse(ISSUED)
    security = inside(cbor_parse(document["issuerAuth"][2]))
    ((namespace, listed),) = document["nameSpaces"].items()
    place = by.randrange(len(listed))
    item, raw = inside(listed[place]), listed[place]
    raw = Tagged(24, written(changed(item, by)))
    document["nameSpaces"] = {namespace: [*listed[:place], raw, *listed[place + 1 :]]}
    # Its digest with it, so that what is refused is refused for what it says.
    security["valueDigests"][namespace][item["digestID"]] = hashlib.sha256(cbor_bytes(raw)).digest()
    signed = written(Tagged(24, cbor_bytes(security)))
    document["issuerAuth"] = sign_structure({}, signed, SIGNER, unprotected=document["issuerAuth"][1])
    examined(cbor_bytes(document), BARE)
    try:
        FORMAT.inspect(b64url_encode(cbor_bytes(document)))
    except BlauweKnopError:
        return


@QUICK
@given(changes)
def test_a_response_changed_anywhere_is_judged(by: random.Random) -> None:
    data = written(changed(cbor_parse(SHOWN), by))
    for expected in (ASKED, BARE):
        examined(data, expected)
