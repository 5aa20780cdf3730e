"""Encrypted credential requests and responses: how they are offered, asked and made (OpenID4VCI 1.0 section 10).

1. The issuer's metadata say to which key a request may be encrypted, and with what a response can be (12.2.4).
2. A request that asks for an encrypted response brings the key for it, and is itself encrypted (8.2, 9.1).
3. The response is encrypted whatever it holds; an error never is (8.3, 8.3.1.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from credentials.encoding import JsonObject
from credentials.errors import MalformedInput
from credentials.jose import EncryptionKey, encrypt, open_compact
from credentials.jose.jwe import COMPRESSION, CONTENT_ENCRYPTION, KEY_AGREEMENT, header_of
from credentials.keys import PublicJwk
from credentials.openid.errors import InvalidEncryptionParameters, MalformedMessage
from credentials.openid.members import Members

MEDIA_TYPE: Final = "application/jwt"
MAX_KEYS: Final = 20

# The strongest first: what we choose where a peer leaves us the choice.
_PREFERRED: Final = tuple(reversed(CONTENT_ENCRYPTION))
_CURVE: Final = "P-256"
_OCTET: Final = "oct"


@dataclass(frozen=True, slots=True)
class RequestEncryption:
    """The metadata member `credential_request_encryption`: the issuer's keys as JWKs, and what it can open."""

    keys: tuple[JsonObject, ...]
    enc_values: tuple[str, ...] = CONTENT_ENCRYPTION
    zip_values: tuple[str, ...] = ()
    required: bool = False

    @classmethod
    def parse(cls, members: Members) -> Self:
        """Read the member. Raises MalformedMessage, for a key of a kind that we use also when it is no sound key."""
        keys = [each.raw for each in members.object("jwks").objects("keys", max_items=MAX_KEYS)]
        names = [Members(key, "jwks", MalformedMessage).text("kid") for key in keys]
        # Section 12.2.4: each key has a `kid` that no other one of the set has.
        if len(set(names)) != len(names):
            raise members.refuse("two keys have one kid")
        for key in keys:
            _check_public(key, members)
        return cls(
            tuple(keys),
            members.texts("enc_values_supported"),
            members.optional_texts("zip_values_supported"),
            members.boolean("encryption_required"),
        )

    def to_json(self) -> JsonObject:
        """Return the member."""
        members: JsonObject = {"jwks": {"keys": list(self.keys)}, "enc_values_supported": list(self.enc_values)}
        if self.zip_values:
            members["zip_values_supported"] = list(self.zip_values)
        return {**members, "encryption_required": self.required}

    @property
    def usable(self) -> bool:
        """Whether we can encrypt to one of the keys, with one of the ciphers."""
        return self._key is not None and _chosen(self.enc_values) is not None

    def seal(self, content: JsonObject) -> str:
        """Encrypt a request, which is then sent as `application/jwt`. Raises MalformedMessage when it is not usable."""
        key, enc = self._key, _chosen(self.enc_values)
        if key is None or enc is None:
            raise MalformedMessage("there is no key or cipher that we can encrypt with")
        return encrypt(content, key, enc)

    @property
    def _key(self) -> JsonObject | None:
        return next((key for key in self.keys if _is_ours(key)), None)


@dataclass(frozen=True, slots=True)
class ResponseEncryptionOffer:
    """The metadata member `credential_response_encryption`: with what the issuer can encrypt a response."""

    alg_values: tuple[str, ...] = (KEY_AGREEMENT,)
    enc_values: tuple[str, ...] = CONTENT_ENCRYPTION
    zip_values: tuple[str, ...] = ()
    required: bool = False

    @classmethod
    def parse(cls, members: Members) -> Self:
        """Read the member. Raises MalformedMessage."""
        return cls(
            members.texts("alg_values_supported"),
            members.texts("enc_values_supported"),
            members.optional_texts("zip_values_supported"),
            members.boolean("encryption_required"),
        )

    def to_json(self) -> JsonObject:
        """Return the member."""
        members: JsonObject = {
            "alg_values_supported": list(self.alg_values),
            "enc_values_supported": list(self.enc_values),
        }
        if self.zip_values:
            members["zip_values_supported"] = list(self.zip_values)
        return {**members, "encryption_required": self.required}

    @property
    def usable(self) -> bool:
        """Whether we can open what the issuer would send."""
        return KEY_AGREEMENT in self.alg_values and _chosen(self.enc_values) is not None

    def ask(self, key: EncryptionKey, *, alg_beside_key: bool = False) -> "ResponseEncryption":
        """Ask for a response that only this key opens. Raises MalformedMessage when it is not usable."""
        enc = _chosen(self.enc_values)
        if enc is None or KEY_AGREEMENT not in self.alg_values:
            raise MalformedMessage("there is no cipher that we can open")
        return ResponseEncryption(key.public(), enc, alg_beside_key=alg_beside_key)


@dataclass(frozen=True, slots=True)
class ResponseEncryption:
    """The request's member `credential_response_encryption`: to which key, and how, the response is encrypted.

    Section 8.2 has `alg` in the key alone. With `alg_beside_key` it is written beside the key too, where drafts had it.
    """

    jwk: JsonObject = field(repr=False)
    enc: str
    zip: str | None = None
    alg_beside_key: bool = False

    @classmethod
    def parse(cls, value: object) -> Self:
        """Read the member. Raises InvalidEncryptionParameters for whatever we do not, or must not, encrypt to."""
        members = Members(value, "credential_response_encryption", InvalidEncryptionParameters)
        jwk = members.object("jwk").raw
        enc = members.choice("enc", CONTENT_ENCRYPTION)
        zip_ = members.choice("zip", (COMPRESSION,)) if "zip" in members else None
        # Section 10: `alg` is in the key, and the key is used with nothing else.
        if jwk.get("alg") != KEY_AGREEMENT:
            raise members.refuse(f"the key's alg is not {KEY_AGREEMENT}")
        if jwk.get("use", "enc") != "enc":
            raise members.refuse("the key is not for encryption")
        try:
            public = PublicJwk.parse(jwk)
        except MalformedInput as error:
            raise members.refuse(error.detail) from error
        if public.curve != _CURVE:
            raise members.refuse(f"the key is not a {_CURVE} key")
        return cls(jwk, enc, zip_)

    def to_json(self) -> JsonObject:
        """Return the member."""
        members: JsonObject = {"jwk": self.jwk, "enc": self.enc}
        if self.alg_beside_key:
            members["alg"] = KEY_AGREEMENT
        return {**members, "zip": self.zip} if self.zip is not None else members

    def seal(self, content: JsonObject) -> str:
        """Encrypt a response, which is then sent as `application/jwt`."""
        return encrypt(content, self.jwk, self.enc, compressed=self.zip is not None)

    def open(self, data: bytes, key: EncryptionKey, *, max_bytes: int) -> bytes:
        """Open the response to a request that asked so, with the key that it named. Raises MalformedMessage.

        A `kid` that is missing is let pass, as there is one key; the key is new for each request.
        """
        compact = _text(data)
        try:
            header = header_of(compact, compressed=self.zip is not None)
            if header.get("enc") != self.enc or header.get("kid", key.kid) != key.kid:
                raise MalformedMessage("the response is encrypted in another way, or to another key, than was asked")
            return open_compact(compact, key, max_inflated=max_bytes if self.zip is not None else 0)
        except MalformedMessage:
            raise
        except MalformedInput as error:
            raise MalformedMessage(error.detail) from error


def open_request(data: bytes, keys: Sequence[EncryptionKey], *, max_inflated: int) -> bytes:
    """Open an encrypted request with the issuer's key that it names. Raises InvalidEncryptionParameters.

    A `kid` that is missing is let pass where there is one key. What would inflate to more than `max_inflated` bytes is
    not inflated further.
    """
    compact = _text(data)
    try:
        header = header_of(compact, compressed=True)
        kid = header.get("kid", keys[0].kid if len(keys) == 1 else None)
        key = next((each for each in keys if each.kid == kid), None)
        if key is None:
            raise InvalidEncryptionParameters("the request is encrypted to a key that is not ours, or not any more")
        return open_compact(compact, key, max_inflated=max_inflated)
    except MalformedInput as error:
        raise InvalidEncryptionParameters(error.detail) from error


def _text(data: bytes) -> str:
    # What is no ASCII is no JWE either; the reader of the header says so.
    return data.decode("ascii", "replace")


def _chosen(enc_values: Sequence[str]) -> str | None:
    return next((enc for enc in _PREFERRED if enc in enc_values), None)


def _is_ours(key: JsonObject) -> bool:
    # Section 10: `alg` must be there, and is what the JWE says.
    return (
        key.get("kty") == "EC"
        and key.get("crv") == _CURVE
        and key.get("alg") == KEY_AGREEMENT
        and key.get("use", "enc") == "enc"
    )


def _check_public(key: JsonObject, members: Members) -> None:
    # A published private or symmetric key is everybody's, whatever its kind; a key of a kind that we do not use is
    # another wallet's business.
    if key.get("kty") == _OCTET or "d" in key:
        raise members.refuse("a key of jwks is not public")
    if _is_ours(key):
        try:
            PublicJwk.parse(key)
        except MalformedInput as error:
            raise members.refuse(f"a key of jwks is unsound: {error.detail}") from error
