"""Read a JSON object from outside member by member: whatever is wrong raises one class, naming the member only.

Members that nobody asks for are ignored, as every specification here demands. An absent member and a JSON null are two
things: null is refused, since peers refuse it too and no specification here gives it a meaning.
"""

from collections.abc import Collection
from typing import Self, TypeAlias

from credentials.encoding import JsonObject, JsonValue, json_object
from credentials.errors import BlauweKnopError, MalformedInput

ErrorClass: TypeAlias = type[BlauweKnopError]

MAX_TEXT = 4_000


class Members:
    """A JSON object, what it is called, and the class that is raised when it is not as asked."""

    __slots__ = ("_error", "_members", "what")

    def __init__(self, value: object, what: str, error: ErrorClass) -> None:
        if not isinstance(value, dict):
            raise error(f"{what} is not an object")
        self._members: JsonObject = value
        self._error = error
        self.what = what

    @classmethod
    def parse(cls, data: bytes | str, what: str, error: ErrorClass, *, max_bytes: int = 256_000) -> Self:
        """Parse strict JSON text that holds an object."""
        try:
            return cls(json_object(data, what, max_bytes=max_bytes), what, error)
        except MalformedInput as wrong:
            raise error(wrong.detail) from wrong

    @property
    def raw(self) -> JsonObject:
        """The object itself."""
        return self._members

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def refuse(self, reason: str) -> BlauweKnopError:
        """Return the error to raise, with the object's name before the reason."""
        return self._error(f"{self.what}: {reason}")

    def value(self, name: str) -> JsonValue:
        """Return a member that must be there."""
        if name not in self._members:
            raise self.refuse(f"{name} is missing")
        return self._members[name]

    def text(self, name: str, *, max_length: int = MAX_TEXT) -> str:
        """Return a non-empty string."""
        return self._text(self.value(name), name, max_length)

    def optional_text(self, name: str, *, max_length: int = MAX_TEXT) -> str | None:
        """Return a non-empty string, None when absent."""
        return self.text(name, max_length=max_length) if name in self else None

    def choice(self, name: str, allowed: Collection[str], default: str | None = None) -> str:
        """Return a string that is one of those allowed."""
        text = default if default is not None and name not in self else self.text(name)
        if text not in allowed:
            raise self.refuse(f"{name} is not one of the allowed values")
        return text

    def integer(self, name: str, *, minimum: int = 0, maximum: int = 1 << 40) -> int:
        """Return a whole number within bounds."""
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.refuse(f"{name} is not a whole number")
        if not minimum <= value <= maximum:
            raise self.refuse(f"{name} is out of range")
        return value

    def optional_integer(self, name: str, *, minimum: int = 0, maximum: int = 1 << 40) -> int | None:
        """Return a whole number within bounds, None when absent."""
        return self.integer(name, minimum=minimum, maximum=maximum) if name in self else None

    def boolean(self, name: str, *, default: bool | None = None) -> bool:
        """Return a boolean, the default when absent; without a default it must be there."""
        value = self.value(name) if default is None else self._members.get(name, default)
        if not isinstance(value, bool):
            raise self.refuse(f"{name} is not a boolean")
        return value

    def items(self, name: str, *, max_items: int = 100) -> list[JsonValue]:
        """Return a non-empty array."""
        value = self.value(name)
        if not isinstance(value, list):
            raise self.refuse(f"{name} is not an array")
        if not value:
            raise self.refuse(f"{name} is empty")
        if len(value) > max_items:
            raise self.refuse(f"{name} has more than {max_items} elements")
        return value

    def texts(self, name: str, *, max_items: int = 100, max_length: int = MAX_TEXT) -> tuple[str, ...]:
        """Return a non-empty array of non-empty strings."""
        return tuple(self._text(item, name, max_length) for item in self.items(name, max_items=max_items))

    def optional_texts(self, name: str, *, max_items: int = 100) -> tuple[str, ...]:
        """Return an array of strings, empty when absent."""
        return self.texts(name, max_items=max_items) if name in self else ()

    def object(self, name: str) -> "Members":
        """Return an object."""
        return Members(self.value(name), name, self._error)

    def optional_object(self, name: str) -> "Members | None":
        """Return an object, None when absent."""
        return self.object(name) if name in self else None

    def objects(self, name: str, *, max_items: int = 100) -> tuple["Members", ...]:
        """Return a non-empty array of objects."""
        return tuple(Members(item, name, self._error) for item in self.items(name, max_items=max_items))

    def optional_objects(self, name: str, *, max_items: int = 100) -> tuple["Members", ...]:
        """Return an array of objects, empty when absent."""
        return self.objects(name, max_items=max_items) if name in self else ()

    def _text(self, value: JsonValue, name: str, max_length: int) -> str:
        if not isinstance(value, str):
            raise self.refuse(f"{name} is not a string")
        if not value:
            raise self.refuse(f"{name} is empty")
        if len(value) > max_length:
            raise self.refuse(f"{name} is longer than {max_length} characters")
        return value
