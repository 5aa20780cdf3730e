"""One word for one thing on the screens of all three parties: the glossary's, and none of those beside it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"
PARTIES = ("wallet_api", "issuer", "verifier")
HEADING = "## One word for one thing"
# What a browser and the program read, and no person.
_MARKUP = re.compile(r"<[^>]*>|\{#.*?#\}", re.DOTALL)
_CODE = re.compile(r"\{[{%].*?[}%]\}", re.DOTALL)
_LITERAL = re.compile(r'"([^"]*)"')


def chosen() -> dict[str, tuple[str, ...]]:
    """The word for each thing, with those that are not used for it."""
    section = GLOSSARY.read_text("utf-8").partition(HEADING)[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")][2:]
    return {row[0]: tuple(each.strip() for each in row[1].split(",")) for row in rows}


def texts_of(template: str) -> Iterator[str]:
    """What of a template people read: what stands outside markup, and sentences inside expressions."""
    for code in _CODE.findall(template):
        yield from (text for text in _LITERAL.findall(code) if _is_read(text))
    yield from _MARKUP.sub("\n", _CODE.sub("\n", template)).splitlines()


def literals_of(source: str) -> Iterator[str]:
    """The sentences in a module, without its docstrings."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            # One word alone is a name or a key.
            yield node.value if " " in node.value.strip() else ""


def _is_read(text: str) -> bool:
    # Names, paths and keys have no spaces; a heading of one word begins with a capital.
    return " " in text.strip() or text[:1].isupper()


def faults(texts: Iterator[str], words: dict[str, tuple[str, ...]]) -> list[str]:
    """Each text that has another word for a thing, with the word that is meant."""
    return [
        f"{other!r} for {word!r}: {text.strip()[:80]}"
        for text in texts
        for word, others in words.items()
        for other in others
        if re.search(rf"(?<!digitale )\b{re.escape(other)}", text, re.IGNORECASE)
    ]


def files() -> list[Path]:
    """The templates and modules of the screens of all parties."""
    found = []
    for party in PARTIES:
        found += sorted((ROOT / party / "web").rglob("*.html"))
        found += sorted((ROOT / party / "web").rglob("*.py"))
        found += sorted((ROOT / party / "app").rglob("screens.py"))
    return found


@pytest.mark.parametrize("party", PARTIES)
def test_one_word_is_used_for_one_thing(party: str) -> None:
    wrong = []
    for file in files():
        if file.relative_to(ROOT).parts[0] != party:
            continue
        source = file.read_text("utf-8")
        texts = texts_of(source) if file.suffix == ".html" else literals_of(source)
        wrong += [f"{file.relative_to(ROOT)}: {fault}" for fault in faults(texts, chosen())]
    assert wrong == []


def test_the_glossary_has_the_words_and_the_check_sees_them() -> None:
    words = chosen()
    assert "portemonnee" in words["wallet"]
    assert "credential" in words["kaartje"]
    assert len(files()) > 100
    template = '<p class="portemonnee">{# portemonnee #}Uw <b>Portemonnee</b></p>{{ bk.title("Mijn portemonnee", x) }}'
    assert len(faults(texts_of(template), words)) == 2
    assert faults(texts_of("<p>Een wallet is een digitale portemonnee.</p>"), words) == []
    module = '"""Een portemonnee."""\nTITLE = "Uw portemonneenummer hier"\nPATH = "/portemonnee"\n'
    assert len(faults(literals_of(module), words)) == 1
