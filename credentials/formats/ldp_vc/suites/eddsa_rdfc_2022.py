"""`eddsa-rdfc-2022`: Ed25519 over RDFC-1.0 (Data Integrity EdDSA Cryptosuites 1.0 section 3.2)."""

from typing import Final, final

from credentials.keys import PublicJwk


@final
class EddsaRdfc2022:
    """Ed25519 with SHA-256."""

    name: Final = "eddsa-rdfc-2022"

    def hash_for(self, key: PublicJwk) -> str | None:
        """Return SHA-256 for an Ed25519 key (section 3.2.4)."""
        return "sha256" if key.curve == "Ed25519" else None

    def signature_size(self, key: PublicJwk) -> int:
        """Return 64 bytes (section 3.2.7, step 3)."""
        del key
        return 64
