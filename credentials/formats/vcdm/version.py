"""The versions of the data model, told apart by their base context."""

from enum import StrEnum
from typing import Final

CREDENTIALS_V1: Final = "https://www.w3.org/2018/credentials/v1"
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"


class Version(StrEnum):
    """A version of the Verifiable Credentials Data Model."""

    V1_1 = "1.1"
    V2_0 = "2.0"

    @property
    def context(self) -> str:
        """The base context, which is the first of every document (VCDM 2.0 section 4.3, 1.1 section 4.1)."""
        return CREDENTIALS_V2 if self is Version.V2_0 else CREDENTIALS_V1


ONLY_V2: Final = frozenset({Version.V2_0})
"""What is taken unless a caller says otherwise."""

ANY_VERSION: Final = frozenset(Version)
