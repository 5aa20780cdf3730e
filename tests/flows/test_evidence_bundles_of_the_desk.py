"""A counsellor takes an evidence bundle along; years later anybody proves it offline by the scheme's key alone."""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from sqlalchemy import func, select, update
from starlette.testclient import TestClient
from typer.testing import CliRunner

from credentials.clock import FixedClock, SystemClock
from credentials.openid.vp_response import build_response
from credentials.status import Status
from credentials.trust import Participant, TrustList
from credentials.trust.trust_list import issue
from credentials.verification import Outcome
from credentials.verification.evidence_bundle import archive, examine_evidence
from service import audit
from service.commands import verify
from service.commands.evidence import verifier_then
from tests.debt_builders import demo_document
from tests.flows.presentation_kit import API, BASE, Counter, auth
from tests.flows.test_file_check import send
from tests.flows.test_presentation_screens import Browser
from tests.verifier_world import OTHER_TOKEN, World, make_world
from verifier.app import describe
from verifier.storage.tables import document_table, request_table

pytestmark = pytest.mark.long

YEARS = timedelta(days=5 * 365)


def on_the_list(world: World) -> Participant:
    return Participant.parse(json.loads(describe(world.settings)))


@pytest.fixture
def clock() -> FixedClock:
    """The present: the certificate that seals a bundle is made by the clock of the machine, and holds from then on."""
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


@pytest.fixture
def counter(world: World) -> Counter:
    return Counter(world, TestClient(world.service.app, base_url=BASE, follow_redirects=False))


def taken(browser: Browser, path: str) -> bytes:
    answer = browser.get(f"{path}/bewijsbundel.zip")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    return bytes(answer.content)


def run(folder: Path, world: World, bundle: bytes, *more: str) -> Result:
    """Prove a bundle by the command line, with the scheme's key and nothing else."""
    file, root = folder / "bundle.zip", folder / "root.jwk"
    file.write_bytes(bundle)
    root.write_text(json.dumps(world.root.public_jwk.to_dict()))
    app = typer.Typer()
    verify.register(app)
    return CliRunner().invoke(app, [str(file), "--trust-root", str(root), *more])


def told(folder: Path, world: World, bundle: bytes) -> Any:
    return json.loads(run(folder, world, bundle, "--json").stdout)


def outcomes(world: World, bundle: bytes, **more: Any) -> list[Outcome]:
    found = examine_evidence(
        bundle, world.root.public_jwk, verifier_then, now=world.clock.now() + YEARS, **{"newest": None, **more}
    )
    assert found.holds, found.explanation
    return [each.outcome for each in found.reports]


def test_a_bundle_of_the_desk_is_proven_offline_also_when_everybody_is_gone(
    world: World, anna: Browser, tmp_path: Path
) -> None:
    path = anna.shared()
    page = anna.get(f"{path}/resultaat").text
    assert "Bewijsbundel downloaden" in page
    assert "geen bewijsbundel" not in page
    bundle = taken(anna, path)
    shown = len(world.samira())
    # The issuers, the scheme and we ourselves are no more.
    world.service.close()
    world.web.documents.clear()
    fetched = len(world.web.fetched)
    result = run(tmp_path, world, bundle)
    assert result.exit_code == 0, result.output
    assert f"{shown} van {shown} bewezen" in result.output
    assert "Grondslag" in result.output
    assert len(world.web.fetched) == fetched
    document = told(tmp_path, world, bundle)
    assert document["bewezen"] is True
    assert document["bundel"]["van"]["naam"] == world.settings.organisation.name
    assert document["antwoorden"][0]["toen"] == ["bewezen"] * shown


def test_it_holds_the_presentations_as_they_came_and_no_reference(world: World, anna: Browser) -> None:
    path = anna.new(reference="2026-0117")
    request = world.read(anna.link(path))
    sent = world.present(request, world.samira())
    world.post(request, build_response(request, sent))
    bundle = taken(anna, path)
    with zipfile.ZipFile(io.BytesIO(bundle)) as opened:
        held = {opened.read(name).decode() for name in opened.namelist() if name.startswith("bewijzen/")}
        assert all(b"0117" not in opened.read(name) for name in opened.namelist() if "bewijzen" not in name)
    assert held == {each for presented in sent.values() for each in presented}


@pytest.mark.parametrize("format", ["dc+sd-jwt", "ldp_vc", "vc+jwt", "vc+sd-jwt", "mso_mdoc"])
def test_in_every_format_also_with_lists_that_were_held_from_before(
    world: World, counter: Counter, format: str
) -> None:
    cards = world.samira(format=format)
    for _ in range(2):
        made = counter.make()
        assert counter.share(made, cards).status_code == 200
        answer = counter.http.get(f"{API}/{made['id']}/bewijsbundel.zip", headers=auth())
        assert answer.status_code == 200, answer.text
        assert outcomes(world, answer.content) == [Outcome.PROVEN] * len(cards)


def test_no_changed_byte_of_it_is_taken(world: World, anna: Browser, tmp_path: Path) -> None:
    bundle = taken(anna, anna.shared("snelscan"))
    for place in range(0, len(bundle), len(bundle) // 40):
        changed = bytearray(bundle)
        changed[place] ^= 1
        result = run(tmp_path, world, bytes(changed))
        assert result.exit_code != 0, place
        assert "1 van 1 bewezen" not in result.output
    packed = archive.unpack(bundle)
    (proof,) = (name for name in packed if name.startswith("bewijzen/"))
    forged = archive.pack({**packed, proof: packed[proof].replace(b"~", b"~~", 1)})
    assert told(tmp_path, world, forged)["bundel"]["code"] == "evidence_bundle_changed"


def test_it_says_what_was_found_then_and_checked_again_what_is_found_since(world: World, anna: Browser) -> None:
    path = anna.shared()
    first = taken(anna, path)
    assert set(outcomes(world, first)) == {Outcome.PROVEN}
    cjib = world.issuers["cjib"]
    cjib.statuses.update(dict.fromkeys(range(100, 400), Status.SUPERSEDED))
    world.clock.advance(timedelta(minutes=10))
    cjib.publish()
    anna.post(f"{path}/hercontrole", anna.get(f"{path}/resultaat").text)
    second = outcomes(world, taken(anna, path))
    assert {Outcome.SUPERSEDED, Outcome.PROVEN} == set(second)
    # The one of before says what it said.
    assert set(outcomes(world, first)) == {Outcome.PROVEN}


def test_all_answers_in_a_file_are_in_it_each_as_of_its_own_moment(world: World, anna: Browser) -> None:
    path = anna.new()
    cjib, duo = (each.statements(cases(each.agency.abbreviation, world)) for each in world.issuers.values())
    world.answer(anna.link(path), cjib)
    world.clock.advance(timedelta(minutes=20))
    for each in world.issuers.values():
        each.publish()
    anna.post(f"{path}/vraag", anna.get(f"{path}/resultaat").text)
    world.answer(anna.link(path), duo)
    bundle = taken(anna, path)
    found = examine_evidence(bundle, world.root.public_jwk, verifier_then, now=world.clock.now())
    assert [len(each.reports) for each in found.answers] == [len(cjib), len(duo)]
    assert found.proven
    first, second = (each.answer.checked_at for each in found.answers)
    assert second - first == timedelta(minutes=20)


def cases(key: str, world: World) -> Sequence[Any]:
    agency = next(each.agency for each in world.issuers.values() if each.agency.abbreviation == key)
    return demo_document(key, "samira").cases_at(agency) if key == "cjib" else ()


def test_a_program_has_it_of_its_own_requests_only(world: World, counter: Counter) -> None:
    made = counter.make()
    address = f"{API}/{made['id']}/bewijsbundel.zip"
    early = counter.http.get(address, headers=auth())
    assert (early.status_code, early.headers["content-type"]) == (409, "application/problem+json")
    assert early.json()["type"].endswith("/not_answered")
    counter.share(made, world.samira())
    answer = counter.http.get(address, headers=auth())
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="bewijsbundel-')
    assert outcomes(world, answer.content) == [Outcome.PROVEN] * len(world.samira())
    assert counter.http.get(address, headers=auth(OTHER_TOKEN)).status_code == 404
    assert counter.http.get(address).status_code == 401


def test_a_colleague_has_none_of_it(world: World, anna: Browser) -> None:
    path = anna.shared("snelscan")
    bram = Browser(world)
    bram.log_in("bram")
    assert bram.get(f"{path}/bewijsbundel.zip").status_code == 404
    nobody = TestClient(world.service.app, base_url=BASE, follow_redirects=False)
    assert nobody.get(f"{path}/bewijsbundel.zip").status_code == 303


def test_that_it_was_taken_is_on_record_with_the_hash_of_the_file(world: World, anna: Browser) -> None:
    path = anna.shared("snelscan")
    bundle = taken(anna, path)
    with world.service.database.read() as connection:
        row = [each.entry for each in audit.rows(connection, 1, 99) if each.entry.action == "evidence_taken"]
    assert [(each.object, each.reason) for each in row] == [
        (path.rpartition("/")[2], hashlib.sha256(bundle).hexdigest())
    ]
    assert row[0].actor.startswith("medewerker:")


def test_of_an_answer_of_before_it_was_kept_it_says_so_until_it_is_checked_again(world: World, anna: Browser) -> None:
    path = anna.shared("snelscan")
    with world.service.database.write() as connection:
        connection.execute(update(request_table).values(consulted=None))
    page = anna.get(f"{path}/resultaat").text
    assert "Bewijsbundel downloaden" not in page
    assert "Van dit dossier is nog geen bewijsbundel te maken." in page
    refused = anna.get(f"{path}/bewijsbundel.zip")
    assert refused.status_code == 409
    assert "Van dit antwoord is geen bewijsbundel te maken" in refused.text
    anna.post(f"{path}/hercontrole", page)
    assert outcomes(world, taken(anna, path)) == [Outcome.PROVEN]


def test_without_a_place_on_the_list_no_seal_is_set_that_nobody_can_believe(world: World, anna: Browser) -> None:
    path = anna.shared("snelscan")
    world.trust(*(each.participant for each in world.issuers.values()))
    answer = anna.get(f"{path}/bewijsbundel.zip")
    assert answer.status_code == 503
    assert "Wij kunnen nu geen bewijsbundel maken" in answer.text


def test_of_an_issuer_whose_keys_have_leaked_since_it_proves_nothing_any_more(world: World, anna: Browser) -> None:
    bundle = taken(anna, anna.shared())
    now = world.clock.now()
    entries = [each.participant for each in world.issuers.values()]
    leaked = replace(entries[0], withdrawn_at=now, compromised=True)
    signed = issue([leaked, *entries[1:]], world.root, issuer="https://s.example", sequence=99, now=now)
    newest = TrustList.verify(signed, world.root.public_jwk, now)
    assert {Outcome.NOT_PROVEN, Outcome.PROVEN} == set(outcomes(world, bundle, newest=newest))


def test_documents_are_looked_for_that_no_file_needs(world: World, anna: Browser) -> None:
    path = anna.shared("snelscan")
    (job,) = [each for each in world.service.jobs if getattr(each, "name", "") == "purge-documents"]
    anna.post(f"{path}/sluiten", anna.get(f"{path}/sluiten").text)
    world.clock.advance(timedelta(hours=2))
    world.service.jobs[0].start()
    try:
        assert job.run_now()
    finally:
        world.service.jobs[0].stop()
    assert world.service.desks.bundling.purge() == 0
    with world.service.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(document_table)).scalar_one() == 0


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("manifest.json", bytes(200 << 20))
    return target.getvalue()


def test_the_desk_itself_proves_a_bundle_that_somebody_brings(world: World, anna: Browser) -> None:
    bundle = taken(anna, anna.shared())
    fetched = len(world.web.fetched)
    page = send(anna, bundle).text
    assert "De bewijsbundel is heel" in page
    assert page.count(">Bewezen</span>") == len(world.samira())
    assert "Gevraagd voor" in page
    assert "Of er nog andere schulden waren dan die zijn getoond." in page
    assert "geleden" not in page
    assert len(world.web.fetched) == fetched
    world.clock.advance(timedelta(days=40))
    anna.log_in()
    assert "Dat is 40 dagen geleden." in send(anna, bundle).text.replace("\u00a0", " ")


def test_the_desk_refuses_a_bundle_that_is_not_as_it_was_made_and_no_file_brings_it_down(
    world: World, anna: Browser
) -> None:
    bundle = taken(anna, anna.shared("snelscan"))
    place = bundle.index(b"bewijzen/001.txt") + 40
    changed = bundle[:place] + bytes([bundle[place] ^ 1]) + bundle[place + 1 :]
    packed = archive.unpack(bundle)
    forged = archive.pack({**packed, "bewijzen/001.txt": b"x"})
    for content in (changed, forged, bundle[:-1], bundle + b"x", bundle[: len(bundle) // 2], bomb()):
        answer = send(anna, content)
        assert answer.status_code == 200
        assert "Dit bestand bewijst niets" in answer.text
        assert ">Bewezen</span>" not in answer.text


def test_a_bundle_of_another_scheme_proves_nothing_here(
    world: World, anna: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = make_world(tmp_path_factory.mktemp("other"), world.clock, agencies=("cjib",), port=8121)
    other.trust(*(each.participant for each in other.issuers.values()), on_the_list(other))
    desk = other.service.desk
    file = desk.open("medewerker:x", "D-1", "snelscan")
    other.answer(other.service.asking.link(desk.ask("medewerker:x", file.id)), other.samira()[:1])
    bundle = other.service.desks.bundling.of_file("medewerker:x", file.id)
    assert outcomes(other, bundle) == [Outcome.PROVEN]
    page = send(anna, bundle).text
    assert "De lijst van deelnemers in de bundel is niet van dit stelsel." in page


def test_what_has_leaked_since_proves_nothing_at_the_desk_either(world: World, anna: Browser) -> None:
    bundle = taken(anna, anna.shared("snelscan"))
    cjib, duo = (each.participant for each in world.issuers.values())
    gone = replace(cjib, withdrawn_at=world.clock.now(), compromised=True)
    world.trust(gone, duo, on_the_list(world))
    page = send(anna, bundle).text
    assert "Niet bewezen" in page
    assert "Wie de bundel maakte, noteerde toen: bewezen." in page
    maker = replace(on_the_list(world), withdrawn_at=world.clock.now(), compromised=True)
    world.trust(cjib, duo, maker)
    assert "Dit bestand bewijst niets" in send(anna, bundle).text
