import json
from collections.abc import Callable

import pytest

from credentials.encoding import JsonObject, JsonValue, b64_encode, b64url_decode, b64url_encode, json_compact
from credentials.errors import LimitExceeded, MalformedInput
from credentials.formats import HolderBindingMissing, MalformedCredential
from credentials.formats.sd_jwt import Limits, SdJwtVc
from credentials.formats.selective_disclosure.disclosures import digest
from credentials.jose import InvalidToken, sign_compact
from credentials.jose.jwt import ClaimError
from credentials.keys import InvalidSignature
from tests.unit.formats.format_samples import (
    AUDIENCE,
    BARE,
    NONCE,
    NOW,
    RESOLVER,
    TREE,
    certificate,
    draft,
    fresh,
    issuer_key,
    signer,
)

FORMAT = SdJwtVc()
BASE: JsonObject = {"iss": "https://cjib.example", "vct": "urn:x", "iat": 1795435200}


def disclosure(*content: object, spaces: bool = False) -> str:
    raw = json.dumps(list(content)).encode() if spaces else json_compact(list(content))
    return b64url_encode(raw)


def token(payload: JsonObject, *disclosures: str, header: JsonObject | None = None, key: str = "issuer") -> str:
    protected: JsonObject = {"typ": "dc+sd-jwt", "x5c": [b64_encode(certificate())]} | (header or {})
    kept = {name: value for name, value in protected.items() if value is not None}
    return "~".join([sign_compact(kept, BASE | payload, signer(key)), *disclosures, ""])


def sd(*disclosures: str) -> list[JsonValue]:
    return [digest(each.encode()) for each in disclosures]


def verified(compact: str) -> JsonObject:
    return FORMAT.verify(compact, BARE, RESOLVER).claims


SALDO = disclosure("salt", "saldo", 5)


def test_what_was_issued_is_verified() -> None:
    result = FORMAT.verify(FORMAT.issue(draft(), issuer_key()), BARE, RESOLVER)
    assert result.claims == TREE
    assert result.type == draft().type
    assert result.signed_by.issuer == "https://cjib.example"
    assert result.signed_by.x5c == (certificate(),)
    assert result.signed_by.key == signer("issuer").public_jwk
    assert result.status == draft().status
    assert result.issued_at == draft().issued_at
    assert result.valid_until == draft().expires_at


def test_a_card_of_before_with_a_hash_of_its_types_metadata_is_read_as_any_other() -> None:
    cnf: JsonObject = {"jwk": dict(signer("holder").public_jwk.members)}
    held = token(
        {"vct": draft().type, "vct#integrity": "sha256-abc=", "cnf": cnf, "_sd": sd(SALDO)},
        SALDO,
    )
    assert FORMAT.inspect(held).claims == {"saldo": 5}
    shown = FORMAT.present(held, [("saldo",)], signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)
    proven = FORMAT.verify(shown, fresh(), RESOLVER)
    assert (proven.claims, proven.type) == ({"saldo": 5}, draft().type)


def test_nothing_of_a_citizen_is_in_its_printed_form() -> None:
    result = FORMAT.verify(FORMAT.issue(draft(), issuer_key()), BARE, RESOLVER)
    assert "29988" not in repr(result)
    assert "eyJ" not in repr(result)


def test_disclosures_of_other_implementations_are_taken() -> None:
    spaced = disclosure("salt", "naam", "Zoë", spaces=True)
    element = disclosure("salt", "nl")
    inner = disclosure("salt", "plaats", "Tilburg")
    outer = disclosure("salt", "adres", {"_sd": sd(inner), "land": "NL"})
    payload: JsonObject = {
        "_sd": sd(spaced, outer),
        "talen": [{"...": digest(element.encode())}, {"...": digest(b"decoy")}, "en"],
        "_sd_alg": "sha-256",
    }
    assert verified(token(payload, spaced, element, outer, inner)) == {
        "naam": "Zoë",
        "adres": {"land": "NL", "plaats": "Tilburg"},
        "talen": ["nl", "en"],
    }


def test_unknown_digests_are_decoys_and_leave_no_trace() -> None:
    payload: JsonObject = {"_sd": sd("x"), "leeg": {"_sd": sd("y"), "dieper": {"_sd": sd("z")}}, "rij": [{"...": "q"}]}
    assert verified(token(payload)) == {}


@pytest.mark.parametrize(
    "compact",
    [
        token({"_sd": sd(disclosure("s", "vct#integrity", "x"))}, disclosure("s", "vct#integrity", "x")),
        token({"_sd": sd(disclosure("s", "aka_vcts", []))}, disclosure("s", "aka_vcts", [])),
        token({"vct": None}),
        token({"vct": 5}),
        token({"vct": ""}),
        token({"iss": 5}),
        token({"cnf": "x"}),
        token({"cnf": {}}),
        token({"cnf": {"kid": "k1"}}),
        token({"cnf": {"jwk": "x"}}),
        token({"cnf": {"jwk": {"kty": "oct", "k": "AA"}}}),
        token({"cnf": {"x5t#S256": "x"}}),
        token({"status": {}}),
        token({"status": {"status_list": {"idx": "1", "uri": "u"}}}),
        token({"status": {"status_list": {"idx": True, "uri": "u"}}}),
        token({"status": {"status_list": {"idx": -1, "uri": "u"}}}),
        token({"status": {"status_list": {"idx": 1}}}),
        token({"status": {"identifier_list": {"id": "x"}}}),
        token({"status": None}),
        token({"exp": "1795435200"}),
        token({"exp": True}),
        token({"exp": -5}),
        token({"nbf": []}),
        token({"iat": "now"}),
    ],
)
def test_what_sd_jwt_vc_or_our_profile_forbids_is_refused(compact: str) -> None:
    with pytest.raises(MalformedInput):
        verified(compact)


def test_an_expired_time_is_reported_not_hidden() -> None:
    assert FORMAT.verify(token({"exp": 1000, "nbf": 500}), BARE, RESOLVER).valid_until is not None


@pytest.mark.parametrize(
    ("header", "error"),
    [
        ({"typ": "vc+sd-jwt"}, InvalidToken),
        ({"typ": "JWT"}, InvalidToken),
        ({"typ": "DC+SD-JWT"}, InvalidToken),
        ({"typ": "application/dc+sd-jwt"}, InvalidToken),
        ({"typ": None}, InvalidToken),
        ({"crit": []}, InvalidToken),
        ({"b64": True}, InvalidToken),
        ({"jwk": signer("issuer").public_jwk.to_dict()}, MalformedCredential),
        ({"jku": "https://evil.example"}, MalformedCredential),
        ({"x5u": "https://evil.example"}, MalformedCredential),
        ({"x5c": None}, MalformedCredential),
        ({"x5c": []}, MalformedCredential),
        ({"x5c": "abc"}, MalformedCredential),
        ({"x5c": [5]}, MalformedCredential),
        ({"x5c": ["!!"]}, MalformedCredential),
        ({"x5c": ["AAAA"]}, MalformedCredential),
        ({"x5c": [b64_encode(certificate())] * 7}, LimitExceeded),
        ({"x5c": [b64_encode(certificate("thief"))]}, InvalidSignature),
    ],
)
def test_a_header_that_chooses_its_own_rules_is_refused(header: JsonObject, error: type[Exception]) -> None:
    with pytest.raises(error):
        verified(token({}, header=header))


def test_another_key_cannot_sign() -> None:
    with pytest.raises(InvalidSignature):
        verified(token({}, key="thief"))


def test_no_algorithm_and_other_algorithms_are_refused() -> None:
    issued, rest = token({}).split("~")[0], "~"
    header, payload, signature = issued.split(".")
    for algorithm in ("none", "HS256", "ES384", "RS256", "EdDSA"):
        forged = json.loads(b64url_decode(header)) | {"alg": algorithm}
        with pytest.raises(MalformedInput):
            verified(f"{b64url_encode(json_compact(forged))}.{payload}.{signature}{rest}")


@pytest.mark.parametrize("did", ["did:key:z6Mkabc", "did:web:evil.example"])
@pytest.mark.parametrize("kid", ["did:web:other.example#k", "k", "did:key:z6Mkabcd#x", 5])
def test_a_key_of_another_did_does_not_speak_for_the_issuer(did: str, kid: JsonValue) -> None:
    with pytest.raises(MalformedCredential):
        verified(token({"iss": did}, header={"x5c": None, "kid": kid}))


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("~", "", 1) if text.count("~") == 1 else text.split("~")[0],
        lambda text: text.rstrip("~"),
        lambda text: text + "~",
        lambda text: text + "x",
        lambda text: "~" + text,
        lambda text: text.replace("~", "~~", 1),
        lambda text: text[:30] + ("A" if text[30] != "A" else "B") + text[31:],
        lambda text: text.replace(".", "=.", 1),
        lambda text: text + " ",
        lambda text: "é" + text,
        lambda _: "",
        lambda _: "~",
        lambda _: "a.b.c~",
    ],
)
def test_damaged_text_is_refused(damage: Callable[[str], str]) -> None:
    compact = FORMAT.issue(draft(), issuer_key())
    with pytest.raises((MalformedInput, InvalidSignature, HolderBindingMissing)):
        FORMAT.verify(damage(compact), BARE, RESOLVER)


@pytest.mark.parametrize("thing", [None, 5, {}, [], b"x~"])
def test_what_is_no_text_is_refused(thing: object) -> None:
    with pytest.raises(MalformedCredential):
        FORMAT.verify(thing, BARE, RESOLVER)  # type: ignore[arg-type]


def test_limits_hold() -> None:
    small = SdJwtVc(limits=Limits(max_characters=5_000, max_disclosures=2, max_digests=4, max_depth=3))
    deep: JsonValue = 1
    for _ in range(5):
        deep = {"d": deep}
    several = [disclosure("s", f"c{number}", 1) for number in range(3)]
    for compact in (
        token({"pad": "x" * 5_000}),
        token({"_sd": sd(*several)}, *several),
        token({"_sd": sd("a", "b", "c", "d", "e")}),
        token({"a": deep}),
        token({"a": [[[1]]]}),
        "~" * 4_000,
    ):
        with pytest.raises(LimitExceeded):
            small.verify(compact, BARE, RESOLVER)


def test_nesting_in_a_disclosure_is_refused_before_it_recurses() -> None:
    bomb = b64url_encode(b'["s","a",' + b"[" * 50_000 + b"]" * 50_000 + b"]")
    with pytest.raises(LimitExceeded):
        verified(token({"_sd": sd(bomb)}, bomb))


def test_disclosures_nested_in_disclosures_count_as_depth() -> None:
    made = [disclosure("s", "leaf", 1)]
    for number in range(20):
        made.append(disclosure("s", f"n{number}", {"_sd": sd(made[-1])}))
    with pytest.raises(LimitExceeded):
        verified(token({"_sd": sd(made[-1])}, *made))


def test_a_time_that_is_no_time_names_the_claim() -> None:
    with pytest.raises(ClaimError) as caught:
        verified(token({"exp": "soon"}))
    assert caught.value.claim == "exp"
