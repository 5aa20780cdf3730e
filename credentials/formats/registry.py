"""The formats that a party speaks, listed once where it is composed."""

from collections.abc import Iterable, Iterator
from typing import final

from credentials.encoding import b64url_decode
from credentials.errors import LimitExceeded, MalformedInput
from credentials.formats.base import Credential, CredentialFormat, UnknownFormat
from credentials.jose import UnverifiedToken
from credentials.jose.cbor import CborValue, cbor_parse


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


def is_presentation(presented: object) -> bool:
    """Tell a presentation, with its holder's proof, from a bare credential, by the outer shape.

    For files that do not say. Whether a proof is demanded is a verifier's policy, and never follows from this.
    """
    match presented:
        case str() if "~" in presented:
            # RFC 9901 section 4: a bare SD-JWT ends with a tilde, one with key binding with the holder's token.
            return not presented.endswith("~")
        case str() if "." in presented:
            token = _token(presented)
            return token is not None and (token.header.get("typ") == "vp+jwt" or "vp" in token.payload)
        case str():
            # ISO/IEC 18013-5: a DeviceResponse holds documents, an issued one is IssuerSigned.
            return "documents" in _map(presented)
        case {"type": kind}:
            return "VerifiablePresentation" in (kind if isinstance(kind, list) else [kind])
        case _:
            return False


def _shape(presented: object) -> str | None:
    match presented:
        case str() if "~" in presented:
            # `vc+sd-jwt` once was the name of SD-JWT VC. Only documents of the data model are taken under it now.
            token = _token(presented.partition("~")[0])
            return "vc+sd-jwt" if token is not None and token.header.get("typ") == "vc+sd-jwt" else "dc+sd-jwt"
        case str() if "." in presented:
            return _token_shape(presented)
        case str():
            return None if _map(presented).keys().isdisjoint(("issuerAuth", "documents")) else "mso_mdoc"
        case {"@context": _, "type": kind} if _names_a_document(kind):
            return "ldp_vc"
        case _:
            return None


def _token_shape(compact: str) -> str | None:
    token = _token(compact)
    if token is None:
        return None
    match token.header.get("typ"):
        case "vc+jwt" | "vp+jwt":
            return "vc+jwt"
        case None | "JWT" if "vc" in token.payload or "vp" in token.payload:
            return "jwt_vc_json"
        case _:
            return None


def _token(compact: str) -> UnverifiedToken | None:
    try:
        return UnverifiedToken.parse(compact)
    except MalformedInput:
        return None


def _map(text: str) -> dict[int | str, CborValue]:
    try:
        value = cbor_parse(b64url_decode(text))
    except (MalformedInput, LimitExceeded):
        return {}
    return value if isinstance(value, dict) else {}


def _names_a_document(kind: object) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    return "VerifiableCredential" in kinds or "VerifiablePresentation" in kinds
