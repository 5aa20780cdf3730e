"""The compact serialisation (RFC 9901 section 4): an issuer's token, disclosures, and perhaps a holder's token."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Self

from credentials.encoding import JsonValue
from credentials.errors import LimitExceeded
from credentials.formats.base import MalformedCredential
from credentials.formats.issuer_key import accept_header
from credentials.formats.selective_disclosure.disclosures import HASH_NAME, HASHES, SHA_256, Limits, by_digest
from credentials.jose import UnverifiedToken


@dataclass(frozen=True, slots=True, repr=False)
class UnverifiedSdJwt:
    """A well-formed SD-JWT; nothing in it may be believed yet.

    `signed_part` ends with the last `~`; `hash_name` is the hash function of its digests (`_sd_alg`).
    """

    token: UnverifiedToken
    disclosures: dict[str, JsonValue]
    signed_part: str
    key_binding: str | None
    hash_name: str = SHA_256

    @classmethod
    def parse(cls, compact: object, limits: Limits, *types: str) -> Self:
        """Read a compact SD-JWT or SD-JWT+KB whose `typ` is one of `types`.

        Raises MalformedCredential, InvalidToken or LimitExceeded.
        """
        if not isinstance(compact, str):
            raise MalformedCredential("an SD-JWT is a string")
        if len(compact) > limits.max_characters:
            raise LimitExceeded(f"the SD-JWT is longer than {limits.max_characters} characters")
        # A bare JWT is no SD-JWT: taking it would leave it open whether a key binding was cut off.
        if not compact.isascii() or "~" not in compact:
            raise MalformedCredential("an SD-JWT has parts that are separated by ~")
        # Counted before they are split off: a megabyte of ~ would become a million strings.
        if compact.count("~") > limits.max_disclosures + 1:
            raise LimitExceeded(f"more than {limits.max_disclosures} disclosures")
        issued, *disclosures, last = compact.split("~")
        token = UnverifiedToken.parse(issued)
        # RFC 8725 section 3.11: another kind of token by the same key is not a credential.
        token.require_type(*types)
        accept_header(token.header)
        # RFC 9901 section 7.1, step 2.d. A name of another kind than text is no key of ours either.
        hash_name = token.payload.get(HASH_NAME, SHA_256)
        if not isinstance(hash_name, str) or hash_name not in HASHES:
            raise MalformedCredential("_sd_alg is not on our list")
        return cls(
            token,
            by_digest(disclosures, limits, hash_name),
            compact[: len(compact) - len(last)],
            last or None,
            hash_name,
        )

    @property
    def issued_part(self) -> str:
        """The issuer's token alone, as text."""
        return self.signed_part[: self.signed_part.index("~")]

    def showing(self, chosen: Container[str]) -> str:
        """Return the SD-JWT with the disclosures of these digests only, up to and including the last `~`."""
        issued, *disclosures, _ = self.signed_part.split("~")
        shown = [text for digest, text in zip(self.disclosures, disclosures, strict=True) if digest in chosen]
        return "~".join([issued, *shown, ""])
