"""Where the expansion is: one object of the document, and what is known of it so far."""

from typing import Protocol, final

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc.jsonld.active_context import ActiveContext


@final
class Place:
    """An object that is being expanded: `name` is the key under which it stands, `result` what it has become.

    `type_scoped` is the context by which its types are understood: without what those types themselves bring.
    """

    __slots__ = ("active", "element", "name", "result", "type_scoped")

    def __init__(
        self,
        active: ActiveContext,
        type_scoped: ActiveContext,
        name: str | None,
        element: JsonObject,
        result: JsonObject,
    ) -> None:
        self.active = active
        self.type_scoped = type_scoped
        self.name = name
        self.element = element
        self.result = result


class Recursion(Protocol):
    """What the parts of the algorithm ask of the whole."""

    def any(self, active: ActiveContext, name: str | None, element: JsonValue, *, from_map: bool = False) -> JsonValue:
        """Expand whatever stands under a name."""
        ...

    def object(
        self, active: ActiveContext, name: str | None, element: JsonObject, *, from_map: bool = False
    ) -> JsonValue:
        """Expand an object."""
        ...

    def drop(self, why: str) -> None:
        """Note that something is let go. Raises UnsafeDocument in safe mode."""
        ...
