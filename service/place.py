"""Where a party stands on its host: at the root, or below a path that its base URL ends in.

Inside a party every address of its own begins at `/`. Only here is the path put in front: for what a page shows, for a
cookie, for a redirect; `service.web.below` takes it off what comes in.
"""

from dataclasses import dataclass
from typing import Final, Self, final
from urllib.parse import urlsplit


@final
@dataclass(frozen=True, slots=True)
class Place:
    """The path of a party's base URL, such as `/agencies/cjib`; empty at the root. Never with a slash at its end."""

    path: str = ""

    @classmethod
    def of(cls, base_url: str) -> Self:
        """Return where a party with this base URL stands."""
        return cls(urlsplit(base_url).path)

    @property
    def cookie_path(self) -> str:
        """The `Path` of our cookies: RFC 6265 section 5.1.4 matches it by whole segments."""
        return self.path or "/"

    def address(self, target: str) -> str:
        """Return where on the host a path of our own is; what is not one (`https:`, `tel:`, `#x`) stays as it is.

        >>> Place("/agencies/cjib").address("/privacy")
        '/agencies/cjib/privacy'
        """
        own = target.startswith("/") and not target.startswith("//")
        return self.path + target if own else target

    def inside(self, path: str) -> str | None:
        """Return a path of the host as it is inside, or None for what is not below this place.

        >>> Place("/agencies/cjib").inside("/agencies/cjib/privacy")
        '/privacy'
        """
        if path == self.path:
            return "/"
        return path[len(self.path) :] if path.startswith(f"{self.path}/") else None


ROOT: Final = Place()
