"""Requests of verifiers with a DID, or with an attestation of somebody on the trust list, at the citizen's wallet."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from credentials.dids import did_jwk, did_key, did_web_document, json_web_key
from credentials.encoding import json_compact
from credentials.keys import PublicJwk, SoftwareSigner
from credentials.openid.client_id import ClientId, Prefix
from credentials.openid.verifier_attestation import sign_attestation
from credentials.openid.vp_response import PresentationResponse
from credentials.trust import Participant, Role
from tests.flows.wallet_kit import boxes, only, publish, scan
from tests.wallet_world import Citizen, Page, Requester, WalletWorld, make_world

ATTESTER = SoftwareSigner.generate()
ATTESTER_DID, ATTESTER_METHOD = did_key(ATTESTER.public_jwk)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("prefixes"), "cjib")
    yield world
    world.close()


@pytest.fixture(scope="module")
def samira(world: WalletWorld) -> Citizen:
    return world.collector()


@pytest.fixture
def counsellor(world: WalletWorld) -> Iterator[Requester]:
    before = list(world.participants)
    yield Requester(world.net, world.clock, host="schuldhulp.example")
    publish(world, before)


def listed(world: WalletWorld, *participants: Participant) -> None:
    publish(world, [*world.participants, *participants])


def verifier(**changes: Any) -> Participant:
    entry: dict[str, Any] = {
        "identifier": "https://schuldhulp.example", "name": "Schuldhulp Voorbeeld",
        "roles": frozenset({Role.VERIFIER}), **changes,
    }  # fmt: skip
    return Participant(**entry)


def attester(**changes: Any) -> Participant:
    entry: dict[str, Any] = {
        "identifier": ATTESTER_DID, "name": "Het stelsel", "did": ATTESTER_DID, "roles": frozenset({Role.ATTESTER}),
        **changes,
    }  # fmt: skip
    return Participant(**entry)


def ask_by_did(counsellor: Requester, did: str, method: str) -> str:
    client_id = ClientId(Prefix.DECENTRALIZED_IDENTIFIER, did)
    return counsellor.ask(only(), client_id=client_id, proof={"verification_method": method})


def ask_attested(counsellor: Requester, **changes: Any) -> str:
    stated: dict[str, Any] = {
        "issuer": ATTESTER_DID, "subject": "schuldhulp.example", "holder": counsellor.signer.public_jwk,
        "now": counsellor.clock.now(), "lifetime": timedelta(days=1), "verification_method": ATTESTER_METHOD, **changes,
    }  # fmt: skip
    token = sign_attestation(stated.pop("signer", ATTESTER), **stated)
    client_id = ClientId(Prefix.VERIFIER_ATTESTATION, "schuldhulp.example")
    return counsellor.ask(only(), client_id=client_id, proof={"attestation": token})


def shared(samira: Citizen, counsellor: Requester, page: Page, **fields: str) -> None:
    samira.post(page.url, page, besluit="delen", kaart=boxes(page.text), **fields)
    assert isinstance(counsellor.answered[-1], PresentationResponse)


def serve_document(counsellor: Requester, did: str, *keys: PublicJwk) -> list[str]:
    """Put a DID document where the did:web is, and note who comes for it."""
    asked: list[str] = []
    before = counsellor.handle

    def handle(method: str, path: str, headers: Mapping[str, str], content: bytes) -> tuple[int, str, bytes]:
        if path == "/.well-known/did.json":
            asked.append(path)
            document = did_web_document(did, keys, purposes=("authentication",))
            return 200, "application/did+json", json_compact(document)
        return before(method, path, headers, content)

    counsellor.net.handlers[counsellor.host] = handle
    return asked


@pytest.mark.parametrize("make", [did_jwk, did_key])
def test_a_listed_verifier_is_known_by_its_did(
    samira: Citizen, counsellor: Requester, world: WalletWorld, make: Any
) -> None:
    did, method = make(counsellor.signer.public_jwk)
    listed(world, verifier(did=did))
    page = scan(samira, ask_by_did(counsellor, did, method))
    assert "Schuldhulp Voorbeeld" in page.words
    shared(samira, counsellor, page)


def test_a_listed_verifier_is_known_by_its_web_did_and_pinned_key(
    samira: Citizen, counsellor: Requester, world: WalletWorld
) -> None:
    did, key = "did:web:schuldhulp.example", counsellor.signer.public_jwk
    serve_document(counsellor, did, key)
    listed(world, verifier(did=did, keys=(key,)))
    page = scan(samira, ask_by_did(counsellor, did, json_web_key(did, key)))
    assert "Schuldhulp Voorbeeld Nagekeken Dit verzoek komt echt van hen." in page.words
    shared(samira, counsellor, page)


def test_whoever_took_over_the_web_site_has_not_the_pinned_key(
    samira: Citizen, counsellor: Requester, world: WalletWorld
) -> None:
    did = "did:web:schuldhulp.example"
    serve_document(counsellor, did, counsellor.signer.public_jwk)
    listed(world, verifier(did=did, keys=(SoftwareSigner.generate().public_jwk,)))
    link = ask_by_did(counsellor, did, json_web_key(did, counsellor.signer.public_jwk))
    page = scan(samira, link, zeker="ja")
    assert "Een onbekende organisatie" in page.words


def test_a_strangers_did_document_is_not_fetched_before_the_citizen_agrees(
    samira: Citizen, counsellor: Requester, world: WalletWorld
) -> None:
    # The request lies at a host that is known, its DID at one that is not.
    listed(world, verifier())
    stranger = Requester(world.net, world.clock, host="vreemd.example")
    did, key = "did:web:vreemd.example", counsellor.signer.public_jwk
    asked = serve_document(stranger, did, key)
    link = ask_by_did(counsellor, did, json_web_key(did, key))
    page = scan(samira, link)
    assert "vreemd.example" in page.words
    assert asked == []
    assert "Een onbekende organisatie" in scan(samira, link, zeker="ja").words
    assert asked != []


@pytest.mark.parametrize("kid", ["did:key:zDnaeother#1", "key-1"])
def test_a_key_of_another_did_is_refused(samira: Citizen, counsellor: Requester, world: WalletWorld, kid: str) -> None:
    did, _ = did_jwk(counsellor.signer.public_jwk)
    listed(world, verifier(did=did))
    client_id = ClientId(Prefix.DECENTRALIZED_IDENTIFIER, did)
    link = counsellor.ask(only(), client_id=client_id, header={"kid": kid})
    assert scan(samira, link).status == 403
    assert counsellor.answered == []


def test_who_is_vouched_for_by_an_attester_is_known_by_that_word(
    samira: Citizen, counsellor: Requester, world: WalletWorld
) -> None:
    listed(world, attester(), verifier(identifier="https://schuldhulp.example"))
    page = scan(samira, ask_attested(counsellor))
    assert "Het stelsel staat op de lijst van bekende organisaties en zegt dat dit verzoek van" in page.words
    shared(samira, counsellor, page)
    receipt = samira.get("/gedeeld")
    assert "schuldhulp.example" in receipt.words


def test_who_is_listed_too_goes_by_the_name_on_the_list(
    samira: Citizen, counsellor: Requester, world: WalletWorld
) -> None:
    listed(world, attester(), verifier(client_ids=("verifier_attestation:schuldhulp.example",)))
    assert "Schuldhulp Voorbeeld" in scan(samira, ask_attested(counsellor)).words


@pytest.mark.parametrize(
    "changes",
    [
        {"signer": SoftwareSigner.generate()},
        {"lifetime": timedelta(seconds=-120)},
        {"subject": "een-ander.example"},
        {"holder": ATTESTER.public_jwk},
        {"redirect_uris": ["https://elders.example/"]},
    ],
)
def test_an_attestation_that_does_not_hold_is_refused(
    samira: Citizen, counsellor: Requester, world: WalletWorld, changes: dict[str, Any]
) -> None:
    listed(world, attester(), verifier())
    page = scan(samira, ask_attested(counsellor, **changes))
    assert page.status == 403
    assert counsellor.answered == []


@pytest.mark.parametrize("entry", [None, attester(roles=frozenset({Role.VERIFIER, Role.ISSUER}))])
def test_the_word_of_somebody_who_is_no_attester_counts_for_nothing(
    samira: Citizen, counsellor: Requester, world: WalletWorld, entry: Participant | None
) -> None:
    # Not even for a name that is listed: anybody can write it into an attestation of their own.
    known = verifier(client_ids=("verifier_attestation:schuldhulp.example",))
    listed(world, known, *([entry] if entry else []))
    page = scan(samira, ask_attested(counsellor), zeker="ja")
    assert "Een onbekende organisatie" in page.words
    assert "Het stelsel" not in page.words
    assert "Schuldhulp Voorbeeld" not in page.words


def test_nobody_vouches_for_a_number_that_must_be_listed(
    samira: Citizen, counsellor: Requester, world: WalletWorld
) -> None:
    listed(world, attester(), verifier())
    client_id = ClientId(Prefix.VERIFIER_ATTESTATION, "schuldhulp.example")
    token = sign_attestation(
        ATTESTER, issuer=ATTESTER_DID, subject="schuldhulp.example", holder=counsellor.signer.public_jwk,
        now=counsellor.clock.now(), lifetime=timedelta(days=1), verification_method=ATTESTER_METHOD,
    )  # fmt: skip
    link = counsellor.ask(only(["bsn"]), client_id=client_id, proof={"attestation": token})
    page = scan(samira, link)
    assert "mag dat niet" in page.words
    assert json.dumps(counsellor.answered) == "[]"
