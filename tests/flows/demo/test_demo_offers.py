"""The agencies' doors: offers of every kind, who gets what, what is published, and files that cannot be read."""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from credentials.debts.bsn import Bsn
from credentials.debts.fcid import write_document
from credentials.keys import SoftwareSigner
from credentials.openid.offer import PRE_AUTHORIZED_CODE
from credentials.openid.proof import build_jwt_proof
from demo import story
from demo.browser import Browser
from tests.flows.demo.people import CLOCK, FORMATS, NOTHING_OPEN, CaseSystem, Wallet
from tests.flows.demo.running import Demo
from tests.flows.issuance_kit import several_cases

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("demo"), pytest.mark.timeout(240)]

FOUR = ("overzicht_sdjwt", "zaak_sdjwt", "overzicht_ldp", "zaak_ldp")
SETS = [*((each,) for each in FOUR), FOUR]
# People whom no agency of the demonstration has ever heard of.
NOBODY, MANY, TROUBLED = Bsn("123456782"), Bsn("111222333"), Bsn("999990901")


def oin_of(demo: Demo, key: str) -> str:
    line = next(
        line for line in (demo.state / "agencies" / f"{key}.toml").read_text().splitlines() if line.startswith("oin")
    )
    return line.split('"')[1]


@pytest.mark.parametrize(("configurations", "with_code"), list(product(SETS, [False, True])))
def test_a_pre_authorised_offer_gives_what_it_says(
    demo: Demo,
    configurations: tuple[str, ...],
    with_code: bool,  # a parameter of the test
) -> None:
    wallet = Wallet(demo, "cjib")
    made = wallet.offer(*configurations, persona="P3", txCode=with_code)
    assert made.keys() == ({"id", "aanbodUri", "txCode"} if with_code else {"id", "aanbodUri"})
    offer = wallet.take(made)
    assert offer["credential_configuration_ids"] == list(configurations)
    grant = offer["grants"][PRE_AUTHORIZED_CODE]
    assert list(offer["grants"]) == [PRE_AUTHORIZED_CODE]
    assert ("tx_code" in grant) is with_code
    if with_code:
        assert grant["tx_code"]["length"] == len(made["txCode"])
        assert made["txCode"] not in json.dumps(offer)
        assert wallet.redeem(offer).json()["error"] == "invalid_request"
        wrong = wallet.redeem(offer, "000000" if made["txCode"] != "000000" else "000001")
        assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_grant")
        assert wallet.redeem(offer, made["txCode"]).status_code == 200
    else:
        assert wallet.redeem(offer, "123456").json()["error"] == "invalid_request"
        assert wallet.redeem(offer).status_code == 200
    assert wallet.redeem(offer, made.get("txCode")).json()["error"] == "invalid_grant"
    # Wim has two cases at the CJIB, so each is named.
    for each in configurations:
        names = wallet.identifiers(each)
        assert len(names) == (2 if each.startswith("zaak") and len(configurations) else 1) or each.startswith("over")
        for name in names:
            (card,) = wallet.cards(credential_identifier=name)
            assert card.type.endswith("zaak:1" if each.startswith("zaak") else "overzicht:1")
            assert card.format == ("dc+sd-jwt" if each.endswith("sdjwt") else "ldp_vc")


@pytest.mark.parametrize("configurations", SETS)
def test_an_offer_for_a_login_names_its_state_and_no_code(demo: Demo, configurations: tuple[str, ...]) -> None:
    wallet = Wallet(demo, "cjib")
    offer = wallet.take(wallet.offer(*configurations, persona="P3", grant="authorization_code"))
    assert list(offer["grants"]) == ["authorization_code"]
    assert offer["grants"]["authorization_code"]["issuer_state"]
    # A transaction code belongs to the other grant: none is made, and none is promised.
    assert wallet.offer(*configurations, persona="P3", grant="authorization_code", txCode=True).keys() == {
        "id",
        "aanbodUri",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"bsn": "123456789"},
        {"bsn": "12345678"},
        {"bsn": 999990007},
        {"bsn": "９９９９９０００７"},
        {"configuraties": []},
        {"configuraties": ["overzicht_mdoc"]},
        {"configuraties": "overzicht_sdjwt"},
        {"configuraties": ["overzicht_sdjwt", "overzicht_sdjwt"]},
        {"grant": "implicit"},
        {"txCode": "true"},
        {"onbekend": 1},
    ],
)
def test_an_offer_that_makes_no_sense_is_refused_without_repeating_it(demo: Demo, changes: dict[str, Any]) -> None:
    body = {"bsn": demo.bsn("P1"), "configuraties": ["overzicht_sdjwt"], **changes}
    answer = demo.api("cjib", "aanbiedingen", body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    (value,) = changes.values()
    assert str(value) not in answer.text or len(str(value)) < 4
    assert demo.bsn("P1") not in answer.text


@pytest.mark.parametrize("bsn", ["", NOBODY.reveal()])
def test_somebody_without_debts_gets_an_overview_that_says_so(demo: Demo, desk: CaseSystem, bsn: str) -> None:
    wallet = Wallet(demo, "svb")
    cards = wallet.everything(*FOUR, persona="P1", bsn=bsn)
    assert [card.type for card in cards] == ["urn:nl:blauweknop:overzicht:1"] * 2
    for card in cards:
        found = desk.judge([card])
        assert found["totalen"] == NOTHING_OPEN
        assert found["uitgevers"][0]["volledig"]
    alone = wallet.redeem(wallet.take(wallet.offer("zaak_sdjwt", persona="P1", bsn=bsn)))
    assert alone.status_code == 200
    assert wallet.identifiers("zaak_sdjwt") == []
    answer = wallet.ask({"credential_configuration_id": "zaak_sdjwt"}, [SoftwareSigner.generate()])
    assert answer.status_code == 400
    assert "no open cases" in answer.json()["error_description"]


def test_a_wallet_that_names_no_identifier_is_served_where_there_is_one_case(demo: Demo) -> None:
    one = Wallet(demo, "duo").enter("overzicht_sdjwt", "zaak_sdjwt", persona="P1")
    assert one.cards(credential_configuration_id="zaak_sdjwt")[0].type == "urn:nl:blauweknop:zaak:1"
    two = Wallet(demo, "cjib").enter("overzicht_sdjwt", "zaak_sdjwt", persona="P3")
    answer = two.ask({"credential_configuration_id": "zaak_sdjwt"}, [SoftwareSigner.generate()])
    assert answer.status_code == 400
    assert "credential_identifier" in answer.json()["error_description"]
    # The refusal has used nothing up.
    assert len(two.identifiers("zaak_sdjwt")) == 2
    assert two.cards(credential_identifier=two.identifiers("zaak_sdjwt")[1])


@pytest.fixture
def many_cases(demo: Demo) -> Iterator[Path]:
    """A file of 21 cases, dropped into DUO's folder while it runs."""
    document = several_cases(21)
    path = demo.state / "debts" / "duo" / "veel.json"
    path.write_bytes(write_document(replace(document, person=MANY, source_oin=oin_of(demo, "duo"))))
    yield path
    path.unlink()


@pytest.mark.parametrize("configurations", [FOUR[:2], FOUR[2:]])
def test_twenty_one_cases_are_all_proven(
    demo: Demo, desk: CaseSystem, many_cases: Path, configurations: tuple[str, str]
) -> None:
    assert many_cases.exists()
    cards = Wallet(demo, "duo").everything(*configurations, bsn=MANY.reveal())
    assert len(cards) == 22
    found = desk.judge(cards)
    (line,) = found["uitgevers"]
    assert (line["openZaken"], line["getoond"], line["volledig"]) == (21, 21, True)
    assert found["totalen"]["saldo"] == 1000 * sum(range(1, 22))
    overview = next(each for each in found["bewijzen"] if each["type"].endswith("overzicht:1"))
    assert overview["gegevens"]["meer_dan_20"] is True if "meer_dan_20" in overview["gegevens"] else True
    fewer = desk.judge(cards[:-1])
    assert (fewer["uitgevers"][0]["getoond"], fewer["uitgevers"][0]["volledig"]) == (20, False)
    assert fewer["totalen"]["saldo"] == found["totalen"]["saldo"]


@pytest.fixture
def bad_file(demo: Demo) -> Iterator[Path]:
    """A file in the CAK's folder that says whose it is and cannot be read."""
    document = json.loads(write_document(replace(several_cases(1), person=TROUBLED, source_oin=oin_of(demo, "cak"))))
    document["body"]["financiele_zaken"][0]["saldo"] += 1
    path = demo.state / "debts" / "cak" / f"{TROUBLED.reveal()}.json"
    path.write_text(json.dumps(document))
    yield path
    path.unlink()


def test_a_file_that_cannot_be_read_hurts_nobody_else(demo: Demo, bad_file: Path) -> None:
    wallet = Wallet(demo, "cak")
    made = wallet.offer("overzicht_sdjwt", bsn=TROUBLED.reveal())
    answer = wallet.redeem(wallet.take(made))
    assert answer.status_code == 503
    assert answer.json()["error"] == "temporarily_unavailable"
    assert wallet.everything("overzicht_sdjwt", persona="P1")
    assert wallet.everything("overzicht_sdjwt", bsn=NOBODY.reveal())
    # What was wrong stands in the agency's own log: the file, not whose it is.
    log = (demo.state / "logs" / "uitvoerders.log").read_text()
    assert "#########.json" in log
    assert TROUBLED.reveal() not in log
    # The code is not used up: once the file is mended the citizen can go on.
    bad_file.write_bytes(write_document(replace(several_cases(1), person=TROUBLED, source_oin=oin_of(demo, "cak"))))
    assert wallet.redeem(wallet.take(made)).status_code == 200


def test_the_wallet_shows_which_agency_failed_and_collects_at_the_others(demo: Demo) -> None:
    """Johan presses the button while the SVB cannot read his file; four outsiders are at no address at all."""
    path = demo.state / "debts" / "svb" / "johan.json"
    whole = path.read_text()
    path.write_text(whole.replace('"saldo": ', '"saldo": 1', 1))
    stage = SimpleNamespace(
        wallet=SimpleNamespace(base_url=demo.report["wallet"]["url"]),
        digid_url=demo.report["digid"]["url"],
        customers_url=demo.report["customers"]["url"],
        personas={story.PERSON: SimpleNamespace(name=demo.report["personas"]["P2"]["name"])},
    )
    try:
        with Browser() as johan:
            story._make_wallet(stage, johan)
            assert story._collect(stage, johan, lambda *_: None) == 1
            rounds = story._api(stage, johan, "ophalingen/huidige")["uitgevers"]
            overview = story._api(stage, johan, "overzicht")
    finally:
        path.write_text(whole)
    by_address = {each["identifier"]: each["status"] for each in rounds}
    failed = {address for address, status in by_address.items() if status == "mislukt"}
    agencies = {each["url"] for each in demo.report["issuers"].values()}
    assert failed & agencies == {demo.agency("svb")["url"]}
    assert len(failed - agencies) == 4
    assert sum(each["saldo"] is not None for each in overview["uitgevers"]) == 12


def test_of_eight_that_redeem_a_code_at_once_one_gets_a_token(demo: Demo) -> None:
    wallet = Wallet(demo, "cjib")
    offer = wallet.take(wallet.offer("overzicht_sdjwt", persona="P3"))
    start = Barrier(8)

    def redeem(_: int) -> int:
        start.wait()
        return Wallet(demo, "cjib").redeem(offer).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(redeem, range(8))) == [200, *[400] * 7]


def test_of_eight_that_guess_a_transaction_code_at_once_none_learns_more_than_three_times(demo: Demo) -> None:
    wallet = Wallet(demo, "cjib")
    made = wallet.offer("overzicht_sdjwt", persona="P3", txCode=True)
    offer = wallet.take(made)
    wrong = f"{(int(made['txCode']) + 1) % 1_000_000:06d}"
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: wallet.redeem(offer, wrong).status_code, range(16))) == {400}
    assert wallet.redeem(offer, made["txCode"]).status_code == 400


def test_of_eight_requests_with_one_nonce_one_is_served(demo: Demo) -> None:
    wallet = Wallet(demo, "cjib").enter("overzicht_sdjwt", persona="P3")
    nonce = demo.http.post(f"{wallet.url}/nonce").json()["c_nonce"]
    start = Barrier(8)

    def ask(_: int) -> tuple[int, str]:
        proof = build_jwt_proof(SoftwareSigner.generate(), audience=wallet.url, nonce=nonce, now=CLOCK.now())
        start.wait()
        answer = demo.http.post(
            f"{wallet.url}/credential",
            json={"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": [proof]}},
            headers={"authorization": f"Bearer {wallet.token}"},
        )
        return answer.status_code, str(answer.json().get("error"))

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(ask, range(8))) == [(200, "None"), *[(400, "invalid_nonce")] * 7]


def test_a_batch_is_ten_copies_that_share_nothing(demo: Demo) -> None:
    wallet = Wallet(demo, "cjib").enter("overzicht_sdjwt", persona="P3")
    cards = wallet.cards(10, credential_configuration_id="overzicht_sdjwt")
    views = [FORMATS["dc+sd-jwt"].inspect(card.credential) for card in cards]
    assert len({view.status for view in views}) == 10
    assert len({view.holder.jwk.thumbprint for view in views if view.holder}) == 10
    parts = [part for card in cards for part in str(card.credential).split("~") if part]
    assert len(parts) == len(set(parts))
    assert len({view.issued_at for view in views}) == 1
    answer = wallet.ask(
        {"credential_configuration_id": "overzicht_sdjwt"}, [SoftwareSigner.generate() for _ in range(11)]
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_credential_request")
    assert demo.http.get(f"{wallet.url}/.well-known/openid-credential-issuer").json()["batch_credential_issuance"] == {
        "batch_size": 10
    }


PUBLISHED = [
    ("/.well-known/openid-credential-issuer", "application/json"),
    ("/.well-known/oauth-authorization-server", "application/json"),
    ("/.well-known/openid-configuration", "application/json"),
    ("/.well-known/jwt-vc-issuer", "application/json"),
    ("/.well-known/did.json", "application/did+json"),
    ("/contexts/schulden/v1", "application/ld+json"),
    ("/types/overzicht", "application/json"),
    ("/types/zaak", "application/json"),
    ("/status/lists", "application/json"),
    ("/status/token/1", "application/statuslist+jwt"),
    ("/status/revocation/1", "application/vc"),
    ("/status/refresh/1", "application/vc"),
]


@pytest.mark.parametrize(("path", "media_type"), PUBLISHED)
def test_what_is_published_may_be_read_by_all_and_kept_a_while(demo: Demo, path: str, media_type: str) -> None:
    url = f"{demo.agency('cjib')['url']}{path}"
    answer = demo.http.get(url, headers={"origin": "https://wallet.example"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert "set-cookie" not in answer.headers
    again = demo.http.get(url, headers={"if-none-match": answer.headers["etag"]})
    if "status" not in path:  # lists are published anew meanwhile
        assert (again.status_code, again.content) == (304, b"")
    preflight = demo.http.request(
        "OPTIONS", url, headers={"origin": "https://wallet.example", "access-control-request-method": "GET"}
    )
    assert preflight.status_code in (200, 204)


@pytest.mark.parametrize("path", ["/status/token/1", "/status/revocation/1"])
def test_status_lists_travel_packed_where_that_is_asked(demo: Demo, path: str) -> None:
    url = f"{demo.agency('cjib')['url']}{path}"
    with demo.http.stream("GET", url, headers={"accept-encoding": "gzip"}) as packed:
        assert packed.headers["content-encoding"] == "gzip"
        assert "accept-encoding" in packed.headers["vary"].lower()
        body = b"".join(packed.iter_raw())
    plain = demo.http.get(url, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert len(gzip.decompress(body)) == len(plain.content)


@pytest.mark.parametrize(
    ("party", "path", "media_type"),
    [
        ("cjib", "/.well-known/nee", "application/json"),
        ("cjib", "/status/token/99", "application/json"),
        ("cjib", "/status/nee/1", "application/json"),
        ("cjib", "/offers/nee", "application/json"),
        ("cjib", "/types/nee", "application/json"),
        ("cjib", "/api/v1/nee", "application/problem+json"),
        ("cjib", "/nee", "text/html; charset=utf-8"),
        ("verifier", "/vp/verzoeken/nee", "application/json"),
        ("verifier", "/vp/nee", "application/json"),
        ("verifier", "/api/v1/nee", "application/problem+json"),
        ("verifier", "/nee", "text/html; charset=utf-8"),
        ("wallet", "/api/v1/nee", "application/problem+json"),
        ("wallet", "/nee", "text/html; charset=utf-8"),
        ("digid", "/nee", "text/html; charset=utf-8"),
    ],
)
def test_what_does_not_exist_is_said_in_the_style_of_its_door(
    demo: Demo, party: str, path: str, media_type: str
) -> None:
    base = demo.agency(party)["url"] if party == "cjib" else demo.report[party]["url"]
    answer = demo.http.get(f"{base}{path}", headers={"accept": "*/*"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, media_type)
    assert "nee" not in answer.text or media_type.startswith("text/html")


def test_offers_tell_what_became_of_them_to_the_agency_alone(demo: Demo) -> None:
    wallet = Wallet(demo, "cjib")
    made = wallet.offer("overzicht_sdjwt", persona="P3")
    path = f"aanbiedingen/{made['id']}"
    assert demo.api("cjib", path, method="GET").json() == {"id": made["id"], "status": "open"}
    assert made["id"] not in made["aanbodUri"]
    assert wallet.redeem(wallet.take(made)).status_code == 200
    assert wallet.cards(credential_configuration_id="overzicht_sdjwt")
    assert demo.api("cjib", path, method="GET").json()["status"] == "opgehaald"
    assert demo.api("duo", path, method="GET").status_code == 404
    assert httpx2.get(f"{wallet.url}/api/v1/{path}").status_code == 401
