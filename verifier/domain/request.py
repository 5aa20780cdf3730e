"""A request for a presentation and the states it goes through.

`Open` (with the moment a wallet fetched it) → `Answered` | `Declined` | `Withdrawn`. Only an open request whose time
has not passed can be answered, and only once: the storage makes each transition with one conditional update. Of a
client at a distance the answer is `Held` first, until they have read out its code.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias, assert_never

from credentials.encoding import JsonObject
from credentials.formats import Channel
from credentials.masking import Secret
from verifier.domain.evidence import Evidence

ClientIdPrefix: TypeAlias = Literal[
    "x509_hash", "x509_san_dns", "decentralized_identifier", "verifier_attestation", "redirect_uri"
]
ResponseMode: TypeAlias = Literal["direct_post.jwt", "direct_post"]
StatusWord: TypeAlias = Literal["open", "code", "beantwoord", "geweigerd", "ingetrokken", "verlopen"]


@dataclass(frozen=True, slots=True)
class Intake:
    """One client's file at one counsellor. `reference` is the counsellor's own; a BSN is never asked or kept.

    `received_from` is who had it before, where it was handed over. `remote`: the client is not in the room, and reads a
    code out before anything of an answer is shown (`verifier.domain.read_back`).
    """

    id: str
    owner: str
    reference: str = field(repr=False)
    template: str
    opened_at: datetime
    delete_after: datetime
    received_from: str | None = None
    remote: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """Nobody has answered yet."""

    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the holder proved to have answered: our question, to us, on this way.

    Kept so that evidence can be checked again.
    """

    nonce: str
    audience: str
    channel: Channel = field(default_factory=Channel)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was taken in, and when it was last checked; `transaction_data` is what the holder agreed to, as it came."""

    received_at: datetime
    checked_at: datetime
    shown: Shown
    evidence: tuple[Evidence, ...]
    transaction_data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """A wallet has answered, once."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Held:
    """A wallet has answered, and nobody has read out its code yet: nothing of the answer is opened."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class Declined:
    """The citizen, or the citizen's wallet, has said no; or the code of the answer was typed wrong too often."""

    at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The counsellor has asked anew; this request can no longer be answered."""

    at: datetime


State: TypeAlias = "Open | Held | Answered | Declined | Withdrawn"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the newest request of a file stands, in one word; `since` is when it was answered, else when it was asked.

    Of an answer in parts it asks for number `part` of `parts`.

    Nothing of an answer is in it, so that a list of files opens none.
    """

    status: StatusWord
    since: datetime
    decline_code: str = ""
    part: int = 1
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """An answer that was refused: when, and why in words and by code, without anything of what it said."""

    at: datetime
    code: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Binding:
    """What only this request has: all of it is fresh and unguessable.

    `request_path` and `response_path` are the last segments of `request_uri` and `response_uri`. `encryption_key` is
    the private JWK that an encrypted answer opens with, None for a plain `direct_post`. `transaction_data` is what the
    holder must agree to, as it travels.
    """

    request_path: str
    response_path: str
    nonce: str
    state: str
    encryption_key: Secret | None = None
    transaction_data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerificationRequest:
    """One question to one wallet. `formats` are those that were named for it; empty: those that fit the wallet.

    A wallet may answer in parts: each but the first answers a request of its own, which names in `first` the request
    that the series began with. It is number `part` of `parts`, and `taken` cards came in the parts before it.

    The answer to a `remote` one is held until its code is read out; `invited`: the client made it, at home.
    """

    id: str
    intake_id: str
    owner: str
    template: str
    query: JsonObject
    response_mode: ResponseMode
    client_id_prefix: ClientIdPrefix
    binding: Binding
    created_at: datetime
    expires_at: datetime
    extensions: int
    state: State
    attempts: tuple[Attempt, ...] = ()
    browser: str | None = None
    formats: tuple[str, ...] = ()
    first: str | None = None
    part: int = 1
    parts: int = 1
    taken: int = 0
    remote: bool = False
    invited: bool = False

    @property
    def series(self) -> str:
        """What all parts of one answer have in common."""
        return self.first or self.id

    def status(self, now: datetime) -> StatusWord:
        """Say in one word where the request stands."""
        match self.state:
            case Open():
                return "open" if now < self.expires_at else "verlopen"
            case Held():
                return "code" if now < self.expires_at else "verlopen"
            case Answered():
                return "beantwoord"
            case Declined():
                return "geweigerd"
            case Withdrawn():
                return "ingetrokken"
            case _:
                assert_never(self.state)


def standing_of(parts: Sequence[VerificationRequest], now: datetime) -> StatusWord:
    """Say in one word where a series stands, first part first: answered too when what was still to come never came."""
    word = parts[-1].status(now)
    return "beantwoord" if word != "open" and isinstance(parts[0].state, Answered) else word
