"""The menu of every page behind the PIN: a bar below on a telephone, above on a larger screen."""

from dataclasses import dataclass
from typing import Final, final


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the menu; `below` are the beginnings of the other paths that belong to it."""

    text: str
    href: str
    icon: str
    below: tuple[str, ...] = ()

    def current(self, path: str) -> str:
        """Return what `aria-current` says on this path: `page`, `true` for a page below it, or nothing."""
        if path == self.href:
            return "page"
        return "true" if path.startswith(self.below) else ""


MENU: Final = (
    Entry("Overzicht", "/overzicht", "list", ("/schulden/", "/kaarten/", "/betalingsregeling")),
    Entry("Ophalen", "/ophalen", "download", ("/ophalen/", "/ontvangen/")),
    Entry("Scannen", "/toevoegen", "scan", ("/toevoegen/", "/aanbod/", "/verzoek/")),
    Entry("Gedeeld", "/gedeeld", "share", ("/gedeeld/",)),
    Entry("Meer", "/meer", "more", ("/instellingen", "/bestanden", "/hulp")),
)
