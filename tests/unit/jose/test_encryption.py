"""Encryption: one agreement, two ciphers, our own key; and nothing that a sender may choose besides."""

import json
import zlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from jwcrypto import jwe as library
from jwcrypto import jwk as library_keys

from credentials.encoding import JsonObject, b64url_decode, b64url_encode
from credentials.errors import LimitExceeded, MalformedInput
from credentials.jose import EncryptionKey, InvalidEncryption, decrypt, encrypt, open_compact
from credentials.jose.jwe import MAX_JWE_CHARACTERS, header_of
from credentials.keys import Algorithm, SoftwareSigner, UnsupportedKey
from tests.unit.jose.tokens import KEY_OF_OURS, concat_kdf, encrypted, text_of

CONTENT: JsonObject = {"vp_token": {"overzicht": ["eyJ…"]}, "state": "s"}
STRICT_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("abcé=", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=5), inner, max_size=3),
)


@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_what_is_encrypted_is_decrypted_by_its_key_only(enc: str) -> None:
    compact = encrypt(CONTENT, KEY_OF_OURS.public(), enc)
    assert decrypt(compact, KEY_OF_OURS) == CONTENT
    with pytest.raises(InvalidEncryption):
        decrypt(compact, EncryptionKey.generate("k1"))


@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_the_positive_control_of_encryptions_made_by_hand(enc: str) -> None:
    assert decrypt(encrypted(enc=enc), KEY_OF_OURS) == {"a": 1}


def test_the_published_key_says_what_it_is_for_and_nothing_private() -> None:
    public = KEY_OF_OURS.public()
    assert public["use"] == "enc"
    assert public["alg"] == "ECDH-ES"
    assert public["kid"] == "k1"
    assert "d" not in public


def test_the_key_id_is_copied_so_that_the_receiver_finds_its_key() -> None:
    header = header_of(encrypt(CONTENT, KEY_OF_OURS.public()))
    assert header["kid"] == "k1"
    assert header["alg"] == "ECDH-ES"
    assert header["enc"] == "A128GCM"
    without = {name: value for name, value in KEY_OF_OURS.public().items() if name != "kid"}
    assert "kid" not in header_of(encrypt(CONTENT, without))


def test_every_encryption_has_its_own_ephemeral_key() -> None:
    made = {json.dumps(header_of(encrypt(CONTENT, KEY_OF_OURS.public()))["epk"]) for _ in range(5)}
    assert len(made) == 5


def test_the_key_agreement_of_rfc_7518_appendix_c() -> None:
    # Our own stand-in for a sender agrees with the RFC, and what follows here is made by that stand-in.
    ours = ec.derive_private_key(
        int.from_bytes(b64url_decode("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw")), ec.SECP256R1()
    )
    ephemeral = SoftwareSigner.from_private_jwk(
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
            "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
            "d": "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo",
        }
    )
    assert isinstance(ephemeral.public_jwk.key, ec.EllipticCurvePublicKey)
    shared = ours.exchange(ec.ECDH(), ephemeral.public_jwk.key)
    assert concat_kdf(shared, "A128GCM", b"Alice", b"Bob", 16) == b64url_decode("VqqN6vgjbSBcIijNcacQGg")


def test_the_parties_names_enter_the_key() -> None:
    members = {"apu": b64url_encode(b"Alice"), "apv": b64url_encode(b"Bob")}
    assert decrypt(encrypted(members, apu=b"Alice", apv=b"Bob"), KEY_OF_OURS) == {"a": 1}
    with pytest.raises(InvalidEncryption):
        decrypt(encrypted(members, apu=b"Alice", apv=b"Mallory"), KEY_OF_OURS)


# Header.


@pytest.mark.parametrize(
    "alg",
    [
        "RSA1_5", "RSA-OAEP", "RSA-OAEP-256", "dir", "A128KW", "A256GCMKW", "PBES2-HS256+A128KW", "ECDH-ES+A128KW",
        "ECDH-ES+A256KW", "ecdh-es", "ECDH-ES ", "none", "", None, 1, ["ECDH-ES"], {},
    ],
)  # fmt: skip
def test_another_way_to_agree_on_a_key_is_refused(alg: object) -> None:
    with pytest.raises(InvalidEncryption, match="alg or enc"):
        decrypt(encrypted({"alg": alg}), KEY_OF_OURS)


@pytest.mark.parametrize(
    "enc", ["A192GCM", "A128CBC-HS256", "A256CBC-HS512", "a128gcm", "none", "", None, 1, ["A128GCM"]]
)
def test_another_cipher_is_refused(enc: object) -> None:
    with pytest.raises(InvalidEncryption, match="alg or enc"):
        decrypt(encrypted({"enc": enc}), KEY_OF_OURS)


@pytest.mark.parametrize("count", [1, 310_000, 10**9])
def test_no_password_is_stretched_for_a_stranger(count: int) -> None:
    # CVE-2026-27932: `p2c` is work that the sender orders and we do.
    with pytest.raises(InvalidEncryption, match="alg or enc"):
        decrypt(encrypted({"alg": "PBES2-HS256+A128KW", "p2c": count, "p2s": "c2FsdA"}), KEY_OF_OURS)


@pytest.mark.parametrize(
    "members", [{"zip": "DEF"}, {"zip": "deflate"}, {"zip": None}, {"crit": []}, {"crit": ["exp"], "exp": 1}]
)
def test_compression_and_extensions_are_refused(members: JsonObject) -> None:
    with pytest.raises(InvalidEncryption, match="is not taken"):
        decrypt(encrypted(members), KEY_OF_OURS)


def test_what_the_library_would_unpack_is_refused_before_it_is_asked() -> None:
    bomb = library.JWE(b"0" * 1_000_000, json.dumps({"alg": "ECDH-ES", "enc": "A128GCM", "zip": "DEF"}))
    bomb.add_recipient(library_keys.JWK(**KEY_OF_OURS.signer.public_jwk.members))
    compact = bomb.serialize(compact=True)
    assert len(compact) < 2_500
    with pytest.raises(InvalidEncryption, match="zip"):
        decrypt(compact, KEY_OF_OURS)


def test_compressed_content_is_taken_where_the_caller_says_how_much() -> None:
    compact = encrypt({"a": "0" * 50_000}, KEY_OF_OURS.public(), compressed=True)
    assert len(compact) < 1_000
    assert len(open_compact(compact, KEY_OF_OURS, max_inflated=60_000)) > 50_000
    for bound in (0, 1, 49_999):
        with pytest.raises(InvalidEncryption):
            open_compact(compact, KEY_OF_OURS, max_inflated=bound)


@pytest.mark.parametrize("zip_", ["deflate", "def", "", None, 1, ["DEF"]])
def test_no_other_compression_is_taken(zip_: object) -> None:
    with pytest.raises(InvalidEncryption, match="zip"):
        open_compact(encrypted({"zip": zip_}), KEY_OF_OURS, max_inflated=1_000)


@pytest.mark.parametrize("plaintext", [b"", b"\xff\xff", b"{}", zlib.compress(b"{}"), zlib.compress(b"{}" * 99)[2:-9]])
def test_what_does_not_inflate_is_refused(plaintext: bytes) -> None:
    with pytest.raises(InvalidEncryption):
        open_compact(encrypted({"zip": "DEF"}, plaintext), KEY_OF_OURS, max_inflated=1_000)


@pytest.mark.parametrize("name", ["apu", "apv", "kid"])
@pytest.mark.parametrize("value", [None, 1, [], {}, True])
def test_header_members_that_are_no_text_are_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidEncryption, match=name):
        decrypt(encrypted({name: value}), KEY_OF_OURS)


@pytest.mark.parametrize("name", ["apu", "apv"])
@pytest.mark.parametrize("value", ["=", "QQ==", "QR", "Q", "é", "a b"])
def test_names_of_parties_with_a_second_spelling_are_refused(name: str, value: str) -> None:
    with pytest.raises(InvalidEncryption, match=name):
        decrypt(encrypted({name: value}), KEY_OF_OURS)


@pytest.mark.parametrize(
    "epk",
    [
        {"crv": "P-384"},
        {"crv": "P-521"},
        {"crv": "secp256k1"},
        {"crv": "X25519", "kty": "OKP"},
        {"crv": "Ed25519", "kty": "OKP"},
        {"kty": "oct"},
        {"kty": "RSA"},
        {"x": None},
        {"y": ""},
        {"x": b64url_encode(bytes(32)), "y": b64url_encode(bytes(32))},
        {"x": b64url_encode(b"\1" * 32)},  # off the curve: the invalid-curve attack on static keys
        {"y": b64url_encode(b"\xff" * 32)},
        {"x": b64url_encode(bytes(31))},
        {"d": b64url_encode(b"\1" * 32)},
        {"kid": 1},
        {"alg": "RSA1_5"},
        {"key_ops": 5},
    ],
)
def test_an_ephemeral_key_that_is_no_point_of_our_curve_is_refused(epk: JsonObject) -> None:
    with pytest.raises(InvalidEncryption):
        decrypt(encrypted(epk=epk), KEY_OF_OURS)


@pytest.mark.parametrize("epk", [None, [], "key", 1, {}, [{"crv": "P-256"}]])
def test_an_ephemeral_key_that_is_no_object_is_refused(epk: object) -> None:
    with pytest.raises(InvalidEncryption, match="epk"):
        decrypt(encrypted({"epk": epk}), KEY_OF_OURS)


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c", "cty", "typ", "iv", "tag", "p2c", "b64"])
@settings(max_examples=20, deadline=None)
@given(value=STRICT_JSON)
def test_other_header_members_change_nothing(name: str, value: object) -> None:
    assert decrypt(encrypted({name: value}), KEY_OF_OURS) == {"a": 1}


@pytest.mark.parametrize(
    "header", ['{"alg":"ECDH-ES","alg":"ECDH-ES"}', "[]", '"a"', "", "{", '{"alg":"ECDH-ES","x":1e400}']
)
def test_a_header_that_can_be_read_in_two_ways_is_refused(header: str) -> None:
    parts = encrypted().split(".")
    with pytest.raises(InvalidEncryption):
        decrypt(".".join([b64url_encode(text_of(header)), *parts[1:]]), KEY_OF_OURS)


# Parts.


def test_a_flipped_bit_in_any_part_is_refused() -> None:
    parts = encrypt(CONTENT, KEY_OF_OURS.public()).split(".")
    for place in (0, 2, 3, 4):
        raw = bytearray(b64url_decode(parts[place]))
        for at in range(0, len(raw), max(1, len(raw) // 8)):
            raw[at] ^= 1
            changed = ".".join([*parts[:place], b64url_encode(bytes(raw)), *parts[place + 1 :]])
            with pytest.raises(MalformedInput):
                decrypt(changed, KEY_OF_OURS)
            raw[at] ^= 1


@pytest.mark.parametrize("place", [1, 2, 4])
@pytest.mark.parametrize("size", [0, 1, 4, 8, 11, 12, 13, 15, 16, 17, 32])
def test_parts_have_the_size_of_the_cipher(place: int, size: int) -> None:
    # A tag of four bytes is guessed in four billion tries; a library that takes it makes encryption a decoration.
    parts = encrypted().split(".")
    if size == {1: 0, 2: 12, 4: 16}[place]:
        return
    raw = (b64url_decode(parts[place]) * 4 or bytes(40))[:size]
    parts[place] = b64url_encode(raw)
    with pytest.raises(InvalidEncryption, match="size"):
        decrypt(".".join(parts), KEY_OF_OURS)


@pytest.mark.parametrize(
    "change",
    [
        lambda compact: "",
        lambda compact: compact + ".",
        lambda compact: compact + ".AAAA",
        lambda compact: compact.replace("..", "."),
        lambda compact: compact + "=",
        lambda compact: compact + "\n",
        lambda compact: " " + compact,
        lambda compact: compact.replace("e", "\u0435", 1),
        lambda compact: compact.rsplit(".", 1)[0],
        lambda compact: json.dumps({"protected": compact.split(".")[0], "ciphertext": "AA"}),
    ],
)
def test_what_is_not_five_parts_is_refused(change: object) -> None:
    assert callable(change)
    with pytest.raises(InvalidEncryption):
        decrypt(change(encrypted()), KEY_OF_OURS)


def test_an_encryption_cut_short_anywhere_is_refused() -> None:
    compact = encrypted()
    for end in range(0, len(compact), 7):
        with pytest.raises(InvalidEncryption):
            decrypt(compact[:end], KEY_OF_OURS)


def test_length_is_taken_up_to_its_limit_and_not_one_above() -> None:
    at_limit = "a" * MAX_JWE_CHARACTERS
    with pytest.raises(InvalidEncryption):
        header_of(at_limit)
    with pytest.raises(LimitExceeded):
        header_of(at_limit + "a")


# Content.


@pytest.mark.parametrize(
    "plaintext",
    [
        b"",
        b"foo",
        b"[]",
        b"1",
        b'"text"',
        b"null",
        b"\xff",
        b"{",
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b'{"a":"\\ud800"}',
        b'{"a":' * 70,
        b"eyJhbGciOiJFUzI1NiJ9.e30.AAAA",
    ],
)
def test_content_that_is_not_a_json_object_is_refused(plaintext: bytes) -> None:
    with pytest.raises(MalformedInput) as refused:
        decrypt(encrypted(plaintext=plaintext), KEY_OF_OURS)
    assert "eyJ" not in str(refused.value)


# Making.


@pytest.mark.parametrize(
    "change", [{"alg": "RSA1_5"}, {"alg": "ECDH-ES+A128KW"}, {"alg": None}, {"use": "sig"}, {"use": None}]
)
def test_nothing_is_encrypted_to_a_key_for_something_else(change: JsonObject) -> None:
    with pytest.raises(InvalidEncryption):
        encrypt(CONTENT, {**KEY_OF_OURS.public(), **change})


@pytest.mark.parametrize("enc", ["A192GCM", "A128CBC-HS256", ""])
def test_nothing_is_encrypted_with_another_cipher(enc: str) -> None:
    with pytest.raises(InvalidEncryption):
        encrypt(CONTENT, KEY_OF_OURS.public(), enc)


@pytest.mark.parametrize("algorithm", [Algorithm.ES384, Algorithm.EDDSA])
def test_nothing_is_encrypted_to_another_curve(algorithm: Algorithm) -> None:
    with pytest.raises(InvalidEncryption):
        encrypt(CONTENT, SoftwareSigner.generate(algorithm).public_jwk.to_dict())


def test_nothing_is_encrypted_to_a_point_off_the_curve_or_to_a_private_key() -> None:
    for recipient in (
        {**KEY_OF_OURS.public(), "x": KEY_OF_OURS.public()["y"]},
        KEY_OF_OURS.signer.to_private_jwk(),
        {},
    ):
        with pytest.raises(UnsupportedKey):
            encrypt(CONTENT, recipient)
