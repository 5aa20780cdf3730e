"""What the libraries let through, our layer refuses: one row for each finding, named after it.

The mirror of `tests/unit/jose/test_library_canaries.py`, which records what the libraries do with the same input. Here
only our own layer is asked. The rows for SD-JWT stand with that format.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Mapping

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credentials.encoding import JsonObject, JsonValue, b64url_decode, b64url_encode, json_object, json_parse
from credentials.errors import BlauweKnopError, LimitExceeded, MalformedInput
from credentials.formats.ldp_vc import Canonicaliser, Profile, UnknownContext, UnsafeDocument
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V2
from credentials.formats.ldp_vc.jsonld import JsonLdError
from credentials.jose import InvalidToken, UnverifiedToken, check_times, decrypt
from credentials.jose.cbor import cbor_parse
from credentials.keys import Algorithm, InvalidSignature, PublicJwk, SoftwareSigner, UnsupportedKey
from credentials.status import Bitstring, TokenStatusList
from credentials.status.bitstring import MIN_ENTRIES
from tests.conftest import NOW
from tests.unit.formats.format_samples import CONTEXT_URL, bundle
from tests.unit.jose.tokens import KEY, KEY_OF_OURS, SIGNER, encrypted, signed, text_of, with_mac

N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
HEADER: JsonObject = {"alg": "ES256", "typ": "JWT"}
GOOD = signed(HEADER, {"iss": "a"})
PEM = KEY.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
OTHER = SoftwareSigner.generate()
REFUSED = (InvalidToken, InvalidSignature, LimitExceeded)
DEEP = "[" * 100_000 + "]" * 100_000


def verify(compact: str, key: PublicJwk = KEY) -> JsonObject:
    """Take a token as every caller does: parse, one key, verify, times."""
    payload = UnverifiedToken.parse(compact).verify(key).payload
    check_times(payload, NOW)
    return payload


def with_signature(change: Callable[[bytes], bytes]) -> str:
    first, second, third = GOOD.split(".")
    return f"{first}.{second}.{b64url_encode(change(b64url_decode(third)))}"


def unsigned(header: JsonObject) -> str:
    return f"{b64url_encode(text_of(header))}.{b64url_encode(b'{}')}."


def pair(r: int, s: int) -> str:
    return with_signature(lambda _: r.to_bytes(32) + s.to_bytes(32))


def high_s(raw: bytes) -> bytes:
    return raw[:32] + (N - int.from_bytes(raw[32:])).to_bytes(32)


def next_spelling(compact: str) -> str:
    """Change the last character in bits that no byte has."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return compact[:-1] + alphabet[alphabet.index(compact[-1]) ^ 1]


TOKENS: Mapping[str, str] = {
    "alg:none": unsigned({"alg": "none"}),
    "alg:nOnE": unsigned({"alg": "nOnE"}),
    "alg:none with a signature": signed({"alg": "none"}, {}),
    "no alg": signed({}, {}),
    "CVE-2026-28802, a blank signature": GOOD.rpartition(".")[0] + ".",
    "CVE-2022-29217, HS256 with the public PEM": with_mac({"alg": "HS256"}, {}, PEM),
    "CVE-2026-34950, HS256 with the public PEM and a space": with_mac({"alg": "HS256"}, {}, b" " + PEM),
    "HS256 with the public JWK": with_mac({"alg": "HS256"}, {}, text_of(KEY.members)),
    "CVE-2026-27962, attacker jwk header": signed({**HEADER, "jwk": OTHER.public_jwk.members}, {}, OTHER),
    "GHSA-869p-cjfg-cm3x, a key by the token's own data": signed({**HEADER, "kid": "../../dev/null"}, {}, OTHER),
    "CVE-2022-21449, r=s=0": pair(0, 0),
    "r=s=n": pair(N, N),
    "DER signature": with_signature(
        lambda raw: encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    ),
    "ES512 with P-256 key": signed({**HEADER, "alg": "ES512"}, {}),
    "EdDSA with P-256 key": signed({**HEADER, "alg": "EdDSA"}, {}),
    "CVE-2026-32597, unknown crit": signed({**HEADER, "crit": ["exp"], "exp": 1}, {}),
    "b64:false without crit": signed({**HEADER, "b64": False}, {}),
    "crit:[]": signed({**HEADER, "crit": []}, {}),
    "crit:[b64], b64:true": signed({**HEADER, "crit": ["b64"], "b64": True}, {}),
    "last base64url character changed": next_spelling(GOOD),
    "== padding on the signature": f"{GOOD}==",
    "duplicate alg in the header": signed('{"alg":"none","alg":"ES256"}', {}),
    "duplicate payload key": signed(HEADER, '{"iss":"a","iss":"b"}'),
    "exp as a numeric string": signed(HEADER, '{"exp":"99999999999"}'),
    "exp = NaN": signed(HEADER, '{"exp":NaN}'),
    "exp = 1e400": signed(HEADER, '{"exp":1e400}'),
    "exp = true": signed(HEADER, '{"exp":true}'),
    "payload is a list": signed(HEADER, "[]"),
    "payload nested 100,000 deep": signed(HEADER, f'{{"a":{DEEP}}}'),
    "zip in a signed token": signed({**HEADER, "zip": "DEF"}, {}),
    "GHSA-f9j6-8p6x-r9j6, lossy UTF-8": signed(HEADER, b'{"iss":"\xff"}'),
    "CVE-2025-61920, an oversized segment": signed(HEADER, {"iss": "a" * 600_000}),
    "oversized header": signed({**HEADER, "x": "a" * 60_000}, {}),
}


def test_the_positive_control() -> None:
    assert verify(GOOD) == {"iss": "a"}


@pytest.mark.parametrize("row", TOKENS)
def test_tokens(row: str) -> None:
    with pytest.raises(REFUSED):
        verify(TOKENS[row])


def test_of_the_encodings_of_one_token_ours_takes_two_so_none_is_a_replay_key() -> None:
    twin = with_signature(high_s)
    # High-s is valid ECDSA, and refusing it would refuse honest wallets.
    assert verify(twin) == verify(GOOD)
    assert twin != GOOD


KEYS: Mapping[str, JsonObject] = {
    "CVE-2026-48523, alg of another curve": {**KEY.members, "alg": "ES384"},
    "CVE-2022-29217, the public PEM as a secret": {"kty": "oct", "k": b64url_encode(PEM)},
    "an RSA key": {"kty": "RSA", "n": b64url_encode(b"\xff" * 256), "e": "AQAB"},
    "CVE-2026-26007, a binary curve": {**KEY.members, "crv": "B-283"},
    "secp256k1": {**KEY.members, "crv": "secp256k1"},
    "a private key": SIGNER.to_private_jwk(),
    "a point off the curve": {**KEY.members, "y": KEY.members["x"]},
    "P-521 where nobody asked for it": SoftwareSigner.generate(Algorithm.ES512).public_jwk.members,
}


@pytest.mark.parametrize("row", KEYS)
def test_keys(row: str) -> None:
    with pytest.raises(UnsupportedKey):
        PublicJwk.parse(KEYS[row])


def test_a_key_that_is_missing_is_no_leave_to_take_one_from_the_header() -> None:
    # CVE-2026-27962.
    token = UnverifiedToken.parse(TOKENS["CVE-2026-27962, attacker jwk header"])
    with pytest.raises(AttributeError):
        token.verify(None)  # type: ignore[arg-type]  # what a careless caller would do


ENCRYPTIONS: Mapping[str, str] = {
    "CVE-2026-39373, zip:DEF": encrypted({"zip": "DEF"}, zlib.compress(bytes(10 << 20))[2:-4]),
    "CVE-2026-28490, RSA1_5": encrypted({"alg": "RSA1_5"}),
    "CVE-2026-27932, PBES2 and its count": encrypted({"alg": "PBES2-HS256+A128KW", "p2c": 1 << 31, "p2s": "AA"}),
    "dir": encrypted({"alg": "dir"}),
    "a wrapped key": encrypted({"alg": "ECDH-ES+A128KW"}),
    "a CBC cipher": encrypted({"enc": "A128CBC-HS256"}),
    "crit": encrypted({"crit": ["exp"], "exp": 1}),
    "a content nested 100,000 deep": encrypted(plaintext=f'{{"a":{DEEP}}}'.encode()),
    "a content that can be read in two ways": encrypted(plaintext=b'{"a":1,"a":2}'),
    "an ephemeral key off the curve": encrypted(epk={"x": KEY.members["y"]}),
    "an ephemeral private key": encrypted(epk={"d": "AA"}),
}


@pytest.mark.parametrize("row", ENCRYPTIONS)
def test_encryptions(row: str) -> None:
    with pytest.raises(MalformedInput):
        decrypt(ENCRYPTIONS[row], KEY_OF_OURS)


JSON: Mapping[str, str | bytes] = {
    "depth 5,000": "[" * 5_000 + "]" * 5_000,
    "an integer over 4,300 digits": "1" * 4_301,
    "two members of one name": '{"a":1,"a":2}',
    "two members of one name in two spellings": '{"a":1,"\\u0061":2}',
    "NaN": "NaN",
    "a lone surrogate": '"\\ud800"',
    "invalid UTF-8": b'"\xff"',
    "a byte order mark": "\ufeff{}",
    "something after it": "{}{}",
}


@pytest.mark.parametrize("row", JSON)
def test_json(row: str) -> None:
    with pytest.raises(MalformedInput):
        json_parse(JSON[row])


def nested_cbor(levels: int) -> bytes:
    return b"\x81" * levels + b"\x00"


CBOR: Mapping[str, bytes] = {
    "two members of one name": b"\xa2\x01\x00\x01\x01",
    "depth 400": nested_cbor(400),
    "depth 100,000": nested_cbor(100_000),
    "an indefinite length": b"\x9f\x00\xff",
    "a length beyond the end": b"\x5b" + (1 << 62).to_bytes(8) + b"\x00",
    "a longer spelling": b"\x18\x00",
    "something after it": b"\x00\x00",
    "invalid UTF-8": b"\x61\xff",
}


@pytest.mark.parametrize("row", CBOR)
def test_cbor(row: str) -> None:
    with pytest.raises(MalformedInput):
        cbor_parse(CBOR[row])


def test_a_tag_builds_nothing() -> None:
    # The library makes a moment, a pattern or a shared object of what the sender tagged as such.
    for tag, value in ((0, "2026-11-23T12:00:00Z"), (35, "(a+)+"), (28, [])):
        assert type(cbor_parse(cbor2.dumps(cbor2.CBORTag(tag, value)))).__name__ == "Tagged"


def bomb(window: int) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, window)
    return b"".join(stream.compress(bytes(1 << 20)) for _ in range(16)) + stream.flush()


BITS = bytes(MIN_ENTRIES // 8)
STREAMS: Mapping[str, tuple[Callable[[str], object], bytes]] = {
    "gzip, several members": (Bitstring.decode, gzip.compress(BITS) + gzip.compress(BITS)),
    "gzip, an empty member after it": (Bitstring.decode, gzip.compress(BITS) + gzip.compress(b"")),
    "gzip, zeros after it": (Bitstring.decode, gzip.compress(BITS) + bytes(8)),
    "gzip, cut off": (Bitstring.decode, gzip.compress(BITS)[:-1]),
    "gzip, a wrong checksum": (Bitstring.decode, gzip.compress(BITS)[:-8] + bytes(8)),
    "gzip, a bomb": (Bitstring.decode, bomb(31)),
    "gzip, zlib in its place": (Bitstring.decode, zlib.compress(BITS)),
    "zlib, a bomb": (lambda lst: TokenStatusList.decode(lst[1:], 2), bomb(15)),
    "zlib, cut off": (lambda lst: TokenStatusList.decode(lst[1:], 2), zlib.compress(BITS)[:-1]),
    "zlib, something after it": (lambda lst: TokenStatusList.decode(lst[1:], 2), zlib.compress(BITS) + b"x"),
    "zlib, gzip in its place": (lambda lst: TokenStatusList.decode(lst[1:], 2), gzip.compress(BITS)),
    "zlib, a dictionary of one's own": (
        lambda lst: TokenStatusList.decode(lst[1:], 2),
        b"\x78\xf9" + zlib.compress(BITS)[2:],
    ),
}


@pytest.mark.parametrize("row", STREAMS)
def test_compressed_lists(row: str) -> None:
    decode, stream = STREAMS[row]
    with pytest.raises(MalformedInput):
        decode("u" + b64url_encode(stream))


@pytest.mark.parametrize("level", range(10))
def test_a_list_of_any_level_of_compression_is_read(level: int) -> None:
    # Others refuse the headers of zlib's low levels, and with them lists that are sound.
    assert TokenStatusList.decode(b64url_encode(zlib.compress(BITS, level)), 1).to_bytes() == BITS
    assert Bitstring.decode("u" + b64url_encode(gzip.compress(BITS, level))).to_bytes() == BITS


BUNDLE = bundle()


def card(*contexts: JsonValue, **members: JsonValue) -> JsonObject:
    return {
        "@context": [CREDENTIALS_V2, CONTEXT_URL, *contexts],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "Voorbeeld"],
        "issuer": "did:example:1",
        "credentialSubject": {"id": "did:example:2", "saldo": "5", **members},
    }


def clique(nodes: int) -> JsonObject:
    names = [f"_:b{number}" for number in range(nodes)]
    return card(zaken=[{"id": name, "zaken": [{"id": other} for other in names if other != name]} for name in names])


DOCUMENTS: Mapping[str, tuple[JsonObject, type[BlauweKnopError]]] = {
    "an undefined term": (card(onbekend="x"), UnsafeDocument),
    "an undefined term under which known ones stand": (card(onbekend={"saldo": "5"}), UnsafeDocument),
    "an undefined type": (card(type="Onbekend"), UnsafeDocument),
    "a remote @context": (card("https://context.invalid/v1"), UnknownContext),
    "a relative @id": (card(id="relatief"), UnsafeDocument),
    "an invalid language tag": (
        card(omschrijving={"@value": "x", "@language": "geen taal"}),
        UnsafeDocument,
    ),
    "a value that is dropped": (card(omschrijving=None), UnsafeDocument),
    **{f"a clique of {nodes} blank nodes": (clique(nodes), BlauweKnopError) for nodes in (8, 9, 12)},
}


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("row", DOCUMENTS)
def test_json_ld(row: str, profile: Profile) -> None:
    document, error = DOCUMENTS[row]
    with pytest.raises(error):
        Canonicaliser(BUNDLE, profile=profile).canonical(document)


@pytest.mark.parametrize("term", ["name", "VerifiableCredential", "id"])
def test_a_protected_term_is_not_redefined(term: str) -> None:
    document = card({term: "https://example.org/someone"})
    with pytest.raises(UnknownContext):
        Canonicaliser(BUNDLE).canonical(document)
    with pytest.raises(JsonLdError):
        Canonicaliser(BUNDLE, profile=Profile.ANY).canonical(document)


def test_an_amount_as_a_double_is_refused_by_us_and_has_one_spelling_elsewhere() -> None:
    # One library writes 9.999E1. JSON-LD 1.1 API section 8.6 wants fifteen digits after the point: %1.15E.
    with pytest.raises(UnsafeDocument):
        Canonicaliser(BUNDLE).canonical(card(omschrijving=99.99))
    lines = Canonicaliser(BUNDLE, profile=Profile.ANY).canonical(card(omschrijving=99.99))
    assert b'"9.998999999999999E1"^^' in lines


def test_a_document_with_two_members_of_one_name_never_gets_to_canonicalisation() -> None:
    with pytest.raises(MalformedInput):
        json_object(json.dumps(card())[:-1] + ',"issuer":"did:example:3"}')


def test_an_unusual_curve_makes_no_key() -> None:
    with pytest.raises(UnsupportedKey):
        PublicJwk.from_key(ec.generate_private_key(ec.SECP256K1()).public_key())
