"""The documentation tells the truth: links lead somewhere, commands exist, tables are what the code says."""

import re
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from credentials.debts.claim_table import LEAVES
from service.commands import build
from tests.docs_tables import DOCS, PYTHON_NAMES, TABLES, renewed, tables_in

ROOT = DOCS.parent
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# A command with what follows it on its line; a line that ends with a backslash goes on.
_COMMAND = re.compile(r"blauweknop ((?:[a-z-]+ ?)+[^`\n]*)")
_TEST = re.compile(r"`(tests/[a-z_/0-9]+\.py)`")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text("utf-8")):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{target} is not there"
        assert file.is_relative_to(ROOT), f"{target} is outside the repository"
        if anchor:
            assert anchor in anchors(file), f"{target}: there is no such heading"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_table_is_what_the_code_says(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text == renewed(text), "write it anew: python -m tests.docs_tables"


def test_every_table_stands_somewhere() -> None:
    found = [name for page in PAGES for name in tables_in(page.read_text("utf-8"))]
    assert sorted(found) == sorted(TABLES)


def test_every_command_exists_with_its_options() -> None:
    root = get_command(build())
    seen = 0
    for page in PAGES:
        for text in _COMMAND.findall(page.read_text("utf-8").replace("\\\n", " ")):
            command, words = root, text.split()
            while isinstance(command, typer.core.TyperGroup) and words and words[0] in command.commands:
                command = command.commands[words.pop(0)]
            assert command is not root or words[:1] == ["--help"], f"{named(page)}: blauweknop {text}"
            assert not isinstance(command, typer.core.TyperGroup) or command is root or not words, text
            options = {name for parameter in command.params for name in parameter.opts} | {"--help", "--version"}
            for word in words:
                assert not word.startswith("--") or word.split("=")[0] in options, f"{named(page)}: {text}"
            seen += 1
    assert seen > 20


def test_every_test_that_is_named_exists() -> None:
    for page in PAGES:
        for name in _TEST.findall(page.read_text("utf-8")):
            assert (ROOT / name).is_file(), f"{named(page)}: {name}"


def test_every_page_is_in_the_index() -> None:
    linked = {
        (start.parent / target.partition("#")[0]).resolve()
        for start in (DOCS / "index.md", DOCS / "operations" / "index.md", DOCS / "adr" / "README.md")
        for target in _LINK.findall(start.read_text("utf-8"))
    }
    missing = [named(page) for page in DOCS.rglob("*.md") if page != DOCS / "index.md" and page not in linked]
    assert not missing


def test_the_glossary_knows_every_name_and_the_code_has_it() -> None:
    names = {member for leaves in LEAVES.values() for leaf in leaves for member in leaf.path if member != "*"}
    assert names == PYTHON_NAMES.keys()
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "credentials" / "debts").rglob("*.py"))
    for name in PYTHON_NAMES.values():
        assert re.search(rf"\b{name}\b", code), name


def test_no_page_knows_this_machine() -> None:
    for page in PAGES:
        text = page.read_text("utf-8")
        assert not re.search(r"/work/|/root/|/tmp/|/home/[a-z]", text), named(page)


def anchors(page: Path) -> set[str]:
    found = set()
    for line in page.read_text("utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("#").strip().lower()
            found.add(re.sub(r"[^\w\- ]", "", heading).replace(" ", "-"))
    return found
