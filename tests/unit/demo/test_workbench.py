"""The workbench calls the parties' APIs with what was chosen, shows what they say, and takes nothing else."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from demo.workbench.app import Bench, create_app
from demo.workbench.parties import Party, Person

URL = "http://localhost:8103"
OFFER = {
    "organisatie": "cjib",
    "persoon": "samira",
    "kaartjes": "alles",
    "grant": "pre-authorized_code",
    "profiel": "open",
}
ASK = {"sjabloon": "intake", "prefix": "x509_hash", "modus": "direct_post.jwt"}
MADE = {"id": "a1", "aanbodUri": "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Fcjib%2Foffers%2Fx"}
ASKED = {"id": "v1", "status": "open", "verzoekUri": "openid4vp://?client_id=x&request_uri=http%3A%2F%2Fv%2Fr"}

Answer = Callable[[httpx2.Request], httpx2.Response]


class Outside:
    """The parties: what was asked of them, and what they answer."""

    def __init__(self, answer: Answer) -> None:
        self.asked: list[httpx2.Request] = []
        self._answer = answer

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        return self._answer(request)

    def body(self) -> Any:
        return json.loads(self.asked[-1].content)


def a_bench(folder: Path, answer: Answer) -> tuple[TestClient, Outside]:
    token = folder / "api-token"
    token.write_text("geheim\n")
    offered = {"overzicht_sdjwt": "dc+sd-jwt", "zaak_sdjwt": "dc+sd-jwt", "zaak_ldp": "ldp_vc"}
    bench = Bench(
        agencies={"cjib": Party("cjib", "CJIB", "http://localhost:8201", token, offered)},
        people={"samira": Person("samira", "Samira", {"cjib": {"bsn": "999990007"}})},
        verifier=Party("verifier", "Schuldhulp", "http://localhost:8120", token, {}),
        wallet="http://localhost:8110",
        trust_list="http://localhost:8100/trust-list.jwt",
        clock=FixedClock(datetime(2026, 11, 23, 12, tzinfo=UTC)),
    )
    outside = Outside(answer)
    app = create_app(bench, httpx2.Client(transport=httpx2.MockTransport(outside)))
    return TestClient(app, base_url=URL, follow_redirects=False), outside


def always(body: Mapping[str, Any], status: int = 200) -> Answer:
    return lambda _request: httpx2.Response(status, json=body)


def test_an_offer_is_made_as_chosen_and_shown_with_the_call_behind_it(tmp_path: Path) -> None:
    http, outside = a_bench(tmp_path, always({**MADE, "txCode": "123456"}, 201))
    page = http.post("/aanbiedingen", data={**OFFER, "tx_code": "ja"}).text
    assert str(outside.asked[-1].url) == "http://localhost:8201/api/v1/aanbiedingen"
    assert outside.asked[-1].headers["authorization"] == "Bearer geheim"
    assert outside.body() == {
        "bsn": "999990007",
        "configuraties": ["overzicht_sdjwt", "zaak_sdjwt"],
        "grant": "pre-authorized_code",
        "profiel": "open",
        "txCode": True,
    }
    assert MADE["aanbodUri"] in page
    assert "123456" in page
    assert "<svg" in page
    assert 'href="http://localhost:8110/aanbod?credential_offer_uri=http%3A%2F%2Fcjib%2Foffers%2Fx"' in page
    assert "curl http://localhost:8201/api/v1/aanbiedingen" in page
    assert "geheim" not in page, "the call reads the token from its file"


def test_one_configuration_can_be_chosen(tmp_path: Path) -> None:
    http, outside = a_bench(tmp_path, always(MADE, 201))
    assert http.post("/aanbiedingen", data={**OFFER, "kaartjes": "zaak_ldp"}).status_code == 200
    assert outside.body()["configuraties"] == ["zaak_ldp"]
    assert "txCode" not in outside.body()


def test_a_request_has_a_page_of_its_own_that_shows_how_it_stands(tmp_path: Path) -> None:
    http, outside = a_bench(tmp_path, always(ASKED, 201))
    sent_on = http.post("/vragen", data=ASK)
    assert (sent_on.status_code, sent_on.headers["location"]) == (303, "/vragen/v1")
    assert outside.body() == {"sjabloon": "intake", "clientIdPrefix": "x509_hash", "responseMode": "direct_post.jwt"}
    assert "openid4vp://?client_id=x" in http.get("/vragen/v1").text
    assert http.get("/vragen/v2").status_code == 404


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/aanbiedingen", {**OFFER, "organisatie": "duo"}),
        ("/aanbiedingen", {**OFFER, "persoon": "<b>"}),
        ("/aanbiedingen", {**OFFER, "kaartjes": "zaak_mdoc"}),
        ("/aanbiedingen", {**OFFER, "profiel": "anders"}),
        ("/vragen", {**ASK, "prefix": "https"}),
        ("/vragen", {}),
        ("/kaartjes", {"organisatie": "cjib"}),
    ],
)
def test_what_the_page_does_not_have_is_refused_and_asked_of_nobody(
    tmp_path: Path, path: str, form: dict[str, str]
) -> None:
    http, outside = a_bench(tmp_path, always(MADE))
    answer = http.post(path, data=form)
    assert answer.status_code == 400
    assert "<b>" not in answer.text
    assert outside.asked == []


def test_another_sites_form_is_refused(tmp_path: Path) -> None:
    http, outside = a_bench(tmp_path, always(MADE))
    assert http.post("/aanbiedingen", data=OFFER, headers={"sec-fetch-site": "cross-site"}).status_code == 400
    assert outside.asked == []


def test_a_refusal_is_shown_as_the_party_gave_it(tmp_path: Path) -> None:
    http, _ = a_bench(tmp_path, always({"title": "Dat kan niet", "detail": "<i>haip</i>"}, 422))
    answer = http.post("/aanbiedingen", data={**OFFER, "profiel": "haip"})
    assert answer.status_code == 502
    assert "Dat kan niet" in answer.text
    assert "422" in answer.text
    assert "<i>" not in answer.text


def test_a_party_that_is_away_is_told_in_words(tmp_path: Path) -> None:
    def away(_request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("nobody there")

    http, _ = a_bench(tmp_path, away)
    answer = http.post("/vragen", data=ASK)
    assert answer.status_code == 502
    assert "antwoordt niet" in answer.text
