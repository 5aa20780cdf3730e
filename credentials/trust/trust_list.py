"""The trust list: one signed, static document that says who takes part and what each may do.

A JWT of type `trust-list+jwt`, signed by the scheme's root key, which every party has in its settings; anyone may host
a copy. `TrustList.verify` checks, in order: form, `typ`, signature under a pinned root, times, number, participants.
`HeldTrustList` is what a party keeps: it never goes back to a lower number, keeps the last good list through an outage,
and stops when that list has expired. Fetching is not handled here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self, final

from cryptography.x509 import Name

from credentials.clock import epoch, from_epoch
from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError, MalformedInput, Unavailable
from credentials.jose import ClaimError, InvalidToken, UnverifiedToken, check_times, sign_jwt
from credentials.jose.jwt import numeric_date
from credentials.keys import InvalidSignature, PublicJwk, Signer
from credentials.trust.participant import Participant, Role
from credentials.trust.x509 import issuer_of, subject_of

TOKEN_TYPE: Final = "trust-list+jwt"  # noqa: S105  # a media type
MEDIA_TYPE: Final = "application/trust-list+jwt"
DEFAULT_LIFETIME: Final = timedelta(hours=24)
MAX_LIFETIME: Final = timedelta(days=366)
MAX_PARTICIPANTS: Final = 5_000
MAX_CHARACTERS: Final = 1_390_000


class TrustListRejected(BlauweKnopError):
    """A trust list that is malformed, not signed by the pinned root, or older than one we have seen."""

    code = "trust_list_rejected"


class TrustListExpired(Unavailable):
    """The last good trust list has expired, or there never was one: nobody can be trusted now."""

    code = "trust_list_expired"


@final
@dataclass(frozen=True, slots=True)
class TrustList:
    """A verified list of participants; `text` is the JWT that it came as."""

    issuer: str
    issued_at: datetime
    expires_at: datetime
    sequence: int
    participants: tuple[Participant, ...]
    text: str = field(repr=False, compare=False, default="")
    _by_name: dict[str, Participant] = field(repr=False, compare=False, default_factory=dict)
    _by_authority: dict[Name, list[Participant]] = field(repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for participant in self.participants:
            # One name, one organisation: an identifier or DID that two entries claim would let one speak as the other.
            for name in {participant.identifier, participant.did} - {None}:
                if self._by_name.setdefault(str(name), participant) is not participant:
                    raise TrustListRejected("two participants share an identifier or DID")

    @classmethod
    def verify(cls, jwt: str, root: PublicJwk | tuple[PublicJwk, ...], now: datetime) -> Self:
        """Check a list against the pinned root key (or keys, while one follows another).

        Raises TrustListRejected, or TrustListExpired when only its time has passed.
        """
        roots = root if isinstance(root, tuple) else (root,)
        try:
            token = UnverifiedToken.parse(jwt.strip(), max_characters=MAX_CHARACTERS)
            token.require_type(TOKEN_TYPE)
            # The pinned key is the only word for it: a certificate, of whatever authority, would be a second one.
            if "x5c" in token.header:
                raise InvalidToken("a trust list is signed by the pinned key, not by a certificate")
            payload = _payload_under_one_of(token, roots)
            check_times({name: value for name, value in payload.items() if name != "exp"}, now, require=("iat",))
            trust_list = cls._parse(payload, jwt.strip())
        except ClaimError as error:
            raise TrustListRejected(f"the trust list's {error.claim} {error.reason}") from error
        except MalformedInput as error:
            raise TrustListRejected(error.detail or "the trust list is malformed") from error
        except InvalidSignature as error:
            raise TrustListRejected("the trust list is not signed by the scheme's root key") from error
        trust_list.check_current(now)
        return trust_list

    def check_current(self, now: datetime) -> None:
        """Raise TrustListExpired once the list's time has passed. No tolerance: the scheme signs in good time."""
        if now >= self.expires_at:
            raise TrustListExpired("the trust list has expired")

    def find(self, name: str) -> Participant | None:
        """Return the participant with this identifier or DID."""
        return self._by_name.get(name)

    def under(self, x5c: Sequence[bytes]) -> Sequence[Participant]:
        """Return the participants with an authority of the name that a chain ends with, in the list's order.

        A cheap look before the whole validation. Raises InvalidChain for what is no chain at all.
        """
        if not x5c:
            return ()
        if not self._by_authority:
            found: dict[Name, list[Participant]] = {}
            for participant in self.participants:
                for name in dict.fromkeys(map(subject_of, participant.anchors)):
                    found.setdefault(name, []).append(participant)
            self._by_authority.update(found)
        return self._by_authority.get(issuer_of(x5c), ())

    def by_oin(self, oin: str) -> Participant | None:
        """Return the participant with this organisation number."""
        return next((each for each in self.participants if each.oin == oin), None)

    def with_role(self, role: Role) -> tuple[Participant, ...]:
        """Return the participants of one role that are not withdrawn, in the list's order."""
        return tuple(each for each in self.participants if role in each.roles and each.withdrawn_at is None)

    @classmethod
    def _parse(cls, payload: JsonObject, text: str) -> Self:
        issuer, sequence, entries = payload.get("iss"), payload.get("seq"), payload.get("participants")
        if not isinstance(issuer, str) or not issuer:
            raise InvalidToken("the trust list has no iss")
        if isinstance(sequence, bool) or not isinstance(sequence, int) or sequence < 0:
            raise InvalidToken("the trust list has no seq")
        if not isinstance(entries, list) or len(entries) > MAX_PARTICIPANTS:
            raise InvalidToken(f"participants is not a list of at most {MAX_PARTICIPANTS} entries")
        issued_at, expires_at = numeric_date(payload, "iat"), numeric_date(payload, "exp")
        if issued_at is None or expires_at is None or expires_at <= issued_at:
            raise InvalidToken("the trust list has no iat before its exp")
        if expires_at - issued_at > MAX_LIFETIME.total_seconds():
            raise InvalidToken("the trust list would be valid for longer than a year")
        participants = tuple(Participant.parse(entry) for entry in entries)
        return cls(issuer, from_epoch(issued_at), from_epoch(expires_at), sequence, participants, text)


def issue(
    participants: Iterable[Participant],
    signer: Signer,
    *,
    issuer: str,
    sequence: int,
    now: datetime,
    lifetime: timedelta = DEFAULT_LIFETIME,
) -> str:
    """Sign a list of participants; returns the JWT. Raises TrustListRejected for what `verify` would reject."""
    members: list[JsonValue] = [participant.to_dict() for participant in participants]
    claims: JsonObject = {
        "iss": issuer,
        "iat": epoch(now),
        "exp": epoch(now + lifetime),
        "seq": sequence,
        "participants": members,
    }
    jwt = sign_jwt(TOKEN_TYPE, {"kid": signer.public_jwk.thumbprint}, claims, signer)
    TrustList.verify(jwt, signer.public_jwk, now)
    return jwt


@final
class HeldTrustList:
    """The trust list that a party holds on to: the last good one, until it expires.

    `minimum_sequence` is the last number that was seen before a restart.

    Not safe for threads that offer at once; reading while another offers is.
    """

    __slots__ = ("_jwt", "_list", "_minimum", "_roots")

    def __init__(self, root: PublicJwk | tuple[PublicJwk, ...], minimum_sequence: int = 0) -> None:
        self._roots = root
        self._minimum = minimum_sequence
        self._list: TrustList | None = None
        self._jwt = ""

    @property
    def jwt(self) -> str:
        """The last good list as it was received, for keeping on disk; empty before the first."""
        return self._jwt

    @property
    def last(self) -> TrustList | None:
        """The last good list, also when it has expired: to say so, and for nothing else."""
        return self._list

    def offer(self, jwt: str, now: datetime) -> TrustList:
        """Take a newly fetched list. On any error the list held stays.

        Raises TrustListRejected, also for a lower number than that of the list held, and for another list under the
        same number; TrustListExpired.
        """
        offered = TrustList.verify(jwt, self._roots, now)
        held = self._list
        if offered.sequence < self._minimum:
            raise TrustListRejected("the trust list is older than one that was held before")
        if held is not None:
            if (offered.sequence, offered.issued_at) < (held.sequence, held.issued_at):
                raise TrustListRejected("the trust list is older than the one held")
            if offered.sequence == held.sequence and offered.participants != held.participants:
                raise TrustListRejected("two different trust lists bear one number")
        self._list, self._jwt = offered, jwt.strip()
        return offered

    def current(self, now: datetime) -> TrustList:
        """Return the last good list. Raises TrustListExpired when it has expired or there is none."""
        if self._list is None:
            raise TrustListExpired("no trust list has been received yet")
        self._list.check_current(now)
        return self._list


def _payload_under_one_of(token: UnverifiedToken, roots: tuple[PublicJwk, ...]) -> JsonObject:
    for root in roots:
        if token.algorithm is root.algorithm:
            try:
                return token.verify(root).payload
            except InvalidSignature:
                continue
    raise InvalidSignature
