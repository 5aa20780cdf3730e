"""Where an issued copy's status can be looked up."""

from dataclasses import dataclass
from typing import Final

from credentials.formats.base import BitstringStatus, StatusEntry, TokenStatus
from issuer.domain.configurations import Form
from issuer.domain.issuance import Place

TOKEN: Final = "token"  # noqa: S105  # a kind of list
REVOCATION: Final = "revocation"
REFRESH: Final = "refresh"


@dataclass(frozen=True, slots=True)
class StatusAddresses:
    """The addresses of an agency's status lists."""

    base_url: str

    def of(self, kind: str, number: int) -> str:
        """Return the address of one list."""
        return f"{self.base_url}/status/{kind}/{number}"

    @property
    def aggregation(self) -> str:
        """The address of the list of lists (Token Status List section 9)."""
        return f"{self.base_url}/status/lists"

    def entries(self, form: Form, place: Place) -> tuple[StatusEntry, ...]:
        """Return what a credential of this form states about its status."""
        if form in (Form.SD_JWT, Form.MDOC):
            return (TokenStatus(self.of(TOKEN, place.list_number), place.index),)
        return tuple(
            BitstringStatus(self.of(purpose, place.list_number), place.index, purpose)
            for purpose in (REVOCATION, REFRESH)
        )
