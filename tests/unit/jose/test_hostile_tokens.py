"""Every way in which a signed token was ever accepted by mistake, and the positive control beside it."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.encoding import JsonObject, b64url_decode, b64url_encode
from credentials.errors import LimitExceeded, MalformedInput
from credentials.jose import InvalidToken, UnverifiedToken, sign_compact, sign_jwt
from credentials.jose.jws import MAX_HEADER_BYTES, MAX_KEPT_CHARACTERS, MAX_TOKEN_CHARACTERS, _kept_header
from credentials.keys import (
    COMMON,
    WITH_ES512,
    Algorithm,
    InvalidSignature,
    PublicJwk,
    SoftwareSigner,
)
from tests.unit.jose.tokens import KEY, SIGNER, signed, with_mac

HEADER: JsonObject = {"alg": "ES256", "typ": "JWT"}
PAYLOAD: JsonObject = {"iss": "https://cjib.example"}
GOOD = signed(HEADER, PAYLOAD)
REFUSED = (InvalidToken, InvalidSignature, LimitExceeded)


def verify(compact: str, key: PublicJwk = KEY) -> JsonObject:
    return UnverifiedToken.parse(compact).verify(key).payload


def test_the_positive_control() -> None:
    assert verify(GOOD) == PAYLOAD


@pytest.mark.parametrize("algorithm", COMMON)
def test_what_is_signed_is_verified_and_says_with_what(algorithm: Algorithm) -> None:
    signer = SoftwareSigner.generate(algorithm)
    token = UnverifiedToken.parse(sign_jwt("vc+jwt", {"kid": "k"}, PAYLOAD, signer))
    verified = token.verify(signer.public_jwk)
    assert verified.header == {"alg": algorithm.value, "typ": "vc+jwt", "kid": "k"}
    assert verified.payload == PAYLOAD
    assert verified.key == signer.public_jwk
    with pytest.raises(InvalidSignature):
        token.verify(SoftwareSigner.generate(algorithm).public_jwk)


def test_es512_is_verified_where_it_was_asked_for_only() -> None:
    signer = SoftwareSigner.generate(Algorithm.ES512)
    token = UnverifiedToken.parse(sign_jwt("vc+jwt", {}, PAYLOAD, signer))
    assert token.verify(signer.public_jwk, WITH_ES512).payload == PAYLOAD
    with pytest.raises(InvalidToken, match="not on our list"):
        token.verify(signer.public_jwk)
    with pytest.raises(InvalidSignature):
        token.verify(SoftwareSigner.generate(Algorithm.ES512).public_jwk, WITH_ES512)
    with pytest.raises(InvalidToken, match="alg"):
        UnverifiedToken.parse(GOOD).verify(SIGNER.public_jwk, [Algorithm.ES512])


# Algorithm.

PEM = KEY.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "NONE", "none ", ""])
@pytest.mark.parametrize("signature", ["", "AAAA", GOOD.split(".")[2]])
def test_a_token_without_signature_is_refused(alg: str, signature: str) -> None:
    first, second, _ = signed({"alg": alg}, PAYLOAD).split(".")
    with pytest.raises(InvalidToken, match="alg"):
        verify(f"{first}.{second}.{signature}")


@pytest.mark.parametrize(
    "secret",
    [
        PEM,
        PEM.strip(),
        PEM + b" ",
        KEY.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(KEY.members).encode(),
        b64url_decode(str(KEY.members["x"])),
        b"",
    ],
)
@pytest.mark.parametrize("alg", ["HS256", "HS384", "ES256"])
def test_the_public_key_is_no_shared_secret(alg: str, secret: bytes) -> None:
    with pytest.raises(REFUSED):
        verify(with_mac({"alg": alg}, PAYLOAD, secret))


@pytest.mark.parametrize(
    "alg",
    ["ES512", "ES384", "ES256K", "RS256", "PS256", "HS256", "EdDSA", "Ed25519", "Ed448", "es256", "ES256 ", "ESP256"],
)
def test_another_algorithm_than_the_keys_is_refused(alg: str) -> None:
    with pytest.raises(InvalidToken, match="alg"):
        verify(signed({"alg": alg}, PAYLOAD))


@pytest.mark.parametrize("alg", [None, True, 256, ["ES256"], {"ES256": 1}])
def test_an_algorithm_that_is_no_text_is_refused(alg: object) -> None:
    with pytest.raises(InvalidToken, match="alg"):
        verify(signed({"alg": alg}, PAYLOAD))


def test_a_header_without_algorithm_is_refused() -> None:
    with pytest.raises(InvalidToken, match="alg"):
        verify(signed({"typ": "JWT"}, PAYLOAD))


def test_a_signature_over_another_digest_is_refused() -> None:
    # ES512 names P-521: a P-256 key with SHA-512 is no algorithm at all.
    assert isinstance(SIGNER.private_key, ec.EllipticCurvePrivateKey)
    for alg in ("ES512", "ES256"):
        signing_input = f"{b64url_encode(json.dumps({'alg': alg}).encode())}.{b64url_encode(b'{}')}"
        r, s = decode_dss_signature(SIGNER.private_key.sign(signing_input.encode(), ec.ECDSA(SHA512())))
        with pytest.raises(REFUSED):
            verify(f"{signing_input}.{b64url_encode(r.to_bytes(32) + s.to_bytes(32))}")


@pytest.mark.parametrize("name", ["EdDSA", "Ed25519"])
def test_both_names_of_ed25519_are_taken_and_one_is_written(name: str) -> None:
    signer = SoftwareSigner.generate(Algorithm.EDDSA)
    assert verify(signed({"alg": name}, PAYLOAD, signer), signer.public_jwk) == PAYLOAD
    assert UnverifiedToken.parse(sign_compact({}, PAYLOAD, signer)).header == {"alg": "EdDSA"}
    with pytest.raises(InvalidToken):
        verify(signed({"alg": "Ed448"}, PAYLOAD, signer), signer.public_jwk)
    with pytest.raises(InvalidToken):
        verify(signed({"alg": name}, PAYLOAD), KEY)


# Key.


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "x5c", "kid"])
def test_a_key_in_the_header_is_never_used(name: str) -> None:
    # CVE-2026-27962: the resolver is not asked, the header is not looked at.
    attacker = SoftwareSigner.generate()
    offered: dict[str, object] = {
        "jwk": attacker.public_jwk.members,
        "jku": "https://attacker.example/keys",
        "x5u": "https://attacker.example/chain",
        "x5c": ["MIIB"],
        "kid": "../../dev/null",
    }
    with pytest.raises(InvalidSignature):
        verify(signed({**HEADER, name: offered[name]}, PAYLOAD, attacker))
    assert verify(signed({**HEADER, name: offered[name]}, PAYLOAD)) == PAYLOAD


# Signature.

N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@pytest.mark.parametrize(("r", "s"), [(0, 0), (0, 1), (1, 0), (N, N), (N, 1), (1, N), (1, 1), (N - 1, N - 1)])
def test_a_psychic_signature_is_refused(r: int, s: int) -> None:
    first, second, _ = GOOD.split(".")
    with pytest.raises(InvalidSignature):
        verify(f"{first}.{second}.{b64url_encode(r.to_bytes(32) + s.to_bytes(32))}")


def test_a_signature_in_der_is_refused() -> None:
    first, second, signature = GOOD.split(".")
    raw = b64url_decode(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    with pytest.raises(InvalidSignature):
        verify(f"{first}.{second}.{b64url_encode(der)}")
    assert isinstance(SIGNER.private_key, ec.EllipticCurvePrivateKey)
    der = SIGNER.private_key.sign(f"{first}.{second}".encode(), ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        verify(f"{first}.{second}.{b64url_encode(der)}")


def test_the_high_s_twin_of_a_token_holds_so_a_token_is_no_replay_key() -> None:
    # Valid ECDSA, and made by hardware: refusing it would refuse honest wallets. What was seen before is recognised by
    # nonce or jti, never by the text of a token.
    first, second, signature = GOOD.split(".")
    raw = b64url_decode(signature)
    twin = raw[:32] + (N - int.from_bytes(raw[32:])).to_bytes(32)
    other = f"{first}.{second}.{b64url_encode(twin)}"
    assert other != GOOD
    assert verify(other) == PAYLOAD


def test_of_the_spellings_of_one_signature_one_is_taken() -> None:
    first, second, signature = GOOD.split(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(signature[-1])
    for other in range(last // 16 * 16, last // 16 * 16 + 16):
        if other != last:
            with pytest.raises(InvalidToken):
                verify(f"{first}.{second}.{signature[:-1]}{alphabet[other]}")
    for changed in (
        f"{signature}=",
        f"{signature}==",
        f" {signature}",
        f"{signature}\n",
        f"{signature[:9]}\n{signature[9:]}",
    ):
        with pytest.raises(InvalidToken):
            verify(f"{first}.{second}.{changed}")


@pytest.mark.parametrize("place", [0, 1])
def test_padding_and_the_other_alphabet_are_refused_in_each_part(place: int) -> None:
    parts = signed({**HEADER, "kid": "ÿÿ"}, {"naam": "ÿÿ>"}).split(".")
    for changed in (
        f"{parts[place]}=",
        f"{parts[place]}==",
        parts[place].replace("_", "/").replace("-", "+") + "=",
        "",
    ):
        with pytest.raises(InvalidToken):
            verify(".".join([*parts[:place], changed, *parts[place + 1 :]]))


# Header extensions.


@pytest.mark.parametrize(
    "members",
    [
        {"crit": []},
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": True},
        {"crit": ["b64"], "b64": False},
        {"crit": ["b64"]},
        {"crit": "b64"},
        {"crit": None},
        {"crit": {}},
        {"crit": [1]},
        {"crit": ["alg"]},
        {"crit": ["http://attacker.example/x"], "http://attacker.example/x": True},
        {"b64": False},
        {"b64": True},
        {"b64": None},
        {"zip": "DEF"},
        {"zip": None},
    ],
)
def test_extensions_of_the_header_are_refused(members: JsonObject) -> None:
    with pytest.raises(InvalidToken, match="is not taken"):
        verify(signed({**HEADER, **members}, PAYLOAD))


def test_an_unencoded_payload_is_refused() -> None:
    # RFC 7797: the signature is over the payload itself.
    first = b64url_encode(b'{"alg":"ES256","b64":false,"crit":["b64"]}')
    signing_input = f'{first}.{{"a":1}}'
    with pytest.raises(InvalidToken):
        verify(f"{signing_input}.{b64url_encode(SIGNER.sign(signing_input.encode()))}")


@pytest.mark.parametrize("typ", ["JWT", "jwt"])
def test_the_type_is_compared_exactly(typ: str) -> None:
    token = UnverifiedToken.parse(signed({"alg": "ES256", "typ": typ}, PAYLOAD))
    token.require_type(typ)
    token.require_type("other", typ)
    for other in (typ.swapcase(), f"{typ} ", f"application/{typ}", ""):
        with pytest.raises(InvalidToken, match="typ"):
            token.require_type(other)


@pytest.mark.parametrize("typ", [None, 1, ["JWT"], {"JWT": 1}, True])
def test_a_type_that_is_no_text_or_missing_is_refused(typ: object) -> None:
    for header in ({"alg": "ES256", "typ": typ}, {"alg": "ES256"}):
        with pytest.raises(InvalidToken, match="typ"):
            UnverifiedToken.parse(signed(header, PAYLOAD)).require_type("JWT")


# JSON.


@pytest.mark.parametrize(
    "header",
    [
        '{"alg":"none","alg":"ES256"}',
        '{"alg":"ES256","alg":"ES256"}',
        '{"alg":"ES256","\\u0061lg":"ES256"}',
        '{"alg":"ES256","jwk":{"kty":"EC","kty":"oct"}}',
        '{"alg":"ES256","x":NaN}',
        '{"alg":"ES256","x":1e400}',
        '{"alg":"ES256","kid":"\\ud800"}',
        '{"alg":"ES256"}{}',
        '{"alg":"ES256"',
        '\ufeff{"alg":"ES256"}',
        '["ES256"]',
        '"ES256"',
        "null",
        "",
    ],
)
def test_a_header_that_can_be_read_in_two_ways_is_refused(header: str) -> None:
    with pytest.raises(InvalidToken):
        verify(signed(header, PAYLOAD))


def test_white_space_is_json() -> None:
    assert verify(signed(' { "alg" : "ES256" }\n', " {} ")) == {}


@pytest.mark.parametrize(
    "payload",
    [
        '{"iss":"a","iss":"b"}',
        '{"cnf":{"kid":"a","kid":"b"}}',
        '{"a":[{"b":1,"b":2}]}',
        '{"exp":NaN}',
        '{"exp":Infinity}',
        '{"exp":1e400}',
        '{"a":"\\udfff"}',
        b'{"a":"\xff"}',
        "[]",
        '[{"iss":"a"}]',
        '"text"',
        "1",
        "null",
        "true",
        "",
        "{}{}",
        "\ufeff{}",
    ],
)
def test_a_payload_that_is_no_object_or_can_be_read_in_two_ways_is_refused(payload: str | bytes) -> None:
    with pytest.raises(InvalidToken):
        verify(signed(HEADER, payload))


@pytest.mark.parametrize("where", ["header", "payload"])
@pytest.mark.parametrize("opened", ["[", '{"a":', '{"a":['])
def test_nesting_without_end_is_refused(where: str, opened: str) -> None:
    deep = '{"alg":"ES256","a":' + opened * (100_000 if where == "payload" and opened == "[" else 7000)
    with pytest.raises(LimitExceeded):
        UnverifiedToken.parse(signed(deep, PAYLOAD) if where == "header" else signed(HEADER, deep))


def test_a_hundred_thousand_levels_that_are_closed_are_refused() -> None:
    with pytest.raises(LimitExceeded):
        UnverifiedToken.parse(signed(HEADER, '{"a":' + "[" * 100_000 + "]" * 100_000 + "}"))


# Size and shape.


def test_a_token_is_taken_up_to_its_length_and_not_one_above() -> None:
    assert UnverifiedToken.parse(GOOD, max_characters=len(GOOD))
    with pytest.raises(LimitExceeded):
        UnverifiedToken.parse(GOOD, max_characters=len(GOOD) - 1)
    filling = "a" * ((MAX_TOKEN_CHARACTERS - len(signed(HEADER, {"a": ""}))) // 4 * 3 - 6)
    while len(longer := signed(HEADER, {"a": filling})) <= MAX_TOKEN_CHARACTERS:
        longest, filling = longer, filling + "a"
    assert MAX_TOKEN_CHARACTERS - len(longest) <= 2
    assert verify(longest)
    with pytest.raises(LimitExceeded):
        UnverifiedToken.parse(longer)


def test_a_header_is_taken_up_to_its_size_and_not_one_above() -> None:
    room = MAX_HEADER_BYTES - len('{"alg":"ES256","a":""}')
    assert verify(signed('{"alg":"ES256","a":"' + "a" * room + '"}', PAYLOAD)) == PAYLOAD
    with pytest.raises(LimitExceeded):
        verify(signed('{"alg":"ES256","a":"' + "a" * (room + 1) + '"}', PAYLOAD))


@pytest.mark.parametrize(
    "compact",
    [
        "",
        ".",
        "..",
        "...",
        "a.b",
        "a.b.c",
        "....",
        GOOD + ".",
        "." + GOOD,
        GOOD + ".AAAA",
        GOOD + ".AAAA.AAAA",
        GOOD.replace(".", ".."),
        GOOD.replace(".", ""),
        GOOD.replace(".", "。"),
        GOOD.replace("e", "\u0435"),
        "\ufeff" + GOOD,
        GOOD + "\n",
        " " + GOOD,
        GOOD + "\0",
        GOOD + "~",
        json.dumps({"payload": "e30", "protected": "e30", "signature": ""}),
    ],
)
def test_what_is_not_three_parts_is_refused(compact: str) -> None:
    with pytest.raises(MalformedInput):
        UnverifiedToken.parse(compact)


def test_a_token_cut_short_anywhere_is_refused() -> None:
    for end in range(len(GOOD)):
        with pytest.raises(REFUSED):
            verify(GOOD[:end])


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.sampled_from([*"AZaz09-_.~= {\x00é", ""]))
def test_a_character_changed_anywhere_is_refused(place: int, character: str) -> None:
    changed = GOOD[:place] + character + GOOD[place + 1 :]
    if changed == GOOD:
        return
    with pytest.raises(REFUSED):
        verify(changed)


@given(
    st.text(max_size=80)
    | st.lists(st.binary(max_size=30), min_size=3, max_size=3).map(lambda p: ".".join(map(b64url_encode, p)))
)
def test_any_text_at_all_is_refused_in_our_own_words(text: str) -> None:
    with pytest.raises(REFUSED):
        verify(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["alg", "typ", "kid", "jwk", "x5c", "crit", "b64", "zip", "cty"]), JSON))
def test_any_header_under_a_right_signature_is_taken_or_refused_in_our_own_words(members: JsonObject) -> None:
    compact = signed({**HEADER, **members}, PAYLOAD)
    try:
        token = UnverifiedToken.parse(compact)
        token.verify(KEY)
        token.require_type("JWT")
    except REFUSED:
        return
    assert token.header["alg"] == "ES256"
    assert token.header["typ"] == "JWT"
    assert not {"crit", "b64", "zip"} & token.header.keys()


def test_an_error_does_not_repeat_the_token() -> None:
    for compact in (signed(HEADER, '{"bsn":"999990019","bsn":"999990019"}'), signed(HEADER, '{"bsn":"999990019"')):
        with pytest.raises(InvalidToken) as refused:
            verify(compact)
        assert "999990019" not in str(refused.value)


def test_nothing_of_a_tokens_body_shows_when_it_is_printed_as_invalid() -> None:
    first, _, third = GOOD.split(".")
    other = signed(HEADER, {"bsn": "999990019"}).split(".")[1]
    with pytest.raises(InvalidSignature) as refused:
        verify(f"{first}.{other}.{third}")
    assert str(refused.value) == "invalid_signature"
    token = UnverifiedToken.parse(signed(HEADER, {"bsn": "999990019"}))
    for printed in (repr(token), repr(token.verify(KEY))):
        assert "999990019" not in printed
        assert other not in printed


def test_a_large_header_is_read_and_not_kept() -> None:
    # Kept ones are hundreds: what a stranger can make of each is bounded.
    large = signed({**HEADER, "x": [{}] * (MAX_KEPT_CHARACTERS // 4)}, PAYLOAD)
    before = _kept_header.cache_info().currsize
    assert UnverifiedToken.parse(large).verify(KEY).header["x"]
    assert _kept_header.cache_info().currsize == before
    small = signed({**HEADER, "x": "kept"}, PAYLOAD)
    assert UnverifiedToken.parse(small).header == UnverifiedToken.parse(small).header
    assert _kept_header.cache_info().hits
