"""Let a wallet authenticate by its provider's word, once per proof (attestation-based client authentication 07)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from credentials.clock import Clock
from credentials.openid.client_attestation import AttestedClient, ProviderKey, verify_client_attestation
from credentials.openid.errors import (
    InvalidClient,
    InvalidClientAttestation,
    InvalidNonce,
    UseAttestationChallenge,
)
from credentials.openid.nonce import RANDOM_BYTES, NonceAuthority
from issuer.ports import Store


@dataclass(frozen=True, slots=True)
class AuthenticateWallet:
    """Check the two headers of a request to the authorization server, and note that the proof was used.

    Without a `provider_key` wallets are not authenticated here. With `required`, none comes in without.
    """

    store: Store
    clock: Clock
    base_url: str
    challenges: NonceAuthority
    random: Callable[[int], bytes]
    provider_key: ProviderKey | None = None
    required: bool = False

    def challenge(self) -> str:
        """Return a fresh challenge (section 8)."""
        return self.challenges.issue(self.clock.now(), self.random(RANDOM_BYTES))

    def __call__(
        self, attestations: Sequence[str], proofs: Sequence[str], client_id: str | None
    ) -> AttestedClient | None:
        """Return who authenticated; None for a wallet that does not. `client_id` is the parameter of the request.

        Raises InvalidClient, InvalidClientAttestation, UseAttestationChallenge; and Unavailable when no trust list is
        good now, so that nobody can be told from a stranger.
        """
        if self.provider_key is None:
            return None
        if not attestations and not proofs:
            if self.required:
                raise InvalidClient("a wallet attestation is needed here")
            return None
        now = self.clock.now()
        client = verify_client_attestation(
            attestations, proofs, client_id=client_id, audience=self.base_url, now=now, provider_key=self.provider_key
        )
        try:
            self.challenges.check(client.challenge or "", now)
        except InvalidNonce as wrong:
            raise UseAttestationChallenge(self.challenge()) from wrong
        with self.store.write() as records:
            first = records.once.use("attestation", client.replay_key, client.expires_at)
        if not first:
            raise InvalidClientAttestation("the proof of the client attestation was used before")
        return client
