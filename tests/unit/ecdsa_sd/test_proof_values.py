"""One spelling of a proof value and no other (DI-ECDSA 3.5.2 to 3.5.9)."""

from typing import Any

import cbor2
import pytest

from credentials.encoding import b64url_decode, b64url_encode
from credentials.formats.ldp_vc import InvalidProof
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023 import BaseProofValue, DerivedProofValue
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.proof_value import MAX_STATEMENTS, is_base, multikey
from credentials.keys import Algorithm, SoftwareSigner

BASE, DERIVED = bytes.fromhex("d95d00"), bytes.fromhex("d95d01")
KEY = SoftwareSigner.generate().public_jwk
RAW_KEY = multikey(KEY)
SIGNATURE, DIGEST = bytes(range(64)), bytes(range(32))

BASE_PARTS: list[Any] = [SIGNATURE, RAW_KEY, DIGEST, [SIGNATURE, SIGNATURE], ["/issuer", ""]]
DERIVED_PARTS: list[Any] = [SIGNATURE, RAW_KEY, [SIGNATURE], {0: DIGEST, 1: DIGEST[::-1]}, [0, 2]]


def written(header: bytes, parts: object) -> str:
    return f"u{b64url_encode(header + cbor2.dumps(parts))}"


def base(**changes: object) -> str:
    return written(BASE, [changes.get(f"at{place}", part) for place, part in enumerate(BASE_PARTS)])


def derived(**changes: object) -> str:
    return written(DERIVED, [changes.get(f"at{place}", part) for place, part in enumerate(DERIVED_PARTS)])


def test_reads_and_writes_a_base_proof() -> None:
    value = BaseProofValue.parse(base())
    assert value == BaseProofValue(SIGNATURE, KEY, DIGEST, (SIGNATURE, SIGNATURE), ("/issuer", ""))
    assert value.serialise() == base()
    assert is_base(base())
    assert not is_base(derived())
    assert not is_base(None)


def test_reads_and_writes_a_derived_proof() -> None:
    value = DerivedProofValue.parse(derived())
    labels = tuple(f"u{b64url_encode(each)}" for each in (DIGEST, DIGEST[::-1]))
    assert value == DerivedProofValue(SIGNATURE, KEY, (SIGNATURE,), labels, (0, 2))
    assert value.serialise() == derived()


def test_the_order_of_a_map_is_its_own() -> None:
    value = DerivedProofValue.parse(derived(at3={1: DIGEST[::-1], 0: DIGEST}))
    assert value.labels == DerivedProofValue.parse(derived()).labels


@pytest.mark.parametrize("kind", [BaseProofValue, DerivedProofValue])
@pytest.mark.parametrize("value", [None, 1, "", "u", "z", "x", "u!!", "u2V0", "u2V0A=", "u2V0A", "u2V0B", [base()]])
def test_refuses_what_is_no_proof_value(kind: Any, value: object) -> None:
    with pytest.raises(InvalidProof):
        kind.parse(value)


def test_each_kind_refuses_the_other_and_unknown_headers() -> None:
    with pytest.raises(InvalidProof, match="header"):
        BaseProofValue.parse(derived())
    with pytest.raises(InvalidProof, match="header"):
        DerivedProofValue.parse(base())
    for header in ("d95d02", "d95d03", "d95c00", "da5d00", "00"):
        with pytest.raises(InvalidProof):
            BaseProofValue.parse(written(bytes.fromhex(header), BASE_PARTS))


@pytest.mark.parametrize(
    ("place", "part"),
    [
        (0, SIGNATURE[:-1]),
        (0, SIGNATURE + b"\0"),
        (0, SIGNATURE.hex()),
        (0, list(SIGNATURE)),
        (1, RAW_KEY[:-1]),
        (1, RAW_KEY + b"\0"),
        (1, b"\x81\x24" + RAW_KEY[2:]),
        (1, RAW_KEY[:2] + b"\x04" + RAW_KEY[3:]),
        (1, RAW_KEY[:3] + b"\xff" * 32),
        (1, multikey(SoftwareSigner.generate(Algorithm.ES256).public_jwk)[2:] + b"\0\0"),
        (2, DIGEST[:-1]),
        (2, DIGEST * 2),
        (2, "key"),
        (3, [SIGNATURE, SIGNATURE[:-1]]),
        (3, SIGNATURE),
        (3, [None]),
        (3, {0: SIGNATURE}),
        (3, [b""] * (MAX_STATEMENTS + 1)),
        (4, ["/issuer", 1]),
        (4, "/issuer"),
        (4, [b"/issuer"]),
        (4, ["/x"] * 300),
    ],
)
def test_refuses_a_base_proof_with_a_wrong_part(place: int, part: object) -> None:
    with pytest.raises(InvalidProof):
        BaseProofValue.parse(base(**{f"at{place}": part}))


@pytest.mark.parametrize(
    ("place", "part"),
    [
        (0, SIGNATURE[:-1]),
        (1, RAW_KEY + b"\0"),
        (2, [SIGNATURE + b"\0"]),
        (2, SIGNATURE),
        (3, [DIGEST]),
        (3, {0: DIGEST[:-1]}),
        (3, {0: DIGEST.hex()}),
        (3, {1: DIGEST}),
        (3, {0: DIGEST, 2: DIGEST[::-1]}),
        (3, {-1: DIGEST}),
        (3, {"0": DIGEST}),
        (3, {False: DIGEST}),
        (3, {0.0: DIGEST}),
        (3, {0: DIGEST, 1: DIGEST}),
        (4, [0, 0]),
        (4, [2, 0]),
        (4, [-1]),
        (4, [1.0]),
        (4, [True]),
        (4, ["0"]),
        (4, {0: 0}),
        (4, [2**70]),
        (4, list(range(MAX_STATEMENTS + 1))),
    ],
)
def test_refuses_a_derived_proof_with_a_wrong_part(place: int, part: object) -> None:
    with pytest.raises(InvalidProof):
        DerivedProofValue.parse(derived(**{f"at{place}": part}))


def test_refuses_another_number_of_components() -> None:
    for parts in (BASE_PARTS[:-1], [*BASE_PARTS, 0], [], {}, {"a": 1}, 0, b""):
        with pytest.raises(InvalidProof):
            BaseProofValue.parse(written(BASE, parts))


def respelled(change: tuple[bytes, bytes]) -> str:
    data = b64url_decode(derived()[1:])
    old, new = change
    assert old in data
    return f"u{b64url_encode(data.replace(old, new, 1))}"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param((b"\x01\x85", b"\x01\x98\x05"), id="length not the shortest"),
        pytest.param((b"\x58\x40", b"\x59\x00\x40"), id="size not the shortest"),
        pytest.param((b"\x82\x00\x02", b"\x82\x00\x18\x02"), id="number not the shortest"),
        pytest.param((b"\x82\x00\x02", b"\x9f\x00\x02\xff"), id="array of no length"),
        pytest.param((b"\x58\x40", b"\x5f\x58\x40"), id="text of no length"),
        pytest.param((b"\x82\x00\x02", b"\x82\x00\x02\x00"), id="something after"),
        pytest.param((b"\x82\x00\x02", b"\x82\x00"), id="too short"),
        pytest.param((b"\x82\x00\x02", b"\x82\x00\xc2\x41\x02"), id="number as a tag"),
        pytest.param((b"\x58\x40", b"\xd8\x40\x58\x40"), id="bytes with a tag"),
        pytest.param((b"\x01\x85", b"\x01\xd9\xd9\xf7\x85"), id="tagged as CBOR"),
        pytest.param((b"\x82\x00\x02", b"\x82\x00\xd8\x23\x63a+b"), id="a pattern to compile"),
        pytest.param((b"\x82\x00\x02", b"\x82\x00\xf9\x40\x00"), id="number as a fraction"),
        pytest.param((b"\xa2\x00", b"\xa2\x01"), id="key twice"),
        pytest.param((b"\x82\x00\x02", b"\x9b\x00\x00\x00\x7f\xff\xff\xff\xff"), id="length of a giant"),
        pytest.param((b"\x82\x00\x02", b"\x81" * 1000), id="nested"),
    ],
)
def test_refuses_another_spelling(change: tuple[bytes, bytes]) -> None:
    with pytest.raises(InvalidProof):
        DerivedProofValue.parse(respelled(change))


def test_no_bit_of_the_envelope_can_be_flipped_unnoticed() -> None:
    # Signatures, keys and labels are checked by what they are for; everything else here.
    text = derived()
    value = DerivedProofValue.parse(text)
    data = b64url_decode(text[1:])
    for place in range(len(data)):
        for bit in range(8):
            changed = data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]
            try:
                other = DerivedProofValue.parse(f"u{b64url_encode(changed)}")
            except InvalidProof:
                continue
            assert other != value
