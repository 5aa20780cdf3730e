"""What the issuer's use cases need from the outside: debts, records, a login, signatures. Time is handed in apart."""

from issuer.ports.changes import Changes
from issuer.ports.debts import BegunImport, Condition, DebtImports, DebtSource, Known, ReadFile
from issuer.ports.documents import DocumentPrinter, SignDocument
from issuer.ports.grants import Authorisations, Deferrals, Offers, OneTimeValues, WalletLogins
from issuer.ports.issued import Issuances, Notices, Publication, Publications, PublicationTimes
from issuer.ports.keys import KeyKeeper, KeySeen, KeyStep
from issuer.ports.people import Customers, EmployeeLogin, LoggedIn, LoginProvider, PidReader, Shown, WalletDirectory
from issuer.ports.records import Event, Mark, Records, Store, Witness
from issuer.ports.running import Failures, JobRuns

__all__ = [
    "Authorisations",
    "BegunImport",
    "Changes",
    "Condition",
    "Customers",
    "DebtImports",
    "DebtSource",
    "Deferrals",
    "DocumentPrinter",
    "EmployeeLogin",
    "Event",
    "Failures",
    "Issuances",
    "JobRuns",
    "KeyKeeper",
    "KeySeen",
    "KeyStep",
    "Known",
    "LoggedIn",
    "LoginProvider",
    "Mark",
    "Notices",
    "Offers",
    "OneTimeValues",
    "PidReader",
    "Publication",
    "PublicationTimes",
    "Publications",
    "ReadFile",
    "Records",
    "Shown",
    "SignDocument",
    "Store",
    "WalletDirectory",
    "WalletLogins",
    "Witness",
]
