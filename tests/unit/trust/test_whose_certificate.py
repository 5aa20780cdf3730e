"""Whose certificate is it? A chain says who vouches for a leaf, and nobody's voice follows from that alone."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from credentials.dids import did_jwk, did_key
from credentials.encoding import b64url_encode
from credentials.keys import PublicJwk, SoftwareSigner
from credentials.openid.client_id import client_id_of_certificate
from credentials.trust import (
    InvalidChain,
    Participant,
    Role,
    TrustList,
    UnknownIssuer,
    UnknownVerifier,
    authorise,
    authorise_list,
    recognise_verifier,
)
from credentials.trust.participant import MalformedParticipant
from credentials.trust.x509.purpose import CLIENT_AUTH, DOCUMENT_SIGNER, READER, SERVER_AUTH
from tests.unit.trust.certificates import CJIB, CJIB_OIN, LATE, NOW, a_leaf_of_others, an_authority

TYPE = "urn:nl:blauweknop:zaak:1"
DID = "did:web:cjib.example"
DUO, DUO_OIN = "https://duo.example", "00000001003214394000"
SHARED = an_authority("Openbare uitgever", None)
SIGNER = SoftwareSigner.generate()

Names = Sequence[x509.GeneralName]
Subject = Sequence[tuple[x509.ObjectIdentifier, str]]

HOST = (x509.DNSName("cjib.example"),)
OIN = ((NameOID.SERIAL_NUMBER, CJIB_OIN),)


@dataclass(frozen=True)
class Signature:
    x5c: tuple[bytes, ...]
    issuer: str | None = None
    key: PublicJwk = SIGNER.public_jwk
    verification_method: str | None = None
    published_at: str | None = None


def cjib(**changes: object) -> Participant:
    entry = Participant(
        CJIB,
        "CJIB",
        roles=frozenset({Role.ISSUER, Role.VERIFIER}),
        oin=CJIB_OIN,
        did=DID,
        anchors=(SHARED.der,),
        types=frozenset({TYPE}),
    )
    return replace(entry, **changes)


def duo(**changes: object) -> Participant:
    return replace(cjib(), **{"identifier": DUO, "name": "DUO", "oin": DUO_OIN, "did": None, **changes})


def leaf(names: Names = (), subject: Subject = (), usages: Sequence[str] = ()) -> bytes:
    return a_leaf_of_others(SHARED, SIGNER, names=names, subject=subject, usages=usages)


def listing(*participants: Participant) -> TrustList:
    return TrustList("https://scheme.example", NOW, NOW + timedelta(days=1), 1, participants)


def speak(der: bytes, *participants: Participant) -> list[Callable[[], Participant]]:
    """The three things that a certificate may say in a participant's name."""
    trust_list = listing(*(participants or (cjib(),)))
    me = trust_list.participants[0]

    def status() -> Participant:
        authorise_list(trust_list, me, Signature((der,)), NOW)
        return me

    return [
        lambda: authorise(trust_list, Signature((der,)), TYPE, NOW),
        status,
        lambda: recognise_verifier(trust_list, NOW, client_id="x509_hash:of-nobody", x5c=(der,)),
    ]


def counts(der: bytes, *participants: Participant) -> bool:
    """Whether the certificate speaks for the first of the participants, in all that it may say or in nothing."""
    answers: set[bool] = set()
    for said in speak(der, *participants):
        try:
            answers.add(said().identifier == (participants or (cjib(),))[0].identifier)
        except (UnknownIssuer, UnknownVerifier):
            answers.add(False)
    assert len(answers) == 1, "issuing, revoking and asking are judged alike"
    return answers.pop()


@pytest.mark.parametrize(
    ("names", "subject"),
    [
        (HOST, ()),
        ((x509.DNSName("CJIB.example"),), ()),
        ((x509.UniformResourceIdentifier(CJIB),), ()),
        ((x509.UniformResourceIdentifier(DID),), ()),
        ((), OIN),
        ((), ((NameOID.ORGANIZATION_IDENTIFIER, CJIB_OIN),)),
        ((), ((NameOID.ORGANIZATION_IDENTIFIER, f"OI:NL-{CJIB_OIN}"),)),
        # Another host of the same organisation, and a number that is no organisation number beside the right host.
        ((x509.DNSName("elders.example"),), OIN),
        (HOST, ((NameOID.SERIAL_NUMBER, "4711"),)),
        (HOST, OIN),
    ],
)
def test_a_leaf_that_names_the_participant_is_its_own(names: Names, subject: Subject) -> None:
    assert counts(leaf(names, subject))


@pytest.mark.parametrize(
    ("names", "subject"),
    [
        # Nobody at all, another organisation, another host.
        ((), ((NameOID.COMMON_NAME, "cjib.example"), (NameOID.ORGANIZATION_NAME, "CJIB"))),
        ((x509.DNSName("webwinkel.example"),), ((NameOID.SERIAL_NUMBER, DUO_OIN),)),
        ((x509.DNSName("webwinkel.example"),), ()),
        ((), ((NameOID.SERIAL_NUMBER, DUO_OIN),)),
        ((), ((NameOID.ORGANIZATION_IDENTIFIER, "NTRNL-12345678"),)),
        # Nearly the host, and a wildcard over it.
        ((x509.DNSName("www.cjib.example"),), ()),
        ((x509.DNSName("*.example"),), ()),
        ((x509.DNSName("cjib.example.attacker.example"),), ()),
        ((x509.UniformResourceIdentifier("https://cjib.example.attacker.example"),), ()),
        ((x509.UniformResourceIdentifier(f"{CJIB}/x"),), ()),
        # The right host or address in the hands of an organisation with another number.
        (HOST, ((NameOID.SERIAL_NUMBER, DUO_OIN),)),
        ((x509.UniformResourceIdentifier(CJIB),), ((NameOID.ORGANIZATION_IDENTIFIER, f"OI:NL-{DUO_OIN}"),)),
        ((x509.RFC822Name("post@cjib.example"),), ()),
    ],
)
def test_a_leaf_that_names_another_or_nobody_is_refused_although_one_participant_has_the_authority(
    names: Names, subject: Subject
) -> None:
    assert not counts(leaf(names, subject or ((NameOID.COMMON_NAME, "x"),)))


@pytest.mark.parametrize("usages", [(SERVER_AUTH,), (CLIENT_AUTH,), (SERVER_AUTH, DOCUMENT_SIGNER, READER)])
def test_a_certificate_of_the_web_never_speaks_whatever_it_names_and_however_it_is_listed(usages: list[str]) -> None:
    der = leaf(HOST, OIN, usages)
    for entry in (
        cjib(),
        cjib(keys=(SIGNER.public_jwk,)),
        cjib(fingerprints=frozenset({hashlib.sha256(der).digest()})),
        cjib(certificate_names=(f"oin:{CJIB_OIN}",)),
    ):
        assert not counts(der, entry)
    listed = cjib(client_ids=(client_id_of_certificate(der).full,))
    trust_list = listing(listed)
    with pytest.raises(InvalidChain, match="not for this use"):
        recognise_verifier(trust_list, NOW, client_id=client_id_of_certificate(der).full, x5c=(der,))


def test_a_verifier_that_is_listed_by_its_certificates_hash_needs_no_other_name() -> None:
    der = leaf(subject=((NameOID.COMMON_NAME, "x"),), usages=(READER,))
    listed = cjib(client_ids=(client_id_of_certificate(der).full,), anchors=())
    trust_list = listing(listed)
    client_id = client_id_of_certificate(der).full
    assert recognise_verifier(trust_list, NOW, client_id=client_id, x5c=(der,)) is listed
    with pytest.raises(InvalidChain, match="not valid"):
        recognise_verifier(trust_list, LATE + timedelta(days=1), client_id=client_id, x5c=(der,))
    signs_cards = leaf(subject=((NameOID.COMMON_NAME, "x"),), usages=(DOCUMENT_SIGNER,))
    client_id = client_id_of_certificate(signs_cards).full
    trust_list = listing(replace(listed, client_ids=(client_id,)))
    with pytest.raises(InvalidChain, match="not for this use"):
        recognise_verifier(trust_list, NOW, client_id=client_id, x5c=(signs_cards,))


def test_a_usage_for_one_thing_serves_no_other() -> None:
    der = leaf(HOST, OIN, (DOCUMENT_SIGNER,))
    credential, status, request = speak(der)
    assert credential() == status()
    with pytest.raises(UnknownVerifier):
        request()
    credential, status, request = speak(leaf(HOST, OIN, (READER,)))
    assert request().identifier == CJIB
    for said in (credential, status):
        with pytest.raises(UnknownIssuer):
            said()


def test_a_leaf_may_be_listed_by_key_or_fingerprint_instead() -> None:
    nameless = leaf(subject=((NameOID.COMMON_NAME, "Zegel 7"),))
    print_ = hashlib.sha256(nameless).digest()
    assert not counts(nameless)
    assert counts(nameless, cjib(keys=(SIGNER.public_jwk,)))
    assert counts(nameless, cjib(fingerprints=frozenset({print_})))
    assert counts(nameless, cjib(identifier=did_jwk(SIGNER.public_jwk)[0], did=did_jwk(SIGNER.public_jwk)[0]))
    assert counts(nameless, cjib(identifier=did_key(SIGNER.public_jwk)[0], did=did_key(SIGNER.public_jwk)[0]))
    stranger = SoftwareSigner.generate().public_jwk
    assert not counts(nameless, cjib(keys=(stranger,)))
    assert not counts(nameless, cjib(fingerprints=frozenset({hashlib.sha256(b"another").digest()})))
    assert not counts(nameless, cjib(identifier=did_jwk(stranger)[0], did=did_jwk(stranger)[0]))
    assert not counts(nameless, cjib(identifier="did:jwk:nonsense", did="did:jwk:nonsense"))
    # Listed by name of the leaf itself: then it does not matter what else stands in it.
    others = leaf((x509.DNSName("duo.example"),), ((NameOID.SERIAL_NUMBER, DUO_OIN),))
    assert counts(others, cjib(fingerprints=frozenset({hashlib.sha256(others).digest()})))


def test_pinned_names_are_the_only_names() -> None:
    pinned = cjib(certificate_names=(f"oin:{CJIB_OIN}",))
    assert counts(leaf((), OIN), pinned)
    assert not counts(leaf(HOST), pinned)
    assert not counts(leaf((x509.UniformResourceIdentifier(CJIB),)), pinned)
    other_host = cjib(oin=None, certificate_names=("dns:zegel.example", "uri:urn:zegel:1"))
    assert counts(leaf((x509.DNSName("zegel.example"),)), other_host)
    assert counts(leaf((x509.UniformResourceIdentifier("urn:zegel:1"),)), other_host)
    assert not counts(leaf(HOST), other_host)
    # A listed leaf narrows as well: another one of the same name is not it.
    assert not counts(leaf(HOST, OIN), cjib(fingerprints=frozenset({hashlib.sha256(b"another").digest()})))


def test_below_a_shared_authority_each_speaks_for_itself() -> None:
    assert counts(leaf(HOST), cjib(), duo())
    assert counts(leaf((), OIN), cjib(), duo())
    assert not counts(leaf((x509.DNSName("duo.example"),)), cjib(), duo())
    assert counts(leaf((x509.DNSName("duo.example"),)), duo(), cjib())


@pytest.mark.parametrize(
    ("names", "subject"),
    [
        ((x509.DNSName("cjib.example"), x509.DNSName("duo.example")), ()),
        ((x509.UniformResourceIdentifier(CJIB), x509.UniformResourceIdentifier(DUO)), ()),
        ((x509.UniformResourceIdentifier(CJIB), x509.DNSName("duo.example")), ()),
        ((), (*OIN, (NameOID.ORGANIZATION_IDENTIFIER, DUO_OIN))),
    ],
)
def test_a_leaf_that_names_two_participants_is_of_neither(names: Names, subject: Subject) -> None:
    der = leaf(names, subject or ((NameOID.COMMON_NAME, "x"),))
    assert not counts(der, cjib(), duo())
    assert not counts(der, duo(), cjib())
    # Where the other is not below this authority, it is not named.
    if not subject:
        assert counts(der, cjib(), duo(anchors=()))


def test_two_participants_on_one_host_are_told_apart_by_address() -> None:
    one, two = (duo(identifier=f"https://platform.example/{each}", oin=None) for each in ("een", "twee"))
    host = x509.DNSName("platform.example")
    assert counts(leaf((host, x509.UniformResourceIdentifier(one.identifier))), one, two)
    assert not counts(leaf((host, x509.UniformResourceIdentifier(one.identifier))), two, one)
    assert not counts(leaf((host,)), one, two)


def test_one_organisation_may_stand_on_the_list_twice() -> None:
    desk = duo(identifier="https://loket.cjib.example", oin=CJIB_OIN)
    assert counts(leaf((x509.UniformResourceIdentifier(CJIB),), OIN), cjib(), desk)
    assert counts(
        leaf((x509.DNSName("loket.cjib.example"), x509.UniformResourceIdentifier(desk.identifier)), OIN), desk, cjib()
    )
    assert not counts(leaf((), OIN), cjib(), desk)


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("https://127.0.0.1:8400", x509.IPAddress(ip_address("127.0.0.1"))),
        ("https://[::1]:8400/x", x509.IPAddress(ip_address("::1"))),
        ("http://localhost:8400", x509.DNSName("localhost")),
        ("did:web:localhost%3A8400:a", x509.DNSName("localhost")),
        ("did:web:cjib.example", x509.DNSName("cjib.example")),
    ],
)
def test_the_host_of_an_identifier_may_be_an_address_or_that_of_its_did(
    identifier: str, name: x509.GeneralName
) -> None:
    assert counts(leaf((name,)), cjib(identifier=identifier, did=None))
    assert not counts(leaf((name,)), cjib(identifier="https://elders.example", did=None))


def test_a_number_of_the_chamber_of_commerce_is_that_of_the_organisation() -> None:
    company = cjib(oin="00000003123456780000")
    assert counts(leaf((), ((NameOID.ORGANIZATION_IDENTIFIER, "NTRNL-12345678"),)), company)
    assert not counts(leaf((), ((NameOID.ORGANIZATION_IDENTIFIER, "NTRBE-12345678"),)), company)
    assert not counts(leaf((), ((NameOID.ORGANIZATION_IDENTIFIER, "NTRNL-87654321"),)), company)


def test_an_entry_says_which_names_and_leaves_count() -> None:
    digest = hashlib.sha256(b"leaf").digest()
    entry = {
        "identifier": CJIB,
        "naam": "CJIB",
        "certificateNames": [f"oin:{CJIB_OIN}", "dns:Zegel.Example", "uri:urn:zegel:1"],
        "fingerprints": [
            b64url_encode(digest),
            hashlib.sha256(b"x").hexdigest(),
            ":".join(f"{each:02X}" for each in digest),
        ],
    }
    read = Participant.parse(entry)
    assert read.certificate_names == (f"oin:{CJIB_OIN}", "dns:zegel.example", "uri:urn:zegel:1")
    assert read.fingerprints == {digest, hashlib.sha256(b"x").digest()}
    assert Participant.parse(read.to_dict()) == read


@pytest.mark.parametrize(
    "wrong",
    [
        {"certificateNames": ["cjib.example"]},
        {"certificateNames": ["oin:1"]},
        {"certificateNames": ["dns:*.example"]},
        {"certificateNames": ["dns:"]},
        {"certificateNames": ["uri:x y:z"]},
        {"certificateNames": ["email:post@cjib.example"]},
        {"certificateNames": "oin:1"},
        {"fingerprints": ["abc"]},
        {"fingerprints": ["!"]},
        {"fingerprints": [b64url_encode(b"x" * 20)]},
    ],
)
def test_a_name_or_leaf_that_cannot_be_read_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(MalformedParticipant):
        Participant.parse({"identifier": CJIB, "naam": "CJIB", **wrong})
