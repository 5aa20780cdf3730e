"""Read a register as it would be served, and say everything that is wrong with it: for a command, and for the desk."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Final, final

from credentials.clock import Clock, SystemClock
from credentials.debts.errors import SourceError
from credentials.errors import BlauweKnopError, ConfigurationError, Unavailable
from issuer.app.importing import imported_debts
from issuer.app.keys import load_keys
from issuer.app.registers import debt_source
from issuer.ports import DebtSource
from issuer.settings import AgencySettings, require_source
from issuer.usecases.check_source import Checked, Preview, check
from service.database import Database
from service.logging import get_logger
from service.migrations import schema_is_current

_log: Final = get_logger(__name__)

MOST_FAULTS: Final = 1_000_000
WITHIN: Final = timedelta(seconds=20)
"""How long somebody waits for a page with a check; the check itself ends some time after it."""


def check_source(settings: AgencySettings) -> Checked:
    """Read the register once, whole. Raises ConfigurationError."""
    require_source(settings)
    faults: list[SourceError] = []
    with ExitStack() as opened:
        source = debt_source(
            settings, faults.append, imported=lambda: _imported(settings, opened), most_faults=MOST_FAULTS
        )
        opened.callback(source.close)
        return check(source, faults, SystemClock().now())


@final
class CheckBeside:
    """Read the register anew beside the service that serves it, one at a time, for as long as somebody waits for it."""

    def __init__(
        self, settings: AgencySettings, imported: Callable[[], DebtSource], clock: Clock, within: timedelta = WITHIN
    ) -> None:
        self._settings = settings
        self._imported = imported
        self._clock = clock
        self._within = within.total_seconds()
        self._lock = threading.Lock()

    def __call__(self) -> Checked | None:
        """Return what a check came to; None when it was not done in time.

        Raises Unavailable while another is under way.
        """
        if not self._lock.acquire(blocking=False):
            raise Unavailable("the register is being checked")
        found: list[Checked] = []
        # A file or a server may keep whoever reads it waiting: so not in the thread of the request.
        working = threading.Thread(target=self._work, args=(found,), name="check of the register", daemon=True)
        working.start()
        working.join(self._within)
        return found[0] if found else None

    def _work(self, found: list[Checked]) -> None:
        deadline, faults = time.monotonic() + self._within + 1, list[SourceError]()
        try:
            require_source(self._settings)
            source = debt_source(self._settings, faults.append, imported=self._imported, most_faults=MOST_FAULTS)
            try:
                enough = lambda: time.monotonic() >= deadline  # noqa: E731  # said where it is used
                found.append(check(source, faults, self._clock.now(), enough=enough))
            finally:
                source.close()
        except BlauweKnopError as error:
            found.append(Checked(tuple(faults), Preview(), error.detail or error.code))
        except Exception as error:  # noqa: BLE001  # a thread's own last word may quote what it read
            _log.error("source_check_failed", code=type(error).__name__)
            found.append(Checked(tuple(faults), Preview(), "the check broke off"))
        finally:
            self._lock.release()


def _imported(settings: AgencySettings, opened: ExitStack) -> DebtSource:
    database = Database(settings.database_url)
    opened.callback(database.close)
    if not schema_is_current(database, "issuer"):
        raise ConfigurationError(f"{settings.agency.abbreviation}: no state yet; run blauweknop issuer init first")
    return imported_debts(settings, database, load_keys(settings, SystemClock().now()))
