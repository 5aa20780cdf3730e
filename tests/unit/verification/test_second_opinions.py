"""`blauweknop verify --cross-check`: what other implementations say, and that none of them is needed."""

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.dids import did_key
from credentials.encoding import JsonObject
from credentials.formats.jwt_vc.older_encoding import encode
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, Profile, sign_document
from credentials.formats.ldp_vc.second_opinion import SecondOpinion, Silence, Verdict, of_didkit, of_pyld
from credentials.formats.vcdm import CREDENTIALS_V1, CREDENTIALS_V2
from credentials.jose.jws import sign_compact
from credentials.keys import Algorithm, SoftwareSigner
from service.commands.cross_check import in_words
from service.commands.vc_api.door import Door
from service.commands.vc_api.request import Options
from service.commands.vc_api.verifying import Outcome
from tests.unit.verification.test_verify_command import Desk

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_pyld_reads_our_credentials_and_presentations_alike(desk: Desk) -> None:
    for content in (desk.scheme.a_credential("ldp_vc"), desk.scheme.shown("ldp_vc")):
        result = desk.verify(content, "--cross-check")
        assert result.exit_code == 0, result.output
        assert result.output.count("Tweede mening: PyLD komt op hetzelfde uit.") == 1
    assert "Tweede mening" not in desk.verify(content).output


def test_json_tells_it_too(desk: Desk) -> None:
    result = desk.verify(desk.scheme.a_credential("ldp_vc"), "--cross-check", "--json")
    assert json.loads(result.stdout)["bewijzen"][0]["tweedeMening"] == [{"door": "PyLD", "uitkomst": "agrees"}]


def test_an_opinion_that_differs_is_no_proof(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyld.jsonld.normalize", lambda *_: "_:c14n0 <urn:a> <urn:b> .\n")
    result = desk.verify(desk.scheme.a_credential("ldp_vc"), "--cross-check")
    assert result.exit_code == 1
    assert "1 van 1 bewezen" in result.output
    assert "komt op iets anders uit" in result.output


def test_who_is_not_installed_is_not_missed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pyld.jsonld", "didkit"):
        monkeypatch.setitem(sys.modules, module, None)
    result = desk.verify(desk.scheme.a_credential("ldp_vc"), "--cross-check")
    assert result.exit_code == 0
    assert "PyLD is niet geïnstalleerd: pip install pyld" in " ".join(result.output.split())
    older: JsonObject = {"proof": {"type": "Ed25519Signature2020", "verificationMethod": "did:key:z6Mk#z6Mk"}}
    opinion = of_didkit(older)
    assert opinion == SecondOpinion.none("didkit", Silence.NOT_INSTALLED)
    assert "didkit is niet geïnstalleerd: pip install" in in_words(opinion)


def test_who_cannot_know_is_not_missed_either(desk: Desk) -> None:
    result = desk.verify(desk.scheme.a_credential("dc+sd-jwt"), "--cross-check")
    assert result.exit_code == 0
    assert "didkit kent dit soort bewijs niet" in result.output


def test_pyld_is_asked_only_what_our_own_reading_has_bounded() -> None:
    canonicaliser = Canonicaliser(ContextBundle())
    refused: JsonObject = {"@context": [CREDENTIALS_V2], "id": "urn:a", "undefined": "x"}
    assert of_pyld(refused, canonicaliser) == SecondOpinion.none("PyLD", Silence.OURS_REFUSED)


@pytest.fixture(params=[Algorithm.EDDSA, Algorithm.ES256])
def older(request: pytest.FixtureRequest) -> tuple[SoftwareSigner, str, JsonObject]:
    signer = SoftwareSigner.generate(request.param)
    did, method = did_key(signer.public_jwk)
    document: JsonObject = {
        "@context": [CREDENTIALS_V1],
        "type": ["VerifiableCredential"],
        "id": "urn:uuid:0a4d0e6b-8a0e-4a3c-9d13-6f3f0c1f7a10",
        "issuer": did,
        "issuanceDate": "2025-11-23T11:00:00Z",
        "credentialSubject": {"id": "did:example:alice"},
    }
    return signer, method, document


def test_didkit_accepts_our_tokens_of_version_1_1(older: tuple[SoftwareSigner, str, JsonObject]) -> None:
    pytest.importorskip("didkit", reason="didkit has no build for this Python")
    signer, method, document = older
    token = sign_compact({"typ": "JWT", "kid": method}, encode(document), signer)
    assert of_didkit(token).verdict is Verdict.AGREES
    assert of_didkit(token[:-8] + "AAAAAAAA").verdict is Verdict.DIFFERS
    elsewhere = sign_compact({"typ": "JWT", "kid": "did:web:example.org#key"}, encode(document), signer)
    assert of_didkit(elsewhere).silence is Silence.WOULD_FETCH
    for content in (sign_compact({"typ": "vc+jwt", "kid": method}, document, signer), "no token", document):
        assert of_didkit(content).silence is Silence.NOT_ITS_KIND


def test_didkit_accepts_our_proofs_of_version_1_1_and_we_accept_its() -> None:
    didkit: Any = pytest.importorskip("didkit", reason="didkit has no build for this Python")
    signer = SoftwareSigner.generate(Algorithm.EDDSA)
    did, method = did_key(signer.public_jwk)
    document: JsonObject = {
        "@context": [CREDENTIALS_V1, "https://w3id.org/security/suites/ed25519-2020/v1"],
        "type": ["VerifiableCredential"],
        "issuer": did,
        "issuanceDate": "2025-11-23T11:00:00Z",
        "credentialSubject": {"id": "did:example:alice"},
    }
    canonicaliser = Canonicaliser(ContextBundle(), profile=Profile.ANY)
    how = {"canonicaliser": canonicaliser, "created": NOW, "cryptosuite": "Ed25519Signature2020"}
    ours = sign_document(document, signer, method, **how)  # type: ignore[arg-type]
    assert of_didkit(ours).verdict is Verdict.AGREES
    assert of_didkit({**ours, "issuanceDate": "2025-11-23T12:00:00Z"}).verdict is Verdict.DIFFERS

    async def issued() -> str:
        options = {"type": "Ed25519Signature2020", "verificationMethod": method, "proofPurpose": "assertionMethod"}
        key = json.dumps(signer.to_private_jwk())
        return str(await didkit.issue_credential(json.dumps(document), json.dumps(options), key))

    # A browser's event loop may be running here.
    with ThreadPoolExecutor(1) as thread:
        theirs = json.loads(thread.submit(asyncio.run, issued()).result())
    door = Door.make("https://127.0.0.1:1", FixedClock(datetime.now(UTC)))
    door.credentials.verify(theirs, Options(), Outcome())
    door.close()


def test_a_fault_of_didkit_is_an_opinion_that_differs(
    older: tuple[SoftwareSigner, str, JsonObject], monkeypatch: pytest.MonkeyPatch
) -> None:
    signer, method, document = older

    async def fails(*_: str) -> str:
        raise ValueError

    monkeypatch.setitem(sys.modules, "didkit", SimpleNamespace(verify_credential=fails, DIDKitException=KeyError))
    token = sign_compact({"typ": "JWT", "kid": method}, encode(document), signer)
    assert of_didkit(token).verdict is Verdict.DIFFERS
