"""The vectors of the Token Status List draft: 2^20 entries in every width, and its signed tokens, in JSON and CBOR."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from credentials.encoding import JsonObject, b64url_encode
from credentials.jose.cbor import cbor_parse
from credentials.keys import InvalidSignature, PublicJwk
from credentials.status import TokenStatusList
from credentials.status.token_list import parse_token, read_claims
from credentials.status.token_list_cwt import parse_cwt

VECTORS = Path(__file__).parents[2] / "vectors" / "status"
LISTS = json.loads((VECTORS / "token-status-list-2-20.json").read_text())
TOKENS = json.loads((VECTORS / "token-status-list-tokens.json").read_text())
KEY = PublicJwk.parse(TOKENS["key"])
URI = "https://example.com/statuslists/1"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FORMS = {"jwt": lambda: parse_token(TOKENS["jwt"].encode()), "cwt": lambda: parse_cwt(bytes.fromhex(TOKENS["cwt"]))}


def test_none_is_missing() -> None:
    assert [(vector["bits"], len(vector["statuses"])) for vector in LISTS] == [(1, 11), (2, 11), (4, 15), (8, 256)]


@pytest.mark.parametrize("vector", LISTS, ids=lambda vector: f"{vector['bits']} bits")
def test_every_entry_of_the_appendix_is_read(vector: JsonObject) -> None:
    made = TokenStatusList(vector["entries"], vector["bits"])
    for index, status in vector["statuses"].items():
        made[int(index)] = status
    read = TokenStatusList.decode(vector["lst"], vector["bits"])
    assert (len(read), read.to_bytes()) == (vector["entries"], made.to_bytes())
    assert all(read[int(index)] == status for index, status in vector["statuses"].items())
    assert TokenStatusList.decode(made.encode(), vector["bits"]).to_bytes() == read.to_bytes()
    in_cbor = cbor_parse(bytes.fromhex(vector["cbor"]))
    assert isinstance(in_cbor, dict)
    assert (in_cbor["bits"], b64url_encode(in_cbor["lst"])) == (vector["bits"], vector["lst"])


@pytest.mark.parametrize("form", FORMS)
def test_the_drafts_tokens_hold(form: str) -> None:
    verified = FORMS[form]().verify(KEY)
    claims = read_claims(verified.payload, URI, NOW, max_age=None)
    assert [claims.statuses[index] for index in range(16)] == [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
    assert claims.time_to_live == timedelta(hours=12)
    assert claims.expires_at == datetime.fromtimestamp(2291720170, UTC)
    assert verified.header["kid"] == "12"


@pytest.mark.parametrize("form", FORMS)
def test_the_drafts_tokens_hold_under_their_own_key_only(form: str) -> None:
    token = FORMS[form]()
    other = PublicJwk.parse(
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        }
    )
    with pytest.raises(InvalidSignature):
        token.verify(other)
