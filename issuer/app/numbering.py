"""One state, one kind of number: a database that knows people by a BSN is never served by a private creditor."""

from typing import Final

from sqlalchemy import select

from credentials.debts.person import Numbering
from credentials.errors import ConfigurationError
from issuer.storage.tables import code, debts, deferred, grant, issued_copy, offer, refresh, wallet_login
from service.database import Database
from service.kept import KeptText

_NAME: Final = "numbering"
# Where a person stands, by a hash or sealed.
_OF_PEOPLE: Final = (issued_copy, debts, refresh, grant, offer, code, deferred, wallet_login)


def keep_numbering(database: Database, numbering: Numbering, agency: str) -> None:
    """Demand that the records are of people by this number, and have it so from now on. Raises ConfigurationError.

    Hashes of the one number say nothing of the other: what was issued before could not be found to withdraw it.
    """
    kept = KeptText(database, _NAME)
    before = kept.load()
    if before is None and _knows_anybody(database):
        # Records of before there were customer numbers are of people by their BSN.
        before = Numbering.BSN.value
    if before not in {None, numbering.value}:
        raise ConfigurationError(f"{agency}: its database knows people by {before}; begin with another one")
    if kept.load() is None:
        kept.save(numbering.value)


def _knows_anybody(database: Database) -> bool:
    with database.read() as connection:
        return any(connection.execute(select(each).limit(1)).first() is not None for each in _OF_PEOPLE)
