"""A closed file is gone, and what stays says that it was checked: to whoever had it, and to the auditor."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock, SystemClock
from credentials.verification.evidence_bundle import examine_evidence
from service.commands.evidence import verifier_then
from service.jobs import Periodic
from tests.flows import test_administration as administration
from tests.flows.presentation_kit import API, BASE, Counter, auth
from tests.flows.test_evidence_bundles_of_the_desk import on_the_list, run, taken
from tests.flows.test_file_check import send
from tests.flows.test_presentation_screens import Browser
from tests.verifier_world import World, make_world

pytestmark = pytest.mark.long


@pytest.fixture
def clock() -> FixedClock:
    """The present, as the certificate that seals a bundle holds from then on."""
    return FixedClock(SystemClock().now().replace(microsecond=0))


@pytest.fixture
def world(tmp_path: Path, clock: FixedClock) -> World:
    made = make_world(tmp_path, clock, agencies=("cjib", "duo"))
    made.trust(*(each.participant for each in made.issuers.values()), on_the_list(made))
    return made


@pytest.fixture
def anna(world: World) -> Browser:
    browser = Browser(world)
    browser.log_in()
    return browser


def close(browser: Browser, path: str) -> str:
    """Close a file; return the path of the page that is shown then."""
    answer = browser.post(f"{path}/sluiten", browser.get(f"{path}/sluiten").text)
    assert answer.status_code == 200
    return str(answer.url.path)


def fingerprint_on(page: str) -> str:
    found = re.search(r"<code>((?:[0-9a-f]{8} ){7}[0-9a-f]{8})</code>", page)
    assert found, page
    return found[1].replace(" ", "")


def test_after_closing_one_sees_what_stays_and_nothing_of_the_content(world: World, anna: Browser) -> None:
    path = anna.shared()
    before = anna.get(f"{path}/sluiten").text
    assert "730\u00a0dagen" in before or "730 dagen" in before
    kept = close(anna, path)
    assert kept == f"/controles/{path.rpartition('/')[2]}"
    page = anna.get(kept).text
    assert "Alle gegevens van dit dossier zijn weg" in page
    assert "Anna de Wit" in page
    assert "Centraal Justitieel Incassobureau (CJIB)" in page
    assert "Het dossier is gesloten" in page
    for gone in ("2026-0117", "€", "443,21", "CJIB-2023", "Verkeersboete"):
        assert gone not in page
    assert anna.get(path).status_code == 404
    assert f'href="{kept}"' in anna.get("/controles").text
    assert 'href="/controles"' in anna.get("/").text


def test_a_bundle_that_was_kept_bears_the_same_fingerprint(world: World, anna: Browser, tmp_path: Path) -> None:
    path = anna.shared()
    bundle = taken(anna, path)
    world.clock.advance(timedelta(minutes=1))
    again = taken(anna, path)
    assert bundle != again
    name = fingerprint_on(anna.get(close(anna, path)).text)
    for each in (bundle, again):
        found = examine_evidence(each, world.root.public_jwk, verifier_then, now=world.clock.now())
        assert found.fingerprint == name
    grouped = " ".join(name[at : at + 8] for at in range(0, 64, 8))
    assert grouped in " ".join(run(tmp_path, world, bundle).output.split())
    assert grouped in send(anna, bundle).text
    # That of another check is another, of the same cards too.
    assert fingerprint_on(anna.get(close(anna, anna.shared())).text) != name


def test_in_w3c_formats_too(world: World, anna: Browser) -> None:
    counter = Counter(world, TestClient(world.service.app, base_url=BASE))
    made = counter.make()
    assert counter.share(made, world.samira(format="ldp_vc")).status_code == 200
    bundle = counter.http.get(f"{API}/{made['id']}/bewijsbundel.zip", headers=auth()).content
    found = examine_evidence(bundle, world.root.public_jwk, verifier_then, now=world.clock.now())
    assert counter.http.delete(f"{API}/{made['id']}", headers=auth()).status_code == 204
    (proof,) = world.service.desks.proofs.page("systeem:zaaksysteem").proofs
    assert proof.fingerprint == found.fingerprint
    assert sum(each.proven for each in proof.answers[0].counts) == len(world.samira())


def test_it_is_shown_to_the_holder_and_the_auditor_only(world: World, anna: Browser) -> None:
    kept = close(anna, anna.shared())
    bram = Browser(world)
    bram.log_in("bram")
    assert bram.get(kept).status_code == 404
    assert kept not in bram.get("/controles").text
    assert anna.get(f"/beheer{kept}").status_code == 403
    auditor = administration.Browser(world, administration.AUDITOR)
    assert 'href="/beheer/controles"' in auditor.get("/beheer").text
    listed = auditor.get("/beheer/controles").text
    assert f'href="/beheer{kept}"' in listed
    assert "Anna de Wit" in listed
    page = auditor.get(f"/beheer{kept}").text
    assert fingerprint_on(page) == fingerprint_on(anna.get(kept).text)
    assert "2026-0117" not in page + listed
    assert auditor.get("/beheer/controles/x").status_code == 404
    administrator = administration.Browser(world, administration.ADMINISTRATOR)
    assert administrator.get("/beheer/controles").status_code == 403
    assert 'href="/beheer/controles"' not in administrator.get("/beheer").text


def test_where_nobody_shared_anything_nothing_stays(anna: Browser) -> None:
    assert close(anna, anna.new()) == "/gesloten"
    assert "er is nog geen dossier met een antwoord gesloten" in anna.get("/controles").text


def test_it_goes_by_a_job_when_its_own_time_is_over(world: World, anna: Browser) -> None:
    kept = close(anna, anna.shared("snelscan"))
    lapses = anna.shared("snelscan")

    def work() -> None:
        world.service.jobs[0].start()
        try:
            for job in world.service.jobs:
                if isinstance(job, Periodic) and job.name in ("purge-files", "purge-proofs"):
                    assert job.run_now()
        finally:
            world.service.jobs[0].stop()

    world.clock.advance(timedelta(days=729))
    work()
    anna.log_in()
    assert anna.get(kept).status_code == 200
    page = anna.get(f"/controles/{lapses.rpartition('/')[2]}").text
    assert "De bewaartermijn was voorbij" in page
    world.clock.advance(timedelta(days=2))
    anna.log_in()
    # Before the job came, and after it.
    for _ in range(2):
        gone = anna.get(kept)
        assert gone.status_code == 404
        assert "de tijd voorbij dat wij het bewaren" in gone.text
        assert kept not in anna.get("/controles").text
        work()
    assert anna.get(f"/controles/{lapses.rpartition('/')[2]}").status_code == 200
