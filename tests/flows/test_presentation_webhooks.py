"""A case system is told what came of its own requests: signed, without anybody's data, once, and of nobody else's."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock, epoch
from credentials.openid.errors import AccessDenied
from credentials.openid.vp_response import build_error
from service.jobs import Periodic
from service.leading import Lead
from service.webhooks.postman import read_secrets, signature
from tests.flows.presentation_kit import API, BASE, Counter, auth
from tests.flows.test_administration import ADMINISTRATOR, AUDITOR, Browser
from tests.flows.test_issuance_webhooks import Receiver
from tests.verifier_world import OTHER_TOKEN, World, make_world
from verifier.settings import VerifierSettings, WebhookSection
from verifier.storage.keys import KeyFiles

pytestmark = pytest.mark.long


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def counter(tmp_path: Path, clock: FixedClock, receiver: Receiver) -> Iterator[Counter]:
    def told(settings: VerifierSettings) -> VerifierSettings:
        KeyFiles(settings.state).make_webhook_secrets(["webhook-zaken"])
        section = WebhookSection(name="zaken", client="zaaksysteem", url=receiver.url)
        return settings.model_copy(update={"webhooks": (section,)})

    world = make_world(tmp_path, clock, agencies=("cjib", "duo"), adapt=told)
    yield Counter(world, TestClient(world.service.app, base_url=BASE))
    world.service.close()


def run(world: World) -> None:
    """Do what a service does every few seconds."""
    lead, *jobs = world.service.jobs
    assert isinstance(lead, Lead)
    lead.take()
    for name in ("expiries", "webhooks"):
        assert [each.run_now() for each in jobs if isinstance(each, Periodic) and each.name == name] == [True]


def events(receiver: Receiver) -> list[tuple[str, Any]]:
    return [(each["type"], each["data"]) for each in (json.loads(body) for _, body in receiver.received)]


def test_an_answer_is_told_signed_and_with_the_requests_id_alone(counter: Counter, receiver: Receiver) -> None:
    made = counter.make(sjabloon="snelscan")
    run(counter.world)
    assert receiver.received == [], "nothing came of it yet"
    counter.share(made, counter.world.samira()[:1])
    run(counter.world)
    run(counter.world)
    assert events(receiver) == [("verzoek.beantwoord", {"id": made["id"]})]
    ((headers, body),) = receiver.received
    secret = read_secrets((counter.world.settings.state / "webhook-zaken").read_text(), "x")
    timestamp = int(headers["webhook-timestamp"])
    assert timestamp == epoch(counter.world.clock.now())
    assert headers["webhook-signature"] == signature(secret, headers["webhook-id"], timestamp, body)
    assert counter.look(made["id"])["status"] == "beantwoord", "the id is the one that the API knows"


def test_a_no_an_end_without_answer_and_a_deletion_are_told_once(
    counter: Counter, receiver: Receiver, clock: FixedClock
) -> None:
    refused, late = counter.make(sjabloon="snelscan"), counter.make(sjabloon="snelscan")
    request = counter.read(refused["verzoekUri"])
    assert counter.post(request, build_error(request, AccessDenied("no"))).status_code == 200
    clock.advance(timedelta(minutes=6))
    run(counter.world)
    assert events(receiver) == [
        ("verzoek.geweigerd", {"id": refused["id"]}),
        ("verzoek.verlopen", {"id": late["id"]}),
    ]
    counter.http.delete(f"{API}/{refused['id']}", headers=auth())
    run(counter.world)
    assert events(receiver)[2:] == [("verzoek.verwijderd", {"id": refused["id"]})]
    clock.advance(timedelta(days=29))
    counter.world.service.desk.purge()
    run(counter.world)
    assert events(receiver)[3:] == [("verzoek.verwijderd", {"id": late["id"]})]


def test_nobody_is_told_of_what_others_asked(counter: Counter, receiver: Receiver, clock: FixedClock) -> None:
    counter.share(counter.make(OTHER_TOKEN, sjabloon="snelscan"), counter.world.samira()[:1])
    desk = counter.world.service.desk
    desk.ask("medewerker:anna", desk.open("medewerker:anna", "2026-1", "snelscan").id)
    clock.advance(timedelta(minutes=6))
    run(counter.world)
    assert receiver.received == []


def test_what_was_given_up_is_sent_anew_by_an_administrator_and_by_nobody_else(
    counter: Counter, receiver: Receiver
) -> None:
    receiver.status = 410
    counter.share(counter.make(sjabloon="snelscan"), counter.world.samira()[:1])
    run(counter.world)
    els, fatma = Browser(counter.world, AUDITOR), Browser(counter.world, ADMINISTRATOR)
    assert "1\N{NO-BREAK SPACE}bericht is" not in els.get("/beheer/berichten").text
    assert "Opgegeven" in els.get("/beheer/berichten").text
    assert els.press("/beheer", "/beheer/berichten/opnieuw").status_code == 403
    assert fatma.press("/beheer/berichten", "/beheer/berichten/opnieuw", bericht="msg_x").status_code == 409
    receiver.status = 204
    assert "Wordt opnieuw gestuurd" in fatma.press("/beheer/berichten", "/beheer/berichten/opnieuw").text
    run(counter.world)
    first, again = receiver.received
    assert first[0]["webhook-id"] == again[0]["webhook-id"]
    assert "Bezorgd" in fatma.get("/beheer/berichten").text
    assert "messages.replayed" in fatma.get("/beheer/logboek").text
