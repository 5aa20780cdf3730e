"""Debts as facts: the events that an agency registers, the case they come to, and the overview that a citizen carries.

Events (`events`) are folded (`case`) into a case at a reference date; cases make an overview (`overview`); both become
claims (`claims`), in one shape for SD-JWT VC and, by the same table, as JSON-LD. `fcid` reads and writes the documents
that agencies have. Knows no credential format, no HTTP and no storage.
"""

from credentials.debts.agency import Agency, Organisation
from credentials.debts.bsn import Bsn
from credentials.debts.case import Case, fold
from credentials.debts.errors import SourceError
from credentials.debts.overview import Overview, overview_of
from credentials.debts.phase import Phase

__all__ = ["Agency", "Bsn", "Case", "Organisation", "Overview", "Phase", "SourceError", "fold", "overview_of"]
