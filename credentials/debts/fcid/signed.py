"""A document as one signed response: a compact JWS over the whole of it, by the organisation's own key.

    jws = sign_response(document, signer, x5c)
    response = SignedResponse.parse(jws)
    response.verify(key)               # the signature only; whose key it is, a trust list says
    document = response.document()

That a response is signed once and as a whole is what others write of it; the header and its type are ours. `x5c` holds
the certificates of the key, without their authority, as in our credentials. The payload is the document and nothing
else: it was made at `document_datumtijd`, and nothing says until when it holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self, final

from credentials.debts.fcid.document import FcidDocument
from credentials.debts.fcid.reading import MAX_DOCUMENT_BYTES, parse_document
from credentials.debts.fcid.writing import write_document
from credentials.encoding import JsonObject, JsonValue, b64_decode, b64_encode, json_compact, json_object
from credentials.errors import MalformedInput
from credentials.jose import InvalidToken, UnverifiedToken, sign_compact
from credentials.keys import PublicJwk, Signer

TOKEN_TYPE: Final = "fcid+jws"  # noqa: S105  # a media type
MEDIA_TYPE: Final = "application/jose"
MAX_CHARACTERS: Final = MAX_DOCUMENT_BYTES * 3 // 2

_HEADER: Final = frozenset({"alg", "typ", "kid", "x5c"})


def sign_response(document: FcidDocument, signer: Signer, x5c: Sequence[bytes]) -> str:
    """Sign a document; returns the JWS. Raises UnsupportedVersion as `write_document` does."""
    content = json_object(write_document(document), "the document", max_bytes=MAX_DOCUMENT_BYTES)
    certificates: list[JsonValue] = [b64_encode(der) for der in x5c]
    header: JsonObject = {"typ": TOKEN_TYPE, "kid": signer.public_jwk.thumbprint, "x5c": certificates}
    return sign_compact(header, content, signer)


@final
@dataclass(frozen=True, slots=True)
class SignedResponse:
    """A response that is well formed; nothing in it may be believed before its signature and its signer are checked."""

    token: UnverifiedToken
    x5c: tuple[bytes, ...]

    @staticmethod
    def describes_itself(compact: str) -> bool:
        """Say whether a text claims to be such a response."""
        try:
            return UnverifiedToken.parse(compact, max_characters=MAX_CHARACTERS).header.get("typ") == TOKEN_TYPE
        except MalformedInput:
            return False

    @classmethod
    def parse(cls, compact: str) -> Self:
        """Read the form. Raises InvalidToken, MalformedInput or LimitExceeded."""
        token = UnverifiedToken.parse(compact, max_characters=MAX_CHARACTERS)
        token.require_type(TOKEN_TYPE)
        x5c = token.header.get("x5c")
        certificates = [each for each in x5c if isinstance(each, str)] if isinstance(x5c, list) else []
        if token.header.keys() != _HEADER or not certificates or certificates != x5c:
            raise InvalidToken("the header has other members than alg, typ, kid and x5c")
        return cls(token, tuple(b64_decode(each, "x5c") for each in certificates))

    def verify(self, key: PublicJwk) -> None:
        """Check the signature. Raises InvalidSignature, or InvalidToken where `alg` is not the key's."""
        self.token.verify(key)

    def document(self) -> FcidDocument:
        """Read what was signed. Raises a SourceError, which names the field."""
        return parse_document(json_compact(self.token.payload), file="response")
