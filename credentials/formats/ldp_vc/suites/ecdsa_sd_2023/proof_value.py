"""What stands in `proofValue`: three bytes of header and five components in CBOR (DI-ECDSA 3.5.2 to 3.5.9).

There is one way to write them and nothing else is read: no tags, no lengths of another form than the shortest, nothing
twice, nothing after.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn, Self

import cbor2

from credentials.encoding import b64url_decode, b64url_encode
from credentials.errors import MalformedInput
from credentials.formats.ldp_vc.proof_errors import InvalidProof, ProofProblem
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.pointers import MAX_POINTERS
from credentials.keys import PublicJwk

MAX_STATEMENTS: Final = 4096

_BASE: Final = bytes.fromhex("d95d00")
_DERIVED: Final = bytes.fromhex("d95d01")
_SIGNATURE_SIZE: Final = 64
_KEY_SIZE: Final = 35
_DIGEST_SIZE: Final = 32
_P256: Final = bytes.fromhex("8024")
# Every statement could be signed, and every label be mapped.
_MAX_CHARACTERS: Final = 4 * MAX_STATEMENTS * (_SIGNATURE_SIZE + _DIGEST_SIZE) // 2


@dataclass(frozen=True, slots=True)
class BaseProofValue:
    """What an issuer gives to a holder.

    `public_key` is that of the proof's own key, `hmac_key` the one that hides the canonical labels; `signatures` are
    those of the statements that are not mandatory, in order, 64 bytes each.
    """

    base_signature: bytes
    public_key: PublicJwk
    hmac_key: bytes
    signatures: tuple[bytes, ...]
    mandatory_pointers: tuple[str, ...]

    @classmethod
    def parse(cls, value: object, problem: ProofProblem = ProofProblem.VERIFICATION) -> Self:
        """Read a base proof's value. Raises InvalidProof."""
        signature, key, hmac_key, signatures, pointers = _components(value, _BASE, problem)
        if not isinstance(pointers, list) or not all(type(each) is str for each in pointers):
            raise InvalidProof("the mandatory pointers are not text", problem)
        if len(pointers) > MAX_POINTERS:
            raise InvalidProof("there are too many mandatory pointers", problem)
        return cls(
            _bytes(signature, _SIGNATURE_SIZE, problem),
            _key(key, problem),
            _bytes(hmac_key, _DIGEST_SIZE, problem),
            _signatures(signatures, problem),
            tuple(pointers),
        )

    def serialise(self) -> str:
        """Write the value as base64url multibase."""
        key = multikey(self.public_key)
        return _written(
            _BASE, [self.base_signature, key, self.hmac_key, [*self.signatures], [*self.mandatory_pointers]]
        )


@dataclass(frozen=True, slots=True)
class DerivedProofValue:
    """What a holder shows to a verifier.

    `labels` are those that the statements were signed with, by the number of their canonical label in the derived
    document; `mandatory_indexes` say which of its statements, counted from 0 in their order, are mandatory.
    """

    base_signature: bytes
    public_key: PublicJwk
    signatures: tuple[bytes, ...]
    labels: tuple[str, ...]
    mandatory_indexes: tuple[int, ...]

    @classmethod
    def parse(cls, value: object) -> Self:
        """Read a derived proof's value. Raises InvalidProof."""
        problem = ProofProblem.VERIFICATION
        signature, key, signatures, labels, indexes = _components(value, _DERIVED, problem)
        if not isinstance(indexes, list) or not all(type(each) is int for each in indexes):
            raise InvalidProof("the mandatory indexes are not numbers", problem)
        if len(indexes) > MAX_STATEMENTS or indexes != sorted(set(indexes)) or (indexes and indexes[0] < 0):
            raise InvalidProof("the mandatory indexes are not in order, each once", problem)
        return cls(
            _bytes(signature, _SIGNATURE_SIZE, problem),
            _key(key, problem),
            _signatures(signatures, problem),
            _labels(labels, problem),
            tuple(indexes),
        )

    def serialise(self) -> str:
        """Write the value as base64url multibase."""
        labels = {number: b64url_decode(label[1:]) for number, label in enumerate(self.labels)}
        key = multikey(self.public_key)
        return _written(_DERIVED, [self.base_signature, key, [*self.signatures], labels, [*self.mandatory_indexes]])


def is_base(value: object) -> bool:
    """Say whether a `proofValue` is that of a base proof."""
    # The header is three bytes, so that its text is four characters whatever follows.
    return isinstance(value, str) and value.startswith(f"u{b64url_encode(_BASE)}")


def multikey(key: PublicJwk) -> bytes:
    """Return a P-256 key as its 35 bytes of Multikey: the prefix and the compressed point."""
    numbers = key.key.public_numbers()  # type: ignore[union-attr]  # P-256, as everywhere in this suite
    return _P256 + bytes([2 + numbers.y % 2]) + numbers.x.to_bytes(32)


class _NoTags(dict[int, Callable[[object, bool], NoReturn]]):
    """Gives every tag a decoder that refuses it: some of the usual ones work hard for whoever wrote them."""

    def __contains__(self, tag: object) -> bool:
        return True

    def __getitem__(self, tag: int) -> Callable[[object, bool], NoReturn]:
        return _refuse

    def get(self, tag: int, default: object = None) -> Callable[[object, bool], NoReturn]:
        del tag, default
        return _refuse


def _refuse(*_: object) -> NoReturn:
    raise ValueError("a tag")


def _components(value: object, header: bytes, problem: ProofProblem) -> Sequence[object]:
    if not isinstance(value, str) or not value.startswith("u") or len(value) > _MAX_CHARACTERS:
        raise InvalidProof("proofValue is not base64url", problem)
    try:
        data = b64url_decode(value[1:], "proofValue")
    except MalformedInput as error:
        raise InvalidProof("proofValue is not base64url", problem) from error
    if not data.startswith(header):
        raise InvalidProof("proofValue has not the header of its kind", problem)
    payload = data[len(header) :]
    try:
        components = cbor2.loads(
            payload,
            semantic_decoders=_NoTags(),
            max_depth=2,
            allow_indefinite=False,
            allow_duplicate_keys=False,
        )
        # One value, one spelling: what is not written back byte for byte had another.
        canonical = cbor2.dumps(components) == payload
    except (cbor2.CBORError, ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise InvalidProof("proofValue does not hold CBOR", problem) from error
    if not canonical or type(components) is not list or len(components) != 5:
        raise InvalidProof("proofValue does not hold five components", problem)
    return components


def _bytes(value: object, size: int, problem: ProofProblem) -> bytes:
    if type(value) is not bytes or len(value) != size:
        raise InvalidProof("a component of proofValue has not its size", problem)
    return value


def _key(value: object, problem: ProofProblem) -> PublicJwk:
    raw = _bytes(value, _KEY_SIZE, problem)
    if not raw.startswith(_P256):
        raise InvalidProof("the key of the proof is not a P-256 key", problem)
    try:
        return PublicJwk.from_multikey(f"u{b64url_encode(raw)}")
    except MalformedInput as error:
        raise InvalidProof("the key of the proof is not a P-256 key", problem) from error


def _signatures(value: object, problem: ProofProblem) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > MAX_STATEMENTS:
        raise InvalidProof("the signatures are not an array of a size that we take", problem)
    return tuple(_bytes(each, _SIGNATURE_SIZE, problem) for each in value)


def _labels(value: object, problem: ProofProblem) -> tuple[str, ...]:
    if not isinstance(value, dict) or len(value) > MAX_STATEMENTS:
        raise InvalidProof("the label map is not a map of a size that we take", problem)
    if {type(number) for number in value} - {int} or value.keys() != set(range(len(value))):
        raise InvalidProof("the label map does not name the labels from 0 on", problem)
    labels = tuple(f"u{b64url_encode(_bytes(value[number], _DIGEST_SIZE, problem))}" for number in range(len(value)))
    if len(set(labels)) != len(labels):
        # Two nodes of one label would be one node to whoever checks the signatures.
        raise InvalidProof("the label map gives two nodes one label", problem)
    return labels


def _written(header: bytes, components: list[object]) -> str:
    return f"u{b64url_encode(header + cbor2.dumps(components))}"
