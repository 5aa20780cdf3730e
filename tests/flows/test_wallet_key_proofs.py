"""The wallet proves its keys by presentations, to an agency that takes nothing else."""

import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from credentials.encoding import json_compact
from service.http import Answer
from tests.wallet_world import make_world

pytestmark = [pytest.mark.long, pytest.mark.requirement("vci-di-vp")]


def test_an_agency_that_takes_presentations_only_gets_them(tmp_path: Path) -> None:
    world = make_world(tmp_path, "cjib", agency={"proof_types": ("jwt", "di_vp")})
    exchange, kinds = world.net._exchange, set[str]()

    def other(method: str, url: str, headers: Any, content: bytes) -> Answer:
        if url.endswith("/credential"):
            kinds.update(json.loads(content)["proofs"])
        if "openid-credential-issuer" not in url:
            return exchange(method, url, headers, content)
        answer = exchange(method, url, {**headers, "accept": "application/json"}, content)
        document = json.loads(answer.body)
        for each in document["credential_configurations_supported"].values():
            del each["proof_types_supported"]["jwt"]
        # In the clear, so that it can be seen what goes.
        del document["credential_request_encryption"], document["credential_response_encryption"]
        return Answer(answer.status, MappingProxyType(dict(answer.headers)), json_compact(document))

    world.net._exchange = other  # type: ignore[method-assign]
    citizen = world.owner()
    assert "1 van 1 organisaties hebben geantwoord" in citizen.collect().words
    assert {each["status"] for each in citizen.api("kaarten").json()["kaarten"]} == {"geldig"}
    assert kinds == {"di_vp"}
    world.close()


@pytest.mark.requirement("as-dpop-nonce")
def test_an_agency_that_wants_its_own_nonces_gets_them(tmp_path: Path) -> None:
    world = make_world(tmp_path, "cjib", agency={"dpop_nonce": "required"})
    exchange, told = world.net._exchange, list[str]()

    def noted(method: str, url: str, headers: Any, content: bytes) -> Answer:
        answer = exchange(method, url, headers, content)
        if "dpop-nonce" in answer.headers:
            told.append(url)
        return answer

    world.net._exchange = noted  # type: ignore[method-assign]
    citizen = world.owner()
    assert "1 van 1 organisaties hebben geantwoord" in citizen.collect().words
    assert {each["status"] for each in citizen.api("kaarten").json()["kaarten"]} == {"geldig"}
    # Told once, at the first request with a proof; all others of the visit had it.
    assert [each.rpartition("/")[2] for each in told] == ["token"]
    world.close()
