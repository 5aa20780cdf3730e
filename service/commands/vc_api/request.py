"""What a request holds: the document that it is about, and options of which only some are the caller's to choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self, final

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.vcdm import Problem
from service.commands.vc_api.problems import InvalidRequest

# Data Integrity 1.0 section 4.2: whoever chooses the key, or what it is used for, chooses who says what.
_NOT_TO_CHOOSE: Final = ("verificationMethod", "proofPurpose", "cryptosuite", "type", "proofValue")
_MAX_POINTERS: Final = 256


@final
@dataclass(frozen=True, slots=True)
class Options:
    """The member `options`; what is not known here is left alone."""

    challenge: str | None = None
    domain: tuple[str, ...] | None = None
    mandatory_pointers: tuple[str, ...] = ()
    selective_pointers: tuple[str, ...] = ()
    checks: frozenset[str] | None = None

    @classmethod
    def read(cls, body: JsonObject) -> Self:
        """Read the options of a request. Raises InvalidRequest."""
        options = body.get("options", {})
        if not isinstance(options, dict):
            raise InvalidRequest("options is not an object", path="/options")
        if any(name in options for name in _NOT_TO_CHOOSE):
            raise InvalidRequest("options name a key, a purpose or a suite, which are the service's", path="/options")
        checks = _strings(options, "checks")
        return cls(
            _string(options, "challenge"),
            _strings(options, "domain"),
            _strings(options, "mandatoryPointers") or (),
            _strings(options, "selectivePointers") or (),
            None if checks is None else frozenset(checks),
        )

    def wants(self, check: str) -> bool:
        """Tell whether a check is asked for: all are, unless some are named."""
        return self.checks is None or check in self.checks


def document_of(body: JsonObject, name: str) -> JsonObject:
    """Return the document that a request is about. Raises InvalidRequest."""
    document = body.get(name)
    if not isinstance(document, dict):
        raise InvalidRequest(f"{name} is not an object", Problem.PARSING, f"/{name}")
    return document


def _string(options: JsonObject, name: str) -> str | None:
    value = options.get(name)
    if value is None or isinstance(value, str):
        return value
    raise InvalidRequest(f"{name} is not a string", path=f"/options/{name}")


def _strings(options: JsonObject, name: str) -> tuple[str, ...] | None:
    value = options.get(name)
    if value is None:
        return None
    listed: Sequence[JsonValue] = value if isinstance(value, list) else [value]
    strings = tuple(each for each in listed if isinstance(each, str))
    if len(strings) != len(listed) or len(strings) > _MAX_POINTERS:
        raise InvalidRequest(f"{name} is not a list of strings", path=f"/options/{name}")
    return strings
