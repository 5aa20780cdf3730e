"""A checker never guesses: every failure is an error, and a kept list is kept no longer than it may be."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from credentials.clock import FixedClock
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError, Unavailable
from credentials.jose import sign_jwt
from credentials.keys import SoftwareSigner
from credentials.status import (
    Bitstring,
    Limits,
    Status,
    StatusAnswer,
    StatusChecker,
    StatusError,
    StatusIndexOutOfRange,
    StatusListExpired,
    StatusListMalformed,
    StatusListTooShort,
    StatusListUntrusted,
    StatusUnavailable,
    StatusValueUnknown,
    TokenStatusList,
    Verdict,
    list_credential,
    sign_status_list,
)
from credentials.status.errors import StatusPurposeMismatch

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
URI = "https://cjib.example/status/1"
KEY = SoftwareSigner.generate()


class Web:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.fetched: list[tuple[str, str]] = []
        self.broken: Exception | None = None

    def __call__(self, url: str, accept: str) -> bytes:
        self.fetched.append((url, accept))
        if self.broken is not None:
            raise self.broken
        return self.body


def a_token(key: SoftwareSigner = KEY, now: datetime = NOW, **options: object) -> bytes:
    statuses = TokenStatusList.of(131_072, [(1, Status.INVALID), (2, Status.SUSPENDED), (3, Status.SUPERSEDED)])
    return sign_status_list(statuses, key, **{"uri": URI, "now": now, **options}).encode()


def a_credential(**changes: object) -> bytes:
    bits = Bitstring.of(131_072, [1])
    made = list_credential(bits, uri=URI, issuer="did:web:cjib.example", purpose="revocation", now=NOW)
    return json.dumps({**made, **changes}).encode()


def token_status(
    checker: StatusChecker, index: int = 0, *, uri: str = URI, authority: str = "cjib", key: SoftwareSigner = KEY
) -> Status:
    return checker.token_status(uri, index, authority=authority, signer=lambda _: key.public_jwk)


def bitstring_status(
    checker: StatusChecker,
    index: int = 0,
    purpose: str = "revocation",
    proof: Callable[[JsonObject], None] = lambda _: None,
) -> Status:
    return checker.bitstring_status(URI, index, purpose, authority="cjib", proof=proof)


def a_checker(body: bytes | None = None, **limits: object) -> tuple[StatusChecker, Web, FixedClock]:
    web, clock = Web(body or a_token()), FixedClock(NOW)
    return StatusChecker(web, clock, Limits(**limits)), web, clock


@pytest.mark.parametrize("index", range(4))
def test_every_status_is_read(index: int) -> None:
    checker, web, _ = a_checker()
    assert token_status(checker, index) is Status(index)
    assert web.fetched == [(URI, "application/statuslist+jwt, application/statuslist+cwt;q=0.5")]


def test_every_bit_is_read() -> None:
    checker, web, _ = a_checker(a_credential())
    assert bitstring_status(checker, 0) is Status.VALID
    assert bitstring_status(checker, 1) is Status.INVALID
    assert web.fetched == [(URI, "application/vc")]


@pytest.mark.requirement("tsl-checked")
@pytest.mark.parametrize("broken", [Unavailable("no route"), OSError("refused"), TimeoutError()])
def test_an_unreachable_list_is_no_status(broken: Exception) -> None:
    checker, web, _ = a_checker()
    web.broken = broken
    for ask in (token_status, bitstring_status):
        with pytest.raises(StatusUnavailable):
            ask(checker)


def test_a_list_without_a_web_address_is_not_fetched() -> None:
    checker, web, _ = a_checker()
    for uri in ("ftp://cjib.example/1", "file:///etc/passwd", "data:,x", ""):
        with pytest.raises(StatusUnavailable):
            token_status(checker, uri=uri)
    assert web.fetched == []


@pytest.mark.requirement("tsl-checked")
@pytest.mark.parametrize("index", [-1, 131_072, 1 << 62])
def test_an_index_outside_the_list_is_no_status(index: int) -> None:
    with pytest.raises(StatusIndexOutOfRange):
        token_status(a_checker()[0], index)
    with pytest.raises(StatusIndexOutOfRange):
        bitstring_status(a_checker(a_credential())[0], index)


def test_a_foreign_signature_is_no_status() -> None:
    with pytest.raises(StatusListUntrusted):
        token_status(a_checker(a_token(SoftwareSigner.generate()))[0])
    header, payload, signature = a_token().decode().split(".")
    flipped = f"{header}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}".encode()
    with pytest.raises(StatusListUntrusted):
        token_status(a_checker(flipped)[0])


def test_a_signer_who_is_not_the_issuer_is_no_status() -> None:
    def refuse(_: object) -> None:
        raise BlauweKnopError("another participant")

    with pytest.raises(StatusListUntrusted):
        a_checker()[0].token_status(URI, 0, authority="cjib", signer=refuse)
    with pytest.raises(StatusListUntrusted):
        bitstring_status(a_checker(a_credential())[0], proof=refuse)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        a_credential(),
        sign_jwt("JWT", {}, {"sub": URI}, KEY).encode(),
        a_token(uri="https://cjib.example/status/2"),
        b"x" * 2_000_000,
    ],
)
def test_what_is_not_the_list_asked_for_is_no_status(body: bytes) -> None:
    checker, web, _ = a_checker()
    web.body = body
    with pytest.raises(StatusListMalformed):
        token_status(checker)


@pytest.mark.parametrize("body", [b"", b"[]", a_token(), a_credential(id="https://cjib.example/status/2")])
def test_what_is_not_the_credential_asked_for_is_no_status(body: bytes) -> None:
    checker, web, _ = a_checker()
    web.body = body
    with pytest.raises(StatusListMalformed):
        bitstring_status(checker)


def test_another_purpose_is_no_status() -> None:
    checker, _, _ = a_checker(a_credential())
    with pytest.raises(StatusPurposeMismatch):
        bitstring_status(checker, 0, "refresh")


def test_a_value_that_nobody_agreed_on_is_no_status() -> None:
    statuses = TokenStatusList(131_072, 4)
    statuses[5] = 0x0C
    checker, _, _ = a_checker(sign_status_list(statuses, KEY, uri=URI, now=NOW).encode())
    assert token_status(checker, 4) is Status.VALID
    with pytest.raises(StatusError):
        token_status(checker, 5)


def test_a_one_bit_list_of_another_issuer_is_read() -> None:
    statuses = TokenStatusList(1000, 1)
    statuses[5] = 1
    checker, _, _ = a_checker(sign_status_list(statuses, KEY, uri=URI, now=NOW).encode())
    assert token_status(checker, 5) is Status.INVALID


def test_an_expired_list_is_no_status_whether_fetched_or_kept() -> None:
    checker, web, clock = a_checker(max_ttl=timedelta(days=9))
    web.body = a_token(time_to_live=timedelta(days=8))
    assert token_status(checker) is Status.VALID
    clock.advance(timedelta(hours=24))
    with pytest.raises(StatusListExpired):
        token_status(checker)
    assert len(web.fetched) == 2


def test_a_list_is_fetched_once_and_again_after_its_time_to_live() -> None:
    checker, web, clock = a_checker()
    for index in range(4):
        token_status(checker, index)
    assert len(web.fetched) == 1
    clock.advance(timedelta(hours=12, seconds=-1))
    token_status(checker)
    assert len(web.fetched) == 1
    clock.advance(timedelta(seconds=1))
    web.broken = Unavailable("no route")
    with pytest.raises(StatusUnavailable):
        token_status(checker)
    assert len(web.fetched) == 2


def test_the_bound_on_keeping_is_ours() -> None:
    checker, web, clock = a_checker(max_ttl=timedelta(minutes=15))
    token_status(checker)
    clock.advance(timedelta(minutes=15))
    token_status(checker)
    assert len(web.fetched) == 2


def test_forgetting_fetches_anew() -> None:
    checker, web, _ = a_checker()
    token_status(checker)
    checker.forget()
    token_status(checker)
    assert len(web.fetched) == 2


def test_a_list_kept_for_one_issuer_is_not_used_for_another() -> None:
    checker, web, _ = a_checker()
    token_status(checker, authority="cjib")
    with pytest.raises(StatusListUntrusted):
        token_status(checker, authority="duo", key=SoftwareSigner.generate())
    assert len(web.fetched) == 2


def test_a_failure_is_kept_for_a_moment_and_not_longer() -> None:
    checker, web, clock = a_checker()
    web.broken = Unavailable("no route")
    for _ in range(3):
        with pytest.raises(StatusUnavailable):
            token_status(checker)
    assert len(web.fetched) == 1
    web.broken = None
    clock.advance(timedelta(seconds=2))
    assert token_status(checker) is Status.VALID


def test_forgetting_lets_one_try_again_at_once() -> None:
    checker, web, _ = a_checker()
    web.broken = Unavailable("no route")
    with pytest.raises(StatusUnavailable):
        token_status(checker)
    web.broken = None
    checker.forget()
    assert token_status(checker) is Status.VALID


def test_a_batch_fetches_each_list_once_however_short_it_may_be_kept() -> None:
    checker, web, clock = a_checker(max_ttl=timedelta(0), failure_ttl=timedelta(0))
    with checker.batch():
        for index in range(4):
            assert token_status(checker, index) is Status(index)
        assert len(web.fetched) == 1
        web.body = a_credential()
        assert [bitstring_status(checker, index) for index in (0, 1)] == [Status.VALID, Status.INVALID]
        assert len(web.fetched) == 2
    web.body = a_token()
    token_status(checker)
    token_status(checker)
    assert len(web.fetched) == 4
    web.broken = Unavailable("no route")
    with checker.batch():
        for _ in range(3):
            with pytest.raises(StatusUnavailable):
                token_status(checker)
    assert len(web.fetched) == 5
    assert clock.now() == NOW


def test_a_batch_of_one_authority_says_nothing_to_another() -> None:
    checker, web, _ = a_checker(max_ttl=timedelta(0))
    with checker.batch():
        token_status(checker, authority="cjib")
        with pytest.raises(StatusListUntrusted):
            token_status(checker, authority="duo", key=SoftwareSigner.generate())
    assert len(web.fetched) == 2


def test_two_threads_that_ask_at_once_fetch_once() -> None:
    checker, web, _ = a_checker(max_ttl=timedelta(0))
    inside, go = Event(), Event()

    def slow(url: str, accept: str) -> bytes:
        inside.set()
        assert go.wait(5)
        return web(url, accept)

    checker = StatusChecker(slow, FixedClock(NOW), Limits(max_ttl=timedelta(0)))
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(token_status, checker, 1)
        assert inside.wait(5)
        others = [pool.submit(token_status, checker, index) for index in (2, 3)]
        while len(waiting := [each for each in others if not each.running()]) > 0:
            assert not any(each.done() for each in waiting)
        go.set()
        assert [each.result(5) for each in (first, *others)] == [
            Status.INVALID,
            Status.SUSPENDED,
            Status.SUPERSEDED,
        ]
    assert len(web.fetched) <= 2


def test_what_a_value_means_can_be_agreed_on() -> None:
    statuses = TokenStatusList(131_072, 8)
    statuses[5], statuses[6] = 0x0C, 0x0D
    body = sign_status_list(statuses, KEY, uri=URI, now=NOW).encode()
    checker = StatusChecker(Web(body), FixedClock(NOW), meanings={0: Status.VALID, 0x0C: Status.SUSPENDED})
    assert token_status(checker, 5) is Status.SUSPENDED
    with pytest.raises(StatusValueUnknown):
        token_status(checker, 6)
    assert checker.token_value(URI, 6, authority="cjib", signer=lambda _: KEY.public_jwk) == 0x0D


def test_an_entry_of_several_bits_is_read_with_its_message() -> None:
    bits = Bitstring.of_values(131_072, 2, [(7, 2)])
    made = list_credential(bits, uri=URI, issuer="did:web:cjib.example", purpose=["message", "suspension"], now=NOW)
    checker, web, _ = a_checker(json.dumps(made).encode())

    def result(index: int, purpose: str, size: int = 2, messages: tuple[str, ...] = ("a", "b", "c", "d")) -> object:
        return checker.bitstring_result(
            URI, index, purpose, authority="cjib", proof=lambda _: None, size=size, messages=messages
        ).to_dict()

    assert result(7, "message") == {"status": 2, "purpose": "message", "valid": False, "message": "c"}
    assert result(6, "message") == {"status": 0, "purpose": "message", "valid": True, "message": "a"}
    assert result(7, "suspension") == {"status": 2, "purpose": "suspension", "valid": False}
    # Entry 7 of two bits is bits 14 and 15; of the bits by themselves, the 14th is set.
    assert result(14, "message", 1, ()) == {"status": 1, "purpose": "message", "valid": False, "message": "set"}
    for messages in ((), ("a", "b")):
        with pytest.raises(StatusValueUnknown):
            result(7, "message", 2, messages)
    with pytest.raises(StatusListTooShort):
        result(7, "message", 4, tuple("abcdefghijklmnop"))
    with pytest.raises(StatusIndexOutOfRange):
        result(131_072, "message")
    assert len(web.fetched) == 1


def test_a_message_leaves_the_status_unknown_unless_it_is_the_first() -> None:
    bits = Bitstring.of(131_072, [1])
    made = list_credential(bits, uri=URI, issuer="did:web:cjib.example", purpose="message", now=NOW)
    checker, _, _ = a_checker(json.dumps(made).encode())
    assert bitstring_status(checker, 0, "message") is Status.VALID
    with pytest.raises(StatusValueUnknown):
        bitstring_status(checker, 1, "message")


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (StatusUnavailable, "https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR"),
        (StatusListUntrusted, "https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR"),
        (StatusPurposeMismatch, "https://www.w3.org/ns/credentials/status-list#STATUS_VERIFICATION_ERROR"),
        (StatusListTooShort, "https://www.w3.org/ns/credentials/status-list#STATUS_LIST_LENGTH_ERROR"),
        (StatusIndexOutOfRange, "https://www.w3.org/TR/vc-data-model#RANGE_ERROR"),
        (StatusListMalformed, "https://www.w3.org/TR/vc-data-model#MALFORMED_VALUE_ERROR"),
    ],
)
def test_every_failure_bears_the_specifications_problem_type(error: type[StatusError], problem: str) -> None:
    assert error.problem_type == problem


@pytest.mark.requirement("tsl-checked")
def test_there_are_three_answers_and_only_one_of_them_is_valid() -> None:
    assert [StatusAnswer.of(status).verdict for status in Status] == [Verdict.VALID, *[Verdict.NOT_VALID] * 3]
    unknown = StatusAnswer.unknown(StatusUnavailable("no route"))
    assert (unknown.verdict, unknown.status) == (Verdict.NOT_CHECKED, None)
    assert set(Verdict) == {Verdict.VALID, Verdict.NOT_VALID, Verdict.NOT_CHECKED}


def test_the_cache_is_bounded_by_number_and_by_size() -> None:
    for limits in ({"max_lists": 2}, {"max_bytes": 3 * 32_768}):
        checker, web, _ = a_checker(**limits)
        for number in (1, 2, 1, 3, 1, 2):
            uri = f"https://cjib.example/status/{number}"
            web.body = a_token(uri=uri)
            token_status(checker, uri=uri)
        # 1 was used last before 3 came, so 2 was dropped and is fetched again.
        assert [url[-1] for url, _ in web.fetched] == ["1", "2", "3", "2"]


def test_a_list_without_expiry_is_taken_from_its_publisher_but_not_from_a_file() -> None:
    # As Digital Bazaar's tools publish theirs.
    body = a_credential(validFrom="2024-01-01T00:00:00Z", validUntil=None)
    assert bitstring_status(a_checker(body)[0], 1) is Status.INVALID
    with pytest.raises(StatusListExpired):
        bitstring_status(a_checker(body, max_age=timedelta(days=7))[0], 1)


def test_a_list_that_is_a_token_is_taken_only_by_who_can_open_it() -> None:
    body = sign_jwt("vc+jwt", {}, {"a": 1}, KEY).encode()
    checker, web, _ = a_checker(body)
    with pytest.raises(StatusListMalformed):
        bitstring_status(checker)

    def asked(opener: Callable[[str], JsonObject]) -> Status:
        checker.forget()
        return checker.bitstring_status(
            URI, 1, "revocation", authority="cjib", proof=lambda _: pytest.fail("no proof"), opener=opener
        )

    assert asked(lambda _: json.loads(a_credential())) is Status.INVALID
    assert web.fetched == [(URI, "application/vc"), (URI, "application/vc, application/vc+jwt;q=0.5")]

    def refuse(_: str) -> JsonObject:
        raise BlauweKnopError("another participant")

    with pytest.raises(StatusListUntrusted):
        asked(refuse)
    web.body = b"ey\xff"
    with pytest.raises(StatusListMalformed):
        asked(lambda _: json.loads(a_credential()))
    web.body = b"ey"
    with pytest.raises(StatusListMalformed):
        asked(lambda _: {})
