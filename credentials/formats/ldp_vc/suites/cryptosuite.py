"""What distinguishes one RDFC cryptosuite from another: its name, and the hash that goes with a key."""

from typing import Protocol

from credentials.keys import PublicJwk


class Cryptosuite(Protocol):
    """A Data Integrity suite over RDFC-1.0: hash of the options, then hash of the document, then sign."""

    @property
    def name(self) -> str:
        """The value of `cryptosuite`."""
        ...

    def hash_for(self, key: PublicJwk) -> str | None:
        """Return the name of the hash that the suite uses with this key, None when the key is not for this suite."""
        ...

    def signature_size(self, key: PublicJwk) -> int:
        """Return the size of a signature by this key."""
        ...
