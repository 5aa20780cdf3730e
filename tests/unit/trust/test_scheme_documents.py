"""A scheme document (stelseldocument) counts when all six steps of its profile hold, in its order.

The refusals are those of the profile's own reference reader: each changes one thing of a document that is sound
otherwise, signed anew where that can be, so that it is refused by the step that is meant.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509

from credentials.clock import epoch
from credentials.encoding import (
    JsonObject,
    JsonValue,
    b64_encode,
    b64url_decode,
    b64url_encode,
    json_compact,
    json_object,
)
from credentials.errors import ConfigurationError
from credentials.keys import Algorithm, SoftwareSigner
from credentials.trust import (
    Organisation,
    Participant,
    Refusal,
    Role,
    SchemeDocument,
    SchemeDocumentRejected,
    TrustList,
    TrustListRejected,
    issue_scheme_document,
)
from credentials.trust.trust_list import issue
from credentials.trust.x509 import make_ca
from credentials.trust.x509.purpose import SERVER_AUTH
from tests.spoilt import spoilt_signature
from tests.unit.trust.certificates import END, NOW, START, a_leaf, by_hand, ca, usage

Extension = tuple[x509.ExtensionType, bool]

MANAGER = "00000000000000001000"
ENVIRONMENT = "test"
SIGNER = SoftwareSigner.generate()
ROOT = make_ca("Stelselroot", not_before=START, not_after=END + timedelta(days=900))
LEAF = a_leaf(ROOT, SIGNER, oin=MANAGER, eku=None)
TYPE = "urn:nl:blauweknop:overzicht:1"
DAY = timedelta(hours=24)


def an_issuer(number: int, **changes: object) -> Participant:
    made = Participant(
        identifier=f"https://agency-{number}.example",
        name=f"Organisatie {number}",
        oin=f"{number:020}",
        types=frozenset({TYPE}),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # whatever a participant has


def a_document(*participants: Participant, now: datetime = NOW, **changes: object) -> str:
    given: dict[str, object] = {"environment": ENVIRONMENT, "now": now, **changes}
    jws, made = issue_scheme_document(participants or (an_issuer(1),), SIGNER, (LEAF,), (ROOT.der,), **given)  # type: ignore[arg-type]  # as above
    assert made == SchemeDocument.verify(jws, (ROOT.der,), issuer=MANAGER, environment=ENVIRONMENT, now=now)
    return jws


def server() -> Extension:
    return x509.ExtendedKeyUsage([x509.ObjectIdentifier(SERVER_AUTH)]), False


def parts_of(jws: str) -> tuple[JsonObject, JsonObject]:
    header, payload, _ = jws.split(".")
    return json_object(b64url_decode(header)), json_object(b64url_decode(payload))


Change = Callable[[JsonObject], object]


def signed_anew(
    header: Change = lambda _: None,
    payload: Change = lambda _: None,
    *,
    signer: SoftwareSigner = SIGNER,
    x5c: Sequence[bytes] = (LEAF,),
) -> str:
    """A sound document after one change, signed again."""
    head, body = parts_of(a_document())
    head["x5c"] = [b64_encode(der) for der in x5c]
    header(head)
    payload(body)
    signing_input = f"{b64url_encode(json_compact(head))}.{b64url_encode(json_compact(body))}"
    return f"{signing_input}.{b64url_encode(signer.sign(signing_input.encode()))}"


def read(jws: str, *, now: datetime = NOW, root: bytes = ROOT.der, accepted: datetime | None = None) -> SchemeDocument:
    return SchemeDocument.verify(jws, (root,), issuer=MANAGER, environment=ENVIRONMENT, now=now, accepted=accepted)


def refused(jws: str, **how: object) -> Refusal:
    with pytest.raises(SchemeDocumentRejected) as caught:
        read(jws, **how)  # type: ignore[arg-type]  # whatever reading takes
    return caught.value.reason


def test_a_sound_document_is_accepted() -> None:
    document = read(a_document(an_issuer(1), an_issuer(2)))
    assert [each.oin for each in document.organisations] == [f"{1:020}", f"{2:020}"]
    assert (document.issuer, document.environment, document.issued_at) == (MANAGER, ENVIRONMENT, NOW)
    assert document.find(f"{2:020}") == document.organisations[1]
    assert document.find(f"{3:020}") is None


def test_the_header_has_exactly_four_members_and_the_signature_is_64_bytes() -> None:
    jws = a_document()
    header, _ = parts_of(jws)
    assert list(header) == ["alg", "typ", "kid", "x5c"]
    assert header == {
        "alg": "ES256",
        "typ": "stelseldocument+jwt",
        "kid": SIGNER.public_jwk.thumbprint,
        "x5c": [b64_encode(LEAF)],
    }
    assert len(b64url_decode(jws.split(".")[2])) == 64


def test_the_contents_are_the_organisations_by_number_and_what_they_issue() -> None:
    _, payload = parts_of(a_document(an_issuer(30), an_issuer(4, types=frozenset({"urn:x:a", TYPE})), an_issuer(200)))
    assert list(payload) == [
        "iss", "iat", "exp", "version", "environment", "organizations", "app_managers", "document_types",
    ]  # fmt: skip
    assert payload["iss"] == MANAGER
    assert (payload["iat"], payload["exp"]) == (epoch(NOW), epoch(NOW + DAY))
    assert payload["organizations"] == [
        {
            "oin": f"{number:020}",
            "name": f"Organisatie {number}",
            "discovery_url": f"https://agency-{number}.example/.well-known/openid-credential-issuer",
        }
        for number in (4, 30, 200)
    ]
    assert payload["app_managers"] == []
    assert payload["document_types"] == [{"name": TYPE}, {"name": "urn:x:a"}]


@pytest.mark.parametrize(
    "changes",
    [
        {"roles": frozenset({Role.VERIFIER})},
        {"oin": None},
        {"oin": "12"},
        {"identifier": "did:web:agency-2.example"},
        {"withdrawn_at": NOW},
        {"valid_until": NOW},
        {"valid_from": NOW + timedelta(seconds=1)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_who_does_not_take_part_as_a_source_now_is_left_out(changes: dict[str, object]) -> None:
    document = read(a_document(an_issuer(1), an_issuer(2, **changes)))
    assert [each.oin for each in document.organisations] == [f"{1:020}"]


def test_the_version_is_that_of_the_contents_and_of_nothing_else() -> None:
    def version(*participants: Participant, **changes: object) -> str:
        return read(a_document(*participants, **changes)).version

    known = version(an_issuer(1), an_issuer(2))
    assert version(an_issuer(2), an_issuer(1)) == known
    assert version(an_issuer(1), an_issuer(2), now=NOW - timedelta(hours=1)) == known
    others = [
        version(an_issuer(1)),
        version(an_issuer(1), an_issuer(2), an_issuer(3)),
        version(an_issuer(1), an_issuer(2, name="Hernoemd")),
        version(an_issuer(1), an_issuer(2, identifier="https://verhuisd.example")),
        version(an_issuer(1), an_issuer(2, types=frozenset({"urn:x:a"}))),
    ]
    assert len({known, *others}) == 6


def test_the_version_is_the_hash_of_the_three_lists_as_they_stand() -> None:
    # Made with `printf … | openssl dgst -sha256 -binary | basenc --base64url`.
    _, payload = parts_of(a_document(an_issuer(7, name="Kadaster", types=frozenset())))
    assert payload["version"] == "Mfg_O2awHlp0vgtD9yLdp_7BVnA_t_XA2r-Vd_NKb8Q"


def test_a_document_never_outlives_its_certificates() -> None:
    nearly = END - timedelta(hours=3)
    assert read(a_document(now=nearly), now=nearly).expires_at == END
    assert refused(a_document(now=nearly), now=END) is Refusal.EXPIRED


def test_two_participants_of_one_number_make_no_document() -> None:
    with pytest.raises(SchemeDocumentRejected) as caught:
        a_document(an_issuer(1), replace(an_issuer(2), oin=f"{1:020}"))
    assert caught.value.reason is Refusal.CONTENTS


def test_a_document_that_no_reader_would_take_is_not_made() -> None:
    nameless = a_leaf(ROOT, SIGNER, oin=None, eku=None)
    for x5c in ((nameless,), (), (ROOT.der,), (LEAF, LEAF), (b"no certificate",)):
        with pytest.raises(SchemeDocumentRejected):
            issue_scheme_document([], SIGNER, x5c, (ROOT.der,), environment=ENVIRONMENT, now=NOW)
    with pytest.raises(SchemeDocumentRejected) as caught:
        a_document(lifetime=DAY + timedelta(seconds=1))
    assert caught.value.reason is Refusal.LIFETIME
    with pytest.raises(ConfigurationError):
        a_document(environment="")


def test_another_algorithm_than_the_profile_s_signs_nothing() -> None:
    signer = SoftwareSigner.generate(Algorithm.EDDSA)
    leaf = a_leaf(ROOT, signer, oin=MANAGER, eku=None)
    with pytest.raises(SchemeDocumentRejected) as caught:
        issue_scheme_document([], signer, (leaf,), (ROOT.der,), environment=ENVIRONMENT, now=NOW)
    assert caught.value.reason is Refusal.ALGORITHM


# Step 1


@pytest.mark.parametrize(
    "jws",
    [
        "", "a.b", a_document().rpartition(".")[0], a_document() + ".x", a_document() + "=", "..",
    ],
)  # fmt: skip
def test_step_1_anything_but_three_parts_is_no_document(jws: str) -> None:
    assert refused(jws) is Refusal.NOT_COMPACT


@pytest.mark.parametrize(
    ("member", "value", "reason"),
    [
        ("alg", "none", Refusal.ALGORITHM),
        ("alg", "HS256", Refusal.ALGORITHM),
        ("alg", "ES384", Refusal.ALGORITHM),
        ("alg", "EdDSA", Refusal.ALGORITHM),
        ("alg", None, Refusal.ALGORITHM),
        ("typ", "JWT", Refusal.TYPE),
        ("typ", "trust-list+jwt", Refusal.TYPE),
        ("jku", "https://attacker.example/jwks.json", Refusal.HEADER_MEMBERS),
        ("jwk", SoftwareSigner.generate().public_jwk.to_dict(), Refusal.HEADER_MEMBERS),
        ("x5u", "https://attacker.example/cert.pem", Refusal.HEADER_MEMBERS),
        ("x5t#S256", "AA", Refusal.HEADER_MEMBERS),
        ("kid", 7, Refusal.HEADER_MEMBERS),
        ("crit", ["exp"], Refusal.NOT_COMPACT),
    ],
)
def test_step_1_another_algorithm_or_type_or_a_further_member_is_refused(
    member: str, value: JsonValue, reason: Refusal
) -> None:
    jws = signed_anew(header=lambda head: head.update({member: value}))
    assert refused(jws) is reason
    assert reason.step == 1


@pytest.mark.parametrize("member", ["kid", "typ", "alg", "x5c"])
def test_step_1_a_header_that_lacks_a_member_is_refused(member: str) -> None:
    assert refused(signed_anew(header=lambda head: head.pop(member))) is Refusal.HEADER_MEMBERS


# Step 2


@pytest.mark.parametrize("x5c", [[], "", None, {}, [7], ["not base64"], [b64_encode(b"no certificate")]])
def test_step_2_without_certificates_there_is_no_document(x5c: JsonValue) -> None:
    assert refused(signed_anew(header=lambda head: head.update(x5c=x5c))) is Refusal.CERTIFICATES


def test_step_2_another_root_is_refused() -> None:
    other = make_ca("Stelselroot", not_before=START, not_after=END)
    assert refused(a_document(), root=other.der) is Refusal.CERTIFICATES


def test_step_2_the_root_itself_does_not_stand_in_the_chain() -> None:
    assert refused(signed_anew(x5c=(LEAF, ROOT.der))) is Refusal.CERTIFICATES


TOP, MIDDLE, LOWER = SoftwareSigner.generate(), SoftwareSigner.generate(), SoftwareSigner.generate()
ABOVE = by_hand("top", TOP, "top", TOP, ca(), usage(certificates=True))
BETWEEN = by_hand("middle", MIDDLE, "top", TOP, ca(), usage(certificates=True))


def below(
    issuer: str = "top",
    key: SoftwareSigner = TOP,
    *extensions: Extension,
    oins: Sequence[str] = (MANAGER,),
    **when: datetime,
) -> bytes:
    """The signer's certificate by this authority; with the usage that it must have unless others are named."""
    return by_hand("signer", SIGNER, issuer, key, *(extensions or (usage(certificates=False),)), oins=oins, **when)


def test_step_2_an_authority_in_between_is_accepted_and_in_the_wrong_order_is_not() -> None:
    signer = below("middle", MIDDLE)
    assert read(signed_anew(x5c=(signer, BETWEEN)), root=ABOVE).issuer == MANAGER
    assert refused(signed_anew(x5c=(BETWEEN, signer)), root=ABOVE) is Refusal.CERTIFICATES
    assert refused(signed_anew(x5c=(signer,)), root=ABOVE) is Refusal.CERTIFICATES


@pytest.mark.parametrize(
    "extensions",
    [
        (usage(certificates=False),),
        (usage(certificates=True),),
        (ca(), usage(certificates=False)),
        (ca(),),
        (),
    ],
    ids=["a leaf", "a leaf that may sign", "an authority that may not", "an authority that does not say", "neither"],
)
def test_step_2_a_certificate_below_one_that_is_no_authority_is_refused(extensions: Sequence[Extension]) -> None:
    between = by_hand("middle", MIDDLE, "top", TOP, *extensions)
    assert refused(signed_anew(x5c=(below("middle", MIDDLE), between)), root=ABOVE) is Refusal.CERTIFICATES


def test_step_2_the_length_that_an_authority_allows_is_kept() -> None:
    short = by_hand("middle", MIDDLE, "top", TOP, ca(0), usage(certificates=True))
    lower = by_hand("lower", LOWER, "middle", MIDDLE, ca(), usage(certificates=True))
    assert read(signed_anew(x5c=(below("middle", MIDDLE), short)), root=ABOVE).issuer == MANAGER
    signer = below("lower", LOWER)
    assert read(signed_anew(x5c=(signer, lower, BETWEEN)), root=ABOVE).issuer == MANAGER
    assert refused(signed_anew(x5c=(signer, lower, short)), root=ABOVE) is Refusal.CERTIFICATES


@pytest.mark.parametrize(
    "extensions",
    [
        (ca(), usage(certificates=False)),
        (usage(certificates=False, signatures=False),),
        (usage(certificates=True),),
        (ca(0),),
        (server(), usage(certificates=False)),
    ],
    ids=["an authority", "without signatures", "with certificates", "an authority without usage", "a web server's"],
)
def test_step_2_a_certificate_that_is_not_for_signatures_signs_no_document(extensions: Sequence[Extension]) -> None:
    assert refused(signed_anew(x5c=(below("top", TOP, *extensions),)), root=ABOVE) is Refusal.CERTIFICATES


def test_step_2_a_certificate_that_does_not_say_what_it_is_for_signs_no_document() -> None:
    silent = by_hand("signer", SIGNER, "top", TOP, oins=(MANAGER,))
    assert refused(signed_anew(x5c=(silent,)), root=ABOVE) is Refusal.CERTIFICATES


def test_step_2_after_the_end_of_a_certificate_the_document_is_refused() -> None:
    end = NOW + timedelta(hours=1)
    jws = signed_anew(x5c=(below(not_after=end),))
    assert read(jws, root=ABOVE, now=end).issuer == MANAGER
    assert refused(jws, root=ABOVE, now=end + timedelta(seconds=1)) is Refusal.CERTIFICATES


def test_step_2_a_certificate_may_begin_within_the_tolerance_and_no_later() -> None:
    def begins(seconds: int) -> str:
        return signed_anew(x5c=(below(not_before=NOW + timedelta(seconds=seconds)),))

    assert read(begins(60), root=ABOVE).issuer == MANAGER
    assert refused(begins(61), root=ABOVE) is Refusal.CERTIFICATES


# Step 3


def test_step_3_a_document_that_was_changed_is_refused() -> None:
    header, payload, signature = a_document().split(".")
    changed = b64url_encode(b64url_decode(payload).replace(b"agency-1.example", b"attacker.example"))
    assert refused(f"{header}.{changed}.{signature}") is Refusal.SIGNATURE
    assert refused(spoilt_signature(f"{header}.{payload}.{signature}")) is Refusal.SIGNATURE


@pytest.mark.parametrize("size", [0, 32, 63, 65, 72])
def test_step_3_the_signature_is_r_and_s_of_64_bytes(size: int) -> None:
    signed, _, signature = a_document().rpartition(".")
    raw = b64url_decode(signature)
    assert refused(f"{signed}.{b64url_encode((raw + bytes(8))[:size])}") is Refusal.SIGNATURE


def test_step_3_the_key_of_another_certificate_does_not_sign() -> None:
    assert refused(signed_anew(signer=SoftwareSigner.generate())) is Refusal.SIGNATURE


@pytest.mark.parametrize("algorithm", [Algorithm.EDDSA, Algorithm.ES384])
def test_step_3_the_certificate_s_key_is_of_the_algorithm(algorithm: Algorithm) -> None:
    other = SoftwareSigner.generate(algorithm)
    leaf = a_leaf(ROOT, other, oin=MANAGER, eku=None)
    assert refused(signed_anew(x5c=(leaf,))) is Refusal.SIGNATURE


# Step 4


def test_step_4_a_certificate_of_another_organisation_is_refused() -> None:
    other = a_leaf(ROOT, SIGNER, oin=f"{9999:020}", eku=None)
    assert refused(signed_anew(x5c=(other,))) is Refusal.SIGNER
    honest = signed_anew(payload=lambda body: body.update(iss=f"{9999:020}"), x5c=(other,))
    assert refused(honest) is Refusal.SIGNER


@pytest.mark.parametrize("oins", [(), (MANAGER, f"{9999:020}"), (f"{9999:020}", MANAGER), (f"{MANAGER} ",)])
def test_step_4_the_certificate_names_one_number_and_that_is_the_scheme_s(oins: tuple[str, ...]) -> None:
    assert refused(signed_anew(x5c=(below(oins=oins),)), root=ABOVE) is Refusal.SIGNER


@pytest.mark.parametrize("issuer", [f"{9999:020}", "", None, 1000, [MANAGER]])
def test_step_4_another_issuer_below_the_right_certificate_is_refused(issuer: JsonValue) -> None:
    assert refused(signed_anew(payload=lambda body: body.update(iss=issuer))) is Refusal.ISSUER


# Step 5


@pytest.mark.parametrize("environment", ["pr-123", "", None, "TEST"])
def test_step_5_a_document_of_another_environment_is_refused(environment: JsonValue) -> None:
    assert refused(signed_anew(payload=lambda body: body.update(environment=environment))) is Refusal.ENVIRONMENT


# Step 6


def issued(at: int, until: int) -> str:
    return signed_anew(payload=lambda body: body.update(iat=epoch(NOW) + at, exp=epoch(NOW) + until))


def test_step_6_a_document_from_later_is_refused_and_within_the_tolerance_is_not() -> None:
    assert read(issued(60, 3600)).issued_at == NOW + timedelta(seconds=60)
    assert refused(issued(61, 3600)) is Refusal.ISSUED_LATER


def test_step_6_a_document_for_longer_than_a_day_is_refused() -> None:
    assert read(issued(0, 24 * 3600)).expires_at == NOW + DAY
    assert refused(issued(0, 24 * 3600 + 1)) is Refusal.LIFETIME


def test_step_6_at_its_end_a_document_has_ended_and_a_second_earlier_it_has_not() -> None:
    jws = a_document()
    assert read(jws, now=NOW + DAY - timedelta(seconds=1)).issuer == MANAGER
    assert refused(jws, now=NOW + DAY) is Refusal.EXPIRED


def test_step_6_an_older_copy_after_a_newer_one_is_refused_and_the_same_is_not() -> None:
    jws = a_document()
    assert read(jws, accepted=NOW).issued_at == NOW
    assert read(jws, accepted=NOW - timedelta(seconds=1)).issued_at == NOW
    assert refused(jws, accepted=NOW + timedelta(seconds=1)) is Refusal.OLDER


@pytest.mark.parametrize("moment", [None, "now", True, 1.5, -1, 10**18, [1]])
@pytest.mark.parametrize("member", ["iat", "exp"])
def test_step_6_moments_are_whole_seconds(member: str, moment: JsonValue) -> None:
    assert refused(signed_anew(payload=lambda body: body.update({member: moment}))) is Refusal.CONTENTS


# The contents


def test_a_document_of_the_profile_s_own_scheme_is_read() -> None:
    theirs = {"oin": f"{7:020}", "name": "RVO", "magazijn_url": "https://magazijn-a.example"}

    def change(body: JsonObject) -> None:
        body["organizations"] = [theirs]
        body["document_types"] = [{"name": "bericht"}]
        body["app_managers"] = [{"whatever": 1}]

    document = read(signed_anew(payload=change))
    assert document.organisations == (Organisation(f"{7:020}", "RVO", "https://magazijn-a.example", "magazijn_url"),)
    assert document.organisations[0].to_dict() == theirs
    assert (document.document_types, document.app_managers) == (("bericht",), ({"whatever": 1},))


AN_ENTRY: JsonObject = {"oin": f"{7:020}", "name": "RVO", "discovery_url": "https://a.example/x"}


@pytest.mark.parametrize(
    "entry",
    [
        None,
        [],
        {},
        {**AN_ENTRY, "public_key": {}},
        {**AN_ENTRY, "magazijn_url": "https://a.example"},
        {name: value for name, value in AN_ENTRY.items() if name != "discovery_url"},
        {**AN_ENTRY, "oin": "7"},
        {**AN_ENTRY, "oin": 7},
        {**AN_ENTRY, "name": ""},
        {**AN_ENTRY, "name": "RVO\u202e"},
        {**AN_ENTRY, "discovery_url": "javascript:alert(1)"},
        {**AN_ENTRY, "discovery_url": "http://a.example"},
        {**AN_ENTRY, "discovery_url": "https://user@a.example"},
        {**AN_ENTRY, "discovery_url": "https://"},
        {**AN_ENTRY, "discovery_url": "https://a.example/ x"},
        {**AN_ENTRY, "discovery_url": ["https://a.example"]},
    ],
)
def test_an_organisation_is_what_the_profile_s_schema_says(entry: JsonValue) -> None:
    assert read(signed_anew(payload=lambda body: body.update(organizations=[AN_ENTRY]))).find(f"{7:020}")
    assert refused(signed_anew(payload=lambda body: body.update(organizations=[entry]))) is Refusal.CONTENTS


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("organizations", {}),
        ("organizations", [AN_ENTRY, AN_ENTRY]),
        ("app_managers", None),
        ("app_managers", ["x"]),
        ("document_types", ["bericht"]),
        ("document_types", [{"name": ""}]),
        ("document_types", [{"name": "bericht", "more": 1}]),
        ("version", "1"),
        ("version", 1),
        ("nbf", 1),
    ],
)
def test_contents_that_the_schema_does_not_have_are_refused(member: str, value: JsonValue) -> None:
    reason = refused(signed_anew(payload=lambda body: body.update({member: value})))
    assert (reason, reason.step) == (Refusal.CONTENTS, None)


@pytest.mark.parametrize("member", ["version", "organizations", "app_managers", "document_types"])
def test_contents_that_lack_a_member_are_refused(member: str) -> None:
    assert refused(signed_anew(payload=lambda body: body.pop(member))) is Refusal.CONTENTS


def test_a_trust_list_and_a_scheme_document_are_never_taken_for_each_other() -> None:
    with pytest.raises(TrustListRejected):
        TrustList.verify(a_document(), SIGNER.public_jwk, NOW)
    listed = issue([an_issuer(1)], SIGNER, issuer="https://s.example", sequence=1, now=NOW)
    assert refused(listed) is Refusal.HEADER_MEMBERS


def test_a_refusal_says_which_step_and_nothing_of_the_document() -> None:
    with pytest.raises(SchemeDocumentRejected) as caught:
        read(signed_anew(payload=lambda body: body.update(environment="geheim")))
    assert caught.value.reason.step == 5
    assert "geheim" not in str(caught.value)


def test_each_refusal_belongs_to_a_step_but_that_of_the_contents() -> None:
    assert [each for each in Refusal if each.step is None] == [Refusal.CONTENTS]
    assert [each.step for each in Refusal if each.step] == sorted(each.step for each in Refusal if each.step)


def test_the_manager_s_own_intermediate_counts_too_where_it_is_pinned() -> None:
    jws = signed_anew(x5c=(below("middle", MIDDLE),))
    assert read(jws, root=BETWEEN).issuer == MANAGER
