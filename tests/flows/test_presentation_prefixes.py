"""Who a verifier says it is: by certificate, by DID, or by what somebody on the trust list says of its key."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from credentials.clock import FixedClock
from credentials.dids import did_jwk, did_key
from credentials.errors import ConfigurationError
from credentials.jose import UnverifiedToken, sign_jwt
from credentials.keys import SoftwareSigner
from credentials.openid.verifier_attestation import sign_attestation
from credentials.openid.vp_response import build_response
from credentials.trust import Participant, TrustList, recognise_verifier
from credentials.trust.x509 import KeyPurpose, chain_end, make_ca, to_pem
from service.commands import build
from service.logging import configure
from tests.flows.presentation_kit import API, BASE, Counter, auth
from tests.flows.test_presentation_screens import Browser
from tests.verifier_world import Card, World, make_world
from verifier.app import create, describe
from verifier.settings import VerifierSettings
from verifier.storage.keys import KeyFiles

ATTESTER = SoftwareSigner.generate()
YEAR = timedelta(days=365)
ATTESTED = "schuldhulp.example"


@dataclass
class Attested:
    """Settings with an attestation of the access key, as an attester would make it."""

    clock: FixedClock
    method: str = "web"
    subject: str = "schuldhulp.example"
    lifetime: timedelta = YEAR
    holder: SoftwareSigner | None = None
    default: bool = False

    def __call__(self, settings: VerifierSettings) -> VerifierSettings:
        key = (self.holder or KeyFiles(settings.state).access().signer).public_jwk
        file = settings.state / "attestation.jwt"
        file.write_text(
            sign_attestation(
                ATTESTER, issuer="https://attester.example", subject=self.subject, holder=key, now=self.clock.now(),
                lifetime=self.lifetime, verification_method=did_key(ATTESTER.public_jwk)[1],
            )
        )  # fmt: skip
        prefix = "verifier_attestation" if self.default else settings.client_id_prefix
        return settings.model_copy(update={"attestation": file, "did_method": self.method, "client_id_prefix": prefix})


def counting(world: World) -> Iterator[Counter]:
    with TestClient(world.service.app, base_url=BASE, follow_redirects=False) as http:
        yield Counter(world, http)


@pytest.fixture
def counter(tmp_path: Path, clock: FixedClock) -> Iterator[Counter]:
    yield from counting(make_world(tmp_path, clock, agencies=("cjib",), adapt=Attested(clock)))


@pytest.fixture
def cards(counter: Counter) -> list[Card]:
    return counter.world.samira()


@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
@pytest.mark.parametrize("prefix", ["decentralized_identifier", "verifier_attestation"])
def test_a_set_that_was_asked_under_another_prefix_is_proven(
    counter: Counter, cards: list[Card], prefix: str, mode: str
) -> None:
    made = counter.make(sjabloon="intake", clientIdPrefix=prefix, responseMode=mode)
    assert made["verzoekUri"].startswith(f"openid4vp://?client_id={prefix}%3A")
    assert counter.share(made, cards).status_code == 200
    assert {each["uitkomst"] for each in counter.look(made["id"])["bewijzen"]} == {"bewezen"}


@pytest.mark.parametrize("prefix", ["decentralized_identifier", "verifier_attestation"])
def test_the_audience_is_the_whole_identifier(counter: Counter, cards: list[Card], prefix: str) -> None:
    made = counter.make(sjabloon="intake", clientIdPrefix=prefix)
    request = counter.read(made["verzoekUri"])
    assert counter.share(made, cards, audience=request.client_id.value).status_code == 400
    assert counter.share(made, cards, audience=request.client_id.full).status_code == 200


def test_the_document_of_its_did_is_served_with_the_access_key(counter: Counter) -> None:
    answer = counter.http.get("/.well-known/did.json")
    assert answer.headers["content-type"] == "application/did+json"
    document = answer.json()
    made = counter.make(sjabloon="intake", clientIdPrefix="decentralized_identifier")
    client_id = parse_qs(urlsplit(made["verzoekUri"]).query)["client_id"][0]
    assert client_id == f"decentralized_identifier:{document['id']}"
    assert document["id"] == "did:web:localhost%3A8120"
    assert document["authentication"] == document["assertionMethod"]
    assert "publicKeyJwk" in str(document["verificationMethod"])
    assert '"d"' not in answer.text


@pytest.mark.parametrize(("method", "make"), [("jwk", did_jwk), ("key", did_key)])
def test_a_did_that_is_its_own_document_needs_no_address(
    tmp_path: Path, clock: FixedClock, method: str, make: Any
) -> None:
    world = make_world(tmp_path, clock, agencies=("cjib",), adapt=Attested(clock, method=method))
    for counter in counting(world):
        made = counter.make(sjabloon="intake", clientIdPrefix="decentralized_identifier")
        request = counter.read(made["verzoekUri"])
        assert request.client_id.value == make(KeyFiles(world.settings.state).access().signer.public_jwk)[0]
        assert counter.http.get("/.well-known/did.json").status_code == 404
        assert counter.share(made, world.samira()).status_code == 200


def test_the_entry_for_the_trust_list_pins_the_did_and_its_key(counter: Counter, clock: FixedClock) -> None:
    entry = Participant.parse(json.loads(describe(counter.world.settings)))
    assert entry.did == "did:web:localhost%3A8120"
    now = clock.now()
    listed = TrustList("https://stelsel.example", now, now, 1, (entry,))
    client_id = f"decentralized_identifier:{entry.did}"
    assert recognise_verifier(listed, now, client_id=client_id, key=entry.keys[0]) == entry


def test_without_an_attestation_nothing_is_asked_under_its_prefix(tmp_path: Path, clock: FixedClock) -> None:
    for counter in counting(make_world(tmp_path, clock, agencies=())):
        body = {"sjabloon": "intake", "clientIdPrefix": "verifier_attestation"}
        answer = counter.http.post(API, json=body, headers=auth())
        assert answer.status_code == 400
        assert "clientIdPrefix" in answer.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"holder": SoftwareSigner.generate()}, "another key"),
        ({"lifetime": timedelta(seconds=-1), "default": True}, "time is over"),
    ],
)
def test_an_attestation_that_no_wallet_would_take_is_told_before_serving(
    tmp_path: Path, clock: FixedClock, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        make_world(tmp_path, clock, agencies=(), adapt=replace(Attested(clock), **changes))


def test_an_ended_attestation_that_only_some_want_is_told_at_the_start_and_asked_under_by_nobody(
    tmp_path: Path, clock: FixedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    configure()
    try:
        world = make_world(tmp_path, clock, agencies=("cjib",), adapt=Attested(clock, lifetime=timedelta(seconds=-1)))
    finally:
        configure(level="critical", strict=True)
    assert "attestation_ended" in capsys.readouterr().err
    for counter in counting(world):
        assert counter.http.get("/health/ready").json()["checks"]["certificate"] == "ok"
        answer = counter.http.post(
            API, json={"sjabloon": "intake", "clientIdPrefix": "verifier_attestation"}, headers=auth()
        )
        assert (answer.status_code, "verifier_not_attested" in answer.text) == (503, True)
        assert counter.files() == []
        assert counter.share(counter.make(sjabloon="intake"), world.samira()).status_code == 200


def test_an_attestation_that_ends_meanwhile_is_sent_no_more_and_the_service_is_not_ready(
    tmp_path: Path, clock: FixedClock
) -> None:
    world = make_world(
        tmp_path, clock, agencies=("cjib",), adapt=Attested(clock, default=True, lifetime=timedelta(minutes=4))
    )
    anna = Browser(world)
    anna.log_in()
    file = anna.new()
    for counter in counting(world):
        made = counter.make(sjabloon="intake")
        read = counter.read(made["verzoekUri"])
        assert counter.http.get("/health/ready").json()["checks"]["attestation"] == "ok"
        clock.advance(timedelta(minutes=4))
        ready = counter.http.get("/health/ready")
        assert (ready.status_code, ready.json()["checks"]["attestation"]) == (503, "unavailable")
        path = parse_qs(urlsplit(made["verzoekUri"]).query)["request_uri"][0].removeprefix(BASE)
        for answer in (counter.http.get(path), counter.http.post(path, data={"wallet_nonce": "n"})):
            assert answer.status_code == 400
            assert ATTESTED not in answer.text
        assert anna.get(f"{file}/browservraag").status_code == 409
        assert "openid4vp" not in anna.get(file).text
        page = anna.post(f"{file}/vraag", anna.get(file).text)
        assert page.status_code == 503
        assert "Waarschuw de beheerder" in page.text
        fields = {"kenmerk": "2026-0118", "sjabloon": "intake", "plaats": "hier"}
        assert anna.post("/intakes", anna.get("/intakes/nieuw").text, **fields).status_code == 503
        assert len(re.findall(r"2026-\d{4}", anna.get("/").text)) == 1
        assert counter.http.post(API, json={"sjabloon": "intake"}, headers=auth()).status_code == 503
        assert len(counter.files()) == 1
        # Whoever was asked in time may still answer.
        assert counter.send(read, world.present(read, world.samira())).status_code == 200


@pytest.mark.parametrize("of", ["the certificate", "its authority"])
def test_whose_certificate_has_ended_is_not_ready(tmp_path: Path, clock: FixedClock, of: str) -> None:
    world = make_world(tmp_path, clock, agencies=())
    files = KeyFiles(world.settings.state)
    if of == "its authority":
        # One that ends before the leaf below it does.
        begin, end = datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(days=200)
        authority = make_ca("Schuldhulp", not_before=begin, not_after=end)
        organisation = world.settings.organisation
        leaf = authority.issue_leaf(
            files.access().signer.public_jwk, uri=world.settings.base_url, dns="localhost", eku=KeyPurpose.REQUESTS,
            common_name=organisation.name, organisation=organisation.name, oin=organisation.oin, not_before=begin,
            not_after=end + timedelta(days=100),
        )  # fmt: skip
        (world.settings.state / "access-chain.pem").write_text(to_pem(leaf))
        (world.settings.state / "authority-certificate.pem").write_text(authority.pem)
        world.service.close()
        world.service = create(world.settings, clock=clock, http=world.web)
    else:
        end = chain_end(files.access().chain)
    for counter in counting(world):
        for moment, said in ((end - timedelta(seconds=1), "ok"), (end, "unavailable")):
            clock.at = moment
            assert counter.http.get("/health/ready").json()["checks"]["certificate"] == said


def test_a_part_to_come_that_nobody_may_ask_any_more_is_told_before_anything_is_kept(
    tmp_path: Path, clock: FixedClock
) -> None:
    world = make_world(
        tmp_path, clock, agencies=("cjib",), adapt=Attested(clock, default=True, lifetime=timedelta(minutes=4))
    )
    for counter in counting(world):
        made = counter.make(sjabloon="intake")
        read = counter.read(made["verzoekUri"])
        clock.advance(timedelta(minutes=4))
        fields = build_response(read, world.present(read, world.samira()), parts_left=1)
        assert counter.post(read, fields).status_code == 400
        assert counter.look(made["id"])["status"] == "open"


def test_without_an_end_it_is_no_attestation(tmp_path: Path, clock: FixedClock) -> None:
    world = make_world(tmp_path, clock, agencies=(), adapt=Attested(clock))
    file = world.settings.state / "attestation.jwt"
    stated = dict(UnverifiedToken.parse(file.read_text()).payload)
    for wrong in ({}, {"exp": "morgen"}, {"exp": True}, {"exp": 1e300}):
        payload = {name: value for name, value in stated.items() if name != "exp"} | wrong
        file.write_text(sign_jwt("verifier-attestation+jwt", {}, payload, ATTESTER))
        with pytest.raises(ConfigurationError, match=r"attestation\.jwt"):
            create(world.settings)


@pytest.mark.parametrize("text", ["", "geen attest", "a.b.c"])
def test_a_file_that_is_no_attestation_is_told_before_serving(counter: Counter, text: str) -> None:
    file = counter.world.settings.state / "attestation.jwt"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=r"attestation\.jwt"):
        create(counter.world.settings)
    file.unlink()
    with pytest.raises(ConfigurationError, match=r"attestation\.jwt"):
        create(counter.world.settings)


def test_an_attester_makes_the_attestation_by_command(counter: Counter, tmp_path: Path, clock: FixedClock) -> None:
    entry, key, out = tmp_path / "verifier.json", tmp_path / "attester.pem", tmp_path / "attestation.jwt"
    entry.write_text(describe(counter.world.settings))
    ATTESTER.write(key)
    arguments = [
        "trust", "attest", str(entry), "--key", str(key), "--issuer", "https://attester.example", "--out", str(out),
        "--did-url", did_key(ATTESTER.public_jwk)[1], "--subject", "schuldhulp.example", "--days", "300",
    ]  # fmt: skip
    made = CliRunner().invoke(build(), arguments)
    assert made.exit_code == 0, made.output
    assert "verifier_attestation:schuldhulp.example" in made.output
    create(counter.world.settings.model_copy(update={"attestation": out})).close()
    refused = CliRunner().invoke(build(), arguments[:8])
    assert refused.exit_code == 2
