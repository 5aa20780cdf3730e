"""FCID 4.1.0, "experimental": remission and further events, renamed totals, a mandatory stage on each demand.

Owed = obligations and signed corrections; settled = payments, set-offs and remissions, less reversals and payments out
(reference 1.5). Of the events beyond the first four the standard's pages name only remission.
"""

from typing import Final

from credentials.debts.fcid.adapter import Adapter
from credentials.debts.fcid.fields import V4

ADAPTER: Final = Adapter.of(V4, owed="totaal_financieel_verplicht", settled="totaal_financieel_vereffend")
