"""`ldp_vc` with `ecdsa-sd-2023`: what everybody sees, what the holder shows, and what stays with the holder."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from credentials.debts.claims import ALWAYS_DISCLOSED, CASE_TYPE, case_claims, from_jsonld, to_jsonld
from credentials.debts.jsonld import TYPE_TERMS
from credentials.debts.types import CONTEXT_URL, context_document
from credentials.dids import Resolver, did_key
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.formats import CredentialDraft, Expectation, HolderKey, IssuerKey, UndisclosablePath, Vocabulary
from credentials.formats.ldp_vc import ContextBundle, LdpVc
from credentials.formats.ldp_vc.proof_errors import InvalidProof
from credentials.keys import SoftwareSigner
from tests.debt_builders import AS_OF, CJIB, demo_document

HOLDER, ISSUER = SoftwareSigner.generate(), SoftwareSigner.generate()
DID, METHOD = did_key(ISSUER.public_jwk)
CLAIMS = case_claims(demo_document("cjib", "samira").cases_at(CJIB)[0], "digest")
ASKED: dict[str, Any] = {"audience": "https://verifier.example", "nonce": "n" * 22}
EXPECTED = Expectation(AS_OF, **ASKED)


@pytest.fixture(scope="module")
def ldp() -> LdpVc:
    vocabulary = Vocabulary(
        CASE_TYPE,
        TYPE_TERMS[CASE_TYPE],
        CONTEXT_URL,
        lambda claims, node: to_jsonld(CASE_TYPE, claims, node),
        lambda subject: from_jsonld(CASE_TYPE, subject),
    )
    return LdpVc(ContextBundle({CONTEXT_URL: context_document()}), [vocabulary])


DRAFT = CredentialDraft(
    type=CASE_TYPE,
    issuer=DID,
    issuer_name="CJIB",
    claims=CLAIMS,
    always_disclosed=ALWAYS_DISCLOSED[CASE_TYPE],
    holder=HolderKey(HOLDER.public_jwk),
    issued_at=AS_OF,
    expires_at=AS_OF + timedelta(days=90),
    status=(),
    id="urn:uuid:0a1b2c3d-0000-4000-8000-000000000000",
)


@pytest.fixture(scope="module")
def credential(ldp: LdpVc) -> JsonObject:
    return ldp.issue(DRAFT, IssuerKey(ISSUER, verification_method=METHOD, cryptosuite="ecdsa-sd-2023"))


def present(ldp: LdpVc, credential: JsonObject, *paths: tuple[Any, ...]) -> Any:
    return ldp.present(credential, paths, HOLDER, now=AS_OF, **ASKED)


def test_everybody_sees_who_whom_and_when_and_no_claim_that_the_draft_does_not_open(
    ldp: LdpVc, credential: JsonObject
) -> None:
    (shown,) = present(ldp, credential)["verifiableCredential"]
    assert {"issuer", "validFrom", "validUntil", "id", "type"} <= shown.keys()
    opened = {"bronorganisatie", "peildatum", "schema_versie", "fcid_versie"}
    assert shown["credentialSubject"].keys() == {"id", *opened}
    verified = ldp.verify(present(ldp, credential), EXPECTED, Resolver())
    assert verified.claims.keys() == opened
    assert verified.valid_until == DRAFT.expires_at


def test_a_path_shows_that_and_no_more(ldp: LdpVc, credential: JsonObject) -> None:
    shown = present(ldp, credential, ("credentialSubject", "betaling", "iban"), ("credentialSubject", "saldo"))
    verified = ldp.verify(shown, EXPECTED, Resolver())
    betaling: Any = CLAIMS["betaling"]
    assert verified.claims["betaling"] == {"iban": betaling["iban"]}
    assert verified.claims["saldo"] == CLAIMS["saldo"]
    assert not verified.claims.keys() & {"zaakkenmerk", "gebeurtenissen", "verplicht"}
    text = json.dumps(shown)
    assert str(CLAIMS["zaakkenmerk"]) not in text
    assert betaling["kenmerk"] not in text


def test_everything_can_be_shown(ldp: LdpVc, credential: JsonObject) -> None:
    shown = ldp.present(credential, None, HOLDER, now=AS_OF, **ASKED)
    assert ldp.verify(shown, EXPECTED, Resolver()).claims == CLAIMS


@pytest.mark.parametrize(
    "path",
    [
        ("credentialSubject", "gebeurtenissen", 0),
        ("credentialSubject", "gebeurtenissen", None, "gebeurtenis_type"),
        ("credentialSubject", "id"),
        ("issuer", "name"),
    ],
)
def test_a_path_may_lead_into_a_set_or_to_what_is_shown_anyway(
    ldp: LdpVc, credential: JsonObject, path: tuple[Any, ...]
) -> None:
    verified = ldp.verify(present(ldp, credential, path), EXPECTED, Resolver())
    events: Any = verified.claims.get("gebeurtenissen", {})
    all_events: Any = CLAIMS["gebeurtenissen"]
    assert len(events) == ({0: 1, None: len(all_events)}[path[2]] if len(path) > 2 else 0)


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("saldo",),
        ("credentialSubject", "nergens"),
        ("credentialSubject", "gebeurtenissen", 99),
        ("credentialSubject", 0),
        ("credentialSubject", "saldo", None),
        ("proof",),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(ldp: LdpVc, credential: JsonObject, path: tuple[Any, ...]) -> None:
    with pytest.raises(UndisclosablePath):
        present(ldp, credential, path)


def test_the_holder_sees_what_can_be_hidden(ldp: LdpVc, credential: JsonObject) -> None:
    held = ldp.inspect(credential)
    assert held.claims == CLAIMS
    assert held.always_disclosed.keys() == {"bronorganisatie", "peildatum", "schema_versie", "fcid_versie"}
    assert ("credentialSubject", "saldo") in held.paths
    assert ("credentialSubject", "gebeurtenissen", 0, "datumtijd") in held.paths
    assert not any(path[1] in ("id", "peildatum", "bronorganisatie") for path in held.paths)


def test_on_receipt_the_holder_checks_every_statement(ldp: LdpVc, credential: JsonObject) -> None:
    bare = Expectation(AS_OF, holder_binding=False)
    assert ldp.verify(credential, bare, Resolver()).claims == CLAIMS
    subject: Any = credential["credentialSubject"]
    changed = {**credential, "credentialSubject": {**subject, "saldo": "1"}}
    with pytest.raises(BlauweKnopError):
        ldp.verify(changed, bare, Resolver())


def test_a_derived_credential_stands_by_itself_where_no_holder_is_asked(ldp: LdpVc, credential: JsonObject) -> None:
    (shown,) = present(ldp, credential, ("credentialSubject", "saldo"))["verifiableCredential"]
    assert ldp.verify(shown, Expectation(AS_OF, holder_binding=False), Resolver()).claims["saldo"] == CLAIMS["saldo"]
    held = ldp.inspect(shown)
    assert held.paths == ()
    assert held.always_disclosed == held.claims


def test_a_base_proof_that_is_shown_to_a_verifier_is_refused(
    ldp: LdpVc, credential: JsonObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("credentials.formats.ldp_vc.selective.has_base_proof", lambda _: False)
    shown = present(ldp, credential)
    monkeypatch.undo()
    with pytest.raises(InvalidProof, match="holder only"):
        ldp.verify(shown, EXPECTED, Resolver())


@pytest.mark.parametrize("name", ["saldo", "peildatum", "id"])
def test_what_is_shown_cannot_be_changed(ldp: LdpVc, credential: JsonObject, name: str) -> None:
    shown = present(ldp, credential, ("credentialSubject", "saldo"))
    (inside,) = shown["verifiableCredential"]
    other = {**inside, "credentialSubject": {**inside["credentialSubject"], name: "urn:x"}}
    with pytest.raises(BlauweKnopError):
        ldp.verify(other, Expectation(AS_OF, holder_binding=False), Resolver())


def test_statements_of_two_credentials_do_not_mix(ldp: LdpVc, credential: JsonObject) -> None:
    poorer = replace(DRAFT, claims={**CLAIMS, "saldo": 1})
    second = ldp.issue(poorer, IssuerKey(ISSUER, verification_method=METHOD, cryptosuite="ecdsa-sd-2023"))
    bare = Expectation(AS_OF, holder_binding=False)
    shown = [
        present(ldp, each, ("credentialSubject", "saldo"))["verifiableCredential"][0] for each in (credential, second)
    ]
    with pytest.raises(BlauweKnopError):
        ldp.verify({**shown[0], "credentialSubject": shown[1]["credentialSubject"]}, bare, Resolver())
    with pytest.raises(BlauweKnopError):
        ldp.verify({**shown[0], "proof": shown[1]["proof"]}, bare, Resolver())


def test_another_holder_cannot_present_it(ldp: LdpVc, credential: JsonObject) -> None:
    with pytest.raises(BlauweKnopError):
        ldp.present(credential, None, SoftwareSigner.generate(), now=AS_OF, **ASKED)
