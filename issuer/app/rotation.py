"""The steps in the life of an agency's signing keys, by command and on schedule.

Each step is decided on the index as it is, alone in the state folder; what it needs (a private half, a certificate) is
made first, then the audit line is written, then the index. Whoever is killed in between leaves an agency that works:
before the index nothing has changed, and the next try goes on with what was made. Private halves of retired keys are
destroyed after the index says that they are, and whoever comes by next does so where a kill left them.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, final

from credentials.clock import Clock
from credentials.errors import BlauweKnopError, ConfigurationError
from credentials.trust import TrustList
from credentials.trust.x509 import chain_end
from issuer.app.certificates import ask_for_certificate, certificates, certify, has_own_authority, own_authority
from issuer.app.key_files import Keeper, chain_file, request_file
from issuer.app.key_readiness import Readiness
from issuer.app.key_report import KeyCondition, Step, day_of
from issuer.app.signing_keys import certified, longest_life, rings_of
from issuer.domain.errors import KeyStepRefused
from issuer.domain.key_purpose import Purpose
from issuer.domain.signing_keys import KeyRing, KeyRings, MadeKey, Stage
from issuer.ports import Event
from issuer.settings import AgencySettings
from issuer.storage.key_index import KeyIndexFile
from service.alone import alone_in
from service.logging import get_logger

LISTED_WITHIN: Final = timedelta(days=28)
"""How long the scheme has to list a next key that is made on schedule; after it comes `keys.publish_days`."""

_log: Final = get_logger(__name__)


@final
@dataclass(frozen=True, slots=True)
class Rotation:
    """Takes the steps. Each raises KeyStepRefused where it would leave somebody without a key that is needed.

    `trust_list` is the scheme's, where the settings name one: then a key counts as known once it is on it.
    """

    settings: AgencySettings
    keeper: Keeper
    clock: Clock
    audit: Callable[[Event], None]
    trust_list: Callable[[], TrustList] | None

    def conditions(self) -> Sequence[KeyCondition]:
        """Return all keys and how each is. Changes nothing."""
        now = self.clock.now()
        rings = self._with_listing(rings_of(self._state), self._scheme(), now)
        return [each for purpose in Purpose for each in self._conditions_of(rings[purpose], now)]

    def prepare(self, purposes: Iterable[Purpose] | None = None, *, dry_run: bool = False) -> Sequence[Step]:
        """Make the next key of each purpose, and make it known; by default of each purpose that has none."""
        with self._alone():
            rings = rings_of(self._state)
            chosen = tuple(purposes) if purposes is not None else _without_next(rings)
            if not chosen:
                raise KeyStepRefused("each purpose has a next key already: activate them, or retire them")
            return [self._prepare(purpose, dry_run=dry_run) for purpose in chosen]

    def activate(
        self, purposes: Iterable[Purpose] | None = None, *, at_once: bool = False, dry_run: bool = False
    ) -> Sequence[Step]:
        """Let the next keys sign, all of these or none; by default of each purpose that has one.

        `at_once` is for a key that leaked: it may then be one that verifiers do not know yet.
        """
        scheme = self._scheme()
        with self._alone():
            now = self.clock.now()
            rings = self._noted(scheme, now, dry_run=dry_run)
            chosen = tuple(purposes) if purposes is not None else _with_next(rings)
            if not chosen:
                raise KeyStepRefused("there is no next key: prepare one first")
            after = {purpose: rings[purpose].activate(now) for purpose in chosen}
            for coming in (rings[purpose].next for purpose in chosen):
                lacks = coming and self._readiness.lacks(coming, now, at_once=at_once, mend=not dry_run)
                if lacks is not None:
                    raise KeyStepRefused(lacks)
            if not dry_run:
                names = [ring.active.key.name for ring in after.values()]
                self._write({**rings, **after}, "key.activated", names)
            relieved = ((ring.active.key.name, ring.verify_only[0].key.name) for ring in after.values())
            return [Step(name, "activated", f"{before} is verify-only from now on") for name, before in relieved]

    def retire(self, names: Sequence[str] = (), *, at_once: bool = False, dry_run: bool = False) -> Sequence[Step]:
        """Retire keys, and destroy their private halves; by default those that nothing needs any more.

        With `at_once` also one by which people still verify: what it signed counts no longer.
        """
        with self._alone():
            now = self.clock.now()
            rings = dict(rings_of(self._state))
            chosen = tuple(names) or tuple(each for each, until in self._relieved(rings) if until <= now)
            for name in chosen:
                purpose = _purpose_of(rings, name)
                rings[purpose] = rings[purpose].retire(name, now)
            needed = [(name, until) for name, until in self._relieved(rings_of(self._state)) if name in chosen]
            for name, until in needed:
                if until > now and not at_once:
                    raise KeyStepRefused(
                        f"{name}: credentials that it signed may live until {day_of(until)}; retire it then, or "
                        "--at-once if it leaked"
                    )
            if chosen and not dry_run:
                self._write(rings, "key.retired", chosen)
                self._destroy_retired(rings)
            return [Step(name, "retired", "send the scheme a fresh `describe`") for name in chosen]

    def turn(self) -> None:
        """Do what is due, for a job: note what the trust list has, destroy what is retired, rotate on schedule."""
        scheme = self._scheme()
        with self._alone():
            now = self.clock.now()
            rings = self._noted(scheme, now)
            self._destroy_retired(rings)
            if self.settings.keys.rotate_days is None:
                return
            for purpose in Purpose:
                self._turn(purpose, rings[purpose], now)
        for step in self.retire():
            _log.warning("key_retired", key=step.key, reason=step.note)

    def overdue(self) -> bool:
        """Say whether a rotation is due by the schedule and cannot be done."""
        now = self.clock.now()
        rings = rings_of(self._state)
        return any(
            due is not None and due + timedelta(days=1) <= now
            for due in map(self._due, (rings[each] for each in Purpose))
        )

    @property
    def _readiness(self) -> Readiness:
        return Readiness(self.settings, self.keeper, by_list=self.trust_list is not None)

    @property
    def _state(self) -> Path:
        return self.settings.state

    def _turn(self, purpose: Purpose, ring: KeyRing, now: datetime) -> None:
        due = self._due(ring)
        ahead = LISTED_WITHIN + timedelta(days=self.settings.keys.publish_days)
        if due is None or now < due - ahead:
            return
        if ring.next is None:
            step = self._prepare(purpose, dry_run=False)
            _log.warning("key_prepared", key=step.key, reason=step.note)
            return
        if now < due:
            return
        lacks = self._readiness.lacks(ring.next, now, mend=True)
        if lacks is not None:
            _log.warning("key_rotation_waits", key=ring.next.key.name, reason=lacks)
            return
        rings = rings_of(self._state)
        self._write({**rings, purpose: ring.activate(now)}, "key.activated", [ring.next.key.name])
        _log.info("key_activated", key=ring.next.key.name)

    def _due(self, ring: KeyRing) -> datetime | None:
        days = self.settings.keys.rotate_days
        return None if days is None else ring.active.since + timedelta(days=days)

    def _prepare(self, purpose: Purpose, *, dry_run: bool) -> Step:
        now, state = self.clock.now(), self._state
        rings = rings_of(state)
        ring = rings[purpose]
        name = ring.fresh_name
        # Refused before anything is made.
        ring.prepare(replace(ring.active.key, name=name))
        own = purpose is not Purpose.SIGNER or has_own_authority(state)
        note = "send the scheme a fresh `describe`"
        if not own:
            note += (
                f"; have the authority certify {request_file(state, name).name}, and put the certificate, leaf first, "
                f"in {chain_file(state, name).name}"
            )
        if dry_run:
            return Step(name, "prepared", note)
        index = KeyIndexFile(state)
        if index.stamp() is None:
            # Before there is a second key: without an index it could not be told which of two signs.
            index.write(rings)
        key = self.keeper.make(purpose, name, now)
        if purpose is Purpose.SIGNER and own:
            try:
                certify(self.settings, own_authority(self.settings, [], now), certified(state, key), now)
            except OSError as error:
                raise ConfigurationError(f"{chain_file(state, name).name}: cannot be written") from error
        elif purpose is Purpose.SIGNER:
            ask_for_certificate(self.settings, self.keeper.signer_of(key), request_file(state, name))
        self._write({**rings, purpose: ring.prepare(key)}, "key.prepared", [name])
        return Step(name, "prepared", note)

    def _conditions_of(self, ring: KeyRing, now: datetime) -> Iterator[KeyCondition]:
        life, active, coming = longest_life(self.settings), ring.active, ring.next
        yield KeyCondition(active.key, Stage.ACTIVE, active.since, certificate_ends=self._ends(active.key))
        if coming is not None:
            yield KeyCondition(
                coming.key,
                Stage.NEXT,
                coming.key.made_at,
                certificate_ends=self._ends(coming.key),
                listed=coming.listed_at,
                note=self._readiness.lacks(coming, now) or "can be activated",
            )
        for each in ring.verify_only:
            until, ends = each.needed_until(life), self._ends(each.key)
            note = "can be retired" if until <= now else None
            yield KeyCondition(each.key, Stage.VERIFY_ONLY, each.relieved_at, until, ends, note=note)
        for gone in ring.retired:
            yield KeyCondition(gone.key, Stage.RETIRED, gone.retired_at)

    def _ends(self, key: MadeKey) -> datetime | None:
        try:
            return chain_end(certificates(chain_file(self._state, key.name)))
        except BlauweKnopError:
            return None

    def _relieved(self, rings: KeyRings) -> Iterator[tuple[str, datetime]]:
        """Give the keys that sign no more, and until when each is needed."""
        life = longest_life(self.settings)
        for purpose in Purpose:
            yield from ((each.key.name, each.needed_until(life)) for each in rings[purpose].verify_only)

    def _scheme(self) -> TrustList | None:
        """Return the trust list, before anything is locked: it may have to be fetched."""
        if self.trust_list is None:
            return None
        try:
            return self.trust_list()
        except BlauweKnopError:
            # What was noted before stays; a key that was never seen on it stays unknown.
            return None

    def _noted(self, scheme: TrustList | None, now: datetime, *, dry_run: bool = False) -> KeyRings:
        """Return the keys, after noting whether the trust list has the next ones."""
        rings = rings_of(self._state)
        noted = self._with_listing(rings, scheme, now)
        if noted != rings and not dry_run:
            KeyIndexFile(self._state).write(noted)
        return noted

    def _with_listing(self, rings: KeyRings, scheme: TrustList | None, now: datetime) -> KeyRings:
        if scheme is None:
            return rings
        return {
            purpose: ring
            if ring.next is None
            else ring.with_listing(now, listed=self._readiness.is_listed(ring.next.key, scheme, now))
            for purpose, ring in rings.items()
        }

    def _write(self, rings: KeyRings, action: str, names: Sequence[str]) -> None:
        for name in names:
            self.audit(Event(action, name, "done"))
        KeyIndexFile(self._state).write(rings)

    def _destroy_retired(self, rings: KeyRings) -> None:
        for ring in rings.values():
            for gone in ring.retired:
                if self.keeper.destroy(gone.key):
                    _log.info("key_destroyed", key=gone.key.name)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        state = self._state
        if not state.is_dir():
            raise ConfigurationError(f"{self.settings.agency.abbreviation}: no state yet; run `blauweknop issuer init`")
        # A key that another user makes cannot be read by the service, which would stop signing.
        if os.name == "posix" and state.stat().st_uid != os.geteuid():
            raise ConfigurationError("the state folder is another user's: do this as the user that the service runs as")
        with alone_in(state):
            yield


def _with_next(rings: KeyRings) -> tuple[Purpose, ...]:
    return tuple(purpose for purpose in Purpose if rings[purpose].next is not None)


def _without_next(rings: KeyRings) -> tuple[Purpose, ...]:
    return tuple(purpose for purpose in Purpose if rings[purpose].next is None)


def _purpose_of(rings: KeyRings, name: str) -> Purpose:
    found = (purpose for purpose in Purpose for _, key in rings[purpose].staged() if key.name == name)
    purpose = next(found, None)
    if purpose is None:
        raise KeyStepRefused("there is no key of this name; `keys list` shows those there are")
    return purpose
