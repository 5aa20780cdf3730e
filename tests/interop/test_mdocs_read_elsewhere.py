"""Our mdocs, read by a verifier in JavaScript (@auth0/mdl) that is given the root and the session; changed, by none."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from credentials.debts.elements import element_path
from credentials.keys import SoftwareSigner
from issuer.app.keys import CA
from issuer.domain.configurations import Securing
from tests.flows.securings_kit import AUDIENCE, CHANNEL, NONCE, Bench, flipped, make_bench, statements
from tests.interop.others import BUILD_SECONDS, MDOC, Answer

pytestmark = [pytest.mark.outside, pytest.mark.timeout(BUILD_SECONDS)]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = make_bench(tmp_path_factory.mktemp("agency"))
    yield made
    made.agency.database.close()


@pytest.fixture
def known(bench: Bench, tmp_path: Path) -> Path:
    (tmp_path / "root.pem").write_bytes((bench.agency.settings.state / CA).read_bytes())
    return tmp_path


def shown(bench: Bench, *names: str) -> str:
    type_, claims = next(statements("samira"))
    holder = SoftwareSigner.generate()
    credential = bench.issue(bench.draft(type_, claims, holder), Securing.MDOC)
    return str(bench.show(credential, Securing.MDOC, holder, [element_path(type_, [name]) for name in names]))


def read(known: Path, text: str, **changed: str) -> Answer:
    asked = {"audience": AUDIENCE, "nonce": NONCE, "address": CHANNEL.response_uri, "key": CHANNEL.encryption_key}
    return MDOC.read(known, *{**asked, **changed}.values(), card=text)


def test_it_reads_the_elements_that_the_holder_shows(bench: Bench, known: Path) -> None:
    type_, claims = next(statements("samira"))
    answer = read(known, shown(bench, "saldo_totaal", "dekking", "aantal_open_zaken"))
    assert answer.accepted, answer.said
    wanted = {name: claims[name] for name in ("saldo_totaal", "dekking", "aantal_open_zaken")}
    assert json.loads(answer.said) == {"type": type_, "claims": wanted}


@pytest.mark.parametrize(
    "changed",
    [{"nonce": "m" * 22}, {"audience": "x509_hash:other"}, {"address": "https://elsewhere.example/r"}, {"key": ""}],
    ids=["nonce", "audience", "address", "key"],
)
def test_it_refuses_what_was_shown_in_another_session(bench: Bench, known: Path, changed: dict[str, str]) -> None:
    text = shown(bench, "saldo_totaal")
    assert read(known, text).accepted
    assert not read(known, text, **changed).accepted


def test_it_refuses_what_we_refuse(bench: Bench, known: Path) -> None:
    places = list(flipped(shown(bench, "saldo_totaal")))[::6]
    assert len(places) >= 6
    for place, changed in places:
        assert not bench.examine(changed, Securing.MDOC).proven
        assert not read(known, changed).accepted, place


def test_it_refuses_a_document_that_is_over(bench: Bench, known: Path) -> None:
    type_, claims = next(statements("samira"))
    holder, now = SoftwareSigner.generate(), bench.clock.now()
    draft = replace(bench.draft(type_, claims, holder), issued_at=now - timedelta(days=9))
    for minutes, expected in ((60, True), (-2, False)):
        aged = bench.issue(replace(draft, expires_at=now + timedelta(minutes=minutes)), Securing.MDOC)
        assert read(known, str(bench.show(aged, Securing.MDOC, holder))).accepted is expected
