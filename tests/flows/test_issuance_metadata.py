"""What an agency says of itself, signed and unsigned, and in whose language."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.encoding import b64_decode
from credentials.jose import UnverifiedToken
from credentials.trust.x509 import public_jwk, to_der, verify_chain
from tests.flows.issuance_kit import NOW, URL, Scene, an_agency

PATH = "/.well-known/openid-credential-issuer"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock) -> Scene:
    return Scene(an_agency(tmp_path, clock), clock, tmp_path)


def asked(scene: Scene, **headers: str) -> Any:
    answer = scene.http().get(PATH, headers={name.replace("_", "-"): value for name, value in headers.items()})
    assert answer.status_code == 200
    return answer


class TestSigned:
    def test_they_are_for_those_who_ask(self, scene: Scene) -> None:
        signed = asked(scene, accept="application/jwt")
        assert signed.headers["content-type"] == "application/jwt"
        for accept in ("application/json", "*/*", "application/json, application/jwt;q=0.9"):
            assert asked(scene, accept=accept).headers["content-type"] == "application/json"
        assert {each.strip() for each in signed.headers["vary"].split(",")} == {"accept", "accept-language"}

    @pytest.mark.requirement("vci-signed-metadata")
    def test_they_are_the_unsigned_ones_signed_by_the_agency(self, scene: Scene) -> None:
        token = UnverifiedToken.parse(asked(scene, accept="application/jwt").text, max_characters=1 << 20)
        assert token.header["typ"] == "openidvci-issuer-metadata+jwt"
        chain: Any = token.header["x5c"]
        ders = tuple(b64_decode(each, "x5c") for each in chain)
        # HAIP 1.0 section 4.1: the anchor is not in the chain, and the leaf is not signed by itself.
        anchor = to_der((scene.folder / "state" / "ca.pem").read_text("ascii"))
        assert anchor not in ders
        verify_chain(ders, (anchor,), scene.clock.now() + timedelta(days=30))
        claims = dict(token.verify(public_jwk(ders[0])).payload)
        assert (claims.pop("sub"), claims.pop("iss")) == (URL, URL)
        assert claims.pop("exp") - claims.pop("iat") == 86_400  # type: ignore[operator]
        assert claims == asked(scene, accept="application/json").json()

    def test_they_are_signed_anew_each_hour(self, scene: Scene, clock: FixedClock) -> None:
        first = asked(scene, accept="application/jwt").text
        assert asked(scene, accept="application/jwt").text == first
        clock.advance(timedelta(minutes=61))
        assert asked(scene, accept="application/jwt").text != first


class TestLanguages:
    @pytest.mark.requirement("vci-metadata-language")
    @pytest.mark.parametrize(("wanted", "given"), [("nl", "nl"), ("en-US,en;q=0.5", "en"), ("fy", "nl, en")])
    @pytest.mark.parametrize("accept", ["application/json", "application/jwt"])
    def test_a_wallet_gets_the_names_in_the_language_that_it_wants(
        self, scene: Scene, wanted: str, given: str, accept: str
    ) -> None:
        answer = asked(scene, accept=accept, accept_language=wanted)
        assert answer.headers["content-language"] == given
        document = (
            UnverifiedToken.parse(answer.text, max_characters=1 << 20).payload
            if accept == "application/jwt"
            else answer.json()
        )
        shown: Any = document["credential_configurations_supported"]
        displays = shown["overzicht_sdjwt"]["credential_metadata"]["display"]
        assert ", ".join(each["locale"] for each in displays) == given

    def test_both_are_said_to_who_wants_none(self, scene: Scene) -> None:
        assert asked(scene).headers["content-language"] == "nl, en"
