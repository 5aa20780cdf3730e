"""All debts in one document that nobody sealed: readable, each line proven by its own agency, and no word more."""

import io
import json
import re
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from credentials.sealed_pdf import OPEN_PROOFS, PROOFS, STATUS_LISTS, Attachment, Description, Relationship
from credentials.verification import CheckOutcome, Verifier, examine_sealed
from credentials.verification.bundle import Bundle
from service import printing
from service.commands import verify
from tests.conftest import do_without
from tests.debt_builders import SAMIRA
from tests.wallet_world import Citizen, WalletWorld, make_world

pytestmark = pytest.mark.long

PAGES = "<html lang='nl'><head><title>Schulden</title></head><body><h1>Schulden</h1><p>Niets.</p></body></html>"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    lacking = printing.missing()
    if lacking is not None:
        do_without(f"no {lacking} here")
    world = make_world(tmp_path_factory.mktemp("along"), "cjib", "svb", "duo")
    yield world
    world.close()


@pytest.fixture(scope="module")
def samira(world: WalletWorld) -> Citizen:
    return world.collector()


@pytest.fixture(scope="module")
def document(samira: Citizen) -> bytes:
    return downloaded(samira)


def downloaded(citizen: Citizen) -> bytes:
    page = citizen.get("/overzicht/meenemen")
    answer = citizen.http.post("/overzicht/pdf", data={"csrf_token": page.csrf})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert re.fullmatch(
        r'attachment; filename="mijn-schuldenoverzicht-[0-9-]{10}\.pdf"', answer.headers["content-disposition"]
    )
    assert answer.headers["cache-control"] == "no-store"
    return answer.content


def checked(world: WalletWorld, file: bytes, *more: str, name: str = "overzicht.pdf") -> Result:
    (world.folder / name).write_bytes(file)
    (world.folder / "root.jwk").write_text(json.dumps(world.root.public_jwk.to_dict()))
    app = typer.Typer()
    verify.register(app)
    app.command("other")(lambda: None)
    trusted = ["--trust-list", str(world.folder / "list.jwt"), "--trust-root", str(world.folder / "root.jwk")]
    return CliRunner().invoke(app, ["verify", str(world.folder / name), *trusted, *more])


def remade(document: bytes, **attachments: Any) -> bytes:
    """The same attachments around other pages, some of them changed: anybody can make such a document."""
    with pikepdf.open(io.BytesIO(document)) as pdf:
        held = {name: bytes(each.get_file().read_bytes()) for name, each in pdf.attachments.items()}
    held |= {name: content for name, content in attachments.items() if content is not None}
    kept = [
        Attachment(name, name, "application/json", Relationship.DATA, content)
        for name, content in held.items()
        if attachments.get(name, b"") is not None
    ]
    told = Description("Schulden", "Iemand", "nl", None, None, Bundle.parse(held[OPEN_PROOFS]).made_at)  # type: ignore[arg-type]
    return printing.Printer()(PAGES, told, kept)


def proofs_of(document: bytes, name: str = OPEN_PROOFS) -> dict[str, Any]:
    with pikepdf.open(io.BytesIO(document)) as pdf:
        found: dict[str, Any] = json.loads(pdf.attachments[name].get_file().read_bytes())
    return found


def test_every_line_is_proven_by_the_command_offline_and_the_pages_are_said_to_prove_nothing(
    world: WalletWorld, document: bytes
) -> None:
    asked = len(world.net.asked)
    result = checked(world, document)
    assert result.exit_code == 0, result.output
    assert "bewijst niemand" in " ".join(result.output.split())
    told = json.loads(checked(world, document, "--json").output)
    assert told["bewezen"] is True
    assert (told["zegel"]["uitkomst"], told["zegel"]["code"]) == (CheckOutcome.NOT_DONE.value, "no_seal")
    assert told["zegel"]["van"] is None
    assert len(told["bewijzen"]) == len(proofs_of(document)["bewijzen"]) == 5
    assert len(world.net.asked) == asked


def test_later_it_still_says_how_things_were_on_its_day(world: WalletWorld, document: bytes) -> None:
    def verifier_at(moment: Any, lists: Any) -> Verifier:
        return verify._verifier(world.service.usecases.requests._trust.current, lambda uri, _: lists[uri], moment)  # type: ignore[attr-defined]

    trust = world.service.usecases.requests._trust.current  # type: ignore[attr-defined]
    later = world.clock.now() + timedelta(days=500)
    found = examine_sealed(document, trust, verifier_at, now=later)
    assert found.proven
    assert found.examined_at is not None
    assert abs(found.examined_at - world.clock.now()) < timedelta(minutes=1)
    # Nobody can be told of a day that has not come.
    before = world.clock.now() - timedelta(days=2)
    early = examine_sealed(document, trust, verifier_at, now=before)
    assert (early.seal.code, early.proven, early.reports) == ("made_in_future", False, ())


def test_a_card_that_was_changed_is_not_proven_and_the_others_are(world: WalletWorld, document: bytes) -> None:
    proofs = proofs_of(document)
    head, body, *rest = proofs["bewijzen"][0]["credential"].split(".")
    proofs["bewijzen"][0]["credential"] = ".".join(
        [head, body[:-4] + ("AAAA" if body[-4:] != "AAAA" else "BBBB"), *rest]
    )
    told = json.loads(checked(world, remade(document, **{OPEN_PROOFS: json.dumps(proofs).encode()}), "--json").output)
    assert told["bewezen"] is False
    assert [each["uitkomst"] for each in told["bewijzen"]].count("bewezen") == len(proofs["bewijzen"]) - 1


def test_other_pages_around_the_same_cards_prove_the_cards_alone(world: WalletWorld, document: bytes) -> None:
    result = checked(world, remade(document))
    assert result.exit_code == 0, result.output
    assert "bewijst niemand" in " ".join(result.output.split())


def test_without_its_status_lists_nothing_is_proven(world: WalletWorld, document: bytes) -> None:
    told = json.loads(checked(world, remade(document, **{STATUS_LISTS: None}), "--json").output)
    assert told["bewezen"] is False
    assert {each["uitkomst"] for each in told["bewijzen"]} == {"onbekend"}


def test_a_sealed_document_does_not_pass_for_this_when_its_seal_is_taken_off(
    world: WalletWorld, document: bytes
) -> None:
    proofs = json.dumps(proofs_of(document)).encode()
    stripped = remade(document, **{PROOFS: proofs})
    with pikepdf.open(io.BytesIO(stripped)) as pdf:
        del pdf.attachments[OPEN_PROOFS]
        pdf.save(world.folder / "stripped.pdf")
    result = checked(world, (world.folder / "stripped.pdf").read_bytes())
    assert result.exit_code == 1
    assert "geen zegel" in result.output


def test_the_file_for_programs_is_proven_too(world: WalletWorld, samira: Citizen, document: bytes) -> None:
    lists = proofs_of(document, STATUS_LISTS)
    folder = world.folder / "lists"
    folder.mkdir()
    for number, token in enumerate(lists.values()):
        (folder / f"{number}.jwt").write_text(token)
    (folder / "manifest.json").write_text(json.dumps({uri: f"{n}.jwt" for n, uri in enumerate(lists)}))
    file = samira.http.get("/overzicht/downloaden").content
    result = checked(world, file, "--status", str(folder), name="overzicht.json")
    assert result.exit_code == 0, result.output
    # One and the same, in the same order; the interface of programs gives it as well.
    assert [each["credential"] for each in json.loads(file)["bewijzen"]] == [
        each["credential"] for each in proofs_of(document)["bewijzen"]
    ]
    assert samira.api("overzicht/download").json()["bewijzen"] == json.loads(file)["bewijzen"]


def test_what_is_read_names_each_card_and_claims_no_more_than_is_true(document: bytes, tmp_path: Path) -> None:
    (tmp_path / "o.pdf").write_bytes(document)
    try:
        told = subprocess.run(
            ["pdftotext", "-layout", str(tmp_path / "o.pdf"), "-"], capture_output=True, check=True, text=True
        ).stdout
    except FileNotFoundError:
        do_without("no pdftotext here")
    words = " ".join(told.split())
    assert "Niemand heeft dit bestand als geheel ondertekend of verzegeld." in words
    assert "Daarin zitten 5 kaartjes" in words.replace("\xa0", " ")
    assert {found[1] for found in re.finditer(r"Kaartje (\d)", words)} >= {"2", "4"}
    assert SAMIRA.reveal() not in told
    assert "Samira" not in told


def test_it_is_made_for_reading_aloud_and_for_keeping(document: bytes) -> None:
    with pikepdf.open(io.BytesIO(document)) as pdf:
        metadata = bytes(pdf.Root.Metadata.read_bytes()).decode()
        assert 'pdfuaid:part="1"' in metadata
        assert 'pdfaid:conformance="A"' in metadata
        assert str(pdf.Root.Lang) == "nl"
        assert "/StructTreeRoot" in pdf.Root
        assert set(pdf.attachments) == {OPEN_PROOFS, STATUS_LISTS}
        # No field that looks as if somebody had sealed it.
        assert "/AcroForm" not in pdf.Root
        assert "/Perms" not in pdf.Root
    assert b"/ByteRange" not in document


def test_what_was_thrown_away_does_not_go_along(world: WalletWorld) -> None:
    citizen = world.collector()
    before = json.loads(citizen.http.get("/overzicht/downloaden").content)["bewijzen"]
    held = citizen.api("kaarten").json()["kaarten"][0]["id"]
    citizen.post(f"/kaarten/{held}/verwijderen")
    after = json.loads(citizen.http.get("/overzicht/downloaden").content)["bewijzen"]
    assert len(after) == len(before) - 1
    assert all(each in before for each in after)


def test_few_at_a_time_and_only_by_the_citizens_own_press(
    world: WalletWorld, samira: Citizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = samira.get("/overzicht/meenemen").csrf
    assert samira.http.post("/overzicht/pdf", data={"csrf_token": "x"}).status_code == 403
    assert samira.http.get("/overzicht/pdf").status_code in (404, 405)
    assert world.citizen().http.post("/overzicht/pdf", data={"csrf_token": token}).status_code in (303, 403)
    monkeypatch.setattr(world.service.usecases.take_along.under_way, "_most", 0)
    busy = samira.http.post("/overzicht/pdf", data={"csrf_token": token})
    assert busy.status_code == 503
    assert "Het lukt nu even niet" in busy.text


def test_where_no_document_can_be_made_there_is_the_file_for_programs(world: WalletWorld, samira: Citizen) -> None:
    made = world.service.usecases.take_along
    printer = made.printer
    object.__setattr__(made, "printer", None)
    try:
        page = samira.get("/overzicht/meenemen")
        assert "PDF" not in page.words
        assert "/overzicht/downloaden" in page.text
        assert samira.http.post("/overzicht/pdf", data={"csrf_token": page.csrf}).status_code == 404
    finally:
        object.__setattr__(made, "printer", printer)


def test_an_empty_wallet_has_nothing_to_take_along(world: WalletWorld) -> None:
    page = world.owner().get("/overzicht/meenemen")
    assert "Er is nog niets om mee te nemen" in page.words
    assert "/overzicht/downloaden" not in page.text
