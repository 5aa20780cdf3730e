"""Names of what VC-JOSE-COSE secures and how: media types, `typ` and `cty` (sections 3.1 to 3.3, 6.1)."""

from enum import StrEnum


class Kind(StrEnum):
    """What is secured: a credential or a presentation. The value is the media type of the bare document."""

    CREDENTIAL = "vc"
    PRESENTATION = "vp"

    @property
    def document_type(self) -> str:
        """The JSON-LD type that such a document has (VCDM 2.0 section 4.5)."""
        return "VerifiableCredential" if self is Kind.CREDENTIAL else "VerifiablePresentation"

    @property
    def document_media_type(self) -> str:
        """The media type of the unsecured document: `application/vc` or `application/vp`."""
        return f"application/{self.value}"


class Securing(StrEnum):
    """How it is secured: a JWS, an SD-JWT, or a COSE_Sign1 message."""

    JWT = "jwt"
    SD_JWT = "sd-jwt"
    COSE = "cose"


def token_type(kind: Kind, securing: Securing) -> str:
    """Return the `typ` of a secured document, which is its media type without `application/`."""
    return f"{kind.value}+{securing.value}"


def media_type(kind: Kind, securing: Securing) -> str:
    """Return the media type of a secured document, such as `application/vc+jwt`."""
    return f"application/{token_type(kind, securing)}"
