"""A POST with an Idempotency-Key is done once (draft-ietf-httpapi-idempotency-key-header-07)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest

from credentials.clock import FixedClock
from credentials.errors import Unavailable
from issuer.domain.errors import SourceUnavailable
from issuer.usecases.refresh import RefreshSource
from tests.flows.issuance_kit import NOW, SAMIRA, Scene, an_agency

OFFER: Final = {"bsn": SAMIRA.reveal(), "configuraties": ["overzicht_sdjwt"], "txCode": True}
KEY: Final = '"8e03978e-40d5-43e8-bc93-6894a57f9324"'


@pytest.fixture
def scene(tmp_path: Any) -> Scene:
    clock = FixedClock(NOW)
    return Scene(an_agency(tmp_path, clock), clock, tmp_path)


def post(scene: Scene, key: str | None, resource: str = "aanbiedingen", **body: Any) -> Any:
    token = scene.agency.desk.api_token.reveal()
    headers = {"authorization": f"Bearer {token}"} | ({"idempotency-key": key} if key is not None else {})
    return scene.http().post(f"/api/v1/{resource}", json=body or OFFER, headers=headers)


def offers(scene: Scene) -> int:
    from issuer.storage.tables import offer

    with scene.agency.database.read() as connection:
        return len(connection.execute(offer.select()).all())


def test_the_same_request_makes_one_offer_and_gets_one_answer(scene: Scene) -> None:
    first, again = post(scene, KEY), post(scene, KEY)
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["content-type"] == first.headers["content-type"] == "application/json"
    assert again.headers["api-version"] == first.headers["api-version"]
    assert offers(scene) == 1
    assert post(scene, None).json() != first.json()
    assert post(scene, '"another"').json() != first.json()
    assert offers(scene) == 3


def test_another_request_with_the_same_key_is_422_whatever_it_asks(scene: Scene) -> None:
    assert post(scene, KEY).status_code == 201
    for other in (
        post(scene, KEY, **{**OFFER, "txCode": False}),
        post(scene, KEY, "intrekkingen", bsn=SAMIRA.reveal(), reden="onjuist"),
    ):
        assert other.status_code == 422
        assert other.headers["content-type"] == "application/problem+json"
        assert other.json()["status"] == 422
    assert offers(scene) == 1


@pytest.mark.parametrize(
    "key",
    ["", "kaal", '""', '"', '"a', 'a"', "'a'", '"a"b"', '"a\\b"', '"é"', f'"{"a" * 256}"', '"a";q=1', '"a", "b"', "5"],
)
def test_any_other_key_is_refused_and_nothing_is_made(scene: Scene, key: str) -> None:
    refused = post(scene, key.encode("latin-1"))  # type: ignore[arg-type]  # bytes, as on the wire
    assert refused.status_code == 400
    assert offers(scene) == 0


def test_two_keys_in_one_request_are_refused(scene: Scene) -> None:
    token = scene.agency.desk.api_token.reveal()
    headers = [("authorization", f"Bearer {token}"), ("idempotency-key", '"a"'), ("idempotency-key", '"b"')]
    assert scene.http().post("/api/v1/aanbiedingen", json=OFFER, headers=headers).status_code == 400


def test_a_stranger_gets_nobodys_answer(scene: Scene) -> None:
    post(scene, KEY)
    for headers in ({}, {"authorization": "Bearer een-ander-geheim-token"}):
        stolen = scene.http().post("/api/v1/aanbiedingen", json=OFFER, headers={"idempotency-key": KEY, **headers})
        assert stolen.status_code == 401
        assert "aanbodUri" not in stolen.text


def test_what_was_refused_may_come_again_with_the_same_key(scene: Scene) -> None:
    assert post(scene, KEY, bsn="1", configuraties=["overzicht_sdjwt"]).status_code == 400
    assert post(scene, KEY).status_code == 201


def test_what_failed_may_come_again_with_the_same_key(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: RefreshSource) -> None:
        raise SourceUnavailable("the register cannot be read")

    with monkeypatch.context() as broken:
        broken.setattr(RefreshSource, "__call__", fail)
        assert post(scene, KEY, "bronverversingen").status_code == 503
    assert post(scene, KEY, "bronverversingen").status_code == 201


def test_while_the_first_is_under_way_the_second_is_409(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    refresh = RefreshSource.__call__

    def slowly(self: RefreshSource) -> Any:
        begun.set()
        if not go_on.wait(30):
            raise Unavailable
        return refresh(self)

    monkeypatch.setattr(RefreshSource, "__call__", slowly)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, scene, KEY, "bronverversingen")
        assert begun.wait(30)
        second = post(scene, KEY, "bronverversingen")
        go_on.set()
        assert first.result().status_code == 201
    assert second.status_code == 409
    assert second.headers["retry-after"] == "5"
    assert post(scene, KEY, "bronverversingen").json() == first.result().json()


def test_another_worker_knows_the_answer_too(scene: Scene) -> None:
    first = post(scene, KEY)
    other = Scene(an_agency(scene.folder, scene.clock), scene.clock, scene.folder)
    assert post(other, KEY).json() == first.json()


def test_reading_takes_no_notice_of_a_key(scene: Scene) -> None:
    token = scene.agency.desk.api_token.reveal()
    headers = {"authorization": f"Bearer {token}", "idempotency-key": "kaal"}
    assert scene.http().get("/api/v1/uitgiften", headers=headers).status_code == 200
