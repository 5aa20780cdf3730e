"""The issuers: each has one key, one `did:key` and one way of securing. The path of a request says which one signs."""

from dataclasses import dataclass
from typing import Final, Self, final

from credentials.dids import did_key
from credentials.keys import Algorithm, SoftwareSigner

ENVELOPING: Final = "vc-jwt"
"""The instance that envelops credentials in a JWS instead of adding a proof."""

STATUS: Final = "status"
"""The instance that gives every credential a place in its status lists."""

# By instance the algorithm of its key, and the cryptosuite that it signs with.
_INSTANCES: Final = {
    "eddsa-rdfc-2022": (Algorithm.EDDSA, "eddsa-rdfc-2022"),
    "eddsa-jcs-2022": (Algorithm.EDDSA, "eddsa-jcs-2022"),
    "ecdsa-rdfc-2019-p256": (Algorithm.ES256, "ecdsa-rdfc-2019"),
    "ecdsa-rdfc-2019-p384": (Algorithm.ES384, "ecdsa-rdfc-2019"),
    "ecdsa-jcs-2019-p256": (Algorithm.ES256, "ecdsa-jcs-2019"),
    "ecdsa-jcs-2019-p384": (Algorithm.ES384, "ecdsa-jcs-2019"),
    "ecdsa-sd-2023-p256": (Algorithm.ES256, "ecdsa-sd-2023"),
    "ed25519-2020": (Algorithm.EDDSA, "Ed25519Signature2020"),
    STATUS: (Algorithm.EDDSA, "eddsa-rdfc-2022"),
    ENVELOPING: (Algorithm.ES256, None),
}


@final
@dataclass(frozen=True, slots=True)
class Instance:
    """An issuer. `cryptosuite` is None for one that makes tokens."""

    name: str
    signer: SoftwareSigner
    did: str
    verification_method: str
    cryptosuite: str | None

    @classmethod
    def make(cls, name: str, algorithm: Algorithm, cryptosuite: str | None) -> Self:
        """Make one up, with a new key."""
        signer = SoftwareSigner.generate(algorithm)
        return cls(name, signer, *did_key(signer.public_jwk), cryptosuite)


def make_instances() -> dict[str, Instance]:
    """Make up all issuers, by name."""
    return {name: Instance.make(name, algorithm, suite) for name, (algorithm, suite) in _INSTANCES.items()}
