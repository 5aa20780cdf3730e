"""The five packages as the architecture tests see them: their files, their modules, their errors."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

from credentials.errors import BlauweKnopError

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("credentials", "service", "issuer", "verifier", "wallet_api")

# Not to be imported: programs, one of which needs Pango, and what only Alembic can run.
_RUN_ONLY: Final = (".__main__", ".print_process", "service.migrations.env")


@cache
def modules() -> tuple[ModuleType, ...]:
    """Import every module of the five packages."""
    found: list[ModuleType] = []
    for package in map(importlib.import_module, PACKAGES):
        found.append(package)
        names = (info.name for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."))
        found.extend(
            importlib.import_module(name) for name in names if not name.endswith(_RUN_ONLY) and ".versions" not in name
        )
    return tuple(found)


@cache
def errors() -> tuple[type[BlauweKnopError], ...]:
    """Return every class of error in the five packages, in the order of their code."""
    modules()
    found: set[type[BlauweKnopError]] = {BlauweKnopError}
    waiting = [BlauweKnopError]
    while waiting:
        for child in waiting.pop().__subclasses__():
            if child not in found:
                found.add(child)
                waiting.append(child)
    ours = (each for each in found if each.__module__.split(".")[0] in PACKAGES)
    return tuple(sorted(ours, key=lambda each: (each.code, each.__module__, each.__name__)))


def files(*roots: str) -> Iterator[Path]:
    """Return every Python file under these folders, relative to the repository."""
    for root in roots:
        for path in sorted((ROOT / root).rglob("*.py")):
            yield path.relative_to(ROOT)


@cache
def names_in(path: Path) -> set[tuple[str, int]]:
    """Return the dotted names that a file uses, each with its line."""
    return names_used((ROOT / path).read_text(encoding="utf-8"))


def names_used(text: str) -> set[tuple[str, int]]:
    """Return the dotted names that a module uses, by where they were imported from, each with its line.

    `from datetime import datetime as d; d.now()` uses `datetime.datetime.now`; `import time` uses `time`.
    """
    tree = ast.parse(text)
    origins: dict[str, str] = {}
    used: set[tuple[str, int]] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    origins[alias.asname or alias.name.split(".")[0]] = (
                        alias.name if alias.asname else alias.name.split(".")[0]
                    )
                    used.add((alias.name, node.lineno))
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for alias in names:
                    origins[alias.asname or alias.name] = f"{module}.{alias.name}"
                    used.add((f"{module}.{alias.name}", node.lineno))
            case _:
                pass
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            first, _, rest = ast.unparse(node).partition(".")
            if first in origins:
                used.add((f"{origins[first]}.{rest}" if rest else origins[first], node.lineno))
            elif isinstance(node, ast.Name):
                used.add((f"builtins.{node.id}", node.lineno))
    return used
