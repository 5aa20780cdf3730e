"""One payload under several signatures (RFC 7515 section 7.2.1): each stands by itself, and nothing is mixed."""

from typing import Any

import pytest

from credentials.encoding import b64url_encode, json_compact
from credentials.errors import LimitExceeded, MalformedInput
from credentials.jose import InvalidToken, parse_json, sign_json
from credentials.jose.jws_json import MAX_SIGNATURES
from credentials.keys import Algorithm, InvalidSignature, SoftwareSigner

ONE, OTHER = SoftwareSigner.generate(), SoftwareSigner.generate(Algorithm.EDDSA)


def signed() -> dict[str, Any]:
    return sign_json({"says": "hello"}, [({"who": "one"}, ONE), ({"who": "other"}, OTHER)])


def test_each_signature_becomes_a_token_of_the_same_payload() -> None:
    first, second = parse_json(signed())
    assert (first.header, second.header) == ({"alg": "ES256", "who": "one"}, {"alg": "EdDSA", "who": "other"})
    for token, signer in ((first, ONE), (second, OTHER)):
        assert token.verify(signer.public_jwk).payload == {"says": "hello"}
    with pytest.raises(InvalidSignature):
        first.verify(SoftwareSigner.generate().public_jwk)


def another_value() -> Any:
    made: Any = sign_json({"says": "bye"}, [({}, ONE)])
    return made["signatures"][0]["signature"]


def test_a_signature_is_of_its_own_header_and_of_this_payload() -> None:
    for change in (
        lambda it: it.update(payload=b64url_encode(json_compact({"says": "bye"}))),
        lambda it: it["signatures"][0].update(protected=b64url_encode(json_compact({"alg": "ES256", "who": "other"}))),
        lambda it: it["signatures"][0].update(signature=another_value()),
    ):
        made = signed()
        change(made)
        with pytest.raises(InvalidSignature):
            parse_json(made)[0].verify(ONE.public_jwk)


def test_members_that_are_not_known_are_ignored() -> None:
    made = signed() | {"remark": 1}
    made["signatures"][0]["remark"] = 1
    assert len(parse_json(made)) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update(it["signatures"][0]),
        lambda it: it.update(protected="e30"),
        lambda it: it.update(signature="AA"),
        lambda it: it.update(header={}),
        lambda it: it["signatures"][1].update(header={"kid": "x"}),
        lambda it: it["signatures"][1].update(payload=it["payload"]),
        lambda it: it["signatures"][1].pop("protected"),
        lambda it: it["signatures"][1].pop("signature"),
        lambda it: it["signatures"][1].update(protected={}),
        lambda it: it["signatures"][1].update(protected="e30.e30"),
        lambda it: it["signatures"][1].update(signature="AA=="),
        lambda it: it["signatures"].append("AA"),
        lambda it: it.update(signatures=[]),
        lambda it: it.update(signatures={}),
        lambda it: it.update(payload={}),
        lambda it: it.update(payload="bm8"),
        lambda it: it.update(payload=it["payload"] + "="),
        lambda it: it.pop("payload"),
        lambda it: it.pop("signatures"),
    ],
)
def test_what_is_no_general_serialization_is_refused(change: Any) -> None:
    made = signed()
    change(made)
    with pytest.raises(MalformedInput):
        parse_json(made)


@pytest.mark.parametrize("document", [None, 1, "a.b.c", [], {}])
def test_what_is_no_object_is_refused(document: Any) -> None:
    with pytest.raises(InvalidToken):
        parse_json(document)


def test_signatures_and_characters_have_a_limit() -> None:
    made = signed()
    made["signatures"] *= MAX_SIGNATURES
    with pytest.raises(LimitExceeded):
        parse_json(made)
    with pytest.raises(LimitExceeded):
        parse_json(signed(), max_characters=100)
    for signers in ([], [({}, ONE)] * (MAX_SIGNATURES + 1)):
        with pytest.raises(ValueError, match="signatures"):
            sign_json({}, signers)
