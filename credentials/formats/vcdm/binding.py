"""The binding of issuer to key: whoever holds some key could otherwise sign in the name of anyone.

VCDM 2.0 section 7.1 has the securing mechanism say who controls the key, and the verifier compare. It is a policy
because documents are in use, W3C test vectors among them, whose issuer is not a controlled identifier at all.
"""

from collections.abc import Iterable
from enum import Enum

from credentials.formats.vcdm.problems import InvalidDocument, Problem


class IssuerBinding(Enum):
    """Whether the issuer (or holder) that a document names has to control each key that signed it."""

    REQUIRED = "required"
    NOT_CHECKED = "not_checked"

    def check(self, named: str | None, controllers: Iterable[str], what: str = "issuer") -> None:
        """Compare, if so required. A document that names nobody is bound to nobody. Raises InvalidDocument."""
        if self is IssuerBinding.REQUIRED and named is not None and any(each != named for each in controllers):
            raise InvalidDocument(
                f"{what} does not control the key that signed", Problem.CRYPTOGRAPHIC_SECURITY, f"/{what}"
            )
