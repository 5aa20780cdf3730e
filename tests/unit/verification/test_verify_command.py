"""`blauweknop verify` and `blauweknop trust`: offline, exit code 0 only when everything is proven."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from credentials.trust.trust_list import issue
from credentials.verification import Bundle, BundledProof
from service.commands import trust, verify
from tests.unit.verification.scheme import AUDIENCE, NONCE, NOW, Scheme, claims_of

AT = "2026-11-23T12:00:00Z"


class Desk:
    """A directory with a scheme's files, and the command line."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.scheme = Scheme()
        self.app = typer.Typer()
        verify.register(self.app)
        trust.register(self.app)
        self.root = self.write("root.jwk", self.scheme.root.public_jwk.to_dict())
        self.publish()

    def write(self, name: str, content: object) -> Path:
        path = self.directory / name
        path.parent.mkdir(exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def publish(self) -> None:
        signed = issue(self.scheme.participants, self.scheme.root, issuer="https://s.example", sequence=7, now=NOW)
        self.list = self.write("trust.jwt", signed)
        manifest = {}
        for number, (uri, body) in enumerate(self.scheme.web.items()):
            self.write(f"status/{number}", body)
            manifest[uri] = str(number)
        self.write("status/manifest.json", manifest)

    def run(self, *arguments: str | Path, stdin: str | None = None) -> Result:
        return CliRunner().invoke(self.app, [str(each) for each in arguments], input=stdin)

    def verify(self, content: object, *more: str | Path, at: str = AT) -> Result:
        file = self.write("file", content)
        trusted = ("--trust-list", self.list, "--trust-root", self.root, "--status", self.directory / "status")
        return self.run("verify", file, *trusted, "--at", at, *more)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("format_name", ["dc+sd-jwt", "ldp_vc", "vc+jwt", "vc+sd-jwt", "jwt_vc_json"])
def test_a_credential_and_a_presentation_are_proven(desk: Desk, format_name: str) -> None:
    for content in (desk.scheme.a_credential(format_name), desk.scheme.shown(format_name)):
        result = desk.verify(content)
        assert result.exit_code == 0, result.output
        assert "1 van 1 bewezen" in result.output


def test_a_presentation_answers_the_question_given(desk: Desk) -> None:
    shown = desk.scheme.shown("dc+sd-jwt")
    assert desk.verify(shown, "--nonce", NONCE, "--audience", AUDIENCE).exit_code == 0
    assert desk.verify(shown, "--nonce", "another", "--audience", AUDIENCE).exit_code == 1
    assert desk.verify(shown, "--nonce", NONCE, "--audience", "another").exit_code == 1
    # A bare credential answers no question.
    assert desk.verify(desk.scheme.a_credential("dc+sd-jwt"), "--nonce", NONCE).exit_code == 1


def test_json_says_what_was_checked(desk: Desk) -> None:
    result = desk.verify(desk.scheme.a_credential("ldp_vc"), "--json")
    shown = json.loads(result.stdout)
    assert shown["bewezen"] is True
    assert shown["bewijzen"][0]["uitgever"]["naam"] == "CJIB"
    assert shown["bewijzen"][0]["gegevens"]["saldo_totaal"] == 299_880


def test_an_overview_counts_each_proof(desk: Desk) -> None:
    scheme = desk.scheme
    good = [
        BundledProof(name, scheme.a_credential(name, by))
        for name in ("dc+sd-jwt", "ldp_vc")
        for by in (scheme.cjib, scheme.duo)
    ]
    shown = BundledProof("dc+sd-jwt", scheme.shown("dc+sd-jwt"), is_presentation=True, nonce=NONCE, audience=AUDIENCE)
    result = desk.verify(Bundle.of([*good, shown]).to_dict(NOW))
    assert result.exit_code == 0, result.output
    assert "5 van 5 bewezen" in result.output
    bad = [
        *good,
        replace(shown, nonce="another"),
        BundledProof("dc+sd-jwt", scheme.a_credential("dc+sd-jwt", scheme.stranger)),
    ]
    result = desk.verify(Bundle.of(bad).to_dict(NOW), "--claims")
    assert result.exit_code == 1
    assert "4 van 6 bewezen" in result.output


def test_a_superseded_credential_is_not_proven(desk: Desk) -> None:
    desk.scheme.publish(desk.scheme.cjib, refresh={5})
    desk.publish()
    result = desk.verify(desk.scheme.a_credential("dc+sd-jwt"))
    assert result.exit_code == 1
    assert "verouderd" in result.output


def test_a_changed_credential_is_not_proven(desk: Desk) -> None:
    credential = desk.scheme.a_credential("dc+sd-jwt")
    assert isinstance(credential, str)
    place = credential.index(".") + 30
    changed = credential[:place] + ("A" if credential[place] != "A" else "B") + credential[place + 1 :]
    assert desk.verify(changed).exit_code == 1


def test_what_is_missing_could_not_be_checked(desk: Desk) -> None:
    file = desk.write("file", desk.scheme.a_credential("dc+sd-jwt"))
    result = desk.run("verify", file, "--at", AT)
    assert result.exit_code == 1
    assert "--trust-list" in result.stderr
    result = desk.run("verify", file, "--at", AT, "--trust-list", desk.list, "--trust-root", desk.root)
    assert result.exit_code == 1
    assert "--status" in result.stderr
    assert "onbekend" in result.output


def test_status_lists_may_be_given_one_by_one(desk: Desk) -> None:
    for format_name in ("dc+sd-jwt", "ldp_vc"):
        file = desk.write("file", desk.scheme.a_credential(format_name))
        lists = [each for path in (desk.directory / "status").glob("[0-9]*") for each in ("--status", path)]
        result = desk.run("verify", file, "--at", AT, "--trust-list", desk.list, "--trust-root", desk.root, *lists)
        assert result.exit_code == 0, result.output


def test_after_its_time_nothing_cached_counts(desk: Desk) -> None:
    result = desk.verify(desk.scheme.a_credential("dc+sd-jwt"), at="2026-11-25")
    assert result.exit_code == 1
    assert desk.verify(desk.scheme.a_credential("dc+sd-jwt"), at="2026-11-23T23:00:00+01:00").exit_code == 0


def test_standard_input_is_read(desk: Desk) -> None:
    credential = desk.scheme.a_credential("dc+sd-jwt")
    assert isinstance(credential, str)
    trusted = ("--trust-list", desk.list, "--trust-root", desk.root, "--status", desk.directory / "status", "--at", AT)
    assert desk.run("verify", "-", *trusted, stdin=f"{credential}\n").exit_code == 0


@pytest.mark.parametrize(
    "content", ["", "hello", "[]", "{", "{}", b"\xff\xfe", '"x"', {"type": "blauweknop-overzicht"}]
)
def test_what_is_nothing_to_check_cannot_be_used(desk: Desk, content: object) -> None:
    result = desk.verify(content)
    assert result.exit_code == 2
    assert "holds no" in result.stderr


def test_an_empty_overview_proves_nothing(desk: Desk) -> None:
    assert desk.verify(Bundle.of([]).to_dict(NOW)).exit_code == 2


def test_wrong_arguments_cannot_be_used(desk: Desk) -> None:
    file = desk.write("file", desk.scheme.a_credential("dc+sd-jwt"))
    other = desk.write("other.jwk", desk.scheme.holder.public_jwk.to_dict())
    for arguments in (
        ("verify", desk.directory / "absent"),
        ("verify", file, "--at", "yesterday"),
        ("verify", file, "--trust-list", desk.list),
        ("verify", file, "--trust-list", desk.list, "--trust-root", other, "--at", AT),
        ("verify", file, "--trust-list", desk.list, "--trust-root", desk.list, "--at", AT),
        ("verify", file, "--trust-list", file, "--trust-root", desk.root, "--at", AT),
        ("verify", file, "--status", file),
        ("verify", file, "--status", desk.directory),
    ):
        assert desk.run(*arguments).exit_code == 2, arguments


def test_a_manifest_does_not_lead_out_of_its_directory(desk: Desk) -> None:
    for name in ("../root.jwk", "/etc/hostname", 1):
        desk.write("status/manifest.json", {"https://x.example": name})
        assert desk.verify(desk.scheme.a_credential("dc+sd-jwt")).exit_code == 2


# blauweknop trust


def test_a_list_is_signed_checked_and_shown(desk: Desk) -> None:
    entries = [participant.to_dict() for participant in desk.scheme.participants]
    participants = desk.write("participants.json", {"participants": entries})
    key = desk.directory / "root.pem"
    desk.scheme.root.write(key)
    out, root = desk.directory / "new.jwt", desk.directory / "new.jwk"
    result = desk.run(
        "trust", "sign", participants, "--key", key, "--issuer", "https://s.example",
        "--sequence", "8", "--out", out, "--root-out", root,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    result = desk.run("trust", "check", out, "--root", root, "--newer-than", "8")
    assert result.exit_code == 0, result.output
    assert "number 8, 2 participants" in result.output
    assert desk.run("trust", "check", out, "--root", root, "--newer-than", "9").exit_code == 1
    assert desk.run("trust", "check", out, "--root", root, "--at", "2030-01-01").exit_code == 1
    assert "not checked" in desk.run("trust", "show", out).stderr
    assert json.loads(desk.run("trust", "show", out, "--json").stdout)["seq"] == 8


def test_a_list_of_another_root_is_refused(desk: Desk) -> None:
    other = desk.write("other.jwk", desk.scheme.holder.public_jwk.to_dict())
    assert desk.run("trust", "check", desk.list, "--root", other, "--at", AT).exit_code == 2
    assert desk.run("trust", "show", desk.root).exit_code == 2


def test_a_wrong_participant_is_not_signed(desk: Desk) -> None:
    key = desk.directory / "root.pem"
    desk.scheme.root.write(key)
    out = desk.directory / "new.jwt"
    for content in (
        "{}",
        "[1]",
        '[{"identifier":"x"}]',
        '[{"identifier":"x","naam":"X"},{"identifier":"x","naam":"X"}]',
    ):
        file = desk.write("participants.json", content)
        result = desk.run(
            "trust", "sign", file, "--key", key, "--issuer", "https://s.example", "--sequence", "1", "--out", out
        )
        assert result.exit_code == 2, result.output
        assert not out.exists()


def test_a_root_set_is_read_while_one_key_follows_another(desk: Desk) -> None:
    keys = {"keys": [desk.scheme.holder.public_jwk.to_dict(), desk.scheme.root.public_jwk.to_dict()]}
    root = desk.write("roots.jwk", keys)
    assert desk.run("trust", "check", desk.list, "--root", root, "--at", AT).exit_code == 0
    late = desk.write("late.jwt", issue([], desk.scheme.root, issuer="s", sequence=1, now=NOW - timedelta(days=9)))
    assert desk.run("trust", "check", late, "--root", root, "--at", AT).exit_code == 1


def test_a_credential_cannot_steer_the_terminal(desk: Desk) -> None:
    claims = {**claims_of(desk.scheme.cjib), "dekking": "\x1b[2Jniets \u202e [bold]x[/bold]"}
    result = desk.verify(desk.scheme.a_credential("dc+sd-jwt", claims=claims), "--claims")
    assert result.exit_code == 0, result.output
    assert "\x1b[2J" not in result.output
    assert "\u202e" not in result.output
    assert "[bold]x[/bold]" in result.output
