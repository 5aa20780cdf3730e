"""Take a DPoP proof once (RFC 9449 section 11.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from credentials.clock import Clock
from credentials.keys import Algorithm
from credentials.openid.dpop import dpop_refusal, verify_dpop_proof
from credentials.openid.errors import DPOP
from credentials.openid.token import AccessToken
from issuer.ports import Store

ALGORITHMS: Final = (Algorithm.ES256,)


@dataclass(frozen=True, slots=True)
class TakeDpopProof:
    """Check a proof for one of our endpoints and note that it was used.

    `proofs` are the values of the request's `DPoP` header fields.
    """

    store: Store
    clock: Clock
    base_url: str

    def at_authorization_server(self, proofs: Sequence[str], *, method: str, path: str) -> str | None:
        """Return the thumbprint of the proven key; None when there is no proof. Raises InvalidDpopProof."""
        return self._taken(proofs, method, path, None) if proofs else None

    def at_resource(self, proofs: Sequence[str], access: AccessToken, *, method: str, path: str) -> str | None:
        """Return the thumbprint of the key proven beside a DPoP token; None beside a bearer token.

        Raises DpopProofRefused.
        """
        return self._taken(proofs, method, path, access.value.reveal()) if access.scheme == DPOP else None

    def _taken(self, proofs: Sequence[str], method: str, path: str, access_token: str | None) -> str:
        refused = dpop_refusal(ALGORITHMS, at_resource=access_token is not None)
        # Section 4.3, point 1: not more than one.
        if len(proofs) != 1:
            raise refused("there is no DPoP proof, or more than one")
        proof = verify_dpop_proof(
            proofs[0],
            method=method,
            url=self.base_url + path,
            now=self.clock.now(),
            algorithms=ALGORITHMS,
            access_token=access_token,
        )
        with self.store.write() as records:
            first = records.once.use("dpop", proof.replay_key, proof.expires_at)
        if not first:
            raise refused("the DPoP proof was used before")
        return proof.jkt
