"""What every proof must say and be, whatever its suite: Data Integrity 1.0 sections 2.1, 4.2 and 4.4."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from credentials.dids import Resolver, UnresolvableDid, did_key
from credentials.encoding import JsonObject, JsonValue, base58_decode, base58_encode, json_compact
from credentials.errors import BlauweKnopError
from credentials.formats import MalformedCredential, UnknownFormat, WrongAudience, WrongNonce
from credentials.formats.ldp_vc import (
    Canonicaliser,
    ContextBundle,
    InvalidChallenge,
    InvalidDomain,
    InvalidProof,
    UnknownContext,
    UnsafeDocument,
    VerifiedProof,
    problem_type_of,
    sign_document,
    verify_document,
)
from credentials.formats.ldp_vc.contexts import (
    CREDENTIALS_V1,
    CREDENTIALS_V2,
    DATA_INTEGRITY_V2,
    ED25519_SIGNATURE_2020_V1,
)
from credentials.formats.ldp_vc.suites import ALL_SUITES, ECDSA_RDFC_2019
from credentials.keys import Algorithm, InvalidSignature, PublicJwk, UnsupportedKey
from tests.unit.data_integrity.proof_samples import (
    CANONICALISER,
    NOW,
    RESOLVER,
    UNSIGNED,
    forge,
    key,
    method,
    proofs_of,
    signed,
    verified,
    without,
)

SECURITY = "https://w3id.org/security#"
SUITES = [
    ("eddsa-rdfc-2022", Algorithm.EDDSA),
    ("eddsa-jcs-2022", Algorithm.EDDSA),
    ("Ed25519Signature2020", Algorithm.EDDSA),
    ("ecdsa-rdfc-2019", Algorithm.ES256),
    ("ecdsa-rdfc-2019", Algorithm.ES384),
    ("ecdsa-jcs-2019", Algorithm.ES256),
    ("ecdsa-jcs-2019", Algorithm.ES384),
]
VC_1_1: JsonObject = {
    "@context": [CREDENTIALS_V1],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential"],
    "issuer": "https://vc.example/issuers/5678",
    "issuanceDate": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "type": "VerifiableCredential"},
}

each_suite = pytest.mark.parametrize(("suite", "algorithm"), SUITES)


def changed(document: JsonObject, **members: JsonValue) -> JsonObject:
    return {**document, "proof": {**proofs_of(document)[0], **members}}


def options(**members: JsonValue) -> JsonObject:
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": "2026-11-23T12:00:00Z",
        "verificationMethod": method(key("issuer")),
        "proofPurpose": "assertionMethod",
        **members,
    }


@each_suite
def test_a_proof_holds_for_its_document_and_no_other(suite: str, algorithm: Algorithm) -> None:
    signer = key("issuer", algorithm)
    document = signed(signer, cryptosuite=suite)
    (proof,) = verified(document)
    assert (proof.cryptosuite, proof.key, proof.purpose) == (suite, signer.public_jwk, "assertionMethod")
    assert (proof.verification_method, proof.controller) == (method(signer), method(signer).partition("#")[0])
    assert (proof.created, proof.expires, proof.id, proof.previous) == (NOW, None, None, ())
    other = {**document, "id": "urn:uuid:other"}
    with pytest.raises(InvalidSignature) as refused:
        verified(other)
    assert problem_type_of(refused.value) == SECURITY + "PROOF_VERIFICATION_ERROR"


@each_suite
def test_every_option_is_signed_and_read(suite: str, algorithm: Algorithm) -> None:
    signer = key("issuer", algorithm)
    document = signed(
        signer,
        cryptosuite=suite,
        expires=NOW + timedelta(days=1),
        domain=["https://a.example", "https://b.example"],
        challenge="c",
        nonce="n",
        purpose="authentication",
        proof_id=None if suite == "Ed25519Signature2020" else "urn:uuid:p",
    )
    (proof,) = verified(
        document, purpose="authentication", challenge="c", domain=["https://b.example", "https://a.example"]
    )
    assert (proof.challenge, proof.nonce, proof.expires) == ("c", "n", NOW + timedelta(days=1))
    assert proof.domains == {"https://a.example", "https://b.example"}
    for name, value in proofs_of(document)[0].items():
        if name in ("challenge", "nonce"):
            with pytest.raises(InvalidSignature):
                verified(changed(document, **{name: f"{value}x"}), purpose="authentication")
        elif name in ("created", "expires"):
            with pytest.raises(InvalidSignature):
                verified(changed(document, **{name: "2026-11-23T12:00:01Z"}), purpose="authentication")
        elif name in ("domain", "id"):
            with pytest.raises(InvalidSignature):
                verified(changed(document, **{name: "urn:uuid:x"}), purpose="authentication")


@pytest.mark.parametrize("name", ["type", "verificationMethod", "proofPurpose", "proofValue", "cryptosuite"])
@pytest.mark.parametrize("value", [None, "absent", 7, [], {}, "", ["x", "y"], "Extra"])
def test_a_member_that_is_missing_or_of_another_kind_is_refused(name: str, value: JsonValue) -> None:
    document = signed()
    wrong = changed(document, **{name: value})
    if value == "absent":
        wrong = {**document, "proof": without(proofs_of(document)[0], name)}
    with pytest.raises((InvalidProof, UnknownFormat)) as refused:
        verified(wrong)
    assert problem_type_of(refused.value) == SECURITY + "PROOF_VERIFICATION_ERROR"


def test_a_type_beside_the_proofs_own_is_refused() -> None:
    with pytest.raises(InvalidProof):
        verified(changed(signed(), type=["DataIntegrityProof", "Ed25519Signature2020"]))
    with pytest.raises((InvalidSignature, UnsafeDocument)):
        verified(changed(signed(), **{"@type": "Extra"}))


def test_a_suite_is_named_by_its_own_kind_of_proof_only() -> None:
    with pytest.raises(UnknownFormat):
        verified(changed(signed(), cryptosuite="Ed25519Signature2020"))
    with pytest.raises(UnknownFormat):
        verified(changed(signed(), type="eddsa-rdfc-2022"))
    only = {ECDSA_RDFC_2019.name: ECDSA_RDFC_2019}
    with pytest.raises(UnknownFormat):
        verified(signed(), suites=only)
    with pytest.raises(UnknownFormat):
        signed(cryptosuite="eddsa-rdfc-2022", suites=only)
    with pytest.raises(UnknownFormat):
        signed(cryptosuite="bbs-2023")


@pytest.mark.parametrize(
    ("suite", "algorithm"), [("ecdsa-rdfc-2019", Algorithm.EDDSA), ("eddsa-jcs-2022", Algorithm.ES256)]
)
def test_a_suite_takes_its_own_kind_of_keys(suite: str, algorithm: Algorithm) -> None:
    signer = key("issuer", algorithm)
    with pytest.raises(InvalidProof) as refused:
        signed(signer, cryptosuite=suite)
    assert refused.value.problem_type == SECURITY + "PROOF_GENERATION_ERROR"
    with pytest.raises(InvalidProof, match="not one for"):
        verified(changed(signed(signer), cryptosuite=suite))


@pytest.mark.parametrize("value", ["", "z", "u", "zzz", "z0OIl", "m" * 80, "z" + "2" * 600, "z" + "1" * 64])
def test_a_proof_value_that_is_no_signature_is_refused(value: str) -> None:
    with pytest.raises((InvalidProof, InvalidSignature)):
        verified(changed(signed(), proofValue=value))


def test_a_proof_value_has_the_letter_of_its_encoding() -> None:
    document = signed()
    value = str(proofs_of(document)[0]["proofValue"])
    for other in (value[1:], f"Z{value[1:]}", f"u{value[1:]}", f" {value}", f"{value} "):
        with pytest.raises(InvalidProof):
            verified(changed(document, proofValue=other))


def test_a_key_speaks_for_the_purpose_that_was_asked_for_only() -> None:
    with pytest.raises(InvalidProof, match="another purpose"):
        verified(signed(purpose="authentication"))
    with pytest.raises(InvalidProof, match="another purpose"):
        verified(signed(), purpose="authentication")
    with pytest.raises(UnresolvableDid):
        verified(signed(purpose="keyAgreement"), purpose="keyAgreement")


def test_a_method_must_be_listed_under_the_purpose() -> None:
    class OnlyAuthentication:
        def resolve(self, verification_method: str, purpose: str) -> PublicJwk:
            if purpose != "authentication":
                raise UnresolvableDid("not listed")
            return RESOLVER.resolve(verification_method, purpose)

    keys = OnlyAuthentication()
    arguments = {"canonicaliser": CANONICALISER, "now": NOW}
    with pytest.raises(UnresolvableDid):
        verify_document(signed(), keys, **arguments)  # type: ignore[arg-type]
    presented = signed(purpose="authentication")
    assert verify_document(presented, keys, purpose="authentication", **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "named",
    [
        method(key("thief")),
        f"{method(key('issuer')).partition('#')[0]}#{key('thief').public_jwk.multikey}",
        method(key("issuer")).partition("#")[0],
        "#key",
        "did:example:unknown#key",
    ],
    ids=["of another", "fragment of another", "no fragment", "no DID", "unknown method"],
)
def test_the_method_that_a_proof_names_must_be_the_key_that_signed(named: str) -> None:
    with pytest.raises(BlauweKnopError) as refused:
        verified(changed(signed(), verificationMethod=named))
    assert problem_type_of(refused.value) == SECURITY + "PROOF_VERIFICATION_ERROR"


@pytest.mark.parametrize(
    ("made_for", "expected", "holds"),
    [
        ("https://a.example", "https://a.example", True),
        (["https://a.example"], "https://a.example", True),
        ("https://a.example", ["https://a.example"], True),
        (["https://a.example", "https://b.example"], ["https://b.example", "https://a.example"], True),
        (["https://a.example", "https://b.example"], "https://a.example", False),
        ("https://a.example", ["https://a.example", "https://b.example"], False),
        ("https://a.example", "https://A.example", False),
        (None, "https://a.example", False),
        ("https://a.example", None, True),
    ],
)
def test_domains_are_compared_as_sets(made_for: object, expected: object, holds: bool) -> None:
    document = signed(domain=made_for)
    if holds:
        assert verified(document, domain=expected)
        return
    with pytest.raises(InvalidDomain) as refused:
        verified(document, domain=expected)
    assert isinstance(refused.value, WrongAudience)
    assert refused.value.problem_type == problem_type_of(refused.value) == SECURITY + "INVALID_DOMAIN_ERROR"


@pytest.mark.parametrize(("made_for", "expected"), [("a", "b"), (None, "b"), ("b ", "b")])
def test_a_challenge_is_the_expected_one(made_for: str | None, expected: str) -> None:
    with pytest.raises(InvalidChallenge) as refused:
        verified(signed(challenge=made_for), challenge=expected)
    assert isinstance(refused.value, WrongNonce)
    assert refused.value.problem_type == problem_type_of(refused.value) == SECURITY + "INVALID_CHALLENGE_ERROR"
    if made_for is not None:
        assert verified(signed(challenge=made_for), challenge=made_for)


@pytest.mark.parametrize("name", ["domain", "challenge", "nonce", "id", "created", "expires", "previousProof"])
@pytest.mark.parametrize("value", [None, 7, True, "", [], {}, [7], ["a", "a"], [None]])
def test_an_option_of_another_kind_is_refused(name: str, value: JsonValue) -> None:
    with pytest.raises(InvalidProof):
        verified(changed(signed(), **{name: value}))


@pytest.mark.parametrize("id", ["_:p", "p", ""])
def test_the_id_of_a_proof_is_a_url(id: str) -> None:
    document = signed(cryptosuite="eddsa-rdfc-2022")
    with pytest.raises(InvalidProof):
        verified({**document, "proof": {**proofs_of(document)[0], "id": id}})


def test_a_proof_ends_at_the_moment_it_says() -> None:
    document = signed(expires=NOW)
    assert verified(document, now=NOW - timedelta(seconds=1))
    with pytest.raises(InvalidProof, match="expired"):
        verified(document)


def test_a_proof_from_the_future_is_refused_by_policy() -> None:
    document = signed(created=NOW + timedelta(minutes=6))
    with pytest.raises(InvalidProof, match="future"):
        verified(document)
    assert verified(document, skew=timedelta(minutes=7))
    assert verified(signed(created=NOW + timedelta(minutes=5)))
    assert verified(signed(created=None))[0].created is None


@pytest.mark.parametrize("value", ["2026-11-23", "2026-11-23T12:00:00", "now", "2026-02-30T12:00:00Z"])
@pytest.mark.parametrize("name", ["created", "expires"])
def test_a_time_names_its_zone_and_exists(name: str, value: str) -> None:
    with pytest.raises(InvalidProof):
        verified(changed(signed(), **{name: value}))


def test_a_proof_with_terms_that_its_contexts_do_not_define_is_refused() -> None:
    bundle = CANONICALISER.bundle
    assert bundle is not None
    strict = Canonicaliser(ContextBundle())
    document = {**UNSIGNED, "@context": [CREDENTIALS_V2], "type": ["VerifiableCredential"]}
    document["credentialSubject"] = {"id": "did:example:a", "name": "x"}
    made = sign_document(document, key("issuer"), method(key("issuer")), canonicaliser=strict, created=NOW)
    assert verify_document(made, RESOLVER, canonicaliser=strict, now=NOW)
    with pytest.raises(UnsafeDocument) as refused:
        verify_document(changed(made, note="read me"), RESOLVER, canonicaliser=strict, now=NOW)
    assert problem_type_of(refused.value) == SECURITY + "PROOF_TRANSFORMATION_ERROR"
    with pytest.raises(UnsafeDocument):
        verify_document({**made, "note": "read me"}, RESOLVER, canonicaliser=strict, now=NOW)


def test_a_proof_may_repeat_the_contexts_of_its_document_or_its_suite_and_have_no_others() -> None:
    document = signed()
    assert verified(changed(document, **{"@context": UNSIGNED["@context"]}))
    assert verified(changed(document, **{"@context": DATA_INTEGRITY_V2}))
    assert verified(changed(document, **{"@context": [DATA_INTEGRITY_V2]}))
    for contexts in ([CREDENTIALS_V2], [], None, {"@vocab": "urn:x:"}, [*UNSIGNED["@context"], CREDENTIALS_V1]):  # type: ignore[misc]
        with pytest.raises(InvalidProof):
            verified(changed(document, **{"@context": contexts}))


def test_documents_that_have_no_proof_or_something_else_are_refused() -> None:
    for proof in (None, [], 7, "proof", [7], [[]], {}):
        with pytest.raises(InvalidProof) as refused:
            verified({**UNSIGNED, "proof": proof})
        if proof != {}:
            assert refused.value.problem_type == "https://www.w3.org/TR/vc-data-model#PARSING_ERROR"
        if proof:
            with pytest.raises(InvalidProof) as refused:
                sign_document(
                    {**UNSIGNED, "proof": proof},
                    key("issuer"),
                    method(key("issuer")),
                    canonicaliser=CANONICALISER,
                    created=NOW,
                    previous_proof="urn:uuid:x",
                )
            assert refused.value.problem_type == SECURITY + "PROOF_GENERATION_ERROR"
    with pytest.raises(InvalidProof):
        verified(UNSIGNED)


def test_unknown_contexts_and_undefined_terms_are_not_signed_by_any_suite() -> None:
    for name in ("eddsa-rdfc-2022", "eddsa-jcs-2022", "Ed25519Signature2020"):
        with pytest.raises(UnknownContext):
            signed(document={**UNSIGNED, "@context": [CREDENTIALS_V2, "https://evil.example/v1"]}, cryptosuite=name)
        with pytest.raises(MalformedCredential):
            signed(document={**UNSIGNED, "@context": [CREDENTIALS_V2], "unknown": "x"}, cryptosuite=name)


def test_mandatory_pointers_are_for_selective_disclosure() -> None:
    with pytest.raises(InvalidProof) as refused:
        signed(mandatory_pointers=["/issuer"])
    assert refused.value.problem_type == SECURITY + "PROOF_GENERATION_ERROR"


@pytest.mark.parametrize(
    ("contexts", "suite", "expected"),
    [
        ([CREDENTIALS_V1], "eddsa-rdfc-2022", [CREDENTIALS_V1, DATA_INTEGRITY_V2]),
        ([CREDENTIALS_V1], "eddsa-jcs-2022", [CREDENTIALS_V1, DATA_INTEGRITY_V2]),
        (CREDENTIALS_V1, "eddsa-rdfc-2022", [CREDENTIALS_V1, DATA_INTEGRITY_V2]),
        ([CREDENTIALS_V1, DATA_INTEGRITY_V2], "eddsa-rdfc-2022", [CREDENTIALS_V1, DATA_INTEGRITY_V2]),
        ([CREDENTIALS_V2], "eddsa-rdfc-2022", [CREDENTIALS_V2]),
        ([CREDENTIALS_V1], "Ed25519Signature2020", [CREDENTIALS_V1, ED25519_SIGNATURE_2020_V1]),
        ([CREDENTIALS_V2], "Ed25519Signature2020", [CREDENTIALS_V2, ED25519_SIGNATURE_2020_V1]),
    ],
)
def test_contexts_that_define_the_proof_are_added_where_none_does(
    contexts: JsonValue, suite: str, expected: JsonValue
) -> None:
    dates = (
        {"validFrom": "2023-01-01T00:00:00Z"}
        if CREDENTIALS_V2 in contexts
        else {"issuanceDate": "2023-01-01T00:00:00Z"}
    )  # type: ignore[operator]
    document = {**without(VC_1_1, "issuanceDate"), "@context": contexts, **dates}
    made = signed(document=document, cryptosuite=suite)
    assert made["@context"] == expected
    assert verified(made)


def test_a_document_whose_signer_left_the_terms_of_the_proof_undefined_is_read_with_them() -> None:
    made = signed(document=VC_1_1)
    assert verified({**made, "@context": [CREDENTIALS_V1]})


def low_order(multikey_hex: str) -> str:
    return "z" + base58_encode(bytes.fromhex("ed01" + multikey_hex))


@pytest.mark.parametrize(
    "point",
    [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ],
)
def test_keys_of_small_order_are_nobodys(point: str) -> None:
    multikey = low_order(point)
    with pytest.raises((UnresolvableDid, UnsupportedKey)):
        verified(changed(signed(), verificationMethod=f"did:key:{multikey}#{multikey}"))


ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493


def test_the_second_half_of_an_ed25519_signature_is_below_the_order() -> None:
    document = signed()
    raw = base58_decode(str(proofs_of(document)[0]["proofValue"])[1:])
    larger = int.from_bytes(raw[32:], "little") + ED25519_ORDER
    twin = raw[:32] + larger.to_bytes(32, "little")
    with pytest.raises(InvalidSignature, match="out of range"):
        verified(changed(document, proofValue=f"z{base58_encode(twin)}"))


ORDERS = {
    Algorithm.ES256: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    Algorithm.ES384: int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16
    ),
}


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.ES384])
def test_r_and_s_are_in_range_and_a_high_s_is_a_valid_signature(algorithm: Algorithm) -> None:
    document = signed(key("issuer", algorithm))
    raw = base58_decode(str(proofs_of(document)[0]["proofValue"])[1:])
    half, order = len(raw) // 2, ORDERS[algorithm]
    r, s = int.from_bytes(raw[:half]), int.from_bytes(raw[half:])

    def with_values(r: int, s: int) -> JsonObject:
        return changed(document, proofValue=f"z{base58_encode(r.to_bytes(half) + s.to_bytes(half))}")

    assert verified(with_values(r, s))
    assert verified(with_values(r, order - s))
    for wrong in ((0, s), (r, 0), (0, 0), (order, s), (r, order), (order, order), (r, order + 1)):
        with pytest.raises(InvalidSignature, match="out of range"):
            verified(with_values(*wrong))


def test_a_der_signature_is_not_one() -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    document = signed(key("issuer", Algorithm.ES256))
    raw = base58_decode(str(proofs_of(document)[0]["proofValue"])[1:])
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    with pytest.raises(InvalidProof):
        verified(changed(document, proofValue=f"z{base58_encode(der)}"))


def test_a_proof_moved_to_another_document_or_key_does_not_hold() -> None:
    document = signed()
    with pytest.raises(InvalidSignature):
        verified({**UNSIGNED, "id": "urn:uuid:2", "proof": document["proof"]})
    thief = key("thief")
    with pytest.raises(InvalidSignature):
        verified(changed(document, verificationMethod=did_key(thief.public_jwk)[1]))


def test_signing_is_repeatable_and_timed_to_the_second() -> None:
    for suite, algorithm in SUITES:
        signer = key("issuer", algorithm)
        first = signed(signer, cryptosuite=suite, created=datetime(2026, 11, 23, 12, 0, 0, 999_999, UTC))
        assert first == signed(signer, cryptosuite=suite)


@pytest.mark.parametrize(
    "damage",
    [
        lambda document: {**document, "@context": "https://www.w3.org/ns/credentials/v2 "},
        lambda document: {**document, "@context": [{"@vocab": "urn:x:"}]},
        lambda document: {**document, "@context": None},
        lambda document: without(document, "@context"),
        lambda document: {**document, "credentialSubject": None},
    ],
)
@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_hostile_documents_are_refused_in_our_own_words(suite: str, damage: Callable[[JsonObject], JsonObject]) -> None:
    with pytest.raises(BlauweKnopError):
        verified(damage(signed(cryptosuite=suite)))


def test_options_are_forged_as_they_are_made() -> None:
    # The twin of the refusals above: what they change is all that is wrong.
    assert verified(forge(options(), key("issuer")))
    assert set(ALL_SUITES) >= {suite for suite, _ in SUITES}


def controller_document(**changes: JsonValue) -> JsonObject:
    did = "did:web:issuer.example"
    named = f"{did}#key-1"
    document: JsonObject = {
        "id": did,
        "verificationMethod": [
            {
                "id": named,
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": key("issuer").public_jwk.multikey,
            }
        ],
        "assertionMethod": [named],
    }
    return {**document, **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"assertionMethod": []},
        {"assertionMethod": [], "authentication": ["did:web:issuer.example#key-1"]},
        {"assertionMethod": ["did:web:issuer.example#key-2"]},
        {"id": "did:web:other.example"},
        {"verificationMethod": []},
    ],
)
@pytest.mark.parametrize("controller", ["did:web:issuer.example", "did:web:other.example", None])
def test_the_controller_document_lists_the_method_and_controls_it(
    changes: dict[str, JsonValue], controller: JsonValue
) -> None:
    made = sign_document(
        UNSIGNED, key("issuer"), "did:web:issuer.example#key-1", canonicaliser=CANONICALISER, created=NOW
    )

    def examine(document: JsonObject) -> tuple[VerifiedProof, ...]:
        resolver = Resolver(lambda url, accept: json_compact(document))
        return verify_document(made, resolver, canonicaliser=CANONICALISER, now=NOW)

    assert examine(controller_document())[0].controller == "did:web:issuer.example"
    with pytest.raises(UnresolvableDid):
        examine(controller_document(**changes))
    if controller != "did:web:issuer.example":
        methods = controller_document()["verificationMethod"]
        assert isinstance(methods, list)
        foreign: JsonValue = [{**each, "controller": controller} for each in methods if isinstance(each, dict)]
        with pytest.raises(UnresolvableDid):
            examine(controller_document(verificationMethod=foreign))
