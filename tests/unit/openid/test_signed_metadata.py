import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from credentials.encoding import JsonObject
from credentials.errors import MalformedInput, Unavailable
from credentials.jose import UnverifiedToken, sign_jwt
from credentials.keys import PublicJwk, SoftwareSigner
from credentials.openid.certificates import build_x5c
from credentials.openid.display import in_languages
from credentials.openid.errors import MalformedMessage
from credentials.openid.issuer_metadata import parse_issuer_metadata
from credentials.openid.signed_metadata import TYPE, open_signed_metadata, sign_metadata
from tests.spoilt import spoilt_signature
from tests.unit.openid.test_openid_metadata import ISSUER, METADATA

pytestmark = pytest.mark.requirement("vci-signed-metadata")

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SIGNER = SoftwareSigner.generate()
CHAIN = (b"leaf", b"intermediate")


def key(chain: Sequence[bytes], now: datetime) -> PublicJwk:
    if tuple(chain) != CHAIN or now > NOW + timedelta(days=300):
        raise MalformedInput("nobody's")
    return SIGNER.public_jwk


def opened(jwt: str, now: datetime = NOW) -> bytes:
    return open_signed_metadata(jwt, credential_issuer=ISSUER, now=now, signer_key=key)


def signed(header: JsonObject | None = None, **changes: object) -> str:
    claims = {**METADATA.to_json(), "sub": ISSUER, "iat": int(NOW.timestamp()), **changes}
    kept = {name: value for name, value in claims.items() if value is not None}
    return sign_jwt(TYPE, {"x5c": [*build_x5c(CHAIN)], **(header or {})}, kept, SIGNER)  # type: ignore[arg-type,dict-item]


def test_signed_metadata_travel_both_ways() -> None:
    jwt = sign_metadata(METADATA.to_json(), SIGNER, CHAIN, now=NOW)
    assert parse_issuer_metadata(opened(jwt), credential_issuer=ISSUER) == METADATA


def test_every_member_is_a_claim_beside_who_says_it_and_when() -> None:
    token = UnverifiedToken.parse(sign_metadata(METADATA.to_json(), SIGNER, CHAIN, now=NOW))
    times = {"iat": int(NOW.timestamp()), "exp": int((NOW + timedelta(days=1)).timestamp())}
    assert token.payload == {**METADATA.to_json(), "iss": ISSUER, "sub": ISSUER, **times}
    assert token.header == {"typ": TYPE, "alg": "ES256", "x5c": build_x5c(CHAIN)}


def test_an_end_and_an_issuer_may_be_missing() -> None:
    assert json.loads(opened(signed()))["credential_issuer"] == ISSUER


@pytest.mark.parametrize(
    "jwt",
    [
        signed(sub="https://other.example"),
        signed(sub=f"{ISSUER}/"),
        signed(sub=None),
        signed(sub=[ISSUER]),
        signed(iat=None),
        signed(iat=int(NOW.timestamp()) + 3_600),
        signed(exp=int(NOW.timestamp()) - 3_600),
        signed({"typ": "JWT"}),
        signed({"x5c": []}),
        signed({"x5c": None}),
        signed({"x5c": [*build_x5c((b"other",))]}),
        signed({"alg": "none"}),
        spoilt_signature(signed()),
        signed().rpartition(".")[0] + ".",
        "x",
        "",
        "{}",
        json.dumps(METADATA.to_json()),
    ],
)
def test_what_is_wrongly_signed_is_no_metadata(jwt: str) -> None:
    with pytest.raises(MalformedMessage):
        opened(jwt)


def test_where_nobodys_signature_can_be_judged_now_the_issuer_is_not_blamed() -> None:
    def unknown(chain: Sequence[bytes], now: datetime) -> PublicJwk:
        raise Unavailable("no list is good now")

    with pytest.raises(Unavailable):
        open_signed_metadata(signed(), credential_issuer=ISSUER, now=NOW, signer_key=unknown)


def test_another_key_under_the_same_chain_is_refused() -> None:
    jwt = sign_metadata(METADATA.to_json(), SoftwareSigner.generate(), CHAIN, now=NOW)
    with pytest.raises(MalformedMessage):
        opened(jwt)


def test_metadata_are_old_after_a_day() -> None:
    jwt = sign_metadata(METADATA.to_json(), SIGNER, CHAIN, now=NOW)
    opened(jwt, NOW + timedelta(hours=23))
    with pytest.raises(MalformedMessage):
        opened(jwt, NOW + timedelta(days=2))


def test_displays_are_left_out_by_language_and_nothing_else_is() -> None:
    document = METADATA.to_json()
    dutch = in_languages(document, ("nl",))
    assert "Overview" not in json.dumps(dutch)
    assert "Overzicht" in json.dumps(dutch)
    assert in_languages(document, ("nl", "en")) == document
    without = {"display": [{"name": "x"}, {"name": "y", "locale": "en-GB"}], "name": "display"}
    assert in_languages(without, ("nl",)) == {"display": [{"name": "x"}], "name": "display"}
