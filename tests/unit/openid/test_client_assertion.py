"""A client that authenticates with a key of its own (RFC 7523)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from credentials.clock import epoch
from credentials.jose import sign_jwt
from credentials.keys import Algorithm, PublicJwk, SoftwareSigner
from credentials.openid.client_assertion import ASSERTION_TYPE, build_client_assertion, verify_client_assertion
from credentials.openid.errors import InvalidClient

NOW = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
SERVER = "https://cjib.example/api"
ENDPOINT = "https://cjib.example/api/oauth/token"
KEY = SoftwareSigner.generate()
CLAIMS: dict[str, Any] = {
    "iss": "zaaksysteem",
    "sub": "zaaksysteem",
    "aud": SERVER,
    "jti": "j1",
    "iat": epoch(NOW),
    "exp": epoch(NOW) + 60,
}


def verify(fields: dict[str, str], keys: dict[str, list[PublicJwk]] | None = None) -> Any:
    known = {"zaaksysteem": [KEY.public_jwk]} if keys is None else keys
    return verify_client_assertion(
        fields, audiences=(SERVER, ENDPOINT), now=NOW, keys=lambda client_id: known.get(client_id, [])
    )


def signed(signer: SoftwareSigner = KEY, **changed: Any) -> dict[str, str]:
    claims = {name: value for name, value in (CLAIMS | changed).items() if value is not None}
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": sign_jwt("JWT", {}, claims, signer)}


def test_what_is_built_is_taken() -> None:
    fields = build_client_assertion(
        KEY, client_id="zaaksysteem", audience=SERVER, now=NOW, jti="j1", lifetime=timedelta(minutes=1)
    )
    proven = verify(fields)
    assert proven.client_id == "zaaksysteem"
    assert proven.expires_at >= NOW + timedelta(minutes=1)
    assert verify(fields).replay_key == proven.replay_key
    assert verify(signed(jti="j2")).replay_key != proven.replay_key


@pytest.mark.parametrize("audience", [SERVER, ENDPOINT, [SERVER], [ENDPOINT]])
def test_the_server_is_known_by_its_identifier_and_its_token_endpoint(audience: Any) -> None:
    assert verify(signed(aud=audience)).client_id == "zaaksysteem"


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.ES384, Algorithm.EDDSA])
def test_any_registered_key_counts(algorithm: Algorithm) -> None:
    other = SoftwareSigner.generate(algorithm)
    assert verify(signed(other), {"zaaksysteem": [KEY.public_jwk, other.public_jwk]}).client_id == "zaaksysteem"


def test_nobody_uses_up_anothers_jti() -> None:
    other = signed(iss="ander", sub="ander")
    known = {"zaaksysteem": [KEY.public_jwk], "ander": [KEY.public_jwk]}
    assert verify(other, known).replay_key != verify(signed(), known).replay_key


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "ander"},
        {"iss": None},
        {"sub": None},
        {"sub": 5},
        {"aud": "https://elders.example/api"},
        {"aud": [SERVER, "https://elders.example"]},
        {"aud": "https://cjib.example"},
        {"aud": None},
        {"jti": None},
        {"jti": ""},
        {"jti": "j" * 257},
        {"exp": None},
        {"exp": epoch(NOW) - 61},
        {"exp": epoch(NOW) + 3_700},
        {"exp": 10**30},
        {"nbf": epoch(NOW) + 120},
        {"iat": epoch(NOW) + 120},
        {"iss": "ander", "sub": "ander"},
    ],
    ids=str,
)
def test_any_other_assertion_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidClient):
        verify(signed(**changed))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"client_assertion_type": ASSERTION_TYPE},
        {"client_assertion": signed()["client_assertion"]},
        signed() | {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
        signed() | {"client_assertion": "a.b.c"},
        signed() | {"client_assertion": "a" * 9_000},
        signed() | {"client_id": "ander"},
        signed(SoftwareSigner.generate()),
        signed(SoftwareSigner.generate(Algorithm.EDDSA)),
    ],
    ids=range(9),
)
def test_any_other_message_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(InvalidClient):
        verify(fields)


def test_the_client_may_say_who_it_is() -> None:
    assert verify(signed() | {"client_id": "zaaksysteem"}).client_id == "zaaksysteem"
