"""Known deficient data, the whole way: an agency says so, the citizen and the counsellor read it, and it is over again.

Two agencies: one whose notice nobody can leave out, and one that issues mdocs, of which a holder shows what is asked.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from credentials.clock import dutch_day
from credentials.debts.notice import Notice
from issuer.domain.configurations import Securing
from tests.flows.test_securings import OWNER, a_counsellor
from tests.wallet_world import Citizen, WalletWorld, make_world
from verifier.app import VerifierService
from verifier.domain.result import Result
from verifier.exports.document import result_document
from verifier.exports.files import TABLE_FILES, Contents
from verifier.usecases.results import Outcome
from verifier.web.views import agency_row, reasons

pytestmark = pytest.mark.long

WHAT = "Een levering met betalingen ontbreekt."
KEYS = ("cjib", "duo")


@dataclass
class Town:
    world: WalletWorld
    samira: Citizen
    counsellor: VerifierService

    def shared(self) -> Outcome:
        """Have the counsellor ask for an intake, and the citizen share what is asked."""
        intake = self.counsellor.desk.open(OWNER, "intake", "intake")
        request = self.counsellor.desk.ask(OWNER, intake.id)
        asked = self.samira.api("verzoeken", {"verzoek": self.counsellor.asking.link(request)}).json()
        answer = {"besluit": "delen", "getoond": asked["getoond"]}
        given = self.samira.api(f"verzoeken/{asked['id']}/besluit", answer)
        assert given.json()["status"] == "gedeeld", given.text
        return self.counsellor.results.of(OWNER, request.id)

    def statuses(self) -> set[str]:
        return {each["status"] for each in self.samira.api("overzicht?vers=true").json()["uitgevers"]}

    def collect(self) -> Any:
        assert "2 van 2 organisaties hebben geantwoord" in self.samira.collect().words
        return self.samira.api("overzicht").json()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("deficient")
    world = make_world(folder, *KEYS, copies=4, securings={"duo": (Securing.MDOC,)})
    samira = world.citizen()
    samira.make_wallet()
    yield Town(world, samira, a_counsellor(world, folder))
    world.close()


def notice_of(town: Town) -> Notice:
    today = dutch_day(town.world.clock.now())
    return Notice(first_day=today - timedelta(days=3), expected_end=today + timedelta(days=4), what=WHAT)


def complete(result: Result) -> tuple[bool, set[bool]]:
    return result.complete, {line.complete for line in result.lines}


def test_what_an_agency_knows_of_its_own_data_reaches_who_relies_on_them(town: Town) -> None:
    overview = town.collect()
    assert {each["volledig"] for each in overview["uitgevers"]} == {True}
    before = town.shared()
    assert complete(before.result) == (True, {True})

    for key in KEYS:
        assert town.world.agencies[key].desk.notices.add(notice_of(town)).superseded > 0
    town.world.clock.advance(timedelta(minutes=5))
    # What was shared before is outdated now, and so is what the citizen holds.
    again = town.counsellor.results.check_again(OWNER, before.request.id)
    assert {each.evidence.outcome for line in again.result.lines for each in line.unproven} == {"verouderd"}
    assert town.statuses() == {"verouderd"}

    overview = town.collect()
    for each in overview["uitgevers"]:
        assert (each["volledig"], [said["omschrijving"] for said in each["meldingen"]]) == (False, [WHAT])
    page = town.samira.get("/overzicht")
    assert page.words.count(f"kloppen niet helemaal. {WHAT}") == len(KEYS)
    debt = town.samira.get(f"/schulden/{overview['zaken'][0]['id']}")
    assert WHAT in debt.words

    during = town.shared()
    assert complete(during.result) == (False, {False})
    assert {line.all_shown for line in during.result.lines} == {True}
    assert {line.standing for line in during.result.lines} == {"let_op"}
    told(during)

    for key in KEYS:
        assert town.world.agencies[key].desk.notices.end(1).superseded > 0
    town.world.clock.advance(timedelta(minutes=5))
    assert town.statuses() == {"verouderd"}
    overview = town.collect()
    assert [each["meldingen"] for each in overview["uitgevers"]] == [[], []]
    assert complete(town.shared().result) == (True, {True})


def told(outcome: Outcome) -> None:
    """The page, the API and the files of the counsellor all say it."""
    result = outcome.result
    today = dutch_day(result.checked_at)
    for line in result.lines:
        row = agency_row(line, today, cases_asked=True)
        assert row.word == "Bewezen, met een melding"
        assert WHAT in row.notices[0]
    why = reasons(outcome, cases_asked=True, waiting=False)
    assert any("melden zelf dat gegevens niet helemaal kloppen" in each for each in why)
    assert not any("Niet alle zaken zijn getoond" in each for each in why)
    document: Any = result_document(outcome.answer, result)
    assert document["volledig"] is False
    assert {each["meldingen"][0]["omschrijving"] for each in document["uitgevers"]} == {WHAT}
    assert {each["meldingenGetoond"] for each in document["uitgevers"]} == {True}
    _, _, to_csv = TABLE_FILES["organisaties.csv"]
    rows = csv.DictReader(io.StringIO(to_csv(Contents(result)).decode("utf-8-sig")), delimiter=";")
    assert all(WHAT in row["Melding over de gegevens"] for row in rows)
