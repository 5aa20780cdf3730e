"""Documents by ISO/IEC 18013-5: issued, disclosed element by element, bound to one session, and read strictly."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from credentials.encoding import b64url_decode, b64url_encode
from credentials.errors import BlauweKnopError, LimitExceeded
from credentials.formats import (
    BitstringStatus,
    Channel,
    Configuration,
    FormatRegistry,
    HolderBindingFailed,
    HolderBindingMissing,
    HolderKey,
    IssuerKey,
    MalformedCredential,
    TokenStatus,
    UndisclosablePath,
    VerifiedClaims,
)
from credentials.formats.mdoc import MsoMdoc, issuer_signed_inside
from credentials.formats.mdoc.issuer_signed import Item
from credentials.formats.registry import is_presentation
from credentials.formats.sd_jwt import SdJwtVc
from credentials.jose.cbor import CborValue, Tagged, cbor_bytes, cbor_parse
from credentials.jose.cose import InvalidMessage, sign_structure
from credentials.jose.cose_key import to_cose_key
from credentials.keys import Algorithm, InvalidSignature, UnsupportedKey
from credentials.trust.x509 import make_ca
from tests.unit.formats.format_samples import (
    AUDIENCE,
    BARE,
    NONCE,
    NOW,
    RESOLVER,
    TREE,
    TYPE,
    certificate,
    draft,
    fresh,
    issuer_key,
    signer,
)

FORMAT = MsoMdoc()
CHANNEL = Channel("https://verifier.example/vp/1", signer("encryption").public_jwk.thumbprint)
ASKED = fresh(channel=CHANNEL)
SALDO, PEILDATUM = (TYPE, "saldo"), (TYPE, "peildatum")
PORTRAIT = {
    "foto": Tagged(99, b"\x01\x02"),
    "dag": Tagged(1004, "2026-11-23"),
    "getal": 1.5,
    "lijst": [{1: True}, None],
}


def issued(**changes: object) -> str:
    return FORMAT.issue(draft(**changes), issuer_key())


def presented(credential: str | None = None, paths: Any = None, **changes: Any) -> str:
    how: Any = {"audience": AUDIENCE, "nonce": NONCE, "now": NOW, "channel": CHANNEL, **changes}
    holder = how.pop("holder", signer("holder"))
    return FORMAT.present(credential or issued(), paths, holder, **how)


def verified(text: str, expected: Any = ASKED) -> VerifiedClaims:
    return FORMAT.verify(text, expected, RESOLVER)


def opened(text: str) -> Any:
    return cbor_parse(b64url_decode(text))


def closed(value: CborValue) -> str:
    return b64url_encode(cbor_bytes(value))


def security_object(text: str) -> Any:
    return opened_bytes(opened_bytes(opened(text)["issuerAuth"][2]).value)


def opened_bytes(data: bytes) -> Any:
    return cbor_parse(data)


def signed_anew(text: str, change: Callable[[Any], object]) -> str:
    """Change the security object and sign it again, as an issuer would that does not know the rules."""
    document, security = opened(text), security_object(text)
    change(security)
    payload = cbor_bytes(Tagged(24, cbor_bytes(security)))
    document["issuerAuth"] = sign_structure({}, payload, signer("issuer"), unprotected=document["issuerAuth"][1])
    return closed(document)


def of_items(*items: Mapping[int | str, CborValue]) -> str:
    """Return a document with these items, whatever they are, each under the digest identifier of its place."""
    raw = [cbor_bytes(dict(item)) for item in items]
    document = opened(issued())
    document["nameSpaces"] = {TYPE: [Tagged(24, each) for each in raw]}

    def listed(security: Any) -> None:
        security["valueDigests"] = {
            TYPE: {number: hashlib.sha256(cbor_bytes(Tagged(24, each))).digest() for number, each in enumerate(raw)}
        }

    return signed_anew(closed(document), listed)


def an_item(**changes: CborValue) -> dict[int | str, CborValue]:
    return {"digestID": 0, "random": bytes(16), "elementIdentifier": "saldo", "elementValue": 5, **changes}


def test_what_is_issued_is_read_by_its_holder_and_verified() -> None:
    credential = issued()
    held = FORMAT.inspect(credential)
    assert held.claims == TREE
    assert held.document == {TYPE: TREE}
    assert (held.type, held.types, held.issuer) == (TYPE, (TYPE,), None)
    assert held.always_disclosed == {}
    assert set(held.paths) == {(TYPE, name) for name in TREE}
    bare = verified(credential, BARE)
    assert (bare.claims, bare.document) == (TREE, {TYPE: TREE})
    assert bare.signed_by.x5c == (certificate(),)
    assert bare.signed_by.key == signer("issuer").public_jwk
    assert bare.holder == held.holder == HolderKey(signer("holder").public_jwk)
    assert (bare.issued_at, bare.valid_from, bare.valid_until) == (NOW, NOW, NOW + timedelta(days=35))
    assert bare.status == held.status == (TokenStatus("https://cjib.example/status/1", 4711),)


@pytest.mark.requirement("mdoc-issued")
def test_the_security_object_is_that_of_the_standard() -> None:
    credential = issued()
    document, security = opened(credential), security_object(credential)
    assert document.keys() == {"issuerAuth", "nameSpaces"}
    protected, unprotected, _, signature = document["issuerAuth"]
    assert opened_bytes(protected) == {1: -7}
    assert unprotected == {33: certificate()}
    assert len(signature) == 64
    assert security.keys() == {
        "version", "digestAlgorithm", "valueDigests", "deviceKeyInfo", "docType", "validityInfo", "status",
    }  # fmt: skip
    assert (security["version"], security["digestAlgorithm"], security["docType"]) == ("1.0", "SHA-256", TYPE)
    assert security["validityInfo"]["signed"] == Tagged(0, "2026-11-23T12:00:00Z")
    assert security["status"] == {"status_list": {"idx": 4711, "uri": "https://cjib.example/status/1"}}
    assert security["deviceKeyInfo"] == {"deviceKey": to_cose_key(signer("holder").public_jwk)}
    items = [opened_bytes(each.value) for each in document["nameSpaces"][TYPE]]
    assert all(len(each["random"]) == 32 for each in items)
    assert len({each["random"] for each in items}) == len(items)


def test_the_number_of_digests_does_not_tell_how_many_elements_there_are() -> None:
    counts = {
        len(security_object(issued(claims=dict(list(TREE.items())[:kept])))["valueDigests"][TYPE]) for kept in (1, 3, 6)
    }
    assert counts == {16}
    places = {
        each["digestID"]
        for _ in range(40)
        for each in (opened_bytes(item.value) for item in opened(issued())["nameSpaces"][TYPE])
        if each["elementIdentifier"] == "saldo"
    }
    assert len(places) > 4, "its number tells which element it is"


def test_dates_are_written_as_the_type_says_and_read_as_text() -> None:
    written = {"saldo": 5, "foto": b"\x01\x02", **PORTRAIT}
    format = MsoMdoc({TYPE: lambda claims: {**claims, **written}})
    credential = format.issue(draft(claims={}), issuer_key())
    values = {opened_bytes(each.value)["elementIdentifier"]: each for each in opened(credential)["nameSpaces"][TYPE]}
    assert opened_bytes(values["dag"].value)["elementValue"] == Tagged(1004, "2026-11-23")
    assert verified(credential, BARE).claims == {
        "saldo": 5,
        "foto": "AQI",
        "dag": "2026-11-23",
        "getal": 1.5,
        "lijst": [{"1": True}, None],
    }


@pytest.mark.requirement("mdoc-metadata")
def test_the_metadata_are_those_of_openid4vci() -> None:
    described = FORMAT.describe(Configuration("overzicht_mdoc", TYPE, algorithms=("ES256",)))
    assert described == {
        "format": "mso_mdoc",
        "doctype": TYPE,
        "cryptographic_binding_methods_supported": ["cose_key"],
        "credential_signing_alg_values_supported": [-7, -9],
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"holder": None},
        {"expires_at": None},
        {"status": (BitstringStatus("https://x.example/1", 1, "revocation"),)},
        {"status": (TokenStatus("https://x.example/1", 1), TokenStatus("https://x.example/2", 1))},
    ],
)
def test_what_a_document_cannot_state_is_not_issued(changes: Any) -> None:
    with pytest.raises(ValueError, match="mdoc"):
        issued(**changes)


def test_without_certificates_nothing_is_issued() -> None:
    with pytest.raises(ValueError, match="certificates"):
        FORMAT.issue(draft(), IssuerKey(signer("issuer")))


def test_the_moment_of_issue_lies_in_the_period_of_the_certificate() -> None:
    # Rounded down, it may lie before the certificate that was made a minute ago.
    early = verified(issued(issued_at=NOW - timedelta(days=30)), BARE)
    assert early.issued_at == NOW - timedelta(days=1)


def test_a_holder_shows_only_the_elements_that_are_asked() -> None:
    shown = verified(presented(paths=[SALDO, PEILDATUM]))
    assert shown.claims == {"saldo": TREE["saldo"], "peildatum": TREE["peildatum"]}
    assert verified(presented(paths=[])).claims == {}
    assert verified(presented(paths=[(TYPE,)])).claims == TREE
    assert verified(presented(paths=[(TYPE, "zaken", "z01", "saldo")])).claims == {"zaken": TREE["zaken"]}
    assert "nameSpaces" not in opened(FORMAT.disclose(issued(), []))


@pytest.mark.parametrize("path", [(TYPE, "regeling"), ("andere", "saldo"), ("saldo",), (), (TYPE, "saldo", "x")])
def test_what_is_not_there_is_not_disclosed(path: Any) -> None:
    with pytest.raises(UndisclosablePath):
        FORMAT.disclose(issued(), [path])


def test_only_the_holder_can_present() -> None:
    with pytest.raises(HolderBindingFailed):
        presented(holder=signer("thief"))
    with pytest.raises(ValueError, match="address"):
        presented(channel=None)


@pytest.mark.requirement("mdoc-session")
@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "another"},
        {"audience": "x509_hash:other"},
        {"channel": replace(CHANNEL, response_uri="https://verifier.example/vp/2")},
        {"channel": replace(CHANNEL, encryption_key=signer("thief").public_jwk.thumbprint)},
        {"channel": replace(CHANNEL, encryption_key=None)},
        {"channel": Channel()},
        {"channel": None},
    ],
)
def test_an_answer_to_another_session_is_refused(changed: Any) -> None:
    text = presented()
    assert verified(text).claims == TREE
    with pytest.raises(HolderBindingFailed):
        verified(text, replace(ASKED, **changed))


def test_an_answer_through_a_browser_is_bound_to_its_origin() -> None:
    asked: Any = {"audience": "origin:https://verifier.example", "channel": Channel(None, CHANNEL.encryption_key)}
    text = presented(**asked)
    assert verified(text, replace(ASKED, **asked)).claims == TREE
    with pytest.raises(HolderBindingFailed):
        verified(text, replace(ASKED, **{**asked, "audience": "origin:https://evil.example"}))
    with pytest.raises(HolderBindingFailed):
        verified(text)


def test_whether_the_holder_must_prove_is_decided_beforehand() -> None:
    with pytest.raises(HolderBindingMissing):
        verified(issued())
    with pytest.raises(HolderBindingMissing):
        verified(presented(), BARE)
    on_file = replace(ASKED, on_file=True)
    assert verified(presented(), on_file).claims == TREE
    with pytest.raises(HolderBindingFailed):
        verified(presented(), replace(on_file, nonce=None))


def test_a_signature_of_another_device_is_refused() -> None:
    mine, theirs = opened(presented()), issued(holder=HolderKey(signer("thief").public_jwk))
    mine["documents"][0]["issuerSigned"] = opened(theirs)
    with pytest.raises(HolderBindingFailed):
        verified(closed(mine))


def test_the_issuer_of_a_document_is_its_certificate() -> None:
    stranger = FORMAT.issue(draft(), IssuerKey(signer("stranger"), (certificate(),)))
    with pytest.raises(InvalidSignature):
        verified(stranger, BARE)
    held = FORMAT.issue(draft(), IssuerKey(signer("issuer"), (certificate(), certificate("ca"))))
    assert verified(held, BARE).signed_by.x5c == (certificate(), certificate("ca"))


def test_the_issuer_is_named_as_its_certificate_names_it() -> None:
    authority = make_ca("CA", not_before=NOW - timedelta(days=9), not_after=NOW + timedelta(days=900))
    leaf = authority.issue_leaf(
        signer("issuer").public_jwk,
        uri="https://cjib.example",
        dns="cjib.example",
        common_name="CJIB",
        organisation="CJIB",
        oin=None,
        not_before=NOW - timedelta(days=1),
        not_after=NOW + timedelta(days=300),
    )
    credential = FORMAT.issue(draft(), IssuerKey(signer("issuer"), (leaf,)))
    assert FORMAT.inspect(credential).issuer == verified(credential, BARE).signed_by.issuer == "https://cjib.example"


def changed_security(member: str, value: Any) -> Callable[[Any], object]:
    return lambda security: security.update({member: value})


def changed_validity(**changes: Any) -> Callable[[Any], object]:
    return lambda security: security["validityInfo"].update(changes)


def without(member: str) -> Callable[[Any], object]:
    return lambda security: security.pop(member)


def times(**changes: str) -> Callable[[Any], object]:
    return changed_validity(**{name: Tagged(0, value) for name, value in changes.items()})


def elsewhere(namespace: str) -> Callable[[Any], object]:
    return lambda security: security.update(valueDigests={namespace: security["valueDigests"][TYPE]})


REFUSED: list[tuple[str, Callable[[Any], object]]] = [
    *((name, without(name)) for name in (
        "version", "digestAlgorithm", "valueDigests", "deviceKeyInfo", "docType", "validityInfo",
    )),
    ("version", changed_security("version", "2.0")),
    ("algorithm", changed_security("digestAlgorithm", "SHA-1")),
    ("algorithm", changed_security("digestAlgorithm", "sha-256")),
    ("other algorithm", changed_security("digestAlgorithm", "SHA-512")),
    ("digests", changed_security("valueDigests", [])),
    ("digests of nobody", changed_security("valueDigests", {})),
    ("digests of another namespace", elsewhere("x")),
    ("digests by name", changed_security("valueDigests", {TYPE: {"0": bytes(32)}})),
    ("negative digest", changed_security("valueDigests", {TYPE: {-1: bytes(32)}})),
    ("short digest", changed_security("valueDigests", {TYPE: {0: bytes(31)}})),
    ("docType", changed_security("docType", "")),
    ("docType", changed_security("docType", 5)),
    ("key", changed_security("deviceKeyInfo", {"deviceKey": {}})),
    ("key", changed_security("deviceKeyInfo", {"deviceKey": {1: 2, -1: 1, -2: bytes(32), -3: bytes(32)}})),
    ("key", changed_security("deviceKeyInfo", {"deviceKey": {1: 2, -1: 8, -2: bytes(32), -3: bytes(32)}})),
    ("key", changed_security("deviceKeyInfo", {})),
    ("status", changed_security("status", {})),
    ("status", changed_security("status", {"status_list": {"idx": -1, "uri": "https://x.example"}})),
    ("status", changed_security("status", {"status_list": {"idx": True, "uri": "https://x.example"}})),
    ("status", changed_security("status", {"identifier_list": {"id": b"1"}})),
    ("time", changed_validity(signed="2026-11-23T12:00:00Z")),
    ("time", changed_validity(signed=Tagged(1, 1_700_000_000))),
    ("time", times(signed="2026-11-23T12:00:00.5Z")),
    ("time", times(signed="2026-11-23T12:00:00+00:00")),
    ("time", times(signed="2026-02-30T12:00:00Z")),
    ("begins before it was signed", times(validFrom="2026-11-23T11:59:59Z")),
    ("ends before it begins", times(validUntil="2026-11-23T12:00:00Z")),
    ("signed before the certificate", times(signed="2026-11-01T12:00:00Z")),
]  # fmt: skip


@pytest.mark.requirement("mdoc-validity")
@pytest.mark.parametrize(("what", "change"), REFUSED)
def test_a_security_object_that_breaks_the_standard_is_refused(what: str, change: Callable[[Any], object]) -> None:
    with pytest.raises((MalformedCredential, UnsupportedKey)):
        verified(signed_anew(issued(), change), BARE)


def test_a_security_object_that_was_signed_anew_and_not_changed_is_taken() -> None:
    assert verified(signed_anew(issued(), lambda security: security.update(rfu=1)), BARE).claims == TREE


@pytest.mark.parametrize("algorithm", ["SHA-384", "SHA-512"])
def test_other_digests_of_the_standard_are_taken(algorithm: str) -> None:
    text = issued()
    hash_of = {"SHA-384": hashlib.sha384, "SHA-512": hashlib.sha512}[algorithm]
    raw = [each.value for each in opened(text)["nameSpaces"][TYPE]]

    def digests(security: Any) -> None:
        listed = {opened_bytes(each)["digestID"]: hash_of(cbor_bytes(Tagged(24, each))).digest() for each in raw}
        security.update(digestAlgorithm=algorithm, valueDigests={TYPE: listed})

    assert verified(signed_anew(text, digests), BARE).claims == TREE


@pytest.mark.requirement("mdoc-digests")
@pytest.mark.parametrize(
    "items",
    [
        [an_item(random=bytes(15))],
        [an_item(random="0" * 16)],
        [an_item(digestID=-1)],
        [an_item(digestID=True)],
        [an_item(elementIdentifier="")],
        [an_item(elementIdentifier=5)],
        [an_item(more=1)],
        [{"digestID": 0, "random": bytes(16), "elementIdentifier": "saldo"}],
        [an_item(), an_item(digestID=1)],
        [an_item(), an_item(elementIdentifier="ander")],
        [an_item(elementValue={"a": 1, 1: 2, "1": 3})],
        [an_item(elementValue=float("inf"))],
    ],
)
def test_an_item_that_breaks_the_standard_is_refused(items: Any) -> None:
    assert verified(of_items(an_item(), an_item(digestID=1, elementIdentifier="ander")), BARE).claims["saldo"] == 5
    with pytest.raises(BlauweKnopError):
        verified(of_items(*items), BARE)


@pytest.mark.requirement("mdoc-digests")
def test_an_item_that_nobody_signed_is_refused() -> None:
    document = opened(issued())
    added = Item.make("saldo", 99, 0, bytes(16))
    for listed in ([Tagged(24, added.raw)], [*document["nameSpaces"][TYPE], Tagged(24, added.raw)]):
        document["nameSpaces"][TYPE] = listed
        with pytest.raises(MalformedCredential):
            verified(closed(document), BARE)
    document["nameSpaces"] = {"andere": [Tagged(24, added.raw)]}
    with pytest.raises(MalformedCredential):
        verified(closed(document), BARE)


def in_document(change: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda response: change(response["documents"][0])


OF_THE_DEVICE = Tagged(24, cbor_bytes({TYPE: {"saldo": 0}}))
RESPONSES: list[Callable[[Any], object]] = [
    lambda response: response.update(version="2.0"),
    lambda response: response.update(version=1),
    lambda response: response.update(status=10),
    lambda response: response.update(status=False),
    lambda response: response.pop("status"),
    lambda response: response.update(documents=[]),
    lambda response: response.update(documents=response["documents"] * 2),
    lambda response: response.update(documentErrors=[{TYPE: 0}]),
    in_document(lambda document: document.update(docType="urn:other")),
    in_document(lambda document: document.update(errors={TYPE: {"saldo": 0}})),
    in_document(lambda document: document.pop("deviceSigned")),
    in_document(lambda document: document["deviceSigned"].update(nameSpaces={})),
    in_document(lambda document: document["deviceSigned"].update(nameSpaces=OF_THE_DEVICE)),
    in_document(lambda document: document["deviceSigned"].update(deviceAuth={})),
    in_document(lambda document: document["deviceSigned"].update(deviceAuth={"deviceMac": [b"", {}, None, b""]})),
    in_document(lambda document: document["deviceSigned"]["deviceAuth"].update(deviceMac=[b"", {}, None, b""])),
    in_document(lambda document: document["issuerSigned"].update(more=1)),
    in_document(lambda document: document["issuerSigned"].pop("issuerAuth")),
    in_document(lambda document: document["issuerSigned"]["issuerAuth"].__setitem__(1, {})),
    in_document(lambda document: document["issuerSigned"]["issuerAuth"].__setitem__(1, {33: []})),
    in_document(lambda document: document["issuerSigned"]["issuerAuth"].__setitem__(1, {33: b"no certificate"})),
    in_document(lambda document: document["issuerSigned"]["issuerAuth"].__setitem__(1, {33: [certificate()] * 7})),
    in_document(lambda document: document["issuerSigned"]["issuerAuth"].__setitem__(2, None)),
    in_document(lambda document: document["issuerSigned"]["nameSpaces"].update({TYPE: []})),
    in_document(lambda document: document["issuerSigned"]["nameSpaces"].update({1: []})),
]  # fmt: skip


@pytest.mark.requirement("mdoc-one-document")
@pytest.mark.parametrize("change", RESPONSES)
def test_a_response_that_breaks_the_standard_is_refused(change: Callable[[Any], object]) -> None:
    response = opened(presented())
    assert verified(closed(response)).claims == TREE
    change(response)
    with pytest.raises((MalformedCredential, InvalidMessage, LimitExceeded, UnsupportedKey)):
        verified(closed(response))


@pytest.mark.parametrize(
    "signature",
    [
        lambda made: [made[0], made[1], b"payload", made[3]],
        lambda made: [made[0], made[1], None, made[3][:-1]],
        lambda made: [cbor_bytes({1: -35}), made[1], None, made[3]],
        lambda made: [b"", made[1], None, made[3]],
        lambda made: [cbor_bytes({1: -7, 2: [1]}), made[1], None, made[3]],
        lambda made: made[:3],
        lambda made: "",
    ],
)
def test_a_device_signature_of_another_form_is_refused(signature: Callable[[Any], Any]) -> None:
    response = opened(presented())
    proof = response["documents"][0]["deviceSigned"]["deviceAuth"]
    proof["deviceSignature"] = signature(proof["deviceSignature"])
    with pytest.raises(HolderBindingFailed):
        verified(closed(response))


@pytest.mark.parametrize("text", ["", "oA", "o", "=", "oQ==", "éé", "gA", {"issuerAuth": 1}, "A" * 700_000])
def test_what_is_no_document_is_refused(text: Any) -> None:
    for call in (lambda: verified(text), lambda: verified(text, BARE), lambda: FORMAT.inspect(text)):
        with pytest.raises((MalformedCredential, LimitExceeded)):
            call()


@pytest.mark.requirement("mdoc-bounded")
def test_nesting_and_size_are_bounded_before_anything_is_believed() -> None:
    deep = b"\x81" * 100_000 + b"\x80"
    for bomb in (
        deep,
        b"\xa1\x61a" * 50_000 + b"\x80",
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x5b\x7f" + b"\xff" * 7,
    ):
        with pytest.raises((MalformedCredential, LimitExceeded)):
            verified(b64url_encode(bomb), BARE)
    nested: CborValue = 1
    for _ in range(20):
        nested = [nested]
    with pytest.raises(LimitExceeded):
        verified(of_items(an_item(elementValue=nested)), BARE)
    many = {number: bytes(32) for number in range(901)}
    with pytest.raises(LimitExceeded):
        verified(signed_anew(issued(), changed_security("valueDigests", {TYPE: many})), BARE)


def test_keys_on_other_curves_prove_their_holder_too() -> None:
    for algorithm in (Algorithm.ES384, Algorithm.EDDSA):
        holder = signer(f"holder {algorithm}", algorithm)
        credential = issued(holder=HolderKey(holder.public_jwk))
        assert verified(presented(credential, holder=holder)).holder == HolderKey(holder.public_jwk)


def test_a_document_is_known_by_its_shape() -> None:
    registry = FormatRegistry([SdJwtVc(), FORMAT])
    assert registry.detect(issued()) == registry.detect(presented()) == "mso_mdoc"
    assert is_presentation(presented())
    assert not is_presentation(issued())
    for other in ("oA", "gA", "abc", ""):
        assert not is_presentation(other)
        with pytest.raises(BlauweKnopError):
            registry.detect(other)


def test_the_document_inside_a_presentation_is_the_one_that_was_issued() -> None:
    credential = issued()
    assert issuer_signed_inside(presented(credential)) == credential
    assert issuer_signed_inside(credential) is None
    assert issuer_signed_inside("geen document") is None


def test_other_namespaces_keep_their_name() -> None:
    document = opened(of_items(an_item()))
    raw = document["nameSpaces"][TYPE][0]
    document["nameSpaces"] = {"org.example": [raw]}
    shown = verified(signed_anew(closed(document), elsewhere("org.example")), BARE)
    assert shown.claims == shown.document == {"org.example": {"saldo": 5}}


def test_a_document_does_not_outlive_what_a_date_can_say() -> None:
    for_ever = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert verified(issued(expires_at=for_ever), BARE).valid_until == for_ever
