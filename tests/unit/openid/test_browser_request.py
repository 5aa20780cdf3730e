"""A signed request through a browser, under one or several signatures (OpenID4VP 1.0 appendix A.3.2)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from credentials.dids import Resolver, did_key
from credentials.encoding import JsonObject, b64url_decode, b64url_encode, json_compact, json_object
from credentials.errors import BlauweKnopError
from credentials.jose import EncryptionKey, sign_compact
from credentials.keys import SoftwareSigner
from credentials.openid.browser import MULTISIGNED, SIGNED, UNSIGNED, multisigned_request, signed_request
from credentials.openid.browser_request import verify_browser_request
from credentials.openid.client_id import ClientId, Prefix, client_id_of_certificate
from credentials.openid.dcql import parse_query
from credentials.openid.errors import InvalidPresentationRequest, UnknownSigner
from credentials.openid.request_object import Proof, VerifiedRequest
from credentials.openid.verifier_attestation import sign_attestation
from credentials.openid.verifier_info import Purpose
from credentials.openid.vp_request import PresentationRequest, ResponseMode
from credentials.trust import UnknownVerifier

pytestmark = pytest.mark.requirement("vp-multisigned")

KEY, ATTESTER = SoftwareSigner.generate(), SoftwareSigner.generate()
DID, METHOD = did_key(KEY.public_jwk)
BY_DID = ClientId(Prefix.DECENTRALIZED_IDENTIFIER, DID)
ATTESTED = ClientId(Prefix.VERIFIER_ATTESTATION, "schuldhulp")
ORIGIN = "https://v.example"


@pytest.fixture
def leaf(leaf_for: Callable[..., bytes]) -> bytes:
    return leaf_for(KEY, "v.example")


@pytest.fixture
def by_hash(leaf: bytes) -> ClientId:
    return client_id_of_certificate(leaf)


def request(client_id: ClientId, mode: ResponseMode = ResponseMode.DIRECT_POST_JWT) -> PresentationRequest:
    return PresentationRequest(
        client_id=client_id,
        response_uri="https://v.example/antwoord/1",
        response_mode=mode,
        nonce="n" * 22,
        dcql=parse_query({"credentials": [{"id": "o", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:o"]}}]}),
        state="s" * 22,
        encryption_keys=(EncryptionKey.generate("e1").public(),),
        purpose=Purpose("Overzicht", "Wgs", "4 weken"),
    )


def attestation(now: datetime, **changes: Any) -> str:
    stated = {"lifetime": timedelta(days=1), **changes}
    return sign_attestation(
        ATTESTER, issuer="https://attester.example", subject=ATTESTED.value, holder=KEY.public_jwk, now=now,
        verification_method=did_key(ATTESTER.public_jwk)[1], **stated,
    )  # fmt: skip


def made(now: datetime, leaf: bytes, *ids: ClientId, origins: tuple[str, ...] = (ORIGIN,), **changes: Any) -> Any:
    """Make a request under these client ids, the certificate's hash, the DID and the attestation by default."""
    proof = Proof(KEY, (leaf,), METHOD, attestation(now, **changes))
    used = ids or (client_id_of_certificate(leaf), BY_DID, ATTESTED)
    found = multisigned_request(request(used[0]), [(each, proof) for each in used], origins=origins, now=now)
    assert found["protocol"] == MULTISIGNED
    return found["data"]


def anybody(found: VerifiedRequest) -> str:
    return found.request.client_id.full


def knows(*ids: ClientId) -> Callable[[VerifiedRequest], str]:
    def trusted(found: VerifiedRequest) -> str:
        if found.request.client_id not in ids:
            raise UnknownVerifier("nobody we know")
        return found.request.client_id.full

    return trusted


def verified(data: Any, now: datetime, **changes: Any) -> tuple[VerifiedRequest, str]:
    how = {"origin": ORIGIN, "trusted": anybody, "now": now, "resolver": Resolver(), **changes}
    protocol = how.pop("protocol", MULTISIGNED)
    found: tuple[VerifiedRequest, str] = verify_browser_request(protocol, data, **how)
    return found


def header_of(data: Any, place: int) -> JsonObject:
    return json_object(b64url_decode(data["request"]["signatures"][place]["protected"], "header"), "header")


def signed_anew(data: Any, place: int, signer: SoftwareSigner = KEY, **changes: Any) -> Any:
    """Sign one signature of a request again, with other members of its header; `...` leaves one out."""
    header = {name: value for name, value in {**header_of(data, place), **changes}.items() if value is not ...}
    protected = b64url_encode(json_compact(header))
    value = b64url_encode(signer.sign(f"{protected}.{data['request']['payload']}".encode()))
    signatures = list(data["request"]["signatures"])
    signatures[place] = {"protected": protected, "signature": value}
    return {"request": {**data["request"], "signatures": signatures}}


def payload_anew(data: Any, **changes: Any) -> Any:
    """Sign all signatures of a request again, over another payload."""
    payload = json_object(b64url_decode(data["request"]["payload"], "payload"), "payload")
    stated = {name: value for name, value in {**payload, **changes}.items() if value is not ...}
    data = {"request": {**data["request"], "payload": b64url_encode(json_compact(stated))}}
    for place in range(len(data["request"]["signatures"])):
        data = signed_anew(data, place)
    return data


def test_who_signs_stands_in_each_header_and_what_is_asked_in_the_payload(
    now: datetime, leaf: bytes, by_hash: ClientId
) -> None:
    data = made(now, leaf)
    payload = json_object(b64url_decode(data["request"]["payload"], "payload"), "payload")
    assert payload.keys() == {
        "aud", "iat", "exp", "response_type", "response_mode", "nonce", "dcql_query", "client_metadata",
        "expected_origins",
    }  # fmt: skip
    headers = [header_of(data, place) for place in range(3)]
    assert [each["client_id"] for each in headers] == [by_hash.full, BY_DID.full, ATTESTED.full]
    assert [each.keys() - {"alg", "typ", "client_id", "verifier_info"} for each in headers] == [
        {"x5c"}, {"kid"}, {"jwt"},
    ]  # fmt: skip
    assert all(each["verifier_info"] for each in headers)


@pytest.mark.parametrize("mode", list(ResponseMode))
def test_the_first_that_is_trusted_says_who_asks(
    now: datetime, leaf: bytes, by_hash: ClientId, mode: ResponseMode
) -> None:
    proof = Proof(KEY, (leaf,), METHOD, attestation(now))
    proofs = [(each, proof) for each in (by_hash, BY_DID, ATTESTED)]
    data = multisigned_request(request(by_hash, mode), proofs, origins=(ORIGIN,), now=now)["data"]
    for known, first in (
        ((by_hash, BY_DID, ATTESTED), by_hash),
        ((BY_DID, ATTESTED), BY_DID),
        ((ATTESTED,), ATTESTED),
    ):
        found, party = verified(data, now, trusted=knows(*known))
        assert (found.request.client_id, party) == (first, first.full)
        assert (found.key, found.request.response_mode) == (KEY.public_jwk, mode)
        assert found.request.response_uri == ORIGIN
        assert found.request.nonce == "n" * 22
        assert found.request.purpose == Purpose("Overzicht", "Wgs", "4 weken")
        assert found.request.state is None


def test_one_signature_in_compact_form_is_read_alike(now: datetime, leaf: bytes, by_hash: ClientId) -> None:
    made = signed_request(request(by_hash), Proof(KEY, (leaf,)), origins=(ORIGIN, "https://w.example"), now=now)
    for origin in (ORIGIN, "https://w.example"):
        found, party = verified(made["data"], now, protocol=SIGNED, origin=origin)
        assert (party, found.request.response_uri) == (by_hash.full, origin)
    with pytest.raises(InvalidPresentationRequest, match="origin"):
        verified(made["data"], now, protocol=SIGNED, origin="https://kwaad.example")


def test_one_that_nobody_here_can_judge_is_passed_over(now: datetime, leaf: bytes, by_hash: ClientId) -> None:
    data = made(now, leaf, BY_DID, by_hash)
    assert verified(data, now, resolver=None)[1] == by_hash.full
    for changes in (
        {"client_id": "openid_federation:https://v.example", "kid": ...},
        {"client_id": "pre-registered", "kid": ...},
        {"client_id": "decentralized_identifier:did:elders:1", "kid": "did:elders:1#k"},
        {"alg": "PS256"},
    ):
        assert verified(signed_anew(data, 0, **changes), now)[1] == by_hash.full
    ended = made(now, leaf, ATTESTED, by_hash, lifetime=timedelta(days=-1))
    assert verified(ended, now)[1] == by_hash.full


def test_without_anybody_who_is_known_it_is_refused(now: datetime, leaf: bytes) -> None:
    with pytest.raises(UnknownVerifier):
        verified(made(now, leaf), now, trusted=knows())
    with pytest.raises(UnknownSigner):
        verified(made(now, leaf, BY_DID), now, resolver=None)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_altered_one_refuses_the_whole(now: datetime, leaf: bytes, by_hash: ClientId, place: int) -> None:
    stranger, trusted = SoftwareSigner.generate(), knows([by_hash, BY_DID, ATTESTED][place])
    data = made(now, leaf)
    assert verified(data, now, trusted=trusted)
    with pytest.raises(InvalidPresentationRequest):
        verified(signed_anew(data, place, stranger), now, trusted=trusted)
    altered = {**data["request"]["signatures"][place]}
    altered["protected"] = b64url_encode(json_compact({**header_of(data, place), "verifier_info": []}))
    signatures = [altered if at == place else each for at, each in enumerate(data["request"]["signatures"])]
    with pytest.raises(InvalidPresentationRequest):
        verified({"request": {**data["request"], "signatures": signatures}}, now, trusted=trusted)
    other = made(now, leaf, origins=("https://w.example", ORIGIN))["request"]["payload"]
    with pytest.raises(InvalidPresentationRequest):
        verified({"request": {**data["request"], "payload": other}}, now, trusted=trusted)


def test_an_altered_one_of_a_stranger_before_the_one_we_know_refuses_the_whole(
    now: datetime, leaf: bytes, by_hash: ClientId
) -> None:
    data = signed_anew(made(now, leaf, BY_DID, by_hash), 0, SoftwareSigner.generate())
    with pytest.raises(InvalidPresentationRequest):
        verified(data, now, trusted=knows(by_hash))


def test_a_proof_of_somebody_else_refuses_the_whole(
    now: datetime, leaf: bytes, by_hash: ClientId, leaf_for: Callable[..., bytes]
) -> None:
    other = SoftwareSigner.generate()
    data = made(now, leaf)
    elsewhere = leaf_for(KEY, "w.example")
    x5c = header_of(made(now, elsewhere, client_id_of_certificate(elsewhere)), 0)["x5c"]
    for place, changes in (
        (0, {"x5c": x5c}),
        (0, {"x5c": ...}),
        (0, {"client_id": "x509_san_dns:w.example"}),
        (1, {"kid": did_key(other.public_jwk)[1]}),
        (1, {"kid": ...}),
        (2, {"client_id": "verifier_attestation:ander"}),
    ):
        with pytest.raises(InvalidPresentationRequest):
            verified(signed_anew(data, place, **changes), now, trusted=knows([by_hash, BY_DID, ATTESTED][place]))


def test_one_client_id_signs_once(now: datetime, leaf: bytes, by_hash: ClientId) -> None:
    with pytest.raises(ValueError, match="once"):
        made(now, leaf, by_hash, BY_DID, by_hash)
    data = made(now, leaf)
    twice = {"request": {**data["request"], "signatures": [*data["request"]["signatures"]] * 2}}
    with pytest.raises(InvalidPresentationRequest, match="one client_id"):
        verified(twice, now)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": BY_DID.full},
        {"verifier_info": []},
        {"expected_origins": ...},
        {"expected_origins": []},
        {"expected_origins": ORIGIN},
        {"expected_origins": ["https://kwaad.example"]},
        {"expected_origins": [f"{ORIGIN}/"]},
        {"expected_origins": ["HTTPS://V.EXAMPLE"]},
        {"response_mode": "direct_post"},
        {"response_mode": ...},
        {"response_type": "code"},
        {"nonce": ...},
        {"dcql_query": ...},
        {"client_metadata": ...},
        {"exp": 1},
        {"aud": "https://elders.example"},
    ],
    ids=lambda changes: " ".join(f"{name}" for name in changes),
)
def test_a_payload_that_mixes_or_lacks_something_is_refused(now: datetime, leaf: bytes, changes: Any) -> None:
    with pytest.raises(BlauweKnopError):
        verified(payload_anew(made(now, leaf), **changes), now)


@pytest.mark.parametrize(
    "name",
    [
        "response_type",
        "response_mode",
        "nonce",
        "dcql_query",
        "client_metadata",
        "transaction_data",
        "expected_origins",
    ],
)
def test_what_is_asked_of_all_is_not_said_under_one_signature(now: datetime, leaf: bytes, name: str) -> None:
    for place in (0, 2):
        with pytest.raises(InvalidPresentationRequest, match="header"):
            verified(signed_anew(made(now, leaf), place, **{name: "x"}), now)


def test_members_that_have_no_meaning_here_are_ignored(now: datetime, leaf: bytes, by_hash: ClientId) -> None:
    data = payload_anew(
        made(now, leaf),
        state="s",
        response_uri="https://kwaad.example/x",
        redirect_uri="https://kwaad.example",
        iets=1,
        aud=...,
    )
    found, party = verified(data, now)
    assert (party, found.request.response_uri, found.request.state) == (by_hash.full, ORIGIN, None)


@pytest.mark.parametrize("typ", [..., "JWT", "kb+jwt"])
def test_what_is_no_request_object_is_refused(now: datetime, leaf: bytes, typ: Any) -> None:
    with pytest.raises(InvalidPresentationRequest):
        verified(signed_anew(made(now, leaf), 1, typ=typ), now)


def test_a_client_id_is_in_every_header(now: datetime, leaf: bytes) -> None:
    with pytest.raises(InvalidPresentationRequest, match="client_id"):
        verified(signed_anew(made(now, leaf), 0, client_id=...), now)


def test_the_forms_are_not_taken_for_each_other(now: datetime, leaf: bytes, by_hash: ClientId) -> None:
    several = made(now, leaf)
    one = signed_request(request(by_hash), Proof(KEY, (leaf,)), origins=(ORIGIN,), now=now)["data"]
    for protocol, data in (
        (SIGNED, several), (MULTISIGNED, one), (UNSIGNED, several), ("openid4vp", one), (MULTISIGNED, {}),
        (MULTISIGNED, None), (MULTISIGNED, several["request"]),
    ):  # fmt: skip
        with pytest.raises(BlauweKnopError):
            verified(data, now, protocol=protocol)
    flattened = {"request": {**several["request"], **several["request"]["signatures"][0]}}
    with pytest.raises(InvalidPresentationRequest):
        verified(flattened, now)
    unprotected = [{**each, "header": {"kid": METHOD}} for each in several["request"]["signatures"]]
    with pytest.raises(InvalidPresentationRequest):
        verified({"request": {**several["request"], "signatures": unprotected}}, now)


def test_nothing_is_signed_without_a_name(now: datetime, leaf: bytes) -> None:
    unsigned = ClientId(Prefix.REDIRECT_URI, ORIGIN)
    with pytest.raises(ValueError, match="redirect_uri"):
        made(now, leaf, unsigned)
    data = signed_anew(made(now, leaf), 0, client_id=unsigned.full)
    with pytest.raises(InvalidPresentationRequest):
        verified(data, now)
    with pytest.raises(ValueError, match="origins"):
        made(now, leaf, origins=())


def test_where_addresses_are_attested_one_of_them_is_of_the_origin(now: datetime, leaf: bytes) -> None:
    assert verified(made(now, leaf, ATTESTED, redirect_uris=[f"{ORIGIN}/antwoord/1"]), now)[1] == ATTESTED.full
    with pytest.raises(InvalidPresentationRequest, match="attested"):
        verified(made(now, leaf, ATTESTED, redirect_uris=["https://w.example/antwoord/1"]), now)


def test_a_request_object_of_another_door_is_no_request_of_the_browser(
    now: datetime, leaf: bytes, by_hash: ClientId
) -> None:
    other = sign_compact(
        {"typ": "oauth-authz-req+jwt", "kid": METHOD}, replace(request(by_hash), client_id=BY_DID).to_parameters(), KEY
    )
    with pytest.raises(InvalidPresentationRequest):
        verified({"request": other}, now, protocol=SIGNED)
