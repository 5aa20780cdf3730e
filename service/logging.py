"""Log lines: JSON, one event each, about what the service did and never about whom.

Nothing personal and no secret reaches the log. Fields on the deny-list raise in tests (`strict`) and are blotted out in
production. The access log writes the route's template, status, duration and a random request id: no query, no body.
"""

import io
import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, TextIO

import structlog

from service.errors import PersonalDataInLog

DENIED: Final = frozenset(
    {
        "_sd", "access_token", "address", "amount", "assertion", "authorization", "balance", "birthdate", "body", "bsn",
        "burgerservicenummer", "claims", "client_secret", "cnf", "code_verifier", "cookie", "credential", "credentials",
        "disclosures", "email", "given_name", "iban", "id_token", "idx", "jwt", "key", "name", "naam", "nonce",
        "password", "pin", "pre_authorized_code", "presentation", "private_key", "query", "query_string",
        "refresh_token", "saldo", "salt", "secret", "session", "status_index", "token", "tx_code", "url", "vp_token",
    }
)  # fmt: skip

_BLOTTED: Final = "***"
_MAX_DEPTH: Final = 4


class Guard:
    """The processor that keeps personal data out: raises PersonalDataInLog when `strict`, blots out otherwise."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict

    def __call__(self, _logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Check one event."""
        return {name: self._checked(name, value, 0) for name, value in event.items()}

    def _checked(self, name: str, value: Any, depth: int) -> Any:  # noqa: ANN401  # log fields are anything
        if name.lower() in DENIED:
            if self._strict:
                raise PersonalDataInLog(f"the field {name} may not be logged")
            return _BLOTTED
        match value:
            case Mapping() if depth < _MAX_DEPTH:
                return {str(key): self._checked(str(key), item, depth + 1) for key, item in value.items()}
            case list() | tuple() if depth < _MAX_DEPTH:
                return [self._checked("", item, depth + 1) for item in value]
            case str() | int() | float() | None:
                return value
            case _:
                # An object's repr may hold anything.
                return type(value).__name__


class _StandardError(io.StringIO):
    """Standard error as it is when a line is written: whoever redirects it later gets the lines."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure(*, level: str = "info", strict: bool = False, stream: TextIO | None = None) -> None:
    """Set logging up for this process: our events as JSON lines, and the libraries' warnings through the same pipe."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            Guard(strict=strict),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=stream or _StandardError()),
        cache_logger_on_first_use=False,
    )
    handler = _LibraryHandler()
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "sqlalchemy", "alembic", "httpx2", "httpcore2"):
        library = logging.getLogger(name)
        library.handlers = []
        library.propagate = True
        library.setLevel(logging.WARNING)


def get_logger(name: str) -> Any:  # noqa: ANN401  # structlog's loggers are built by configuration
    """Return the logger of a module.

    Example:
        log.info("offer_created", agency="cjib", configurations=2)
    """
    return structlog.get_logger(component=name)


class _LibraryHandler(logging.Handler):
    """A library's warning, by its template only: the arguments may quote input."""

    def emit(self, record: logging.LogRecord) -> None:
        failure = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        structlog.get_logger(component=record.name).warning(
            "library_message", template=str(record.msg)[:200], level_name=record.levelname, failure=failure
        )
