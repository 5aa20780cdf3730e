"""A second opinion on an answer: asked beside the service, shown with the proof, and heeded where it differs."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.errors import Unavailable
from credentials.formats import Credential
from credentials.verification.second_opinions import SecondOpinion
from service.jobs import Periodic
from service.logging import configure
from tests.debt_builders import demo_document
from tests.flows.presentation_kit import BASE, Counter, auth
from tests.flows.test_presentation_proofs import check
from tests.verifier_world import Card, World, make_world
from verifier.app import VerifierService, create
from verifier.domain.second_opinion import Said
from verifier.settings import VerifierSettings
from verifier.usecases.second_opinion import Choosing


@dataclass
class Software:
    """Software of others that holds every proof for good, except those of `dissents`, counted over all answers."""

    dissents: frozenset[int] = frozenset()
    away: bool = False
    asked: list[Credential] = field(default_factory=list)

    def of(self, contents: Sequence[Credential]) -> Sequence[Said]:
        if self.away:
            raise Unavailable("no process can be started")
        first = len(self.asked)
        self.asked += contents
        return [
            (SecondOpinion.of("PyLD", holds=first + place not in self.dissents),) if isinstance(each, dict) else ()
            for place, each in enumerate(contents)
        ]


def always(settings: VerifierSettings) -> VerifierSettings:
    return settings.model_copy(update={"second_opinion": "always"})


def a_counter(folder: Path, clock: FixedClock, software: Software | None) -> Counter:
    world = make_world(folder, clock, agencies=("cjib",), adapt=always, other_software=software)
    return Counter(world, TestClient(world.service.app, base_url=BASE, follow_redirects=False))


@pytest.fixture
def software() -> Software:
    return Software()


@pytest.fixture
def counter(tmp_path: Path, clock: FixedClock, software: Software) -> Iterator[Counter]:
    made = a_counter(tmp_path, clock, software)
    yield made
    made.world.service.close()


def cards(world: World, format: str = "ldp_vc") -> list[Card]:
    issuer = world.issuers["cjib"]
    return issuer.statements(demo_document("cjib", "samira").cases_at(issuer.agency), format=format)


def shared(counter: Counter, format: str = "ldp_vc") -> str:
    made = counter.make()
    assert counter.share(made, cards(counter.world, format)).status_code == 200
    return str(made["id"])


def ask(service: VerifierService) -> bool:
    """Do one turn of the job, as the process that leads."""
    service.jobs[0].start()
    try:
        (job,) = [each for each in service.jobs if isinstance(each, Periodic) and each.name == "second-opinions"]
        return job.run_now()
    finally:
        service.jobs[0].stop()


def said(counter: Counter, id: str) -> list[tuple[str, str]]:
    return [check(proof, "tweede_mening") for proof in counter.look(id)["bewijzen"]]


@pytest.mark.long
def test_pyld_confirms_in_a_process_of_its_own_what_we_accepted(tmp_path: Path, clock: FixedClock) -> None:
    counter = a_counter(tmp_path, clock, None)
    id = shared(counter)
    assert ask(counter.world.service)
    assert set(said(counter, id)) == {("geslaagd", "second_opinion_agrees")}
    counter.world.service.close()


def test_each_proof_says_who_else_confirms_it_once_they_were_asked(counter: Counter, software: Software) -> None:
    id = shared(counter)
    before = counter.look(id)
    assert set(said(counter, id)) == {("niet_uitgevoerd", "second_opinion_due")}
    assert ask(counter.world.service)
    after = counter.look(id)
    assert set(said(counter, id)) == {("geslaagd", "second_opinion_agrees")}
    assert "Ook bevestigd door PyLD." in json.dumps(after)
    assert after["totalen"] == before["totalen"]
    assert ask(counter.world.service)
    assert len(software.asked) == len(after["bewijzen"])
    # Checked anew by us, it is checked anew by others.
    checking = counter.http.post(f"/api/v1/verificatieverzoeken/{id}/hercontroles", headers=auth())
    assert checking.status_code < 300, checking.text
    assert ask(counter.world.service)
    assert len(software.asked) == 2 * len(after["bewijzen"])


def test_nobody_is_asked_about_what_is_no_w3c_proof(counter: Counter, software: Software) -> None:
    id = shared(counter, "dc+sd-jwt")
    assert ask(counter.world.service)
    assert software.asked == []
    assert not any(
        each["naam"] == "tweede_mening" for proof in counter.look(id)["bewijzen"] for each in proof["controles"]
    )


def test_where_they_differ_the_line_does_not_count_the_operator_is_told_and_the_proof_is_kept(
    counter: Counter, software: Software, capsys: pytest.CaptureFixture[str]
) -> None:
    software.dissents = frozenset({0})
    id = shared(counter)
    before = counter.look(id)
    assert (before["volledig"], before["totalen"]["saldo"]) != (False, 0)
    configure()
    try:
        assert ask(counter.world.service)
    finally:
        configure(level="critical", strict=True)
    log = capsys.readouterr().err
    (line,) = [each for each in log.splitlines() if "second_opinion_differs" in each]
    assert "PyLD" in line
    assert "ldp_vc" in line
    assert id not in line
    found = counter.look(id)
    disputed, *others = found["bewijzen"]
    assert check(disputed, "tweede_mening") == ("mislukt", "second_opinion_differs")
    assert (disputed["bewezen"], disputed["gegevens"]) == (False, {})
    assert all(each["bewezen"] for each in others)
    assert found["volledig"] is False
    # The overview does not count; the cases that it named still do, each by itself.
    assert 0 < found["totalen"]["saldo"] <= before["totalen"]["saldo"]
    ready = counter.http.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert ready.json()["checks"]["second opinions"] == "disputed"
    (stored,) = counter.world.service.desk.requests("systeem:zaaksysteem", intake_of(counter))
    assert stored.state.answer.evidence[0].presented == software.asked[0]  # type: ignore[union-attr]


def test_what_was_to_be_asked_when_a_process_was_killed_is_asked_by_the_next(
    counter: Counter, software: Software, clock: FixedClock
) -> None:
    software.away = True
    id = shared(counter)
    assert not ask(counter.world.service)
    assert set(said(counter, id)) == {("niet_uitgevoerd", "second_opinion_due")}
    # Nothing is closed, as of a process that was killed.
    fresh = Software()
    again = create(counter.world.settings, clock=clock, http=counter.world.web, other_software=fresh)  # type: ignore[arg-type]
    assert ask(again)
    assert len(fresh.asked) == len(counter.look(id)["bewijzen"])
    assert set(said(counter, id)) == {("geslaagd", "second_opinion_agrees")}
    again.close()


def test_a_process_that_does_not_lead_asks_nobody(counter: Counter, software: Software, clock: FixedClock) -> None:
    shared(counter)
    other = create(counter.world.settings, clock=clock, http=counter.world.web, other_software=Software())  # type: ignore[arg-type]
    other.jobs[0].start()
    assert ask(counter.world.service)
    assert software.asked == []
    other.jobs[0].stop()
    other.close()


def test_one_answer_in_ten_is_a_sample() -> None:
    proof: Any = type("E", (), {"is_w3c": True})()
    token: Any = type("E", (), {"is_w3c": False})()
    draws = iter([3, 0])
    sample = Choosing("sample", lambda below: next(draws) if below == 10 else -1)
    assert [sample.takes([token, proof]), sample.takes([proof])] == [False, True]
    assert not sample.takes([token])
    assert Choosing("always", lambda _: 1).takes([proof])
    assert not Choosing("off", lambda _: 0).takes([proof])


def intake_of(counter: Counter) -> str:
    ((intake, _),) = counter.files()  # type: ignore[misc]
    return str(intake.id)
