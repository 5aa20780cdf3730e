"""The places that an issuer wants hidden, as a tree that is walked beside the claims."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Self

from credentials.claims_path import ClaimsPath


@dataclass(slots=True, repr=False)
class Chosen:
    """One step of the claims paths: whether it hides what is here, and where the paths lead on.

    `used` tells whether the claims had such a place; None steps need none, as an array may be empty.
    """

    hides: bool = False
    used: bool = False
    steps: dict[str | int | None, "Chosen"] = field(default_factory=dict)

    @classmethod
    def of(cls, places: Collection[ClaimsPath]) -> Self:
        """Read claims paths. Raises ValueError for an empty one and for a step that is no name, index or None."""
        root = cls(used=True)
        for path in places:
            here: Chosen = root
            for step in path:
                if isinstance(step, bool) or (isinstance(step, int) and step < 0):
                    raise ValueError("a claims path holds names, indices and None")
                here = here.steps.setdefault(step, Chosen(used=None in path))
            if here is root:
                raise ValueError("a claims path is empty")
            here.hides = True
        return root

    def at(self, step: str | int) -> Iterator["Chosen"]:
        """Yield what the paths say of a member, or of an element."""
        for each in (step, None) if isinstance(step, int) else (step,):
            if each in self.steps:
                found = self.steps[each]
                found.used = True
                yield found

    def all(self) -> Iterator["Chosen"]:
        """Yield every step."""
        yield self
        for each in self.steps.values():
            yield from each.all()
