"""Authenticate at an agency's authorization server, where it takes a wallet provider's word."""

import secrets
from typing import Final, final

from credentials.clock import Clock
from credentials.keys import Signer
from credentials.openid.authorization_server import AuthorizationServerMetadata
from credentials.openid.client_attestation import (
    ATTESTATION_HEADER,
    METHOD,
    PROOF_HEADER,
    build_attestation_proof,
    parse_challenge_response,
)
from service.http import FORM, OutboundClient
from wallet_api.clients.issuer_metadata import body_of
from wallet_api.ports import Attester

_ALGORITHM: Final = "ES256"


@final
class Attesting:
    """Makes the headers of draft-ietf-oauth-attestation-based-client-auth-07. Without an attester there are none."""

    def __init__(self, http: OutboundClient, clock: Clock, client_id: str, attester: Attester | None) -> None:
        self._http = http
        self._clock = clock
        self._client_id = client_id
        self._attester = attester

    def wanted(self, server: AuthorizationServerMetadata) -> bool:
        """Say whether this server takes the word of our provider."""
        return (
            self._attester is not None
            and METHOD in server.token_endpoint_auth_methods
            and (not server.attestation_algorithms or _ALGORITHM in server.attestation_algorithms)
        )

    def headers(
        self, server: AuthorizationServerMetadata, instance: Signer | None, challenge: str | None = None
    ) -> dict[str, str]:
        """Return the headers for one request; none where the server wants none.

        Without a `challenge` one is fetched, where the server has an endpoint for them (section 8). Raises
        IssuerRefused, Unavailable, MalformedInput.
        """
        if self._attester is None or instance is None or not self.wanted(server):
            return {}
        if challenge is None and server.challenge_endpoint is not None:
            challenge = parse_challenge_response(body_of(self._http.post(server.challenge_endpoint, b"", FORM)))
        now = self._clock.now()
        return {
            ATTESTATION_HEADER.lower(): self._attester.attest(instance.public_jwk, now),
            PROOF_HEADER.lower(): build_attestation_proof(
                instance,
                client_id=self._client_id,
                audience=server.issuer,
                now=now,
                jti=secrets.token_urlsafe(16),
                challenge=challenge,
            ),
        }
