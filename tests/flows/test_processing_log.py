"""What an agency does with data is in its processing log, in the shape of Logboek Dataverwerkingen 1.0.0."""

import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from credentials.clock import FixedClock
from credentials.debts.fcid import write_document
from credentials.encoding import JsonObject
from credentials.errors import ConfigurationError
from issuer.app.processing_log import log_deliveries
from issuer.app.run import open_agency
from issuer.cli import app
from issuer.settings import AgencyLogSection, AgencySettings, HttpSource, load_agency
from issuer.storage.tables import log_line
from service.processing_log.deliver import DeliverLines
from service.processing_log.outbox import LineWriter, SqlLines
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import NOW, Scene, an_agency, csrf_of, log_in, several_cases

REGISTER = "https://register.cjib.example/verwerkingen"
CASES = "https://zaken.cjib.example"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"
# Whatever tells of somebody: their number, their name, the references of their cases.
CANARIES = (SAMIRA.reveal(), "Vries", "ZAAK-1", "ZAAK-2")

pytestmark = pytest.mark.long


class Other:
    """A collector or a register of somebody's, on this machine."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.answer: Any = lambda: b"{}"
        other = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                other.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
                answer = other.answer()
                self.send_response(other.status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_port}/v1/traces"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def spans(self) -> list[Any]:
        return [
            span
            for _, body in self.received
            for resource in json.loads(body)["resourceSpans"]
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
        ]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def collector() -> Iterator[Other]:
    made = Other()
    yield made
    made.close()


@pytest.fixture
def register() -> Iterator[Other]:
    made = Other()
    yield made
    made.close()


def a_section(collector: Other, **more: Any) -> AgencyLogSection:
    values = {
        "kind": "collector",
        "url": collector.url,
        "processing_activity_id": f"{REGISTER}/schulden-inzien",
        "processing_activity_ids": {"issue": f"{REGISTER}/bewijzen-uitgeven"},
        "callers": {"API-TOKEN": CASES},
        "resource": {"service.instance.id": "cjib-1"},
    }
    return AgencyLogSection(**{**values, **more})


@pytest.fixture
def scene(tmp_path: Path, collector: Other) -> Scene:
    clock = FixedClock(NOW)
    return Scene(an_agency(tmp_path, clock, processing_log=a_section(collector)), clock, tmp_path)


def delivering(scene: Scene, closing: list[Any]) -> DeliverLines:
    settings = scene.agency.settings
    data_key = (settings.state / "data.key").read_bytes()
    work = log_deliveries(settings, data_key, scene.agency.database, scene.clock, closing)
    assert work is not None
    return work


def deliver(scene: Scene) -> int:
    closing: list[Any] = []
    work = delivering(scene, closing)
    try:
        return work()
    finally:
        for close in closing:
            close()


def waiting(scene: Scene) -> list[Any]:
    lines = SqlLines(scene.agency.database, log_line)
    return [json.loads(each.span) for each in lines.waiting(1_000)]


def told(span: Any) -> dict[str, str]:
    return {each["key"]: each["value"]["stringValue"] for each in span["attributes"]}


def named(scene: Scene) -> list[str]:
    return [each["name"] for each in waiting(scene)]


def test_issuing_a_card_writes_lines_in_the_shape_of_the_standard(scene: Scene, collector: Other) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    wallet.credentials("overzicht_sdjwt", 2)
    assert deliver(scene) == 3
    ((headers, body),) = collector.received
    assert headers["content-type"] == "application/json"
    (resource,) = json.loads(body)["resourceSpans"]
    application = {each["key"]: each["value"]["stringValue"] for each in resource["resource"]["attributes"]}
    assert application["service.name"] == "blauweknop-issuer"
    assert application["service.instance.id"] == "cjib-1"
    offered, prepared, issued = collector.spans()
    assert [each["name"] for each in (offered, prepared, issued)] == [
        "Bewijzen aanbieden",
        "Uitgifte van bewijzen voorbereiden",
        "Bewijzen uitgeven aan een wallet",
    ]
    # LDV 1.0.0 section 3.2.2, and the JSON of OTLP: bytes in hexadecimal, 64-bit numbers as text.
    for span in (offered, prepared, issued):
        assert re.fullmatch("[0-9a-f]{32}", span["traceId"])
        assert re.fullmatch("[0-9a-f]{16}", span["spanId"])
        assert int(span["startTimeUnixNano"]) == int(span["endTimeUnixNano"]) == int(NOW.timestamp()) * 10**9
        assert span["status"] == {}
        assert set(told(span)) == {
            "dpl.core.processing_activity_id",
            "dpl.core.data_subject_id",
            "dpl.core.data_subject_id_type",
        }
    assert told(issued)["dpl.core.processing_activity_id"] == f"{REGISTER}/bewijzen-uitgeven"
    assert told(offered)["dpl.core.processing_activity_id"] == f"{REGISTER}/schulden-inzien"
    assert len({told(each)["dpl.core.data_subject_id"] for each in (offered, prepared, issued)}) == 1
    assert len({each["spanId"] for each in (offered, prepared, issued)}) == 3
    # What is in the log waits no more.
    assert deliver(scene) == 0


def test_a_collector_that_is_away_loses_nothing(scene: Scene, collector: Other) -> None:
    collector.status = 503
    closing: list[Any] = []
    work = delivering(scene, closing)
    for _ in range(3):
        scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt")
        assert work() == 0
        scene.clock.advance(timedelta(minutes=10))
    before = [each["spanId"] for each in waiting(scene)]
    assert len(before) == 9
    collector.status = 200
    collector.received.clear()
    assert work() == 9
    assert [each["spanId"] for each in collector.spans()] == before
    for close in closing:
        close()


@pytest.mark.parametrize("status", [401, 404, 500, 302])
def test_what_is_wrong_with_an_address_or_a_token_is_no_fault_of_the_lines(
    scene: Scene, collector: Other, status: int
) -> None:
    scene.offer("overzicht_sdjwt")
    collector.status = status
    assert deliver(scene) == 0
    assert len(waiting(scene)) == 1


def test_lines_that_a_collector_would_not_have_stay_for_somebody_to_look_at(scene: Scene, collector: Other) -> None:
    scene.offer("overzicht_sdjwt")
    collector.answer = lambda: b'{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no"}}'
    assert deliver(scene) == 0
    (line,) = SqlLines(scene.agency.database, log_line).refused(10)
    assert line.refused == "partial"
    ready = scene.http().get("/health/ready").json()
    assert ready["checks"]["processing log"] == "lines were refused"


def test_a_collector_away_for_long_is_told_of_by_health(scene: Scene) -> None:
    scene.offer("overzicht_sdjwt")
    assert scene.http().get("/health/ready").json()["checks"]["processing log"] == "ok"
    scene.clock.advance(timedelta(minutes=16))
    answer = scene.http().get("/health/ready")
    assert (answer.status_code, answer.json()["checks"]["processing log"]) == (200, "lines wait")


def test_everything_that_is_done_has_a_line_and_none_tells_of_whom(scene: Scene, tmp_path: Path) -> None:
    browser = scene.http()
    log_in(browser)
    page = browser.get("/schulden").text
    browser.get("/schulden/download")
    assert browser.post("/schulden/bewijs", data={"csrf_token": csrf_of(page)}).status_code == 200
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    wallet.credentials("overzicht_sdjwt")
    scene.restate(several_cases(3))
    scene.agency.desk.refresh()
    assert scene.api("intrekkingen", {"bsn": SAMIRA.reveal(), "zaakkenmerk": "ZAAK-1", "reden": "x"}).status_code < 500
    scene.agency.work.issued.of_case("ZAAK-1")
    names = named(scene)
    assert names[:3] == [
        "Schulden laten zien aan wie is ingelogd",
        "Schulden laten zien aan wie is ingelogd",
        "Schulden meegeven in een ondertekend bestand",
    ]
    assert {
        "Bewijzen aanbieden",
        "Uitgifte van bewijzen voorbereiden",
        "Bewijzen uitgeven aan een wallet",
        "Uitgegeven bewijzen vergelijken met de schulden van nu",
        "Bewijzen intrekken",
        "Uitgegeven bewijzen opzoeken",
    } <= set(names)
    # A pseudonym, and not the hash in our records, which would join the two.
    written = json.dumps(waiting(scene))
    for canary in (*CANARIES, scene.agency.desk.withdraw.hiding.subject(SAMIRA)):
        assert canary not in written


def test_a_register_that_fails_leaves_a_line_that_says_so(tmp_path: Path, collector: Other, register: Other) -> None:
    register.status = 500
    source = HttpSource(kind="http", url=register.url)
    scene = Scene(
        an_agency(tmp_path, FixedClock(NOW), source=source, processing_log=a_section(collector)),
        FixedClock(NOW),
        tmp_path,
    )
    browser = scene.http()
    log_in(browser)
    assert browser.get("/schulden").status_code == 503
    (span,) = waiting(scene)
    assert span["status"] == {"code": 2}
    assert told(span)["exception.type"] == "source_unavailable"
    assert "exception.message" not in told(span)


def test_a_card_that_waits_for_its_register_has_a_line_for_each_time_that_it_was_asked(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    proofs: Any = {"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs()}}
    here, away = scene.folder / "debts", scene.folder / "away"
    here.rename(away)
    transaction = wallet.ask(proofs).json()["transaction_id"]
    bearer = {"authorization": f"Bearer {wallet.token}"}
    for status in (202, 200):
        answer = wallet.http.post("/deferred", json={"transaction_id": transaction}, headers=bearer)
        assert answer.status_code == status
        if away.exists():
            away.rename(here)
    asked = [each for each in waiting(scene) if each["name"] == "Bewijzen uitgeven aan een wallet"]
    assert [each["status"] for each in asked] == [{"code": 2}, {"code": 2}, {}]
    assert len({each["spanId"] for each in asked}) == 3


def test_a_request_that_is_wrong_after_the_debts_were_read_has_a_line_without_a_fault(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    proofs = wallet.proofs()
    wallet.credentials("overzicht_sdjwt", proofs=proofs)
    again: Any = {"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": proofs}}
    assert wallet.ask(again).status_code == 400
    asked = [each for each in waiting(scene) if each["name"] == "Bewijzen uitgeven aan een wallet"]
    assert [each["status"] for each in asked] == [{}, {}]


def test_a_line_for_which_there_is_no_room_is_an_answer_and_nothing_is_issued(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    writer = scene.agency.store.process
    assert isinstance(writer, LineWriter)
    writer._full, writer._most = True, 1
    body: Any = {"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs()}}
    answer = wallet.ask(body)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    browser = scene.http()
    log_in(browser)
    assert browser.get("/schulden").status_code == 503
    # The nonce was not used up, and as soon as there is room all goes on.
    writer._most = 1_000
    assert wallet.ask(body).status_code == 200


def test_a_question_to_a_register_bears_the_trace_on(tmp_path: Path, collector: Other, register: Other) -> None:
    register.answer = lambda: write_document(several_cases())
    source = HttpSource(kind="http", url=register.url)
    scene = Scene(
        an_agency(tmp_path, FixedClock(NOW), source=source, processing_log=a_section(collector)),
        FixedClock(NOW),
        tmp_path,
    )
    browser = scene.http()
    log_in(browser)
    assert browser.get("/schulden", headers={"traceparent": TRACEPARENT}).status_code == 200
    ((headers, _),) = register.received
    (span,) = waiting(scene)
    assert headers["traceparent"] == f"00-{span['traceId']}-{span['spanId']}-01"
    # A citizen's browser is no organisation: its word for a trace counts for nothing.
    assert span["traceId"] != TRACE


def test_without_a_log_nothing_is_written_or_sent(tmp_path: Path, register: Other) -> None:
    register.answer = lambda: write_document(several_cases())
    source = HttpSource(kind="http", url=register.url)
    scene = Scene(an_agency(tmp_path, FixedClock(NOW), source=source), FixedClock(NOW), tmp_path)
    scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt")
    assert waiting(scene) == []
    assert all("traceparent" not in headers for headers, _ in register.received)
    assert "processing log" not in scene.http().get("/health/ready").json()["checks"]


def offer(scene: Scene, traceparent: str, token: str | None = None) -> Any:
    value = token if token is not None else scene.agency.desk.api_token.reveal()  # type: ignore[union-attr]
    body: JsonObject = {"bsn": SAMIRA.reveal(), "configuraties": ["overzicht_sdjwt"]}
    headers = {"authorization": f"Bearer {value}", "traceparent": traceparent}
    return scene.http().post("/api/v1/aanbiedingen", json=body, headers=headers)


def test_a_case_system_that_is_known_is_named_as_what_began_it(scene: Scene) -> None:
    assert offer(scene, TRACEPARENT).status_code == 201
    (span,) = waiting(scene)
    assert (span["traceId"], span["parentSpanId"]) == (TRACE, SPAN)
    assert told(span)["dpl.core.foreign_operation.processor"] == CASES


def test_of_a_caller_that_is_not_in_the_settings_nothing_is_taken(tmp_path: Path, collector: Other) -> None:
    section = a_section(collector, callers={"ander-systeem": CASES})
    scene = Scene(an_agency(tmp_path, FixedClock(NOW), processing_log=section), FixedClock(NOW), tmp_path)
    assert offer(scene, TRACEPARENT).status_code == 201
    (span,) = waiting(scene)
    assert span["traceId"] != TRACE
    assert "parentSpanId" not in span
    assert "dpl.core.foreign_operation.processor" not in told(span)


@pytest.mark.parametrize(
    "hostile",
    [
        f"00-{'0' * 32}-{SPAN}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-999990019",
        '00-{"a":1}',
        "x" * 8_000,
    ],
)
def test_a_hostile_traceparent_is_as_none(scene: Scene, hostile: str) -> None:
    assert offer(scene, hostile).status_code == 201
    (span,) = waiting(scene)
    assert span["traceId"] not in {TRACE, "0" * 32}
    assert "parentSpanId" not in span


def test_who_may_not_come_in_leaves_no_line(scene: Scene) -> None:
    assert offer(scene, TRACEPARENT, token="guessed").status_code == 401
    assert waiting(scene) == []


# The command line.


def a_file(scene: Scene, collector: Other) -> Path:
    settings: AgencySettings = scene.agency.settings
    file = scene.folder / "agency.toml"
    file.write_text(
        f"""
base_url = "{settings.base_url}"
port = 8207
state = "state"
insecure_localhost = true
[agency]
oin = "{settings.agency.oin}"
name = "CJIB"
abbreviation = "{settings.agency.abbreviation}"
[source]
kind = "fcid"
directory = "debts"
[digid]
issuer = "https://digid.example"
client_id = "cjib"
[processing_log]
kind = "collector"
url = "{collector.url}"
processing_activity_id = "{REGISTER}"
"""
    )
    return file


def test_an_operator_sees_what_waits_and_hands_on_anew_what_was_refused(scene: Scene, collector: Other) -> None:
    scene.offer("overzicht_sdjwt")
    file, runner = str(a_file(scene, collector)), CliRunner()
    collector.status = 400
    deliver(scene)
    found = runner.invoke(app, ["processing-log", "waiting", file, "--json"])
    assert found.exit_code == 2
    report = json.loads(found.stdout)
    assert (report["wachtend"], report["geweigerd"]) == (0, 1)
    (line,) = report["regels"]
    assert (line["handeling"], line["oorzaak"]) == ("offer", "400")
    assert "refused (400)" in runner.invoke(app, ["processing-log", "waiting", file]).stdout
    again = runner.invoke(app, ["processing-log", "replay", file])
    assert (again.exit_code, again.stdout) == (0, "1 lines will be handed on anew\n")
    collector.status = 200
    assert deliver(scene) == 1
    assert runner.invoke(app, ["processing-log", "waiting", file, "--json"]).exit_code == 0
    assert runner.invoke(app, ["processing-log", "replay", file]).exit_code == 2


def test_an_operator_finds_a_persons_lines_without_naming_them_in_a_command(scene: Scene, collector: Other) -> None:
    scene.offer("overzicht_sdjwt")
    (span,) = waiting(scene)
    file, runner = str(a_file(scene, collector)), CliRunner()
    found = runner.invoke(app, ["processing-log", "subject", file], input=f"{SAMIRA.reveal()}\n")
    assert found.stdout.strip() == told(span)["dpl.core.data_subject_id"]
    wrong = runner.invoke(app, ["processing-log", "subject", file], input="123456789\n")
    assert wrong.exit_code == 2
    assert "123456789" not in wrong.output


def test_a_collector_that_wants_a_token_gets_the_one_of_the_state_folder(tmp_path: Path, collector: Other) -> None:
    clock = FixedClock(NOW)
    section = a_section(collector, authentication="bearer")
    state = tmp_path / "state"
    with pytest.raises(ConfigurationError):
        an_agency(tmp_path, clock, processing_log=section)
    (state / "processing-log-token").write_bytes(b"geheim-woord\n")
    (state / "processing-log-token").chmod(0o600)
    scene = Scene(an_agency(tmp_path, clock, processing_log=section), clock, tmp_path)
    scene.offer("overzicht_sdjwt")
    assert deliver(scene) == 1
    assert collector.received[0][0]["authorization"] == "Bearer geheim-woord"


def test_a_log_in_a_file_holds_what_was_done(tmp_path: Path, collector: Other) -> None:
    file = tmp_path / "logboek.jsonl"
    section = AgencyLogSection(kind="file", file=file, processing_activity_id=REGISTER)
    scene = Scene(an_agency(tmp_path, FixedClock(NOW), processing_log=section), FixedClock(NOW), tmp_path)
    scene.offer("overzicht_sdjwt")
    assert deliver(scene) == 1
    (line,) = file.read_text().splitlines()
    (span,) = json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert span["name"] == "Bewijzen aanbieden"
    assert not any(canary in line for canary in CANARIES)


def test_the_service_hands_on_by_itself(tmp_path: Path, collector: Other) -> None:
    made = an_agency(tmp_path, FixedClock(NOW), processing_log=a_section(collector))
    scene = Scene(made, FixedClock(NOW), tmp_path)
    scene.offer("overzicht_sdjwt")
    # Composed anew, with its jobs.
    settings = load_agency(a_file(scene, collector))
    agency = open_agency(settings)
    from starlette.testclient import TestClient

    with TestClient(agency.app, base_url=settings.base_url):
        for _ in range(100):
            if collector.received:
                break
            threading.Event().wait(0.2)
    assert len(collector.spans()) == 1
