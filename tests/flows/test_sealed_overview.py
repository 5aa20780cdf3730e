"""The sealed overview: made at the page, proven by the command, years later and offline; or refused with the reason."""

import io
import json
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import typer
from click.testing import Result
from sqlalchemy import func, select
from typer.testing import CliRunner

from credentials.clock import FixedClock
from credentials.keys import SoftwareSigner
from credentials.sealed_pdf import PROOFS, STATUS_LISTS, read_sealed, seal
from credentials.trust import Participant
from credentials.trust.trust_list import issue
from credentials.verification import examine_sealed
from issuer.app import describe
from issuer.app.key_files import Keeper
from issuer.app.keys import load_keys
from issuer.app.rotation import Rotation
from issuer.storage.tables import issued_copy
from service import printing
from service.commands import verify
from tests.conftest import do_without
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import NOBODY, Scene, an_agency, csrf_of, log_in, several_cases
from tests.sealed_kit import attached, printed

pytestmark = pytest.mark.long

CASES = 6


@dataclass
class Overview:
    """An agency, the scheme that lists it, and a citizen's sealed overview."""

    scene: Scene
    folder: Path
    root: SoftwareSigner
    participant: Participant
    document: bytes
    made_at: datetime

    def publish(self, participant: Participant, at: datetime) -> None:
        jwt = issue([participant], self.root, issuer="https://s.example", sequence=7, now=at)
        (self.folder / "trust.jwt").write_text(jwt)

    def verify(self, document: bytes, *more: str, trusted: bool = True) -> Result:
        (self.folder / "overzicht.pdf").write_bytes(document)
        app = typer.Typer()
        verify.register(app)
        app.command("other")(lambda: None)
        named = ["--trust-list", str(self.folder / "trust.jwt"), "--trust-root", str(self.folder / "root.jwk")]
        arguments = ["verify", str(self.folder / "overzicht.pdf"), *(named if trusted else []), *more]
        return CliRunner().invoke(app, arguments)


def sealed_at_the_page(scene: Scene, *, nobody: bool = False) -> bytes:
    browser = scene.http()
    if nobody:
        log_in(browser, NOBODY)
    else:
        log_in(browser)
    answer = browser.post("/schulden/overzicht", data={"csrf_token": csrf_of(browser.get("/schulden").text)})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="overzicht-cjib.pdf"'
    assert answer.headers["cache-control"] == "no-store"
    return answer.content


@pytest.fixture(scope="module")
def overview(tmp_path_factory: pytest.TempPathFactory) -> Overview:
    return an_overview(tmp_path_factory.mktemp("overview"), CASES)


def an_overview(folder: Path, cases: int) -> Overview:
    lacking = printing.missing()
    if lacking is not None:
        do_without(f"no {lacking} here")
    # Certificates are made on the machine's clock.
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    agency = an_agency(folder, clock, several_cases(cases))
    scene = Scene(agency, clock, folder)
    root = SoftwareSigner.generate()
    (folder / "root.jwk").write_text(json.dumps(root.public_jwk.to_dict()))
    participant = Participant.parse(json.loads(describe(agency.settings)))
    found = Overview(scene, folder, root, participant, sealed_at_the_page(scene), clock.now())
    found.publish(participant, clock.now())
    return found


class TestTheCommand:
    def test_proves_every_line(self, overview: Overview) -> None:
        result = overview.verify(overview.document)
        assert result.exit_code == 0, result.output
        assert "Verzegeld door Centraal Justitieel Incassobureau" in " ".join(result.output.split())
        assert f"{CASES + 1} van {CASES + 1} bewezen" in result.output

    def test_tells_it_as_json(self, overview: Overview) -> None:
        told: Any = json.loads(overview.verify(overview.document, "--json").stdout)
        assert told["bewezen"] is True
        assert told["zegel"]["uitkomst"] == "geslaagd"
        assert told["zegel"]["tijdstempel"] is False
        assert [each["uitkomst"] for each in told["bewijzen"]] == ["bewezen"] * (CASES + 1)

    def test_refuses_one_changed_byte_with_the_reason(self, overview: Overview) -> None:
        place = overview.document.index(b"/Title") + 9
        other = overview.document[:place] + b"X" + overview.document[place + 1 :]
        result = overview.verify(other)
        assert result.exit_code == 1
        assert "Er is iets veranderd sinds het bestand werd verzegeld" in " ".join(result.output.split())
        told: Any = json.loads(overview.verify(other, "--json").stdout)
        assert (told["bewezen"], told["zegel"]["code"], told["bewijzen"]) == (False, "document_changed", [])

    def test_refuses_what_was_added_behind_the_seal(self, overview: Overview) -> None:
        told: Any = json.loads(overview.verify(overview.document + b"% more", "--json").stdout)
        assert (told["bewezen"], told["zegel"]["code"]) == (False, "added_after_seal")

    def test_proves_nothing_without_a_trust_list(self, overview: Overview) -> None:
        result = overview.verify(overview.document, trusted=False)
        assert result.exit_code == 1
        assert "geen geldige lijst van deelnemers" in " ".join(result.output.split())

    def test_asks_for_no_presentation(self, overview: Overview) -> None:
        for option in ("--nonce", "--audience", "--response-uri", "--encryption-key"):
            refused = overview.verify(overview.document, option, "n")
            assert (refused.exit_code, option in refused.stderr) == (2, True)

    def test_judges_as_of_another_moment_where_it_is_asked_to(self, overview: Overview) -> None:
        later = (overview.made_at + timedelta(days=100)).isoformat()
        told: Any = json.loads(overview.verify(overview.document, "--json", "--at", later).stdout)
        # The trust list of that day is not here, and without one nothing is known.
        assert told["bewezen"] is False


class TestYearsLater:
    def examined(self, overview: Overview, participant: Participant, now: datetime, document: bytes) -> Any:
        (overview.folder / "later").mkdir(exist_ok=True)
        jwt = issue([participant], overview.root, issuer="https://s.example", sequence=9, now=now)
        (overview.folder / "later" / "trust.jwt").write_text(jwt)
        current = verify._trust_list(now, overview.folder / "later" / "trust.jwt", overview.folder / "root.jwk")

        def verifier_at(moment: datetime, lists: Any) -> Any:
            return verify._verifier(current, lambda uri, _accept: lists[uri], moment)

        return examine_sealed(document, current, verifier_at, now=now)

    def test_every_line_is_proven_as_of_the_seal(self, overview: Overview) -> None:
        now = overview.made_at + timedelta(days=6 * 365)
        found = self.examined(overview, overview.participant, now, overview.document)
        assert found.proven
        assert found.examined_at == overview.made_at
        assert len(found.reports) == CASES + 1

    def test_a_key_that_leaked_since_proves_nothing_any_more(self, overview: Overview) -> None:
        now = overview.made_at + timedelta(days=700)
        leaked = replace(overview.participant, withdrawn_at=now - timedelta(days=1), compromised=True)
        found = self.examined(overview, leaked, now, overview.document)
        assert (found.proven, found.seal.code, found.reports) == (False, "issuer_withdrawn", ())

    def test_a_seal_from_the_future_proves_nothing(self, overview: Overview) -> None:
        found = self.examined(overview, overview.participant, overview.made_at - timedelta(hours=1), overview.document)
        assert (found.proven, found.seal.code) == (False, "sealed_in_future")


class TestAnother:
    def test_organisation_does_not_seal_this_ones_credentials(self, overview: Overview, tmp_path: Path) -> None:
        """A listed agency seals the credentials of another: each is sound, and still not its own."""
        other = an_agency(tmp_path, overview.scene.clock, base_url="http://localhost:8208")
        keys = load_keys(other.settings, datetime.now(UTC))
        inside = read_sealed(overview.document).attachments
        forged = seal(
            printed(attached(inside[PROOFS], inside[STATUS_LISTS]), overview.made_at), keys.signer, keys.signer_chain
        )
        stranger = Participant.parse(json.loads(describe(other.settings)))
        stranger = replace(stranger, oin="00000004000000004000", certificate_names=("uri:http://localhost:8208",))
        jwt = issue(
            [overview.participant, stranger],
            overview.root,
            issuer="https://s.example",
            sequence=8,
            now=overview.made_at,
        )
        (tmp_path / "trust.jwt").write_text(jwt)
        current = verify._trust_list(overview.made_at, tmp_path / "trust.jwt", overview.folder / "root.jwk")
        found = examine_sealed(
            forged,
            current,
            lambda moment, lists: verify._verifier(current, lambda uri, _accept: lists[uri], moment),
            now=overview.made_at,
        )
        assert found.seal.holds
        assert not found.proven
        assert {report.outcome.value for report in found.reports} == {"niet_bewezen"}

    def test_stranger_is_not_believed(self, overview: Overview, tmp_path: Path) -> None:
        other = an_agency(tmp_path, overview.scene.clock, base_url="http://localhost:8208")
        keys = load_keys(other.settings, datetime.now(UTC))
        inside = read_sealed(overview.document).attachments
        forged = seal(printed(attached(inside[PROOFS]), overview.made_at), keys.signer, keys.signer_chain)
        told: Any = json.loads(overview.verify(forged, "--json").stdout)
        assert (told["bewezen"], told["zegel"]["code"]) == (False, "unknown_issuer")

    def test_document_without_credentials_proves_nothing(self, overview: Overview) -> None:
        keys = load_keys(overview.scene.agency.settings, datetime.now(UTC))
        empty = seal(printed(attached(b"{}"), overview.made_at), keys.signer, keys.signer_chain)
        told: Any = json.loads(overview.verify(empty, "--json").stdout)
        assert (told["bewezen"], told["zegel"]["code"]) == (False, "malformed_bundle")


class TestThePage:
    def test_says_in_the_document_what_it_says_itself(self, overview: Overview, tmp_path: Path) -> None:
        if shutil.which("pdftotext") is None:
            do_without("no pdftotext here (Debian: poppler-utils)")
        (tmp_path / "overzicht.pdf").write_bytes(overview.document)
        command = ["pdftotext", "-layout", "overzicht.pdf", "-"]
        said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
        browser = overview.scene.http()
        log_in(browser)
        page, document = (" ".join(text.split()) for text in (browser.get("/schulden").text, said))
        for text in (
            "U moet nu € 210,00 betalen",
            "Dit had u uiterlijk op",
            "U heeft een verkeersregel overtreden.",
            "Bent u het niet eens met het besluit?",
            "Vraag ons of u in stukjes mag betalen.",
            "Brief gestuurd: u moet",
            *(f"Zaak ZAAK-{number}" for number in range(1, CASES + 1)),
        ):
            assert text in page, text
            assert text in document, text

    def test_offers_none_where_none_can_be_made(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(printing, "missing", lambda: "Pango")
        clock = FixedClock(datetime.now(UTC))
        scene = Scene(an_agency(tmp_path, clock), clock, tmp_path)
        browser = scene.http()
        log_in(browser)
        page = browser.get("/schulden").text
        assert "PDF" not in page
        assert "Gewoon bestand" in page
        assert browser.post("/schulden/overzicht", data={"csrf_token": csrf_of(page)}).status_code == 404
        offered = browser.get(browser.post("/wallet", data={"csrf_token": csrf_of(page)}).headers["location"]).text
        (address,) = re.findall(r"%2Foffers%2F([\w-]+)", offered)[:1]
        assert "PDF" not in browser.get(f"/aanbod/{address}").text

    def test_makes_one_for_who_owes_nothing(self, overview: Overview) -> None:
        result = overview.verify(sealed_at_the_page(overview.scene, nobody=True))
        assert result.exit_code == 0, result.output
        assert "1 van 1 bewezen" in result.output

    def test_makes_it_in_english_for_who_reads_english(self, overview: Overview) -> None:
        browser = overview.scene.http()
        log_in(browser)
        browser.get("/taal?taal=en&terug=/schulden")
        answer = browser.post("/schulden/overzicht", data={"csrf_token": csrf_of(browser.get("/schulden").text)})
        with pikepdf.open(io.BytesIO(answer.content)) as pdf:
            assert str(pdf.Root.Lang) == "en"
            assert str(pdf.docinfo["/Title"]).startswith("Your debts to ")
        assert overview.verify(answer.content).exit_code == 0

    def test_makes_none_for_who_is_not_logged_in_or_sent_no_form(self, overview: Overview) -> None:
        browser = overview.scene.http()
        assert browser.post("/schulden/overzicht", data={"csrf_token": "x"}).status_code in (303, 403)
        log_in(browser)
        assert browser.get("/schulden/overzicht").status_code == 405
        assert browser.post("/schulden/overzicht", data={"csrf_token": "x"}).status_code == 403

    def test_makes_no_second_one_meanwhile_and_issues_nothing_for_it(self, overview: Overview) -> None:
        made = overview.scene.agency.desk.document
        assert made is not None
        browser = overview.scene.http()
        log_in(browser)
        form = {"csrf_token": csrf_of(browser.get("/schulden").text)}

        def issued() -> int:
            with overview.scene.agency.database.read() as connection:
                return connection.execute(select(func.count()).select_from(issued_copy)).scalar_one()

        before = issued()
        with made.under_way.of(SAMIRA):
            refused = browser.post("/schulden/overzicht", data=form)
        assert (refused.status_code, issued()) == (503, before)
        assert browser.post("/schulden/overzicht", data=form).status_code == 200
        assert issued() > before

    def test_holds_no_citizen_service_number(self, overview: Overview) -> None:
        found = read_sealed(overview.document)
        assert all(SAMIRA.reveal().encode() not in content for content in found.attachments.values())
        assert SAMIRA.reveal().encode() not in overview.document


def test_a_seal_is_proven_long_after_its_key_was_replaced_and_retired(tmp_path: Path) -> None:
    overview = an_overview(tmp_path, 1)
    settings = overview.scene.agency.settings
    rotation = Rotation(settings, Keeper.of(settings), overview.scene.clock, lambda _event: None, None)
    rotation.prepare()
    rotation.activate(at_once=True)
    later = sealed_at_the_page(overview.scene)
    rotation.retire(["signer", "ldp"], at_once=True)
    participant = Participant.parse(json.loads(describe(settings)))
    assert not set(participant.keys) & set(overview.participant.keys)
    overview.publish(participant, overview.scene.clock.now())
    for document in (overview.document, later):
        result = overview.verify(document)
        assert result.exit_code == 0, result.output
        assert "2 van 2 bewezen" in result.output
