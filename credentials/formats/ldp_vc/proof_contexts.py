"""Context injection: a document that gets a proof must say what the proof's terms mean (Data Integrity 1.0, 2.4.2)."""

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc.contexts import ContextBundle
from credentials.formats.ldp_vc.suites import Cryptosuite


def with_proof_terms(document: JsonObject, suite: Cryptosuite, bundle: ContextBundle) -> JsonObject:
    """Return the document with the suite's context appended, or itself where its contexts define the proof's type.

    A document without any context is plain JSON and stays so.
    """
    contexts = document.get("@context")
    if contexts is None:
        return document
    listed = contexts if isinstance(contexts, list) else [contexts]
    if any(_defines(each, suite, bundle) for each in listed):
        return document
    return {**document, "@context": [*listed, suite.context]}


def _defines(context: JsonValue, suite: Cryptosuite, bundle: ContextBundle) -> bool:
    if isinstance(context, str):
        if context == suite.context:
            return True
        if context not in bundle:
            return False
        context = bundle.context(context)
    if isinstance(context, list):
        return any(_defines(each, suite, bundle) for each in context)
    if not isinstance(context, dict):
        return False
    definition = context.get(suite.proof_type)
    # A name for the type alone says nothing of the members of such a proof.
    return isinstance(definition, dict) and "@context" in definition
