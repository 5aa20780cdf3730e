"""An evidence bundle proves, as of its date and offline, what was proven then; and nothing once a byte is changed."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from credentials.consulted import TRUST_LIST
from credentials.keys import SoftwareSigner
from credentials.trust import KeyPurpose, Participant, Role, TrustList
from credentials.trust.trust_list import issue
from credentials.verification import Outcome
from credentials.verification.evidence_bundle import (
    EvidenceReport,
    Received,
    ReceivedAnswer,
    examine_evidence,
    pack_evidence,
)
from credentials.verification.evidence_bundle.archive import pack, unpack
from service.commands import verify
from service.commands.evidence import verifier_then
from tests.unit.verification.scheme import AUDIENCE, CHANNEL, NONCE, NOW, Issuer, Scheme, an_issuer, expectation

LATER = NOW + timedelta(days=5 * 365)
FORMATS = ("dc+sd-jwt", "ldp_vc", "vc+jwt", "mso_mdoc")


class Office:
    """A debt counsellor's office that received an answer, and may pack it."""

    def __init__(self) -> None:
        self.scheme = Scheme()
        self.desk = an_issuer("Schuldhulp", "00000001234567890000", "counsellor.example")
        self.scheme.participants.append(verifier_entry(self.desk))

    @property
    def x5c(self) -> tuple[bytes, ...]:
        leaf = self.desk.authority.issue_leaf(
            self.desk.signer.public_jwk,
            uri=self.desk.url,
            dns=self.desk.host,
            common_name=self.desk.name,
            organisation=self.desk.name,
            oin=self.desk.oin,
            not_before=NOW - timedelta(days=1),
            not_after=NOW + timedelta(days=100),
            eku=KeyPurpose.REQUESTS,
        )
        return (leaf,)

    def answer(self, *formats: str) -> ReceivedAnswer:
        verifier = self.scheme.verifier()
        received = []
        with verifier.together() as consulted:
            for name in formats:
                shown = self.scheme.shown(name)
                report = verifier.examine(shown, expectation(), name)
                received.append(Received(name, report.outcome.value, shown))
        return ReceivedAnswer(
            received_at=NOW,
            checked_at=NOW,
            purpose="Schulden op een rij",
            legal_ground="Wgs",
            nonce=NONCE,
            audience=AUDIENCE,
            channel=CHANNEL,
            query={"credentials": []},
            agreed=(),
            proofs=tuple(received),
            documents=dict(consulted),
        )

    def packed(self, *answers: ReceivedAnswer, made_at: datetime = NOW, **changes: object) -> bytes:
        options = {"made_by": self.desk.name, "signer": self.desk.signer, "x5c": self.x5c, **changes}
        return pack_evidence(answers, made_at=made_at, trust_list=self.trust_list(), **options)

    def trust_list(self) -> str:
        return issue(self.scheme.participants, self.scheme.root, issuer="https://s.example", sequence=1, now=NOW)

    def examined(self, bundle: bytes, **changes: object) -> EvidenceReport:
        return examine_evidence(
            bundle, changes.pop("root", self.scheme.root.public_jwk), verifier_then, **{"now": LATER, **changes}
        )


def verifier_entry(party: Issuer) -> Participant:
    return Participant(
        party.url, party.name, roles=frozenset({Role.VERIFIER}), oin=party.oin, anchors=(party.authority.der,)
    )


@pytest.fixture
def office() -> Office:
    return Office()


def test_years_later_it_proves_what_was_proven_then(office: Office) -> None:
    report = office.examined(office.packed(office.answer(*FORMATS)))
    assert report.holds, report.explanation
    assert report.proven
    assert report.maker is not None
    assert report.maker.name == "Schuldhulp"
    assert [each.checked_at for each in report.reports] == [NOW] * len(FORMATS)
    assert not report.answers[0].unlike


def test_any_zip_program_opens_it_and_finds_the_presentations_as_they_were(office: Office) -> None:
    answer = office.answer("dc+sd-jwt")
    with zipfile.ZipFile(io.BytesIO(office.packed(answer))) as opened:
        assert opened.testzip() is None
        assert opened.read("bewijzen/001.txt").decode() == answer.proofs[0].presented
        assert opened.read("leesmij.txt").decode().startswith("BEWIJSBUNDEL")
        assert json.loads(opened.read("manifest.json"))["antwoorden"][0]["nonce"] == NONCE


def test_what_was_replaced_or_taken_back_then_is_not_proven_by_it(office: Office) -> None:
    office.scheme.publish(office.scheme.cjib, refresh={5})
    report = office.examined(office.packed(office.answer("dc+sd-jwt")))
    assert [each.outcome for each in report.reports] == [Outcome.SUPERSEDED]
    assert report.holds
    assert not report.proven


def test_without_a_status_list_the_status_stays_unknown(office: Office) -> None:
    answer = office.answer("dc+sd-jwt")
    bare = replace(answer, documents={TRUST_LIST: answer.documents[TRUST_LIST]})
    report = office.examined(office.packed(bare))
    assert [each.outcome for each in report.reports] == [Outcome.UNKNOWN]
    # The maker says that it was proven; the difference is told.
    assert [each.then for each in report.answers[0].unlike] == ["bewezen"]


@pytest.mark.parametrize(
    "change",
    [{"nonce": "another"}, {"audience": "x509_hash:another"}, {"received_at": NOW - timedelta(hours=1)}],
    ids=["another question", "another audience", "signed after it was received"],
)
def test_a_holder_who_answered_something_else_proves_nothing(office: Office, change: dict[str, object]) -> None:
    report = office.examined(office.packed(replace(office.answer("dc+sd-jwt"), **change)))
    assert [each.outcome for each in report.reports] == [Outcome.NOT_PROVEN]


def test_a_date_of_ones_own_choice_proves_nothing(office: Office) -> None:
    day = timedelta(days=40)
    answer = replace(office.answer("dc+sd-jwt"), received_at=NOW - day, checked_at=NOW - day)
    assert office.examined(office.packed(answer)).code == "trust_list_rejected"


def test_no_changed_byte_is_accepted(office: Office) -> None:
    bundle = office.packed(office.answer("dc+sd-jwt"))
    # A prime step lands in every part of the file: heads of entries, contents, the directory and the end.
    places = [*range(0, len(bundle), 61), *range(len(bundle) - 22, len(bundle))]
    for place in places:
        changed = bytearray(bundle)
        changed[place] ^= 1
        report = office.examined(bytes(changed))
        assert not report.holds, place
        assert report.explanation
        assert not report.reports


def test_what_is_changed_and_packed_again_says_that_it_was(office: Office) -> None:
    files = unpack(office.packed(office.answer("dc+sd-jwt")))
    manifest = json.loads(files["manifest.json"])
    fewer = {name: content for name, content in files.items() if name != "bewijzen/001.txt"}
    told = {**files, "manifest.json": json.dumps({**manifest, "gemaaktDoor": "Een ander"}).encode()}
    for forged in (
        {**files, "bewijzen/001.txt": files["bewijzen/001.txt"] + b"x"},
        {**files, "bewijzen/002.txt": b"x"},
        fewer,
        told,
    ):
        assert office.examined(pack(forged)).code == "evidence_bundle_changed"


def test_a_seal_counts_only_from_a_verifier_on_the_list_of_the_readers_scheme(office: Office) -> None:
    answer = office.answer("dc+sd-jwt")
    stranger = an_issuer("Vreemd", "00000009999999999000", "counsellor.example")
    issuer = office.scheme.cjib
    for by in (stranger, issuer):
        assert office.examined(office.packed(answer, signer=by.signer, x5c=(by.leaf,))).code == "unknown_verifier"
    bundle = office.packed(answer)
    other = SoftwareSigner.generate().public_jwk
    assert office.examined(bundle, root=other).code == "trust_list_rejected"
    assert office.examined(bundle, root=None).code == "trust_root_missing"
    assert office.examined(bundle, now=NOW - timedelta(days=1)).code == "bundled_in_future"
    assert not office.examined(bundle, root=other).reports


@pytest.mark.parametrize("leaked", ["maker", "issuer"])
def test_keys_that_have_leaked_since_prove_nothing(office: Office, leaked: str) -> None:
    bundle = office.packed(office.answer("dc+sd-jwt"))
    at = {"maker": 2, "issuer": 0}[leaked]
    entries = [*office.scheme.participants]

    def newest(**change: object) -> TrustList:
        now = [*entries[:at], replace(entries[at], withdrawn_at=NOW + timedelta(days=9), **change), *entries[at + 1 :]]
        signed = issue(now, office.scheme.root, issuer="https://s.example", sequence=9, now=LATER)
        return TrustList.verify(signed, office.scheme.root.public_jwk, LATER)

    report = office.examined(bundle, newest=newest(compromised=True))
    assert not report.proven
    assert report.code == ("maker_withdrawn" if leaked == "maker" else "ok")
    # Who left later, with its keys, said what it said.
    assert office.examined(bundle, newest=newest()).proven


def test_the_command_line_proves_it_with_the_root_key_alone(office: Office, tmp_path: Path) -> None:
    app = typer.Typer()
    verify.register(app)
    (tmp_path / "root.jwk").write_text(json.dumps(office.scheme.root.public_jwk.to_dict()))
    file = tmp_path / "bewijzen.zip"
    file.write_bytes(office.packed(office.answer("dc+sd-jwt", "ldp_vc")))

    def run(*more: str) -> Result:
        return CliRunner().invoke(app, [str(file), *more])

    root = ("--trust-root", str(tmp_path / "root.jwk"))
    result = run(*root)
    assert result.exit_code == 0, result.output
    assert "2 van 2 bewezen" in result.output
    assert "stand van 23 november 2026" in result.output
    assert "Of er nog andere schulden waren" in result.output
    told = json.loads(run(*root, "--json").stdout)
    assert told["bewezen"] is True
    assert told["antwoorden"][0]["toen"] == ["bewezen"] * 2
    assert [each["bewezen"] for each in told["antwoorden"][0]["bewijzen"]] == [True] * 2
    assert told["nietTeWeten"]
    assert run().exit_code == 1
    assert run(*root, "--at", "2026-11-24").exit_code == 2
    changed = bytearray(file.read_bytes())
    changed[400] ^= 1
    file.write_bytes(changed)
    refused = run(*root)
    assert refused.exit_code == 1
    assert "Er is iets veranderd" in refused.output


def hostile() -> dict[str, bytes]:
    def zipped(*entries: tuple[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", how) as made:
            for name, content in entries:
                made.writestr(name, content)
        return target.getvalue()

    good = pack({"leesmij.txt": b"x"})
    return {
        "a bomb": zipped(("manifest.json", bytes(50 << 20)), how=zipfile.ZIP_DEFLATED),
        "a path": zipped(("../manifest.json", b"{}")),
        "an absolute path": zipped(("/manifest.json", b"{}")),
        "a folder": zipped(("bewijzen/", b"")),
        "a file as another program packs it": zipped(("manifest.json", b"{}")),
        "something before": b"x" + good,
        "something behind": good + b"x",
        "cut off": good[:-1],
        "only a beginning": good[:20],
        "two of one name": good[: good.index(b"PK\x01\x02")] * 2 + good[good.index(b"PK\x01\x02") :],
        "a size that is not there": good[:18] + b"\xff\xff\xff\x7f" + good[22:],
        "no bundle": good,
        "no manifest": pack({"manifest.json": b"{}", "zegel.jwt": b""}),
        "deep": pack({"manifest.json": b"[" * 100_000, "zegel.jwt": b""}),
        "nothing": b"",
    }


def test_a_hostile_file_is_refused_and_says_why(office: Office) -> None:
    for name, content in hostile().items():
        report = office.examined(content)
        assert not report.holds, name
        assert not report.reports, name
        assert report.explanation, name


def test_names_of_another_kind_are_not_packed() -> None:
    for name in ("../x.txt", "/x.txt", "a/b/c.txt", "X.txt", "x", "bewijzen/.txt", "é.txt", "x" * 50 + ".txt"):
        with pytest.raises(Exception, match="name"):
            pack({name: b""})
    assert [*islice(unpack(pack({"b.txt": b"1", "a/c.json": b""})), 2)] == ["b.txt", "a/c.json"]
