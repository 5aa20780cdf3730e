"""Open a wallet with a passkey, make one behind it, or add another (WebAuthn Level 3, section 7).

Every answer is to a challenge that we gave out, for this purpose and to this browser, within minutes and once. No
attempts are counted: a signature cannot be guessed, and a stranger's wrong guesses at a PIN must not shut out a
passkey.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final, final

from credentials.clock import Clock, dutch_day
from credentials.encoding import JsonObject, b64url_decode, b64url_encode
from wallet_api.domain.errors import (
    ChangedMeanwhile,
    PasskeyRefused,
    PasskeysOff,
    TooManyPasskeys,
    UnknownPasskey,
    UnknownWallet,
)
from wallet_api.domain.locks import MAX_PASSKEYS, LockKind, LockNote
from wallet_api.domain.passkey import (
    MAX_NAME,
    PRF_BYTES,
    PasskeyAnswer,
    PasskeyFacts,
    Registered,
    brought_by,
)
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Challenges, Locksmith, Passkeys, Wallets
from wallet_api.usecases.wallets import KeepWallets

LIFETIME: Final = timedelta(minutes=5)
_CHALLENGE_BYTES: Final = 32
_OPEN: Final = "open"
_MAKE: Final = "make"
_CONFIRM: Final = "confirm"


@final
class UsePasskeys:
    """What a citizen does with passkeys. `passkeys` is None where there can be none: then every step is PasskeysOff.

    `whose` is to whom a challenge is given: a browser's session or an open wallet, or nobody yet.
    """

    def __init__(
        self,
        wallets: Wallets,
        locksmith: Locksmith,
        keep: KeepWallets,
        clock: Clock,
        *,
        passkeys: Passkeys | None,
        challenges: Challenges,
    ) -> None:
        self._wallets = wallets
        self._locksmith = locksmith
        self._keep = keep
        self._passkeys = passkeys
        self._challenges = challenges
        self._clock = clock

    @property
    def possible(self) -> bool:
        """Say whether there can be passkeys here."""
        return self._passkeys is not None

    def ask(self, whose: str) -> JsonObject:
        """Return what a browser is to ask whichever passkey its citizen chooses. Raises PasskeysOff."""
        return self._port.request(self._challenge(_OPEN, whose))

    def open(self, answer: PasskeyAnswer, whose: str) -> OpenedWallet:
        """Open a wallet. Raises PasskeyRefused, UnknownPasskey, PasskeysOff."""
        assertion = self._port.read(answer.answer)
        self._take(assertion.challenge, _OPEN, whose)
        _demand_prf(answer.prf)
        trace = self._locksmith.trace(LockKind.PASSKEY, assertion.credential_id)
        found = self._wallets.find(trace.tag)
        if found is None:
            raise UnknownPasskey
        wallet, lock = found
        try:
            facts = self._locksmith.facts(lock, trace)
            # Section 7.2 step 6: nobody was known before, so the passkey must say whose it is.
            if assertion.user_handle is None:
                raise PasskeyRefused("there is no user handle")
            now_known = self._port.proven(assertion, facts)
            key = self._locksmith.open(wallet.id, lock, brought_by(assertion.credential_id, answer.prf))
        except UnknownWallet as error:
            raise UnknownPasskey from error
        if now_known != facts and not self._wallets.refit(
            wallet.id, lock, self._locksmith.with_facts(lock, trace, now_known)
        ):
            # Somebody used this passkey at the same moment: of two with one counter one is a copy.
            raise ChangedMeanwhile
        return OpenedWallet(wallet.id, key)

    def invite(self, whose: str, wallet: OpenedWallet | None = None) -> JsonObject:
        """Return what a browser is to make a passkey by (`maken`), and to ask of it should it give no PRF (`openen`).

        Without a wallet it is for one that is still to be made. Raises PasskeysOff, TooManyPasskeys.
        """
        notes = [] if wallet is None else self._notes(wallet)
        if len(notes) >= MAX_PASSKEYS:
            raise TooManyPasskeys
        challenge = self._challenge(_MAKE, whose)
        handle = _handle_of(notes) or _handle_by(challenge)
        taken = [b64url_decode(each.credential_id) for each in notes]
        return {
            "maken": self._port.creation(challenge, handle, dutch_day(self._clock.now()), taken),
            "openen": self._port.request(self._challenge(_CONFIRM, whose)),
        }

    def create(self, answer: PasskeyAnswer, whose: str, name: str = "") -> OpenedWallet:
        """Make a wallet behind a new passkey. Raises PasskeyRefused, PasskeysOff."""
        made, challenge = self._registered(answer, whose)
        handle = _handle_by(challenge)
        note, facts = self._about(made, handle, name)
        return self._keep.create_behind(brought_by(made.credential_id, answer.prf), note, facts)

    def add(self, wallet: OpenedWallet, answer: PasskeyAnswer, whose: str, name: str = "") -> None:
        """Put another passkey on an open wallet. Raises PasskeyRefused, PasskeysOff, TooManyPasskeys."""
        made, challenge = self._registered(answer, whose)
        handle = _handle_of(self._notes(wallet)) or _handle_by(challenge)
        note, facts = self._about(made, handle, name)
        lock = self._locksmith.fit(wallet, brought_by(made.credential_id, answer.prf), note, facts)
        self._wallets.put_lock(wallet.id, lock, most=MAX_PASSKEYS)

    def _registered(self, answer: PasskeyAnswer, whose: str) -> tuple[Registered, bytes]:
        challenge = self._port.challenge_of(answer.answer)
        self._take(challenge, _MAKE, whose)
        _demand_prf(answer.prf)
        made = self._port.registered(answer.answer, challenge)
        if answer.second is not None:
            assertion = self._port.read(answer.second)
            self._take(assertion.challenge, _CONFIRM, whose)
            if assertion.credential_id != made.credential_id:
                raise PasskeyRefused("another passkey was asked than was made")
            handle = b64url_encode(assertion.user_handle or b"")
            self._port.proven(assertion, _facts(made, handle))
        return made, challenge

    def _about(self, made: Registered, handle: bytes, name: str) -> tuple[LockNote, PasskeyFacts]:
        shown = " ".join(name.split())[:MAX_NAME]
        note = LockNote(self._clock.now(), shown, b64url_encode(made.credential_id), b64url_encode(handle))
        return note, _facts(made, b64url_encode(handle))

    def _notes(self, wallet: OpenedWallet) -> list[LockNote]:
        locks = [each for each in self._wallets.locks(wallet.id) if each.kind is LockKind.PASSKEY]
        return [note for note in (self._locksmith.note(wallet, lock) for lock in locks) if note is not None]

    def _challenge(self, purpose: str, whose: str) -> bytes:
        challenge = secrets.token_bytes(_CHALLENGE_BYTES)
        self._challenges.give(challenge, f"{purpose}|{whose}", self._clock.now() + LIFETIME)
        return challenge

    def _take(self, challenge: bytes, purpose: str, whose: str) -> None:
        if not self._challenges.take(challenge, f"{purpose}|{whose}", self._clock.now()):
            raise PasskeyRefused("the challenge was not given out here, was used before, or is over")

    @property
    def _port(self) -> Passkeys:
        if self._passkeys is None:
            raise PasskeysOff
        return self._passkeys


def _demand_prf(prf: bytes) -> None:
    if len(prf) != PRF_BYTES:
        raise PasskeyRefused("there is no output of the PRF extension")


def _facts(made: Registered, handle: str) -> PasskeyFacts:
    return PasskeyFacts(b64url_encode(made.public_key), handle, made.sign_count, made.backup_eligible, made.backed_up)


def _handle_of(notes: Sequence[LockNote]) -> bytes | None:
    return next((b64url_decode(note.user_handle) for note in notes), None)


def _handle_by(challenge: bytes) -> bytes:
    # Random as the challenge is, which the browser hands back; so nothing else need be remembered of a wallet to be.
    return hashlib.sha256(b"blauweknop user handle 1" + challenge).digest()
