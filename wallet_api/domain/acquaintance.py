"""An agency that is not on the trust list and that the citizen chose to take cards from, knowing that."""

from dataclasses import dataclass
from datetime import datetime
from typing import final
from urllib.parse import urlsplit


@final
@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What the citizen added: the identifier of a credential issuer, and when."""

    identifier: str
    added_at: datetime

    @property
    def host(self) -> str:
        """Its host, by which the citizen knows it."""
        return urlsplit(self.identifier).netloc
