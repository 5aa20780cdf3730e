"""Somebody who acts for Samira, at real services: let in where the agency says so, and turned away elsewhere."""

import pytest

from demo.browser import Browser, BrowserError
from tests.flows.demo.running import Demo

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("demo"), pytest.mark.timeout(240)]


def test_who_acts_for_another_is_let_in_where_the_agency_says_so_and_nowhere_else(demo: Demo) -> None:
    with Browser() as mentor:
        asked = mentor.open(f"{demo.agency('tilburg')['url']}/inloggen")
        page = mentor.submit(asked.form("/inloggen"), button="Fatma")
        assert page.url == f"{demo.agency('tilburg')['url']}/schulden"
        assert "U kijkt namens Samira" in page.text
        assert not [form for form in page.forms if form.action.endswith("/wallet")]
        with pytest.raises(BrowserError):
            mentor.open(f"{demo.agency('cjib')['url']}/inloggen")
        assert "U kunt hier niet inloggen namens iemand anders" in mentor.page.text


def test_an_agency_publishes_the_keys_that_its_broker_knows(demo: Demo) -> None:
    with Browser() as anybody:
        found = anybody.http.get(f"{demo.agency('tilburg')['url']}/inloggen/sleutels").json()
    assert [key["use"] for key in found["keys"]] == ["sig"]
