"""Small CSV files of debts for tests: a mapping without event ids, and rows for it."""

from issuer.sources import CsvColumns
from tests.debt_builders import SAMIRA

HEADER = "BSN;Dossier;Soort;Geboekt;Opgelegd;Hoofd;Code;Bedrag;Tekst;Vervalt;Kenmerk;Naar"
COLUMNS = CsvColumns(
    {
        "bsn": "BSN",
        "zaakkenmerk": "Dossier",
        "gebeurtenis_type": "Soort",
        "datumtijd_gebeurtenis": "Geboekt",
        "datumtijd_opgelegd": "Opgelegd",
        "primaire_verplichting": "Hoofd",
        "type": "Code",
        "bedrag": "Bedrag",
        "omschrijving": "Tekst",
        "vervaldatum": "Vervalt",
        "betalingskenmerk": "Kenmerk",
        "kwijtgescholden_gebeurtenis_kenmerk": "Naar",
    },
    events={
        "opgelegd": "FinancieleVerplichtingOpgelegd",
        "brief": "BetalingsverplichtingOpgelegd",
        "betaald": "BetalingVerwerkt",
        "verrekend": "VerrekeningVerwerkt",
        "kwijt": "FinancieleVerplichtingKwijtgescholden",
        "terug": "BedragUitbetaald",
    },
    decimal="comma",
)

MOMENT = "2026-01-05T09:00:00+01:00"


def a_row(kind: str, amount: str, **cells: str) -> str:
    """Write a row; `cells` by heading, in place of what stands there otherwise."""
    values = {"BSN": SAMIRA.reveal(), "Dossier": "ZAAK-1", "Soort": kind, "Geboekt": MOMENT, "Bedrag": amount} | cells
    return ";".join(values.get(title, "") for title in HEADER.split(";"))


def an_obligation(amount: str, **cells: str) -> str:
    return a_row("opgelegd", amount, **({"Opgelegd": MOMENT, "Hoofd": "ja", "Code": "cjib_wahv"} | cells))


def a_demand(amount: str, **cells: str) -> str:
    return a_row("brief", amount, **({"Opgelegd": MOMENT, "Code": "Aanschrijving"} | cells))


def a_payment(amount: str, day: int = 1, **cells: str) -> str:
    return a_row("betaald", amount, **({"Geboekt": f"2026-02-{day:02d}T00:00:00+01:00"} | cells))


def a_file(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join((header, *rows, "")).encode()
