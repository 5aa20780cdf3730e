"""Issue, confirm, derive, verify; and every way in which what was derived could have been changed (DI-ECDSA 3.6)."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from credentials.dids import Resolver, did_key
from credentials.encoding import JsonObject, JsonValue, b64url_encode
from credentials.errors import BlauweKnopError
from credentials.formats.ldp_vc import InvalidProof, UnsafeDocument, derive_document, sign_document, verify_document
from credentials.formats.ldp_vc.proof_errors import ProofProblem
from credentials.formats.ldp_vc.rdf import canonicalise
from credentials.formats.ldp_vc.suites import ALL_SUITES
from credentials.formats.ldp_vc.suites.cryptosuite import ProofRequest, SelectiveCryptosuite
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023 import BaseProofValue, DerivedProofValue, EcdsaSd2023
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.groups import lines_of
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.suite import mandatory_hash, multikey, proof_hash
from credentials.keys import Algorithm, InvalidSignature, SoftwareSigner
from tests.unit.ecdsa_sd.sd_samples import (
    CANONICALISER,
    HOLDER,
    ISSUER,
    MANDATORY,
    NOW,
    SUITE,
    UNSIGNED,
    base_proof,
    derived,
    options,
    split,
    verify,
)

BASE = base_proof()
SHOWN = derived("/credentialSubject/givenName", "/credentialSubject/children/1", proof=BASE)
VALUE = DerivedProofValue.parse(split(SHOWN)[1]["proofValue"])


def pointers_of(value: JsonValue, at: str = "") -> list[str]:
    items: list[tuple[str, JsonValue]] = []
    if isinstance(value, dict):
        items = [(name, item) for name, item in value.items() if name != "@context"]
    elif isinstance(value, list):
        items = [(str(place), item) for place, item in enumerate(value)]
    return [at, *[each for name, item in items for each in pointers_of(item, f"{at}/{name}")]]


def leaves_of(value: JsonValue) -> set[str]:
    if isinstance(value, dict):
        return {leaf for name, item in value.items() if name != "@context" for leaf in leaves_of(item)}
    if isinstance(value, list):
        return {leaf for item in value for leaf in leaves_of(item)}
    return {repr(value)}


def test_is_a_selective_suite_among_the_others_but_not_the_first_choice() -> None:
    suite = ALL_SUITES["ecdsa-sd-2023"]
    assert isinstance(suite, SelectiveCryptosuite)
    assert suite.takes(ISSUER.public_jwk)
    assert not suite.takes(SoftwareSigner.generate(Algorithm.ES384).public_jwk)
    assert not suite.takes(SoftwareSigner.generate(Algorithm.EDDSA).public_jwk)
    arguments: dict[str, Any] = {"canonicaliser": CANONICALISER, "created": NOW}
    proof = sign_document(UNSIGNED, ISSUER, did_key(ISSUER.public_jwk)[1], **arguments)["proof"]
    assert isinstance(proof, dict)
    assert proof["cryptosuite"] == "ecdsa-rdfc-2019"


def test_from_issuer_to_holder_to_verifier() -> None:
    did, method = did_key(ISSUER.public_jwk)[:2]
    document = {**UNSIGNED, "issuer": did}
    base = sign_document(
        document,
        ISSUER,
        method,
        canonicaliser=CANONICALISER,
        created=NOW,
        cryptosuite="ecdsa-sd-2023",
        mandatory_pointers=["/issuer"],
    )
    arguments: dict[str, Any] = {"canonicaliser": CANONICALISER, "now": NOW}
    with pytest.raises(InvalidProof, match="for the holder only"):
        verify_document(base, Resolver(), **arguments)
    (confirmed,) = verify_document(base, Resolver(), **arguments, suites={HOLDER.name: HOLDER})
    assert confirmed.controller == did
    shown = derive_document(base, ["/credentialSubject/familyName"], canonicaliser=CANONICALISER)
    (verified,) = verify_document(shown, Resolver(), **arguments)
    assert verified.cryptosuite == "ecdsa-sd-2023"
    assert split(shown)[0] == {
        "@context": document["@context"],
        "id": document["id"],
        "type": document["type"],
        "issuer": did,
        "credentialSubject": {"familyName": "Mustermann"},
    }


@pytest.mark.parametrize("pointer", pointers_of(UNSIGNED))
def test_every_value_can_be_shown_and_nothing_more_is(pointer: str) -> None:
    shown = derived(pointer, proof=BASE)
    verify(shown)
    selected: Any = UNSIGNED
    for step in pointer.split("/")[1:]:
        selected = selected[int(step)] if isinstance(selected, list) else selected[step]
    always = leaves_of({name: UNSIGNED[name] for name in ("id", "type", "issuer", "validFrom")})
    assert leaves_of(split(shown)[0]) == always | leaves_of(selected)


@pytest.mark.parametrize("mandatory", [(), ("",), ("/issuer",), ("/credentialSubject/children/1", "/issuer/name")])
def test_whatever_is_mandatory(mandatory: tuple[str, ...]) -> None:
    proof = base_proof(mandatory=mandatory)
    HOLDER.verify(UNSIGNED, proof, ISSUER.public_jwk, CANONICALISER)
    for pointers in (("/credentialSubject/children/2",), ("/credentialSubject", "/validFrom"), ("",)):
        verify(derived(*pointers, proof=proof))
    if mandatory:
        verify(derived(proof=proof))


def test_only_mandatory_values_are_shown_when_nothing_else_is_asked() -> None:
    shown = derived(proof=BASE)
    verify(shown)
    assert "credentialSubject" not in shown
    assert DerivedProofValue.parse(split(shown)[1]["proofValue"]).signatures == ()


def test_nothing_is_not_shown() -> None:
    with pytest.raises(InvalidProof, match="nothing is selected"):
        derived(proof=base_proof(mandatory=()))


def test_labels_tell_nothing_and_differ_from_proof_to_proof() -> None:
    suite = EcdsaSd2023()
    proofs = [suite.create(UNSIGNED, options(), ISSUER, CANONICALISER, ProofRequest(MANDATORY)) for _ in range(2)]
    first, second = (BaseProofValue.parse(each) for each in proofs)
    assert first.hmac_key != second.hmac_key
    assert first.public_key != second.public_key
    assert not set(first.signatures) & set(second.signatures)


@pytest.mark.parametrize(
    "pointer", ["/absent", "/credentialSubject/children/3", "issuer", "/issuer/name/x", "/@context"]
)
def test_a_pointer_to_nothing_is_refused(pointer: str) -> None:
    for refused in (lambda: base_proof(mandatory=(pointer,)), lambda: derived(pointer, proof=BASE)):
        with pytest.raises(InvalidProof) as error:
            refused()
        assert error.value.problem is ProofProblem.GENERATION


def test_too_many_pointers_are_refused() -> None:
    for refused in (lambda: base_proof(mandatory=("/id",) * 257), lambda: derived(*["/id"] * 257, proof=BASE)):
        with pytest.raises(InvalidProof):
            refused()


def test_what_is_not_signed_as_a_whole_is_not_signed() -> None:
    with pytest.raises(UnsafeDocument):
        base_proof({**UNSIGNED, "credentialSubject": {"undefined:": "x", "also undefined": None}})


def test_the_base_proof_is_the_holders() -> None:
    HOLDER.verify(UNSIGNED, BASE, ISSUER.public_jwk, CANONICALISER)
    with pytest.raises(InvalidProof, match="for the holder only"):
        SUITE.verify(UNSIGNED, BASE, ISSUER.public_jwk, CANONICALISER)
    with pytest.raises(InvalidProof, match="header"):
        verify(SHOWN, suite=HOLDER)
    with pytest.raises(InvalidProof, match="header"):
        SUITE.derive(*split(SHOWN), ("/issuer",), CANONICALISER)


def changed_base(**changes: Any) -> JsonObject:
    return {**BASE, "proofValue": replace(BaseProofValue.parse(BASE["proofValue"]), **changes).serialise()}


def test_a_base_proof_that_was_changed_is_not_confirmed() -> None:
    value = BaseProofValue.parse(BASE["proofValue"])
    swapped = (value.signatures[1], value.signatures[0], *value.signatures[2:])
    for proof in (
        changed_base(mandatory_pointers=("/issuer",)),
        changed_base(mandatory_pointers=(*MANDATORY, "/credentialSubject/givenName")),
        changed_base(hmac_key=bytes(32)),
        changed_base(signatures=swapped),
        changed_base(signatures=value.signatures[:-1]),
        changed_base(signatures=(*value.signatures, value.signatures[0])),
        changed_base(public_key=ISSUER.public_jwk),
        changed_base(base_signature=bytes(64)),
        {**BASE, "created": "2026-11-23T12:00:01Z"},
    ):
        with pytest.raises((InvalidProof, InvalidSignature)):
            HOLDER.verify(UNSIGNED, proof, ISSUER.public_jwk, CANONICALISER)
    changed = json.loads(json.dumps(UNSIGNED).replace("Erika", "Erica"))
    with pytest.raises(InvalidSignature):
        HOLDER.verify(changed, BASE, ISSUER.public_jwk, CANONICALISER)
    with pytest.raises(InvalidSignature):
        HOLDER.verify(UNSIGNED, BASE, SoftwareSigner.generate().public_jwk, CANONICALISER)


def test_no_proof_is_derived_for_another_document() -> None:
    with pytest.raises(InvalidProof, match="another document"):
        SUITE.derive({**UNSIGNED, "validUntil": "2030-01-01T00:00:00Z"}, BASE, ("/issuer",), CANONICALISER)


# ---- what a holder, or whoever stands between, might do to a derived proof


def refused(document: JsonObject, value: DerivedProofValue | None = None, **changes: JsonValue) -> None:
    unsecured, proof = split(document)
    if value is not None:
        proof = {**proof, "proofValue": value.serialise()}
    with pytest.raises((InvalidProof, InvalidSignature)):
        SUITE.verify(unsecured, {**proof, **changes}, ISSUER.public_jwk, CANONICALISER)


def test_the_derived_proof_holds_as_it_is() -> None:
    verify(SHOWN)


@pytest.mark.parametrize("text", ["Erika", "Bea", "Somebody", "2023-01-01T00:00:00Z", "did:example:issuer", "5"])
def test_no_value_can_be_changed(text: str) -> None:
    written = json.dumps(SHOWN["credentialSubject"]) + json.dumps(SHOWN["issuer"]) + json.dumps(SHOWN["validFrom"])
    assert text in written
    proof = SHOWN["proof"]
    document = json.loads(json.dumps({**SHOWN, "proof": None}).replace(text, text.translate({ord(text[-1]): "6"})))
    refused({**document, "proof": proof})


@pytest.mark.parametrize(
    "added",
    [
        {"validUntil": "2030-01-01T00:00:00Z"},
        {"id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc34"},
        {"type": ["VerifiableCredential"]},
        {"type": ["VerifiableCredential", "PersonCredential", "AlumniCredential"]},
        {"credentialSubject": {"givenName": "Erika"}},
        {"credentialSubject": {"givenName": "Erika", "children": [{"givenName": "Bea", "age": 5}, {"age": 9}]}},
    ],
)
def test_no_statement_can_be_added_taken_away_or_exchanged(added: JsonObject) -> None:
    refused({**SHOWN, **added})


def test_an_added_statement_finds_no_signature() -> None:
    document = {**SHOWN, "validUntil": "2030-01-01T00:00:00Z"}
    for signature in (VALUE.signatures[0], bytes(64), VALUE.base_signature):
        for place in range(len(VALUE.signatures) + 1):
            signatures = (*VALUE.signatures[:place], signature, *VALUE.signatures[place:])
            refused(document, replace(VALUE, signatures=signatures))
    for place in range(len(VALUE.mandatory_indexes) + len(VALUE.signatures) + 1):
        if place not in VALUE.mandatory_indexes:
            indexes = tuple(sorted((*VALUE.mandatory_indexes, place)))
            refused(document, replace(VALUE, mandatory_indexes=indexes))


def test_mandatory_statements_cannot_be_stripped() -> None:
    document = {name: each for name, each in SHOWN.items() if name != "validFrom"}
    refused(document)
    count = len(VALUE.mandatory_indexes)
    for gone in range(count):
        kept = [*VALUE.mandatory_indexes[:gone], *[at - 1 for at in VALUE.mandatory_indexes[gone + 1 :]]]
        refused(document, replace(VALUE, mandatory_indexes=tuple(kept)))
    # Nor be passed off as statements of choice.
    for gone in range(count):
        kept = [*VALUE.mandatory_indexes[:gone], *VALUE.mandatory_indexes[gone + 1 :]]
        refused(SHOWN, replace(VALUE, mandatory_indexes=tuple(kept)))
        refused(SHOWN, replace(VALUE, mandatory_indexes=tuple(kept), signatures=(*VALUE.signatures, bytes(64))))


def test_a_statement_of_choice_cannot_become_mandatory() -> None:
    others = [at for at in range(12) if at not in VALUE.mandatory_indexes]
    for at in others[: len(VALUE.signatures)]:
        indexes = tuple(sorted((*VALUE.mandatory_indexes, at)))
        refused(SHOWN, replace(VALUE, mandatory_indexes=indexes))
        refused(SHOWN, replace(VALUE, mandatory_indexes=indexes, signatures=VALUE.signatures[1:]))


def test_indexes_out_of_range_are_refused() -> None:
    for further in (1000, 2**40):
        refused(SHOWN, replace(VALUE, mandatory_indexes=(*VALUE.mandatory_indexes, further)))


def test_signatures_stand_for_their_own_statements() -> None:
    first, second, *rest = VALUE.signatures
    refused(SHOWN, replace(VALUE, signatures=(second, first, *rest)))
    refused(SHOWN, replace(VALUE, signatures=(first, first, *rest)))
    refused(SHOWN, replace(VALUE, signatures=VALUE.signatures[:-1]))
    refused(SHOWN, replace(VALUE, signatures=(*VALUE.signatures, second)))
    refused(SHOWN, replace(VALUE, signatures=()))


@pytest.mark.parametrize("signature", [bytes(64), b"\xff" * 64, bytes(63) + b"\1", b"\0" * 32 + b"\1" * 32])
def test_numbers_out_of_range_are_no_signatures(signature: bytes) -> None:
    refused(SHOWN, replace(VALUE, base_signature=signature))
    refused(SHOWN, replace(VALUE, signatures=(signature, *VALUE.signatures[1:])))


def test_parts_of_two_proofs_do_not_make_one() -> None:
    shown = derived("/credentialSubject/givenName", "/credentialSubject/children/1", proof=base_proof())
    other = DerivedProofValue.parse(split(shown)[1]["proofValue"])
    verify(shown)
    assert other.labels == VALUE.labels
    refused(SHOWN, replace(VALUE, signatures=other.signatures))
    refused(SHOWN, replace(VALUE, public_key=other.public_key))
    refused(SHOWN, replace(VALUE, public_key=other.public_key, signatures=other.signatures))
    refused(SHOWN, replace(VALUE, base_signature=other.base_signature))


def test_the_label_map_is_the_issuers() -> None:
    first, second, *rest = VALUE.labels
    strange = f"u{b64url_encode(bytes(32))}"
    refused(SHOWN, replace(VALUE, labels=(second, first, *rest)))
    refused(SHOWN, replace(VALUE, labels=(strange, second, *rest)))
    refused(SHOWN, replace(VALUE, labels=(first, second, *rest, strange)))
    refused(SHOWN, replace(VALUE, labels=(first, *rest)))
    refused(SHOWN, replace(VALUE, labels=()))
    refused(SHOWN, replace(VALUE, labels=(first, first, *rest)))
    other_key = replace(SUITE, new_hmac_key=lambda: bytes(32))
    proof = other_key.create(UNSIGNED, options(), ISSUER, CANONICALISER, ProofRequest(MANDATORY))
    shown = derived("/credentialSubject", proof={**options(), "proofValue": proof})
    refused(
        SHOWN, replace(VALUE, labels=DerivedProofValue.parse(split(shown)[1]["proofValue"]).labels[: len(rest) + 2])
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"created": "2026-11-23T12:00:01Z"},
        {"verificationMethod": "did:example:other#key"},
        {"proofPurpose": "authentication"},
        {"challenge": "x"},
        {"domain": "https://verifier.example.org"},
        {"expires": "2030-01-01T00:00:00Z"},
        {"id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"},
        {"proofValue": None},
        {"proofValue": "z" + "1" * 88},
    ],
)
def test_no_option_can_be_changed(changes: JsonObject) -> None:
    refused(SHOWN, **changes)


def test_another_key_of_the_proof_needs_another_signature_of_the_issuer() -> None:
    # Whoever signs every statement anew still needs the issuer's signature over the key that they used.
    forger = SoftwareSigner.generate()
    document = json.loads(json.dumps(SHOWN).replace("Erika", "Erica"))
    unsecured, proof = split(document)
    quads = CANONICALISER.quads(unsecured)
    issued = canonicalise(quads).labels
    lines = lines_of(quads, {node: VALUE.labels[int(label[4:])] for node, label in issued.items()})
    forged = replace(
        VALUE,
        public_key=forger.public_jwk,
        signatures=tuple(
            forger.sign(line.encode()) for at, line in enumerate(lines) if at not in VALUE.mandatory_indexes
        ),
    )
    refused(document, forged)
    hashed = proof_hash(unsecured, {name: each for name, each in proof.items() if name != "proofValue"}, CANONICALISER)
    mandatory = mandatory_hash([lines[at] for at in VALUE.mandatory_indexes])
    signed = hashed + multikey(forger.public_jwk) + mandatory
    refused(document, replace(forged, base_signature=forger.sign(signed)))
    # With the issuer's own signature it would hold: that is all that is missing.
    secured = {
        **unsecured,
        "proof": {**proof, "proofValue": replace(forged, base_signature=ISSUER.sign(signed)).serialise()},
    }
    verify(secured)


def test_only_the_issuers_key_will_do() -> None:
    for key in (SoftwareSigner.generate().public_jwk, VALUE.public_key):
        with pytest.raises(InvalidSignature):
            verify(SHOWN, key)


@pytest.mark.parametrize("place", range(0, 700, 37))
def test_no_bit_of_the_proof_value_can_be_flipped(place: int) -> None:
    unsecured, proof = split(SHOWN)
    text = str(proof["proofValue"])
    place = 1 + place % (len(text) - 1)
    flipped: Callable[[str], str] = lambda each: "B" if each == "A" else "A"  # noqa: E731
    changed = text[:place] + flipped(text[place]) + text[place + 1 :]
    with pytest.raises(BlauweKnopError):
        SUITE.verify(unsecured, {**proof, "proofValue": changed}, ISSUER.public_jwk, CANONICALISER)
