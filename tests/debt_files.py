"""Small files of debts for tests: a mapping without event ids, rows for it, and workbooks."""

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

from issuer.sources import Columns
from tests.debt_builders import SAMIRA

HEADER = "BSN;Dossier;Soort;Geboekt;Opgelegd;Hoofd;Code;Bedrag;Tekst;Vervalt;Kenmerk;Naar"
COLUMNS = Columns(
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


def a_workbook(file: Path, rows: list[list[Any]], *, sheets: tuple[str, ...] = ("Blad1",), **options: Any) -> None:
    """Write rows to the last of these sheets: texts, numbers, truth values, days and moments, each as what it is."""
    book = xlsxwriter.Workbook(str(file), options)
    day, moment = (book.add_format({"num_format": code}) for code in ("dd-mm-yyyy", "dd-mm-yyyy hh:mm"))
    for name in sheets:
        sheet = book.add_worksheet(name)
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            match value:
                case None:
                    sheet.write_blank(at, column, None)
                case bool():
                    sheet.write_boolean(at, column, value)
                case datetime():
                    sheet.write_datetime(at, column, value, moment)
                case date():
                    sheet.write_datetime(at, column, value, day)
                case int() | float():
                    sheet.write_number(at, column, value)
                case str() if value.startswith("="):
                    formula, _, outcome = value.partition(" -> ")
                    sheet.write_formula(at, column, formula, None, outcome)
                case _:
                    sheet.write_string(at, column, value)
    book.close()


ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACES: Final = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
_CALC: Final = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'


def an_ods_cell(value: Any) -> str:
    """Write a cell as LibreOffice does; a text that begins with `<` is a cell already."""
    match value:
        case None:
            return "<table:table-cell/>"
        case bool():
            return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(value).lower()}"/>'
        case datetime() | date():
            return f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}"/>'
        case int() | float():
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        case str() if value.startswith("<"):
            return value
        case _:
            return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'


def an_ods_row(values: list[Any], alike: int = 1) -> str:
    """Write a row, once for all that are alike."""
    repeated = f' table:number-rows-repeated="{alike}"' if alike != 1 else ""
    return f"<table:table-row{repeated}>{''.join(map(an_ods_cell, values))}</table:table-row>"


def an_ods(file: Path, *sheets: tuple[str, str], kind: str = ODS, manifest: str = "", before: str = "") -> bytes:
    """Write a workbook of sheets, each by its name and its rows, and return it."""
    tables = "".join(f"<table:table table:name={quoteattr(name)}>{rows}</table:table>" for name, rows in sheets)
    parts = {
        "mimetype": kind,
        "content.xml": f"<office:document-content {_NAMESPACES} {_CALC}><office:body><office:spreadsheet>"
        f"{before}{tables}</office:spreadsheet></office:body></office:document-content>",
        "META-INF/manifest.xml": '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<m:file-entry m:full-path="/" m:media-type="{kind}"/>{manifest}</m:manifest>',
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.read_bytes()
