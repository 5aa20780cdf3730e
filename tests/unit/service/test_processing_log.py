"""The processing log (Logboek Dataverwerkingen 1.0.0): traces, lines, who keeps it, and how lines come there."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from credentials.clock import FixedClock
from credentials.errors import MalformedInput, Unavailable
from service.processing_log.actions import Action, Arrival, LogLine, Status, acting, arrived, ended_by, outgoing
from service.processing_log.arriving import known_caller
from service.processing_log.deliver import Backlog, DeliverLines, Received, Reception, WaitingLine
from service.processing_log.line_file import LineFile
from service.processing_log.section import ProcessingLogSection
from service.processing_log.spans import Pseudonyms, Register, request
from service.processing_log.trace_context import TraceParent, read_traceparent
from tests.conftest import NOW

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
SAID = TraceParent(bytes.fromhex(TRACE), bytes.fromhex(SPAN))
CASES = "https://zaken.cjib.example"


class Step(StrEnum):
    READ = "read"
    WRITE = "write"


REGISTER = Register(
    {"read": "https://register.example/verwerkingen/1", "write": "https://register.example/verwerkingen/2"},
    {"read": "Gegevens lezen", "write": "Gegevens schrijven"},
    "pseudoniem",
    Pseudonyms(b"k" * 32),
)


# W3C Trace Context, section 3.2.


@pytest.mark.parametrize(
    "header",
    [
        f"00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-00",
        # Section 3.2.2.1: a version that we do not know, with what it may have more.
        f"cc-{TRACE}-{SPAN}-01",
        f"cc-{TRACE}-{SPAN}-01-what-the-future-brings",
    ],
)
def test_a_traceparent_is_read(header: str) -> None:
    assert read_traceparent([header.encode()]) == SAID


@pytest.mark.parametrize(
    "header",
    [
        "",
        "00",
        f"00-{TRACE}-{SPAN}",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01-",
        f"cc-{TRACE}-{SPAN}-01.more",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-0x",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}g-{SPAN}-01",
        f" 00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\n",
        f"00-{TRACE}-{SPAN}-01\r\nset-cookie: a=b",
        "00-999990019999990019999990019999-00f067aa0ba902b7-01",
        "cc-" + TRACE + "-" + SPAN + "-01-" + "x" * 600,
        "\xe9" * 55,
    ],
)
def test_what_is_no_traceparent_counts_for_nothing(header: str) -> None:
    assert read_traceparent([header.encode("latin-1")]) is None


@given(st.binary(max_size=200))
@example(b"\xff" * 55)
def test_whatever_comes_is_a_traceparent_or_nothing(header: bytes) -> None:
    read = read_traceparent([header])
    assert read is None or header.startswith(read.header[3:-3].encode(), 3)


def test_two_of_them_count_for_nothing() -> None:
    header = SAID.header.encode()
    assert read_traceparent([header, header]) is None
    assert read_traceparent([]) is None


# Actions and traces.


def test_an_action_within_another_is_its_child_and_a_request_bears_it_on() -> None:
    assert outgoing() == {}
    with acting(Step.READ, NOW) as outer:
        with acting(Step.WRITE, NOW) as inner:
            assert (inner.trace_id, inner.parent_span_id) == (outer.trace_id, outer.span_id)
            header = outgoing()["traceparent"].encode()
            assert read_traceparent([header]) == TraceParent(inner.trace_id, inner.span_id)
        assert outer.parent_span_id is None
        assert outgoing()["traceparent"].split("-")[2] == outer.span_id.hex()
    assert outgoing() == {}


def test_each_action_by_itself_has_a_trace_of_its_own() -> None:
    with acting(Step.READ, NOW) as one:
        pass
    with acting(Step.READ, NOW) as other:
        pass
    assert one.trace_id != other.trace_id


def test_the_word_of_a_known_caller_counts_and_that_of_a_stranger_does_not() -> None:
    note = known_caller({"zaaksysteem": CASES})
    for name, taken in (("zaaksysteem", True), ("vreemde", False)):
        token = arrived.set(Arrival(SAID))
        try:
            note(name)
            with acting(Step.READ, NOW) as action:
                pass
            with acting(Step.WRITE, NOW) as second:
                pass
        finally:
            arrived.reset(token)
        assert (action.trace_id == SAID.trace_id) is taken
        assert action.parent_span_id == (SAID.span_id if taken else None)
        assert action.processor == (CASES if taken else None)
        assert second.trace_id == action.trace_id


def test_a_known_caller_without_a_trace_is_no_parent() -> None:
    arrival = Arrival(None)
    arrival.comes_from(CASES)
    action = arrival.begin(Step.READ, NOW)
    assert (action.parent_span_id, action.processor) == (None, None)


def test_what_was_asked_wrongly_is_no_fault_and_what_failed_is_told_by_its_code() -> None:
    assert ended_by(MalformedInput("999990019")) == (Status.UNSET, None)
    assert ended_by(Unavailable("999990019")) == (Status.ERROR, "unavailable")
    assert ended_by(ZeroDivisionError("999990019")) == (Status.ERROR, "ZeroDivisionError")


# Lines as the standard has them.


def an_action(**changed: Any) -> Action:
    values: dict[str, Any] = {"operation": Step.READ, "trace_id": SAID.trace_id, "span_id": SAID.span_id}
    return Action(**{**values, "started_at": NOW, **changed})


def attributes(span: Any) -> dict[str, str]:
    return {each["key"]: each["value"]["stringValue"] for each in span["attributes"]}


def test_a_line_has_the_fields_of_the_standard() -> None:
    span = REGISTER.span(LogLine(an_action(), "a" * 64, NOW + timedelta(microseconds=1_999)))
    milliseconds = int(NOW.timestamp() * 1000)
    assert span == {
        "traceId": TRACE,
        "spanId": SPAN,
        "name": "Gegevens lezen",
        "kind": 1,
        # In whole milliseconds.
        "startTimeUnixNano": f"{milliseconds}000000",
        "endTimeUnixNano": f"{milliseconds + 1}000000",
        "attributes": span["attributes"],
        "status": {},
    }
    told = attributes(span)
    assert told == {
        "dpl.core.processing_activity_id": "https://register.example/verwerkingen/1",
        "dpl.core.data_subject_id": told["dpl.core.data_subject_id"],
        "dpl.core.data_subject_id_type": "pseudoniem",
    }
    assert re.fullmatch("[0-9a-f]{64}", told["dpl.core.data_subject_id"])
    assert told["dpl.core.data_subject_id"] != "a" * 64


def test_a_line_of_a_foreign_caller_names_it_and_one_of_a_failure_its_kind() -> None:
    action = an_action(parent_span_id=b"p" * 8, processor=CASES)
    span = REGISTER.span(LogLine(action, None, NOW, Status.ERROR, "source_unavailable"))
    assert (span["parentSpanId"], span["kind"], span["status"]) == ("70" * 8, 2, {"code": 2})
    assert attributes(span) == {
        "dpl.core.processing_activity_id": "https://register.example/verwerkingen/1",
        "dpl.core.foreign_operation.processor": CASES,
        "exception.type": "source_unavailable",
    }


def test_a_clock_that_was_set_back_makes_no_end_before_the_beginning() -> None:
    span = REGISTER.span(LogLine(an_action(), None, NOW - timedelta(hours=1)))
    assert span["endTimeUnixNano"] == span["startTimeUnixNano"]


def test_one_person_has_one_pseudonym_of_each_key() -> None:
    one, other = Pseudonyms(b"k" * 32), Pseudonyms(b"l" * 32)
    assert one.of("a") == one.of("a")
    assert len({one.of("a"), one.of("b"), other.of("a")}) == 3


def test_what_is_sent_is_a_request_of_otlp() -> None:
    sent = json.loads(request({"service.name": "é"}, [b'{"spanId":"1"}', b'{"spanId":"2"}']))
    (resource,) = sent["resourceSpans"]
    assert resource["resource"] == {"attributes": [{"key": "service.name", "value": {"stringValue": "é"}}]}
    (scope,) = resource["scopeSpans"]
    assert [each["spanId"] for each in scope["spans"]] == ["1", "2"]
    assert scope["scope"] == {"name": "blauweknop.processing_log"}


# Handing on.


class Waiting:
    """Lines in memory."""

    def __init__(self, *spans: bytes) -> None:
        self.lines = {number: WaitingLine(number, "read", NOW, span) for number, span in enumerate(spans, 1)}

    def waiting(self, most: int) -> Sequence[WaitingLine]:
        return [each for each in self.lines.values() if each.refused is None][:most]

    def refused(self, most: int) -> Sequence[WaitingLine]:
        return [each for each in self.lines.values() if each.refused is not None][:most]

    def confirmed(self, numbers: Any) -> None:
        for each in numbers:
            del self.lines[each]

    def refuse(self, number: int, why: str) -> None:
        self.lines[number] = replace(self.lines[number], refused=why)

    def again(self) -> int:
        raise NotImplementedError

    def backlog(self) -> Backlog:
        raise NotImplementedError


class Keeper:
    """Who keeps the log: takes everything but what has `bad` in it, unless away."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.away: Received | None = None
        self.asked = 0

    def write(self, spans: Sequence[bytes]) -> Received:
        self.asked += 1
        if self.away is not None:
            return self.away
        if any(b"bad" in each for each in spans):
            return Received(Reception.REFUSED, "400")
        self.kept += spans
        return Received(Reception.CONFIRMED)


def test_what_waits_is_handed_on_in_its_order_and_gone() -> None:
    lines, keeper = Waiting(b"1", b"2", b"3"), Keeper()
    assert DeliverLines(lines, keeper, FixedClock(NOW), at_once=2)() == 3
    assert keeper.kept == [b"1", b"2", b"3"]
    assert lines.lines == {}


def test_who_is_away_is_asked_ever_less_often_and_nothing_is_lost() -> None:
    lines, keeper, clock = Waiting(b"1"), Keeper(), FixedClock(NOW)
    keeper.away = Received(Reception.AWAY, "503")
    deliver = DeliverLines(lines, keeper, clock)
    times = 0
    for _ in range(3_600):
        deliver()
        clock.advance(timedelta(seconds=1))
        times = keeper.asked
    # Doubled from five seconds to five minutes.
    assert 10 <= times <= 20
    assert len(lines.lines) == 1
    keeper.away = None
    clock.advance(timedelta(minutes=5))
    assert deliver() == 1
    assert keeper.kept == [b"1"]


def test_who_asks_to_be_left_alone_is_but_not_for_days() -> None:
    lines, keeper, clock = Waiting(b"1"), Keeper(), FixedClock(NOW)
    keeper.away = Received(Reception.AWAY, "429", timedelta(minutes=2))
    deliver = DeliverLines(lines, keeper, clock)
    deliver()
    clock.advance(timedelta(seconds=119))
    deliver()
    assert keeper.asked == 1
    keeper.away = Received(Reception.AWAY, "429", timedelta(days=9))
    clock.advance(timedelta(seconds=1))
    deliver()
    clock.advance(timedelta(minutes=5))
    deliver()
    assert keeper.asked == 3


def test_a_line_that_is_refused_holds_up_no_other_and_stays() -> None:
    lines, keeper = Waiting(b"1", b"bad", b"3"), Keeper()
    assert DeliverLines(lines, keeper, FixedClock(NOW))() == 2
    assert keeper.kept == [b"1", b"3"]
    ((line,),) = [lines.refused(10)]
    assert (line.span, line.refused) == (b"bad", "400")


def test_where_all_of_several_are_refused_it_is_not_the_lines() -> None:
    lines, keeper, clock = Waiting(b"bad 1", b"bad 2"), Keeper(), FixedClock(NOW)
    deliver = DeliverLines(lines, keeper, clock)
    assert deliver() == 0
    assert lines.refused(10) == []
    asked = keeper.asked
    deliver()
    assert keeper.asked == asked


# A file.


def test_a_file_has_a_line_for_what_came_together_and_is_nobody_elses(tmp_path: Path) -> None:
    file = tmp_path / "logboek.jsonl"
    keeper = LineFile(file, {"service.name": "issuer"})
    assert keeper.write([b'{"spanId":"1"}', b'{"spanId":"2"}']).reception is Reception.CONFIRMED
    assert keeper.write([b'{"spanId":"3"}']).reception is Reception.CONFIRMED
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [len(each["resourceSpans"][0]["scopeSpans"][0]["spans"]) for each in lines] == [2, 1]
    assert file.stat().st_mode & 0o777 == 0o600


def test_half_a_line_that_a_kill_left_spoils_no_other(tmp_path: Path) -> None:
    file = tmp_path / "logboek.jsonl"
    file.write_bytes(b'{"resourceSpans":[{"res')
    LineFile(file, {}).write([b'{"spanId":"1"}'])
    broken, whole = file.read_bytes().splitlines()
    assert broken == b'{"resourceSpans":[{"res'
    assert json.loads(whole)["resourceSpans"]


def test_a_file_that_cannot_be_written_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    assert LineFile(tmp_path / "gone" / "logboek.jsonl", {}).write([b"{}"]).reception is Reception.AWAY


def test_a_disk_that_is_full_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "logboek.jsonl"
    keeper = LineFile(file, {})
    keeper.write([b'{"spanId":"1"}'])
    before = file.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert keeper.write([b'{"spanId":"2"}']).reception is Reception.AWAY
    assert file.read_bytes() == before


# Settings.


class Section(ProcessingLogSection):
    operations = tuple(Step)


def test_every_operation_has_its_address_in_the_register_or_that_of_the_rest() -> None:
    section = Section(
        kind="collector",
        url="https://logboek.example/v1/traces",
        processing_activity_id="https://register.example/rest",
        processing_activity_ids={"read": "urn:x:lezen"},
    )
    assert section.activities == {"read": "urn:x:lezen", "write": "https://register.example/rest"}


@pytest.mark.parametrize(
    "changed",
    [
        {"processing_activity_id": None},
        {"processing_activity_id": "verwerking 1"},
        {"processing_activity_ids": {"delete": "urn:x:y"}},
        {"url": None},
        {"url": "http://logboek.example/v1/traces"},
        {"url": "https://user:pass@logboek.example/v1/traces"},
        {"kind": "file"},
        {"callers": {"a": "http://zaken.example"}},
        {"most_waiting": 1},
    ],
)
def test_what_cannot_be_meant_is_refused(changed: dict[str, Any]) -> None:
    values = {
        "kind": "collector",
        "url": "https://logboek.example/v1/traces",
        "processing_activity_id": "urn:x:rest",
        **changed,
    }
    with pytest.raises(ValidationError):
        Section(**values)
