"""The story of Samira, played over HTTP by two browsers: hers and her counsellor's.

Each step returns what it saw; `Figures` holds the numbers that must hold, to the cent.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2

from credentials.clock import SystemClock
from demo.books import book_payment
from demo.browser import Browser, BrowserError, Page
from demo.processes import DemoError
from demo.stage import Stage

PERSON: Final = "P1"
PIN: Final = "blauwe knop 2026"
COUNSELLOR: Final = "anna"
PASSWORD: Final = "schuldhulp"  # noqa: S105  # the demonstration's, printed on the screen
CLIENT_REFERENCE: Final = "2026-0042"
PAYMENT: Final = 5000
COLLECT_SECONDS: Final = 60.0

# domain.md, personas: what thirteen agencies together must say of Samira (cents).
EXPECTED: Final = {"verplicht": 461366, "vereffend": 161486, "saldo": 299880, "openCases": 6, "issuers": 13}

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Story:
    """What happened, as `REPORT` states it."""

    overview: dict[str, int] = field(default_factory=dict)
    presentation: dict[str, object] = field(default_factory=dict)
    after_payment: dict[str, object] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    wallet_number: str = ""
    intake_url: str = ""

    def faults(self) -> list[str]:
        """Name every figure that does not hold."""
        wanted: list[tuple[str, object, object]] = [
            *((f"overview.{name}", self.overview.get(name), value) for name, value in EXPECTED.items()),
            ("presentation.verified", self.presentation.get("verified"), True),
            ("presentation.complete", self.presentation.get("complete"), True),
            ("presentation.saldo", self.presentation.get("saldo"), EXPECTED["saldo"]),
            ("afterPayment.old", self.after_payment.get("old"), "verouderd"),
            ("afterPayment.saldo", self.after_payment.get("saldo"), EXPECTED["saldo"] - PAYMENT),
        ]
        return [f"{name} is {found!r}, not {value!r}" for name, found, value in wanted if found != value]


def play(stage: Stage, tell: Callable[[str], None], progress: Progress) -> Story:
    """Play the whole story. Raises DemoError when a step is not what it should be."""
    story = Story()
    try:
        with Browser() as samira, Browser() as anna:
            tell("Samira makes a wallet")
            story.wallet_number = _make_wallet(stage, samira)
            tell("She presses the button and logs in with DigiD, once")
            logins = _collect(stage, samira, progress)
            if logins != 1:
                raise DemoError(f"DigiD asked {logins} times, not once")
            story.overview = _overview(stage, samira)
            tell("She shares her overview with Anna, her counsellor")
            story.intake_url = _begin_intake(stage, anna)
            _share(stage, samira, anna)
            seen = _result(anna, story.intake_url)
            story.presentation = {
                "verified": all(proof["bewezen"] for proof in seen["bewijzen"]) and bool(seen["bewijzen"]),
                "complete": seen["volledig"],
                "saldo": seen["totalen"]["saldo"],
            }
            story.lines = seen["uitgevers"]
            tell("The CJIB books a payment of € 50,00: the old cards are outdated")
            book_payment(stage.debts_of("cjib") / "samira.json", PAYMENT, SystemClock().now().replace(microsecond=0))
            _refresh_source(stage)
            old = _check_again(anna, story.intake_url, stage.agencies["cjib"].base_url)
            tell("Her wallet fetches new cards and she shares again")
            _press(samira, f"{stage.wallet.base_url}/ophalen/opnieuw")
            _finish_collecting(stage, samira, progress)
            _ask_again(anna, story.intake_url)
            _share(stage, samira, anna)
            new = _result(anna, story.intake_url)
            proven = all(proof["bewezen"] for proof in new["bewijzen"]) and new["volledig"]
            story.after_payment = {"old": old, "saldo": new["totalen"]["saldo"] if proven else None}
    except (BrowserError, httpx2.HTTPError) as error:
        raise DemoError(f"The story stopped: {error}") from error
    return story


def _make_wallet(stage: Stage, samira: Browser) -> str:
    page = samira.open(f"{stage.wallet.base_url}/nieuw")
    return samira.submit(page.form("/nieuw"), {"pincode": PIN, "nogmaals": PIN}).value("nummer")


def _press(samira: Browser, address: str) -> Page:
    page = samira.open(address)
    return samira.submit(page.form("/ophalen"))


def _collect(stage: Stage, samira: Browser, progress: Progress) -> int:
    _press(samira, f"{stage.wallet.base_url}/ophalen")
    return _finish_collecting(stage, samira, progress)


def _finish_collecting(stage: Stage, samira: Browser, progress: Progress) -> int:
    """Follow the pages until all agencies have answered; return how often DigiD asked who she is.

    The energy company does not have DigiD: there she logs in as the customer that she is.
    """
    logins = 0
    deadline = time.monotonic() + COLLECT_SECONDS
    name = stage.personas[PERSON].name
    while time.monotonic() < deadline:
        page = samira.page
        if page.url.startswith(stage.digid_url):
            logins += 1
            samira.submit(page.form("/inloggen"), button=name)
            continue
        if page.url.startswith(stage.customers_url):
            samira.submit(page.form("/inloggen"), button=name)
            continue
        by_digid = next((address for address, _ in page.links if "/inloggen/digid?" in address), None)
        if by_digid is not None:
            # An agency where a wallet will do as well.
            samira.open(by_digid)
            continue
        done, total = _collected(stage, samira)
        progress("agencies", done, total)
        if done == total:
            return logins
        if page.refresh is None:
            raise DemoError(f"Collecting stopped at {page.where()}")
        samira.follow_refresh()
    raise DemoError(f"Collecting took more than {COLLECT_SECONDS:.0f} seconds")


def _api(stage: Stage, samira: Browser, path: str) -> dict[str, Any]:
    token = samira.http.cookies.get("bk_wallet") or ""
    answer = samira.http.get(f"{stage.wallet.base_url}/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _collected(stage: Stage, samira: Browser) -> tuple[int, int]:
    rounds = _api(stage, samira, "ophalingen/huidige")["uitgevers"]
    return sum(each["status"] != "nog_niet" for each in rounds), len(rounds)


def _overview(stage: Stage, samira: Browser) -> dict[str, int]:
    found = _api(stage, samira, "overzicht")
    return {
        "saldo": found["saldo"],
        "verplicht": found["verplicht"],
        "vereffend": found["vereffend"],
        "openCases": found["openZaken"],
        "issuers": sum(each["saldo"] is not None for each in found["uitgevers"]),
    }


def _begin_intake(stage: Stage, anna: Browser) -> str:
    page = anna.open(f"{stage.verifier.base_url}/inloggen")
    anna.submit(page.form("/inloggen"), {"medewerker": COUNSELLOR, "wachtwoord": PASSWORD})
    page = anna.open(f"{stage.verifier.base_url}/intakes/nieuw")
    return anna.submit(page.form("/intakes"), {"kenmerk": CLIENT_REFERENCE, "sjabloon": "intake"}).url


def _share(stage: Stage, samira: Browser, anna: Browser) -> None:
    link = anna.page.value("verzoek")
    page = samira.open(f"{stage.wallet.base_url}/toevoegen")
    page = samira.submit(page.form("/toevoegen"), {"link": link})
    form = page.form("/verzoek/")
    # What the counsellor needs for the intake is offered; Samira ticks every card herself.
    form.fields += [choice for choice in form.choices if choice[0] == "kaart"]
    samira.submit(form, button="delen")


def _result(anna: Browser, intake_url: str) -> dict[str, Any]:
    page = anna.open(intake_url)
    if not page.url.endswith("/resultaat"):
        raise DemoError(f"The counsellor's page did not turn: {page.where()}")
    answer = anna.http.get(f"{intake_url}/bestand.json")
    answer.raise_for_status()
    found: dict[str, Any] = json.loads(answer.text)
    return found


def _check_again(anna: Browser, intake_url: str, agency: str) -> str:
    page = anna.open(f"{intake_url}/resultaat")
    anna.submit(page.form("/hercontrole"))
    seen = _result(anna, intake_url)
    outcomes = {proof["uitkomst"] for proof in seen["bewijzen"] if proof["uitgever"]["identifier"] == agency}
    return outcomes.pop() if len(outcomes) == 1 else "/".join(sorted(outcomes))


def _ask_again(anna: Browser, intake_url: str) -> None:
    page = anna.open(f"{intake_url}/resultaat")
    anna.submit(page.form("/vraag"))


def _refresh_source(stage: Stage) -> None:
    agency = stage.agencies["cjib"]
    token = (agency.state / "api-token").read_text().strip()
    answer = httpx2.post(
        f"{agency.base_url}/api/v1/bronverversingen", headers={"Authorization": f"Bearer {token}"}, timeout=30
    )
    answer.raise_for_status()
