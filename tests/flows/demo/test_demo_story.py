"""The command itself: its figures, its report, its refusals and its end."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

import demo.__main__ as command_line
from credentials.trust import SchemeDocument
from credentials.trust.x509 import load_pem
from demo.processes import DemoError, Processes, check_ports
from demo.scenery import ENVIRONMENT, SCHEME_OIN
from demo.stage import AGENCY_KEYS, ports_from
from demo.story import EXPECTED, Story
from tests.flows.demo.people import eventually
from tests.flows.demo.running import CHECKOUT, Demo, command, free_range, processes_of

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("demo"), pytest.mark.timeout(240)]

AFTER = {"old": "verouderd", "saldo": 294_880}


def test_every_figure_of_the_story_holds(demo: Demo) -> None:
    story = demo.report["story"]
    assert story["overview"] == {
        "saldo": 299_880,
        "verplicht": 461_366,
        "vereffend": 161_486,
        "openCases": 6,
        "issuers": 13,
    }
    assert story["presentation"] == {"verified": True, "complete": True, "saldo": 299_880}
    assert story["afterPayment"] == AFTER
    assert 0 < story["seconds"] < 110


def test_the_report_leads_to_every_door(demo: Demo) -> None:
    report = demo.report
    assert list(report["issuers"]) == list(AGENCY_KEYS)
    assert set(report["personas"]) >= {"P1", "P2", "P3", "P4"}
    assert report["personas"]["P1"] == {
        "name": "Samira",
        "bsn": "999990007",
        "klantnummers": {"zonneweide": "ZW-402311"},
    }
    for each in report["issuers"].values():
        assert each["configurations"] == {
            "overzicht_sdjwt": "dc+sd-jwt",
            "zaak_sdjwt": "dc+sd-jwt",
            "overzicht_ldp": "ldp_vc",
            "zaak_ldp": "ldp_vc",
        }
    for party in ("scheme", "digid", "wallet", "verifier"):
        assert httpx2.get(f"{report[party]['url']}/health/ready").status_code == 200
    trust_list = httpx2.get(report["scheme"]["trustList"])
    assert trust_list.headers["content-type"] == "application/trust-list+jwt"


def test_an_app_of_bk_connect_finds_every_agency_in_the_scheme_document(demo: Demo) -> None:
    served = httpx2.get(demo.report["scheme"]["schemeDocument"])
    assert served.headers["content-type"] == "application/jose"
    (root,) = load_pem((demo.state / "stelsel-root.pem").read_bytes())
    document = SchemeDocument.verify(
        served.text,
        (root.public_bytes(Encoding.DER),),
        issuer=SCHEME_OIN,
        environment=ENVIRONMENT,
        now=datetime.now(UTC),
    )
    assert len(document.organisations) == len(AGENCY_KEYS)
    urls = {each["url"] for each in demo.report["issuers"].values()}
    for organisation in document.organisations:
        found = httpx2.get(organisation.address).json()
        assert found["credential_issuer"] in urls
        assert found["display"][0]["name"] == organisation.name


@pytest.mark.parametrize("resource", ["aanbiedingen", "intrekkingen", "bronverversingen"])
def test_the_apis_open_to_their_own_token_only(demo: Demo, resource: str) -> None:
    for token in ("", "Bearer", f"Bearer {demo.agency('duo')['apiToken']}"):
        answer = httpx2.post(f"{demo.agency('cjib')['url']}/api/v1/{resource}", headers={"authorization": token})
        assert answer.status_code == 401
        assert "www-authenticate" in answer.headers


def test_a_second_demonstration_says_which_ports_are_taken_and_touches_nothing(demo: Demo, tmp_path: Path) -> None:
    second = command(tmp_path / "second", demo.first_port)
    said, _ = second.communicate(timeout=30)
    assert second.returncode == 1
    assert str(demo.first_port) in said
    assert "already in use" in said
    assert "PORT=" in said
    assert not (tmp_path / "second").exists()
    assert httpx2.get(f"{demo.verifier['url']}/health/ready").status_code == 200


@pytest.mark.parametrize("port", ["", "0", "80", "65001", "acht", "-1", "９１００"])
def test_a_port_that_is_none_is_refused_in_words(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", port)
    if not port:
        assert command_line._port() == 8100
        return
    with pytest.raises(DemoError, match="PORT is a number"):
        command_line._port()


@pytest.mark.parametrize("number", ["", "0", "17", "twee", "-1", "２"])
def test_a_number_of_workers_that_is_none_is_refused_in_words(number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKERS", number)
    if not number:
        assert command_line._workers() == 1
        return
    with pytest.raises(DemoError, match="WORKERS is a number"):
        command_line._workers()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "No such file"),
        (b"{nee", "cannot be read as JSON"),
        (b"\xff\xfe", "cannot be read as JSON"),
        (b"[" * 100_000, "cannot be read as JSON"),
        (b"{}", "identifier"),
        (b'{"identifier": "https://x.example", "naam": "x", "certificate": "nee", "types": []}', "certificate"),
        (b'{"identifier": "https://x.example", "naam": "x", "types": "urn:x"}', "types"),
        (b'{"identifier": "http://localhost:8207", "naam": "x", "types": ["urn:x"]}', "share an identifier"),
    ],
)
def test_a_participant_that_cannot_be_taken_in_is_said_in_words(
    content: bytes | None, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "me.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DemoError, match="PARTICIPANT") as refused:
        command_line.set_stage(tmp_path / "state", 8100 if b"8207" in (content or b"") else 21_000, file)
    assert words in str(refused.value)


def test_a_state_folder_that_holds_something_else_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    monkeypatch.setenv("STATE", str(tmp_path))
    monkeypatch.setenv("PORT", str(free_range()))
    assert command_line.main() == 1
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_who_asks_for_help_gets_it_and_no_demonstration(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, code in ((["--help"], 0), (["--port", "9100"], 2)):
        with pytest.raises(SystemExit) as ended:
            command_line.main(arguments)
        assert ended.value.code == code
    told = capsys.readouterr()
    assert "PORT=9100" in told.out
    assert "usage: make demo" in told.err


def test_every_figure_that_does_not_hold_is_named() -> None:
    good = Story(dict(EXPECTED), {"verified": True, "complete": True, "saldo": EXPECTED["saldo"]}, dict(AFTER))
    assert good.faults() == []
    wrong = Story({**EXPECTED, "saldo": 1}, {**good.presentation, "complete": False}, {**AFTER, "old": "bewezen"})
    assert [fault.split(" ")[0] for fault in wrong.faults()] == [
        "overview.saldo",
        "presentation.complete",
        "afterPayment.old",
    ]
    assert len(Story().faults()) == len(EXPECTED) + 5


@pytest.mark.long
@pytest.mark.parametrize("in_background", [False, True])
def test_an_interrupted_demonstration_leaves_no_process_and_is_no_success(tmp_path: Path, in_background: bool) -> None:
    running = command(tmp_path / "state", free_range(), in_background=in_background, ONCE="1")
    deadline = time.monotonic() + 60
    # As soon as services are being started, so that there is something to leave behind.
    while len(list((tmp_path / "state" / "logs").glob("*.log"))) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    # To the whole group, as a terminal and `kill -INT -…` send it.
    os.killpg(running.pid, signal.SIGINT)
    os.killpg(running.pid, signal.SIGINT)  # impatient
    running.communicate(timeout=20)
    assert running.returncode == 128 + signal.SIGINT
    # Python's own helper of a process pool ends when it finds its master gone.
    eventually(lambda: not processes_of(tmp_path / "state"), 3)


@pytest.mark.long
def test_a_terminal_that_is_closed_leaves_no_process(tmp_path: Path) -> None:
    running = command(tmp_path / "state", free_range())
    deadline = time.monotonic() + 60
    while len(list((tmp_path / "state" / "logs").glob("*.log"))) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGHUP)  # as a terminal does: to everything that runs in it
    said, _ = running.communicate(timeout=20)
    assert running.returncode == 128 + signal.SIGHUP
    assert "Traceback" not in said
    eventually(lambda: not processes_of(tmp_path / "state"), 3)


@pytest.mark.long
def test_each_service_is_a_process_with_a_log_of_its_own_and_the_code_was_loaded_before_it(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        for name in ("one", "two"):
            processes.start(name, ["tests.flows.demo.telling", name])
        said = {}
        for name in ("one", "two"):
            eventually(lambda name=name: (tmp_path / f"{name}.log").read_text().endswith("\n"), 60)
            said[name] = json.loads((tmp_path / f"{name}.log").read_text())
    one, two = said["one"], said["two"]
    assert (one["arguments"], two["arguments"]) == (["one"], ["two"])
    assert one["process"] == one["group"] != two["process"] == two["group"]
    assert one["loader"] == two["loader"]
    assert one["loaded"]
    # It listens to what asks it to end, and writes where it was told.
    assert one["blocked"] == []
    assert one["errors"] == one["output"] == str(tmp_path / "one.log")


@pytest.mark.long
def test_what_processes_are_copies_of_holds_code_only() -> None:
    program = """
import os, threading
import demo.loaded
from service.database import _DATABASES
print(threading.active_count(), len(_DATABASES), len(os.listdir("/proc/self/fd")))
"""
    told = subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    # The fourth is the folder that is being listed.
    assert told.stdout.split() == ["1", "0", "4"]


@pytest.mark.parametrize(
    ("ignored", "left"), [("INT", ""), ("TERM", ""), ("HUP", "SIGHUP"), ("INT HUP TERM", "SIGHUP")]
)
def test_a_program_started_deaf_listens_to_all_but_what_nohup_spares_it(ignored: str, left: str) -> None:
    program = (
        "import signal; from demo.processes import end_on_signals; end_on_signals();"
        "print(*(s.name for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)"
        " if signal.getsignal(s) is signal.SIG_IGN))"
    )
    shell = ["sh", "-c", f'trap "" {ignored}; exec "$@"', "sh", sys.executable, "-c", program]
    said = subprocess.run(shell, cwd=CHECKOUT, capture_output=True, text=True, check=True, preexec_fn=_hearing)
    assert said.stdout.strip() == left


def _hearing() -> None:
    """Take away what these tests themselves were started deaf to, as by nohup."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_DFL)


@pytest.mark.long
def test_processes_that_do_not_listen_are_ended_by_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.processes.STOP_SECONDS", 0.3)
    with Processes(tmp_path) as processes:
        processes.start("deaf", ["tests.flows.demo.deaf"])
        while b"deaf" not in (tmp_path / "deaf.log").read_bytes():
            time.sleep(0.02)
        assert processes.memory() > 0
    assert processes._running == {}


def test_a_service_that_stops_by_itself_ends_the_demonstration_with_its_last_words(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        processes.start("scheme", ["demo.scheme", str(tmp_path / "nowhere")])
        with pytest.raises(DemoError, match="scheme stopped by itself") as stopped:
            processes.wait_until_ready("scheme", "http://localhost:1/health/ready")
    assert str(tmp_path / "scheme.log") in str(stopped.value)


def test_ports_that_are_free_are_not_called_taken() -> None:
    check_ports(ports_from(free_range()))
