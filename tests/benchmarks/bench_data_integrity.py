"""Data Integrity over canonical RDF: ours beside PyLD, and beside nothing but the cryptography.

*Own shape* is an overview of debts as an agency issues it, whose structure is known after the second one. *Any
credential* is the same with a number in it that is another one each time: numbers belong to the structure, so every
document is new, and takes the general way.
"""

import hashlib
import json
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Final

from pyld import jsonld

from credentials.debts.claims import from_jsonld, to_jsonld
from credentials.debts.types import CONTEXT_URL, OVERVIEW_TYPE, TYPE_TERMS, context_document
from credentials.encoding import JsonObject
from credentials.formats import IssuerKey, Vocabulary
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, LdpVc, Profile, sign_document, verify_document
from credentials.keys import Signer, verify_signature
from tests.benchmarks.samples import OVERVIEW
from tests.benchmarks.timing import Row, in_turns
from tests.unit.formats.format_samples import NOW, RESOLVER, did_issuer_key, ld_draft

BARE: Final = "hash and Ed25519"
ENOUGH: Final = 8_000


def measure() -> list[Row]:
    """Measure, interleaving ours and the peer's."""
    contexts, key = ContextBundle({CONTEXT_URL: context_document()}), did_issuer_key()
    vocabulary = Vocabulary(
        OVERVIEW_TYPE,
        TYPE_TERMS[OVERVIEW_TYPE],
        CONTEXT_URL,
        partial(to_jsonld, OVERVIEW_TYPE),
        partial(from_jsonld, OVERVIEW_TYPE),
    )
    own = LdpVc(contexts, [vocabulary])
    document = own.issue(ld_draft(type=OVERVIEW_TYPE, claims=OVERVIEW), key)
    unsigned: JsonObject = {name: value for name, value in document.items() if name != "proof"}
    peers = _Peers(key.signer, document, own.canonicaliser.canonical(unsigned), _hashes_by_pyld(contexts))
    return [
        *_own_shape(own.canonicaliser, document, unsigned, key, peers),
        *_any_credential(contexts, unsigned, key, peers),
        in_turns(
            None,
            "canonicalise, contexts never read before",
            lambda: Canonicaliser(contexts).canonical(unsigned),
            "PyLD",
            lambda: jsonld.normalize(unsigned, _options(contexts)),
        ),
    ]


class _Peers:
    """The same work by PyLD, and by the cryptography alone, which hashes the text that somebody else has made."""

    def __init__(
        self, signer: Signer, document: JsonObject, text: bytes, hashes: Callable[[JsonObject], bytes]
    ) -> None:
        self.signer, self.document, self.text, self.hashes = signer, document, text, hashes
        self.digest = hashes(document)
        self.signature = signer.sign(self.digest)

    def issue(self) -> object:
        return self.signer.sign(self.hashes(self.document))

    def verify(self) -> object:
        return verify_signature(self.signer.public_jwk, self.hashes(self.document), self.signature)

    def bare_issue(self) -> object:
        return self.signer.sign(hashlib.sha256(self.text).digest() * 2)

    def bare_verify(self) -> object:
        hashlib.sha256(self.text).digest()
        return verify_signature(self.signer.public_jwk, self.digest, self.signature)


def _own_shape(
    canonicaliser: Canonicaliser, document: JsonObject, unsigned: JsonObject, key: IssuerKey, peers: _Peers
) -> list[Row]:
    def issue() -> object:
        method = key.verification_method or ""
        return sign_document(unsigned, key.signer, method, canonicaliser=canonicaliser, created=NOW)

    def verify() -> object:
        return verify_document(document, RESOLVER, canonicaliser=canonicaliser, now=NOW)

    name, work = "eddsa_rdfc_2022", "eddsa-rdfc-2022 {}, own shape"
    return [
        in_turns(f"{name}_issue", work.format("issue"), issue, "PyLD", peers.issue, target="40x"),
        in_turns(f"{name}_issue_vs_bare", work.format("issue"), issue, BARE, peers.bare_issue, target=">= 0.40"),
        in_turns(f"{name}_verify", work.format("verify"), verify, "PyLD", peers.verify, target="20x"),
        in_turns(f"{name}_verify_vs_bare", work.format("verify"), verify, BARE, peers.bare_verify, target=">= 0.45"),
    ]


def _any_credential(contexts: ContextBundle, unsigned: JsonObject, key: IssuerKey, peers: _Peers) -> list[Row]:
    # The verifier has seen none of them before: what comes twice would get a plan of its own.
    issuing, verifying = (Canonicaliser(contexts, profile=Profile.ANY) for _ in range(2))
    numbers = count(1)
    issued: list[JsonObject] = []

    def issue() -> JsonObject:
        method = key.verification_method or ""
        document: JsonObject = {**unsigned, "description": next(numbers)}
        return sign_document(document, key.signer, method, canonicaliser=issuing, created=NOW)

    def verify() -> object:
        return verify_document(issued.pop(), RESOLVER, canonicaliser=verifying, now=NOW)

    name, work = "rdfc_generic", "eddsa-rdfc-2022 {}, any credential"
    rows = [
        in_turns(f"{name}_issue", work.format("issue"), issue, "PyLD", peers.issue, target="2.5x"),
        in_turns(f"{name}_issue_vs_bare", work.format("issue"), issue, BARE, peers.bare_issue, target=">= 0.25"),
    ]
    # As many as no machine verifies in the time of these rows; each is verified once.
    issued += [issue() for _ in range(ENOUGH)]
    return [
        *rows,
        in_turns(f"{name}_verify", work.format("verify"), verify, "PyLD", peers.verify, target="2.5x"),
        in_turns(f"{name}_verify_vs_bare", work.format("verify"), verify, BARE, peers.bare_verify, target=">= 0.25"),
    ]


def _options(contexts: ContextBundle) -> dict[str, object]:
    return {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": lambda url, _: {
            "contextUrl": None,
            "documentUrl": url,
            "document": json.loads(contexts.document(url)),
        },
    }


def _hashes_by_pyld(contexts: ContextBundle) -> Callable[[JsonObject], bytes]:
    options = _options(contexts)

    def hashes(document: JsonObject) -> bytes:
        proof = document["proof"]
        assert isinstance(proof, dict)
        configuration = {"@context": document["@context"]} | {
            name: value for name, value in proof.items() if name != "proofValue"
        }
        bare = {name: value for name, value in document.items() if name != "proof"}
        return b"".join(
            hashlib.sha256(str(jsonld.normalize(each, options)).encode()).digest() for each in (configuration, bare)
        )

    return hashes
