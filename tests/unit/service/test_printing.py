"""Documents are made by a process of its own that fetches nothing and is killed when it costs too much."""

import socket
import threading
from pathlib import Path

import pytest

from credentials.errors import Unavailable
from credentials.killable import Program, RefusedJob, TooCostly
from service.printing import Printer, PrintingFailed, missing
from tests.conftest import do_without
from tests.sealed_kit import described

pytestmark = pytest.mark.long

PRINTING = '<html lang="nl"><head><title>T</title></head><body><h1>T</h1>{}</body></html>'
PREFACE = "import sys; sys.path.insert(0, {!r}); from credentials.killable import do_one_job\n"


@pytest.fixture
def printer() -> Printer:
    lacking = missing()
    if lacking is not None:
        do_without(f"no {lacking} here")
    return Printer()


def a_program(folder: Path, work: str, *, memory: int = 1 << 28) -> Path:
    program = folder / "program.py"
    root = str(Path(__file__).parents[3])
    body = f"def work(job):\n    {work}\n\ndo_one_job(work, memory={memory}, cpu_seconds=5)\n"
    program.write_text(PREFACE.format(root) + body)
    return program


@pytest.mark.parametrize(
    "part",
    [
        '<img src="http://localhost:{port}/x.png" alt="x">',
        '<link rel="stylesheet" href="http://localhost:{port}/x.css">',
        '<style>@import "http://localhost:{port}/x.css";</style>',
        "<p style='background: url(http://localhost:{port}/y)'>x</p>",
        '<img src="file:///etc/hostname" alt="x">',
        '<img src="font:../blauweknop.css" alt="x">',
        '<object data="http://localhost:{port}/x.svg"></object>',
    ],
)
def test_a_page_that_asks_for_anything_is_not_made(printer: Printer, part: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.01)
        html = PRINTING.format(part.format(port=listener.getsockname()[1]))
        with pytest.raises(PrintingFailed):
            printer(html, described(), [])
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_page_of_ours_is_made(printer: Printer) -> None:
    assert printer(PRINTING.format("<p>€ 214,50 Łódź</p>"), described(), []).startswith(b"%PDF-1.7")


def test_what_takes_too_long_is_killed(tmp_path: Path) -> None:
    program = Program(a_program(tmp_path, "import time; time.sleep(60)"), seconds=0.5)
    with pytest.raises(TooCostly):
        program.run(b"")


def test_what_needs_too_much_memory_ends(tmp_path: Path) -> None:
    program = Program(a_program(tmp_path, "return bytes(1 << 30)"), seconds=30)
    with pytest.raises(TooCostly):
        program.run(b"")


def test_what_breaks_is_refused_without_its_words(tmp_path: Path) -> None:
    program = Program(a_program(tmp_path, "raise KeyError(job.decode())"), seconds=30)
    with pytest.raises(RefusedJob) as refused:
        program.run(b"123456782")
    assert "123456782" not in str(refused.value)


def test_a_program_gets_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLAUWEKNOP_SECRET", "x")
    work = "import os; return repr('BLAUWEKNOP_SECRET' in os.environ).encode()"
    assert Program(a_program(tmp_path, work), seconds=30).run(b"") == b"False"


def test_no_more_run_at_once_than_are_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credentials.killable._QUEUE_SECONDS", 0.01)
    begun = tmp_path / "begun"
    work = f"import time; open({str(begun)!r}, 'w').close(); time.sleep(3); return b''"
    program = Program(a_program(tmp_path, work), seconds=30, at_once=1)
    first = threading.Thread(target=program.run, args=(b"",))
    first.start()
    while not begun.exists():
        pass
    with pytest.raises(Unavailable):
        program.run(b"")
    first.join()
