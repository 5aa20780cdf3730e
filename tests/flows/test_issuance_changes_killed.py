"""An agency that is killed between the word of a change and the work: it is done by whoever starts next."""

import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from credentials.clock import SystemClock
from credentials.formats import TokenStatus
from credentials.status.token_list import parse_token, read_claims
from credentials.status.values import Status
from issuer.settings import load_agency
from tests.flows.demo.people import FORMATS
from tests.flows.test_issuance_crash import CHECKOUT, Agency

pytestmark = pytest.mark.long

SAMIRA = "999990007"


@pytest.fixture
def agency(tmp_path: Path) -> Iterator[Agency]:
    made = Agency(tmp_path)
    debts = tmp_path / "debts"
    shutil.copytree(CHECKOUT / "demo" / "debts" / "cjib", debts)
    text = made.file.read_text().replace(str(CHECKOUT / "demo" / "debts" / "cjib"), str(debts))
    # The comparison of everybody is far away.
    made.file.write_text(re.sub(r"refresh_seconds = \d+", "refresh_seconds = 86400", text))
    made.settings = load_agency(made.file)
    yield made
    made.kill()


def status_of(agency: Agency, place: TokenStatus) -> Status:
    token = parse_token(httpx2.get(place.uri).content)
    listed = read_claims(token.payload, place.uri, SystemClock().now(), max_age=None).statuses
    return Status(listed[place.index])


def test_a_change_that_was_acknowledged_is_looked_at_after_a_kill(agency: Agency, tmp_path: Path) -> None:
    agency.start()
    wallet = agency.wallet()
    assert wallet.redeem(wallet.take(wallet.offer("overzicht_sdjwt", persona="P1"))).status_code == 200
    (card,) = wallet.cards(1, credential_configuration_id="overzicht_sdjwt")
    (place,) = FORMATS["dc+sd-jwt"].inspect(card.credential).status
    assert isinstance(place, TokenStatus)
    assert status_of(agency, place) is Status.VALID
    for file in (tmp_path / "debts").glob("*.json"):
        if SAMIRA in file.read_text():
            file.unlink()
    token = (agency.settings.state / "api-token").read_text().strip()
    answer = httpx2.post(
        f"{agency.settings.base_url}/api/v1/wijzigingen",
        json={"bsns": [SAMIRA]},
        headers={"authorization": f"Bearer {token}"},
    )
    wallet.http.close()
    agency.kill()
    assert answer.status_code == 202
    # The lead of the dead would last for another minute.
    with closing(sqlite3.connect(agency.database)) as database, database:
        database.execute("UPDATE service_lead SET until = 0")
    agency.start()
    deadline = time.monotonic() + 60
    while status_of(agency, place) is not Status.SUPERSEDED:
        assert time.monotonic() < deadline, agency.log.read_text()[-2000:]
        time.sleep(0.2)
