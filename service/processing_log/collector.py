"""The log at a collector, by OTLP/HTTP with JSON (OpenTelemetry Protocol 1.x, "OTLP/HTTP")."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, final

from credentials.encoding import json_object
from credentials.errors import BlauweKnopError, MalformedInput
from credentials.masking import Secret
from service.http import JSON, Answer, OutboundClient
from service.processing_log.deliver import MOST_WAIT, Received, Reception
from service.processing_log.spans import request

SECONDS: Final = 30.0
_ANSWER_BYTES: Final = 64_000
# "All other 4xx or 5xx response status codes MUST NOT be retried", says OTLP, which would lose lines. So that holds for
# what is wrong with the lines; what is wrong with the address, with our token or with the other side passes.
_WRONG_LINES: Final = frozenset({400, 413, 422})


@final
class Collector:
    """The port `Logbook` on somebody's HTTP service."""

    def __init__(self, url: str, resource: Mapping[str, str], http: OutboundClient, token: Secret | None) -> None:
        self._url = url
        self._resource = dict(resource)
        self._http = http
        self._token = token

    def write(self, spans: Sequence[bytes]) -> Received:
        """Post an `ExportTraceServiceRequest`."""
        headers = {} if self._token is None else {"authorization": f"Bearer {self._token.reveal()}"}
        try:
            answer = self._http.post(
                self._url,
                request(self._resource, spans),
                JSON,
                accept=JSON,
                headers=headers,
                max_bytes=_ANSWER_BYTES,
                seconds=SECONDS,
            )
        except BlauweKnopError as error:
            return Received(Reception.AWAY, error.code)
        outcome = str(answer.status)
        if answer.ok:
            # "Partial success": some were not taken, and which is told in words at most.
            rejected = _rejected(answer)
            return Received(Reception.REFUSED, "partial") if rejected else Received(Reception.CONFIRMED, outcome)
        if answer.status in _WRONG_LINES:
            return Received(Reception.REFUSED, outcome)
        return Received(Reception.AWAY, outcome, _wait(answer))


def _rejected(answer: Answer) -> bool:
    try:
        told = json_object(answer.body, "the answer of the collector", max_bytes=_ANSWER_BYTES).get("partialSuccess")
    except MalformedInput:
        # "The server MAY respond" with less than the specification has; the status is what counts.
        return False
    number = told.get("rejectedSpans", 0) if isinstance(told, dict) else 0
    return str(number) not in {"0", ""}


def _wait(answer: Answer) -> timedelta | None:
    text = answer.headers.get("retry-after", "")
    # RFC 9110 section 10.2.3: a date, too, which is left to our own schedule.
    seconds = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return timedelta(seconds=min(seconds, int(MOST_WAIT.total_seconds()))) if seconds else None
