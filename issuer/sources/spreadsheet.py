"""A sheet of a workbook, in whichever of the two open forms the file is: what is inside says so, not its name."""

from credentials.debts.errors import MalformedSource
from issuer.sources.columns import Columns
from issuer.sources.ods_table import CONTENT, MANIFEST, ods_table
from issuer.sources.table import Table
from issuer.sources.workbook_parts import MalformedPart, Parts
from issuer.sources.xlsx_table import xlsx_table


def spreadsheet_table(data: bytes, columns: Columns, file: str) -> Table:
    """Open an XLSX or ODS workbook; the type `OpenTable`. Raises SourceError."""
    try:
        parts = Parts(data)
    except MalformedPart as fault:
        raise MalformedSource(file, 0, "", str(fault)) from None
    open_table = ods_table if parts.has(CONTENT) and parts.has(MANIFEST) else xlsx_table
    return open_table(data, columns, file)
