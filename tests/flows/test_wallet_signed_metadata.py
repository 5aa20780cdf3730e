"""The wallet asks agencies for signed metadata, and believes what its trust list lets it believe."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from credentials.encoding import json_compact, json_object
from credentials.openid.signed_metadata import sign_metadata
from service.http import Answer
from tests.flows.issuance_kit import SoftwareSigner
from tests.wallet_world import Citizen, WalletWorld, make_world

pytestmark = pytest.mark.requirement("vci-signed-metadata")

METADATA = "/.well-known/openid-credential-issuer"
GOOD = "1 van 1 organisaties hebben geantwoord"
Change = Callable[[Answer], Answer]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[WalletWorld]:
    world = make_world(tmp_path, "cjib")
    yield world
    world.close()


def strict(world: WalletWorld) -> None:
    directory(world)._unsigned = False  # type: ignore[attr-defined]


def directory(world: WalletWorld) -> object:
    return world.service.usecases.offers._issuers._directory  # type: ignore[attr-defined]


def samira(world: WalletWorld) -> Citizen:
    return world.owner()


def between(world: WalletWorld, change: Change, accept: str | None = None) -> list[str]:
    """Put somebody between wallet and agency; return the media types that the wallet was sent."""
    send, seen = world.net._exchange, []

    def changed(method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        if not url.endswith(METADATA):
            return send(method, url, headers, content)
        answer = change(send(method, url, {**headers, **({"accept": accept} if accept else {})}, content))
        seen.append(answer.content_type)
        return answer

    world.net._exchange = changed  # type: ignore[method-assign]
    return seen


def test_signed_metadata_are_asked_for_and_believed(world: WalletWorld) -> None:
    strict(world)
    seen = between(world, lambda answer: answer)
    assert GOOD in samira(world).collect().words
    assert seen == ["application/jwt"]


def test_unsigned_metadata_are_taken_where_the_setting_says_so(world: WalletWorld) -> None:
    seen = between(world, lambda answer: answer, accept="application/json")
    assert GOOD in samira(world).collect().words
    assert seen == ["application/json"]


def test_unsigned_metadata_are_refused_where_the_setting_says_so(world: WalletWorld) -> None:
    strict(world)
    between(world, lambda answer: answer, accept="application/json")
    assert GOOD not in samira(world).collect().words


def test_what_was_signed_by_another_is_refused_whatever_the_setting(world: WalletWorld) -> None:
    settings = world.agencies["cjib"].settings
    document = json_object(json_compact(world.agencies["cjib"].desk.describe.issuer), max_bytes=1 << 20)
    document["credential_endpoint"] = "https://thief.example/credential"
    chain = world.agencies["cjib"].desk.sign_metadata.key().x5c
    forged = sign_metadata(document, SoftwareSigner.generate(), chain, now=world.clock.now())
    assert settings.base_url in str(document["credential_issuer"])
    between(world, lambda answer: Answer(200, answer.headers, forged.encode()))
    assert GOOD not in samira(world).collect().words


def test_an_agency_without_certificates_on_the_list_is_asked_for_unsigned_ones(world: WalletWorld) -> None:
    world.participants[0] = replace(world.participants[0], anchors=())
    world.trust()
    world.clock.advance(timedelta(seconds=11))
    seen = between(world, lambda answer: answer)
    samira(world).collect()
    assert seen == ["application/json"]
