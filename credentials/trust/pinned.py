"""Keys of `did:web` participants from the trust list itself: no call to the issuer, and it works offline."""

from typing import Protocol, final

from credentials.keys import PublicJwk
from credentials.trust.anchors import UnknownIssuer
from credentials.trust.trust_list import TrustList


class KeyResolver(Protocol):
    """Find the public key behind a DID URL."""

    def resolve(self, verification_method: str, purpose: str) -> PublicJwk:
        """Return the key if its controller lists it under `purpose`; or raise."""
        ...


class TrustLists(Protocol):
    """Where the current trust list comes from."""

    def __call__(self) -> TrustList:
        """Return it, or raise TrustListExpired."""
        ...


@final
class PinnedKeys:
    """Resolve from the trust list's pinned keys first, and otherwise by the next resolver.

    The fragment of a pinned method is the key's Multikey or its JWK thumbprint, as `dids.web` writes them.
    """

    __slots__ = ("_next", "_trust_list")

    def __init__(self, trust_list: TrustLists, otherwise: KeyResolver) -> None:
        self._trust_list = trust_list
        self._next = otherwise

    def resolve(self, verification_method: str, purpose: str) -> PublicJwk:
        """Return the key. A method that is not pinned goes to the next resolver; `authorise` compares its key later.

        A did:web of nobody on the list is not looked up: whoever writes a token must not choose where we connect to.
        Raises UnknownIssuer for that, TrustListExpired, and what the next resolver raises.
        """
        did, _, fragment = verification_method.partition("#")
        if not did.startswith("did:web:"):
            return self._next.resolve(verification_method, purpose)
        participant = self._trust_list().find(did)
        if participant is None or participant.did != did:
            raise UnknownIssuer("this did:web is not on the trust list")
        for key in participant.keys if purpose == "assertionMethod" else ():
            if fragment in (key.multikey, key.thumbprint):
                return key
        return self._next.resolve(verification_method, purpose)
