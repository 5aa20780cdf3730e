"""Take a DPoP proof once (RFC 9449 section 11.1)."""

from dataclasses import dataclass

from credentials.clock import Clock
from credentials.keys import Algorithm
from credentials.openid.dpop import verify_dpop_proof
from credentials.openid.errors import InvalidDpopProof
from issuer.ports import Store

ALGORITHMS = (Algorithm.ES256,)


@dataclass(frozen=True, slots=True)
class TakeDpopProof:
    """Check a proof for one of our endpoints and note that it was used."""

    store: Store
    clock: Clock
    base_url: str

    def __call__(self, header: str | None, *, method: str, path: str, access_token: str | None = None) -> str | None:
        """Return the thumbprint of the proven key; None when there is no proof. Raises InvalidDpopProof."""
        if header is None:
            return None
        proof = verify_dpop_proof(
            header,
            method=method,
            url=self.base_url + path,
            now=self.clock.now(),
            algorithms=ALGORITHMS,
            access_token=access_token,
        )
        with self.store.write() as records:
            first = records.once.use("dpop", proof.replay_key, proof.expires_at)
        if not first:
            raise InvalidDpopProof("the DPoP proof was used before")
        return proof.jkt
