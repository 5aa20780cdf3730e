"""The wallet sends a request again when a server wants its nonce or challenge in the proof, and for nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, cast

import pytest

from credentials.clock import FixedClock
from credentials.encoding import json_compact
from credentials.jose import UnverifiedToken
from credentials.keys import SoftwareSigner
from credentials.openid.authorization_server import AuthorizationServerMetadata
from service.http import Answer
from wallet_api.clients.attesting import Attesting
from wallet_api.clients.proving import Proving

pytestmark = pytest.mark.requirement("as-dpop-nonce")

CLOCK = FixedClock(datetime(2026, 11, 29, 10, tzinfo=UTC))
URL, OTHER = "https://a.example/oauth/token", "https://b.example/oauth/token"
KEY = SoftwareSigner.generate()
SERVER = AuthorizationServerMetadata("https://a.example", URL)


class Attested:
    """A wallet that authenticates; it puts into its header which challenge it was told."""

    def headers(self, _server: object, _key: object, challenge: str | None) -> Mapping[str, str]:
        return {"challenge": challenge or ""}


class Server:
    """Answers in this order, and notes the nonces and challenges that came."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.nonces: list[object] = []
        self.challenges: list[str | None] = []

    def __call__(self, headers: Mapping[str, str]) -> Answer:
        dpop = headers.get("dpop")
        self.nonces.append(UnverifiedToken.parse(dpop).payload.get("nonce") if dpop else None)
        self.challenges.append(headers.get("challenge"))
        return self.answers.pop(0)


def answer(status: int = 200, error: str | None = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, MappingProxyType(named), json_compact({"error": error} if error else {}))


def proving() -> Proving:
    return Proving(CLOCK, cast("Attesting", Attested()))


def wants(nonce: str) -> Answer:
    return answer(400, "use_dpop_nonce", dpop_nonce=nonce)


def send(by: Proving, server: Server, url: str = URL, key: SoftwareSigner | None = KEY, **more: Any) -> Answer:
    return by.send(url, server, key, **more)


def test_a_nonce_that_is_wanted_is_put_into_the_next_proof() -> None:
    server = Server(wants("n-1"), answer())
    assert send(proving(), server).status == 200
    assert server.nonces == [None, "n-1"]


def test_a_resource_may_say_so_in_its_challenge_alone() -> None:
    challenge = 'DPoP error="use_dpop_nonce", error_description="x"'
    server = Server(answer(401, dpop_nonce="n-1", www_authenticate=challenge), answer())
    assert send(proving(), server, access_token="at").status == 200
    assert server.nonces == [None, "n-1"]


def test_the_latest_nonce_serves_the_visit_and_no_other_key_or_server() -> None:
    by = proving()
    server = Server(wants("n-1"), answer(dpop_nonce="n-2"), answer(), wants("n-3"), answer())
    for _ in range(3):
        assert send(by, server).status == 200
    assert server.nonces == [None, "n-1", "n-2", "n-2", "n-3"]
    elsewhere = Server(answer(), answer())
    send(by, elsewhere, OTHER)
    send(by, elsewhere, key=SoftwareSigner.generate())
    assert elsewhere.nonces == [None, None]


@pytest.mark.parametrize(
    "refusal",
    [
        # Sent again, a wrong transaction code would count twice.
        answer(400, "invalid_grant", dpop_nonce="n-1"),
        answer(401, "invalid_token", dpop_nonce="n-1"),
        answer(400, "use_dpop_nonce"),
        answer(400, "invalid_request", oauth_client_attestation_challenge="c-1"),
        answer(500, "use_dpop_nonce", dpop_nonce="n-1"),
    ],
)
def test_for_no_other_refusal_is_anything_sent_again(refusal: Answer) -> None:
    server = Server(refusal)
    assert send(proving(), server, attested=(SERVER, KEY)) is refusal


def test_a_server_that_always_wants_another_nonce_is_heard_once() -> None:
    server = Server(wants("n-1"), wants("n-2"))
    assert send(proving(), server).status == 400
    assert server.nonces == [None, "n-1"]


def test_a_nonce_and_a_challenge_may_both_be_wanted() -> None:
    challenge = answer(400, "use_attestation_challenge", oauth_client_attestation_challenge="c-1")
    server = Server(challenge, wants("n-1"), answer())
    assert send(proving(), server, attested=(SERVER, KEY)).status == 200
    assert (server.nonces, server.challenges) == ([None, None, "n-1"], ["", "c-1", "c-1"])


def test_without_a_key_no_nonce_is_any_use() -> None:
    server = Server(wants("n-1"))
    assert send(proving(), server, key=None).status == 400
    assert server.nonces == [None]


def test_a_nonce_beyond_measure_is_not_kept() -> None:
    by = proving()
    server = Server(answer(dpop_nonce="x" * 3_000), answer())
    send(by, server)
    send(by, server)
    assert server.nonces == [None, None]
