"""Write `docs/errors.md` from the exception tree: `python -m tests.architecture.errors_page`."""

import inspect
import sys
from typing import Final

from credentials.errors import BlauweKnopError
from tests.architecture.source import ROOT, errors

PAGE: Final = ROOT / "docs" / "errors.md"
COMMAND: Final = "python -m tests.architecture.errors_page"

_HEAD: Final = f"""# Errors

Everything that this software refuses or cannot do has a code. Codes are stable: logs, metrics, problem documents and
`blauweknop verify` use them, and an error never repeats the value that was wrong. Codes of the first two tables can
come from any party, the others from that party only. "Kind of" is the more general error that it is one of.

Where "Personal data" says yes, the error's text may hold a citizen's data: it is logged by its code only, and its text
is sent to nobody but the citizen.

<!-- written by `{COMMAND}` from the docstrings; change those -->
"""
_HEADINGS: Final = {
    "credentials": "Common language (`credentials`)",
    "service": "Frame of every party (`service`)",
    "issuer": "Agency (`issuer`)",
    "verifier": "Counsellor (`verifier`)",
    "wallet_api": "Citizen's wallet (`wallet_api`)",
}


def meaning(error: type[BlauweKnopError]) -> str:
    """Return the first paragraph of an error's docstring, as one line."""
    return " ".join((inspect.cleandoc(error.__doc__ or "")).split("\n\n")[0].split())


def page() -> str:
    """Return the page as it should be."""
    parts = [_HEAD]
    for package, heading in _HEADINGS.items():
        rows = [each for each in errors() if each.__module__.split(".")[0] == package]
        parts.append(f"\n## {heading}\n\n| Code | Meaning | Kind of | Personal data |\n|---|---|---|---|\n")
        parts.extend(_row(each) for each in rows)
    return "".join(parts)


def _row(error: type[BlauweKnopError]) -> str:
    kinds = ", ".join(
        f"`{base.code}`"
        for base in error.__bases__
        if issubclass(base, BlauweKnopError) and base is not BlauweKnopError
    )
    personal = "yes" if error.personal_data else "no"
    return f"| `{error.code}` | {meaning(error).replace('|', '&#124;')} | {kinds} | {personal} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}: {len(errors())} errors\n")
