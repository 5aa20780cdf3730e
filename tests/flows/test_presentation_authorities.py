"""A question for credentials under an authority: by its key, or by a trusted list of ETSI; checked in the answer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.trust.x509 import aki
from service.settings import TrustedListSection
from tests.flows.presentation_kit import BASE, Counter
from tests.unit.trust.test_etsi_lists import a_list
from tests.verifier_world import Card, make_world
from verifier.settings import VerifierSettings

OVERVIEW = "urn:nl:blauweknop:overzicht:1"
LIST = "https://tl.example/tl.xml"


@pytest.fixture
def counter(tmp_path: Path, clock: FixedClock) -> Iterator[Counter]:
    file = tmp_path / "tl.xml"
    # Whose certificate is on it is known once the agencies are made.
    world = make_world(tmp_path, clock, agencies=("cjib", "duo"))
    file.write_bytes(a_list(world.issuers["cjib"].ca.der))

    def adapt(settings: VerifierSettings) -> VerifierSettings:
        return settings.model_copy(update={"trusted_lists": (TrustedListSection(address=LIST, file=file),)})

    (tmp_path / "again").mkdir()
    again = make_world(tmp_path / "again", clock, agencies=(), adapt=adapt)
    again.issuers.update(world.issuers)
    for issuer in again.issuers.values():
        issuer.web = again.web
        issuer.publish()
    again.trust(*(each.participant for each in again.issuers.values()))
    with TestClient(again.service.app, base_url=BASE, follow_redirects=False) as http:
        yield Counter(again, http)


def asking(*authorities: Any, format: str = "dc+sd-jwt") -> dict[str, Any]:
    mdoc = format == "mso_mdoc"
    query = {
        "id": "overzicht", "format": format,
        "meta": {"doctype_value": OVERVIEW} if mdoc else {"vct_values": [OVERVIEW]},
        "claims": [{"path": [OVERVIEW, "saldo_totaal"] if mdoc else ["saldo_totaal"]}],
        "trusted_authorities": [*authorities],
    }  # fmt: skip
    return {"credentials": [query]}


def card_of(counter: Counter, key: str, format: str = "dc+sd-jwt") -> list[Card]:
    return counter.world.issuers[key].statements((), format=format)


@pytest.mark.parametrize("format", ["dc+sd-jwt", "mso_mdoc"])
@pytest.mark.parametrize("kind", ["etsi_tl", "aki"])
def test_an_answer_from_under_the_authority_is_taken_and_another_is_not(
    counter: Counter, kind: str, format: str
) -> None:
    cjib, duo = card_of(counter, "cjib", format), card_of(counter, "duo", format)
    value = LIST if kind == "etsi_tl" else aki(counter.world.issuers["cjib"].leaf)
    made = counter.make(dcqlQuery=asking({"type": kind, "values": [value, "iets-anders"]}, format=format))
    assert counter.share(made, duo).status_code == 400
    assert counter.share(made, cjib).status_code == 200


@pytest.mark.parametrize(
    "authority",
    [
        {"type": "etsi_tl", "values": ["https://tl.example/onbekend.xml"]},
        {"type": "openid_federation", "values": ["https://federatie.example"]},
        {"type": "iets-nieuws", "values": [LIST]},
    ],
)
def test_an_authority_that_cannot_be_checked_is_not_taken_for_met(counter: Counter, authority: Any) -> None:
    made = counter.make(dcqlQuery=asking(authority))
    assert counter.share(made, card_of(counter, "cjib")).status_code == 400


def test_one_of_several_authorities_will_do(counter: Counter) -> None:
    authorities = ({"type": "aki", "values": ["AAAA"]}, {"type": "etsi_tl", "values": [LIST]})
    made = counter.make(dcqlQuery=asking(*authorities))
    assert counter.share(made, card_of(counter, "cjib")).status_code == 200
