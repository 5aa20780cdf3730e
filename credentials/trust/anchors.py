"""Authority: may this key issue this type, at this time? And: is this verifier who it says it is?

A signature proves a key; this says whose key it is and what the scheme lets its owner do. It never believes a name in a
token by itself: the name must be that of the participant whose certificate this is (`credentials.trust.naming`), or
whose DID resolved to the key.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from credentials.errors import BlauweKnopError
from credentials.keys import PublicJwk
from credentials.trust.naming import host_of, owner
from credentials.trust.participant import Participant, Role
from credentials.trust.trust_list import TrustList
from credentials.trust.x509 import KeyPurpose, Leaf, UnknownAuthority, check_alone, verify_chain

# Issue times are rounded down, at most to the day (security.md: rounded times against linking).
_ROUNDING: Final = timedelta(days=1)
# OpenID4VP 1.0 section 5.9.3: this prefix names a host, and only a trusted chain says that the key is the host's.
_NEEDS_CHAIN: Final = "x509_san_dns:"
_DID: Final = "decentralized_identifier:"
_ATTESTED: Final = "verifier_attestation:"


class Signed(Protocol):
    """Who signed something, in its own words; proven is only that `key` made the signature."""

    @property
    def issuer(self) -> str | None:
        """The identifier that the token names as its issuer."""
        ...

    @property
    def key(self) -> PublicJwk:
        """The key that made the signature."""
        ...

    @property
    def x5c(self) -> tuple[bytes, ...]:
        """The certificate chain of `key`, not validated."""
        ...

    @property
    def verification_method(self) -> str | None:
        """The DID URL that resolved to `key`."""
        ...

    @property
    def published_at(self) -> str | None:
        """The web address where `issuer` publishes `key`."""
        ...


class NotAuthorised(BlauweKnopError):
    """The signature is sound, but not one that the scheme lets count."""

    code = "not_authorised"


class UnknownIssuer(NotAuthorised):
    """The key belongs to no participant that issues."""

    code = "unknown_issuer"


class IssuerNotAllowed(NotAuthorised):
    """A participant that may not issue this type, or not at that time."""

    code = "issuer_not_allowed"


class IssuerWithdrawn(NotAuthorised):
    """A participant that was withdrawn before it issued this, or whose keys have leaked."""

    code = "issuer_withdrawn"


class UnknownWalletProvider(NotAuthorised):
    """Whoever attests is no wallet provider of the scheme, or not of this wallet."""

    code = "unknown_wallet_provider"


class UnknownVerifier(NotAuthorised):
    """The requester is no verifier of the scheme."""

    code = "unknown_verifier"


def authorise(
    trust_list: TrustList, signed_by: Signed, type_: str, at: datetime, *, now: datetime | None = None
) -> Participant:
    """Return the participant whose key signed, if it may issue this type at `at`, the time of issue.

    Certificates must be valid `now` (default: `at`): a key whose certificate has ended could set back its clock.
    Raises UnknownIssuer, IssuerNotAllowed, IssuerWithdrawn, or InvalidChain when the certificates are wrong.
    """
    participant = _speaker(trust_list, signed_by, KeyPurpose.CREDENTIALS, now or at)
    if Role.ISSUER not in participant.roles:
        raise UnknownIssuer("the key belongs to a participant that does not issue")
    _check_period(participant, at, now or at)
    if not participant.may_issue(type_):
        raise IssuerNotAllowed("the trust list does not let this issuer issue this type")
    return participant


def publishes_keys(trust_list: TrustList, issuer: str) -> bool:
    """Say whether keys of this issuer may be looked up on its web site. The list must say so; by default none may."""
    return _publisher(trust_list, issuer) is not None


def authorise_list(trust_list: TrustList, participant: Participant, signed_by: Signed, now: datetime) -> None:
    """Demand that a status list was signed by the participant that issued the credential.

    A withdrawn participant may still publish status, so that what it issued before can be revoked.
    Raises UnknownIssuer or InvalidChain.
    """
    # By name: the list may have been fetched anew since the credential was judged.
    if _speaker(trust_list, signed_by, KeyPurpose.STATUS, now).identifier != participant.identifier:
        raise UnknownIssuer("the status list is signed by another than the issuer")


def recognise_issuer(trust_list: TrustList, now: datetime, *, identifier: str, x5c: tuple[bytes, ...]) -> Participant:
    """Return the issuer of this identifier, if the leaf of a chain is its own, so that it may speak for it.

    Raises UnknownIssuer, IssuerNotAllowed, IssuerWithdrawn or InvalidChain.
    """
    participant, _ = _certified(trust_list, x5c, KeyPurpose.CREDENTIALS, now)
    if participant is None or Role.ISSUER not in participant.roles or participant.identifier != identifier:
        raise UnknownIssuer("the certificate is of no issuer by this name")
    _check_period(participant, now, now)
    return participant


def recognise_sealer(trust_list: TrustList, *, x5c: tuple[bytes, ...], at: datetime, now: datetime) -> Participant:
    """Return the issuer whose certificate a document was sealed with at `at`; the certificate was valid then.

    A seal outlives its certificate. That a participant was withdrawn, or its key has leaked, counts as it is known now.
    Raises UnknownIssuer, IssuerNotAllowed, IssuerWithdrawn or InvalidChain.
    """
    participant, _ = _certified(trust_list, x5c, KeyPurpose.CREDENTIALS, at)
    if participant is None or Role.ISSUER not in participant.roles:
        raise UnknownIssuer("the seal is of no issuer on the trust list")
    _check_period(participant, at, now)
    return participant


def recognise_wallet_provider(
    trust_list: TrustList, now: datetime, *, x5c: tuple[bytes, ...], client_id: str | None = None
) -> Participant:
    """Return the wallet provider that a chain is of; with `client_id`, one whose entry lists that wallet.

    Raises UnknownWalletProvider, IssuerNotAllowed, IssuerWithdrawn or InvalidChain.
    """
    participant, _ = _certified(trust_list, x5c, KeyPurpose.ATTESTATIONS, now)
    if participant is None or Role.WALLET not in participant.roles:
        raise UnknownWalletProvider("the certificate is of no wallet provider on the trust list")
    if client_id is not None and client_id not in participant.client_ids:
        raise UnknownWalletProvider("the wallet provider's entry does not list this client_id")
    _check_period(participant, now, now)
    return participant


def recognise_verifier(
    trust_list: TrustList,
    now: datetime,
    *,
    client_id: str,
    x5c: tuple[bytes, ...] = (),
    key: PublicJwk | None = None,
    attestation: Signed | None = None,
) -> Participant:
    """Return the verifier that a request comes from, after its signature was checked as its client id demands.

    Its certificate or its DID is the participant's own, or the full client id is listed. `key` is what signed: where
    the list pins keys of a DID, no other will do. `attestation` is what was shown for the prefix of that name: it
    counts only by an attester of the list.
    Raises UnknownVerifier, IssuerNotAllowed, IssuerWithdrawn or InvalidChain.
    """
    if attestation is not None:
        # Anybody can attest any name to any key; listed or not, the name counts only by an attester's word.
        recognise_attester(trust_list, attestation, now)
    participant = _certified(trust_list, x5c, KeyPurpose.REQUESTS, now)[0] if x5c else None
    if client_id.startswith(_DID):
        participant = _of_did(trust_list, client_id, key)
    elif client_id.startswith(_ATTESTED) and attestation is None:
        raise UnknownVerifier("nobody attests who the requester is")
    elif participant is None and not client_id.startswith(_NEEDS_CHAIN):
        listed = (each for each in trust_list.participants if client_id in each.client_ids)
        participant = next(listed, None)
        # Listed by the certificate's hash: whoever vouches for it, a web server's certificate signs no requests.
        if participant is not None and x5c:
            check_alone(x5c[0], KeyPurpose.REQUESTS, now)
    if participant is None or Role.VERIFIER not in participant.roles:
        raise UnknownVerifier("the requester is no verifier on the trust list")
    _check_period(participant, now, now)
    return participant


def recognise_attester(trust_list: TrustList, signed_by: Signed, now: datetime) -> Participant:
    """Return the participant that vouches for a verifier (OpenID4VP 1.0 section 12).

    Raises UnknownVerifier, IssuerNotAllowed, IssuerWithdrawn or InvalidChain.
    """
    try:
        participant = _speaker(trust_list, signed_by, KeyPurpose.CREDENTIALS, now)
    except UnknownIssuer as error:
        raise UnknownVerifier("whoever vouches for the requester is not on the trust list") from error
    if Role.ATTESTER not in participant.roles:
        raise UnknownVerifier("whoever vouches for the requester may not do so")
    _check_period(participant, now, now)
    return participant


def _of_did(trust_list: TrustList, client_id: str, key: PublicJwk | None) -> Participant | None:
    did = client_id.removeprefix(_DID)
    for participant in trust_list.participants:
        if did != participant.did and client_id not in participant.client_ids:
            continue
        pinned = participant.keys if did == participant.did else ()
        if not pinned or (key is not None and any(each.members == key.members for each in pinned)):
            return participant
    return None


def _speaker(trust_list: TrustList, signed_by: Signed, purpose: KeyPurpose, now: datetime) -> Participant:
    if signed_by.x5c:
        participant, leaf = _certified(trust_list, signed_by.x5c, purpose, now)
        # The format checked the signature with the leaf's key; a difference would mean that two chains were mixed.
        if participant is not None and leaf is not None and leaf.public_jwk.members == signed_by.key.members:
            _check_issuer(trust_list, signed_by.issuer, participant, leaf)
            return participant
    elif signed_by.verification_method is not None:
        did = signed_by.verification_method.partition("#")[0]
        participant = trust_list.find(did)
        if participant is not None and participant.did == did and _is_own_key(participant, signed_by):
            return participant
    elif signed_by.published_at is not None and signed_by.issuer is not None:
        participant = _publisher(trust_list, signed_by.issuer)
        if participant is not None and _is_own_key(participant, signed_by):
            return participant
    raise UnknownIssuer("no participant of the trust list has this key")


def _publisher(trust_list: TrustList, issuer: str) -> Participant | None:
    participant = trust_list.find(issuer)
    # By its identifier only: the metadata of a web address says nothing about a DID.
    if participant is None or participant.identifier != issuer or not participant.publishes_keys:
        return None
    return participant if Role.ISSUER in participant.roles else None


def _certified(
    trust_list: TrustList, x5c: tuple[bytes, ...], purpose: KeyPurpose, now: datetime
) -> tuple[Participant | None, Leaf | None]:
    matches: list[tuple[Participant, Leaf]] = []
    for participant in trust_list.under(x5c):
        try:
            matches.append((participant, verify_chain(x5c, participant.anchors, now)))
        except UnknownAuthority:
            continue
    leaf = matches[0][1] if matches else None
    if leaf is None or not leaf.may(purpose):
        return None, None
    # A chain says who vouches for the leaf, never whose it is: that the leaf itself or the list must say.
    return owner([participant for participant, _ in matches], leaf), leaf


def _check_issuer(trust_list: TrustList, issuer: str | None, participant: Participant, leaf: Leaf) -> None:
    if issuer is None or issuer in (participant.identifier, participant.did):
        return
    if trust_list.find(issuer) is None and (issuer in leaf.uris or host_of(issuer) in leaf.hosts):
        return
    raise UnknownIssuer("the named issuer is not the one whose key signed")


def _is_own_key(participant: Participant, signed_by: Signed) -> bool:
    if signed_by.issuer is not None and signed_by.issuer not in (participant.did, participant.identifier):
        return False
    return not participant.keys or any(key.members == signed_by.key.members for key in participant.keys)


def _check_period(participant: Participant, at: datetime, now: datetime) -> None:
    withdrawn = participant.withdrawn_at
    if withdrawn is not None and withdrawn <= now:
        if participant.compromised:
            raise IssuerWithdrawn("the trust list withdrew this participant and everything it issued")
        # An issue time is rounded down, so on the day of the withdrawal it does not tell before from after.
        if at >= _day(withdrawn):
            raise IssuerWithdrawn("the trust list withdrew this participant before this was issued")
    if participant.valid_from is not None and at < participant.valid_from - _ROUNDING:
        raise IssuerNotAllowed("this was issued before the participant joined the scheme")
    if participant.valid_until is not None and at >= participant.valid_until:
        raise IssuerNotAllowed("this was issued after the participant left the scheme")


def _day(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
