"""The agency's own systems are told of what happened, by signed messages that say nothing of anybody."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from credentials.clock import FixedClock, epoch
from credentials.errors import ConfigurationError
from issuer.app import webhook_commands
from issuer.app.webhooks import deliveries
from issuer.cli import app
from issuer.domain.webhooks import Happening
from issuer.settings import WebhookSection
from issuer.storage.tables import webhook
from service.webhooks.messages import Delivery
from service.webhooks.outbox import SqlOutboxes
from service.webhooks.postman import read_secrets, signature
from tests.flows.issuance_kit import NOW, SAMIRA, Scene, an_agency


class Receiver:
    """A system of the agency's, on this machine."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}/gebeurtenissen"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def scene(tmp_path: Path, receiver: Receiver) -> Scene:
    clock = FixedClock(NOW)
    return Scene(
        an_agency(tmp_path, clock, webhooks=(WebhookSection(name="zaaksysteem", url=receiver.url),)), clock, tmp_path
    )


def deliver(scene: Scene) -> int:
    closing: list[Any] = []
    work = deliveries(scene.agency.settings, scene.agency.database, scene.clock, closing)
    assert work is not None
    try:
        return work()
    finally:
        for close in closing:
            close()


def events(receiver: Receiver) -> list[tuple[str, dict[str, Any]]]:
    read = [json.loads(body) for _, body in receiver.received]
    return sorted(((each["type"], each["data"]) for each in read), key=str)


def test_what_happens_is_told_signed_and_without_anybodys_data(scene: Scene, receiver: Receiver) -> None:
    offer = scene.offer("overzicht_sdjwt")
    code = scene.wallet().take_offer(str(offer["aanbodUri"]))
    grants: Any = code["grants"]
    wallet = scene.wallet()
    wallet.redeem(grants["urn:ietf:params:oauth:grant-type:pre-authorized_code"]["pre-authorized_code"])
    assert deliver(scene) == 1
    assert events(receiver) == [("aanbod.opgehaald", {"aanbieding": offer["id"]})]
    ((headers, body),) = receiver.received
    secret = read_secrets((scene.folder / "state/webhook-zaaksysteem").read_text(), "x")
    timestamp = int(headers["webhook-timestamp"])
    assert timestamp == epoch(scene.clock.now())
    assert headers["webhook-signature"] == signature(secret, headers["webhook-id"], timestamp, body)
    assert headers["content-type"] == "application/json"
    assert SAMIRA.reveal().encode() not in body
    assert deliver(scene) == 0


def test_what_does_not_arrive_comes_again_with_its_id_also_from_another_process(
    scene: Scene, receiver: Receiver
) -> None:
    receiver.status = 500
    (scene.folder / "debts" / "samira.json").write_text("{")
    scene.api("bronverversingen")
    assert deliver(scene) == 0
    receiver.status = 200
    scene.clock.advance(timedelta(seconds=10))
    assert deliver(scene) == 1
    first, second = receiver.received
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert first[1] == second[1]
    assert first[0]["webhook-timestamp"] != second[0]["webhook-timestamp"]
    assert events(receiver)[0] == ("bron.onleesbaar", {"gebreken": 1})
    # Once a day, however often it is looked at.
    scene.api("bronverversingen")
    assert deliver(scene) == 0


def test_lists_are_told_of_to_who_asks_for_that(tmp_path: Path, receiver: Receiver) -> None:
    clock = FixedClock(NOW)
    wanted = WebhookSection(name="lijsten", url=receiver.url, events=(Happening.LIST_PUBLISHED,))
    scene = Scene(an_agency(tmp_path, clock, webhooks=(wanted,)), clock, tmp_path)
    assert deliver(scene) == 3
    assert events(receiver)[0] == ("statuslijst.gepubliceerd", {"nummer": 1, "soort": "refresh"})


def test_where_nobody_is_to_be_told_nothing_is_kept(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    scene = Scene(an_agency(tmp_path, clock), clock, tmp_path)
    with SqlOutboxes(scene.agency.database, webhook).read() as outbox:
        assert outbox.recent(10) == []
    assert deliveries(scene.agency.settings, scene.agency.database, clock, []) is None


def test_an_address_of_this_machine_is_not_reached_in_production(tmp_path: Path, receiver: Receiver) -> None:
    clock = FixedClock(NOW)
    inner = WebhookSection(name="binnen", url="https://localhost/x")
    scene = Scene(an_agency(tmp_path, clock, webhooks=(inner,)), clock, tmp_path)
    (scene.folder / "debts" / "samira.json").write_text("{")
    scene.api("bronverversingen")
    settings = scene.agency.settings.model_copy(update={"insecure_localhost": False})
    closing: list[Any] = []
    work = deliveries(settings, scene.agency.database, clock, closing)
    assert work is not None
    assert work() == 0
    for close in closing:
        close()
    with SqlOutboxes(scene.agency.database, webhook).read() as outbox:
        (message,) = outbox.recent(10)
    assert (message.outcome, message.state) == ("geen antwoord", Delivery.WAITING)


@pytest.mark.parametrize("url", ["http://elders.example/x", "https://naam@elders.example/x", "ftp://x", "zomaar"])
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        WebhookSection(name="x", url=url)


def test_a_secret_that_others_may_read_stops_the_service(tmp_path: Path, receiver: Receiver) -> None:
    clock = FixedClock(NOW)
    section = WebhookSection(name="zaaksysteem", url=receiver.url)
    an_agency(tmp_path, clock, webhooks=(section,))
    (tmp_path / "state/webhook-zaaksysteem").chmod(0o644)
    with pytest.raises(ConfigurationError):
        an_agency(tmp_path, clock, webhooks=(section,))


def test_the_commands_list_and_send_anew(scene: Scene, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver.status = 410
    (scene.folder / "debts" / "samira.json").write_text("{")
    scene.api("bronverversingen")
    deliver(scene)
    monkeypatch.setattr(webhook_commands, "open_agency", lambda *_, **__: scene.agency)
    monkeypatch.setattr("issuer.settings.load_agency", lambda _: scene.agency.settings)
    monkeypatch.setattr(type(scene.agency.database), "close", lambda _: None)
    run = CliRunner().invoke
    listed = run(app, ["webhooks", "list", "x.toml", "--json"])
    assert listed.exit_code == 2
    (found,) = json.loads(listed.stdout)["berichten"]
    assert (found["stand"], found["laatste"], found["pogingen"], found["volgende"]) == ("opgegeven", "410", 1, None)
    assert found["id"] in run(app, ["webhooks", "list", "x.toml", "--failed"]).stdout
    assert run(app, ["webhooks", "replay", "x.toml"]).exit_code == 1
    assert run(app, ["webhooks", "replay", "x.toml", "msg_none"]).exit_code == 2
    anew = run(app, ["webhooks", "replay", "x.toml", "--failed", "--json"])
    assert json.loads(anew.stdout) == {"aantal": 1}
    receiver.status = 200
    assert deliver(scene) == 1
    assert run(app, ["webhooks", "list", "x.toml"]).exit_code == 0
    # What arrived can be sent anew as well, by its id.
    assert run(app, ["webhooks", "replay", "x.toml", found["id"]]).exit_code == 0
    assert deliver(scene) == 1
