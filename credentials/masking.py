"""Values whose printed form hides them, so that no log line, traceback or test report shows a secret."""

from typing import Final, final

_HIDDEN: Final = "***"


@final
class Secret:
    """A secret string. `reveal()` is the only way to read it.

    Equality is by value, so that secrets can be dictionary keys; use `hmac.compare_digest` where timing matters.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({_HIDDEN})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)
