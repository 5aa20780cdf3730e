"""Public keys from outside: only whole points of three curves, and one name for each key."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from credentials.encoding import JsonObject, b64url_decode, b64url_encode, base58_encode, multibase_decode
from credentials.errors import MalformedInput
from credentials.keys import Algorithm, InvalidSignature, PublicJwk, SoftwareSigner, UnsupportedKey, verify_signature

VECTORS = Path(__file__).parents[2] / "vectors"

# RFC 7515 appendix A.3.1, RFC 8037 appendix A.2.
P256: JsonObject = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
ED25519: JsonObject = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
P384 = SoftwareSigner.generate(Algorithm.ES384).public_jwk.members

P = 2**256 - 2**224 + 2**192 + 2**96 - 1  # the field of P-256
Q = 2**255 - 19  # the field of Ed25519


@pytest.mark.parametrize(
    ("jwk", "algorithm", "curve"),
    [(P256, Algorithm.ES256, "P-256"), (P384, Algorithm.ES384, "P-384"), (ED25519, Algorithm.EDDSA, "Ed25519")],
)
def test_the_algorithm_follows_from_the_key(jwk: JsonObject, algorithm: Algorithm, curve: str) -> None:
    key = PublicJwk.parse(jwk)
    assert key.algorithm is algorithm
    assert key.curve == curve
    assert key.members == jwk
    assert list(key.members) == sorted(key.members)


def test_members_that_say_nothing_about_the_key_are_left_out() -> None:
    key = PublicJwk.parse({**P256, "kid": "k", "x5t": "AA", "unknown": {"a": 1}, "use": "sig", "alg": "ES256"})
    assert key.to_dict() == {**P256, "kid": "k"}
    assert PublicJwk.parse(P256).to_dict() == P256


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
@pytest.mark.parametrize("jwk", [P256, ED25519])
def test_a_private_member_is_refused_whatever_it_holds(jwk: JsonObject, member: str) -> None:
    for value in ("AA", "", None, 1):
        with pytest.raises(UnsupportedKey, match="private"):
            PublicJwk.parse({**jwk, member: value})


@pytest.mark.parametrize("jwk", [None, [], "jwk", 1, [P256], {}, {"kty": "EC"}, {"crv": "P-256"}])
def test_what_is_not_a_jwk_is_refused(jwk: object) -> None:
    with pytest.raises(UnsupportedKey):
        PublicJwk.parse(jwk)


@pytest.mark.parametrize(
    "change",
    [
        {"kty": "OKP"},
        {"kty": "RSA"},
        {"kty": "oct"},
        {"kty": "ec"},
        {"kty": None},
        {"kty": ["EC"]},
        {"crv": "P-384"},
        {"crv": "P-521"},
        {"crv": "secp256k1"},
        {"crv": "Ed25519"},
        {"crv": "p-256"},
        {"crv": ["P-256"]},
        {"crv": {}},
        {"crv": None},
        {"kid": 1},
        {"kid": ["k"]},
        {"kid": {}},
        {"kid": False},
    ],
)
def test_another_kind_or_curve_or_a_kid_that_is_no_string_is_refused(change: JsonObject) -> None:
    PublicJwk.parse(P256)
    with pytest.raises(UnsupportedKey):
        PublicJwk.parse({**P256, **change})


@pytest.mark.parametrize("crv", ["X25519", "Ed448", "X448", "P-256", "ed25519", None])
def test_another_octet_key_pair_is_refused(crv: object) -> None:
    with pytest.raises(UnsupportedKey):
        PublicJwk.parse({**ED25519, "crv": crv})


@pytest.mark.parametrize("name", ["x", "y"])
@pytest.mark.parametrize(
    "value",
    [
        None,
        1,
        [],
        "",
        b64url_encode(bytes(31)),
        b64url_encode(bytes(33)),
        b64url_encode(bytes(1 << 16)),
        str(P256["x"]) + "=",
        str(P256["x"])[:-1],
        str(P256["x"])[:-1] + "V",  # unused bits
        "+" + str(P256["x"])[1:],
        " " + str(P256["x"]),
    ],
)
def test_coordinates_are_canonical_and_of_full_size(name: str, value: object) -> None:
    with pytest.raises(MalformedInput):
        PublicJwk.parse({**P256, name: value})
    if name == "x":
        with pytest.raises(MalformedInput):
            PublicJwk.parse({**ED25519, name: value})


def test_a_coordinate_with_leading_zeros_keeps_them() -> None:
    key = next(
        key
        for key in (ec.derive_private_key(number, ec.SECP256R1()).public_key() for number in range(1, 2000))
        if key.public_numbers().x < 1 << 248
    )
    jwk = PublicJwk.from_key(key)
    assert len(b64url_decode(str(jwk.members["x"]))) == 32
    assert PublicJwk.parse(jwk.to_dict()) == jwk
    short = b64url_encode(b64url_decode(str(jwk.members["x"]))[1:])
    with pytest.raises(UnsupportedKey):
        PublicJwk.parse({**jwk.to_dict(), "x": short})


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (0, 0),  # the point at infinity as some libraries write it
        (1, 1),
        (P, 0),
        (2**256 - 1, 2**256 - 1),
    ],
)
def test_a_point_that_is_not_on_the_curve_is_refused(x: int, y: int) -> None:
    jwk = {"kty": "EC", "crv": "P-256", "x": b64url_encode(x.to_bytes(32)), "y": b64url_encode(y.to_bytes(32))}
    with pytest.raises(UnsupportedKey):
        PublicJwk.parse(jwk)


def test_a_flipped_bit_of_a_coordinate_leaves_the_curve() -> None:
    y = bytearray(b64url_decode(str(P256["y"])))
    y[-1] ^= 1
    with pytest.raises(UnsupportedKey, match="not on the curve"):
        PublicJwk.parse({**P256, "y": b64url_encode(bytes(y))})


@pytest.mark.parametrize("alg", ["ES256", "ECDH-ES", "ECDH-ES+A128KW"])
def test_a_stated_algorithm_of_the_curve_is_taken(alg: str) -> None:
    assert PublicJwk.parse({**P256, "alg": alg}).algorithm is Algorithm.ES256


@pytest.mark.parametrize(
    "alg", ["ES384", "ES512", "ES521", "EdDSA", "HS256", "none", "RS256", "es256", "", None, 1, []]
)
def test_a_stated_algorithm_of_another_curve_is_refused(alg: object) -> None:
    # CVE-2026-48523: what the list allows, what the header says and what the key says must be one.
    with pytest.raises(UnsupportedKey, match="alg"):
        PublicJwk.parse({**P256, "alg": alg})


@pytest.mark.parametrize("alg", ["EdDSA", "Ed25519"])
def test_both_names_of_an_ed25519_algorithm_are_taken(alg: str) -> None:
    assert PublicJwk.parse({**ED25519, "alg": alg}).algorithm is Algorithm.EDDSA
    with pytest.raises(UnsupportedKey):
        PublicJwk.parse({**ED25519, "alg": "Ed448"})
    with pytest.raises(UnsupportedKey):
        PublicJwk.parse({**ED25519, "alg": "ECDH-ES"})


@pytest.mark.parametrize(
    "said", [{"use": "enc"}, {"key_ops": ["encrypt"]}, {"key_ops": ["deriveBits"]}, {"key_ops": []}]
)
def test_a_key_published_for_encryption_verifies_no_signature(said: JsonObject) -> None:
    signer = SoftwareSigner.generate()
    signature = signer.sign(b"message")
    verify_signature(PublicJwk.parse(signer.public_jwk.to_dict()), b"message", signature)
    with pytest.raises(InvalidSignature):
        verify_signature(PublicJwk.parse({**signer.public_jwk.to_dict(), **said}), b"message", signature)


@pytest.mark.parametrize("said", [{"use": "sig"}, {"key_ops": ["verify"]}, {"key_ops": ["sign"]}, {"use": "other"}])
def test_a_key_published_for_signatures_verifies_them(said: JsonObject) -> None:
    signer = SoftwareSigner.generate()
    key = PublicJwk.parse({**signer.public_jwk.to_dict(), **said})
    verify_signature(key, b"message", signer.sign(b"message"))
    assert key == signer.public_jwk


@pytest.mark.parametrize("operations", ["verify", 1, {}])
def test_operations_that_are_no_list_are_refused(operations: object) -> None:
    with pytest.raises(UnsupportedKey, match="key_ops"):
        PublicJwk.parse({**P256, "key_ops": operations})


def test_operations_of_any_kind_do_no_harm() -> None:
    assert PublicJwk.parse({**P256, "key_ops": [None, [], {}, "verify"]}).encrypts_only is False


def small_order_heights() -> set[int]:
    """Find the points of order 1, 2, 4 and 8 by arithmetic: x^2 (1 + d y^2) = y^2 - 1 (RFC 8032 section 5.1)."""
    d = -121665 * pow(121666, -1, Q) % Q

    def x_of(y: int) -> int | None:
        square = (y * y - 1) * pow(d * y * y + 1, -1, Q) % Q
        root = pow(square, (Q + 3) // 8, Q)
        if (root * root - square) % Q:
            root = root * pow(2, (Q - 1) // 4, Q) % Q
        return root if (root * root - square) % Q == 0 else None

    def double(x: int, y: int) -> tuple[int, int]:
        product = d * x * x * y * y % Q
        return 2 * x * y * pow(1 + product, -1, Q) % Q, (y * y + x * x) * pow(1 - product, -1, Q) % Q

    # A point of order 8 doubles to one of order 4, which has y = 0. So x^2 = -y^2, and with the curve's own equation
    # d y^4 + 2 y^2 - 1 = 0.
    root = pow(1 + d, (Q + 3) // 8, Q)
    if (root * root - (1 + d)) % Q:
        root = root * pow(2, (Q - 1) // 4, Q) % Q
    heights = {0, 1, Q - 1}
    for sign in (1, -1):
        square = (sign * root - 1) * pow(d, -1, Q) % Q
        y = pow(square, (Q + 3) // 8, Q)
        if (y * y - square) % Q:
            y = y * pow(2, (Q - 1) // 4, Q) % Q
        if (y * y - square) % Q == 0:
            heights |= {y, Q - y}
    for y in heights:
        x = x_of(y)
        assert x is not None
        point = (x, y)
        for _ in range(3):
            point = double(*point)
        assert point == (0, 1)
    return heights


def test_the_five_heights_of_small_order_are_found_by_arithmetic() -> None:
    assert len(small_order_heights()) == 5


@pytest.mark.parametrize("sign_bit", [0, 1])
@pytest.mark.parametrize("height", sorted(small_order_heights()))
def test_an_ed25519_key_under_which_anyone_can_sign_is_refused(height: int, sign_bit: int) -> None:
    raw = (height | sign_bit << 255).to_bytes(32, "little")
    with pytest.raises(UnsupportedKey, match="main group"):
        PublicJwk.parse({**ED25519, "x": b64url_encode(raw)})
    with pytest.raises(UnsupportedKey):
        PublicJwk.from_multikey("z" + base58_encode(b"\xed\x01" + raw))


@pytest.mark.parametrize("height", [Q, Q + 1, Q + 18, Q + 3])
def test_a_second_spelling_of_an_ed25519_key_is_refused(height: int) -> None:
    for sign_bit in (0, 1):
        raw = (height | sign_bit << 255).to_bytes(32, "little")
        with pytest.raises(UnsupportedKey):
            PublicJwk.parse({**ED25519, "x": b64url_encode(raw)})


def test_an_ed25519_key_that_is_no_point_verifies_nothing() -> None:
    signature = SoftwareSigner.generate(Algorithm.EDDSA).sign(b"message")
    key = PublicJwk.parse({**ED25519, "x": b64url_encode((2).to_bytes(32, "little"))})
    for tried in (signature, bytes(64), b"\1" + bytes(63)):
        with pytest.raises(InvalidSignature):
            verify_signature(key, b"message", tried)


def test_the_thumbprint_of_rfc_8037_appendix_a_3() -> None:
    assert PublicJwk.parse(ED25519).thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_thumbprint_of_rfc_9449_section_6_1() -> None:
    key = PublicJwk.parse(
        {
            "kty": "EC",
            "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
            "crv": "P-256",
        }
    )
    assert key.thumbprint == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"


def test_a_key_is_equal_to_itself_under_any_order_and_to_no_other() -> None:
    one, other = PublicJwk.parse(P256), PublicJwk.parse(dict(reversed(P256.items())))
    assert one == other
    assert hash(one) == hash(other)
    assert one.thumbprint == other.thumbprint
    assert one != SoftwareSigner.generate().public_jwk
    assert "PublicJwk" in repr(one)


# W3C vc-di-ecdsa and vc-di-eddsa test key pairs; did:key specification, P-384.
@pytest.mark.parametrize(
    ("multikey", "algorithm"),
    [
        ("zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP", Algorithm.ES256),
        ("zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv", Algorithm.ES256),
        ("z82LkvCwHNreneWpsgPEbV3gu1C6NFJEBg4srfJ5gdxEsMGRJUz2sG9FE42shbn2xkZJh54", Algorithm.ES384),
        ("z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2", Algorithm.EDDSA),
        ("z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp", Algorithm.EDDSA),
    ],
)
def test_published_multikeys_are_read_and_written_again(multikey: str, algorithm: Algorithm) -> None:
    key = PublicJwk.from_multikey(multikey)
    assert key.algorithm is algorithm
    assert key.multikey == multikey
    assert PublicJwk.parse(key.to_dict()) == key


def test_the_published_secret_keys_give_the_published_public_keys() -> None:
    pair = json.loads((VECTORS / "vc-di-ecdsa" / "p256KeyPair.json").read_text())
    secret = multibase_decode(pair["secretKeyMultibase"])[2:]
    p256 = ec.derive_private_key(int.from_bytes(secret), ec.SECP256R1())
    assert SoftwareSigner(p256).public_jwk.multikey == pair["publicKeyMultibase"]
    pair = json.loads((VECTORS / "vc-di-eddsa" / "keyPair.json").read_text())
    secret = multibase_decode(pair["privateKeyMultibase"])[2:]
    okp = ed25519.Ed25519PrivateKey.from_private_bytes(secret)
    assert SoftwareSigner(okp).public_jwk.multikey == pair["publicKeyMultibase"]


_POINT = multibase_decode("zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP")[2:]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xed",
        b"\xed\x01",
        b"\xed\x01" + bytes(31),
        b"\xed\x01" + b"\x09" * 33,
        b"\xec\x01" + b"\x09" * 32,  # X25519
        b"\x80\x24" + _POINT[1:],  # no sign byte
        b"\x80\x24" + _POINT + b"\0",
        b"\x80\x24\x04" + _POINT[1:],  # neither sign
        b"\x80\x24\x02" + b"\xff" * 32,
        b"\x81\x24" + _POINT,  # P-384 with a point of P-256
        b"\x82\x24" + _POINT,  # P-521
        b"\xe7\x01" + _POINT,  # secp256k1
        b"\x86\x26" + bytes(32),  # a secret key
    ],
)
def test_a_multikey_of_another_kind_or_size_is_refused(raw: bytes) -> None:
    with pytest.raises(UnsupportedKey):
        PublicJwk.from_multikey("z" + base58_encode(raw))


def test_an_uncompressed_point_is_no_multikey() -> None:
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    raw = b"\x80\x24\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
    with pytest.raises(UnsupportedKey):
        PublicJwk.from_multikey("z" + base58_encode(raw))


@given(st.binary(min_size=1, max_size=60) | st.binary(min_size=33, max_size=33).map(lambda body: b"\x80\x24" + body))
def test_any_bytes_are_a_key_or_refused(raw: bytes) -> None:
    try:
        key = PublicJwk.from_multikey("z" + base58_encode(raw))
    except MalformedInput:
        return
    assert key.multikey == "z" + base58_encode(raw)


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP521R1()), ec.generate_private_key(ec.SECP256K1())])
def test_a_library_key_of_another_curve_is_refused(key: ec.EllipticCurvePrivateKey) -> None:
    with pytest.raises(UnsupportedKey):
        PublicJwk.from_key(key.public_key())


def test_another_library_object_is_refused() -> None:
    for key in (rsa.generate_private_key(65537, 2048).public_key(), ec.generate_private_key(ec.SECP256R1()), None):
        with pytest.raises(UnsupportedKey):
            PublicJwk.from_key(key)


def test_an_error_does_not_repeat_the_key() -> None:
    with pytest.raises(UnsupportedKey) as refused:
        PublicJwk.parse({**P256, "y": P256["x"]})
    assert str(P256["x"]) not in str(refused.value)
    assert base64.urlsafe_b64decode(f"{P256['x']}=").hex() not in str(refused.value)
