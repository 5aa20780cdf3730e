"""Whatever the document and whatever is shown of it: it verifies, and what was not asked for is not there."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc import Canonicaliser
from credentials.formats.ldp_vc.canonical import Profile
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V2
from credentials.formats.ldp_vc.suites.cryptosuite import ProofRequest
from tests.unit.ecdsa_sd.sd_samples import CANONICALISER, HOLDER, ISSUER, SUITE, options, split

ANY = Canonicaliser(CANONICALISER.bundle, profile=Profile.ANY)
CONTEXT: list[JsonValue] = [CREDENTIALS_V2, {"@vocab": "https://e.example/vocabulary#"}]
# Few names and few values: many nodes look alike, and some are the same but for where they stand.
NAMES = st.sampled_from(["a", "b", "c~d"])
LEAVES = st.sampled_from(["x", "y", 1, True])
NODES: st.SearchStrategy[Any] = st.recursive(
    st.dictionaries(NAMES, LEAVES, min_size=1, max_size=3),
    lambda inner: st.dictionaries(NAMES, LEAVES | inner | st.lists(inner, min_size=1, max_size=3), min_size=1),
    max_leaves=8,
)


def pointers_of(value: JsonValue, at: str = "") -> list[str]:
    if isinstance(value, dict):
        items = [(name.replace("~", "~0"), item) for name, item in value.items() if name != "@context"]
    else:
        items = [(str(place), item) for place, item in enumerate(value)] if isinstance(value, list) else []
    return [at, *[each for name, item in items for each in pointers_of(item, f"{at}/{name}")]]


def numbered(value: Any, count: list[int]) -> JsonValue:
    """The same tree with a number in each leaf, to see which of them are shown."""
    if isinstance(value, dict):
        return {name: numbered(item, count) for name, item in value.items()}
    if isinstance(value, list):
        return [numbered(item, count) for item in value]
    count[0] += 1
    return f"leaf-{count[0]}-"


@settings(max_examples=60, deadline=None)
@given(NODES, st.data())
def test_any_part_can_be_shown(subject: Any, data: st.DataObject) -> None:
    document: JsonObject = {
        "@context": CONTEXT,
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "credentialSubject": subject,
    }
    pointers = st.sampled_from(pointers_of(document))
    mandatory = tuple(data.draw(st.lists(pointers, max_size=2)))
    chosen = tuple(data.draw(st.lists(pointers, min_size=1, max_size=3)))
    value = SUITE.create(document, options(), ISSUER, ANY, ProofRequest(mandatory))
    proof: JsonObject = {**options(), "proofValue": value}
    HOLDER.verify(document, proof, ISSUER.public_jwk, ANY)
    shown = SUITE.derive(document, proof, chosen, ANY)
    SUITE.verify(*split(shown), ISSUER.public_jwk, ANY)


@settings(max_examples=60, deadline=None)
@given(NODES, st.data())
def test_nothing_else_is_shown(subject: Any, data: st.DataObject) -> None:
    document: JsonObject = {
        "@context": CONTEXT,
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "credentialSubject": numbered(subject, [0]),
    }
    pointer = data.draw(st.sampled_from(pointers_of(document["credentialSubject"], "/credentialSubject")))
    proof: JsonObject = {**options(), "proofValue": SUITE.create(document, options(), ISSUER, ANY, ProofRequest())}
    shown = SUITE.derive(document, proof, (pointer,), ANY)
    selected: Any = document
    for step in pointer.split("/")[1:]:
        selected = selected[int(step)] if isinstance(selected, list) else selected[step.replace("~0", "~")]
    assert json.dumps(shown).count("leaf-") == json.dumps(selected).count("leaf-")
    SUITE.verify(*split(shown), ISSUER.public_jwk, ANY)
