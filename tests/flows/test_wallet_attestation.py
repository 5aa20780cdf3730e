"""The wallet comes to agencies with its provider's word, where they take it, and as another wallet at each of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import pytest

from credentials.errors import ConfigurationError
from credentials.jose import UnverifiedToken
from issuer.domain.clients import Attestation
from service.http import Answer
from service.jobs import Job, Periodic
from service.leading import Lead
from service.logging import configure
from tests.wallet_world import CLIENT, WALLET, Citizen, WalletWorld, make_world
from wallet_api.identity.provider import FORETOLD, load
from wallet_api.jobs import jobs

pytestmark = [pytest.mark.long, pytest.mark.requirement("vci-wallet-attestation")]

HEADER, PROOF = "oauth-client-attestation", "oauth-client-attestation-pop"
DAY = timedelta(days=1)
SERVER = "/.well-known/oauth-authorization-server"


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[Attestation], WalletWorld]]:
    made: list[WalletWorld] = []

    def world(attestation: Attestation) -> WalletWorld:
        made.append(make_world(tmp_path, "cjib", "svb", attestation=attestation))
        return made[-1]

    yield world
    for each in made:
        each.close()


def listen(
    world: WalletWorld, change: Callable[[str, Answer], Answer] = lambda _url, answer: answer
) -> list[tuple[str, Mapping[str, str]]]:
    """Note the headers of what the wallet sends to authorization servers, and change what they answer."""
    send, sent = world.net._exchange, []

    def noted(method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        if "/oauth/" in url:
            sent.append((urlsplit(url).path, headers))
        return change(url, send(method, url, headers, content))

    world.net._exchange = noted  # type: ignore[method-assign]
    return sent


def samira(world: WalletWorld) -> Citizen:
    return world.owner()


@pytest.mark.parametrize("attestation", [Attestation.REQUIRED, Attestation.ACCEPTED])
def test_every_agency_that_takes_it_gets_an_attestation_of_its_own(
    make: Callable[[Attestation], WalletWorld], attestation: Attestation
) -> None:
    world = make(attestation)
    sent = listen(world)
    citizen = samira(world)
    assert "2 van 2 organisaties hebben geantwoord" in citizen.collect().words
    asked = [headers for path, headers in sent if path in ("/oauth/par", "/oauth/token")]
    assert len(asked) == 4
    instances = [str(UnverifiedToken.parse(each[HEADER]).payload["cnf"]) for each in asked]
    # HAIP 1.0 section 4.4.1: two agencies cannot see that it was one wallet; one agency sees that it came back.
    assert len(set(instances)) == 2
    proofs = {str(UnverifiedToken.parse(each[PROOF]).payload["jti"]) for each in asked}
    assert len(proofs) == 4
    # And again, by a refresh token that is bound to the same key.
    assert "2 van 2 organisaties hebben geantwoord" in citizen.collect().words
    later = [
        str(UnverifiedToken.parse(headers[HEADER]).payload["cnf"])
        for path, headers in sent[len(asked) :]
        if HEADER in headers
    ]
    assert set(later) <= set(instances)


def test_an_agency_that_does_not_ask_is_not_told(tmp_path: Path) -> None:
    world = make_world(tmp_path, "cjib")
    sent = listen(world)
    assert "1 van 1 organisaties hebben geantwoord" in samira(world).collect().words
    assert sent
    assert not any(HEADER in headers or PROOF in headers for _, headers in sent)
    world.close()


def test_a_challenge_that_comes_with_a_refusal_is_used_once(make: Callable[[Attestation], WalletWorld]) -> None:
    world = make(Attestation.REQUIRED)

    def without_endpoint(url: str, answer: Answer) -> Answer:
        if not url.endswith(SERVER):
            return answer
        return replace_body(answer, answer.body.replace(b"challenge_endpoint", b"old_endpoint"))

    sent = listen(world, without_endpoint)
    assert "2 van 2 organisaties hebben geantwoord" in samira(world).collect().words
    assert [path for path, _ in sent].count("/oauth/challenge") == 0
    assert [path for path, _ in sent].count("/oauth/par") == 4


def test_a_wallet_without_a_provider_is_told_so_in_words(make: Callable[[Attestation], WalletWorld]) -> None:
    world = make(Attestation.REQUIRED)
    world.service.usecases.offers._issuers._proving._attesting._attester = None  # type: ignore[attr-defined]
    page = samira(world).collect()
    assert "kent deze wallet niet" in page.words


def test_keys_that_are_not_there_stop_the_wallet(make: Callable[[Attestation], WalletWorld], tmp_path: Path) -> None:
    world = make(Attestation.ACCEPTED)
    keys = tmp_path / "keys"
    kept = (keys / "provider-chain.pem").read_bytes()
    (keys / "provider-chain.pem").write_text("x")
    with pytest.raises(ConfigurationError):
        load(keys, identifier="http://localhost", client_id="x", now=world.clock.now())
    (keys / "provider-chain.pem").write_bytes(kept)
    assert load(keys, identifier="http://localhost", client_id="x", now=world.clock.now()).chain
    (keys / "provider.pem").unlink()
    with pytest.raises(ConfigurationError):
        load(keys, identifier="http://localhost", client_id="x", now=world.clock.now())


@pytest.mark.requirement("vci-key-attestation")
def test_an_agency_that_wants_attested_keys_gets_them(tmp_path: Path) -> None:
    world = make_world(tmp_path, "cjib", attestation=Attestation.ACCEPTED, agency={"key_attestation": "required"})
    citizen = samira(world)
    assert "1 van 1 organisaties hebben geantwoord" in citizen.collect().words
    assert {each["status"] for each in citizen.api("kaarten").json()["kaarten"]} == {"geldig"}
    # Without a provider there is nobody to attest them.
    world.service.usecases.offers._issuers._requesting._proofs._attester = None  # type: ignore[attr-defined]
    assert "kent deze wallet niet" in citizen.collect().words
    world.close()


def replace_body(answer: Answer, body: bytes) -> Answer:
    return Answer(answer.status, MappingProxyType(dict(answer.headers)), body)


def test_the_end_of_the_providers_certificate_is_foretold_and_shown(
    make: Callable[[Attestation], WalletWorld],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    made: dict[str, Periodic] = {}
    leads: list[Lead] = []

    def noted(lead: Lead, *arguments: Any, **more: Any) -> Sequence[Job]:
        found = jobs(lead, *arguments, **more)
        leads.append(lead)
        made.update({each.name: each for each in found if isinstance(each, Periodic)})
        return found

    monkeypatch.setattr("wallet_api.app.compose.jobs", noted)
    world = make(Attestation.ACCEPTED)
    browser = world.citizen().http
    ends_at = load(world.folder / "keys", identifier=WALLET, client_id=CLIENT, now=world.clock.now()).ends_at
    for left, said, condition in (
        (FORETOLD + DAY, False, "ok"),
        (FORETOLD, True, "ok"),
        (0 * DAY, True, "unavailable"),
    ):
        world.clock.advance(ends_at - left - world.clock.now())
        world.publish()
        assert leads[0].take()
        configure()
        try:
            assert made["end of provider-chain.pem"].run_now()
            answer = browser.get("/health/ready")
        finally:
            configure(level="critical", strict=True)
        assert ("ends_soon" in capsys.readouterr().err) is said
        # Whoever holds cards goes on to look at them, and to share them.
        assert (answer.status_code, answer.json()["checks"]["certificate"]) == (200, condition)
