"""How events are signed, how often they are sent, and what of an answer counts (Standard Webhooks 1.0.0)."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest

from credentials.clock import FixedClock
from credentials.errors import ConfigurationError
from service.webhooks.deliver import Answered, DeliverWebhooks
from service.webhooks.messages import DELAYS, Delivery, Message
from service.webhooks.postman import read_secrets, signature, written

NOW = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_a_message_is_signed_as_others_verify_it() -> None:
    # The vector that the libraries of Standard Webhooks are tested with.
    secrets = read_secrets(SECRET, "webhook-x")
    signed = signature(secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_is_replaced_both_sign() -> None:
    new = written(bytes(range(32)))
    both = signature(read_secrets(f"{new}\n{SECRET}\n", "webhook-x"), "msg_1", 1, b"{}").split(" ")
    assert both[1] == signature(read_secrets(SECRET, "webhook-x"), "msg_1", 1, b"{}")
    assert both[0] == signature(read_secrets(new, "webhook-x"), "msg_1", 1, b"{}")
    assert both[0] != both[1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "geheim",
        "whsec_",
        "whsec_AAAA",
        "whsec_" + "A" * 31 + "!",
        "whsk_" + base64.b64encode(bytes(32)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
        f"{SECRET} {SECRET} {SECRET}",
        "whsec_é",
    ],
    ids=range(9),
)
def test_any_other_secret_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        read_secrets(text, "webhook-x")


class Box:
    """An outbox in memory, with its transactions."""

    def __init__(self, *messages: Message) -> None:
        self.messages = {each.id: each for each in messages}

    def write(self) -> Self:
        return self

    read = write

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def due(self, endpoint: str, now: datetime, most: int) -> list[Message]:
        waiting = [each for each in self.messages.values() if each.endpoint == endpoint]
        return [each for each in waiting if each.state is Delivery.WAITING and each.next_at <= now][:most]

    def tried(self, message: Message, state: Delivery, outcome: str, next_at: datetime) -> bool:
        told = {"state": state, "outcome": outcome, "next_at": next_at, "attempts": message.attempts + 1}
        self.messages[message.id] = replace(message, **told)  # type: ignore[arg-type]
        return True


class Post:
    """A postman who answers as he is told."""

    def __init__(self, *endpoints: str, answer: Callable[[Message], Answered]) -> None:
        self.endpoints = endpoints
        self.answer = answer
        self.sent: list[str] = []

    def send(self, message: Message, now: datetime) -> Answered:
        self.sent.append(message.id)
        return self.answer(message)


def a_message(id: str = "1", endpoint: str = "a", **more: Any) -> Message:
    values: dict[str, Any] = {"kind": "x", "body": b"{}", "announced_at": NOW, "state": Delivery.WAITING}
    return Message(id=id, endpoint=endpoint, attempts=0, next_at=NOW, **{**values, **more})


def deliver(box: Box, post: Post, clock: FixedClock) -> int:
    return DeliverWebhooks(box, clock, post, lambda _: 0)()  # type: ignore[arg-type]  # as far as it is used


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_what_is_answered_well_is_delivered_and_not_sent_again(status: int) -> None:
    box, clock = Box(a_message()), FixedClock(NOW)
    post = Post("a", answer=lambda _: Answered(status))
    assert deliver(box, post, clock) == 1
    assert deliver(box, post, clock) == 0
    assert post.sent == ["1"]
    assert box.messages["1"].state is Delivery.DELIVERED


@pytest.mark.parametrize("status", [None, 100, 301, 400, 404, 429, 500, 503])
def test_what_fails_is_sent_again_ever_later_and_then_given_up(status: int | None) -> None:
    box, clock = Box(a_message()), FixedClock(NOW)
    post = Post("a", answer=lambda _: Answered(status))
    for delay in DELAYS:
        assert deliver(box, post, clock) == 0
        assert box.messages["1"].state is Delivery.WAITING
        clock.advance(delay - timedelta(seconds=1))
        deliver(box, post, clock)
        clock.advance(timedelta(seconds=1))
    assert len(post.sent) == len(DELAYS)
    deliver(box, post, clock)
    assert box.messages["1"].state is Delivery.GIVEN_UP
    assert box.messages["1"].outcome == ("geen antwoord" if status is None else str(status))


def test_who_wants_no_more_is_told_no_more() -> None:
    box, clock = Box(a_message()), FixedClock(NOW)
    deliver(box, Post("a", answer=lambda _: Answered(410)), clock)
    assert box.messages["1"].state is Delivery.GIVEN_UP


def test_who_asks_to_wait_is_left_alone_so_long_and_no_longer_than_a_day() -> None:
    for asked, kept in ((timedelta(hours=1), timedelta(hours=1)), (timedelta(days=9), timedelta(hours=24))):
        box, clock = Box(a_message()), FixedClock(NOW)
        deliver(box, Post("a", answer=lambda _, asked=asked: Answered(503, asked)), clock)
        assert box.messages["1"].next_at == NOW + kept


def test_one_who_does_not_answer_holds_up_no_other() -> None:
    box, clock = Box(*(a_message(str(n), "ab"[n % 2]) for n in range(6))), FixedClock(NOW)
    post = Post("a", "b", answer=lambda each: Answered(None if each.endpoint == "a" else 200))
    assert deliver(box, post, clock) == 3
    assert post.sent == ["0", "1", "3", "5"]
