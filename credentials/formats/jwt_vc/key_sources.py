"""Where the key to check a signature with comes from (VC-JOSE-COSE section 4): never from the token itself."""

from dataclasses import dataclass
from typing import Protocol, Self

from credentials.encoding import JsonObject
from credentials.formats.base import KeyResolver, MalformedCredential, SignedBy
from credentials.formats.issuer_key import PublishedKeys, leaf_key
from credentials.formats.jwt_vc.media import Kind
from credentials.keys import WITH_ES512, PublicJwk

_TYPE = "JsonWebKey"


@dataclass(frozen=True, slots=True)
class ClaimedKey:
    """What a token says about the key that made it: nothing of it is proven.

    `party` is the issuer or holder that the document names, `issuer_claim` the claim `iss`.
    """

    kid: str | None
    party: str | None
    issuer_claim: str | None = None
    x5c: tuple[bytes, ...] = ()


class KeySource(Protocol):
    """Find the key of a signature."""

    def find(self, claimed: ClaimedKey, kind: Kind) -> SignedBy:
        """Return the key. Raises MalformedCredential or its kin, or what a resolver raises."""
        ...


@dataclass(frozen=True, slots=True)
class VerificationMethod:
    """One key that the caller says is the right one: whose it is, is then the caller's to know.

    A `JsonWebKey` of Controlled Identifiers 1.0 section 2.2.3, which section 4.3 asks for.
    """

    id: str
    controller: str
    key: PublicJwk

    @classmethod
    def read(cls, document: JsonObject) -> Self:
        """Read a verification method. Raises MalformedCredential or UnsupportedKey."""
        id_, controller = document.get("id"), document.get("controller")
        if document.get("type") != _TYPE or not isinstance(id_, str) or not isinstance(controller, str):
            raise MalformedCredential("a verification method has an id, a controller and the type JsonWebKey")
        if "publicKeyMultibase" in document:
            raise MalformedCredential("a JsonWebKey has its key in publicKeyJwk only")
        return cls(id_, controller, PublicJwk.parse(document.get("publicKeyJwk"), WITH_ES512))

    def find(self, claimed: ClaimedKey, kind: Kind) -> SignedBy:
        """Return this key, if the token does not name another."""
        del kind
        # Section 4.1.1: a hint, by the method's own name or by that of the JWK in it.
        names = {self.id, self.key.kid, self.key.thumbprint, "#" + self.id.partition("#")[2]} - {"#"}
        if claimed.kid is not None and claimed.kid not in names:
            raise MalformedCredential("kid names another key")
        return SignedBy(claimed.party, self.key, verification_method=self.id)


@dataclass(frozen=True, slots=True)
class ByIdentifier:
    """Keys found by the DID URL in `kid`, or as the leaf of `x5c`, for the party that the document names.

    With `published`, an issuer that is no DID may publish its keys itself (section 4.2.1, SD-JWT VC section 4).

    The DID must be that party's own (VCDM 2.0 section 7.1), and list the key under `assertionMethod` for a credential,
    `authentication` for a presentation. Whether a chain or a DID may speak is decided later.
    """

    keys: KeyResolver
    published: PublishedKeys | None = None

    def find(self, claimed: ClaimedKey, kind: Kind) -> SignedBy:
        """Return the key. Raises MalformedCredential, UnsupportedKey, or as the resolver and `published` do."""
        party = claimed.party
        if claimed.x5c:
            return SignedBy(party, leaf_key(claimed.x5c[0]), claimed.x5c)
        if self.published is not None and party is not None and not party.startswith("did:"):
            found = self.published.find(party, claimed.kid)
            return SignedBy(party, found.key, published_at=found.address)
        method = _method(claimed)
        purpose = "assertionMethod" if kind is Kind.CREDENTIAL else "authentication"
        return SignedBy(method.partition("#")[0], self.keys.resolve(method, purpose), verification_method=method)


def _method(claimed: ClaimedKey) -> str:
    kid, party = claimed.kid, claimed.party
    if party is not None and not party.startswith("did:"):
        raise MalformedCredential("there is neither x5c nor a DID to find the key by")
    if kid is None:
        # Section 4.1.1: it must be there when the key is expressed as a DID URL.
        raise MalformedCredential("kid is missing")
    if kid.startswith("#") and claimed.issuer_claim is not None and party is not None:
        kid = party + kid
    # Section 4.3: without iss it is absolute.
    if not kid.startswith("did:") or "#" not in kid:
        raise MalformedCredential("kid is not a DID URL")
    if party is not None and not kid.startswith(f"{party}#"):
        # A key of another DID would let its controller speak in this party's name.
        raise MalformedCredential("kid is not a key of the party that the document names")
    return kid
