"""Ask an agency for one card in several copies, prove each of them, and make one card of them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, final

from credentials.clock import Clock
from credentials.errors import Unavailable
from credentials.formats import Credential
from credentials.keys import SoftwareSigner
from wallet_api.domain.card import Card, Copy, Standing
from wallet_api.domain.delivery import PATIENCE, STEP_ASKS, Awaited, Delivery
from wallet_api.domain.errand import Answered, Over
from wallet_api.domain.errors import CardRefused, IssuerBusy, NothingOffered, PermissionOver
from wallet_api.domain.issuance import IssuerDescription, Kind
from wallet_api.ports import Errands, Issuers, NotReady, Obtained, Proof, Proven

_WHEN_DOWN: Final = timedelta(minutes=1)
# A run of an errand ends within seconds.
_WHEN_RUN: Final = timedelta(seconds=5)


@final
@dataclass(slots=True)
class Step:
    """What one step of a delivery brought so far, also where it breaks off.

    `cards` are by their numbers, `notices` the names to tell of them. Of the first `asked` cards `pending` are still to
    come. `read` are errands whose answer is among the cards.
    """

    asked: int
    pending: list[Awaited]
    cards: dict[int, Card] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list, repr=False)
    not_before: datetime | None = None
    read: list[str] = field(default_factory=list)

    def heard(self, obtained: Obtained) -> Sequence[Credential]:
        """Note by which name to tell of what came, before it is known whether it is sound."""
        if obtained.notice is not None:
            self.notices.append(obtained.notice)
        return obtained.credentials


@final
class ObtainCards:
    """Cards of an agency that are sound, each in as many copies as the setting says and the agency gives.

    Without `errands` nothing is asked while the vault is closed.
    """

    def __init__(self, issuers: Issuers, proof: Proof, clock: Clock, *, copies: int, errands: Errands | None) -> None:
        self._issuers = issuers
        self._proof = proof
        self._clock = clock
        self._copies = copies
        self._errands = errands

    def obtain(self, delivery: Delivery, description: IssuerDescription, step: Step) -> None:
        """Fetch the cards of the next step: those not asked for yet, or else those that were not ready.

        At the first that is not ready the step ends, since each such answer may have cost the agency its time; and when
        it has taken long enough.
        Raises CardRefused, NothingOffered, IssuerRefused, Unavailable, MalformedInput.
        """
        until = self._clock.now() + STEP_ASKS
        if delivery.asks_on:
            self._ask_on(delivery, description, step, until)
            return
        still: list[Awaited] = []
        for awaited in delivery.pending:
            kind = _kind(description, delivery, awaited.number)
            found = self._found(delivery, awaited, description, step, until)
            if isinstance(found, Awaited):
                still.append(found)
                continue
            signers = [SoftwareSigner.from_private_jwk(key) for key in awaited.keys]
            step.cards[awaited.number] = self._card(delivery, kind, step.heard(found), signers)
        step.pending = still

    def _ask_on(self, delivery: Delivery, description: IssuerDescription, step: Step, until: datetime) -> None:
        for number, wanted in delivery.next_wanted:
            if self._clock.now() >= until:
                return
            kind = _kind(description, delivery, number)
            # Every copy its own key: two copies must have nothing in common.
            signers = [SoftwareSigner.generate() for _ in range(max(1, min(self._copies, description.batch_size)))]
            answer = self._issuers.obtain(description, delivery.grant, kind, wanted.identifier, signers)
            step.asked = number + 1
            if isinstance(answer, NotReady):
                step.pending.append(self._awaited(description, number, answer, signers))
                return
            step.cards[number] = self._card(delivery, kind, step.heard(answer), signers)

    def _found(
        self, delivery: Delivery, awaited: Awaited, description: IssuerDescription, step: Step, until: datetime
    ) -> Obtained | Awaited:
        now, question, errands = self._clock.now(), awaited.question, self._errands
        outcome = errands.look(question.id, now) if errands is not None and question is not None else None
        match outcome:
            case Answered(content) if question is not None:
                step.read.append(question.id)
                return self._issuers.open_answer(question, content)
            case Over():
                raise PermissionOver("invalid_transaction_id")
        if now < awaited.again_at or now >= until:
            return awaited
        # Two who ask at once would not both get it.
        mine = outcome is None or (errands is not None and question is not None and errands.withdraw(question.id, now))
        if not mine:
            return replace(awaited, again_at=now + _WHEN_RUN)
        try:
            answer = self._issuers.obtain_later(description, delivery.grant, awaited.transaction_id)
        except (Unavailable, IssuerBusy):
            return replace(awaited, again_at=now + _WHEN_DOWN)
        if isinstance(answer, NotReady):
            return replace(awaited, interval=answer.interval, again_at=now + _wait(answer))
        return answer

    def _awaited(
        self, description: IssuerDescription, number: int, answer: NotReady, signers: Sequence[SoftwareSigner]
    ) -> Awaited:
        keys = tuple(signer.to_private_jwk() for signer in signers)
        question = None
        if self._errands is not None:
            question = self._issuers.seal_question(description, answer.transaction_id)
        again_at = self._clock.now() + _wait(answer)
        return Awaited(number, answer.transaction_id, keys, answer.interval, again_at, question)

    def _card(
        self, delivery: Delivery, kind: Kind, credentials: Sequence[Credential], signers: Sequence[SoftwareSigner]
    ) -> Card:
        if not 1 <= len(credentials) <= len(signers):
            raise CardRefused("number_of_copies")
        bound = list(zip(credentials, signers, strict=False))
        proven = [self._proof.prove(each, kind, delivery.agency, signer.public_jwk) for each, signer in bound]
        _demand_same_facts(proven)
        first, now = proven[0], self._clock.now()
        return Card(
            id=secrets.token_hex(16),
            agency=delivery.agency,
            format=kind.format,
            type=first.type,
            claims=first.claims,
            session=delivery.session,
            collected_at=now,
            issued_at=first.issued_at,
            valid_until=min((each.valid_until for each in proven if each.valid_until is not None), default=None),
            standing=Standing.VALID,
            checked_at=now,
            copies=tuple(Copy(each, signer.to_private_jwk()) for each, signer in bound),
        )


def _demand_same_facts(proven: Sequence[Proven]) -> None:
    # Copies differ in their digests, which tie a case to its overview; every fact is the same.
    facts = [_facts(each.claims) for each in proven]
    if any(each != facts[0] for each in facts) or len({each.type for each in proven}) != 1:
        raise CardRefused("copies_differ")


def _facts(claims: object) -> object:
    if isinstance(claims, dict):
        return {name: _facts(value) for name, value in claims.items() if name not in ("digest", "zaak_digest")}
    return claims


def _kind(description: IssuerDescription, delivery: Delivery, number: int) -> Kind:
    kind = description.kind(delivery.wanted[number].configuration)
    if kind is None:
        raise NothingOffered
    return kind


def _wait(answer: NotReady) -> timedelta:
    return min(timedelta(seconds=answer.interval), PATIENCE)
