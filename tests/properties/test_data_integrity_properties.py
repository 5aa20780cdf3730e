"""Whatever is changed in a signed document, its proof holds no longer, and only a refusal of ours comes of it."""

import copy
from collections.abc import Iterator
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, Profile
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V2, DATA_INTEGRITY_V2
from tests.unit.data_integrity.proof_samples import CANONICALISER, key, proofs_of, signed, verified

ANY: Final = Canonicaliser(ContextBundle.with_examples(narrow=False), profile=Profile.ANY)
Place = tuple[str | int, ...]


def places(value: JsonValue, path: Place = ()) -> Iterator[Place]:
    if path:
        yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in members:
        yield from places(inner, (*path, name))


def chained(suite: str) -> JsonObject:
    document = signed(key("one"), cryptosuite=suite, proof_id="urn:uuid:a", domain=["x", "y"], challenge="c")
    return signed(key("two"), document=document, cryptosuite=suite, previous_proof=["urn:uuid:a"], nonce="n")


DOCUMENTS: Final = [chained("eddsa-rdfc-2022"), chained("eddsa-jcs-2022"), signed(cryptosuite="Ed25519Signature2020")]
CHANGES: Final = [(number, path) for number, document in enumerate(DOCUMENTS) for path in places(document)]

scalars = st.none() | st.booleans() | st.integers(-10, 1 << 70) | st.floats() | st.text(max_size=8)
names = st.text(max_size=3) | st.sampled_from(["@context", "@id", "id", "@type", "type", "@value", "@graph", "proof"])
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3))


def with_change(document: JsonObject, path: Place, value: JsonValue, *, drop: bool) -> JsonObject:
    changed: Any = copy.deepcopy(document)
    parent = changed
    for name in path[:-1]:
        parent = parent[name]
    if drop:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return changed  # type: ignore[no-any-return]


def means_the_same(number: int, path: Place, *, drop: bool) -> bool:
    """Say whether a part may go: the last proof of a chain, and the context of a proof, which is known without it."""
    return (drop and path == ("proof", 1)) if number < 2 else path == ("@context", 2)


@pytest.mark.parametrize("canonicaliser", [CANONICALISER, ANY], ids=["own", "any"])
@settings(max_examples=120, deadline=None)
@given(st.sampled_from(CHANGES), values, st.booleans())
def test_what_was_changed_does_not_hold(
    canonicaliser: Canonicaliser, change: tuple[int, Place], value: JsonValue, drop: bool
) -> None:
    number, path = change
    changed = with_change(DOCUMENTS[number], path, value, drop=drop)
    try:
        verified(changed, canonicaliser=canonicaliser)
    except BlauweKnopError:
        return
    assert changed == DOCUMENTS[number] or means_the_same(number, path, drop=drop)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(names, values, max_size=5), values)
def test_documents_and_proofs_of_any_kind_are_refused_in_our_own_words(members: JsonObject, proof: JsonValue) -> None:
    contexts: JsonValue = [CREDENTIALS_V2, DATA_INTEGRITY_V2]
    for document in (
        members,
        {**members, "proof": proof},
        {"@context": contexts, **members, "proof": {**proofs_of(DOCUMENTS[0])[0], **members}},
        {"@context": contexts, **members, "proof": [proof, *proofs_of(DOCUMENTS[0])]},
    ):
        for canonicaliser in (CANONICALISER, ANY):
            with pytest.raises(BlauweKnopError):
                verified(document, canonicaliser=canonicaliser)
