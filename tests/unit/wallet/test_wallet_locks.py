"""Locks: what each opens by, and that nothing else does; the recovery code on paper."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from credentials.masking import Secret
from service.errors import SealBroken
from service.sealing import unseal
from tests.passkey_kit import QUICK, quick_locksmith
from wallet_api.domain.errors import UnknownWallet
from wallet_api.domain.locks import Brought, Lock, LockKind, LockNote
from wallet_api.domain.passkey import PasskeyFacts, brought_by
from wallet_api.domain.recovery import SIGNS, RecoveryCode
from wallet_api.domain.wallet import OpenedWallet, WalletNumber
from wallet_api.vault import SlowLocksmith
from wallet_api.vault.locks import Hardness
from wallet_api.vault.slow_hashes import SECOND_RECOMMENDED, Argon2, SlowHashes

WALLET = OpenedWallet("w" * 32, b"k" * 32)
NOTE = LockNote(datetime(2026, 11, 30, tzinfo=UTC), "mijn telefoon", "aWQ", "aGFuZGxl")
FACTS = PasskeyFacts("a2V5", "aGFuZGxl", 7, backup_eligible=True, backed_up=False)
NUMBER, PIN = WalletNumber.parse("7397 5356 0975 9049"), Secret("739201")
CODE = RecoveryCode.new()
WAYS = [
    (NUMBER.with_pin(PIN), NUMBER.with_pin(Secret("739202"))),
    (WalletNumber.new().with_pin(PIN), NUMBER.with_pin(PIN)),
    (CODE.brought, RecoveryCode.new().brought),
    (brought_by(b"i" * 32, b"p" * 32), brought_by(b"i" * 32, b"q" * 32)),
]


@pytest.mark.parametrize(("right", "wrong"), WAYS, ids=("PIN", "number", "code", "passkey"))
def test_a_lock_opens_with_what_it_was_made_for_and_nothing_else(right: Brought, wrong: Brought) -> None:
    smith = quick_locksmith()
    lock = smith.fit(WALLET, right, NOTE)
    assert smith.open(WALLET.id, lock, right) == WALLET.key
    for wallet_id, brought in ((WALLET.id, wrong), ("x" * 32, right)):
        with pytest.raises(UnknownWallet):
            smith.open(wallet_id, lock, brought)
    swapped = replace(lock, method="hkdf-sha256" if right.kind is not LockKind.PASSKEY else QUICK.lock.method)
    with pytest.raises(UnknownWallet):
        smith.open(WALLET.id, swapped, right)


@pytest.mark.parametrize("right", [right for right, _ in WAYS])
def test_two_locks_on_one_key_have_nothing_in_common_but_what_they_are_found_by(right: Brought) -> None:
    facts = FACTS if right.kind is LockKind.PASSKEY else None
    one, two = (quick_locksmith().fit(WALLET, right, NOTE, facts) for _ in range(2))
    assert one.tag == two.tag
    assert len({one.id, two.id, one.salt, two.salt, one.wrapped, two.wrapped, one.note, two.note}) == 8
    assert one.facts != two.facts or facts is None
    assert b"telefoon" not in one.note


def test_a_passkeys_lock_is_wrapped_by_hkdf_over_its_prf() -> None:
    lock = quick_locksmith().fit(WALLET, brought_by(b"i" * 32, b"p" * 32), NOTE)
    info = b"blauweknop wallet passkey lock 1|" + WALLET.id.encode()
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=lock.salt, info=info).derive(b"p" * 32)
    assert unseal(key, lock.wrapped, f"wallet_lock.wrapped|{WALLET.id}".encode()) == WALLET.key
    assert lock.method == "hkdf-sha256"


def test_what_is_known_of_a_passkey_opens_with_its_credential_id_alone() -> None:
    smith = quick_locksmith()
    trace = smith.trace(LockKind.PASSKEY, b"i" * 32)
    lock = smith.fit(WALLET, brought_by(b"i" * 32, b"p" * 32), NOTE, FACTS)
    assert lock.tag == trace.tag
    assert smith.facts(lock, trace) == FACTS
    later = replace(FACTS, sign_count=8, backed_up=True)
    assert smith.facts(smith.with_facts(lock, trace, later), trace) == later
    for strange in (smith.trace(LockKind.PASSKEY, b"j" * 32), smith.trace(LockKind.RECOVERY, b"i" * 32)):
        with pytest.raises(UnknownWallet):
            smith.facts(lock, strange)
    with pytest.raises(UnknownWallet):
        smith.facts(replace(lock, id="another"), trace)


def test_a_note_is_read_in_its_own_wallet_and_place_only() -> None:
    smith = quick_locksmith()
    lock = smith.fit(WALLET, CODE.brought, NOTE)
    assert smith.note(WALLET, lock) == NOTE
    assert smith.note(WALLET, replace(lock, note=b"")) is None, "older than notes"
    for wallet, moved in ((OpenedWallet(WALLET.id, b"x" * 32), lock), (WALLET, replace(lock, id="another"))):
        with pytest.raises(SealBroken):
            smith.note(wallet, moved)


def test_a_lock_of_an_older_method_is_made_anew_and_a_new_one_is_not() -> None:
    smith, right = quick_locksmith(), NUMBER.with_pin(PIN)
    old = SlowLocksmith(replace(QUICK, lock=Argon2(16, 1, 1))).fit(WALLET, right, NOTE)
    anew = smith.renewed(WALLET, old, right)
    assert anew is not None
    assert (anew.id, anew.tag, anew.note, anew.method) == (old.id, old.tag, old.note, QUICK.lock.method)
    assert smith.open(WALLET.id, anew, right) == WALLET.key
    assert smith.renewed(WALLET, anew, right) is None
    passkey = brought_by(b"i" * 32, b"p" * 32)
    assert smith.renewed(WALLET, smith.fit(WALLET, passkey, NOTE), passkey) is None


def test_new_locks_are_as_slow_as_is_recommended() -> None:
    assert Hardness().lock == SECOND_RECOMMENDED
    assert SECOND_RECOMMENDED.method == "argon2id$m=65536,t=3,p=4"
    assert Hardness().finding.method == "argon2id$m=19456,t=2,p=1"


def test_argon2id_is_that_of_its_specification() -> None:
    # RFC 9106 section 5.3, without its secret and associated data: the library's own vector for version 1.3.
    made = SlowHashes().argon2id(b"password", b"somesalt", Argon2(65_536, 2, 1))
    assert made.hex() == "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"


@pytest.mark.parametrize(
    "method",
    [
        "", "md5", "argon2i$m=65536,t=3,p=4", "argon2id$m=9999999,t=3,p=4", "argon2id$m=65536,t=0,p=4",
        "argon2id$m=65536,t=3,p=99", "argon2id$m=65536,t=3,p=4 ", "scrypt$ln=15,r=16,p=1",
    ],
)  # fmt: skip
def test_a_method_that_is_not_ours_opens_nothing(method: str) -> None:
    lock = Lock("l", LockKind.PIN, b"", b"s" * 16, method, b"")
    with pytest.raises(UnknownWallet):
        quick_locksmith().open(WALLET.id, lock, NUMBER.with_pin(PIN))


def test_a_code_reads_as_it_is_written_down() -> None:
    assert len(CODE.groups) == 9
    assert {len(group) for group in CODE.groups} == {4}
    assert RecoveryCode.parse(CODE.shown) == CODE
    assert RecoveryCode.parse(f"  {CODE.shown.lower().replace(' ', '-')}\n") == CODE
    for hidden in (repr(CODE), str(CODE), repr(CODE.brought)):
        assert CODE.groups[3] not in hidden


def test_a_code_has_no_signs_that_look_alike_and_reads_those_that_do() -> None:
    assert set("ILOU").isdisjoint(SIGNS)
    body = "0" * 17 + "1" * 18
    code = next(made for sign in SIGNS if (made := _parsed(body + sign)) is not None)
    assert RecoveryCode.parse("o" * 17 + "iL" * 9 + code.signs[-1]) == code


def _parsed(text: str) -> RecoveryCode | None:
    try:
        return RecoveryCode.parse(text)
    except UnknownWallet:
        return None


@given(st.integers(0, 35), st.sampled_from(SIGNS))
def test_one_wrong_sign_is_seen_at_once(place: int, sign: str) -> None:
    wrong = CODE.signs[:place] + sign + CODE.signs[place + 1 :]
    assert (_parsed(wrong) == CODE) == (sign == CODE.signs[place])


def test_nearly_all_swaps_of_neighbours_are_seen() -> None:
    swaps = missed = 0
    for _ in range(60):
        signs = RecoveryCode.new().signs
        for place in range(35):
            a, b = signs[place : place + 2]
            if a != b:
                swaps += 1
                missed += _parsed(signs[:place] + b + a + signs[place + 2 :]) is not None
    assert missed / swaps < 0.01


def test_what_is_no_code_is_refused() -> None:
    for typed in ("", "7K3M", CODE.signs[:-1], CODE.signs + "0", "U" + CODE.signs[1:], "é" * 36):
        with pytest.raises(UnknownWallet):
            RecoveryCode.parse(typed)


def test_new_codes_differ_and_use_all_signs() -> None:
    codes = {RecoveryCode.new().signs for _ in range(200)}
    assert len(codes) == 200
    assert {sign for code in codes for sign in code} == set(SIGNS)
    assert len({code[:9] for code in codes}) == 200
