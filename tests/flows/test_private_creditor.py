"""A customer of a private creditor logs in with a customer number, and takes cards along that hold no number at all."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from credentials.clock import FixedClock
from credentials.debts.fcid import write_document
from credentials.debts.person import CustomerNumber
from credentials.jose import UnverifiedToken
from issuer.ports import LoggedIn
from issuer.settings import PidSection
from service.oidc import LoginAttempt
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import NOW, FakeLogin, Scene, an_agency, code_of, several_cases
from tests.pid_kit import NAME, PidProvider, PidWallet, StatusNet, link_on
from tests.unit.issuer.test_private_creditor import CUSTOMER, OIN, a_creditor, by_name_and_day


class CustomerLogin(FakeLogin):
    def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> LoggedIn:
        assert self.attempts[attempt.state] == attempt
        return LoggedIn(CustomerNumber(answer["code"]), "S. de Vries")


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    settings, clock = a_creditor(tmp_path), FixedClock(NOW)
    document = replace(several_cases(1), person=CUSTOMER, source_oin=OIN)
    more = {name: getattr(settings, name) for name in ("agency", "digid", "customer_login")}
    bill = json.loads(write_document(document).replace(b"cjib_wahv", b"priv_energielevering"))
    made = an_agency(tmp_path, clock, login_provider=CustomerLogin(), document=several_cases(0), **more)
    (tmp_path / "debts" / "samira.json").write_text(json.dumps(bill))
    yield Scene(made, clock, tmp_path)
    made.database.close()


def test_a_customer_sees_what_is_open_and_downloads_it(scene: Scene) -> None:
    browser = scene.http()
    start = browser.get("/").text
    assert "DigiD" not in start + browser.get("/privacy").text
    assert browser.get("/inloggen/digid").status_code == 404
    gone = browser.get("/inloggen/account", params={"naar": "/schulden"})
    (state,) = parse_qs(urlsplit(gone.headers["location"]).query)["state"]
    assert browser.get("/inloggen/terug", params={"state": state, "code": CUSTOMER.reveal()}).status_code == 303
    page = browser.get("/schulden").text
    assert "10,00" in page
    assert "burgerservicenummer" not in page
    assert "DigiD" not in browser.get("/uitgelogd").text
    whole = (scene.folder / "state" / "issuer.db").read_bytes()
    assert CUSTOMER.reveal().encode() not in whole, "the session holds it sealed"


def test_its_case_system_names_customers_and_nobody_by_a_citizen_service_number(scene: Scene) -> None:
    asked = {"configuraties": ["zaak_sdjwt"], "klantnummer": CUSTOMER.reveal()}
    made = scene.api("aanbiedingen", asked)
    assert made.status_code == 201, made.text
    for wrong in ({"bsn": SAMIRA.reveal()}, {**asked, "bsn": SAMIRA.reveal()}, {"klantnummer": "a b"}, {}):
        refused = scene.api("aanbiedingen", {"configuraties": ["zaak_sdjwt"], **wrong})
        assert refused.status_code == 400
        assert SAMIRA.reveal() not in refused.text
    wallet = scene.wallet()
    assert wallet.redeem(code_of(wallet.take_offer(made.json()["aanbodUri"]))).status_code == 200
    (card,) = wallet.credentials("zaak_sdjwt")
    claims = UnverifiedToken.parse(card.partition("~")[0]).payload
    assert claims["bronorganisatie"]
    assert CUSTOMER.reveal() not in card
    assert scene.api("wijzigingen", {"klantnummers": [CUSTOMER.reveal()]}).json() == {"aantal": 1}
    assert scene.api("wijzigingen", {"bsns": [SAMIRA.reveal()]}).status_code == 400
    assert scene.api("intrekkingen", {"bsn": SAMIRA.reveal(), "reden": "onjuist"}).status_code == 400
    assert scene.api("intrekkingen", {"klantnummer": CUSTOMER.reveal(), "reden": "onjuist"}).json() == {"aantal": 1}


@pytest.fixture
def with_wallet(tmp_path: Path) -> Iterator[tuple[Scene, PidProvider]]:
    """A creditor whose customers come with a wallet alone."""
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    provider = PidProvider(clock, StatusNet())
    own = provider.section(tmp_path)
    pid = PidSection(providers=(own,), listed=False, customers=by_name_and_day(tmp_path))
    settings = a_creditor(tmp_path, pid=pid)
    more = {name: getattr(settings, name) for name in ("agency", "digid", "pid")}
    made = an_agency(tmp_path, clock, http=provider.net, document=several_cases(0), login_provider=None, **more)
    (tmp_path / "debts" / "samira.json").unlink()
    (tmp_path / "klanten.csv").write_text(
        f"klantnummer;achternaam;geboortedatum\n{CUSTOMER.reveal()};{NAME};30-3-1985\n"
    )
    yield Scene(made, clock, tmp_path), provider
    made.database.close()


def said(born: str, name: str = NAME) -> dict[str, str]:
    return {"family_name": name, "birthdate": born, "given_name": "Samira", "bsn": SAMIRA.reveal()}


def test_who_is_exactly_one_customer_is_let_in_by_their_wallet(with_wallet: tuple[Scene, PidProvider]) -> None:
    scene, provider = with_wallet
    browser = scene.http()
    first = browser.get("/inloggen", params={"naar": "/schulden"})
    waits = browser.get(first.headers["location"]).headers["location"]
    page = browser.get(waits).text
    assert "naam en geboortedatum" in page
    assert "DigiD" not in page
    assert "klantaccount" not in page, "this creditor has none"
    link = link_on(page)
    nobody = PidWallet(scene.http(), scene.clock, scene.url, (provider.pid(claims=said("1985-03-31")),))
    assert nobody.answer(link).status_code == 400
    assert "welke klant u bent" in browser.get(waits).text
    wallet = PidWallet(scene.http(), scene.clock, scene.url, (provider.pid(claims=said("1985-03-30")),))
    asked = wallet.read(link).dcql.credentials[0]
    assert [each.path for each in asked.claims] == [("family_name",), ("birthdate",)]
    assert browser.get(wallet.back(link)).headers["location"] == "/schulden"
    assert browser.get("/schulden").status_code == 200


def test_a_public_body_takes_no_customer_numbers(tmp_path: Path) -> None:
    made = an_agency(tmp_path, FixedClock(NOW))
    scene = Scene(made, FixedClock(NOW), tmp_path)
    asked = {"configuraties": ["zaak_sdjwt"], "klantnummer": CUSTOMER.reveal()}
    assert scene.api("aanbiedingen", asked).status_code == 400
    assert scene.api("wijzigingen", {"klantnummers": ["1"]}).status_code == 400
    made.database.close()
