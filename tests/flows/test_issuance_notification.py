"""What wallets tell of the credentials that they were given, and how an agency counts it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.encoding import JsonObject
from credentials.openid.issuer_metadata import parse_issuer_metadata
from credentials.openid.notification import NotificationEvent
from issuer.domain.issuance import CopyState
from tests.flows.issuance_kit import NOW, URL, Scene, Wallet, an_agency

pytestmark = pytest.mark.requirement("vci-notification")

ACCEPTED = "credential_accepted"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock) -> Scene:
    return Scene(an_agency(tmp_path, clock), clock, tmp_path)


def issued(wallet: Wallet, count: int = 1, configuration: str = "overzicht_sdjwt") -> str:
    """Get credentials, and return the name by which to speak of them."""
    body: JsonObject = {"credential_configuration_id": configuration, "proofs": {"jwt": [*wallet.proofs(count)]}}
    answer = wallet.ask(body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["notification_id"])


def tell(wallet: Wallet, body: Any, **more: Any) -> Any:
    scheme = "DPoP" if wallet.dpop else "Bearer"
    headers = {"authorization": f"{scheme} {wallet.token}", **wallet._proof("/notification", wallet.token)}
    return wallet.http.post("/notification", **{"json": body, "headers": headers, **more})


def about(id: str, event: str = ACCEPTED) -> JsonObject:
    return {"notification_id": id, "event": event}


def counted(scene: Scene) -> list[dict[str, Any]]:
    token = scene.agency.desk.api_token.reveal()
    answer = scene.http().get("/api/v1/uitgiften", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    days: list[dict[str, Any]] = answer.json()["dagen"]
    return days


def today(**copies: int) -> list[dict[str, Any]]:
    none = {"nietGemeld": 0, "opgeslagen": 0, "mislukt": 0, "verwijderd": 0}
    return [{"datum": "2026-11-23", **none, **copies}]


def test_the_endpoint_is_published(scene: Scene) -> None:
    document = scene.http().get("/.well-known/openid-credential-issuer").content
    metadata = parse_issuer_metadata(document, credential_issuer=URL, insecure_localhost=True)
    assert metadata.notification_endpoint == f"{URL}/notification"


@pytest.mark.parametrize("dpop", [True, False])
@pytest.mark.parametrize(
    ("event", "word"),
    [("credential_accepted", "opgeslagen"), ("credential_failure", "mislukt"), ("credential_deleted", "verwijderd")],
)
def test_what_a_wallet_tells_is_counted_for_all_copies_of_the_response(
    scene: Scene, event: str, word: str, *, dpop: bool
) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=dpop)
    id = issued(wallet, 3)
    assert counted(scene) == today(nietGemeld=3)
    answer = tell(wallet, about(id, event))
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert counted(scene) == today(**{word: 3})


def test_telling_twice_is_telling_once(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    id = issued(wallet, 2)
    assert {tell(wallet, about(id)).status_code for _ in range(5)} == {204}
    assert counted(scene) == today(opgeslagen=2)


def test_of_several_words_the_last_counts(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    id = issued(wallet)
    for event in (ACCEPTED, "credential_deleted"):
        assert tell(wallet, about(id, event)).status_code == 204
    assert counted(scene) == today(verwijderd=1)


def test_each_response_has_a_name_of_its_own(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    first, second = issued(wallet, 2), issued(wallet, 3)
    assert first != second
    assert tell(wallet, about(second, "credential_failure")).status_code == 204
    assert counted(scene) == today(nietGemeld=2, mislukt=3)


def test_a_word_that_is_noted_before_the_signature_is_not_overwritten(scene: Scene) -> None:
    # That signatures were made is noted with a later commit: here, that of the notification itself.
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    assert tell(wallet, about(issued(wallet))).status_code == 204
    issued(wallet)
    assert counted(scene) == today(nietGemeld=1, opgeslagen=1)


def test_a_word_about_a_copy_changes_nothing_for_who_looks_at_its_status(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    tell(wallet, about(issued(wallet), "credential_failure"))
    assert scene.api("intrekkingen", {"bsn": "999990007", "reden": "vergissing"}).json() == {"aantal": 1}


@pytest.mark.parametrize("id", ["no-such-id", "0", "é", "a" * 4_000, "\x00", "' OR 1=1 --"])
def test_a_name_that_was_not_given_is_refused(scene: Scene, id: str) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    issued(wallet)
    answer = tell(wallet, about(id))
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
    assert answer.json()["error"] == "invalid_notification_id"
    assert id not in answer.text or len(id) == 1
    assert counted(scene) == today(nietGemeld=1)


def test_the_name_of_somebody_elses_credentials_is_refused(scene: Scene) -> None:
    owner, other = (scene.wallet_with_token("overzicht_sdjwt") for _ in range(2))
    answer = tell(other, about(issued(owner)))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_notification_id")
    assert counted(scene) == today(nietGemeld=1)


def test_the_id_of_a_row_is_no_name(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    issued(wallet)
    with scene.agency.database.read() as connection:
        (row,) = connection.exec_driver_sql("SELECT id FROM issuer_copy").all()
    assert tell(wallet, about(row.id)).json()["error"] == "invalid_notification_id"


@pytest.mark.parametrize(
    "body",
    [{}, [], {"notification_id": "x"}, {"event": ACCEPTED}, {"notification_id": "x", "event": "credential_lost"}],
)
def test_a_malformed_notification_is_refused(scene: Scene, body: object) -> None:
    answer = tell(scene.wallet_with_token("overzicht_sdjwt"), body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
    assert answer.json()["error"] == "invalid_notification_request"
    assert "credential_lost" not in answer.text


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/jwt"])
def test_a_notification_is_json_and_is_said_to_be(scene: Scene, media_type: str) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    headers = {"authorization": f"Bearer {wallet.token}", "content-type": media_type}
    answer = tell(wallet, None, content=b'{"notification_id":"x","event":"credential_accepted"}', headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_notification_request")


def test_without_a_good_token_nothing_is_taken(scene: Scene, clock: FixedClock) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    id = issued(wallet)
    for headers in ({}, {"authorization": "Bearer nonsense"}, {"authorization": f"DPoP {wallet.token}"}):
        answer = tell(wallet, about(id), headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"]
    clock.advance(timedelta(minutes=6))
    assert tell(wallet, about(id)).status_code == 401
    assert counted(scene) == today(nietGemeld=1)


def test_a_bound_token_is_of_no_use_without_its_key(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
    id = issued(wallet)
    answer = tell(wallet, about(id), headers={"authorization": f"Bearer {wallet.token}"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("DPoP")


def test_days_are_counted_apart_and_a_month_long(scene: Scene, clock: FixedClock) -> None:
    issued(scene.wallet_with_token("overzicht_sdjwt"))
    clock.advance(timedelta(days=1))
    issued(scene.wallet_with_token("overzicht_sdjwt"), 2)
    assert [(day["datum"], day["nietGemeld"]) for day in counted(scene)] == [("2026-11-23", 1), ("2026-11-24", 2)]
    clock.advance(timedelta(days=31))
    assert [day["datum"] for day in counted(scene)] == ["2026-11-24"]


def test_counting_is_for_the_agency_and_says_nothing_of_anybody(scene: Scene) -> None:
    issued(scene.wallet_with_token("overzicht_sdjwt"))
    assert scene.http().get("/api/v1/uitgiften").status_code == 401
    (day,) = counted(scene)
    assert set(day) == {"datum", "nietGemeld", "opgeslagen", "mislukt", "verwijderd"}


def test_every_event_has_a_state() -> None:
    from issuer.domain.batches import STATES

    assert set(STATES) == set(NotificationEvent)
    assert set(STATES.values()) == set(CopyState) - {CopyState.RESERVED, CopyState.ISSUED}
