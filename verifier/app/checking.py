"""How loose files are checked: as of now, as of their own moment, and as of then."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from credentials.clock import Clock, FixedClock
from credentials.dids import Fetch, Resolver
from credentials.errors import Unavailable
from credentials.formats import FormatRegistry
from credentials.formats.issuer_key import IssuerMetadata
from credentials.keys import PublicJwk
from credentials.status import StatusChecker
from credentials.trust import TrustList, publishes_keys
from credentials.verification import Verifier
from credentials.verification.evidence_bundle import verifiers_then
from verifier.app.secured import formats
from verifier.usecases.check_file import CheckFile


def check_file_of(
    known: FormatRegistry, scheme: Callable[[], TrustList], root: PublicJwk, verifier: Verifier, clock: Clock
) -> CheckFile:
    """Return what checks a file; `verifier` is the one that checks answers, with these formats."""
    return CheckFile(
        scheme, root, known, verifier, partial(_as_of, known, scheme), verifiers_then(_formats_with), clock
    )


def _as_of(
    known: FormatRegistry, scheme: Callable[[], TrustList], moment: datetime, lists: Mapping[str, bytes]
) -> Verifier:
    """Return the verifier of a moment that has these status lists and fetches nothing."""

    def fetch(uri: str, _accept: str) -> bytes:
        if uri not in lists:
            raise Unavailable("the list is not in the document")
        return lists[uri]

    at = FixedClock(moment)
    return Verifier(known, scheme, Resolver(), StatusChecker(fetch, at), at)


def _formats_with(fetch: Fetch, trust_list: TrustList, clock: Clock) -> FormatRegistry:
    # Nothing is fetched by it: the addresses are those that were asked then.
    allowed = partial(publishes_keys, trust_list)
    return formats(IssuerMetadata(fetch, clock, allowed=allowed, allow_insecure_localhost=True))
