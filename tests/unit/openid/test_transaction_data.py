"""Transaction data: written, read, agreed to by a hash, and refused where one thing is off."""

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.encoding import JsonObject, b64url_encode, json_compact
from credentials.jose import sign_jwt
from credentials.keys import SoftwareSigner
from credentials.openid.dcql import parse_query
from credentials.openid.errors import InvalidTransactionData
from credentials.openid.transaction_data import (
    AGREEMENT,
    HASHES,
    HASHES_ALG,
    TransactionData,
    is_agreed,
    key_binding_claims,
    parse_transaction_data,
)

pytestmark = pytest.mark.requirement("vp-transaction-data")

HOLDER = SoftwareSigner.generate()
QUERY = parse_query(
    {
        "credentials": [
            {"id": "o", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:o"]}},
            {"id": "w", "format": "ldp_vc", "meta": {}},
        ]
    }
)
TEXT = "U mag namens mij bellen."


def encoded(**members: Any) -> str:
    stated = {"type": AGREEMENT, "credential_ids": ["o"], "tekst": TEXT, **members}
    return b64url_encode(json_compact({name: value for name, value in stated.items() if value is not ...}))


def read(**members: Any) -> TransactionData:
    (entry,) = parse_transaction_data([encoded(**members)], QUERY)
    return entry


def proven(claims: JsonObject) -> str:
    return f"a.b.c~{sign_jwt('kb+jwt', {}, claims, HOLDER)}"


def test_what_is_written_is_what_is_read() -> None:
    made = TransactionData.make(AGREEMENT, ["o"], {"tekst": TEXT})
    (entry,) = parse_transaction_data([made.encoded], QUERY)
    assert (entry.type, entry.credential_ids, entry.agreement) == (AGREEMENT, ("o",), TEXT)


def test_the_hash_is_over_the_text_as_it_travels() -> None:
    entry = read()
    assert entry.digest == b64url_encode(hashlib.sha256(entry.encoded.encode()).digest())
    assert key_binding_claims([entry]) == {HASHES: [entry.digest]}
    assert key_binding_claims([]) == {}


@pytest.mark.parametrize(
    ("named", "used"), [(["sha-512", "sha-256"], "sha-256"), (["sha-384"], "sha-384"), (["md5", "sha-512"], "sha-512")]
)
def test_a_hash_that_was_named_is_used_and_said(named: list[str], used: str) -> None:
    entry = read(transaction_data_hashes_alg=named)
    claims = key_binding_claims([entry])
    assert claims[HASHES_ALG] == used
    assert is_agreed(entry, proven(claims))
    assert not is_agreed(entry, proven({**claims, HASHES_ALG: "sha-1"}))


def test_what_was_agreed_to_is_agreed_and_nothing_else() -> None:
    one, two = read(), read(tekst="U mag namens mij schrijven.")
    both = proven(key_binding_claims([one, two]))
    assert is_agreed(one, both)
    assert is_agreed(two, both)
    assert not is_agreed(two, proven(key_binding_claims([one])))
    for presentation in (
        proven({}),
        proven({HASHES: one.digest}),
        proven({HASHES: [], HASHES_ALG: "sha-256"}),
        proven({HASHES: [7, None, one.digest[:-1]]}),
        proven({HASHES: [one.digest], HASHES_ALG: "sha-512"}),
        proven({HASHES: [one.digest], HASHES_ALG: ["sha-256"]}),
        "a.b.c~",
        "",
        {"type": "VerifiablePresentation"},
    ):
        assert not is_agreed(one, presentation)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        "eyJ9",
        ["eyJ9"],
        [7],
        ["é"],
        [encoded(credential_ids=...)],
        [encoded(credential_ids=[])],
        [encoded(credential_ids=["x"])],
        [encoded(credential_ids="o")],
        [encoded(credential_ids=["w"])],
        [encoded(type=...)],
        [encoded(type=7)],
        [encoded(transaction_data_hashes_alg=["md5"])],
        [encoded(transaction_data_hashes_alg=[])],
        [encoded(transaction_data_hashes_alg="sha-256")],
        [encoded(), encoded(transaction_data_hashes_alg=["sha-384"])],
        [encoded(), b64url_encode(b"[]")],
        [encoded()] * 11,
        [encoded(tekst="x" * 20_000)],
    ],
)
def test_malformed_transaction_data_is_refused_by_its_name(value: Any) -> None:
    with pytest.raises(InvalidTransactionData):
        parse_transaction_data(value, QUERY)


@pytest.mark.parametrize(
    "members",
    [
        {"type": "urn:een:ander:1"},
        {"tekst": ...},
        {"tekst": ""},
        {"tekst": "   "},
        {"tekst": 7},
        {"tekst": "x" * 2_001},
        {"tekst": "van rechts \u202e naar links"},
        {"tekst": "een \u0000 nul"},
    ],
)
def test_what_cannot_be_shown_as_it_is_is_not_understood(members: dict[str, Any]) -> None:
    assert read(**members).agreement is None


@given(st.text(max_size=200), st.lists(st.sampled_from(["o"]), min_size=1, max_size=3))
def test_whatever_text_is_agreed_to_is_the_one_that_was_asked(text: str, ids: list[str]) -> None:
    made = TransactionData.make(AGREEMENT, ids, {"tekst": text})
    (entry,) = parse_transaction_data([made.encoded], QUERY)
    assert entry.members["tekst"] == text
    assert entry.agreement in (None, text)
    assert is_agreed(entry, proven(key_binding_claims([entry])))
    assert not is_agreed(entry, proven(key_binding_claims([TransactionData.make("x", ids, {"tekst": text})])))
