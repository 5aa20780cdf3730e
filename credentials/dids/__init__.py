"""Decentralised identifiers: `did:key` and `did:jwk`, which are their own document, and `did:web`, which is fetched."""

from credentials.dids.did import Did, DidUrl, Fetch, UnresolvableDid
from credentials.dids.document import find_key
from credentials.dids.documents import ResolutionOptions
from credentials.dids.jwk import did_jwk
from credentials.dids.key import did_key
from credentials.dids.problems import DidProblem, Unresolved
from credentials.dids.resolution import ResolutionResult, did_document, resolve_did
from credentials.dids.resolver import Resolver, resolve
from credentials.dids.web import did_web, did_web_document, did_web_url, json_web_key, verification_method

__all__ = [
    "Did",
    "DidProblem",
    "DidUrl",
    "Fetch",
    "ResolutionOptions",
    "ResolutionResult",
    "Resolver",
    "UnresolvableDid",
    "Unresolved",
    "did_document",
    "did_jwk",
    "did_key",
    "did_web",
    "did_web_document",
    "did_web_url",
    "find_key",
    "json_web_key",
    "resolve",
    "resolve_did",
    "verification_method",
]
