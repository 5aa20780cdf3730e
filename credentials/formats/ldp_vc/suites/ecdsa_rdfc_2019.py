"""`ecdsa-rdfc-2019`: ECDSA over RDFC-1.0 (Data Integrity ECDSA Cryptosuites 1.0 section 3.2)."""

from collections.abc import Mapping
from typing import Final, final

from credentials.keys import PublicJwk

# Section 3.2.3: the hash follows the curve, and RDFC-1.0 itself uses the same one.
_BY_CURVE: Final[Mapping[str, tuple[str, int]]] = {"P-256": ("sha256", 64), "P-384": ("sha384", 96)}


@final
class EcdsaRdfc2019:
    """P-256 with SHA-256, or P-384 with SHA-384; signatures are r and s of fixed size, not DER."""

    name: Final = "ecdsa-rdfc-2019"

    def hash_for(self, key: PublicJwk) -> str | None:
        """Return the hash of the key's curve."""
        return _BY_CURVE[key.curve][0] if key.curve in _BY_CURVE else None

    def signature_size(self, key: PublicJwk) -> int:
        """Return 64 or 96 bytes (section 3.2.7)."""
        return _BY_CURVE[key.curve][1]
