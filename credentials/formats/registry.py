"""The formats that a party speaks, listed once where it is composed."""

from collections.abc import Iterable, Iterator
from typing import final

from credentials.formats.base import Credential, CredentialFormat, UnknownFormat


@final
class FormatRegistry:
    """Find a format by its OpenID4VCI identifier, or by the look of a credential."""

    __slots__ = ("_formats",)

    def __init__(self, formats: Iterable[CredentialFormat]) -> None:
        self._formats = {each.name: each for each in formats}

    def __getitem__(self, name: str) -> CredentialFormat:
        """Return the format of this name. Raises UnknownFormat."""
        try:
            return self._formats[name]
        except KeyError as error:
            raise UnknownFormat("no such credential format here") from error

    def __contains__(self, name: object) -> bool:
        return name in self._formats

    def __iter__(self) -> Iterator[CredentialFormat]:
        return iter(self._formats.values())

    def names(self) -> tuple[str, ...]:
        """Return the identifiers, in the order in which the formats were listed."""
        return tuple(self._formats)

    def detect(self, presented: object) -> str:
        """Name the format of a credential or presentation by its outer shape. Raises UnknownFormat.

        For files whose format nobody declared. Where a protocol names the format, use that name.
        """
        name = _shape(presented)
        if name is None or name not in self._formats:
            raise UnknownFormat("this does not look like a credential that we take")
        return name

    def by_shape(self, presented: Credential) -> CredentialFormat:
        """Return the format that `detect` names."""
        return self[self.detect(presented)]


def _shape(presented: object) -> str | None:
    match presented:
        case str() if "~" in presented:
            return "dc+sd-jwt"
        case {"@context": _, "type": kind} if _names_a_document(kind):
            return "ldp_vc"
        case _:
            return None


def _names_a_document(kind: object) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    return "VerifiableCredential" in kinds or "VerifiablePresentation" in kinds
