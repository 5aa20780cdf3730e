"""Why a DID does not resolve, in the codes of the did:key method (2024) and of DID Core 1.0 section 7."""

from enum import StrEnum
from typing import Final, final

from credentials.dids.did import UnresolvableDid


@final
class DidProblem(StrEnum):
    """The `error` of resolution or dereferencing metadata."""

    INVALID_DID = "invalidDid"
    INVALID_DID_URL = "invalidDidUrl"
    METHOD_NOT_SUPPORTED = "methodNotSupported"
    NOT_FOUND = "notFound"
    INVALID_DID_DOCUMENT = "invalidDidDocument"
    INVALID_PUBLIC_KEY = "invalidPublicKey"
    INVALID_PUBLIC_KEY_LENGTH = "invalidPublicKeyLength"
    INVALID_PUBLIC_KEY_TYPE = "invalidPublicKeyType"
    UNSUPPORTED_PUBLIC_KEY_TYPE = "unsupportedPublicKeyType"


_HTTP: Final = {DidProblem.NOT_FOUND: 404, DidProblem.METHOD_NOT_SUPPORTED: 501, DidProblem.INVALID_DID_DOCUMENT: 502}


class Unresolved(UnresolvableDid):
    """A DID or DID URL that has no document or no such method. `problem` is the specification's code for why."""

    code = "unresolved_did"

    def __init__(self, problem: DidProblem, detail: str = "") -> None:
        self.problem = problem
        super().__init__(detail)


def http_status(problem: DidProblem) -> int:
    """Return the HTTP status of an answer that bears this error (DID Resolution, HTTPS binding)."""
    return _HTTP.get(problem, 400)
