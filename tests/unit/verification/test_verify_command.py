"""`blauweknop verify` and `blauweknop trust`: offline, exit code 0 only when everything is proven."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from credentials.debts.agency import Agency
from credentials.debts.fcid import document_of, sign_response
from credentials.encoding import JsonObject, b64url_decode, b64url_encode
from credentials.trust.trust_list import issue
from credentials.verification import Bundle, BundledProof
from service.commands import trust, verify
from tests.debt_builders import SAMIRA, a_document, imposed
from tests.unit.verification.scheme import AUDIENCE, CASE, CHANNEL, NONCE, NOW, OVERVIEW, Scheme, claims_of

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


def test_an_mdoc_is_proven_by_itself_and_as_the_answer_that_its_holder_signed(desk: Desk) -> None:
    assert desk.verify(desk.scheme.a_credential("mso_mdoc")).exit_code == 0
    shown = desk.scheme.shown("mso_mdoc")
    question = ("--nonce", NONCE, "--audience", AUDIENCE)
    assert CHANNEL.response_uri is not None
    assert desk.verify(shown, *question, "--response-uri", CHANNEL.response_uri).exit_code == 0
    in_the_clear = desk.verify(shown, *question, "--response-uri", CHANNEL.response_uri, "--encryption-key", "")
    assert in_the_clear.exit_code == 0
    elsewhere = desk.verify(shown, *question, "--response-uri", "https://elsewhere.example", "--json")
    assert (elsewhere.exit_code, code_of_holder(elsewhere)) == (1, "wrong_session")
    key = desk.scheme.holder.public_jwk.thumbprint
    encrypted = desk.verify(shown, *question, "--response-uri", CHANNEL.response_uri, "--encryption-key", key, "--json")
    assert (encrypted.exit_code, code_of_holder(encrypted)) == (1, "wrong_session")
    for known in ((), question, ("--response-uri", CHANNEL.response_uri)):
        unknown = desk.verify(shown, *known, "--json")
        assert (unknown.exit_code, code_of_holder(unknown)) == (1, "unknown_session"), known


def test_an_mdoc_that_was_changed_is_not_proven(desk: Desk) -> None:
    credential = str(desk.scheme.a_credential("mso_mdoc"))
    for changed in (credential[:-6] + "AAAA" + credential[-2:], credential[:-4]):
        assert desk.verify(changed).exit_code != 0


def code_of_holder(result: Result) -> object:
    (proof,) = json.loads(result.stdout)["bewijzen"]
    return next(each["code"] for each in proof["controles"] if each["naam"] == "houder")


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


def a_response(desk: Desk) -> str:
    scheme = desk.scheme
    scheme.participants = [replace(each, types=frozenset({OVERVIEW, CASE})) for each in scheme.participants]
    desk.publish()
    source = Agency(scheme.cjib.oin, "CJIB", "cjib")
    cases = a_document(imposed("f1", 10_000, primary=True)).cases_at(source)
    document = document_of(source, SAMIRA, cases, created_at=NOW)
    return sign_response(document, scheme.cjib.signer, (scheme.cjib.leaf,))


def test_a_signed_document_of_the_fcid_is_proven(desk: Desk) -> None:
    response = a_response(desk)
    result = desk.verify(response, "--claims")
    assert result.exit_code == 0, result.output
    assert "1 van 1 bewezen" in result.output
    shown = json.loads(desk.verify(response, "--json").stdout)
    assert shown["bewijzen"][0]["formaat"] == "fcid+jws"
    assert shown["bewijzen"][0]["gegevens"]["saldo_totaal"] == 10_000
    for said in (result.output, json.dumps(shown)):
        assert SAMIRA.reveal() not in said
    assert desk.verify(response, "--json", "--cross-check").exit_code == 0


def test_a_signed_document_of_the_fcid_that_was_changed_or_is_a_stranger_s_is_not_proven(desk: Desk) -> None:
    header, payload, signature = a_response(desk).split(".")
    changed = b64url_encode(b64url_decode(payload).replace(b"10000", b"10001"))
    assert desk.verify(f"{header}.{changed}.{signature}").exit_code == 1
    desk.scheme.participants = desk.scheme.participants[1:]
    desk.publish()
    assert desk.verify(f"{header}.{payload}.{signature}").exit_code == 1


def test_a_signed_document_of_the_fcid_answers_no_question(desk: Desk) -> None:
    for option in ("--nonce", "--audience", "--response-uri", "--encryption-key"):
        assert desk.verify(a_response(desk), option, NONCE).exit_code == 2


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
        ("verify", file, "--stamp-root", desk.root),
        ("verify", file, "--encryption-key", "not/base64url"),
        ("verify", file, "--encryption-key", "AAAA"),
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


def test_what_the_organisation_says_of_its_own_data_is_told_with_the_proof(desk: Desk) -> None:
    claims = claims_of(desk.scheme.cjib)
    notice: JsonObject = {"van": "2026-11-16", "soorten": "alle", "omschrijving": "Een levering ontbreekt"}
    claims |= {"schema_versie": "1.1", "meldingen": {"m01": notice}}
    always = frozenset({"bronorganisatie", "peildatum", "schema_versie", "meldingen"})
    result = desk.verify(desk.scheme.a_credential("dc+sd-jwt", claims=claims, always_disclosed=always))
    assert result.exit_code == 0, result.output
    told = (
        "Let op, de organisatie meldt: Gegevens vanaf 16 november 2026 kloppen niet helemaal. Een levering ontbreekt. "
    )
    assert f"{told}Wanneer het weer klopt, is niet bekend." in result.output
    broken = claims | {"meldingen": {"m01": {"omschrijving": "Alles in orde"}}}
    result = desk.verify(desk.scheme.a_credential("dc+sd-jwt", claims=broken, always_disclosed=always))
    assert "niet van de soort die ze moeten zijn" in result.output
    assert "Alles in orde" not in result.output
