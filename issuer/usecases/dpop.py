"""Take a DPoP proof once (RFC 9449 section 11.1), and where it is wanted with a nonce of ours (sections 8 and 9).

A proof is good once by its `jti` already. A nonce says beside that it was made now and not beforehand, whatever the
clocks say; so it is not used up, and one serves a wallet for as long as it lives.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from credentials.clock import Clock
from credentials.keys import Algorithm
from credentials.openid.dpop import dpop_refusal, verify_dpop_proof
from credentials.openid.errors import DPOP, DpopNonceRequired, InvalidDpopProof, InvalidNonce, UseDpopNonce
from credentials.openid.nonce import RANDOM_BYTES, NonceAuthority
from credentials.openid.token import AccessToken
from issuer.ports import Store

ALGORITHMS: Final = (Algorithm.ES256,)


@dataclass(frozen=True, slots=True)
class TakeDpopProof:
    """Check a proof for one of our endpoints and note that it was used.

    `proofs` are the values of the request's `DPoP` header fields. With `nonces` each must bear one of them; `random`
    gives what they are made of.
    """

    store: Store
    clock: Clock
    base_url: str
    random: Callable[[int], bytes]
    nonces: NonceAuthority | None = None

    def at_authorization_server(
        self, proofs: Sequence[str], *, method: str, path: str, stated: str | None = None
    ) -> str | None:
        """Return the thumbprint of the proven key; without a proof, the one that is stated, if any.

        Raises InvalidDpopProof, UseDpopNonce.
        """
        if not proofs:
            return stated
        thumbprint = self._taken(proofs, method, path, None)
        # RFC 9449 section 10.1: where both come, they are of one key.
        if stated not in (None, thumbprint):
            raise InvalidDpopProof("dpop_jkt is not of the key that the DPoP proof is by")
        return thumbprint

    def at_resource(self, proofs: Sequence[str], access: AccessToken, *, method: str, path: str) -> str | None:
        """Return the thumbprint of the key proven beside a DPoP token; None beside a bearer token.

        Raises DpopProofRefused, DpopNonceRequired.
        """
        return self._taken(proofs, method, path, access.value.reveal()) if access.scheme == DPOP else None

    def _taken(self, proofs: Sequence[str], method: str, path: str, access_token: str | None) -> str:
        at_resource = access_token is not None
        refused = dpop_refusal(ALGORITHMS, at_resource=at_resource)
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
            nonce_check=lambda nonce: self._check_nonce(nonce, at_resource=at_resource),
        )
        with self.store.write() as records:
            first = records.once.use("dpop", proof.replay_key, proof.expires_at)
        if not first:
            raise refused("the DPoP proof was used before")
        return proof.jkt

    def _check_nonce(self, nonce: str | None, *, at_resource: bool) -> None:
        if self.nonces is None:
            return
        now = self.clock.now()
        try:
            if nonce is None:
                raise InvalidNonce("the proof has no nonce")
            self.nonces.check(nonce, now)
        except InvalidNonce as error:
            fresh = self.nonces.issue(now, self.random(RANDOM_BYTES))
            if at_resource:
                raise DpopNonceRequired(fresh, algorithms=[each.value for each in ALGORITHMS]) from error
            raise UseDpopNonce(fresh) from error
