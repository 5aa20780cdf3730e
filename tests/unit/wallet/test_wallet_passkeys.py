"""Passkeys: each answer is checked as WebAuthn Level 3 section 7 demands, once, and for whom it was asked."""

import copy
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.clock import FixedClock
from credentials.encoding import JsonObject, b64url_decode, b64url_encode
from tests.conftest import NOW
from tests.passkey_kit import ATTESTED, BACKED_UP, ELIGIBLE, PRESENT, USUAL, VERIFIED, SoftPasskey, quick_locksmith
from tests.sharing_kit import MemoryShelf
from tests.wallets_kit import MemoryChallenges, MemoryWallets
from wallet_api.domain.errors import (
    LastWayIn,
    PasskeyRefused,
    PasskeysOff,
    TooManyAttempts,
    TooManyPasskeys,
    UnknownPasskey,
    UnknownWallet,
)
from wallet_api.domain.locks import MAX_PASSKEYS, LockKind
from wallet_api.domain.passkey import PRF_INPUT, PasskeyAnswer
from wallet_api.domain.recovery import SIGNS, RecoveryCode
from wallet_api.domain.wallet import Attempts, OpenedWallet, WalletNumber
from wallet_api.identity.passkeys import RelyingParty, WebAuthnPasskeys
from wallet_api.ports import Issuers
from wallet_api.usecases.passkeys import LIFETIME, UsePasskeys
from wallet_api.usecases.permissions import Permissions
from wallet_api.usecases.wallets import KeepWallets
from wallet_api.usecases.ways_in import KeepWaysIn

SITE = "https://wallet.example"
HERE = "session|1"


class Desk:
    """A wallet service in memory, at one address."""

    def __init__(self, clock: FixedClock, base_url: str = SITE) -> None:
        self.clock = clock
        self.wallets, self.challenges, smith = MemoryWallets(), MemoryChallenges(), quick_locksmith()
        permissions = Permissions(cast("Issuers", None), MemoryShelf())
        self.keep = KeepWallets(self.wallets, smith, Attempts(free=3), clock, permissions, leaving=lambda _: None)
        party = RelyingParty.of(base_url, "Blauwe Knop")
        passkeys = None if party is None else WebAuthnPasskeys(party)
        self.use = UsePasskeys(self.wallets, smith, self.keep, clock, passkeys=passkeys, challenges=self.challenges)
        self.ways = KeepWaysIn(self.wallets, smith, clock)

    def made(self, passkey: SoftPasskey) -> OpenedWallet:
        return self.use.create(passkey.make(self.use.invite(HERE), SITE), HERE)

    def opened(self, passkey: SoftPasskey) -> OpenedWallet:
        return self.use.open(passkey.sign(self.use.ask(HERE), SITE), HERE)


@pytest.fixture
def desk(clock: FixedClock) -> Desk:
    return Desk(clock)


def test_what_is_made_behind_a_passkey_opens_with_it(desk: Desk) -> None:
    passkey = SoftPasskey()
    wallet = desk.made(passkey)
    assert desk.opened(passkey) == wallet
    assert desk.opened(passkey) == wallet, "as often as one likes"
    with pytest.raises(UnknownPasskey):
        desk.opened(replace(passkey, id=b"x" * 32))


def test_a_browser_is_asked_for_the_user_a_passkey_that_it_lists_and_the_prf(desk: Desk) -> None:
    invited = desk.use.invite(HERE)
    making, asked = cast("JsonObject", invited["maken"]), desk.use.ask(HERE)
    assert making["rp"] == {"name": "Blauwe Knop", "id": "wallet.example"}
    assert making["authenticatorSelection"] == {
        "residentKey": "required", "requireResidentKey": True, "userVerification": "required"
    }  # fmt: skip
    assert making["attestation"] == "none"
    assert asked["userVerification"] == "required"
    assert asked["allowCredentials"] == []
    for each in (making, asked):
        assert each["extensions"] == {"prf": {"eval": {"first": b64url_encode(PRF_INPUT)}}}
    user = cast("JsonObject", making["user"])
    assert user["name"] == user["displayName"] == "Wallet van 23\u00a0november 2026", "nobody's name"
    assert len(b64url_decode(str(user["id"]))) == 32
    other = cast("JsonObject", cast("JsonObject", desk.use.invite(HERE)["maken"])["user"])
    assert other["id"] != user["id"]


def test_an_answer_counts_once(desk: Desk) -> None:
    passkey = SoftPasskey()
    made = passkey.make(desk.use.invite(HERE), SITE)
    desk.use.create(made, HERE)
    with pytest.raises(PasskeyRefused):
        desk.use.create(made, HERE)
    answer = passkey.sign(desk.use.ask(HERE), SITE)
    desk.use.open(answer, HERE)
    with pytest.raises(PasskeyRefused):
        desk.use.open(answer, HERE)


def test_an_answer_counts_for_whom_and_what_it_was_asked_and_for_five_minutes(desk: Desk) -> None:
    passkey = SoftPasskey()
    wallet = desk.made(passkey)
    with pytest.raises(PasskeyRefused):
        desk.use.open(passkey.sign(desk.use.ask(HERE), SITE), "session|2")
    invited = cast("JsonObject", desk.use.invite(HERE)["openen"])
    with pytest.raises(PasskeyRefused):
        desk.use.open(passkey.sign(invited, SITE), HERE)
    with pytest.raises(PasskeyRefused):
        desk.use.open(passkey.sign({**desk.use.ask(HERE), "challenge": b64url_encode(b"c" * 32)}, SITE), HERE)
    late = passkey.sign(desk.use.ask(HERE), SITE)
    desk.clock.advance(LIFETIME)
    with pytest.raises(PasskeyRefused):
        desk.use.open(late, HERE)
    assert desk.opened(passkey) == wallet


@pytest.mark.parametrize(
    "otherwise",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://wallet.example"},
        {"origin": f"{SITE}:8443"},
        {"origin": [SITE]},
        {"type": "webauthn.create"},
        {"crossOrigin": True},
        {"crossOrigin": "no"},
        {"topOrigin": "https://evil.example"},
        {"rp_id": "evil.example"},
    ],
    ids=str,
)
def test_an_answer_of_another_site_page_or_kind_opens_nothing(desk: Desk, otherwise: dict[str, object]) -> None:
    passkey = SoftPasskey()
    desk.made(passkey)
    with pytest.raises(PasskeyRefused):
        desk.use.open(passkey.sign(desk.use.ask(HERE), SITE, **otherwise), HERE)


@pytest.mark.parametrize(
    "otherwise", [{"origin": "https://evil.example"}, {"type": "webauthn.get"}, {"crossOrigin": 1}]
)
def test_a_passkey_of_another_site_page_or_kind_is_not_made(desk: Desk, otherwise: dict[str, object]) -> None:
    with pytest.raises(PasskeyRefused):
        desk.use.create(SoftPasskey().make(desk.use.invite(HERE), SITE, **otherwise), HERE)
    assert desk.wallets.stored == {}


@pytest.mark.parametrize("flags", [PRESENT | ELIGIBLE | BACKED_UP, VERIFIED | ELIGIBLE | BACKED_UP, 0])
def test_who_was_not_there_or_not_verified_opens_and_makes_nothing(desk: Desk, flags: int) -> None:
    passkey = SoftPasskey()
    desk.made(passkey)
    with pytest.raises(PasskeyRefused):
        desk.opened(replace(passkey, flags=flags))
    with pytest.raises(PasskeyRefused):
        desk.made(SoftPasskey(flags=flags))


def test_a_signature_by_another_key_opens_nothing(desk: Desk) -> None:
    passkey, stranger = SoftPasskey(), SoftPasskey()
    desk.made(passkey)
    desk.made(stranger)
    with pytest.raises(PasskeyRefused):
        desk.opened(replace(passkey, key=stranger.key))
    with pytest.raises(PasskeyRefused):
        desk.opened(replace(passkey, user_handle=stranger.user_handle))


def test_without_the_prf_a_right_signature_opens_nothing(desk: Desk) -> None:
    passkey = SoftPasskey()
    desk.made(passkey)
    for prf in (b"", b"p" * 31, b"p" * 33):
        answer = passkey.sign(desk.use.ask(HERE), SITE)
        with pytest.raises(PasskeyRefused):
            desk.use.open(replace(answer, prf=prf), HERE)
        making = SoftPasskey().make(desk.use.invite(HERE), SITE)
        with pytest.raises(PasskeyRefused):
            desk.use.create(replace(making, prf=prf), HERE)
    with pytest.raises(UnknownPasskey):
        desk.opened(replace(passkey, secret=b"another"))


def test_a_passkey_must_say_whose_it_is(desk: Desk) -> None:
    passkey = SoftPasskey()
    desk.made(passkey)
    answer = passkey.sign(desk.use.ask(HERE), SITE)
    del answer.answer["response"]["userHandle"]  # type: ignore[index,call-overload,union-attr]
    with pytest.raises(PasskeyRefused):
        desk.use.open(answer, HERE)


def test_a_counter_must_rise(desk: Desk) -> None:
    passkey = SoftPasskey(flags=PRESENT | VERIFIED, count=5)
    wallet = desk.made(passkey)
    for count in (6, 9):
        assert desk.opened(replace(passkey, count=count)) == wallet
    for count in (9, 8, 0):
        with pytest.raises(PasskeyRefused):
            desk.opened(replace(passkey, count=count))
    assert desk.opened(replace(passkey, count=10)) == wallet


def test_a_passkey_may_be_backed_up_later_but_not_become_able_to(desk: Desk) -> None:
    passkey = SoftPasskey(flags=PRESENT | VERIFIED | ELIGIBLE)
    wallet = desk.made(passkey)
    assert desk.opened(replace(passkey, flags=USUAL)) == wallet
    for flags in (PRESENT | VERIFIED, PRESENT | VERIFIED | BACKED_UP):
        with pytest.raises(PasskeyRefused):
            desk.opened(replace(passkey, flags=flags))


@pytest.mark.parametrize("id", [b"short", b"i" * 15, b"i" * 1024])
def test_a_credential_id_that_could_be_guessed_or_is_too_long_is_refused(desk: Desk, id: bytes) -> None:
    with pytest.raises(PasskeyRefused):
        desk.made(SoftPasskey(id=id))


def test_a_device_that_gives_the_prf_only_when_asked_is_asked_once_more(desk: Desk) -> None:
    passkey = SoftPasskey(flags=PRESENT | VERIFIED, count=1)
    invited = desk.use.invite(HERE)
    made = passkey.make(invited, SITE)
    passkey.count = 2
    second = passkey.sign(cast("JsonObject", invited["openen"]), SITE).answer
    wallet = desk.use.create(replace(made, second=second), HERE)
    assert desk.opened(replace(passkey, count=3)) == wallet


def test_a_second_answer_of_another_passkey_or_to_another_question_is_refused(desk: Desk) -> None:
    for strange in ("passkey", "key", "question"):
        passkey, stranger = SoftPasskey(), SoftPasskey()
        invited = desk.use.invite(HERE)
        made = passkey.make(invited, SITE)
        stranger.rp_id = passkey.rp_id
        asked = cast("JsonObject", desk.use.ask(HERE) if strange == "question" else invited["openen"])
        signing = {"passkey": stranger, "key": replace(passkey, key=stranger.key), "question": passkey}[strange]
        with pytest.raises(PasskeyRefused):
            desk.use.create(replace(made, second=signing.sign(asked, SITE).answer), HERE)
    assert desk.wallets.stored == {}


def test_a_second_passkey_opens_the_same_wallet_and_is_the_same_person(desk: Desk) -> None:
    first, second = SoftPasskey(), SoftPasskey()
    wallet = desk.made(first)
    invited = desk.use.invite(HERE, wallet)
    taken = cast("list[JsonObject]", cast("JsonObject", invited["maken"])["excludeCredentials"])
    assert [each["id"] for each in taken] == [b64url_encode(first.id)]
    desk.use.add(wallet, second.make(invited, SITE), HERE, "  mijn\n laptop ")
    assert second.user_handle == first.user_handle
    assert desk.opened(second) == desk.opened(first) == wallet
    names = [way.note and way.note.name for way in desk.ways.all(wallet).passkeys]
    assert names == ["", "mijn laptop"]
    with pytest.raises(PasskeyRefused):
        desk.use.add(wallet, SoftPasskey().make(desk.use.invite("session|2", wallet), SITE), HERE)


def test_there_are_at_most_so_many_passkeys(desk: Desk) -> None:
    wallet = desk.made(SoftPasskey())
    for _ in range(MAX_PASSKEYS - 1):
        desk.use.add(wallet, SoftPasskey().make(desk.use.invite(HERE, wallet), SITE), HERE)
    with pytest.raises(TooManyPasskeys):
        desk.use.invite(HERE, wallet)


def test_one_way_in_for_every_day_stays(desk: Desk) -> None:
    passkey = SoftPasskey()
    wallet = desk.made(passkey)
    desk.ways.keep_code(wallet, desk.ways.draw_code())
    (only,) = desk.ways.all(wallet).passkeys
    assert not only.removable
    with pytest.raises(LastWayIn):
        desk.ways.take_off(wallet, only.id)
    number = WalletNumber.new()
    desk.ways.set_pin(wallet, "739201", number)
    assert desk.ways.all(wallet).passkeys[0].removable
    desk.ways.take_off(wallet, only.id)
    with pytest.raises(UnknownPasskey):
        desk.opened(passkey)
    assert desk.keep.open(number.shown, "739201") == wallet


def test_a_new_pin_takes_the_place_of_the_old_one(desk: Desk) -> None:
    made = desk.keep.create("739201")
    other = WalletNumber.new()
    desk.ways.set_pin(made.opened, "739202", made.number)
    assert desk.keep.open(made.number.shown, "739202") == made.opened
    with pytest.raises(UnknownWallet):
        desk.keep.open(made.number.shown, "739201")
    desk.ways.set_pin(made.opened, "739203", other)
    with pytest.raises(UnknownWallet):
        desk.keep.open(made.number.shown, "739202")
    assert desk.keep.open(other.shown, "739203") == made.opened
    assert [way.kind for way in desk.ways.all(made.opened).all] == [LockKind.PIN]


def test_a_recovery_code_opens_once_it_is_kept_and_until_the_next(desk: Desk) -> None:
    wallet = desk.made(SoftPasskey())
    code, next_one = desk.ways.draw_code(), desk.ways.draw_code()
    with pytest.raises(UnknownWallet):
        desk.keep.recover(code.shown)
    desk.ways.keep_code(wallet, code)
    assert desk.keep.recover(code.shown.lower()) == wallet
    desk.ways.keep_code(wallet, next_one)
    with pytest.raises(UnknownWallet):
        desk.keep.recover(code.shown)
    assert desk.keep.recover(next_one.shown) == wallet


def test_wrong_codes_are_counted_like_wrong_pins_and_shut_out_no_passkey(desk: Desk) -> None:
    passkey = SoftPasskey()
    wallet = desk.made(passkey)
    code = desk.ways.draw_code()
    desk.ways.keep_code(wallet, code)
    body = code.signs[:9] + RecoveryCode.new().signs[9:35]
    (wrong,) = (each for each in (RecoveryCode(body + sign) for sign in SIGNS) if _fits(each))
    for _ in range(3):
        with pytest.raises(UnknownWallet):
            desk.keep.recover(wrong.shown)
    with pytest.raises(TooManyAttempts) as caught:
        desk.keep.recover(code.shown)
    assert caught.value.wait == timedelta(seconds=30)
    assert desk.opened(passkey) == wallet
    desk.clock.advance(timedelta(seconds=30))
    assert desk.keep.recover(code.shown) == wallet


def _fits(code: RecoveryCode) -> bool:
    try:
        return RecoveryCode.parse(code.signs) == code
    except UnknownWallet:
        return False


@pytest.mark.parametrize("address", ["http://127.0.0.1:8110", "https://192.0.2.7", "https://[2001:db8::1]:8443"])
def test_at_an_ip_address_there_are_no_passkeys(clock: FixedClock, address: str) -> None:
    desk = Desk(clock, address)
    assert not desk.use.possible
    answer = PasskeyAnswer({}, b"p" * 32)
    for step in (
        lambda: desk.use.ask(HERE),
        lambda: desk.use.invite(HERE),
        lambda: desk.use.open(answer, HERE),
        lambda: desk.use.create(answer, HERE),
    ):
        with pytest.raises(PasskeysOff):
            step()
    assert desk.keep.create("739201").opened


@pytest.mark.parametrize(
    ("address", "id", "origin"),
    [
        ("https://wallet.example", "wallet.example", "https://wallet.example"),
        ("https://Wallet.Example:443/", "wallet.example", "https://wallet.example"),
        ("https://wallet.example:8443", "wallet.example", "https://wallet.example:8443"),
        ("http://localhost:8110", "localhost", "http://localhost:8110"),
    ],
)
def test_the_site_is_that_of_the_address(address: str, id: str, origin: str) -> None:
    assert RelyingParty.of(address, "x") == RelyingParty(id, "x", (origin,))


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=12) | st.just(b64url_encode(b"\xa0" * 40)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_PLACES = (
    "id", "rawId", "type", "response", "response.clientDataJSON", "response.attestationObject",
    "response.authenticatorData", "response.signature", "response.userHandle",
)  # fmt: skip


def _with(answer: JsonObject, place: str, value: object) -> JsonObject:
    changed = copy.deepcopy(answer)
    parts = place.split(".")
    inner: object = changed
    for part in parts[:-1]:
        inner = inner[part]  # type: ignore[index]
    inner[parts[-1]] = value  # type: ignore[index]
    return changed


@given(place=st.sampled_from(_PLACES), junk=_JUNK, cut=st.integers(0, 200))
@settings(max_examples=150)
def test_an_answer_of_any_other_form_is_refused(place: str, junk: object, cut: int) -> None:
    desk = Desk(FixedClock(NOW))
    passkey = SoftPasskey()
    desk.made(passkey)
    made, signed = passkey.make(desk.use.invite(HERE), SITE), passkey.sign(desk.use.ask(HERE), SITE)
    for answer, step in ((made, desk.use.create), (signed, desk.use.open)):
        if place.startswith("response.") and place.split(".")[1] not in answer.answer["response"]:  # type: ignore[operator]
            continue
        whole = answer.answer["response"].get(place.split(".")[1]) if "." in place else None  # type: ignore[union-attr]
        for value in (junk, whole[: cut % max(len(whole), 1)] if isinstance(whole, str) else junk):
            with pytest.raises((PasskeyRefused, UnknownPasskey)):
                step(replace(answer, answer=_with(answer.answer, place, value)), HERE)


def test_bits_that_flip_in_what_was_signed_are_seen(desk: Desk) -> None:
    passkey = SoftPasskey()
    desk.made(passkey)
    for place in ("authenticatorData", "signature", "clientDataJSON"):
        answer = passkey.sign(desk.use.ask(HERE), SITE)
        response = cast("dict[str, str]", answer.answer["response"])
        raw = bytearray(b64url_decode(response[place]))
        raw[-1 if place != "clientDataJSON" else 2] ^= 1
        response[place] = b64url_encode(bytes(raw))
        with pytest.raises(PasskeyRefused):
            desk.use.open(answer, HERE)


def test_flags_of_a_passkey_without_its_key_make_nothing(desk: Desk) -> None:
    answer = SoftPasskey().make(desk.use.invite(HERE), SITE)
    response = cast("dict[str, str]", answer.answer["response"])
    raw = b64url_decode(response["attestationObject"])
    at = raw.index(bytes([USUAL | ATTESTED]))
    response["attestationObject"] = b64url_encode(raw[:at] + bytes([USUAL]) + raw[at + 1 :])
    with pytest.raises(PasskeyRefused):
        desk.use.create(answer, HERE)
