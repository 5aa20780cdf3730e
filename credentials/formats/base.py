"""The format port: what it is to secure claims, whatever the securing looks like.

A format knows nothing of debts, sessions, HTTP or trust. It turns a draft into a credential (`issue`), a held
credential into an answer (`present`), and an answer into claims that a key has proven (`verify`). What `verify`
returns is *integrity* only: whether that key may speak, whether the credential is still valid and what its status is
are later steps, and `credentials.verification` takes all of them in order.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from credentials.claims_path import ClaimsPath
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.keys import PublicJwk, Signer

Credential: TypeAlias = str | JsonObject
"""A secured credential or presentation as it travels: a compact string, or a JSON object."""


class MalformedCredential(MalformedInput):
    """A credential or presentation that breaks its format's specification or our narrower profile of it."""

    code = "malformed_credential"


class UnknownFormat(MalformedInput):
    """A format, type, cryptosuite or shape that we do not take."""

    code = "unknown_format"


class UndisclosablePath(BlauweKnopError):
    """A claims path that leads nowhere in this credential."""

    code = "undisclosable_path"


class HolderBindingFailed(BlauweKnopError):
    """The presenter did not prove to be the credential's holder."""

    code = "holder_binding_failed"


class HolderBindingMissing(HolderBindingFailed):
    """A proof of the holder was required and there is none, or there is one that nobody asked for."""

    code = "holder_binding_missing"


class WrongNonce(HolderBindingFailed):
    """The holder's proof answers another question than ours."""

    code = "wrong_nonce"


class WrongAudience(HolderBindingFailed):
    """The holder's proof was made for somebody else."""

    code = "wrong_audience"


class StaleHolderProof(HolderBindingFailed):
    """The holder's proof was made too long ago, or in the future."""

    code = "stale_holder_proof"


class WrongSession(HolderBindingFailed):
    """The holder's one signature is not over this question, audience and channel, or not by the holder."""

    code = "wrong_session"


class UnknownSession(HolderBindingFailed):
    """The holder signed a question together with the way of the answer, and the verifier does not know these."""

    code = "unknown_session"


@dataclass(frozen=True, slots=True)
class HolderKey:
    """The key that a credential is bound to, and the DID URL under which the holder proved it, if it was one."""

    jwk: PublicJwk
    did_url: str | None = None

    def demand(self, holder: Signer) -> None:
        """Raise HolderBindingFailed when this is another key than the one that would sign."""
        if self.jwk.members != holder.public_jwk.members:
            raise HolderBindingFailed("the credential is bound to another key")


@dataclass(frozen=True, slots=True)
class TokenStatus:
    """A place in a Token Status List."""

    uri: str
    index: int


@dataclass(frozen=True, slots=True)
class BitstringStatus:
    """A place in a Bitstring Status List of one purpose (Bitstring Status List 1.0 section 2.1).

    `size` is the number of bits of an entry; `messages` says what each of its 2^size values means, in their order, or
    is empty for one bit that is "unset" or "set"; `references` are URLs of what explains the status.
    """

    uri: str
    index: int
    purpose: str
    size: int = 1
    messages: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


StatusEntry: TypeAlias = TokenStatus | BitstringStatus


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """What an issuer signs with: an X.509 chain (leaf first, no anchor) for JOSE, a DID URL for Data Integrity.

    `cryptosuite` names the Data Integrity suite where the key could serve several; None leaves it to the key.
    """

    signer: Signer
    x5c: tuple[bytes, ...] = ()
    verification_method: str | None = None
    cryptosuite: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """The way on which an answer travels, for a holder's proof that is bound to that too (ISO/IEC 18013-5).

    `response_uri` is where it is posted, None for an answer through a browser's API; `encryption_key` the JWK
    thumbprint (RFC 7638, base64url) of the key that it is encrypted to, None for an answer in the clear.
    `proof_claims` is what the protocol wants stated in a holder's proof that is a JWT, beside what the format states.
    """

    response_uri: str | None = None
    encryption_key: str | None = None
    proof_claims: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CredentialDraft:
    """One credential about to be signed.

    `claims` is the format-neutral claim tree: nested objects with scalar leaves. `always_disclosed` holds top-level
    names whose values every verifier sees. `whole` holds prefixes below which each child is disclosed as one piece:
    with `("gebeurtenissen",)` the object `gebeurtenissen.g001` is one disclosure. `slots` names the children that a
    prefix (`()` is the top) always shows: one that the tree lacks is filled with decoys, so that the slots in sight do
    not tell how many are in use. With `disclosable` none of these three applies: exactly the places that it names are
    hidden; formats without selective disclosure pay no heed to it. `id` is a fresh URI per copy, used by formats that
    name their credentials and nodes.
    `type_integrity` is the SRI string of the type metadata, for a type that is an https address where these stand.
    `qualification` says in formats that have a place for it what kind of attestation this is: `EAA`, `PuB-EAA`, `QEAA`.
    """

    type: str
    issuer: str
    issuer_name: str
    claims: JsonObject = field(repr=False)
    always_disclosed: frozenset[str]
    holder: HolderKey | None
    issued_at: datetime
    expires_at: datetime | None
    status: tuple[StatusEntry, ...]
    id: str
    whole: frozenset[tuple[str, ...]] = frozenset()
    slots: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    type_integrity: str | None = None
    disclosable: frozenset[ClaimsPath] | None = None
    qualification: str | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a verifier demands of a presentation, decided before it is seen (RFC 9901 section 7.3).

    With `holder_binding` the presenter must prove the holder's key over `nonce` and `audience`, at most `max_age` ago.
    Without it a bare credential is expected, and a holder's proof that nobody asked for is refused. `on_file` is for
    evidence that was accepted before: the holder's proof must still be sound, while nonce, audience and age are
    compared only where given. `channel` is how the answer came, for proofs that say so.
    """

    now: datetime
    nonce: str | None = None
    audience: str | None = None
    channel: Channel | None = None
    holder_binding: bool = True
    max_age: timedelta = timedelta(minutes=5)
    on_file: bool = False

    def __post_init__(self) -> None:
        # A caller that forgot its nonce must not thereby switch the check off.
        if self.holder_binding and not self.on_file and not (self.nonce and self.audience):
            raise ValueError("holder binding needs a nonce and an audience")


@dataclass(frozen=True, slots=True)
class SignedBy:
    """Who signed, in the token's own words: proven is only that `key` made the signature.

    Either `x5c` holds the chain whose leaf is `key` and which somebody must still validate, or
    `verification_method` is the DID URL that the key resolver resolved to `key`, or `published_at` is the web address
    where `issuer` publishes `key` (SD-JWT VC section 4).
    """

    issuer: str | None
    key: PublicJwk
    x5c: tuple[bytes, ...] = ()
    verification_method: str | None = None
    published_at: str | None = None


@dataclass(frozen=True, slots=True)
class VerifiedClaims:
    """Claims that a key has signed and, where it was expected, that their holder has presented.

    Integrity only: authority, validity and status are not checked yet. `type` is the `vct`, or the IRI of the one
    JSON-LD type beside VerifiableCredential; `types` is all of them. `holder` is the key that the credential is bound
    to, proven only if the expectation demanded it. `claims` bears personal data.

    `document` is what claims paths of a query point into, from its root on (OpenID4VP 1.0 section 7 and appendix
    B.1.2), as far as it was disclosed: a whole W3C credential, or all of an SD-JWT VC's processed payload.
    """

    format: str
    type: str
    types: tuple[str, ...]
    claims: JsonObject = field(repr=False)
    signed_by: SignedBy
    holder: HolderKey | None
    issued_at: datetime | None
    valid_from: datetime | None
    valid_until: datetime | None
    status: tuple[StatusEntry, ...]
    raw: Credential = field(repr=False)
    document: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True)
class HeldView:
    """A credential as its holder sees it, not verified: every claim open.

    `always_disclosed` is the part of `claims` that every verifier sees. `paths` are the paths of all leaves that can
    be shown or hidden one by one; empty when a format discloses everything or nothing. They and the paths that
    `CredentialFormat.present` takes point into `document`, every claim open: a whole W3C credential, or all of an
    SD-JWT VC's processed payload (OpenID4VP 1.0 section 7 and appendix B.1.2).
    """

    format: str
    type: str
    types: tuple[str, ...]
    claims: JsonObject = field(repr=False)
    always_disclosed: JsonObject = field(repr=False)
    paths: tuple[tuple[str | int, ...], ...]
    issuer: str | None
    x5c: tuple[bytes, ...]
    holder: HolderKey | None
    issued_at: datetime | None
    valid_from: datetime | None
    valid_until: datetime | None
    status: tuple[StatusEntry, ...]
    document: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True)
class Configuration:
    """One credential that an issuer offers, as far as a format describes it (OpenID4VCI 1.0 section 12.2.4).

    `display` and `claims` are the entries of `credential_metadata`; `type` is the type URN. `algorithms` are the JOSE
    names, or the cryptosuites, that the issuer signs it with; without any the format names its usual one.
    """

    id: str
    type: str
    display: tuple[JsonObject, ...] = ()
    claims: tuple[JsonObject, ...] = ()
    algorithms: tuple[str, ...] = ()

    def credential_metadata(self) -> JsonObject:
        """Return the member `credential_metadata` (OpenID4VCI 1.0 section 12.2.4), or nothing for nothing to show."""
        shown: JsonObject = {"display": list(self.display), "claims": list(self.claims)}
        present: JsonObject = {name: entries for name, entries in shown.items() if entries}
        return {"credential_metadata": present} if present else {}


@dataclass(frozen=True, slots=True)
class LaterContext:
    """A context that has all terms of the one before it, with the same meaning, and more; and which claims need it."""

    url: str
    needed: Callable[[JsonObject], bool]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How the claim tree of one type is written in JSON-LD, handed to formats that need it.

    `type` is the type's IRI, `term` its name in the context at URL `context`. `to_subject(claims, node)` turns a claim
    tree into the members of `credentialSubject`, with node IRIs that begin with `node`; `from_subject` is its inverse.
    A credential whose claims need `later` names that context instead.
    """

    type: str
    term: str
    context: str
    to_subject: Callable[[JsonObject, str], JsonObject]
    from_subject: Callable[[JsonObject], JsonObject]
    later: LaterContext | None = None

    @property
    def contexts(self) -> tuple[str, ...]:
        """The URLs of the contexts that a credential of this type may name."""
        return (self.context,) if self.later is None else (self.context, self.later.url)

    def context_for(self, claims: JsonObject) -> str:
        """Return the URL of the first context that has the terms of these claims."""
        return self.later.url if self.later is not None and self.later.needed(claims) else self.context


class KeyResolver(Protocol):
    """Find the public key behind a DID URL."""

    def resolve(self, verification_method: str, purpose: str) -> PublicJwk:
        """Return the key if its controller document lists it under `purpose` (`assertionMethod`, `authentication`).

        Raises when the method is unknown, unreachable or not listed; never returns a guess.
        """
        ...


class CredentialFormat(Protocol):
    """One way to secure claims."""

    @property
    def name(self) -> str:
        """The OpenID4VCI format identifier."""
        ...

    def describe(self, configuration: Configuration) -> JsonObject:
        """Return the format's members of a `credential_configurations_supported` entry: no `scope`, no proof types."""
        ...

    def issue(self, draft: CredentialDraft, key: IssuerKey) -> Credential:
        """Sign a credential."""
        ...

    def inspect(self, credential: Credential) -> HeldView:
        """Read a credential that one holds, without verifying it. Raises MalformedCredential."""
        ...

    def disclose(self, credential: Credential, paths: Collection[ClaimsPath] | None) -> Credential:
        """Return a held credential with what stands at `paths` (None: all) in the open and nothing else that it hides.

        That is what `present` hands over, without the holder's proof: what `inspect` reads in it is what whoever gets
        it can read, and presenting it whole presents just that. A path to an object discloses everything below it, and
        what lies on the way goes along. Raises UndisclosablePath, MalformedCredential.
        """
        ...

    def present(
        self,
        credential: Credential,
        paths: Collection[ClaimsPath] | None,
        holder: Signer,
        *,
        audience: str,
        nonce: str,
        now: datetime,
        channel: Channel | None = None,
    ) -> Credential:
        """Disclose the claims at `paths` (None: all) to one audience, with the holder's proof.

        `channel` is how the answer will travel; formats that are bound to nonce and audience alone do without.
        Raises what `disclose` raises, and HolderBindingFailed.
        """
        ...

    def verify(self, presented: Credential, expected: Expectation, keys: KeyResolver) -> VerifiedClaims:
        """Check signature, structure and holder binding, and return the claims; or raise."""
        ...
