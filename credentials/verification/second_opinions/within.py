"""The proofs in a presented W3C credential, the holder's and the issuer's, each with the key that it names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias, final

from credentials.encoding import JsonObject, JsonValue, b64_decode
from credentials.errors import BlauweKnopError
from credentials.formats.base import Credential, KeyResolver
from credentials.formats.issuer_key import leaf_key
from credentials.formats.vcdm import CREDENTIALS_V2, Envelope, is_envelope
from credentials.jose import UnverifiedToken
from credentials.keys import PublicJwk

_ASSERTION: Final = "assertionMethod"
_AUTHENTICATION: Final = "authentication"
# A presentation holds a credential, and neither holds another of its kind.
_DEEPEST: Final = 3


@final
@dataclass(frozen=True, slots=True)
class LinkedDataProof:
    """A Data Integrity proof on a document."""

    document: JsonObject = field(repr=False)
    proof: JsonObject = field(repr=False)

    @property
    def named(self) -> tuple[str, str]:
        """The verification method that the proof names, and for what."""
        return str(self.proof.get("verificationMethod")), str(self.proof.get("proofPurpose"))


@final
@dataclass(frozen=True, slots=True)
class TokenProof:
    """A signed token. `bound` is the key of its holder that a credential names itself, where it has no DID."""

    compact: str = field(repr=False)
    token: UnverifiedToken = field(repr=False)
    bound: PublicJwk | None = None

    @property
    def named(self) -> tuple[str, str] | None:
        """The verification method that the token names, and for what; None where it has a certificate or is bound."""
        kid, issuer = self.token.header.get("kid"), self.token.payload.get("iss")
        if self.bound is not None or "x5c" in self.token.header or not isinstance(kid, str):
            return None
        # VC-JOSE-COSE section 4.1.1: relative to the issuer where that is named.
        method = f"{issuer}{kid}" if kid.startswith("#") else kid
        shows = "vp" in self.token.payload or str(self.token.header.get("typ")).startswith("vp+")
        return method, _AUTHENTICATION if shows else _ASSERTION

    def key(self, keys: KeyResolver) -> PublicJwk | None:
        """Return the key of the signature; None where nothing here says which. Raises what the resolver raises."""
        chain = self.token.header.get("x5c")
        if self.bound is None and isinstance(chain, list) and chain:
            return leaf_key(b64_decode(str(chain[0]), "x5c"))
        return keys.resolve(*self.named) if self.named is not None else self.bound


Found: TypeAlias = LinkedDataProof | TokenProof


def proofs_within(content: Credential, depth: int = 0) -> Iterator[Found]:
    """Find every W3C proof in what was presented; nothing in an SD-JWT VC or an mdoc, which are none."""
    if depth == _DEEPEST:
        return
    if isinstance(content, str):
        yield from _of_text(content, depth)
        return
    if is_envelope(content):
        yield from proofs_within(Envelope.read(content).data, depth + 1)
        return
    proof = content.get("proof")
    for each in proof if isinstance(proof, list) else [proof]:
        if isinstance(each, dict):
            yield LinkedDataProof(content, each)
    yield from _held(content.get("verifiableCredential"), depth)


def _of_text(content: str, depth: int) -> Iterator[Found]:
    compact, *disclosures = content.split("~")
    try:
        token = UnverifiedToken.parse(compact)
    except BlauweKnopError:
        return
    inner = token.payload.get("vp", token.payload)
    if not _is_w3c(token.payload):
        return
    yield TokenProof(compact, token)
    if disclosures and disclosures[-1]:
        yield from _key_binding(disclosures[-1], token)
    yield from _held(inner.get("verifiableCredential") if isinstance(inner, dict) else None, depth)


def _key_binding(compact: str, credential: UnverifiedToken) -> Iterator[Found]:
    # RFC 9901 section 4.3: signed by the key that the credential names in `cnf`.
    confirmation = credential.payload.get("cnf")
    try:
        jwk = PublicJwk.parse(confirmation.get("jwk")) if isinstance(confirmation, dict) else None
        yield TokenProof(compact, UnverifiedToken.parse(compact), jwk)
    except BlauweKnopError:
        return


def _held(value: JsonValue, depth: int) -> Iterator[Found]:
    held: Sequence[JsonValue] = value if isinstance(value, list) else [value]
    for each in held:
        if isinstance(each, str | dict):
            yield from proofs_within(each, depth + 1)


def _is_w3c(payload: JsonObject) -> bool:
    contexts = payload.get("@context")
    listed = contexts if isinstance(contexts, list) else [contexts]
    return "vc" in payload or "vp" in payload or CREDENTIALS_V2 in listed
