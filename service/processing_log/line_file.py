"""The log as a file of JSON lines, as OpenTelemetry's file exporter writes them: for who collects files.

Each line is a `TracesData` of OTLP/JSON with the spans that came together. They are on disk before they are confirmed.
The file is opened for each, so it can be moved away at any moment; it is readable by its owner only.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, final

from service.processing_log.deliver import Received, Reception
from service.processing_log.spans import request

_MODE: Final = 0o600


@final
class LineFile:
    """The port `Logbook` on a file."""

    def __init__(self, file: Path, resource: Mapping[str, str]) -> None:
        self._file = file
        self._resource = dict(resource)

    def write(self, spans: Sequence[bytes]) -> Received:
        """Append a line, and wait until it is on disk."""
        try:
            self._append(request(self._resource, spans) + b"\n")
        except OSError as error:
            return Received(Reception.AWAY, type(error).__name__)
        return Received(Reception.CONFIRMED)

    def _append(self, line: bytes) -> None:
        descriptor = os.open(self._file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, _MODE)
        try:
            before = os.fstat(descriptor).st_size
            # A process that was killed here may have left half a line, of which all comes again: it gets its own end.
            if before and os.pread(descriptor, 1, before - 1) != b"\n":
                line = b"\n" + line
            try:
                _write_all(descriptor, line)
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, before)
                raise
        finally:
            os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
