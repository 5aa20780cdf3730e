"""What a wallet says of itself when it comes for a request, which is then encrypted to it (OpenID4VP 1.0 section 5.10).

A wallet that hands in keys gets the signed request as a nested JWT, encrypted to one of them: whoever carries it learns
neither who asks nor what. The metadata that name algorithms are those of RFC 9101 section 10.5. Whatever the encryption
hides is believed for its signature alone.
"""

from dataclasses import dataclass
from typing import Final

from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.jose import EncryptionKey, encrypt_token, open_compact
from credentials.jose.jwe import CONTENT_ENCRYPTION
from credentials.openid.errors import InvalidPresentationRequest, InvalidRequest
from credentials.openid.members import Members
from credentials.openid.vp_request import MAX_KEYS, encrypts

KEY_AGREEMENT: Final = "ECDH-ES"
SIGNATURES: Final = ("ES256",)
_PARTS_OF_JWE: Final = 5
# RFC 7518 section 5: what everybody has, for a wallet that names none.
_DEFAULT: Final = "A128GCM"


@dataclass(frozen=True, slots=True)
class RequestRecipient:
    """To which key of a wallet its request object is encrypted, and how."""

    key: JsonObject
    enc: str

    def seal(self, request_object: str) -> str:
        """Return the request object, encrypted."""
        return encrypt_token(request_object, self.key, self.enc)


def recipient_of(metadata: JsonObject | None) -> RequestRecipient | None:
    """Return what a wallet wants its request object encrypted to, None if it does not.

    Raises InvalidRequest for a wallet that can read nothing of what we can make: it gets nothing less instead.
    """
    if metadata is None:
        return None
    members = Members(metadata, "wallet_metadata", InvalidRequest)
    signing = members.optional_texts("request_object_signing_alg_values_supported")
    if signing and not set(SIGNATURES) & set(signing):
        raise members.refuse("no signature is known to both sides")
    if "jwks" not in members:
        return None
    keys = [each.raw for each in members.object("jwks").objects("keys", max_items=MAX_KEYS)]
    key = next((each for each in keys if encrypts(each)), None)
    if key is None or not _takes(members, "request_object_encryption_alg_values_supported", KEY_AGREEMENT):
        raise members.refuse("jwks holds no key that a request can be encrypted to")
    named = members.optional_texts("request_object_encryption_enc_values_supported")
    enc = next((each for each in CONTENT_ENCRYPTION if each in named), None) if named else _DEFAULT
    if enc is None:
        raise members.refuse("no content encryption is known to both sides")
    return RequestRecipient(key, enc)


def encryption_metadata(key: EncryptionKey) -> JsonObject:
    """Return the members by which a wallet asks for encrypted request objects."""
    return {
        "jwks": {"keys": [key.public()]},
        "request_object_encryption_alg_values_supported": [KEY_AGREEMENT],
        "request_object_encryption_enc_values_supported": list(CONTENT_ENCRYPTION),
    }


def open_request(text: str, key: EncryptionKey) -> str:
    """Return the request object from what a verifier sent: as it is, or taken out of its encryption.

    Many verifiers do not encrypt. Raises InvalidPresentationRequest.
    """
    compact = text.strip()
    if compact.count(".") != _PARTS_OF_JWE - 1:
        return compact
    try:
        return open_compact(compact, key).decode("ascii")
    except (BlauweKnopError, UnicodeDecodeError) as wrong:
        raise InvalidPresentationRequest("the encrypted request does not open with our key") from wrong


def _takes(members: Members, name: str, value: str) -> bool:
    return name not in members or value in members.texts(name)
