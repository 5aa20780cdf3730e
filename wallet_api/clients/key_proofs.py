"""Prove this wallet's keys to an agency, in a way that its metadata name (OpenID4VCI 1.0 appendix F).

A JWT where the agency takes one, as all do that we know; else a presentation of nothing, which names its key by a DID.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Final, final

from credentials.clock import Clock
from credentials.dids import did_jwk, did_key
from credentials.encoding import JsonObject
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, make_key_proof
from credentials.keys import Signer
from credentials.openid.credential import CredentialRequest
from credentials.openid.issuer_metadata import Attestations, CredentialConfiguration
from credentials.openid.proof import build_jwt_proof
from wallet_api.domain.refusals import refusal
from wallet_api.ports import Attester

ALGORITHM: Final = "ES256"
# What a P-256 key can sign with; the first that the agency names.
_SUITES: Final = ("ecdsa-rdfc-2019", "ecdsa-jcs-2019")
# Section 12.2.4: a key that is named by itself; to the agency that of an mdoc is a COSE_Key.
_KEYS: Final = frozenset({"jwk", "cose_key"})
_DIDS: Final = {"did:jwk": did_jwk, "did:key": did_key}


def can_prove(configuration: CredentialConfiguration) -> bool:
    """Say whether the agency takes a proof that this wallet can make with a P-256 key."""
    return ALGORITHM in configuration.proof_algorithms or _suite(configuration) is not None


def _suite(configuration: CredentialConfiguration) -> str | None:
    if not _DIDS.keys() & set(configuration.binding_methods):
        return None
    return next((each for each in _SUITES if each in configuration.proof_suites), None)


@final
class KeyProofs:
    """Makes the proofs of a credential request. `attester` says of keys that they are a wallet's, where it must be."""

    def __init__(self, clock: Clock, client_id: str, attester: Attester | None) -> None:
        self._clock = clock
        self._client_id = client_id
        self._attester = attester

    def request(
        self,
        configuration: CredentialConfiguration,
        identifier: str | None,
        keys: Sequence[Signer],
        *,
        audience: str,
        nonce: str | None,
        named: bool,
    ) -> CredentialRequest:
        """Return the request for a credential bound to each of these keys in turn.

        `named` says whether the agency knows which client this is. Raises IssuerRefused.
        """
        configuration_id = None if identifier is not None else configuration.id
        suite = None if ALGORITHM in configuration.proof_algorithms else _suite(configuration)
        if suite is not None:
            presentations = tuple(self._presentation(configuration, each, suite, audience, nonce) for each in keys)
            return CredentialRequest(configuration_id, identifier, presentation_proofs=presentations)
        attestation = self._attested(configuration, keys, nonce)
        jwts = tuple(
            build_jwt_proof(
                key,
                audience=audience,
                nonce=nonce,
                now=self._clock.now(),
                did_url=did_jwk(key.public_jwk)[1] if _KEYS.isdisjoint(configuration.binding_methods) else None,
                client_id=self._client_id if named else None,
                attestation=attestation,
            )
            # Appendix F.1: one proof is for all keys that were attested beside it.
            for key in (keys if attestation is None else keys[:1])
        )
        return CredentialRequest(configuration_id, identifier, jwt_proofs=jwts)

    def _presentation(
        self, configuration: CredentialConfiguration, key: Signer, suite: str, audience: str, nonce: str | None
    ) -> JsonObject:
        methods = configuration.binding_methods
        name = next(make for method, make in _DIDS.items() if method in methods)
        return make_key_proof(
            key,
            name(key.public_jwk)[1],
            audience=audience,
            nonce=nonce,
            now=self._clock.now(),
            canonicaliser=self._canonicaliser,
            cryptosuite=suite,
        )

    @cached_property
    def _canonicaliser(self) -> Canonicaliser:
        # Made when an agency wants it, which is seldom.
        return Canonicaliser(ContextBundle())

    def _attested(
        self, configuration: CredentialConfiguration, keys: Sequence[Signer], nonce: str | None
    ) -> str | None:
        if configuration.attestations is not Attestations.REQUIRED:
            return None
        if self._attester is None:
            raise refusal("invalid_client")
        return self._attester.attest_keys([key.public_jwk for key in keys], nonce, self._clock.now())
