"""Second opinions: what software of others says of W3C proofs, and that a disagreement takes away and never adds."""

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
from credentials.dids import Resolver, did_key
from credentials.encoding import JsonObject, b64url_decode, b64url_encode, json_object
from credentials.formats.base import Credential
from credentials.formats.jwt_vc.older_encoding import encode
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, Profile, sign_document
from credentials.formats.ldp_vc.second_opinion import of_didkit
from credentials.formats.vcdm import CREDENTIALS_V1
from credentials.jose.jws import sign_compact
from credentials.keys import Algorithm, SoftwareSigner
from credentials.killable import TooCostly
from credentials.trust import PinnedKeys
from credentials.verification.second_opinions import SecondOpinion, SecondOpinions, Silence, Verdict, asking
from credentials.verification.second_opinions.checkers import opinions_on
from service.commands.cross_check import in_words
from service.commands.formats import context_bundle
from service.commands.vc_api.door import Door
from service.commands.vc_api.request import Options
from service.commands.vc_api.verifying import Outcome
from tests.unit.verification.scheme import AUDIENCE, Scheme
from tests.unit.verification.test_verify_command import Desk

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    return Scheme()


def asked(scheme: Scheme, content: Credential) -> tuple[SecondOpinion, ...]:
    return opinions_on(content, PinnedKeys(scheme.trust_list, Resolver()), context_bundle())


def test_the_command_asks_about_the_credential_and_the_presentation_around_it(desk: Desk) -> None:
    result = desk.verify(desk.scheme.shown("ldp_vc"), "--cross-check")
    assert result.exit_code == 0, result.output
    assert result.output.count("Tweede mening: PyLD komt op hetzelfde uit.") == 1
    as_json = desk.verify(desk.scheme.a_credential("vc+jwt"), "--cross-check", "--json")
    told = json.loads(as_json.stdout)["bewijzen"][0]["tweedeMening"]
    assert told == [{"door": "joserfc", "uitkomst": "agrees"}]
    assert "Tweede mening" not in desk.verify(desk.scheme.a_credential("vc+jwt")).output
    bare = desk.verify(desk.scheme.a_credential("dc+sd-jwt"), "--cross-check")
    assert "dit is geen W3C-bewijs" in bare.output


def test_an_opinion_that_differs_is_no_proof(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    dissent = SecondOpinion.of("PyLD", holds=False)
    monkeypatch.setattr(SecondOpinions, "of", lambda _, contents: [(dissent,) for _ in contents])
    result = desk.verify(desk.scheme.a_credential("ldp_vc"), "--cross-check")
    assert result.exit_code == 1
    assert "1 van 1 bewezen" in result.output
    assert "komt op iets anders uit" in result.output


@pytest.mark.parametrize(("name", "by"), [("ldp_vc", "PyLD"), ("vc+jwt", "joserfc"), ("jwt_vc_json", "joserfc")])
def test_others_find_a_changed_claim_a_foreign_key_and_a_holder_s_foreign_proof(
    scheme: Scheme, name: str, by: str
) -> None:
    good, other = scheme.shown(name), scheme.shown(name, index=6)
    assert asked(scheme, good) == (SecondOpinion.of(by, holds=True),)
    differs = SecondOpinion.of(by, holds=False)
    for changed in (edited(good, "299880", "299881"), exchanged_proof(good, other)):
        assert differs in asked(scheme, changed)
    unknown = asked(scheme, scheme.shown(name, signed_by=scheme.stranger))
    silent = SecondOpinion.none(by, Silence.NO_KEY)
    # A stranger's DID is on no list; whose certificate it is, is not for them to say.
    assert (silent in unknown) is (name == "ldp_vc")


def edited(content: Credential, old: str, new: str) -> Credential:
    if isinstance(content, dict):
        return json_object(json.dumps(content).replace(old, new), "edited")
    head, payload, signature = content.split(".")
    told = b64url_decode(payload).decode()
    # Inside a presentation the credential is a token itself: another presentation is change enough.
    return f"{head}.{b64url_encode(told.replace(AUDIENCE, 'x509_hash:other').encode())}.{signature}"


def exchanged_proof(content: Credential, other: Credential) -> Credential:
    if isinstance(content, dict):
        assert isinstance(other, dict)
        return {**content, "proof": other["proof"]}
    assert isinstance(other, str)
    return f"{content.rpartition('.')[0]}.{other.rpartition('.')[2]}"


def test_a_process_answers_for_several_at_once_and_is_killed_beyond_its_bounds(
    scheme: Scheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    opinions = SecondOpinions(PinnedKeys(scheme.trust_list, Resolver()))
    shown = [scheme.shown("dc+sd-jwt"), scheme.shown("ldp_vc"), scheme.shown("vc+jwt")]
    agreed = ((), (SecondOpinion.of("PyLD", holds=True),), (SecondOpinion.of("joserfc", holds=True),))
    assert opinions.of(shown) == agreed

    class Costly:
        def run(self, job: bytes) -> bytes:
            raise TooCostly("the job needs more than it gets")

    monkeypatch.setattr(asking, "_PROGRAM", Costly())
    too_costly = (SecondOpinion.none(asking.ANYBODY, Silence.TOO_COSTLY),)
    assert opinions.of(shown) == ((), too_costly, too_costly)


def test_didkit_is_not_missed_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "didkit", None)
    older: JsonObject = {"proof": {"type": "Ed25519Signature2020", "verificationMethod": "did:key:z6Mk#z6Mk"}}
    opinion = of_didkit(older)
    assert opinion == SecondOpinion.none("didkit", Silence.NOT_INSTALLED)
    assert "didkit is niet geïnstalleerd: pip install" in in_words((opinion,))[0]


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
