"""Our cards, read by verifiers in Go (irmago), Kotlin (the EU's library) and Rust (ssi); and by none when changed.

The cards are an agency's own, secured by its own keys and shown as our wallet shows them. The Kotlin and the Go library
are given the root and nothing else; the Rust one validates no certificates, and is given the issuer's key.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from credentials.debts.types import CONTEXT_URL, OVERVIEW_TYPE, context_document
from credentials.encoding import JsonObject
from credentials.formats import ClaimsPath, Credential
from credentials.formats.selective_disclosure import key_binding
from credentials.keys import SoftwareSigner
from issuer.app.keys import CA
from issuer.domain.configurations import Securing
from tests.flows.securings_kit import AUDIENCE, NONCE, Bench, flipped, make_bench, statements
from tests.interop.others import BUILD_SECONDS, CARDS, Answer, Reader

pytestmark = [pytest.mark.outside, pytest.mark.timeout(BUILD_SECONDS)]

URL = "https://schulden.cjib.example"
DATA_INTEGRITY = (Securing.EDDSA_RDFC, Securing.ECDSA_RDFC, Securing.ECDSA_SD)
each_reader = pytest.mark.parametrize("reader", CARDS.values(), ids=CARDS)
each_suite = pytest.mark.parametrize("securing", DATA_INTEGRITY, ids=[each.value for each in DATA_INTEGRITY])


@dataclass(frozen=True)
class Desk:
    """An agency, and what a verifier knows of it, in a folder."""

    bench: Bench
    known: Path

    def cards(self, securing: Securing, paths: Sequence[ClaimsPath] | None = None) -> Iterator[tuple[JsonObject, Any]]:
        """Give what is stated about Samira, and what her wallet shows of it."""
        for type_, claims in statements("samira"):
            holder = SoftwareSigner.generate()
            credential = self.bench.issue(self.bench.draft(type_, claims, holder), securing)
            yield claims, self.bench.show(credential, securing, holder, paths)

    def read(self, reader: Reader, card: Credential, *, audience: str = AUDIENCE, nonce: str = NONCE) -> Answer:
        text = card if isinstance(card, str) else json.dumps(card)
        return reader.read(self.known, audience, nonce, card=text)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    bench = make_bench(tmp_path_factory.mktemp("agency"), base_url=URL, insecure_localhost=False)
    known = tmp_path_factory.mktemp("known")
    fill(known, bench)
    yield Desk(bench, known)
    bench.agency.database.close()


def fill(folder: Path, bench: Bench) -> None:
    signer = bench.agency.desk.issue.signing.identity.keys[Securing.SD_JWT].signer
    (folder / "root.pem").write_bytes((bench.agency.settings.state / CA).read_bytes())
    (folder / "issuer.jwk").write_text(json.dumps(signer.public_jwk.to_dict()))
    (folder / "did.json").write_bytes(TestClient(bench.agency.app, base_url=URL).get("/.well-known/did.json").content)
    (folder / "contexts.json").write_text(json.dumps({CONTEXT_URL: json.loads(context_document())}))


def filled(tree: JsonObject) -> JsonObject:
    """Leave out the places of a card that nothing stands in: each has as many, so that their number says nothing."""
    inner = ((name, filled(value) if isinstance(value, dict) else value) for name, value in tree.items())
    return {name: value for name, value in inner if value != {}}


@each_reader
def test_they_read_in_a_card_what_the_agency_states(reader: Reader, desk: Desk) -> None:
    for claims, shown in desk.cards(Securing.SD_JWT):
        answer = desk.read(reader, shown)
        assert answer.accepted, answer.said
        read = filled(json.loads(answer.said))
        assert {name: read[name] for name in claims} == claims


@each_reader
def test_they_read_what_the_holder_shows_and_no_more(reader: Reader, desk: Desk) -> None:
    claims, shown = next(desk.cards(Securing.SD_JWT, [("saldo_totaal",)]))
    answer = desk.read(reader, shown)
    assert answer.accepted, answer.said
    read = filled(json.loads(answer.said))
    assert read["saldo_totaal"] == claims["saldo_totaal"]
    assert "zaken" in claims
    assert "zaken" not in read


@each_reader
def test_they_refuse_what_was_shown_to_somebody_else(reader: Reader, desk: Desk) -> None:
    _, shown = next(desk.cards(Securing.SD_JWT))
    assert desk.read(reader, shown).accepted
    assert not desk.read(reader, shown, nonce="m" * 22).accepted
    assert not desk.read(reader, shown, audience="x509_hash:" + "b" * 43).accepted


@each_reader
def test_they_refuse_a_card_of_which_a_letter_was_changed(reader: Reader, desk: Desk) -> None:
    _, shown = next(desk.cards(Securing.SD_JWT, [("saldo_totaal",)]))
    # Header, payload and signature of the agency, then the disclosures, then those of the holder; three places each.
    for place, changed in flipped(shown):
        answer = desk.read(reader, changed)
        assert not answer.accepted, (place, answer.said)


@each_reader
def test_they_refuse_a_card_that_is_over(reader: Reader, desk: Desk) -> None:
    type_, claims = next(statements("samira"))
    holder, now = SoftwareSigner.generate(), desk.bench.clock.now()
    draft = desk.bench.draft(type_, claims, holder)
    for days, expected in ((1, True), (-1, False)):
        aged = replace(draft, issued_at=now - timedelta(days=9), expires_at=now + timedelta(days=days))
        shown = desk.bench.show(desk.bench.issue(aged, Securing.SD_JWT), Securing.SD_JWT, holder)
        answer = desk.read(reader, shown)
        assert answer.accepted is expected, answer.said


@each_reader
def test_they_refuse_a_stolen_card(reader: Reader, desk: Desk) -> None:
    type_, claims = next(statements("samira"))
    holder, thief, now = SoftwareSigner.generate(), SoftwareSigner.generate(), desk.bench.clock.now()
    card = desk.bench.issue(desk.bench.draft(type_, claims, holder), Securing.SD_JWT)
    assert isinstance(card, str)
    for signer, expected in ((holder, True), (thief, False)):
        binding = key_binding.make(card, signer, audience=AUDIENCE, nonce=NONCE, now=now, hash_name="sha-256")
        assert desk.read(reader, card + binding).accepted is expected
    assert not desk.read(reader, card).accepted


@each_reader
def test_they_refuse_another_issuer(reader: Reader, desk: Desk, tmp_path: Path) -> None:
    other = make_bench(tmp_path, base_url=URL, insecure_localhost=False)
    try:
        _, shown = next(Desk(other, desk.known).cards(Securing.SD_JWT))
        fill(tmp_path, other)
        assert Desk(other, tmp_path).read(reader, shown).accepted
        assert not desk.read(reader, shown).accepted
    finally:
        other.agency.database.close()


def inside(presentation: Any) -> JsonObject:
    within = presentation["verifiableCredential"]
    (credential,) = within if isinstance(within, list) else [within]
    assert isinstance(credential, dict)
    return credential


@each_suite
def test_rust_reads_a_card_with_a_data_integrity_proof(securing: Securing, desk: Desk) -> None:
    for _, shown in desk.cards(securing):
        credential = inside(shown)
        answer = desk.read(CARDS["Rust"], credential)
        assert answer.accepted, answer.said
        assert json.loads(answer.said)["credentialSubject"] == credential["credentialSubject"]


@each_suite
def test_rust_refuses_such_a_card_of_which_a_letter_was_changed(securing: Securing, desk: Desk) -> None:
    _, shown = next(desk.cards(securing))
    for place, changed in flipped(inside(shown)):
        answer = desk.read(CARDS["Rust"], changed)
        assert not answer.accepted, (place, answer.said)


@each_suite
def test_rust_refuses_such_a_card_that_is_over(securing: Securing, desk: Desk) -> None:
    holder, now = SoftwareSigner.generate(), desk.bench.clock.now()
    claims = dict(statements("samira"))[OVERVIEW_TYPE]
    draft = desk.bench.draft(OVERVIEW_TYPE, claims, holder)
    aged = replace(draft, issued_at=now - timedelta(days=9), expires_at=now - timedelta(days=1))
    shown = desk.bench.show(desk.bench.issue(aged, securing), securing, holder)
    assert not desk.read(CARDS["Rust"], inside(shown)).accepted
