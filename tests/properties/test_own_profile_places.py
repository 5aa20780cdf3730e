"""In our own profile nothing can be changed, moved, copied or exchanged, and the same bytes be signed."""

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any, Final

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError
from credentials.formats.ldp_vc import EXAMPLES_V2, Canonicaliser, ContextBundle
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V1, CREDENTIALS_V2

OWN: Final = Canonicaliser(ContextBundle.with_examples())
CRED: Final = "https://www.w3.org/2018/credentials#"
IRIS: Final = ["urn:a", "urn:b", "did:ex:1", "https://e.example/x", "cred:x", f"{CRED}x", "_:x"]
TYPES: Final[list[JsonValue]] = [
    "T",
    "VerifiableCredential",
    ["VerifiableCredential", "T"],
    "VerifiablePresentation",
    "urn:T",
]
SCALARS: Final = ["x", "y", "urn:a", "2026-01-01T00:00:00Z", 5, 0, True, False, "5", "true"]
CONTEXTS: Final = [CREDENTIALS_V2, [CREDENTIALS_V2, EXAMPLES_V2], CREDENTIALS_V1, EXAMPLES_V2]
NAMED: Final = ("id", "@id", "issuer", "holder")
NAMES: Final = [
    *(*NAMED, "type", "@type", "@context", "@value", "@language", "name", "description", "credentialSubject"),
    *("evidence", "termsOfUse", "credentialStatus", "validFrom", "relatedResource", "digestSRI", "statusSize"),
    *("verifiableCredential", "proof", "p", "q"),
]


class Maker:
    """Makes documents, and changes them."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._choose = self._random.choice

    def document(self) -> JsonObject:
        """Make a document of our own profile."""
        while True:
            base = self._choose([CREDENTIALS_V2, CREDENTIALS_V2, CREDENTIALS_V1])
            kind = self._choose(TYPES)
            document: JsonObject = {"@context": [base, EXAMPLES_V2], "id": "urn:root", "type": kind, **self._node(4)}
            try:
                OWN.canonical(document)
            except BlauweKnopError:
                continue
            return document

    def changed(self, document: JsonObject) -> JsonObject:
        """Change one thing; the document may stay as it is."""
        changed: Any = deepcopy(document)
        everywhere = list(places(changed))
        holder, key = self._choose(everywhere)
        match self._choose(["remove", "replace", "rename", "add", "move", "copy", "exchange"]):
            case "remove":
                del holder[key]
            case "replace":
                holder[key] = self._choose([self._value("p", 1), self._choose(IRIS), self._choose(SCALARS)])
            case "rename" if isinstance(holder, dict):
                holder[self._choose(NAMES)] = holder.pop(key)
            case "add" if isinstance(holder[key], dict):
                name = self._choose(NAMES)
                holder[key].setdefault(name, self._value(name, 1))
            case "move" | "copy" as how if isinstance(holder, dict):
                target = self._choose([changed, *(item for at, to in everywhere if isinstance(item := at[to], dict))])
                target.setdefault(key, deepcopy(holder[key]))
                if how == "move" and target is not holder:
                    del holder[key]
            case "exchange":
                other, at = self._choose(everywhere)
                first, second = deepcopy(holder[key]), deepcopy(other[at])
                holder[key] = second
                other[at] = first
            case _:
                pass
        return changed  # type: ignore[no-any-return]

    def _node(self, depth: int) -> JsonObject:
        names = self._random.sample(NAMES, self._choose([1, 2, 3]))
        return {name: self._value(name, depth - 1) for name in names}

    def _value(self, name: str, depth: int) -> Any:
        if name in NAMED and (depth <= 0 or self._choose([True, False])):
            return self._choose(IRIS)
        if name in ("type", "@type"):
            return self._choose(TYPES)
        if name == "@context":
            return self._choose(CONTEXTS)
        if name == "@language":
            return self._choose(["en", "NL"])
        if depth <= 0:
            return self._choose(SCALARS)
        several = [self._value(name, depth - 1) for _ in range(self._choose([1, 2]))]
        return self._choose(
            [self._choose(SCALARS), self._choose(SCALARS), self._node(depth), self._node(depth), several]
        )


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Give every place of a document but its contexts."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in members:
        if key != "@context":
            yield value, key
            yield from places(item)


def one_spelling(value: Any) -> Any:
    """Write alike what means the same in any document: keywords, prefixes, sets, labels of blank nodes, references."""
    if isinstance(value, list):
        items = sorted((one_spelling(item) for item in value), key=json.dumps)
        return items[0] if len(items) == 1 else items
    if isinstance(value, str):
        return value.replace("cred:", CRED)
    if not isinstance(value, dict):
        return value
    node: dict[str, Any] = {}
    for key, item in value.items():
        plain = {"@id": "id", "@type": "type"}.get(key, str(key))
        if plain != "@context" and not (plain == "id" and str(item)[:2] == "_:"):
            # The case of a language tag says nothing (RFC 5646 section 2.1.1).
            node[plain] = item.lower() if plain == "@language" and isinstance(item, str) else one_spelling(item)
    only = str(next(iter(node))) if len(node) == 1 else ""
    return node[only] if only in ("@value", "id") else node


def text(document: JsonObject) -> str:
    return json.dumps(one_spelling(document), sort_keys=True)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_to_a_document_is_signed_or_refused(seed: int) -> None:
    maker = Maker(seed)
    taken = 0
    for _ in range(200):
        document = maker.document()
        signed = OWN.canonical(document)
        for _ in range(8):
            changed = maker.changed(document)
            try:
                other = OWN.canonical(changed)
            except BlauweKnopError:
                continue
            taken += 1
            assert other != signed or text(changed) == text(document), (document, changed)
    assert taken > 200
