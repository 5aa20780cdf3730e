"""COSE_Sign1 messages (RFC 9052 section 4.2): parse, then verify with a key that the caller chose.

Header parameters by label: 1 algorithm, 2 critical, 3 content type, 4 key identifier, 15 CWT claims (RFC 9597), 16 type
(RFC 9596), 33 certificates (RFC 9360). All that is relied on stands in the protected header, but for certificates,
which prove themselves.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Self, TypeAlias

from credentials.errors import LimitExceeded, MalformedInput
from credentials.jose.cbor import CborValue, Tagged, cbor_bytes, cbor_parse
from credentials.jose.jws import InvalidToken
from credentials.keys import COMMON, Algorithm, PublicJwk, Signer, verify_signature

Headers: TypeAlias = Mapping[int | str, CborValue]

ALGORITHM: Final = 1
CRITICAL: Final = 2
CONTENT_TYPE: Final = 3
KEY_ID: Final = 4
CWT_CLAIMS: Final = 15
TYPE: Final = 16
X5CHAIN: Final = 33

SIGN1_TAG: Final = 18
MAX_MESSAGE_BYTES: Final = 512_000
MAX_HEADER_BYTES: Final = 48_000

# RFC 9053 section 2; RFC 9864 section 2.1 has the fully specified names of the same.
_ALGORITHMS: Final = {
    -7: Algorithm.ES256,
    -35: Algorithm.ES384,
    -36: Algorithm.ES512,
    -8: Algorithm.EDDSA,
    -9: Algorithm.ES256,
    -51: Algorithm.ES384,
    -52: Algorithm.ES512,
    -19: Algorithm.EDDSA,
}
_LABELS: Final = {Algorithm.ES256: -7, Algorithm.ES384: -35, Algorithm.ES512: -36, Algorithm.EDDSA: -8}


class InvalidMessage(InvalidToken):
    """A COSE message that breaks RFC 9052 or our narrower profile of it."""

    code = "invalid_cose_message"


@dataclass(frozen=True, slots=True)
class UnverifiedMessage:
    """A COSE_Sign1 message that is well formed; nothing in it may be believed yet."""

    protected: Headers
    unprotected: Headers
    payload: bytes = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @classmethod
    def parse(cls, message: bytes, *, max_bytes: int = MAX_MESSAGE_BYTES) -> Self:
        """Read a message, tagged or not, with its payload inside. Raises InvalidMessage or LimitExceeded."""
        if len(message) > max_bytes:
            raise LimitExceeded(f"the message is larger than {max_bytes} bytes")
        return cls.of(_cbor(message))

    @classmethod
    def of(cls, value: CborValue, *, detached: bytes | None = None) -> Self:
        """Take a message that stands in a larger structure. Raises InvalidMessage or LimitExceeded.

        `detached` is a payload that travels apart (RFC 9052 section 4.1): then there must be none inside.
        """
        if isinstance(value, Tagged):
            if value.tag != SIGN1_TAG:
                raise InvalidMessage("the tag is not that of COSE_Sign1")
            value = value.value
        match value:
            case [bytes(protected), dict(unprotected), bytes(payload), bytes(signature)] if detached is None:
                headers = _protected(protected)
            case [bytes(protected), dict(unprotected), None, bytes(signature)] if detached is not None:
                headers, payload = _protected(protected), detached
            case _:
                raise InvalidMessage("not a COSE_Sign1 with its payload where it is expected")
        # RFC 9052 section 3: a label stands in one of the two only.
        if not headers.keys().isdisjoint(unprotected):
            raise InvalidMessage("a header parameter is both protected and not")
        # Section 3.1: what is critical and not understood must be refused, and we understand none of them.
        if CRITICAL in headers or CRITICAL in unprotected:
            raise InvalidMessage("header parameter 2 (critical) is not taken")
        return cls(headers, unprotected, payload, _to_be_signed(protected, payload), signature)

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm that the protected header claims. Raises InvalidMessage if it is not on our list."""
        label = self.protected.get(ALGORITHM)
        if isinstance(label, bool) or not isinstance(label, int) or label not in _ALGORITHMS:
            raise InvalidMessage("the algorithm is not on our list")
        return _ALGORITHMS[label]

    @property
    def key_id(self) -> str | None:
        """The key identifier as text, from either header: it is a hint only (section 3.1). Raises InvalidMessage."""
        value = self.protected.get(KEY_ID, self.unprotected.get(KEY_ID))
        if value is None:
            return None
        try:
            if isinstance(value, bytes):
                return value.decode("utf-8")
        except UnicodeDecodeError:
            pass
        raise InvalidMessage("the key identifier is not a byte string of text")

    def verify(self, key: PublicJwk, algorithms: Collection[Algorithm] = COMMON) -> None:
        """Check the signature with this key. Raises InvalidSignature, InvalidMessage if the algorithm is not its."""
        if self.algorithm not in algorithms:
            raise InvalidMessage("the algorithm is not on our list")
        if self.algorithm is not key.algorithm:
            raise InvalidMessage("the algorithm is not that of the key")
        verify_signature(key, self.signing_input, self.signature)


def sign_message(headers: Headers, payload: bytes, signer: Signer) -> bytes:
    """Make a tagged COSE_Sign1 in deterministic encoding (RFC 8949 section 4.2.1), all headers protected."""
    return cbor_bytes(Tagged(SIGN1_TAG, sign_structure(headers, payload, signer)))


def sign_structure(
    headers: Headers, payload: bytes, signer: Signer, *, unprotected: Headers | None = None, detached: bool = False
) -> list[CborValue]:
    """Make a COSE_Sign1 without its tag, to stand in a larger structure; `detached` leaves its payload out."""
    protected = cbor_bytes({ALGORITHM: _LABELS[signer.algorithm], **headers})
    signature = signer.sign(_to_be_signed(protected, payload))
    return [protected, dict(unprotected or {}), None if detached else payload, signature]


def certificate_chain(message: UnverifiedMessage) -> tuple[bytes, ...]:
    """Return the DER certificates of `x5chain`, leaf first; empty when there are none (RFC 9360 section 2).

    From either header: that the chain is the signer's is decided with its key and the trust list. Raises
    InvalidMessage.
    """
    if X5CHAIN not in message.protected and X5CHAIN not in message.unprotected:
        return ()
    value = message.protected.get(X5CHAIN, message.unprotected.get(X5CHAIN))
    chain = value if isinstance(value, list) else [value]
    certificates = tuple(each for each in chain if isinstance(each, bytes))
    # A list has two or more; of one that others wrote as a list too, the meaning is as clear.
    if not chain or len(certificates) != len(chain):
        raise InvalidMessage("x5chain is not a certificate or a list of them")
    return certificates


def chain_header(certificates: tuple[bytes, ...]) -> CborValue:
    """Return the value of `x5chain`: one certificate by itself, several as a list (RFC 9360 section 2)."""
    return certificates[0] if len(certificates) == 1 else list(certificates)


def _protected(raw: bytes) -> dict[int | str, CborValue]:
    if len(raw) > MAX_HEADER_BYTES:
        raise LimitExceeded(f"the header is larger than {MAX_HEADER_BYTES} bytes")
    # RFC 9052 section 3: no parameters at all are an empty string. The algorithm is then missing.
    headers = _cbor(raw) if raw else {}
    if not isinstance(headers, dict):
        raise InvalidMessage("the protected header is not a map")
    return headers


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    # Section 4.4, Sig_structure; nothing is signed that is not in the message (external_aad).
    return cbor_bytes(["Signature1", protected, b"", payload])


def _cbor(data: bytes) -> CborValue:
    try:
        return cbor_parse(data)
    except LimitExceeded:
        raise
    except MalformedInput as error:
        raise InvalidMessage(error.detail) from error
