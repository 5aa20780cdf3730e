"""From a DID URL to a public key, by method."""

from typing import Final, final

from credentials.clock import Clock
from credentials.dids.did import PURPOSES, DidUrl, Fetch, UnresolvableDid
from credentials.dids.jwk import resolve_jwk
from credentials.dids.key import resolve_key
from credentials.dids.web import resolve_web
from credentials.keys import PublicJwk

METHODS: Final = ("key", "jwk", "web")


def resolve(
    did_url: str,
    purpose: str = "assertionMethod",
    fetch: Fetch | None = None,
    *,
    allow_insecure_localhost: bool = False,
    clock: Clock | None = None,
) -> PublicJwk:
    """Return the key behind a DID URL if it may be used for `purpose`.

    Without `fetch` only did:key and did:jwk resolve. Raises UnresolvableDid, and what `fetch` raises.
    """
    url = DidUrl.parse(did_url)
    if purpose not in PURPOSES:
        raise UnresolvableDid("not a purpose that signatures are made for")
    match url.did.method:
        case "key":
            return resolve_key(url)
        case "jwk":
            return resolve_jwk(url)
        case "web" if fetch is not None:
            now = clock.now() if clock else None
            return resolve_web(url, purpose, fetch, allow_insecure_localhost=allow_insecure_localhost, now=now)
        case "web":
            raise UnresolvableDid("a did:web cannot be looked up here: nothing may be fetched")
        case _:
            raise UnresolvableDid("a DID method that we do not take")


@final
class Resolver:
    """The key resolver that formats and proofs are given (`formats.base.KeyResolver`)."""

    __slots__ = ("_allow_insecure_localhost", "_clock", "_fetch")

    def __init__(
        self, fetch: Fetch | None = None, *, allow_insecure_localhost: bool = False, clock: Clock | None = None
    ) -> None:
        self._fetch = fetch
        self._allow_insecure_localhost = allow_insecure_localhost
        self._clock = clock

    def resolve(self, verification_method: str, purpose: str) -> PublicJwk:
        """Return the key if its DID lists it under `purpose`. Raises UnresolvableDid, and what `fetch` raises."""
        return resolve(
            verification_method,
            purpose,
            self._fetch,
            allow_insecure_localhost=self._allow_insecure_localhost,
            clock=self._clock,
        )
