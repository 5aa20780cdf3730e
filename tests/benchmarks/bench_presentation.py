"""A presentation of forty cards: posted by a wallet, verified, stored, and shown on the counsellor's screen.

Twenty agencies, an overview and a case of each, half as `dc+sd-jwt` and half as `ldp_vc`. Every round is a new request,
at a moment at which the status lists held before may no longer be used. Beside it, in turns, the bare cryptography of
such an answer: as many signatures of the same kinds, over as many bytes, with the keys already there.
"""

import logging
import re
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.openid.vp_response import build_response
from service.logging import configure
from tests.benchmarks.timing import Row
from tests.conftest import NOW
from tests.debt_builders import agency, demo_document
from tests.flows.presentation_kit import BASE, Counter
from tests.verifier_world import Card, Issuer, make_world
from verifier.app import formats

AGENCIES: Final = 20
ROUNDS: Final = 7
FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
STATUS_SECONDS: Final = 300
FORMATS: Final = ("dc+sd-jwt", "ldp_vc")
# Of each pair of agencies: issuers' signatures, holders' proofs, certificates (also of who signs status lists), lists.
P256: Final = AGENCIES // 2 * (2 + 4 + 2 + 1)
ED25519: Final = AGENCIES // 2 * (2 + 2)
BYTES: Final = 2_000


@dataclass(frozen=True)
class Answer:
    """What a wallet posts, and where the counsellor then looks."""

    path: str
    body: bytes
    screen: str


class Desk:
    """A verifier, its counsellor at the screen, and a citizen with forty cards."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(NOW)
        self.world = make_world(folder, self.clock, agencies=())
        known, read = agency("cjib"), formats()
        for number in range(AGENCIES):
            made = replace(known, oin=f"{number:020}", name=f"Organisatie {number}", abbreviation=f"org{number}")
            self.world.issuers[made.abbreviation] = Issuer(made, self.world.web, self.clock, read)
        self.world.trust(*(each.participant for each in self.world.issuers.values()))
        self.cards = [
            card for number, issuer in enumerate(self.world.issuers.values()) for card in both(issuer, number)
        ]
        self.http = TestClient(self.world.service.app, base_url=BASE)
        self._send("/inloggen", "/inloggen", medewerker="anna", wachtwoord="schuldhulp")

    def _send(self, path: str, page: str, **fields: str) -> Any:  # a response
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.http.get(page).text)
        assert token is not None
        return self.http.post(path, data={"csrf_token": token[1], **fields}, headers={"origin": BASE})

    def ask(self) -> Answer:
        """Ask for all cards, and let the wallet make its answer."""
        self.clock.advance(timedelta(seconds=STATUS_SECONDS + 1))
        page = self._send(
            "/intakes", "/intakes/nieuw", kenmerk="2026-0042", sjabloon="intake", plaats="hier", toch="ja"
        )
        link = re.search(r'value="(openid4vp://[^"]+)"', page.text)
        assert link is not None
        request = Counter(self.world, self.http).read(link[1].replace("&amp;", "&"), formats=FORMATS)
        fields = build_response(request, self.world.present(request, self.cards))
        return Answer(request.response_uri.removeprefix(BASE), urlencode(fields).encode(), page.url.path)

    def take(self, answer: Answer) -> str:
        """Take the answer in, and return the screen that shows it."""
        assert self.http.post(answer.path, content=answer.body, headers=FORM).status_code == 200
        return str(self.http.get(f"{answer.screen}/resultaat").text)


def both(issuer: Issuer, number: int) -> list[Card]:
    """Issue an overview and its one case."""
    cases = demo_document("cjib", "samira").cases_at(issuer.agency)
    cards = issuer.statements(cases, format=FORMATS[number % 2])
    assert len(cards) == 2
    return cards


def bare() -> Callable[[], None]:
    """Return the cryptography alone."""
    message = bytes(BYTES)
    on_p256, edwards = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
    first, second = on_p256.sign(message, ec.ECDSA(SHA256())), edwards.sign(message)
    one, two = on_p256.public_key(), edwards.public_key()

    def verify() -> None:
        for _ in range(P256):
            one.verify(first, message, ec.ECDSA(SHA256()))
        for _ in range(ED25519):
            two.verify(second, message)

    return verify


def measure() -> list[Row]:
    """Measure the presentation beside its bare cryptography."""
    with tempfile.TemporaryDirectory() as folder:
        configure(level="error")
        logging.disable()
        desk, alone = Desk(Path(folder)), bare()
        shown = desk.take(desk.ask())
        assert all(f"Organisatie {number}" in shown for number in range(AGENCIES)), "the screen shows every agency"
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(ROUNDS):
            answer, fetched = desk.ask(), len(desk.world.web.fetched)
            ours.append(seconds(lambda answer=answer: desk.take(answer)))
            # One token list or two bitstrings of each agency, and the trust list where it was due.
            assert len(desk.world.web.fetched) - fetched <= AGENCIES // 2 * 3 + 1
            theirs.append(seconds(alone))
        logging.disable(logging.NOTSET)
        configure()
    took = median(ours)
    work = f"40 cards presented, verified, stored and on screen: {took * 1000:.0f} ms"
    return [Row("presentation-40-cards", work, 1 / took, "bare cryptography", 1 / median(theirs), "under 300 ms")]


def seconds(work: Callable[[], object]) -> float:
    """Return how long it takes, once."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
