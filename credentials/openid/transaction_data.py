"""Transaction data: something that is agreed to together with a presentation (OpenID4VP 1.0 sections 8.4, B.3.3.1).

Each entry is a base64url text of a JSON object. The holder's proof over an SD-JWT states the hash of that text as it
came, so that what was agreed to cannot be changed. A wallet that does not understand an entry answers nothing at all.

We understand one type, a text in plain words that its reader agrees to:

    {"type": "urn:nl:blauweknop:akkoord:1", "credential_ids": ["overzicht"],
     "tekst": "Schuldhulp Tilburg mag namens mij bellen met de organisaties in dit overzicht."}
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Self

from credentials.encoding import JsonObject, JsonValue, b64url_decode, b64url_encode, json_compact
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.jose import UnverifiedToken
from credentials.openid.dcql import DcqlQuery
from credentials.openid.dcql.query import SD_JWT_VC
from credentials.openid.errors import InvalidTransactionData
from credentials.openid.members import Members
from credentials.plain_text import text_fault

AGREEMENT: Final = "urn:nl:blauweknop:akkoord:1"
SHA_256: Final = "sha-256"
MAX_ENTRIES: Final = 10
MAX_CHARACTERS: Final = 20_000
MAX_TEXT: Final = 2_000
HASHES: Final = "transaction_data_hashes"
HASHES_ALG: Final = "transaction_data_hashes_alg"
# IANA's Named Information Hash Algorithm Registry; SHA-256 is taken wherever it is named or nothing is.
_ALGORITHMS: Final[Mapping[str, str]] = MappingProxyType({SHA_256: "sha256", "sha-384": "sha384", "sha-512": "sha512"})


@dataclass(frozen=True, slots=True)
class TransactionData:
    """One entry: `encoded` as it travels, `members` the object in it.

    `algorithm` is the hash to use; `algorithm_named` whether the entry said which would do.
    """

    encoded: str
    type: str
    credential_ids: tuple[str, ...]
    algorithm: str = SHA_256
    algorithm_named: bool = False
    members: JsonObject = field(default_factory=dict, repr=False)

    @classmethod
    def make(cls, type: str, credential_ids: Sequence[str], more: JsonObject) -> Self:
        """Write an entry."""
        members: JsonObject = {**more, "type": type, "credential_ids": [*credential_ids]}
        return cls(b64url_encode(json_compact(members)), type, tuple(credential_ids), members=members)

    @property
    def agreement(self) -> str | None:
        """The text that is agreed to, None for what we do not understand, or could not show as it is."""
        text = self.members.get("tekst")
        if self.type != AGREEMENT or not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT:
            return None
        return text if text_fault(text) is None else None

    @property
    def digest(self) -> str:
        """The base64url hash of the text as it travels."""
        return b64url_encode(hashlib.new(_ALGORITHMS[self.algorithm], self.encoded.encode("ascii")).digest())


def parse_transaction_data(value: JsonValue, query: DcqlQuery) -> tuple[TransactionData, ...]:
    """Read the `transaction_data` of a request for this query. Raises InvalidTransactionData.

    Whether a type is understood is not looked at.
    """
    if not isinstance(value, list) or not 0 < len(value) <= MAX_ENTRIES:
        raise InvalidTransactionData(f"transaction_data is not an array of 1 to {MAX_ENTRIES} texts")
    entries = tuple(_parse(entry, query) for entry in value)
    # Section B.3.3.1: a proof states one algorithm for all its hashes.
    if len({each.algorithm for each in entries}) > 1:
        raise InvalidTransactionData("the entries of transaction_data want different hashes")
    return entries


def key_binding_claims(entries: Sequence[TransactionData]) -> JsonObject:
    """Return what the holder's proof states of these entries (section B.3.3.1); nothing without entries."""
    if not entries:
        return {}
    claims: JsonObject = {HASHES: [each.digest for each in entries]}
    if any(each.algorithm_named for each in entries):
        claims[HASHES_ALG] = entries[0].algorithm
    return claims


def is_agreed(entry: TransactionData, presentation: object) -> bool:
    """Say whether the holder's proof of a presentation, which must have been verified, states this entry's hash."""
    if not isinstance(presentation, str):
        return False
    try:
        claims = UnverifiedToken.parse(presentation.rpartition("~")[2]).payload
    except BlauweKnopError:
        return False
    hashes, algorithm = claims.get(HASHES), claims.get(HASHES_ALG, SHA_256)
    return isinstance(hashes, list) and algorithm == entry.algorithm and entry.digest in hashes


def _parse(entry: JsonValue, query: DcqlQuery) -> TransactionData:
    if not isinstance(entry, str) or len(entry) > MAX_CHARACTERS:
        raise InvalidTransactionData("an entry of transaction_data is not a text, or is too long")
    try:
        decoded = b64url_decode(entry, "transaction_data")
    except MalformedInput as wrong:
        raise InvalidTransactionData("an entry of transaction_data is not base64url") from wrong
    members = Members.parse(decoded, "transaction_data", InvalidTransactionData)
    ids = members.texts("credential_ids")
    # Section 8.4: each refers to a credential query; that its format has no place for the hashes is as wrong.
    if any(id not in query.by_id or query.by_id[id].format != SD_JWT_VC for id in ids):
        raise members.refuse("credential_ids names a query that cannot authorise it")
    named = members.optional_texts(HASHES_ALG)
    algorithm = next((each for each in _ALGORITHMS if each in named), None) if named else SHA_256
    if algorithm is None:
        raise members.refuse("no hash algorithm that is known here")
    return TransactionData(entry, members.text("type"), ids, algorithm, bool(named), members.raw)
