"""What an agency's service keeps, what is in it, and how long; from the settings, or fixed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of thing that is kept. `setting` is what decides how long, where that can be set."""

    what: str
    holds: str
    how_long: str
    setting: str | None = None


_FOR_EVER: Final = "blijft staan"


def retention(
    *,
    offer: timedelta,
    used_code: timedelta,
    refresh: timedelta,
    deferred: timedelta,
    counted: timedelta,
    idle: timedelta,
    absolute: timedelta,
    last_good: timedelta | None,
    unconfirmed: timedelta | None,
    answers: timedelta,
    changes: timedelta,
    messages: timedelta,
) -> tuple[Kept, ...]:
    """Return everything that is kept, what goes soonest first. Texts are Dutch: they are a page's and a command's."""
    kept = [
        Kept(
            "Sessies van burgers en medewerkers",
            "wie is ingelogd, verzegeld met een sleutel die alleen de browser heeft",
            f"{_words(idle)} na het laatste gebruik, hoogstens {_words(absolute)}",
        ),
        Kept(
            "Aanbiedingen",
            "voor wie het is, verzegeld",
            f"{_words(offer)}, en daarna {_words(used_code)} om dubbel gebruik te zien",
            "offer_minutes",
        ),
        Kept("Codes, nonces en toegang van wallets", "wat een wallet mag ophalen, verzegeld", "minuten tot een uur"),
        Kept(
            "Vragen van wallets die wachten op de bron",
            "wat er gevraagd is, verzegeld",
            _words(deferred) if deferred else "er wordt niet gewacht",
            "[deferred] hours",
        ),
        Kept(
            "Toestemming van een wallet om terug te komen",
            "voor wie het is, verzegeld",
            _words(refresh) if refresh else "bestaat hier niet",
            "refresh_days",
        ),
        Kept("Antwoorden aan programma’s op een verzoek met een sleutel", "het antwoord, verzegeld", _words(answers)),
        Kept("Gemelde wijzigingen", "van wie, verzegeld", f"tot er is gekeken, hoogstens {_words(changes)}"),
        Kept("Berichten aan eigen systemen", "wat er gebeurde en hoe vaak, van niemand", _words(messages)),
        Kept("Tellingen per dag", "hoeveel exemplaren en fouten, van niemand", _words(counted)),
    ]
    if last_good is not None:
        kept.append(
            Kept(
                "Wat de bron het laatst goed zei",
                "de gegevens van de bron, alleen in het geheugen",
                _words(last_good) if last_good else "wordt niet bewaard",
                "[source] keep_last_good_hours",
            )
        )
    if unconfirmed is not None:
        kept.append(
            Kept(
                "Ingelezen schulden",
                "de schulden zelf, verzegeld per persoon",
                f"tot een nieuw bestand van die naam ze vervangt; wat niet is bevestigd, {_words(unconfirmed)}",
            )
        )
    return (
        *kept,
        Kept(
            "Uitgegeven exemplaren",
            "een plaats in een statuslijst, codes van persoon en zaak; geen gegevens",
            _FOR_EVER,
        ),
        Kept("Logboek", "wie wat deed, in codes", _FOR_EVER),
    )


def _words(time: timedelta) -> str:
    for unit, one, many in ((timedelta(days=1), "dag", "dagen"), (timedelta(hours=1), "uur", "uur")):
        if time >= unit and not time % unit:
            number = time // unit
            return f"{number} {one if number == 1 else many}"
    minutes = time // timedelta(minutes=1)
    return f"{minutes} {'minuut' if minutes == 1 else 'minuten'}"
