"""The one table of claims: every leaf of both credentials, its kind, its labels, its JSON-LD term, how it is disclosed.

The mapper, the JSON-LD vocabulary, the type metadata and the typed readers all follow this table (reference 8.3, 8.4).
A `*` in a path stands for the numbered slots of that member: `z01`, `z02`, … for cases, `g001`, … for events, `m01`, …
for notices.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Literal, TypeAlias, final

from credentials.limits import EVENTS, OPEN_CASES

Disclosure: TypeAlias = Literal["always", "never", "whole"]

OVERVIEW_TYPE: Final = "urn:nl:blauweknop:overzicht:1"
CASE_TYPE: Final = "urn:nl:blauweknop:zaak:1"

SLOT: Final = "*"
CASE_SLOTS: Final = OPEN_CASES
"""So many open cases have a digest in the overview; the count of open cases is stated apart and is always right."""
EVENT_SLOTS: Final = EVENTS
"""So many events are stated in a case, the latest ones; their total is stated apart."""
NOTICE_SLOTS: Final = 5
"""So many notices of known deficient data an overview can bear, and so many can stand at an agency at once."""


class Kind(Enum):
    """What a leaf holds, and so its JSON type: an amount or count is an int, a flag a bool, all else a string."""

    TEXT = auto()
    LINK = auto()
    AMOUNT = auto()
    COUNT = auto()
    FLAG = auto()
    DAY = auto()
    MOMENT = auto()


@final
@dataclass(frozen=True, slots=True)
class Leaf:
    """One claim. `sd` is "never" when every verifier sees it, "whole" when it is disclosed with its whole slot."""

    path: tuple[str, ...]
    kind: Kind
    nl: str
    en: str
    term: str
    sd: Disclosure = "always"


def _leaf(path: str, kind: Kind, nl: str, en: str, *, term: str = "", sd: Disclosure = "always") -> Leaf:
    members = tuple(path.split("."))
    return Leaf(members, kind, nl, en, term or members[-1], sd)


_SOURCE: Final = (
    _leaf("bronorganisatie.oin", Kind.TEXT, "OIN van de organisatie", "Organisation number (OIN)", sd="never"),
    _leaf("bronorganisatie.naam", Kind.TEXT, "Organisatie", "Organisation", sd="never"),
    _leaf(
        "bronorganisatie.afkorting", Kind.TEXT, "Afkorting van de organisatie", "Organisation abbreviation", sd="never"
    ),
    _leaf("peildatum", Kind.MOMENT, "Stand op", "As of", sd="never"),
    _leaf("schema_versie", Kind.TEXT, "Versie van deze kaart", "Version of this card", sd="never"),
    _leaf("fcid_versie", Kind.TEXT, "Versie van de brongegevens", "Version of the source data", sd="never"),
)

OVERVIEW_LEAVES: Final = (
    *_SOURCE,
    _leaf("dekking", Kind.TEXT, "Soorten vorderingen in dit overzicht", "Kinds of claims covered", sd="never"),
    _leaf("aantal_open_zaken", Kind.COUNT, "Aantal open zaken", "Number of open cases"),
    _leaf("saldo_totaal", Kind.AMOUNT, "Totaal nog te betalen (eurocent)", "Total balance (euro cents)"),
    _leaf("achterstand_totaal", Kind.AMOUNT, "Totale achterstand (eurocent)", "Total arrears (euro cents)"),
    _leaf(
        "verplicht_totaal",
        Kind.AMOUNT,
        "Totaal opgelegd, ook in afgesloten zaken (eurocent)",
        "Total imposed, closed cases included (euro cents)",
    ),
    _leaf(
        "vereffend_totaal",
        Kind.AMOUNT,
        "Totaal betaald of verrekend, ook in afgesloten zaken (eurocent)",
        "Total settled, closed cases included (euro cents)",
    ),
    _leaf("hoogste_aanmaanfase", Kind.TEXT, "Verste stap van de inning", "Most advanced collection stage"),
    _leaf("meer_dan_20", Kind.FLAG, "Meer dan 20 open zaken", "More than 20 open cases"),
    _leaf("zaken.*.digest", Kind.TEXT, "controlegetal", "check value"),
    _leaf("zaken.*.type", Kind.TEXT, "soort", "kind", term="verplichting_type"),
    _leaf("zaken.*.omschrijving", Kind.TEXT, "omschrijving", "description"),
    _leaf("zaken.*.saldo", Kind.AMOUNT, "nog te betalen (eurocent)", "balance (euro cents)"),
    _leaf("zaken.*.achterstand", Kind.AMOUNT, "achterstand (eurocent)", "arrears (euro cents)"),
    _leaf("zaken.*.fase", Kind.TEXT, "stap", "stage"),
    _leaf("zaken.*.eerst_vervalt", Kind.DAY, "uiterlijk betalen op", "pay by", term="eerst_vervalt_datum"),
    _leaf("subject.bsn", Kind.TEXT, "Burgerservicenummer", "Citizen service number (BSN)"),
    # Of the agency's data and never of this citizen, and what the count of open cases is worth: in the open.
    _leaf("meldingen.*.van", Kind.DAY, "niet betrouwbaar vanaf", "not reliable from", term="melding_van", sd="never"),
    _leaf(
        "meldingen.*.tot_en_met",
        Kind.DAY,
        "niet betrouwbaar tot en met",
        "not reliable up to and including",
        term="melding_tot_en_met",
        sd="never",
    ),
    _leaf(
        "meldingen.*.hersteld_op",
        Kind.DAY,
        "naar verwachting hersteld op",
        "expected to be mended on",
        term="melding_hersteld_op",
        sd="never",
    ),
    _leaf(
        "meldingen.*.soorten",
        Kind.TEXT,
        "soorten vorderingen (alle, of codes)",
        "kinds of claims (alle for all, or codes)",
        term="melding_soorten",
        sd="never",
    ),
    _leaf("meldingen.*.omschrijving", Kind.TEXT, "wat er aan de hand is", "what is the matter", sd="never"),
)

CASE_LEAVES: Final = (
    *_SOURCE,
    _leaf("zaak_digest", Kind.TEXT, "Controlegetal van deze zaak", "Check value of this case"),
    _leaf("zaakkenmerk", Kind.TEXT, "Kenmerk van de zaak", "Case reference"),
    _leaf("beschikkingsnummer", Kind.TEXT, "Nummer van het besluit", "Decision number"),
    _leaf("opgelegd_door.oin", Kind.TEXT, "Opgelegd door (OIN)", "Imposed by (OIN)"),
    _leaf("opgelegd_door.naam", Kind.TEXT, "Opgelegd door", "Imposed by"),
    _leaf("uitgevoerd_door.oin", Kind.TEXT, "Geïnd door (OIN)", "Collected by (OIN)"),
    _leaf("uitgevoerd_door.naam", Kind.TEXT, "Geïnd door", "Collected by"),
    _leaf("type", Kind.TEXT, "Soort vordering (code)", "Kind of claim (code)", term="verplichting_type"),
    _leaf("omschrijving", Kind.TEXT, "Omschrijving", "Description"),
    _leaf("juridische_grondslag.omschrijving", Kind.TEXT, "Wet", "Legal ground"),
    _leaf("juridische_grondslag.bron", Kind.LINK, "Waar de wet staat", "Where to read the law"),
    _leaf("primair_bedrag", Kind.AMOUNT, "Hoofdbedrag (eurocent)", "Principal (euro cents)"),
    _leaf("verhogingen", Kind.AMOUNT, "Verhogingen (eurocent)", "Increases (euro cents)"),
    _leaf("administratiekosten", Kind.AMOUNT, "Administratiekosten (eurocent)", "Administration costs (euro cents)"),
    _leaf("rente", Kind.AMOUNT, "Rente (eurocent)", "Interest (euro cents)"),
    _leaf("kosten_overig", Kind.AMOUNT, "Andere kosten (eurocent)", "Other costs (euro cents)"),
    _leaf("verplicht", Kind.AMOUNT, "Totaal opgelegd (eurocent)", "Total imposed (euro cents)"),
    _leaf("vereffend", Kind.AMOUNT, "Al betaald of verrekend (eurocent)", "Settled (euro cents)"),
    _leaf("saldo", Kind.AMOUNT, "Nog te betalen (eurocent)", "Balance (euro cents)"),
    _leaf("saldo_datumtijd", Kind.MOMENT, "Stand van het bedrag op", "Balance as of"),
    _leaf("achterstand", Kind.AMOUNT, "Achterstand (eurocent)", "Arrears (euro cents)"),
    _leaf("ontstaansdatum", Kind.DAY, "Ontstaan op", "Date of origin"),
    _leaf("laatste_gebeurtenis_datum", Kind.DAY, "Laatste verandering op", "Last change on"),
    _leaf("fase", Kind.TEXT, "Stap van de inning", "Collection stage"),
    _leaf("eerst_vervalt_datum", Kind.DAY, "Uiterlijk betalen op", "Pay by"),
    _leaf("eerst_vervalt_bedrag", Kind.AMOUNT, "Als eerste te betalen (eurocent)", "To pay first (euro cents)"),
    _leaf("betaling.iban", Kind.TEXT, "Betalen op rekening", "Pay to account"),
    _leaf("betaling.tnv", Kind.TEXT, "Rekening op naam van", "Account holder"),
    _leaf("betaling.kenmerk", Kind.TEXT, "Betalingskenmerk", "Payment reference", term="betalingskenmerk"),
    _leaf(
        "regeling.termijnbedrag",
        Kind.AMOUNT,
        "Regeling: bedrag per termijn (eurocent)",
        "Plan: instalment (euro cents)",
    ),
    _leaf("regeling.termijnen", Kind.COUNT, "Regeling: aantal termijnen", "Plan: number of instalments"),
    _leaf("regeling.start", Kind.DAY, "Regeling: begint op", "Plan: starts on"),
    _leaf("regeling.nagekomen", Kind.FLAG, "Regeling: op tijd betaald", "Plan: kept"),
    _leaf("preferentie.waarde", Kind.TEXT, "Voorrang bij verdeling", "Preference"),
    _leaf("preferentie.grondslag", Kind.TEXT, "Reden van de voorrang", "Ground for the preference"),
    _leaf("saneerbaar", Kind.TEXT, "Kan de rest vervallen na een schuldregeling", "Dischargeable"),
    _leaf("rechtsmiddel.soort", Kind.TEXT, "Niet eens met het besluit: wat u kunt doen", "Remedy"),
    _leaf("rechtsmiddel.instantie", Kind.TEXT, "Niet eens met het besluit: waar", "Remedy: body"),
    _leaf("rechtsmiddel.einddatum", Kind.DAY, "Niet eens met het besluit: tot en met", "Remedy: until"),
    _leaf("rechtsmiddel.url", Kind.LINK, "Niet eens met het besluit: meer lezen", "Remedy: read more"),
    _leaf("aantal_gebeurtenissen", Kind.COUNT, "Aantal gebeurtenissen", "Number of events"),
    _leaf("gebeurtenissen.*.type", Kind.TEXT, "soort", "kind", term="gebeurtenis_type", sd="whole"),
    _leaf("gebeurtenissen.*.datumtijd", Kind.MOMENT, "datum en tijd", "date and time", sd="whole"),
    _leaf("gebeurtenissen.*.bedrag", Kind.AMOUNT, "bedrag (eurocent)", "amount (euro cents)", sd="whole"),
    _leaf("gebeurtenissen.*.omschrijving", Kind.TEXT, "omschrijving", "description", sd="whole"),
    _leaf("gebeurtenissen.*.kenmerk", Kind.TEXT, "kenmerk", "reference", term="gebeurtenis_kenmerk", sd="whole"),
)

LEAVES: Final[Mapping[str, tuple[Leaf, ...]]] = {OVERVIEW_TYPE: OVERVIEW_LEAVES, CASE_TYPE: CASE_LEAVES}

GROUPS: Final[Mapping[str, tuple[str, str]]] = {
    # What stands between the top and a leaf, in Dutch and English.
    "bronorganisatie": ("Organisatie", "Organisation"),
    "zaken": ("Zaken", "Cases"),
    "subject": ("Over wie dit gaat", "Whom this is about"),
    "opgelegd_door": ("Opgelegd door", "Imposed by"),
    "uitgevoerd_door": ("Geïnd door", "Collected by"),
    "juridische_grondslag": ("Wet", "Legal ground"),
    "betaling": ("Betalen", "Payment"),
    "regeling": ("Regeling", "Plan"),
    "preferentie": ("Voorrang bij verdeling", "Preference"),
    "rechtsmiddel": ("Niet eens met het besluit", "Remedy"),
    "gebeurtenissen": ("Gebeurtenissen", "Events"),
    "meldingen": ("Meldingen van de organisatie over haar gegevens", "Notices of the organisation about its data"),
}

SLOT_MEMBERS: Final[Mapping[str, tuple[str, str, str]]] = {
    # member: prefix of its slots, and what one slot is called in Dutch and English.
    "zaken": ("z", "Zaak", "Case"),
    "gebeurtenissen": ("g", "Gebeurtenis", "Event"),
    "meldingen": ("m", "Melding", "Notice"),
}


def case_slot(number: int) -> str:
    """Name the slot of the n-th case, counted from 1: `z01`, and from the hundredth on `z100`."""
    return f"z{number:02d}"


def event_slot(number: int) -> str:
    """Name the slot of the n-th event, counted from 1: `g001`."""
    return f"g{number:03d}"


def notice_slot(number: int) -> str:
    """Name the slot of the n-th notice, counted from 1: `m01`."""
    return f"m{number:02d}"


def slots_of(leaf: Leaf, *, detailed: int) -> Iterator[tuple[int, str]]:
    """Give number and name of every slot that a leaf can stand in; `detailed` is how many cases have details."""
    if leaf.path[0] == "zaken":
        last = CASE_SLOTS if leaf.path[-1] == "digest" else detailed
        yield from ((number, case_slot(number)) for number in range(1, last + 1))
    elif leaf.path[0] == "meldingen":
        yield from ((number, notice_slot(number)) for number in range(1, NOTICE_SLOTS + 1))
    else:
        yield from ((number, event_slot(number)) for number in range(1, EVENT_SLOTS + 1))
