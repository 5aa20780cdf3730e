"""What the specifications require of each party, and which tests show it.

The requirements stand in `requirements.toml`; a test names the ones that it shows by
`@pytest.mark.requirement("id", …)`, and a file that is about one by `pytestmark`. The marks are read from the source,
so that a page can be made of them without collecting anything.
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parent
_MARK: Final = "requirement"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that a specification requires. `where` are paths from the root; `lacks` says what is not there yet."""

    id: str
    specification: str
    party: str
    section: str
    says: str
    where: tuple[str, ...]
    lacks: str = ""


def requirements() -> tuple[Requirement, ...]:
    """Return all requirements, in the order of the file."""
    groups = tomllib.loads((TESTS / "requirements.toml").read_text("utf-8"))["group"]
    return tuple(
        Requirement(
            id=each["id"],
            specification=group["specification"],
            party=group["party"],
            section=each["section"],
            says=each["says"],
            where=tuple(each["where"]),
            lacks=each.get("lacks", ""),
        )
        for group in groups
        for each in group["requirement"]
    )


@cache
def shown() -> Mapping[str, Sequence[str]]:
    """Return, for each id that a mark names, the tests with that mark: `path::name`, the path from the root."""
    found: dict[str, list[str]] = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        source = file.read_text("utf-8")
        # Most files have none, and reading a file as a tree takes a hundred times longer.
        if _MARK in source:
            path = file.relative_to(TESTS.parent).as_posix()
            for id_, name in _marks(ast.parse(source)):
                found.setdefault(id_, []).append(f"{path}::{name}" if name else path)
    return found


def _marks(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for decorator in node.decorator_list:
                yield from ((id_, node.name) for id_ in _ids(decorator))
        elif isinstance(node, ast.Assign) and any(
            isinstance(to, ast.Name) and to.id == "pytestmark" for to in node.targets
        ):
            marks = node.value.elts if isinstance(node.value, ast.List) else [node.value]
            yield from ((id_, "") for mark in marks for id_ in _ids(mark))


def _ids(mark: ast.expr) -> list[str]:
    if not (isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr == _MARK):
        return []
    return [ast.literal_eval(argument) for argument in mark.args]
