"""What a verifier does with clients' data is in its processing log, and whose they are is not to be read there."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from credentials.clock import FixedClock
from service.jobs import Periodic
from service.leading import Lead
from service.processing_log.outbox import SqlLines
from tests.debt_builders import SAMIRA
from tests.flows.presentation_kit import API, BASE, Counter, auth
from tests.flows.test_processing_log import SPAN, TRACE, TRACEPARENT
from tests.verifier_world import make_world
from verifier.app.processing_log import opened_log
from verifier.cli import app
from verifier.settings import VerifierLogSection, VerifierSettings
from verifier.storage.tables import log_lines

pytestmark = pytest.mark.long

REGISTER = "https://register.gemeente.example/verwerkingen/schuldhulp"
CASES = "https://zaken.gemeente.example"
REFERENCE = "2026-0417"


@pytest.fixture
def counter(tmp_path: Path, clock: FixedClock) -> Iterator[Counter]:
    def logged(settings: VerifierSettings) -> VerifierSettings:
        section = VerifierLogSection(
            kind="file",
            file=tmp_path / "logboek.jsonl",
            processing_activity_id=REGISTER,
            callers={"zaaksysteem": CASES},
        )
        return settings.model_copy(update={"processing_log": section})

    world = make_world(tmp_path, clock, agencies=("cjib", "duo"), adapt=logged)
    yield Counter(world, TestClient(world.service.app, base_url=BASE))
    world.service.close()


def waiting(counter: Counter) -> list[Any]:
    lines = SqlLines(counter.world.service.database, log_lines)
    return [json.loads(each.span) for each in lines.waiting(1_000)]


def told(span: Any) -> dict[str, str]:
    return {each["key"]: each["value"]["stringValue"] for each in span["attributes"]}


def test_asking_receiving_looking_and_deleting_each_have_a_line(counter: Counter) -> None:
    desk, results = counter.world.service.desk, counter.world.service.results
    file = desk.open("medewerker:anna", REFERENCE, "snelscan")
    desk.ask("medewerker:anna", file.id)
    made = counter.make(sjabloon="snelscan")
    counter.share(made, counter.world.samira()[:1])
    counter.look(made["id"])
    results.check_again("systeem:zaaksysteem", made["id"])
    desk.close("medewerker:anna", file.id)
    spans = waiting(counter)
    assert [each["name"] for each in spans][:2] == ["Bewezen schulden opvragen bij een cliënt"] * 2
    assert {each["name"] for each in spans[2:]} == {
        "Gedeelde schulden ontvangen en nakijken",
        "Ontvangen schulden bekijken",
        "Ontvangen schulden opnieuw nakijken",
        "Dossier verwijderen",
    }
    assert {told(each)["dpl.core.processing_activity_id"] for each in spans} == {REGISTER}
    # Of one file, the first and the last.
    assert told(spans[0])["dpl.core.data_subject_id"] == told(spans[-1])["dpl.core.data_subject_id"]
    assert told(spans[1])["dpl.core.data_subject_id"] != told(spans[0])["dpl.core.data_subject_id"]
    written = json.dumps(spans)
    for canary in (SAMIRA.reveal(), "Vries", REFERENCE, file.id, "anna", made["id"]):
        assert canary not in written


def test_two_clients_of_a_case_system_are_two_and_found_by_the_ids_that_it_has(
    counter: Counter, tmp_path: Path
) -> None:
    one, other = counter.make(sjabloon="snelscan"), counter.make(sjabloon="snelscan")
    counter.share(one, counter.world.samira()[:1])
    asked, asked_other, received = (told(each)["dpl.core.data_subject_id"] for each in waiting(counter))
    assert asked == received != asked_other
    assert one["id"] != other["id"]
    with opened_log(counter.world.settings) as log:
        assert log.pseudonym(one["id"]) == asked
        assert log.pseudonym(other["id"]) == asked_other


def test_an_answer_that_is_refused_was_looked_into_and_has_a_line(counter: Counter) -> None:
    made = counter.make(sjabloon="snelscan")
    request = counter.read(made["verzoekUri"])
    assert counter.post(request, {"response": "nonsense"}).status_code == 400
    assert [each["name"] for each in waiting(counter)] == [
        "Bewezen schulden opvragen bij een cliënt",
        "Gedeelde schulden ontvangen en nakijken",
    ]


@pytest.mark.parametrize(("traceparent", "taken"), [(TRACEPARENT, True), (f"00-{'0' * 32}-{SPAN}-01", False)])
def test_a_case_system_that_is_known_says_where_it_is(counter: Counter, traceparent: str, *, taken: bool) -> None:
    headers = {**auth(), "traceparent": traceparent}
    assert counter.http.post(API, json={"sjabloon": "snelscan"}, headers=headers).status_code == 201
    (span,) = waiting(counter)
    assert (span["traceId"] == TRACE) is taken
    assert (told(span).get("dpl.core.foreign_operation.processor") == CASES) is taken


def test_the_service_hands_on_by_itself_and_an_operator_finds_a_clients_lines(counter: Counter, tmp_path: Path) -> None:
    service = counter.world.service
    service.desk.ask("medewerker:anna", service.desk.open("medewerker:anna", REFERENCE, "snelscan").id)
    (before,) = waiting(counter)
    lead, *jobs = service.jobs
    assert isinstance(lead, Lead)
    lead.take()
    assert [each.run_now() for each in jobs if isinstance(each, Periodic) and each.name == "processing log"] == [True]
    (line,) = (tmp_path / "logboek.jsonl").read_text().splitlines()
    (span,) = json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert span == before
    assert waiting(counter) == []
    assert counter.http.get("/health/ready").json()["checks"]["processing log"] == "ok"


def test_without_a_log_nothing_is_written(tmp_path: Path, clock: FixedClock) -> None:
    world = make_world(tmp_path, clock, agencies=("cjib",))
    try:
        plain = Counter(world, TestClient(world.service.app, base_url=BASE))
        made = plain.make(sjabloon="snelscan")
        plain.share(made, world.samira()[:1])
        plain.look(made["id"])
        assert waiting(plain) == []
    finally:
        world.service.close()


def test_commands_say_what_waits_and_by_what_a_reference_is_known(tmp_path: Path) -> None:
    file, runner = tmp_path / "verifier.toml", CliRunner()
    assert runner.invoke(app, ["init", str(file)]).exit_code == 0
    assert runner.invoke(app, ["processing-log", "waiting", str(file)]).stdout.startswith("0 lines wait")
    one, same, other = (
        runner.invoke(app, ["processing-log", "subject", str(file)], input=f"{each}\n").stdout
        for each in (REFERENCE, f" {REFERENCE} ", "2026-0418")
    )
    assert one == same != other
    assert len(one.strip()) == 64
