"""One proof as it stands in a document, read into what later checks need (Data Integrity 1.0 section 2.1)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc.proof_errors import InvalidProof
from credentials.formats.vcdm import InvalidDocument
from credentials.formats.vcdm.values import moment, url

MAX_DOMAINS: Final = 16
MAX_PREVIOUS: Final = 8


@dataclass(frozen=True, slots=True)
class Proof:
    """A well-formed proof, of which nothing is proven yet.

    `domains` is the set that `domain` names, `previous` the ids of `previousProof`.
    """

    node: JsonObject = field(repr=False)
    id: str | None
    verification_method: str
    purpose: str
    created: datetime | None
    expires: datetime | None
    challenge: str | None
    domains: frozenset[str]
    nonce: str | None
    previous: tuple[str, ...]

    @classmethod
    def read(cls, value: JsonValue) -> Self:
        """Read a proof. Raises InvalidProof."""
        if not isinstance(value, dict):
            raise InvalidProof("a proof is an object")
        method = value.get("verificationMethod")
        if not isinstance(method, str) or "#" not in method:
            raise InvalidProof("verificationMethod is not a URL with a fragment")
        purpose = value.get("proofPurpose")
        if not isinstance(purpose, str):
            raise InvalidProof("proofPurpose is not a string")
        return cls(
            value,
            _url(value, "id"),
            method,
            purpose,
            _moment(value, "created"),
            _moment(value, "expires"),
            _text(value, "challenge"),
            frozenset(_texts(value, "domain", MAX_DOMAINS)),
            _text(value, "nonce"),
            _texts(value, "previousProof", MAX_PREVIOUS),
        )


def _text(proof: JsonObject, name: str) -> str | None:
    if name not in proof:
        return None
    value = proof[name]
    if not isinstance(value, str) or not value:
        raise InvalidProof(f"{name} is not a string")
    return value


def _url(proof: JsonObject, name: str) -> str | None:
    text = _text(proof, name)
    if text is not None:
        # A blank node's label is not signed: it would name another proof as well.
        try:
            url(text, name)
        except InvalidDocument as error:
            raise InvalidProof(error.detail) from error
    return text


def _texts(proof: JsonObject, name: str, limit: int) -> tuple[str, ...]:
    """Read one string or a set of them: no set is empty, nor has it an entry twice."""
    if name not in proof:
        return ()
    value = proof[name]
    entries = value if isinstance(value, list) else [value]
    texts = tuple(each for each in entries if isinstance(each, str) and each)
    if not entries or len(texts) != len(entries) or len(set(texts)) != len(texts):
        raise InvalidProof(f"{name} is not a string or a set of them")
    if len(texts) > limit:
        raise InvalidProof(f"{name} has more than {limit} entries")
    return texts


def _moment(proof: JsonObject, name: str) -> datetime | None:
    if name not in proof:
        return None
    try:
        return moment(proof[name], name)
    except InvalidDocument as error:
        raise InvalidProof(error.detail) from error
