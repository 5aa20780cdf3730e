"""The statements of a document as they are signed, and which of them are mandatory (DI-ECDSA 3.4.4 and 3.4.16)."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from credentials.encoding import JsonObject, b64url_encode
from credentials.formats.ldp_vc.canonical import Canonicaliser
from credentials.formats.ldp_vc.rdf import Quad, serialise
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.statements import Statements


@dataclass(frozen=True, slots=True)
class Groups:
    """`lines` are the statements, sorted, each ended by its line feed; `mandatory` those that everyone shall see.

    `labels` are the names of the blank nodes in these lines, by their labels in `statements`.
    """

    statements: Statements
    labels: Mapping[str, str]
    lines: Sequence[str]
    mandatory: frozenset[str]

    @classmethod
    def of(
        cls, document: JsonObject, pointers: Sequence[str], hmac_key: bytes, canonicaliser: Canonicaliser
    ) -> "Groups":
        """Canonicalise a document and group its statements.

        Raises InvalidProof with PROOF_GENERATION_ERROR for a pointer that matches nothing, or what the canonicaliser
        raises.
        """
        statements = Statements.of(document, canonicaliser.quads)
        labels = hidden(statements.issued, hmac_key)
        mandatory = frozenset(lines_of(statements.part(pointers), labels))
        return cls(statements, labels, lines_of(statements.quads, labels), mandatory)

    @property
    def mandatory_lines(self) -> list[str]:
        """The mandatory statements, in order."""
        return [line for line in self.lines if line in self.mandatory]

    @property
    def others(self) -> list[str]:
        """The statements that are not mandatory, in order: each is signed by itself."""
        return [line for line in self.lines if line not in self.mandatory]


def hidden(issued: Mapping[str, str], hmac_key: bytes) -> dict[str, str]:
    """Give nodes labels that do not tell what else the document holds (section 3.4.4).

    A canonical label counts the nodes before it; its HMAC with SHA-256 does not.
    """
    return {
        node: f"u{b64url_encode(hmac.digest(hmac_key, label.encode(), 'sha256'))}" for node, label in issued.items()
    }


def lines_of(quads: Iterable[Quad], labels: Mapping[str, str]) -> list[str]:
    """Write statements with these labels for their nodes, sorted, each with its line feed."""
    names = {f"_:{node}": f"_:{label}" for node, label in labels.items()}
    return sorted([serialise([(names.get(s, s), p, names.get(o, o), names.get(g, g))]) for s, p, o, g in quads])
