"""Our sealed overview, judged by veraPDF: it is PDF/UA-1 and PDF/A-3a at once, and what we mend was needed."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from credentials.clock import FixedClock
from service import printing
from tests.conftest import do_without
from tests.flows.issuance_kit import Scene, an_agency, several_cases
from tests.flows.test_sealed_overview import sealed_at_the_page
from tests.interop.others import BUILD_SECONDS, DOCUMENTS

pytestmark = [pytest.mark.outside, pytest.mark.timeout(BUILD_SECONDS)]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    lacking = printing.missing()
    if lacking is not None:
        do_without(f"no {lacking} here")
    folder = tmp_path_factory.mktemp("agency")
    clock = FixedClock(datetime.now(UTC))
    return sealed_at_the_page(Scene(an_agency(folder, clock, several_cases(6)), clock, folder))


def judged(document: bytes, folder: Path, *standards: str) -> tuple[bool, str]:
    (folder / "overzicht.pdf").write_bytes(document)
    answer = DOCUMENTS.read(folder / "overzicht.pdf", *standards)
    return answer.accepted, answer.said


def test_the_sealed_overview_keeps_both_standards(sealed: bytes, tmp_path: Path) -> None:
    accepted, said = judged(sealed, tmp_path, "ua1", "3a")
    assert accepted, said


@pytest.mark.parametrize(
    ("standard", "clause"),
    [("ua1", "7.1"), ("3a", "6.8")],
    ids=["a title that is not shown", "a file without relationship"],
)
def test_it_sees_what_is_not_mended(sealed: bytes, tmp_path: Path, standard: str, clause: str) -> None:
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        if standard == "ua1":
            pdf.Root.ViewerPreferences.DisplayDocTitle = False
        else:
            del pdf.Root.AF
        target = io.BytesIO()
        pdf.save(target)
    accepted, said = judged(target.getvalue(), tmp_path, standard)
    assert not accepted
    assert clause in said
