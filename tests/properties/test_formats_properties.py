"""Whatever the claims: what is issued is what is verified, others agree, and one flipped bit is noticed."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from pyld import jsonld
from sd_jwt.common import SDObj
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError
from credentials.formats import MalformedCredential
from credentials.formats.ldp_vc import Canonicaliser
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V2
from credentials.formats.sd_jwt import SdJwtVc
from tests.unit.formats.format_samples import (
    AUDIENCE,
    BARE,
    CONTEXT_URL,
    NONCE,
    NOW,
    RESOLVER,
    bundle,
    did_issuer_key,
    draft,
    fresh,
    issuer_key,
    ld_draft,
    ldp,
    signer,
)
from tests.unit.formats.test_ldp_canonical import by_the_engine, credential

pytestmark = pytest.mark.long

SD_JWT = SdJwtVc()
CANONICALISER = Canonicaliser(bundle())
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = st.text("abcdefghij_", min_size=1, max_size=8).filter(
    lambda name: name not in {"_sd", "_sd_alg", "a", "iss", "iat", "cnf", "exp", "nbf", "jti", "aud"}
)
scalars: st.SearchStrategy[JsonValue] = st.one_of(texts, st.booleans(), st.integers(-(2**53), 2**53))
trees: st.SearchStrategy[JsonObject] = st.dictionaries(
    names, st.one_of(scalars, st.dictionaries(names, scalars, min_size=1, max_size=4)), min_size=1, max_size=6
)


@QUICK
@given(trees)
def test_every_tree_comes_back_as_it_was(tree: JsonObject) -> None:
    compact = SD_JWT.issue(draft(claims=tree, slots={}, whole=frozenset()), issuer_key())
    assert SD_JWT.verify(compact, BARE, RESOLVER).claims == tree
    assert SD_JWT.inspect(compact).claims == tree


@QUICK
@given(trees, st.data())
def test_a_presentation_shows_what_was_chosen_and_hides_the_rest(tree: JsonObject, data: st.DataObject) -> None:
    compact = SD_JWT.issue(draft(claims=tree, slots={}, whole=frozenset(), always_disclosed=frozenset()), issuer_key())
    paths = data.draw(st.sets(st.sampled_from(SD_JWT.inspect(compact).paths)))
    shown = SD_JWT.present(compact, paths, signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)
    claims = SD_JWT.verify(shown, fresh(), RESOLVER).claims
    expected: dict[str, Any] = {}
    for path in paths:
        node: Any = tree
        place: Any = expected
        for step in path[:-1]:
            node, place = node[step], place.setdefault(step, {})
        place[path[-1]] = node[path[-1]]
    assert claims == expected


@QUICK
@given(trees)
def test_the_reference_implementation_reads_what_we_issue(tree: JsonObject) -> None:
    compact = SD_JWT.issue(draft(claims=tree, slots={}, whole=frozenset()), issuer_key())
    theirs = SDJWTVerifier(compact, lambda _issuer, _header: JWK(**signer("issuer").public_jwk.members))
    read = theirs.get_verified_payload()
    assert {name: read[name] for name in tree} == tree


@QUICK
@given(trees)
def test_we_read_what_the_reference_implementation_issues(tree: JsonObject) -> None:
    def hidden(node: JsonObject) -> dict[SDObj, Any]:
        return {SDObj(name): hidden(value) if isinstance(value, dict) else value for name, value in node.items()}

    from credentials.encoding import b64_encode
    from tests.unit.formats.format_samples import certificate

    theirs = SDJWTIssuer(
        {"iss": "https://x.example", "vct": "urn:x", **hidden(tree)},
        JWK(**signer("issuer").to_private_jwk()),
        extra_header_parameters={"typ": "dc+sd-jwt", "x5c": [b64_encode(certificate())]},
        add_decoy_claims=True,
    )
    assert SD_JWT.verify(theirs.sd_jwt_issuance, BARE, RESOLVER).claims == tree


@QUICK
@given(st.data())
def test_one_changed_character_is_noticed(data: st.DataObject) -> None:
    compact = SD_JWT.issue(draft(), issuer_key())
    shown = SD_JWT.present(compact, [("saldo",)], signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)
    place = data.draw(st.integers(0, len(shown) - 1))
    other = data.draw(st.sampled_from("AQgwbz019-_.~="))
    assume(shown[place] != other)
    with pytest.raises(BlauweKnopError):
        SD_JWT.verify(shown[:place] + other + shown[place + 1 :], fresh(), RESOLVER)


@QUICK
@given(st.text(max_size=200), st.binary(max_size=200))
def test_no_input_breaks_the_reader(text: str, data: bytes) -> None:
    for thing in (text, f"{text}~", data.decode("latin-1") + "~" + text, json.dumps(text)):
        with pytest.raises(BlauweKnopError):
            SD_JWT.verify(thing, BARE, RESOLVER)


iris = st.one_of(
    st.from_regex(r"urn:[a-z]{1,5}:[A-Za-z0-9:%/?#._-]{1,12}", fullmatch=True),
    st.from_regex(r"https://[a-z.]{1,8}(:[0-9]{1,4})?/[A-Za-z0-9/é ]{0,6}", fullmatch=True),
    texts,
)
subjects: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {"saldo": texts},
    optional={
        "id": iris,
        "omschrijving": st.one_of(texts, st.lists(texts, min_size=1, max_size=3, unique=True), st.integers(-9, 9)),
        "soort": st.sampled_from(["boete", "urn:x", "onbekend"]),
        "site": iris,
        "bron": st.fixed_dictionaries({"omschrijving": texts}, optional={"id": iris}),
        "zaken": st.lists(st.fixed_dictionaries({"saldo": texts}, optional={"id": iris}), min_size=1, max_size=3),
    },
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(subjects)
def test_a_template_never_differs_from_the_engine(subject: JsonObject) -> None:
    document = credential(credentialSubject=subject)
    try:
        canonical = CANONICALISER.canonical(document)
    except MalformedCredential:
        return
    assert canonical == by_the_engine(document)


# What might be taken for the marks by which a document's text is taken apart, or for a place to fill in.
ODD: tuple[str, ...] = (
    *("x", "", ":", '":"', '"', "],", "\\", "é", "\x7f", "\ufffe", "\x010\x01", "%s", "%", "a\nb", "boete", "onbekend"),
    *("urn:x", "urn:slot:0:", "urn:slot:1:", "https://a.b/c", "did:a:b#c", "_:b0", "urn:a%20b", "a:b", "urn:y"),
)
odd = st.sampled_from(ODD)
odd_subjects: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {"omschrijving": st.one_of(odd, st.lists(odd, min_size=1, max_size=2))},
    optional={
        "id": odd,
        "soort": odd,
        "site": odd,
        "bron": st.fixed_dictionaries({"omschrijving": odd}, optional={"id": odd}),
        "zaken": st.lists(st.fixed_dictionaries({"saldo": odd}, optional={"id": odd}), min_size=1, max_size=2),
    },
)


def with_other_leaves(value: JsonValue, data: st.DataObject) -> JsonValue:
    if isinstance(value, dict):
        return {name: with_other_leaves(item, data) for name, item in value.items()}
    if isinstance(value, list):
        return [with_other_leaves(item, data) for item in value]
    return data.draw(odd) if isinstance(value, str) and data.draw(st.booleans()) else value


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(odd_subjects, st.data())
def test_the_short_way_never_differs_from_the_long_way(subject: JsonObject, data: st.DataObject) -> None:
    contexts = bundle()
    short = Canonicaliser(contexts)
    for _ in range(4):
        document = credential(credentialSubject=with_other_leaves(subject, data))
        outcomes: list[bytes | type[BlauweKnopError]] = []
        for canonicaliser in (short, Canonicaliser(contexts)):
            try:
                outcomes.append(canonicaliser.canonical(document))
            except BlauweKnopError as error:
                outcomes.append(type(error))
        assert outcomes[0] == outcomes[1]
        if isinstance(outcomes[0], bytes):
            assert outcomes[0] == by_the_engine(document)


def of_pyld(document: JsonObject) -> bytes:
    contexts = bundle()

    def load(url: str, _options: object) -> dict[str, object]:
        return {"contextUrl": None, "documentUrl": url, "document": json.loads(contexts.document(url))}

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    return str(jsonld.normalize(document, options)).encode()


plain = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=12)


@QUICK
@given(plain, plain, st.lists(plain, min_size=1, max_size=3, unique=True))
def test_pyld_agrees(saldo: str, source: str, several: list[str]) -> None:
    document: JsonObject = {
        "@context": [CREDENTIALS_V2, CONTEXT_URL],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "Voorbeeld"],
        "issuer": "did:example:1",
        "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "5"},
        "credentialSubject": {"saldo": saldo, "omschrijving": list(several), "bron": {"omschrijving": source}},
    }
    assert CANONICALISER.canonical(document) == of_pyld(document)


@QUICK
@given(st.data())
def test_one_changed_value_of_a_document_is_noticed(data: st.DataObject) -> None:
    document = ldp().issue(ld_draft(), did_issuer_key())
    paths: list[tuple[str | int, ...]] = []

    def collect(node: JsonValue, path: tuple[str | int, ...]) -> None:
        if isinstance(node, dict):
            for name, value in node.items():
                collect(value, (*path, name))
        elif isinstance(node, list):
            for index, value in enumerate(node):
                collect(value, (*path, index))
        else:
            paths.append(path)

    collect(document, ())
    path = data.draw(st.sampled_from(paths))
    changed = json.loads(json.dumps(document))
    node: Any = changed
    for step in path[:-1]:
        node = node[step]
    value = str(node[path[-1]])
    place = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.sampled_from("AQgwbz019-_:#é\n"))
    assume(value[place] != other)
    node[path[-1]] = value[:place] + other + value[place + 1 :]
    with pytest.raises(BlauweKnopError):
        ldp().verify(changed, BARE, RESOLVER)


documents: st.SearchStrategy[JsonValue] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts, st.just(CREDENTIALS_V2)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(
                st.sampled_from(
                    ["@context", "type", "id", "proof", "credentialSubject", "issuer", "@id", "@type", "@value"]
                ),
                texts,
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents)
def test_no_document_breaks_the_reader(document: JsonValue) -> None:
    with pytest.raises(BlauweKnopError):
        ldp().verify(document, BARE, RESOLVER)  # type: ignore[arg-type]
    if isinstance(document, dict):
        wrapped: JsonObject = {**credential(), "credentialSubject": document, "extra": document}
        try:
            CANONICALISER.canonical({"@context": CREDENTIALS_V2, **document})
            CANONICALISER.canonical(wrapped)
        except BlauweKnopError:
            pass
