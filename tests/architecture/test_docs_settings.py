"""Every setting stands in a table of its party's page, and no table has a setting that there is not."""

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from issuer.settings import AgencySettings
from tests.docs_tables import DOCS
from verifier.settings import VerifierSettings
from wallet_api.settings import WalletSettings

PAGES: dict[str, type[BaseModel]] = {
    "agency.md": AgencySettings,
    "counsellor.md": VerifierSettings,
    "wallet.md": WalletSettings,
}
# How a table of settings begins; a section that has a table of its own is named in the heading.
_TABLE = re.compile(r"\| Member(?: of `\[+([a-z0-9_.]+)\]+`)? \| Meaning \|\n\| --- \| --- \|\n((?:\|.*\n)+)")
_SECTION = re.compile(r"^\[+([a-z_.]+)\]+ ")
_WORD = re.compile(r"(?<![\"\w-])[a-z_]+(?![\"\w-])")


def settings_of(model: type[BaseModel], section: str = "") -> Iterator[str]:
    """Name each setting of a model with its section, as in `limits.presentations`."""
    for name, field in model.model_fields.items():
        below = [each for each in models_in(field.annotation) if each.model_fields]
        for each in below:
            yield from settings_of(each, f"{section}{name}.")
        if not below:
            yield f"{section}{name}"


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from models_in(each)


def documented(page: str) -> Iterator[str]:
    for heading, rows in _TABLE.findall((DOCS / page).read_text("utf-8")):
        for row in rows.splitlines():
            section = f"{heading}." if heading else ""
            for code in re.findall(r"`([^`]+)`", row.split(" | ")[0]):
                found = _SECTION.match(code)
                section = f"{found[1]}." if found else section
                for name in _WORD.findall(code[found.end() :] if found else code):
                    yield section + name


@pytest.mark.parametrize("page", PAGES)
def test_the_page_of_a_party_has_every_setting_and_no_other(page: str) -> None:
    named = list(documented(page))
    assert sorted(set(named)) == sorted(set(settings_of(PAGES[page])))


@pytest.mark.parametrize("page", PAGES)
def test_no_setting_is_explained_twice(page: str) -> None:
    # A source of either kind has members of one name.
    named = [each for each in documented(page) if not each.startswith("source.")]
    assert sorted(named) == sorted(set(named))
