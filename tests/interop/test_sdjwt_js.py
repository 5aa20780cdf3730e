"""SD-JWT VCs in both directions with the `@sd-jwt` packages for JavaScript.

`BLAUWEKNOP_SDJWT_JS` names a folder with `sdjwt.mjs` and its installed packages: a command that verifies an SD-JWT VC
from standard input (`verify --jwk FILE [--nonce N --aud A]`) and issues one (`issue --jwk FILE [--holder-jwk FILE
--nonce N --aud A]`).
"""

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.encoding import JsonObject
from credentials.formats import Expectation, HolderBindingFailed
from credentials.formats.sd_jwt import SdJwtVc
from credentials.formats.sd_jwt.registered import NEVER_HIDDEN
from credentials.formats.selective_disclosure import Limits, UnverifiedSdJwt, key_binding, process
from credentials.keys import InvalidSignature
from tests.unit.formats.format_samples import TREE, draft, issuer_key, signer

FOLDER = os.environ.get("BLAUWEKNOP_SDJWT_JS", "")
AUDIENCE = "https://verifier.example"
NONCE = "n-0S6_WzA2Mj"

pytestmark = pytest.mark.outside("BLAUWEKNOP_SDJWT_JS")


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, str]:
    for name in ("issuer", "holder", "thief"):
        (tmp_path / f"{name}.jwk").write_text(json.dumps(signer(name).to_private_jwk()))
    return {name: str(tmp_path / f"{name}.jwk") for name in ("issuer", "holder", "thief")}


def js(mode: str, *arguments: str, stdin: str = "") -> Any:
    """The answer of the other implementation: text, or a JSON object."""
    done = subprocess.run(
        ["node", "sdjwt.mjs", mode, *arguments],
        cwd=FOLDER,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    output = done.stdout.strip()
    return json.loads(output) if output.startswith("{") else output


def now() -> datetime:
    return datetime.now(UTC)


def fresh_draft(**changes: object) -> Any:
    moment = now()
    return draft(issued_at=moment, expires_at=moment + timedelta(days=1), status=(), slots={}, **changes)


ANY_JSON: JsonObject = {
    "naam": 'Zoë \U0001f600 "x" \\ /',
    "adres": {"straat": "Heuvel 1", "land": "NL"},
    "talen": ["nl", "en", "fr"],
    "getallen": [1, -5, True, None],
}
PLACES = frozenset({("naam",), ("adres",), ("adres", "straat"), ("talen", None), ("getallen",)})


@pytest.mark.parametrize(
    ("claims", "places"), [(TREE, None), (ANY_JSON, PLACES), (ANY_JSON, frozenset())], ids=["ours", "by place", "open"]
)
def test_they_verify_what_we_issue(keys: dict[str, str], claims: JsonObject, places: Any) -> None:
    compact = SdJwtVc().issue(fresh_draft(claims=claims, disclosable=places), issuer_key())
    answer = js("verify", "--jwk", keys["issuer"], stdin=compact)
    assert answer["verified"], answer
    assert {name: answer["claims"][name] for name in claims} == claims
    assert not js("verify", "--jwk", keys["thief"], stdin=compact)["verified"]


def test_they_verify_what_our_holder_shows(keys: dict[str, str]) -> None:
    held = SdJwtVc().issue(fresh_draft(claims=ANY_JSON, disclosable=PLACES), issuer_key())
    shown = SdJwtVc().present(
        held, [("adres", "straat"), ("talen", 1)], signer("holder"), audience=AUDIENCE, nonce=NONCE, now=now()
    )
    answer = js("verify", "--jwk", keys["issuer"], "--nonce", NONCE, "--aud", AUDIENCE, stdin=shown)
    assert answer["verified"], answer
    assert answer["claims"]["adres"] == ANY_JSON["adres"]
    assert answer["claims"]["talen"] == ["en"]
    assert "naam" not in answer["claims"]
    assert answer["kb"]["nonce"] == NONCE
    for nonce, audience in (("other", AUDIENCE), (NONCE, "https://elsewhere.example")):
        assert not js("verify", "--jwk", keys["issuer"], "--nonce", nonce, "--aud", audience, stdin=shown)["verified"]


def read(compact: str, key: str = "issuer") -> tuple[UnverifiedSdJwt, JsonObject]:
    # Their issuer is known by a web address, and its key handed over: what is tried is the token.
    parsed = UnverifiedSdJwt.parse(compact, Limits(), "dc+sd-jwt")
    parsed.token.verify(signer(key).public_jwk)
    return parsed, process(parsed.token.payload, parsed.disclosures, Limits(), NEVER_HIDDEN).payload


def test_we_verify_what_they_issue(keys: dict[str, str]) -> None:
    compact = js("issue", "--jwk", keys["issuer"], "--holder-jwk", keys["holder"])
    parsed, claims = read(compact)
    assert parsed.key_binding is None
    assert claims["given_name"] == "Erika"
    assert claims["nationalities"] == ["DE", "FR"]
    assert claims["address"] == {"locality": "Berlin", "country": "DE"}
    with pytest.raises(InvalidSignature):
        read(compact, "thief")


def test_we_verify_what_their_holder_shows(keys: dict[str, str]) -> None:
    asked = ("--nonce", NONCE, "--aud", AUDIENCE)
    compact = js("issue", "--jwk", keys["issuer"], "--holder-jwk", keys["holder"], *asked)
    parsed, claims = read(compact)
    assert claims["given_name"] == "Erika"
    assert "family_name" not in claims
    assert claims["address"] == {"locality": "Berlin"}
    expected = Expectation(now(), NONCE, AUDIENCE)
    key_binding.check(parsed.key_binding, parsed.signed_part, signer("holder").public_jwk, expected)
    with pytest.raises(HolderBindingFailed):
        key_binding.check(parsed.key_binding, parsed.signed_part, signer("thief").public_jwk, expected)
    with pytest.raises(HolderBindingFailed):
        key_binding.check(
            parsed.key_binding, parsed.signed_part, signer("holder").public_jwk, Expectation(now(), "other", AUDIENCE)
        )
