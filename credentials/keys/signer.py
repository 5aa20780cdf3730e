"""The signer port: whoever holds a private key, in software or in a hardware module."""

from typing import Protocol, runtime_checkable

from credentials.errors import BlauweKnopError, Unavailable
from credentials.keys.jwk import Algorithm, PublicJwk


class InvalidSignature(BlauweKnopError):
    """The signature does not belong to this message and key."""

    code = "invalid_signature"


class SignerUnavailable(Unavailable):
    """Whoever keeps the key does not sign now; no other key signs in its place."""

    code = "signer_unavailable"


@runtime_checkable
class Signer(Protocol):
    """Sign with one private key that never leaves its keeper."""

    @property
    def public_jwk(self) -> PublicJwk:
        """The public half."""
        ...

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm of every signature this signer makes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the raw JOSE signature: r and s of fixed size (RFC 7518 section 3.4), or 64 bytes of EdDSA.

        Raises SignerUnavailable where its keeper cannot be reached.
        """
        ...
