"""`blauweknop vc-api` over https: for everything that the W3C's suites want refused, its twin that is accepted.

A server that answers 400 to everything passes dozens of their tests, and no test of theirs ever revokes a credential.
"""

import copy
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from credentials.encoding import JsonObject
from credentials.formats.vcdm import CREDENTIALS_V1, CREDENTIALS_V2
from credentials.keys import Algorithm
from credentials.status import Bitstring
from tests.conftest import _free_port
from tests.flows.vc_api_kit import EXAMPLES, Api, Party, enveloped, running

WITH_PROOF = [
    "eddsa-rdfc-2022",
    "eddsa-jcs-2022",
    "ecdsa-rdfc-2019-p256",
    "ecdsa-rdfc-2019-p384",
    "ecdsa-jcs-2019-p256",
    "ecdsa-jcs-2019-p384",
    "ed25519-2020",
]
SELECTIVE = "ecdsa-sd-2023-p256"
KINDS = ["VerifiablePresentation"]
CANARY = "kanarie-98765"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("vc-api")) as running_api:
        yield running_api


def altered(document: JsonObject, **members: Any) -> JsonObject:
    copied = copy.deepcopy(document)
    copied["credentialSubject"] = {**copied["credentialSubject"], **members}  # type: ignore[dict-item]
    return copied


@pytest.mark.parametrize(
    "path",
    [
        "/issuers/eddsa-rdfc-2022/credentials/issue",
        "/credentials/derive",
        "/credentials/status",
        "/credentials/verify",
        "/presentations/verify",
    ],
)
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_is_not_said_to_be_json_is_not_read(api: Api, path: str, content_type: str) -> None:
    answer = api.client.post(api.address + path, content=b"{}", headers={"content-type": content_type})
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("version", ["2.0", "1.1"])
@pytest.mark.parametrize("instance", WITH_PROOF)
def test_what_an_issuer_signs_is_verified_and_what_was_altered_is_not(api: Api, instance: str, version: str) -> None:
    issued = api.issued(instance, api.credential(instance, version))
    proof: Any = issued["proof"]
    assert proof["verificationMethod"] == api.door.instances[instance].verification_method
    assert proof["proofPurpose"] == "assertionMethod"
    assert "proofValue" in proof
    assert api.verify(issued).body == {
        "verified": True,
        "checks": ["proof", "validityPeriod"],
        "warnings": [],
        "errors": [],
    }
    refused = api.verify(altered(issued, id="did:example:mallory"))
    assert (refused.status, refused.body["verified"]) == (400, False)
    assert refused.problem == "PROOF_VERIFICATION_ERROR"


def test_a_context_is_added_where_the_terms_of_the_proof_need_one(api: Api) -> None:
    issued = api.issued("eddsa-rdfc-2022", api.credential("eddsa-rdfc-2022", "1.1"))
    assert issued["@context"] == [CREDENTIALS_V1, "https://w3id.org/security/data-integrity/v2"]
    issued = api.issued("eddsa-rdfc-2022", api.credential("eddsa-rdfc-2022"))
    assert issued["@context"] == [CREDENTIALS_V2, EXAMPLES]


def test_an_issuer_object_gets_its_id_and_no_issuer_signs_for_another(api: Api) -> None:
    instance = "eddsa-rdfc-2022"
    issued = api.issued(instance, api.credential(instance, issuer={"name": "A"}))
    assert issued["issuer"] == {"id": api.door.instances[instance].did, "name": "A"}
    for issuer in ("did:example:other", {"id": "did:example:other"}, api.door.instances["status"].did, None, "x", {}):
        answer = api.issue(instance, api.credential(instance, issuer=issuer))
        assert answer.status == (201 if issuer == {} else 400)


@pytest.mark.parametrize("name", ["verificationMethod", "proofPurpose", "cryptosuite", "type"])
def test_nobody_else_chooses_the_key_or_the_purpose(api: Api, name: str) -> None:
    instance = "eddsa-rdfc-2022"
    value = {"verificationMethod": api.door.instances["status"].verification_method}.get(name, "authentication")
    assert api.issue(instance, api.credential(instance), **{name: value}).status == 400
    # What a document says of its proof is not believed either: it is a proof beside ours, and it does not hold.
    claimed = {"type": "DataIntegrityProof", name: value}
    signed = api.issued(instance, api.credential(instance, proof=claimed))
    assert signed["proof"][1]["proofPurpose"] == "assertionMethod"  # type: ignore[index,call-overload]
    assert api.verify(signed).status == 400


def test_a_proof_of_a_credential_may_be_for_one_challenge_and_domain(api: Api) -> None:
    issued = api.issued("eddsa-rdfc-2022", api.credential("eddsa-rdfc-2022"), challenge="c-1", domain="a.example")
    assert api.verify(issued, challenge="c-1", domain="a.example").status == 200
    assert api.verify(issued, challenge="c-2").problem == "INVALID_CHALLENGE_ERROR"
    assert api.verify(issued, domain="b.example").problem == "INVALID_DOMAIN_ERROR"
    assert api.verify(api.issued("status", api.credential("status")), challenge="c-1").status == 400


# -- ecdsa-sd-2023: the suites never derive anything unless they are told to


def test_a_holder_derives_what_a_verifier_accepts(api: Api) -> None:
    base = api.issued(SELECTIVE, api.credential(SELECTIVE), mandatoryPointers=["/issuer"])
    assert api.verify(base).status == 400, "a base proof is the holder's alone"
    derived = api.derive(base, "/credentialSubject/id", "/credentialSubject/grade")
    assert derived.status == 201
    shown: Any = derived.body["verifiableCredential"]
    assert shown["credentialSubject"] == {"id": "did:example:alice", "grade": "seven"}
    assert shown["issuer"] == base["issuer"]
    assert api.verify(shown).status == 200
    assert api.verify(altered(shown, grade="nine")).status == 400
    assert api.verify(altered(shown, alumniOf="The School of Examples")).status == 400
    without = {name: value for name, value in shown.items() if name != "issuer"}
    assert api.verify(without).status == 400


def test_a_pointer_to_nothing_is_refused(api: Api) -> None:
    credential = api.credential(SELECTIVE)
    assert api.issue(SELECTIVE, credential, mandatoryPointers=["/credentialSubject/nothing"]).status == 400
    base = api.issued(SELECTIVE, credential, mandatoryPointers=["/credentialSubject/grade"])
    assert api.derive(base, "/credentialSubject/id").status == 201
    assert api.derive(base, "/credentialSubject/nothing").status == 400
    derived: Any = api.derive(base, "/credentialSubject/id").body["verifiableCredential"]
    assert api.derive(derived, "/credentialSubject/id").status == 400, "nothing derives from what was derived"
    assert api.issue("eddsa-rdfc-2022", api.credential("eddsa-rdfc-2022"), mandatoryPointers=["/issuer"]).status == 400


# -- proof sets and chains


def test_proof_sets_and_chains_are_accepted_whole_and_refused_in_part(api: Api) -> None:
    one, two = Party.make(), Party.make(Algorithm.ES256)
    document = api.credential("eddsa-rdfc-2022", issuer=one.did)
    first = one.sign(api, document, proof_id="urn:uuid:1")
    chained = two.sign(api, first, previous_proof="urn:uuid:1")
    assert api.verify(chained).status == 200
    proofs: Any = chained["proof"]
    assert api.verify({**chained, "proof": [proofs[1]]}).status == 400, "the proof that it follows is gone"
    for name, value in (("created", "2026-11-23T12:00:01Z"), ("id", "urn:uuid:2"), ("proofValue", "z1111")):
        assert api.verify({**chained, "proof": [{**proofs[0], name: value}, proofs[1]]}).status == 400
    assert api.verify({**chained, "proof": [proofs[0], {**proofs[1], "previousProof": "urn:uuid:3"}]}).status == 400
    as_set = two.sign(api, first)
    assert api.verify(as_set).status == 200
    assert api.verify({**as_set, "proof": list(reversed(as_set["proof"]))}).status == 200  # type: ignore[arg-type,call-overload]
    swapped: Any = one.sign(api, altered(document, grade="nine"))["proof"]
    assert api.verify({**as_set, "proof": [as_set["proof"][0], swapped]}).status == 400  # type: ignore[index,call-overload]


# -- the data model: an issuer refuses what a verifier would


@pytest.mark.parametrize("instance", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "vc-jwt"])
@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ({"type": ["VerifiableCredential", "https://example.org/T"]}, {"type": ["VerifiableCredential", "Undefined"]}),
        (
            {"credentialSubject": {"id": "did:x:1", "type": "https://e.org/P"}},
            {"credentialSubject": {"undefined": "x"}},
        ),
        ({"credentialSubject": [{"id": "did:x:1"}, {"id": "did:x:2"}]}, {"credentialSubject": [{"id": "did:x:1"}, {}]}),
        ({"validUntil": "2026-11-23T14:30:00+02:00"}, {"validUntil": "2026-11-23T10:59:59Z"}),
        ({"credentialSchema": {"id": "urn:s", "type": "JsonSchema"}}, {"credentialSchema": {"type": "JsonSchema"}}),
    ],
)
def test_a_document_is_checked_before_it_is_signed(
    api: Api, instance: str, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    plain = api.credential(instance) | {"@context": [CREDENTIALS_V2], "credentialSubject": {"id": "did:example:alice"}}
    assert api.verify(api.issued(instance, {**plain, **good})).status == 200
    assert api.issue(instance, {**plain, **bad}).status == 400


def test_contexts_are_written_into_documents_and_texts_have_a_direction(api: Api) -> None:
    instance = "ecdsa-rdfc-2019-p256"
    inline = {"Note": "https://example.org/#Note"}
    named = {"@value": "HTML \u05d5 CSS", "@language": "he", "@direction": "rtl"}
    credential = api.credential(instance, type=["VerifiableCredential", "Note"], name=named)
    issued = api.issued(instance, credential | {"@context": [CREDENTIALS_V2, inline, EXAMPLES]})
    assert api.verify(issued).status == 200
    assert api.verify({**issued, "name": {**named, "@direction": "ltr"}}).status == 400
    assert api.verify({**issued, "@context": [CREDENTIALS_V2, {"Note": "urn:other"}, EXAMPLES]}).status == 400
    for context in ({"VerifiableCredential": "urn:other"}, {"id": "urn:other"}, {"Note": "no url"}, 5, "urn:unknown"):
        assert api.issue(instance, credential | {"@context": [CREDENTIALS_V2, inline, context]}).status == 400


def test_digests_of_related_resources_are_compared_where_the_resource_is_known(api: Api) -> None:
    instance = "eddsa-rdfc-2022"
    right = "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
    wrong = right.replace("Y", "Z")
    for digest, url, status in (
        (right, CREDENTIALS_V2, 201),
        (wrong, CREDENTIALS_V2, 400),
        (wrong, "https://example.org/unknown", 201),
    ):
        related = [{"id": url, "digestSRI": digest}]
        issued = api.issue(instance, api.credential(instance, relatedResource=related))
        assert issued.status == status
        if status == 201:
            verified = api.verify(issued.body["verifiableCredential"])
            assert verified.status == 200
            assert [each["title"] for each in verified.body["warnings"]] == ["not checked"] * (url != CREDENTIALS_V2)
    signed = Party.make().sign(
        api, api.credential(instance, relatedResource=[{"id": CREDENTIALS_V2, "digestSRI": wrong}])
    )
    refused = api.verify(signed)
    assert (refused.status, refused.problem) == (400, "CRYPTOGRAPHIC_SECURITY_ERROR")


def test_a_credential_counts_within_its_period_only(api: Api) -> None:
    for members, status in (
        ({"validFrom": "2026-11-23T12:00:00Z", "validUntil": "2026-11-23T12:00:01Z"}, 200),
        ({"validFrom": "2026-11-23T12:00:01Z"}, 400),
        ({"validUntil": "2026-11-23T12:00:00Z"}, 400),
    ):
        instance = "ecdsa-rdfc-2019-p256"
        answer = api.verify(api.issued(instance, api.credential(instance, **members)))
        assert answer.status == status
        assert status == 200 or answer.problem == "RANGE_ERROR"


# -- what is enveloped


def test_an_enveloped_credential_is_accepted_and_what_was_altered_is_not(api: Api) -> None:
    envelope = api.issued("vc-jwt", api.credential("vc-jwt"))
    assert envelope["type"] == "EnvelopedVerifiableCredential"
    assert api.verify(envelope).status == 200
    assert isinstance(envelope["id"], str)
    head, _, token = envelope["id"].partition(",")
    first, second, third = token.split(".")
    for id_ in (
        f"{head},{first}.{second}.{third[:-6]}AAAAAA",
        f"{head},{first}.{second}.",
        token,
        f"data:application/vp+jwt,{token}",
        f"data:application/vc+sd-jwt,{token}",
        f"data:application/jwt,{token}",
        f"data:text/plain,{token}",
    ):
        assert api.verify({**envelope, "id": id_}).status == 400
    for members in ({"@context": []}, {"@context": EXAMPLES}, {"type": "VerifiableCredential"}, {"type": None}):
        assert api.verify({**envelope, **members}).status == 400
    assert api.present({**envelope, "type": "EnvelopedVerifiablePresentation"}).status == 400


def older(api: Api, issuer: Party, **members: Any) -> JsonObject:
    document = api.credential("vc-jwt", issuer=issuer.did, **members)
    return {"iss": issuer.did, "jti": document["id"], "vc": document}


def test_the_older_encoding_is_taken_by_its_own_media_type_only(api: Api) -> None:
    issuer, kind = Party.make(Algorithm.ES256), "EnvelopedVerifiableCredential"
    claims = older(api, issuer)
    good = issuer.token(claims, typ="JWT")
    assert api.verify(enveloped(kind, "application/jwt", good)).status == 200
    assert api.verify(enveloped(kind, "application/vc+jwt", good)).status == 400
    for token in (
        issuer.token(claims, typ="vc+jwt"),
        Party.make(Algorithm.ES256).token(claims, typ="JWT", kid=issuer.method),
        issuer.token({**claims, "iss": "did:example:other"}, typ="JWT"),
        issuer.token({**claims, "jti": "urn:uuid:other"}, typ="JWT"),
        issuer.token({**claims, "exp": 1_000_000_000}, typ="JWT"),
        issuer.token({**claims, "vp": {}}, typ="JWT"),
        issuer.token({"vc": "x"}, typ="JWT"),
        issuer.token(older(api, issuer, type=["Note"]), typ="JWT"),
        issuer.token(claims, typ="JWT", kid=None),
    ):
        assert api.verify(enveloped(kind, "application/jwt", token)).status == 400
    vc = {**claims, "vc": {**claims["vc"], "issuer": "did:example:other"}}  # type: ignore[dict-item]
    assert api.verify(enveloped(kind, "application/jwt", issuer.token(vc, typ="JWT"))).status == 400


def test_an_enveloped_presentation_answers_the_question(api: Api) -> None:
    holder, kind = Party.make(), "EnvelopedVerifiablePresentation"
    within = api.issued("vc-jwt", api.credential("vc-jwt"))
    document: JsonObject = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        "holder": holder.did,
        "verifiableCredential": [within],
    }
    asked = {"nonce": "c-1", "aud": "verifier.example"}
    for media_type, token in (
        ("application/vp+jwt", holder.token({**asked, **document}, typ="vp+jwt", cty="vp")),
        ("application/jwt", holder.token({**asked, "vp": document}, typ="JWT")),
    ):
        presented = enveloped(kind, media_type, token)
        assert api.present(presented, challenge="c-1", domain="verifier.example").status == 200
        assert api.present(presented, challenge="c-2").status == 400
        assert api.present(presented, domain="other.example").status == 400
        assert api.verify(presented).status == 400
        assert api.present({**presented, "type": "EnvelopedVerifiableCredential"}, challenge="c-1").status == 400
    for claims in ({"exp": 1_000_000_000}, {"nbf": 4_000_000_000}):
        for media_type, token in (
            ("application/vp+jwt", holder.token({**asked, **claims, **document}, typ="vp+jwt", cty="vp")),
            ("application/jwt", holder.token({**asked, **claims, "vp": document}, typ="JWT")),
        ):
            assert api.present(enveloped(kind, media_type, token), challenge="c-1").status == 400
    undefined = holder.token({**asked, **document, "type": [*KINDS, "Undefined"]}, typ="vp+jwt", cty="vp")
    assert api.present(enveloped(kind, "application/vp+jwt", undefined), challenge="c-1").status == 400
    bad = {**document, "verifiableCredential": [{**within, "id": str(within["id"])[:-8] + "AAAAAAAA"}]}
    token = holder.token({**asked, **bad}, typ="vp+jwt", cty="vp")
    assert api.present(enveloped(kind, "application/vp+jwt", token), challenge="c-1").status == 400


# -- presentations


def test_a_presentation_is_for_one_challenge_and_domain(api: Api) -> None:
    holder = Party.make()
    presented = holder.presentation(api, api.issued("eddsa-rdfc-2022", api.credential("eddsa-rdfc-2022")))
    assert api.present(presented, challenge="c-1", domain="verifier.example").status == 200
    assert api.present(presented).status == 200
    assert api.present(presented, challenge="c-2").problem == "INVALID_CHALLENGE_ERROR"
    assert api.present(presented, domain="other.example").problem == "INVALID_DOMAIN_ERROR"
    assert api.present(presented, domain=["verifier.example", "other.example"]).status == 400
    assert api.present({**presented, "holder": "did:example:mallory"}).status == 400
    unsigned = {name: value for name, value in presented.items() if name != "proof"}
    assert api.present(unsigned).status == 400
    as_credential = holder.sign(api, unsigned, purpose="assertionMethod", challenge="c-1", domain="verifier.example")
    assert api.present(as_credential).status == 400, "a key that asserts does not thereby authenticate"


def test_each_credential_in_a_presentation_is_verified(api: Api) -> None:
    holder = Party.make()
    good = api.issued("ecdsa-rdfc-2019-p384", api.credential("ecdsa-rdfc-2019-p384"))
    token = api.issued("vc-jwt", api.credential("vc-jwt"))
    assert api.present(holder.presentation(api)).status == 200
    assert api.present(holder.presentation(api, good, token)).status == 200
    # The holder signs whatever stands in its presentation; only the issuer's proof tells that it is not the issuer's.
    assert api.present(holder.presentation(api, good, altered(good, grade="nine"))).status == 400
    assert api.present(holder.presentation(api, good, cryptosuite="eddsa-jcs-2022")).status == 200
    gone = api.issued("eddsa-rdfc-2022", api.credential("eddsa-rdfc-2022", validUntil="2026-11-23T11:30:00Z"))
    assert api.present(holder.presentation(api, gone)).status == 400


def test_what_a_holder_asserts_of_itself_needs_no_other_proof(api: Api) -> None:
    holder, other = Party.make(), Party.make()
    own = api.credential("eddsa-rdfc-2022", issuer=holder.did)
    assert api.present(holder.presentation(api, own)).status == 200
    assert api.present(holder.presentation(api, {**own, "issuer": other.did})).status == 400
    assert api.present(holder.presentation(api, {**own, "validUntil": "2026-11-23T11:30:00Z"})).status == 400
    # Signed by another than the holder it names, which this service accepts of other presentations.
    assert api.present(holder.presentation(api, holder=other.did)).status == 200
    theirs = api.credential("eddsa-rdfc-2022", issuer=other.did)
    assert api.present(holder.presentation(api, theirs, holder=other.did)).status == 400


# -- status: no suite ever revokes anything


@pytest.fixture
def with_status(api: Api) -> JsonObject:
    credential = api.credential("status", id=f"urn:uuid:{time.monotonic_ns()}") | {"@context": [CREDENTIALS_V2]}
    return api.issued("status", credential | {"credentialSubject": {"id": "did:example:alice"}})


def set_status(api: Api, credential: JsonObject, purpose: str, value: object = None) -> int:
    entry = {"type": "BitstringStatusListEntry", "statusPurpose": purpose}
    more = {} if value is None else {"status": value}
    return api.post("/credentials/status", {"credentialId": credential["id"], "credentialStatus": entry, **more}).status


@pytest.mark.parametrize("purpose", ["revocation", "suspension"])
def test_what_is_revoked_is_refused_and_what_is_restored_accepted(
    api: Api, with_status: JsonObject, purpose: str
) -> None:
    accepted = api.verify(with_status)
    assert (accepted.status, accepted.body["checks"]) == (200, ["proof", "validityPeriod", "credentialStatus"])
    assert set_status(api, with_status, purpose) == 200
    refused = api.verify(with_status)
    assert refused.status == 400
    assert refused.body["errors"][0]["pointer"] == "/credentialStatus"
    assert api.present(Party.make().presentation(api, with_status)).status == 400
    unasked = api.verify(with_status, checks=["proof"])
    assert unasked.status == 200, "who asks for the proof alone gets that"
    assert [each["detail"] for each in unasked.body["warnings"]] == ["the status was not asked for"]
    assert set_status(api, with_status, purpose, value=False) == 200
    assert api.verify(with_status).status == 200


def test_a_message_is_for_people(api: Api, with_status: JsonObject) -> None:
    assert set_status(api, with_status, "message", 3) == 200
    verified = api.verify(with_status)
    assert verified.status == 200
    assert [each["detail"] for each in verified.body["warnings"]] == ["there is a status message"]
    assert set_status(api, with_status, "message", 4) == 400
    assert set_status(api, with_status, "refresh") == 404
    assert set_status(api, {"id": "urn:uuid:unknown"}, "revocation") == 404


def test_a_status_list_is_a_credential_behind_its_address(api: Api, with_status: JsonObject) -> None:
    entries: Any = with_status["credentialStatus"]
    assert [each["statusPurpose"] for each in entries] == ["revocation", "suspension", "message"]
    assert len(entries[2]["statusMessage"]) == 2 ** entries[2]["statusSize"]
    assert api.get(entries[2]["statusReference"][0]).status == 200
    index = int(entries[0]["statusListIndex"])
    for revoked in (False, True):
        set_status(api, with_status, "revocation", value=revoked)
        published = api.get(entries[0]["statusListCredential"]).body
        assert api.verify(published).status == 200
        assert Bitstring.decode(published["credentialSubject"]["encodedList"])[index] is revoked
    published["credentialSubject"]["encodedList"] = Bitstring().encode()
    assert api.verify(published).status == 400
    assert api.get(entries[0]["statusListCredential"], "application/vc").status == 200
    assert api.get("/status/nothing").status == 404


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"statusListCredential": "https://status.example/1"}, "STATUS_RETRIEVAL_ERROR"),
        ({"statusPurpose": "suspension"}, "STATUS_VERIFICATION_ERROR"),
        ({"statusPurpose": "something"}, "STATUS_VERIFICATION_ERROR"),
        ({"statusPurpose": ["revocation"]}, "MALFORMED_VALUE_ERROR"),
        ({"statusListIndex": "131072"}, "RANGE_ERROR"),
        ({"statusListIndex": "-1"}, "MALFORMED_VALUE_ERROR"),
        ({"type": "https://example.org/OtherStatus"}, "MALFORMED_VALUE_ERROR"),
        ({"type": "https://example.org/OtherStatus", "statusPurpose": "other"}, "MALFORMED_VALUE_ERROR"),
    ],
)
def test_a_status_that_cannot_be_checked_is_not_valid(api: Api, entry: dict[str, str], problem: str) -> None:
    instance = api.door.instances["status"]
    issuer = Party(instance.signer, instance.did, instance.verification_method)
    good = {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "5",
        "statusListCredential": f"{api.address}/status/revocation",
    }
    document = api.credential("status")
    assert api.verify(issuer.sign(api, {**document, "credentialStatus": good})).status == 200
    refused = api.verify(issuer.sign(api, {**document, "credentialStatus": {**good, **entry}}))
    assert (refused.status, refused.problem) == (400, problem)
    other = Party.make()
    stolen = other.sign(api, {**document, "issuer": other.did, "credentialStatus": good})
    assert api.verify(stolen).problem == "STATUS_VERIFICATION_ERROR", "the list is another issuer's"


def test_nobody_brings_a_status_of_their_own(api: Api) -> None:
    assert api.issue("status", api.credential("status", credentialStatus={"type": "https://x.org/S"})).status == 400


# -- the resolver


def test_identifiers_are_resolved(api: Api) -> None:
    did = api.door.instances["eddsa-rdfc-2022"].did
    resolved = api.get(f"/1.0/identifiers/{did.replace(':', '%3A')}")
    assert (resolved.status, resolved.body["didDocument"]["id"]) == (200, did)
    key = did.removeprefix("did:key:")
    method = api.get(f"/1.0/identifiers/{did.replace(':', '%3A')}%23{key}")
    assert method.body["didDocument"]["controller"] == did
    for asked, error in (
        ("did%3Akey%3A%40", "invalidDid"),
        ("did%3Ax%3A1", "methodNotSupported"),
        ("%ff", "invalidDid"),
    ):
        answer = api.get(f"/1.0/identifiers/{asked}")
        assert answer.status >= 400
        assert answer.body["didResolutionMetadata"]["error"] == error
        assert answer.body["didDocument"] == {}


def test_the_resolver_answers_in_the_form_that_is_asked(api: Api) -> None:
    did = api.door.instances["eddsa-rdfc-2022"].did
    address = f"{api.address}/1.0/identifiers/{did.replace(':', '%3A')}"
    for path, accept, status, member in (
        ("", "application/did-resolution", 200, "didDocument"),
        (f"%23{did.removeprefix('did:key:')}", "application/did-url-dereferencing", 200, "content"),
        ("", "application/did", 200, "verificationMethod"),
        ("%23nobody", "application/did-url-dereferencing", 404, "dereferencingMetadata"),
        ("", "text/turtle", 406, "didResolutionMetadata"),
        ("?versionTime=2026-01-01T00:00:00Z", "application/did-resolution", 501, "didResolutionMetadata"),
    ):
        answer = api.client.get(address + path, headers={"accept": accept})
        assert (answer.status_code, member in answer.json()) == (status, True)
        assert answer.headers["vary"] == "accept"
        assert answer.headers["content-type"] == (accept if status != 406 else "application/did-resolution")


# -- what hostile callers send


HOSTILE: list[Callable[[Api], object]] = [
    lambda _: b"",
    lambda _: b"{",
    lambda _: b"\xff\xfe",
    lambda _: f'{{"credential": {{"{CANARY}": 1, "{CANARY}": 2}}}}'.encode(),
    lambda _: b"[" * 100_000,
    lambda _: {},
    lambda _: [CANARY],
    lambda _: {"credential": CANARY, "verifiableCredential": CANARY, "verifiablePresentation": CANARY},
    lambda _: {"credential": None, "verifiableCredential": None, "verifiablePresentation": None, "options": {}},
    lambda _: {"verifiableCredential": {"type": [CANARY]}, "verifiablePresentation": {"type": [CANARY]}},
    lambda api: {"credential": api.credential("eddsa-rdfc-2022"), "options": CANARY},
    lambda api: {"credential": api.credential("eddsa-rdfc-2022"), "options": {"challenge": [CANARY]}},
    lambda api: {"credential": api.credential("eddsa-rdfc-2022"), "options": {"domain": {"x": CANARY}}},
    lambda api: {"credential": api.credential("eddsa-rdfc-2022"), "options": {"mandatoryPointers": [1]}},
    lambda api: {"credential": api.credential("eddsa-rdfc-2022", **{CANARY: {CANARY: None}})},
    lambda api: {"credential": api.credential("eddsa-rdfc-2022", proof=CANARY)},
    lambda api: {"credential": api.credential("eddsa-rdfc-2022", validFrom=CANARY)},
    lambda api: {"verifiableCredential": api.credential("eddsa-rdfc-2022", proof={"type": CANARY})},
    lambda api: {"verifiableCredential": api.credential("eddsa-rdfc-2022", proof={"type": "DataIntegrityProof"})},
    lambda _: {"verifiableCredential": enveloped("EnvelopedVerifiableCredential", "application/vc+jwt", CANARY)},
    lambda _: {"verifiableCredential": enveloped("EnvelopedVerifiableCredential", "application/jwt", CANARY)},
]


@pytest.mark.parametrize(
    "path",
    [
        "/issuers/eddsa-rdfc-2022/credentials/issue",
        "/credentials/verify",
        "/presentations/verify",
        "/credentials/derive",
    ],
)
def test_hostile_bodies_are_refused_and_never_repeated(api: Api, path: str) -> None:
    for body in HOSTILE:
        answer = api.post(path, body(api))
        assert answer.status == 400, answer.text
        assert CANARY not in answer.text
        details = answer.body["errors"][0] if "errors" in answer.body else answer.body
        assert details["type"].startswith("https://")
        assert details["title"]


def test_other_requests_are_answered_too(api: Api) -> None:
    assert api.post("/issuers/bbs-2023/credentials/issue", {}).status == 404
    assert api.post("/credentials/verify", b" " * (1 << 20) + b"{}").status == 413
    assert api.get("/credentials/verify").status == 405
    assert api.get("/nothing").status == 404


# -- the command


def test_the_command_serves_until_it_is_stopped(tmp_path: Path) -> None:
    port, ids = _free_port(), tmp_path / "ids.json"
    arguments = ["vc-api", "--port", str(port), "--tls-self-signed", "--ids-out", str(ids)]
    environment = {name: value for name, value in os.environ.items() if name != "CREDENTIALS_DIRECTORY"}
    process = subprocess.Popen(
        [sys.executable, "-m", "service.commands", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        text=True,
    )
    try:
        for _ in range(300):
            if ids.exists() or process.poll() is not None:
                break
            time.sleep(0.1)
        assert set(json.loads(ids.read_text())) == {*WITH_PROOF, SELECTIVE, "status", "vc-jwt"}
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with httpx2.Client(verify=context, trust_env=False) as client:
            assert client.get(f"https://127.0.0.1:{port}/status/revocation").status_code == 200
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "for conformance runs only" in output
    assert "Issuer binding: not checked" in output
