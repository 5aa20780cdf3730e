"""The statements of a document, from whatever turns JSON-LD into RDF."""

from credentials.encoding import JsonObject, JsonValue, json_compact
from credentials.formats.ldp_vc.canonical import Canonicaliser
from credentials.formats.ldp_vc.engine import expanded, to_nquads
from credentials.formats.ldp_vc.rdf import Quad, parse


def quads_of(document: JsonObject, canonicaliser: Canonicaliser) -> list[Quad]:
    """Return the document's quads. Raises what the canonicaliser raises."""
    contexts = document.get("@context")
    written: list[JsonValue] = [
        canonicaliser.bundle.context(each) if isinstance(each, str) else each
        for each in (contexts if isinstance(contexts, list) else [contexts])
    ]
    return parse(to_nquads(expanded(json_compact({**document, "@context": written}))))
