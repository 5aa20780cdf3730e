"""FCID 3.0.0, "current": four types of event; imposed = all obligations, paid = all payments (reference 1.5)."""

from typing import Final

from credentials.debts.fcid.adapter import Adapter
from credentials.debts.fcid.fields import V3

ADAPTER: Final = Adapter.of(V3, owed="totaal_opgelegd", settled="totaal_reeds_betaald")
