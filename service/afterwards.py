"""Work that may wait until an answer is given and may fail: nobody waits for it, and nothing rests on it.

A bounded number of pieces waits; what comes on top is dropped, as is what is not done when the process ends.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, final

from credentials.errors import BlauweKnopError
from service.logging import get_logger

THREADS: Final = 2
MOST_WAITING: Final = 2_000

_log: Final = get_logger(__name__)


@final
class Afterwards:
    """Do pieces of work after one another, in threads of its own. A failure is logged by its code.

    Example:
        afterwards = Afterwards("notifications")
        afterwards(lambda: http.post_json(url, body))
    """

    def __init__(self, name: str) -> None:
        self._name = name
        # A pool makes its threads when it needs them, so a fork before the first piece shares none.
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix=f"after-{name}")
        self._room = threading.BoundedSemaphore(MOST_WAITING)

    def __call__(self, work: Callable[[], object]) -> None:
        """Have this done soon, if there is room."""
        if not self._room.acquire(blocking=False):
            _log.warning("afterwards_full", job=self._name)
            return
        try:
            self._pool.submit(self._do, work)
        except RuntimeError:  # It was closed meanwhile.
            self._room.release()

    def close(self) -> None:
        """End, after what is being done now; what waits is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _do(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  # it may fail, and nobody is told but the operator
            code = error.code if isinstance(error, BlauweKnopError) else type(error).__name__
            _log.info("afterwards_failed", job=self._name, code=code)
        finally:
            self._room.release()
