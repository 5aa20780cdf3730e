"""RDF Dataset Canonicalization 1.0 of JSON-LD documents: in safe mode, with limits, and fast for known structures.

The long way of a document: the profile is checked, the JSON-LD processor states its facts in safe mode, and these are
canonicalised. The short way is for documents whose structure has been seen before: the `plan` of that structure fills
their strings into lines that are known already. Where anything is in doubt the long way is taken, never a guess.
"""

import sys
from dataclasses import asdict, replace
from enum import StrEnum
from typing import Final, final

from credentials.encoding import JsonObject, JsonValue, json_compact
from credentials.errors import ConfigurationError, LimitExceeded
from credentials.formats.ldp_vc.contexts import ContextBundle
from credentials.formats.ldp_vc.jsonld import JsonLdLimits, Processor
from credentials.formats.ldp_vc.kept import Kept
from credentials.formats.ldp_vc.leaves import json_text, take_apart
from credentials.formats.ldp_vc.limits import DocumentLimits
from credentials.formats.ldp_vc.own_profile import check_profile
from credentials.formats.ldp_vc.plan import Plan
from credentials.formats.ldp_vc.rdf import HASHES, Quad, canonicalise
from credentials.formats.ldp_vc.safety import UnsafeDocument
from credentials.formats.ldp_vc.single_places import check_single_places
from credentials.formats.ldp_vc.worker import Worker

_JOBS: Final = {"sha256": b"C", "sha384": b"D"}
_PLANS_KEPT: Final = 256
_SEEN_KEPT: Final = 1024
_HASHES_KEPT: Final = 1024
# In characters: a plan takes some 25 times as much as its structure.
_STRUCTURES_KEPT: Final = 1 << 20
_OPTIONS_KEPT: Final = 1 << 20


class Profile(StrEnum):
    """Which documents are taken: those of our own narrow profile, or any that safe mode can sign over as a whole."""

    OWN = "own"
    ANY = "any"


@final
class Canonicaliser:
    """Canonicalise documents against one bundle of contexts."""

    def __init__(
        self, bundle: ContextBundle, limits: DocumentLimits | None = None, profile: Profile = Profile.OWN
    ) -> None:
        if profile is Profile.OWN and not bundle.narrow:
            raise ConfigurationError("our own profile needs a bundle of contexts that were checked for it")
        self.bundle = bundle
        self.profile = profile
        self._limits = limits or DocumentLimits()
        self._processor = Processor(
            self._load, limits=JsonLdLimits(max_depth=self._limits.max_depth, max_values=self._limits.max_values)
        )
        self._worker = Worker(self._limits.seconds, self._setting)
        self._seen: Kept[int, bool] = Kept(_SEEN_KEPT)
        self._plans: Kept[bytes, Plan | None] = Kept(_PLANS_KEPT, _STRUCTURES_KEPT, len)
        self._small: Kept[bytes, bytes] = Kept(_HASHES_KEPT, _OPTIONS_KEPT, len)

    def canonical(self, document: JsonObject, hash_name: str = "sha256") -> bytes:
        """Return the canonical N-Quads, one line per fact.

        Raises UnsafeDocument, UnknownContext, LimitExceeded, or MalformedCredential.
        """
        text = json_text(document)
        return self._short_way(text, hash_name) or self._long_way(document, text, hash_name)

    def quads(self, document: JsonObject) -> list[Quad]:
        """Return the facts as quads, their blank nodes with labels of no meaning. Raises as `canonical`."""
        return self._facts(document)

    def digest(self, document: JsonObject, hash_name: str = "sha256") -> bytes:
        """Return the hash of the canonical N-Quads. Raises as `canonical`."""
        digest: bytes = HASHES[hash_name](self.canonical(document, hash_name)).digest()
        return digest

    def digest_of_options(self, options: JsonObject, hash_name: str) -> bytes:
        """Return the hash of a proof configuration, kept for the next proof with the same options."""
        return self._small.get(hash_name.encode() + json_text(options), lambda: self.digest(options, hash_name))

    def close(self) -> None:
        """End the worker process, if one was needed."""
        self._worker.close()

    def _short_way(self, text: bytes, hash_name: str) -> bytes | None:
        # The plans take it that an IRI, once filled in, means itself.
        possible = self.bundle.whole_iris and len(text) <= self._limits.max_characters
        parts = take_apart(text) if possible else None
        if parts is None:
            return None
        structure = parts.structure
        if structure not in self._plans:
            # A structure that is seen once is not worth a plan.
            mark = hash(structure)
            if mark not in self._seen:
                self._seen.get(mark, lambda: True)
                return None
        own = self.profile is Profile.OWN
        plan = self._plans.get(structure, lambda: Plan.of(text, parts, self._facts, own=own))
        return plan.canonical(text, parts.leaves, hash_name) if plan else None

    def _long_way(self, document: JsonObject, text: bytes, hash_name: str) -> bytes:
        if text.count(b":") + text.count(b",") > self._limits.quick_values:
            return self._worker.run(_JOBS[hash_name], text)
        quads = self._facts(document)
        canonical = canonicalise(quads, hash_name=hash_name)
        if len(canonical.labels) > self._limits.max_blank_nodes:
            raise LimitExceeded(f"the document has more than {self._limits.max_blank_nodes} nodes without a name")
        return "\n".join((*canonical.lines, "")).encode("utf-8")

    def _facts(self, document: JsonObject) -> list[Quad]:
        own = self.profile is Profile.OWN
        if own:
            check_profile(document, self.bundle, self._limits)
        # JSON-LD 1.1 API section 8.1.1: without this, the direction of a text would go unsigned; issuers write it so.
        quads = self._processor.to_quads(
            document, safe=True, rdf_direction="i18n-datatype", distinct=not own, kinds=own
        )
        if own:
            if len(set(quads)) != len(quads):
                # A copy would be signed as one and read as two.
                raise UnsafeDocument("the document states one fact twice")
            check_single_places(quads)
        if len(quads) > self._limits.max_quads:
            raise LimitExceeded(f"the document states more than {self._limits.max_quads} facts")
        return quads

    def _load(self, url: str) -> JsonValue:
        return {"@context": self.bundle.context(url)}

    def _setting(self) -> bytes:
        """Say to the worker what this canonicaliser is; there no document is too large for the long way."""
        contexts = {url: self.bundle.document(url).decode("utf-8") for url in self.bundle.urls()}
        limits = asdict(replace(self._limits, quick_values=sys.maxsize))
        return json_compact({"profile": self.profile.value, "contexts": contexts, "limits": limits})
