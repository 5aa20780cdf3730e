"""A trust list counts when the pinned root signed it, it is current, and it is not older than the last one."""

from datetime import datetime, timedelta

import pytest

from credentials.encoding import JsonObject, json_compact
from credentials.jose import sign_jwt
from credentials.keys import Algorithm, SoftwareSigner
from credentials.trust import (
    HeldTrustList,
    JointArrangement,
    Participant,
    Role,
    TrustList,
    TrustListExpired,
    TrustListRejected,
)
from credentials.trust.participant import MalformedParticipant
from credentials.trust.trust_list import issue
from credentials.trust.x509 import to_pem
from tests.unit.trust.certificates import CJIB, CJIB_OIN, NOW, START, a_leaf, an_authority

ROOT = SoftwareSigner.generate()
AUTHORITY = an_authority()
OVERVIEW = "urn:nl:blauweknop:overzicht:1"

FULL = Participant(
    identifier=CJIB,
    name="CJIB",
    roles=frozenset({Role.ISSUER, Role.VERIFIER}),
    oin=CJIB_OIN,
    abbreviation="CJIB",
    anchors=(AUTHORITY.der,),
    did="did:web:cjib.example",
    keys=(SoftwareSigner.generate().public_jwk, SoftwareSigner.generate(Algorithm.EDDSA).public_jwk),
    types=frozenset({OVERVIEW, "urn:nl:blauweknop:zaak:1"}),
    type_prefixes=("urn:nl:cjib:",),
    redirect_uris=("https://wallet.example/return",),
    client_ids=("x509_hash:abc",),
    purposes=("intake",),
    claims=("saldo",),
    bsn=True,
    valid_from=START,
    valid_until=NOW + timedelta(days=900),
    withdrawn_at=NOW + timedelta(days=100),
    compromised=True,
    category="rijk",
    arrangement="https://www.cjib.example/in-stukjes",
    joint_arrangement=JointArrangement("Betalingsregeling Rijk", "https://www.regeling.example/aanvragen"),
    phone="0800 0000 003",
)


def a_list(
    *participants: Participant, sequence: int = 1, root: SoftwareSigner = ROOT, now: datetime = NOW, **options: object
) -> str:
    return issue(participants or (FULL,), root, issuer="https://scheme.example", sequence=sequence, now=now, **options)


def signed(claims: JsonObject, *, typ: str = "trust-list+jwt", root: SoftwareSigner = ROOT) -> str:
    base = {"iss": "s", "iat": int(NOW.timestamp()), "exp": int(NOW.timestamp()) + 60, "seq": 1, "participants": []}
    return sign_jwt(typ, {}, {name: value for name, value in {**base, **claims}.items() if value is not None}, root)


def test_what_is_signed_is_read_again() -> None:
    trust_list = TrustList.verify(a_list(), ROOT.public_jwk, NOW)
    assert trust_list.participants == (FULL,)
    assert trust_list.find(CJIB) == trust_list.find("did:web:cjib.example") == trust_list.by_oin(CJIB_OIN) == FULL
    assert trust_list.find("https://other.example") is None
    assert trust_list.expires_at == NOW + timedelta(hours=24)


def test_an_outsider_needs_little() -> None:
    for entry in (
        {"identifier": "https://out.example", "naam": "O", "certificate": AUTHORITY.pem, "types": ["urn:x:1"]},
        {"identifier": "http://localhost:9000", "naam": "O", "did": "did:web:localhost%3A9000", "types": ["urn:x:1"]},
        {"identifier": "did:jwk:abc", "naam": "O", "types": ["urn:x:1"]},
        {"identifier": CJIB_OIN, "naam": "O", "certificate": AUTHORITY.pem, "did": "did:key:z6", "types": ["urn:x:1"]},
    ):
        participant = Participant.parse({**entry, "note": "an unknown member"})
        assert participant.roles == {Role.ISSUER}
        assert participant.may_issue("urn:x:1")
        assert not participant.may_issue(OVERVIEW)
        assert participant.anchors or participant.did
        assert Participant.parse(participant.to_dict()) == participant


def test_a_prefix_covers_whole_names() -> None:
    assert FULL.may_issue("urn:nl:cjib:boete:1")
    assert not FULL.may_issue("urn:nl:cjibx:1")
    with pytest.raises(MalformedParticipant):
        Participant.parse({"identifier": "x", "naam": "x", "typePrefixes": ["urn:nl:cjib"]})


@pytest.mark.parametrize(
    "change",
    [
        {"identifier": None},
        {"identifier": ""},
        {"identifier": 1},
        {"naam": None},
        {"did": "https://x"},
        {"did": "did:web:x#k"},
        {"certificate": "nonsense"},
        {"certificate": to_pem(a_leaf(AUTHORITY, ROOT))},
        {"certificates": AUTHORITY.pem},
        {"certificates": [1]},
        {"roles": ["king"]},
        {"keys": ["z6Mk"]},
        {"types": "urn:x"},
        {"types": ["x"] * 65},
        {"bsn": "yes"},
        {"validFrom": "yesterday"},
        {"validFrom": "2026-01-01"},
        {"validFrom": "0001-01-01T00:00:00+10:00"},
        {"withdrawnAt": 1},
    ],
)
def test_an_entry_that_is_wrong_is_refused(change: JsonObject) -> None:
    entry = {"identifier": "https://x.example", "naam": "X", **change}
    with pytest.raises(MalformedParticipant):
        Participant.parse({name: value for name, value in entry.items() if value is not None})


def test_two_participants_cannot_share_a_name() -> None:
    other = Participant("https://other.example", "Ander", did=FULL.did)
    for pair in ((FULL, FULL), (FULL, other), (FULL, Participant(str(FULL.did), "Ander"))):
        with pytest.raises(TrustListRejected):
            a_list(*pair)


def test_another_root_is_refused_and_the_next_root_is_taken_beside_the_current() -> None:
    following = SoftwareSigner.generate(Algorithm.EDDSA)
    jwt = a_list(root=following)
    with pytest.raises(TrustListRejected):
        TrustList.verify(jwt, ROOT.public_jwk, NOW)
    with pytest.raises(TrustListRejected):
        TrustList.verify(a_list(root=SoftwareSigner.generate()), ROOT.public_jwk, NOW)
    assert TrustList.verify(jwt, (ROOT.public_jwk, following.public_jwk), NOW).sequence == 1


def test_a_flipped_bit_is_refused() -> None:
    header, payload, signature = a_list().split(".")
    for changed in (
        f"{header}.{payload[:-2]}{'A' if payload[-2] != 'A' else 'B'}{payload[-1]}.{signature}",
        f"{header}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}",
        f"{header}.{payload}",
        "",
        "é",
    ):
        with pytest.raises(TrustListRejected):
            TrustList.verify(changed, ROOT.public_jwk, NOW)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": None},
        {"iat": None},
        {"exp": None},
        {"exp": int(NOW.timestamp())},
        {"exp": int(NOW.timestamp()) + 400 * 86400},
        {"iat": int(NOW.timestamp()) + 3600, "exp": int(NOW.timestamp()) + 7200},
        {"seq": None},
        {"seq": -1},
        {"seq": True},
        {"seq": "1"},
        {"participants": None},
        {"participants": {}},
        {"participants": [1]},
        {"nbf": int(NOW.timestamp()) + 3600},
    ],
)
def test_a_list_that_lacks_what_it_must_say_is_refused(claims: JsonObject) -> None:
    with pytest.raises(TrustListRejected):
        TrustList.verify(signed(claims), ROOT.public_jwk, NOW)


def test_another_kind_of_token_is_no_trust_list() -> None:
    TrustList.verify(signed({}), ROOT.public_jwk, NOW)
    with pytest.raises(TrustListRejected):
        TrustList.verify(signed({}, typ="JWT"), ROOT.public_jwk, NOW)


def test_after_its_time_a_list_has_expired() -> None:
    jwt = a_list()
    TrustList.verify(jwt, ROOT.public_jwk, NOW + timedelta(hours=24, seconds=-1))
    with pytest.raises(TrustListExpired):
        TrustList.verify(jwt, ROOT.public_jwk, NOW + timedelta(hours=24))


def test_the_last_good_list_outlives_an_outage_until_it_expires() -> None:
    held = HeldTrustList(ROOT.public_jwk)
    with pytest.raises(TrustListExpired):
        held.current(NOW)
    held.offer(a_list(sequence=3), NOW)
    for bad in (a_list(sequence=2), "nonsense", a_list(sequence=9, root=SoftwareSigner.generate())):
        with pytest.raises(TrustListRejected):
            held.offer(bad, NOW)
    assert held.current(NOW + timedelta(hours=23)).sequence == 3
    with pytest.raises(TrustListExpired):
        held.current(NOW + timedelta(hours=24))


def test_a_list_may_be_signed_anew_under_its_number_but_not_changed() -> None:
    held = HeldTrustList(ROOT.public_jwk)
    held.offer(a_list(sequence=3), NOW)
    later = NOW + timedelta(hours=20)
    assert held.offer(a_list(sequence=3, now=later), later).issued_at == later
    with pytest.raises(TrustListRejected):
        held.offer(a_list(Participant("x", "X"), sequence=3, now=later), later)
    assert held.offer(a_list(Participant("x", "X"), sequence=4, now=later), later).sequence == 4
    assert held.jwt.count(".") == 2


def test_roles_are_listed_without_the_withdrawn() -> None:
    gone = Participant("https://gone.example", "Weg", withdrawn_at=NOW)
    here = Participant("https://here.example", "Hier")
    trust_list = TrustList.verify(a_list(gone, here), ROOT.public_jwk, NOW)
    assert trust_list.with_role(Role.ISSUER) == (here,)
    assert trust_list.with_role(Role.WALLET) == ()


def test_a_duplicate_member_is_refused() -> None:
    claims = json_compact({"iss": "s", "iat": 1, "exp": 2, "seq": 1, "participants": []})
    doubled = claims[:-1] + b',"seq":2}'
    from credentials.encoding import b64url_encode

    header = b64url_encode(json_compact({"alg": "ES256", "typ": "trust-list+jwt"}))
    signing_input = f"{header}.{b64url_encode(doubled)}"
    jwt = f"{signing_input}.{b64url_encode(ROOT.sign(signing_input.encode()))}"
    with pytest.raises(TrustListRejected):
        TrustList.verify(jwt, ROOT.public_jwk, NOW)


def test_after_a_restart_the_last_number_still_counts() -> None:
    held = HeldTrustList(ROOT.public_jwk, minimum_sequence=5)
    with pytest.raises(TrustListRejected):
        held.offer(a_list(sequence=4), NOW)
    assert held.offer(a_list(sequence=5), NOW).sequence == 5


def test_an_older_copy_under_the_same_number_is_refused() -> None:
    held = HeldTrustList(ROOT.public_jwk)
    later = NOW + timedelta(hours=20)
    held.offer(a_list(sequence=3, now=later), later)
    with pytest.raises(TrustListRejected):
        held.offer(a_list(sequence=3), later)


def test_an_empty_list_of_roles_is_no_role() -> None:
    assert Participant.parse({"identifier": "x", "naam": "X", "roles": []}).roles == frozenset()
