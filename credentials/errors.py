"""The one exception tree: every failed check is a class with a stable code.

Callers, metrics and `docs/errors.md` use the code; each party maps classes to protocol errors, problem documents and
pages in exactly one place. An error never carries the value that was wrong: only where it was wrong.
"""

from typing import ClassVar


class BlauweKnopError(Exception):
    """Anything that this project refuses or cannot do.

    `code` is stable snake_case. `personal_data` is true when the message may hold a citizen's data: such an error is
    logged by its code only, and its text is never sent to anyone but the citizen.
    """

    code: ClassVar[str] = "error"
    personal_data: ClassVar[bool] = False

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(f"{self.code}: {detail}" if detail else self.code)


class MalformedInput(BlauweKnopError):
    """Bytes that are not what their format's specification says."""

    code = "malformed_input"


class LimitExceeded(MalformedInput):
    """Input that is larger, deeper or more numerous than the stated limit."""

    code = "limit_exceeded"


class ConfigurationError(BlauweKnopError):
    """A setting, key or file of ours is missing or wrong; the service must not start."""

    code = "configuration_error"


class Unavailable(BlauweKnopError):
    """Something that we need is not reachable now; trying again later may work."""

    code = "unavailable"
