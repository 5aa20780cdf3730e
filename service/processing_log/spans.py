"""A line as LDV 1.0.0 section 3.2.2 has it, in OTLP/JSON (OTLP 1.x), which section 3.1 recommends.

`trace_id`, `span_id`, `parent_span_id`, `start_time` and `end_time` are OTLP's `traceId`, `spanId`, `parentSpanId`,
`startTimeUnixNano` and `endTimeUnixNano`: section 3.2.2 leaves such spellings to OpenTelemetry. Times are in whole
milliseconds, as there; people are known by pseudonyms.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from credentials.clock import from_epoch
from credentials.encoding import JsonObject, JsonValue, json_compact
from service.processing_log.actions import LogLine, Status

ACTIVITY: Final = "dpl.core.processing_activity_id"
SUBJECT: Final = "dpl.core.data_subject_id"
SUBJECT_TYPE: Final = "dpl.core.data_subject_id_type"
PROCESSOR: Final = "dpl.core.foreign_operation.processor"
# Section 3.3.2: of these three the type alone. A message or a stack may hold somebody's data.
FAULT: Final = "exception.type"

_EPOCH: Final = from_epoch(0)
_NANOS: Final = 1_000_000
# Of opentelemetry.proto.trace.v1.Span.SpanKind.
_INTERNAL: Final = 1
_SERVER: Final = 2


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """By what people are known in the log: a keyed hash of the one that they have in our records."""

    key: bytes = field(repr=False)

    def of(self, subject: str) -> str:
        """Return the pseudonym of somebody; `subject` is the hash in our records, which is not in the log."""
        return hmac.digest(self.key, subject.encode("ascii"), "sha256").hex()


@dataclass(frozen=True, slots=True)
class Register:
    """What the lines of one party refer to.

    `activities` are the addresses in the register of processing activities by operation, `names` what each operation is
    called, and `subject_type` is what kind of code the pseudonyms are.
    """

    activities: Mapping[str, str]
    names: Mapping[str, str]
    subject_type: str
    pseudonyms: Pseudonyms

    def span(self, line: LogLine) -> JsonObject:
        """Return the line as a `Span` of OTLP/JSON."""
        action = line.action
        attributes = {ACTIVITY: self.activities[action.operation.value]}
        if line.subject is not None:
            attributes |= {SUBJECT: self.pseudonyms.of(line.subject), SUBJECT_TYPE: self.subject_type}
        if action.processor is not None:
            attributes[PROCESSOR] = action.processor
        if line.fault is not None:
            attributes[FAULT] = line.fault
        parent = {} if action.parent_span_id is None else {"parentSpanId": action.parent_span_id.hex()}
        return {
            "traceId": action.trace_id.hex(),
            "spanId": action.span_id.hex(),
            **parent,
            "name": self.names[action.operation.value],
            "kind": _INTERNAL if action.processor is None else _SERVER,
            "startTimeUnixNano": _nanos(action.started_at),
            "endTimeUnixNano": _nanos(max(line.ended_at, action.started_at)),
            "attributes": _key_values(attributes),
            "status": {} if line.status is Status.UNSET else {"code": line.status.value},
        }


def request(resource: Mapping[str, str], spans: Sequence[bytes]) -> bytes:
    """Return an `ExportTraceServiceRequest`, which is also a line of OTLP's own files, of spans that were written."""
    head = json_compact({"attributes": _key_values(resource)})
    scope = b'{"name":"blauweknop.processing_log"}'
    return b'{"resourceSpans":[{"resource":%b,"scopeSpans":[{"scope":%b,"spans":[%b]}]}]}' % (
        head,
        scope,
        b",".join(spans),
    )


def _key_values(attributes: Mapping[str, str]) -> list[JsonValue]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]


def _nanos(moment: datetime) -> str:
    # 64-bit numbers are decimal strings in JSON (proto3).
    return str((moment - _EPOCH) // timedelta(milliseconds=1) * _NANOS)
