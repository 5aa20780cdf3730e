"""May this key issue this type, at this time? A name in a token is never believed by itself."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from credentials.dids import Resolver, did_key, verification_method
from credentials.errors import ConfigurationError
from credentials.keys import Algorithm, PublicJwk, SoftwareSigner
from credentials.trust import (
    InvalidChain,
    IssuerNotAllowed,
    IssuerWithdrawn,
    KeyPurpose,
    Participant,
    PinnedKeys,
    Role,
    TrustList,
    UnknownIssuer,
    UnknownVerifier,
    authorise,
    authorise_list,
    publishes_keys,
    recognise_attester,
    recognise_issuer,
    recognise_verifier,
)
from credentials.trust.x509 import CertificateExpired, make_ca
from tests.unit.trust.certificates import CJIB, CJIB_OIN, END, NOW, START, a_leaf, an_authority

OVERVIEW = "urn:nl:blauweknop:overzicht:1"
CASE = "urn:nl:blauweknop:zaak:1"
DID = "did:web:cjib.example"

AUTHORITY = an_authority()
SIGNER = SoftwareSigner.generate()
LEAF = a_leaf(AUTHORITY, SIGNER)
ED25519 = SoftwareSigner.generate(Algorithm.EDDSA)

CJIB_ENTRY = {
    "identifier": CJIB,
    "name": "CJIB",
    "oin": CJIB_OIN,
    "anchors": (AUTHORITY.der,),
    "did": DID,
    "keys": (ED25519.public_jwk,),
    "types": frozenset({OVERVIEW}),
}


@dataclass(frozen=True)
class Signature:
    key: PublicJwk = SIGNER.public_jwk
    issuer: str | None = CJIB
    x5c: tuple[bytes, ...] = (LEAF,)
    verification_method: str | None = None
    published_at: str | None = None


BY_DID = Signature(ED25519.public_jwk, DID, (), verification_method(DID, ED25519.public_jwk))


def participant(**changes: object) -> Participant:
    return Participant(**{**CJIB_ENTRY, **changes})


def listing(*participants: Participant) -> TrustList:
    return TrustList("https://scheme.example", NOW, NOW + timedelta(days=1), 1, participants)


def test_a_listed_issuer_may_issue_what_the_list_says() -> None:
    cjib = participant()
    assert (
        authorise(
            listing(participant(identifier="x", did=None, anchors=(), oin=None), cjib), Signature(), OVERVIEW, NOW
        )
        is cjib
    )
    assert authorise(listing(cjib), BY_DID, OVERVIEW, NOW) is cjib
    for signature in (Signature(), BY_DID):
        with pytest.raises(IssuerNotAllowed):
            authorise(listing(cjib), signature, CASE, NOW)


@pytest.mark.parametrize("issuer", [CJIB, DID, None])
def test_the_named_issuer_is_the_participant(issuer: str) -> None:
    authorise(listing(participant()), Signature(issuer=issuer), OVERVIEW, NOW)


@pytest.mark.parametrize("issuer", ["https://cjib.example/2", "https://cjib.example:8443"])
def test_another_name_on_a_certified_host_is_the_participants(issuer: str) -> None:
    authorise(listing(participant()), Signature(issuer=issuer), OVERVIEW, NOW)


@pytest.mark.parametrize("issuer", ["https://duo.example", "did:web:duo.example", "urn:x", "cjib.example", "https://"])
def test_a_name_that_is_not_certified_is_refused(issuer: str) -> None:
    with pytest.raises(UnknownIssuer):
        authorise(listing(participant()), Signature(issuer=issuer), OVERVIEW, NOW)


def test_the_name_of_another_participant_is_refused_even_on_a_shared_host() -> None:
    other = participant(identifier="https://cjib.example/other", did=None, anchors=(), oin=None)
    with pytest.raises(UnknownIssuer):
        authorise(listing(participant(), other), Signature(issuer=other.identifier), OVERVIEW, NOW)


def test_a_stranger_is_unknown() -> None:
    stranger = an_authority("Vreemd")
    with pytest.raises(UnknownIssuer):
        authorise(listing(participant()), Signature(x5c=(a_leaf(stranger, SIGNER),)), OVERVIEW, NOW)
    with pytest.raises(UnknownIssuer):
        authorise(listing(), Signature(), OVERVIEW, NOW)


def test_a_broken_chain_is_told_from_a_stranger() -> None:
    with pytest.raises(InvalidChain):
        authorise(listing(participant()), Signature(x5c=(LEAF, AUTHORITY.der)), OVERVIEW, NOW)
    with pytest.raises(CertificateExpired):
        authorise(listing(participant()), Signature(), OVERVIEW, NOW, now=END + timedelta(days=1))


def test_the_key_must_be_the_leafs() -> None:
    with pytest.raises(UnknownIssuer):
        authorise(listing(participant()), Signature(key=SoftwareSigner.generate().public_jwk), OVERVIEW, NOW)


def test_a_leaf_for_requests_signs_no_credentials() -> None:
    leaf = a_leaf(AUTHORITY, SIGNER, eku=KeyPurpose.REQUESTS)
    with pytest.raises(UnknownIssuer):
        authorise(listing(participant()), Signature(x5c=(leaf,)), OVERVIEW, NOW)


def test_a_participant_that_is_no_issuer_issues_nothing() -> None:
    for signature in (Signature(), BY_DID):
        with pytest.raises(UnknownIssuer):
            authorise(listing(participant(roles=frozenset({Role.VERIFIER}))), signature, OVERVIEW, NOW)


def test_a_pinned_key_is_the_only_key_of_a_did() -> None:
    wrong = Signature(SIGNER.public_jwk, DID, (), f"{DID}#x")
    with pytest.raises(UnknownIssuer):
        authorise(listing(participant()), wrong, OVERVIEW, NOW)
    authorise(listing(participant(keys=())), wrong, OVERVIEW, NOW)


def test_published_keys_count_only_where_the_list_says_so() -> None:
    published = Signature(ED25519.public_jwk, CJIB, (), published_at=f"{CJIB}/.well-known/jwt-vc-issuer")

    def listed(**changes: object) -> TrustList:
        return listing(participant(**changes))

    assert authorise(listed(publishes_keys=True), published, OVERVIEW, NOW).identifier == CJIB
    assert publishes_keys(listed(publishes_keys=True), CJIB)
    # Not by default, not for another name, not with a key that is not among those pinned, not for who does not issue.
    for trust_list, signature in (
        (listed(), published),
        (listed(publishes_keys=True), replace(published, issuer=DID)),
        (listed(publishes_keys=True), replace(published, issuer="https://other.example")),
        (listed(publishes_keys=True), replace(published, issuer=None)),
        (listed(publishes_keys=True), replace(published, key=SIGNER.public_jwk)),
        (listed(publishes_keys=True, roles=frozenset({Role.VERIFIER})), published),
    ):
        with pytest.raises(UnknownIssuer):
            authorise(trust_list, signature, OVERVIEW, NOW)
    assert not publishes_keys(listed(), CJIB)
    assert not publishes_keys(listed(publishes_keys=True), DID)
    assert not publishes_keys(listed(publishes_keys=True), f"{CJIB}/")
    assert Participant.parse(participant(publishes_keys=True).to_dict()).publishes_keys
    assert not Participant.parse(participant().to_dict()).publishes_keys


def test_a_did_of_another_is_refused() -> None:
    for signature in (
        Signature(ED25519.public_jwk, "did:web:duo.example", (), "did:web:duo.example#k"),
        Signature(ED25519.public_jwk, DID, (), "did:web:duo.example#k"),
        Signature(ED25519.public_jwk, "did:web:duo.example", (), f"{DID}#k"),
        Signature(ED25519.public_jwk, DID, (), None),
        Signature(ED25519.public_jwk, CJIB, (), f"{CJIB}#k"),
    ):
        with pytest.raises(UnknownIssuer):
            authorise(listing(participant(keys=())), signature, OVERVIEW, NOW)


def test_below_a_shared_authority_the_leaf_says_whose_it_is() -> None:
    duo = participant(identifier="https://duo.example", name="DUO", oin="2", did=None, keys=())
    cjib = participant()
    both = listing(duo, cjib)
    assert authorise(both, Signature(), OVERVIEW, NOW) is cjib
    unnamed = a_leaf(AUTHORITY, SIGNER, uri="https://else.example", dns="else.example", oin="3")
    for issuer in (CJIB, duo.identifier, None, "https://else.example"):
        with pytest.raises(UnknownIssuer):
            authorise(both, Signature(issuer=issuer, x5c=(unnamed,)), OVERVIEW, NOW)
    with pytest.raises(UnknownIssuer):
        authorise(both, Signature(issuer=duo.identifier), OVERVIEW, NOW)


def test_membership_counts_at_the_time_of_issue() -> None:
    later = NOW + timedelta(days=40)
    young = listing(participant(valid_from=NOW))
    authorise(young, Signature(), OVERVIEW, NOW, now=later)
    # An issue time is rounded down, at most to the day.
    authorise(young, Signature(), OVERVIEW, NOW - timedelta(hours=13), now=later)
    with pytest.raises(IssuerNotAllowed):
        authorise(young, Signature(), OVERVIEW, NOW - timedelta(days=2), now=later)
    left = listing(participant(valid_until=NOW))
    authorise(left, Signature(), OVERVIEW, NOW - timedelta(hours=1), now=later)
    with pytest.raises(IssuerNotAllowed):
        authorise(left, Signature(), OVERVIEW, NOW, now=later)


def test_after_a_withdrawal_only_what_was_issued_before_that_day_counts() -> None:
    later = NOW + timedelta(days=40)
    for signature in (Signature(), BY_DID):
        withdrawn = listing(participant(withdrawn_at=NOW))
        authorise(withdrawn, signature, OVERVIEW, NOW - timedelta(days=1), now=later)
        for issued in (NOW - timedelta(hours=11), NOW, later):
            with pytest.raises(IssuerWithdrawn):
                authorise(withdrawn, signature, OVERVIEW, issued, now=later)
        compromised = listing(participant(withdrawn_at=NOW, compromised=True))
        with pytest.raises(IssuerWithdrawn):
            authorise(compromised, signature, OVERVIEW, START, now=later)
        authorise(compromised, signature, OVERVIEW, NOW - timedelta(days=2), now=NOW - timedelta(days=1))


def test_a_status_list_is_signed_by_the_same_participant() -> None:
    cjib = participant()
    duo_authority = an_authority("DUO", "2")
    duo_key = SoftwareSigner.generate()
    duo = participant(
        identifier="https://duo.example", name="DUO", oin="2", did=None, keys=(), anchors=(duo_authority.der,)
    )
    both = listing(cjib, duo)
    status_leaf = a_leaf(AUTHORITY, duo_key)
    authorise_list(both, cjib, Signature(), NOW)
    authorise_list(both, cjib, BY_DID, NOW)
    authorise_list(both, cjib, Signature(duo_key.public_jwk, None, (status_leaf,)), NOW)
    duo_leaf = a_leaf(duo_authority, duo_key, uri="https://duo.example", dns="duo.example", oin="2")
    foreign = Signature(duo_key.public_jwk, None, (duo_leaf,))
    authorise_list(both, duo, foreign, NOW)
    with pytest.raises(UnknownIssuer):
        authorise_list(both, cjib, foreign, NOW)
    requests = Signature(x5c=(a_leaf(AUTHORITY, SIGNER, eku=KeyPurpose.REQUESTS),))
    with pytest.raises(UnknownIssuer):
        authorise_list(both, cjib, requests, NOW)


def test_a_withdrawn_issuer_may_still_revoke() -> None:
    gone = participant(withdrawn_at=START)
    authorise_list(listing(gone), gone, Signature(), NOW)


def test_an_issuer_speaks_for_itself_by_a_certificate_of_its_own() -> None:
    cjib = participant()
    listed = listing(cjib, participant(identifier="https://duo.example", name="DUO", oin="2", did=None, keys=()))
    assert recognise_issuer(listed, NOW, identifier=CJIB, x5c=(LEAF,)) is cjib
    stranger = (a_leaf(an_authority("Vreemd"), SIGNER),)
    for_requests = (a_leaf(AUTHORITY, SIGNER, eku=KeyPurpose.REQUESTS),)
    for identifier, x5c in (("https://duo.example", (LEAF,)), (CJIB, stranger), (CJIB, for_requests), (CJIB, ())):
        with pytest.raises(UnknownIssuer):
            recognise_issuer(listed, NOW, identifier=identifier, x5c=x5c)
    with pytest.raises(UnknownIssuer):
        recognise_issuer(listing(participant(roles=frozenset({Role.VERIFIER}))), NOW, identifier=CJIB, x5c=(LEAF,))
    with pytest.raises(IssuerWithdrawn):
        recognise_issuer(listing(participant(withdrawn_at=NOW)), NOW, identifier=CJIB, x5c=(LEAF,))


def test_a_verifier_is_recognised_by_its_authority_or_its_client_id() -> None:
    leaf = a_leaf(AUTHORITY, SIGNER, eku=KeyPurpose.REQUESTS)
    verifier = participant(roles=frozenset({Role.VERIFIER}), client_ids=("x509_hash:abc", "x509_san_dns:v.example"))
    listed = listing(verifier)
    assert recognise_verifier(listed, NOW, client_id="x509_hash:other", x5c=(leaf,)) is verifier
    assert recognise_verifier(listed, NOW, client_id="x509_hash:abc") is verifier
    stranger = (a_leaf(an_authority("Vreemd"), SIGNER, eku=KeyPurpose.REQUESTS),)
    assert recognise_verifier(listed, NOW, client_id="x509_hash:abc", x5c=stranger) is verifier
    for client_id, x5c in (
        ("x509_hash:other", ()),
        ("x509_hash:other", stranger),
        # Anyone's authority may certify a host's name, so the name alone proves nothing.
        ("x509_san_dns:v.example", ()),
        ("x509_san_dns:v.example", stranger),
        ("x509_hash:other", (LEAF,)),
    ):
        with pytest.raises(UnknownVerifier):
            recognise_verifier(listed, NOW, client_id=client_id, x5c=x5c)
    with pytest.raises(UnknownVerifier):
        recognise_verifier(listing(participant()), NOW, client_id="x509_hash:other", x5c=(leaf,))
    with pytest.raises(IssuerWithdrawn):
        recognise_verifier(
            listing(participant(roles=verifier.roles, withdrawn_at=NOW)), NOW, client_id="x", x5c=(leaf,)
        )


def test_a_verifier_is_recognised_by_its_did_and_the_key_that_is_pinned() -> None:
    verifier = participant(roles=frozenset({Role.VERIFIER}))
    client_id = f"decentralized_identifier:{DID}"
    assert recognise_verifier(listing(verifier), NOW, client_id=client_id, key=ED25519.public_jwk) is verifier
    unpinned = replace(verifier, keys=())
    assert recognise_verifier(listing(unpinned), NOW, client_id=client_id, key=SIGNER.public_jwk) is unpinned
    by_client_id = replace(verifier, did=None, keys=(), client_ids=(client_id,))
    assert recognise_verifier(listing(by_client_id), NOW, client_id=client_id, key=SIGNER.public_jwk) is by_client_id
    for entry, asked, key in (
        (verifier, client_id, SIGNER.public_jwk),
        (verifier, client_id, None),
        (verifier, f"{client_id}:other", ED25519.public_jwk),
        (verifier, f"x509_hash:{DID}", ED25519.public_jwk),
        (participant(), client_id, ED25519.public_jwk),
    ):
        with pytest.raises(UnknownVerifier):
            recognise_verifier(listing(entry), NOW, client_id=asked, key=key)


def test_only_an_attester_of_the_list_vouches_for_a_verifier() -> None:
    attester = participant(roles=frozenset({Role.ATTESTER}))
    assert recognise_attester(listing(attester), BY_DID, NOW) is attester
    assert recognise_attester(listing(attester), Signature(), NOW) is attester
    for entry, signature in (
        (participant(roles=frozenset({Role.VERIFIER, Role.ISSUER})), BY_DID),
        (attester, Signature(SIGNER.public_jwk, DID, (), BY_DID.verification_method)),
        (attester, Signature(x5c=(a_leaf(an_authority("Vreemd"), SIGNER),))),
        (attester, Signature(x5c=(a_leaf(AUTHORITY, SIGNER, eku=KeyPurpose.REQUESTS),))),
        (attester, Signature(issuer="https://duo.example")),
    ):
        with pytest.raises(UnknownVerifier):
            recognise_attester(listing(entry), signature, NOW)
    with pytest.raises(IssuerWithdrawn):
        recognise_attester(listing(replace(attester, withdrawn_at=START)), BY_DID, NOW)


def test_an_attested_name_counts_by_an_attesters_word_only_also_where_it_is_listed() -> None:
    client_id = "verifier_attestation:v.example"
    verifier = Participant("https://v.example", "V", frozenset({Role.VERIFIER}), client_ids=(client_id,))
    both = listing(verifier, participant(roles=frozenset({Role.ATTESTER})))
    assert recognise_verifier(both, NOW, client_id=client_id, attestation=BY_DID) is verifier
    for trusted, attestation in ((both, None), (listing(verifier), BY_DID), (listing(verifier, participant()), BY_DID)):
        with pytest.raises(UnknownVerifier):
            recognise_verifier(trusted, NOW, client_id=client_id, attestation=attestation)


class Recording:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def resolve(self, verification_method: str, purpose: str) -> PublicJwk:
        del purpose
        self.asked.append(verification_method)
        return SIGNER.public_jwk


def test_pinned_keys_need_no_look_up_and_strangers_get_none() -> None:
    following = Recording()
    keys = PinnedKeys(lambda: listing(participant()), following)
    assert keys.resolve(f"{DID}#{ED25519.public_jwk.multikey}", "assertionMethod") == ED25519.public_jwk
    assert keys.resolve(f"{DID}#{ED25519.public_jwk.thumbprint}", "assertionMethod") == ED25519.public_jwk
    assert following.asked == []
    with pytest.raises(UnknownIssuer):
        keys.resolve("did:web:attacker.example#k", "assertionMethod")
    with pytest.raises(UnknownIssuer):
        keys.resolve("did:web:attacker.example#k", "authentication")
    assert following.asked == []
    keys.resolve(f"{DID}#next", "assertionMethod")
    keys.resolve(f"{DID}#{ED25519.public_jwk.multikey}", "authentication")
    assert len(following.asked) == 2


def test_other_methods_need_no_list() -> None:
    def none() -> TrustList:
        raise AssertionError("not asked")

    _, method = did_key(ED25519.public_jwk)
    assert PinnedKeys(none, Resolver()).resolve(method, "authentication") == ED25519.public_jwk


def test_no_certificate_is_made_with_p521() -> None:
    with pytest.raises(ConfigurationError, match="P-384"):
        make_ca(
            "root", not_before=NOW, not_after=NOW + timedelta(days=1), signer=SoftwareSigner.generate(Algorithm.ES512)
        )
