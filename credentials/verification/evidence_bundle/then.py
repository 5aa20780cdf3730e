"""The verifier of a moment that has the documents of then, and fetches nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from credentials.clock import Clock, FixedClock
from credentials.dids import Fetch, Resolver
from credentials.errors import Unavailable
from credentials.formats.registry import FormatRegistry
from credentials.status import StatusChecker
from credentials.trust import TrustList
from credentials.verification.evidence_bundle.examining import VerifierThen
from credentials.verification.verifier import Verifier

FormatsWith: TypeAlias = Callable[[Fetch, TrustList, Clock], FormatRegistry]
"""Make the formats that read keys which issuers of this list published, where `fetch` has them."""


def verifiers_then(formats_with: FormatsWith) -> VerifierThen:
    """Return what makes the verifier of a moment, for credentials in these formats."""

    def verifier_then(moment: datetime, trust_list: TrustList, documents: Mapping[str, bytes]) -> Verifier:
        def fetch(address: str, accept: str) -> bytes:
            del accept
            if address not in documents:
                raise Unavailable("the document is not in the bundle")
            return documents[address]

        clock = FixedClock(moment)
        # Nothing is fetched: whether an address is one that may be asked was seen to when it was.
        resolver = Resolver(fetch, allow_insecure_localhost=True, clock=clock)
        formats = formats_with(fetch, trust_list, clock)
        return Verifier(formats, lambda: trust_list, resolver, StatusChecker(fetch, clock), clock)

    return verifier_then
