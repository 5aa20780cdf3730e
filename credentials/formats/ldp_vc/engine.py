"""The generic engine: JSON-LD with its contexts written in, to N-Quads.

pyoxigraph does the work. It applies only the last of several contexts that a node's types bring along (JSON-LD 1.1 API
section 5.1.2, step 11 wants all of them, in the order of the types' names), so such documents are expanded by PyLD
first. Neither fetches anything: whatever context is not written in is refused before it gets here.
"""

import json
from typing import Final, NoReturn

import pyoxigraph

from credentials.encoding import JsonObject
from credentials.formats.base import MalformedCredential

_OPTIONS: Final[JsonObject] = {"base": "", "processingMode": "json-ld-1.1"}


def to_nquads(data: bytes) -> str:
    """Return N-Quads with whatever blank node labels. Raises MalformedCredential."""
    try:
        quads = pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.JSON_LD)
        written = pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS) or b""
        return written.decode("utf-8")
    except (SyntaxError, ValueError) as error:
        # The engine's message may quote the document.
        raise MalformedCredential("the document is not valid JSON-LD") from error


def expanded(data: bytes) -> bytes:
    """Return the document without its contexts, every term spelled out. Raises MalformedCredential."""
    from pyld import jsonld  # noqa: PLC0415  # slow to load and seldom needed

    try:
        return json.dumps(jsonld.expand(json.loads(data), {**_OPTIONS, "documentLoader": _refuse})).encode("utf-8")
    except (jsonld.JsonLdError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise MalformedCredential("the document is not valid JSON-LD") from error


def _refuse(url: str, options: object) -> NoReturn:
    del url, options
    raise ValueError("nothing is fetched")
