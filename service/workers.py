"""Several processes that serve the same addresses: made by forking this one, watched, renewed without a failed request.

This process has loaded the code, and listens; it composes nothing. Each worker is a copy that composes the service
itself, so that keys and connections of one never exist in another. All take connections from the same listening
sockets, which outlive them: what arrives while workers change waits for the next one.

1. SIGTERM or SIGINT: the workers finish what they are answering, and so does this.
2. SIGHUP: new workers are made, which read settings and keys anew. Once they answer, the old ones take no more
   connections, say so in each answer, and end when those they have are quiet. If a new one fails, the old ones stay.
3. A worker that dies is replaced, `MOST_DEATHS` times in `DEATHS_WITHIN` seconds; then all stop, and it is told.
4. When this process is gone, however that came, the workers end by themselves.
"""

import contextlib
import gc
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn, final

from credentials.errors import ConfigurationError
from service.logging import configure, get_logger
from service.serving import BACKLOG, GRACEFUL_SECONDS, Servable, Served, listen, serve, serve_on

MOST_DEATHS: Final = 5
DEATHS_WITHIN: Final = 60.0
START_SECONDS: Final = 60.0
# A worker ends by itself within the first; the second is for one that does not.
STOP_SECONDS: Final = GRACEFUL_SECONDS + 5.0

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
DRAIN: Final = signal.SIGUSR1
_MENDABLE: Final = 2  # as the command's own exit code for settings, files and ports

_log: Final = get_logger(__name__)


@final
@dataclass(frozen=True, slots=True)
class Post:
    """What so many workers do: listen at the addresses, with the apps that `make` returns for them, in that order."""

    name: str
    addresses: Sequence[tuple[str, int]]
    make: Callable[[], Sequence[Servable]]
    workers: int = 1


@dataclass(slots=True)
class _Worker:
    post: Post
    pid: int
    ready: int | None  # the pipe that says so; None once it did
    began: float = field(default_factory=time.monotonic)
    leaving: bool = False
    spare: bool = False  # made by a reload that is not through yet


def workers_for(database: str, asked: int | None) -> int:
    """Return how many workers suit a database URL: as many as were asked, or what uses this machine well.

    That is one per core that we may use; with SQLite, where all writes take turns, two at most. Raises
    ConfigurationError for several workers on a database in memory.
    """
    kind, _, place = database.partition("://")
    sqlite = kind.startswith("sqlite")
    if sqlite and place.strip("/") in ("", ":memory:"):
        if asked is not None and asked > 1:
            raise ConfigurationError("a database in memory is of one process: --workers 1")
        return 1
    if asked is not None:
        return asked
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 2) if sqlite else cores


def serve_posts(posts: Sequence[Post], *, ready: Callable[[], None] | None = None) -> int:
    """Serve until told to stop; `ready` is called once every worker answers. Return the exit code.

    0 after a stop; 1 when workers kept dying or the first ones could not begin, 2 when settings or files are why. One
    worker in all is this process, which nobody watches. Raises ConfigurationError when an address cannot be listened
    on.
    """
    configure()
    for post in posts:
        _log.info("serving", post=post.name, workers=post.workers, ports=[port for _, port in post.addresses])
    if sum(post.workers for post in posts) == 1:
        serve(posts[0].make(), ready=ready)
        return 0
    with _Crew(posts) as crew:
        return crew.run(ready)


@final
class _Crew:
    def __init__(self, posts: Sequence[Post]) -> None:
        self._posts = posts
        self._sockets: dict[str, list[socket.socket]] = {}
        self._workers: dict[int, _Worker] = {}
        self._deaths: list[float] = []
        self._selector = selectors.DefaultSelector()
        self._woken, self._wakes = socket.socketpair()
        # Whoever reads it waits for the end of this process, which alone could write.
        self._lifeline, self._held = os.pipe()
        self._stopping: float | None = None
        self._reloading = False
        self._code = 0
        self._told_ready = False

    def __enter__(self) -> "_Crew":
        for post in self._posts:
            self._sockets[post.name] = []
            for host, port in post.addresses:
                try:
                    listener = listen(host, port)
                except ConfigurationError:
                    self.__exit__()
                    raise
                listener.listen(BACKLOG)
                self._sockets[post.name].append(listener)
        for end in (self._woken, self._wakes):
            end.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self._listeners():
            listener.close()
        self._selector.close()
        for end in (self._woken, self._wakes):
            end.close()
        for number in (self._lifeline, self._held):
            os.close(number)

    def run(self, ready: Callable[[], None] | None) -> int:
        # What was imported is left alone by the collector from here on, so that the workers go on sharing its memory.
        gc.collect()
        gc.freeze()
        with self._signals():
            for post in self._posts:
                for _ in range(post.workers):
                    self._fork(post)
            while self._workers:
                for key, _ in self._selector.select(self._patience()):
                    if key.fileobj is self._woken:
                        self._answer_signals()
                    else:
                        self._heard(key.data)
                self._bury()
                self._look_at_the_clock()
                if ready is not None and not self._told_ready and self._all_answer():
                    self._told_ready = True
                    ready()
        return self._code

    def _all_answer(self) -> bool:
        return self._stopping is None and all(worker.ready is None for worker in self._workers.values())

    def _answer_signals(self) -> None:
        with contextlib.suppress(BlockingIOError):
            for number in self._woken.recv(64):
                if number in (signal.SIGINT, signal.SIGTERM):
                    self._stop()
                elif number == signal.SIGHUP:
                    self._reload()

    def _stop(self) -> None:
        self._stopping = self._stopping or time.monotonic()
        for worker in self._workers.values():
            worker.leaving = True
            _send(worker, signal.SIGTERM)

    def _reload(self) -> None:
        if self._stopping is not None or self._reloading:
            return
        self._reloading = True
        _log.info("workers_reloading")
        for post in self._posts:
            for _ in range(post.workers):
                self._fork(post, spare=True)

    def _heard(self, worker: _Worker) -> None:
        """A worker answers, or has ended before it did."""
        if worker.ready is None:
            return
        says = os.read(worker.ready, 1)
        self._close(worker)
        if says and self._reloading and not self._waiting_for_spares():
            self._reloading = False
            for each in self._workers.values():
                if each.spare:
                    each.spare = False
                elif not each.leaving:
                    each.leaving = True
                    _send(each, DRAIN)
            _log.info("workers_reloaded")

    def _waiting_for_spares(self) -> bool:
        return any(each.spare and each.ready is not None for each in self._workers.values())

    def _bury(self) -> None:
        while self._workers:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                pid = 0
            if pid == 0:
                return
            worker = self._workers.pop(pid, None)
            if worker is None:
                continue
            answered = worker.ready is None
            self._close(worker)
            self._mourn(worker, os.waitstatus_to_exitcode(status), answered=answered)

    def _mourn(self, worker: _Worker, code: int, *, answered: bool) -> None:
        if worker.leaving:
            if code not in (0, -signal.SIGTERM):
                _log.error("worker_left_badly", post=worker.post.name, exit=code)
            return
        _log.error("worker_died", post=worker.post.name, exit=code)
        if worker.spare:
            self._give_up_reload()
            return
        now = time.monotonic()
        self._deaths = [*(at for at in self._deaths if at > now - DEATHS_WITHIN), now]
        # What cannot begin at the start will not begin a second time; later, the machine may be short of something.
        if len(self._deaths) > MOST_DEATHS or not (answered or self._told_ready or self._anyone_answers()):
            _log.error("workers_keep_dying" if answered else "workers_cannot_begin", deaths=len(self._deaths))
            self._code = _MENDABLE if code == _MENDABLE else 1
            self._stop()
            return
        self._fork(worker.post)

    def _anyone_answers(self) -> bool:
        return any(worker.ready is None for worker in self._workers.values())

    def _give_up_reload(self) -> None:
        self._reloading = False
        _log.error("workers_not_reloaded")
        for worker in self._workers.values():
            if worker.spare:
                worker.leaving = True
                worker.spare = False
                _send(worker, signal.SIGTERM)

    def _look_at_the_clock(self) -> None:
        now = time.monotonic()
        if self._stopping is not None and now > self._stopping + STOP_SECONDS:
            for worker in self._workers.values():
                _send(worker, signal.SIGKILL)
        for worker in self._workers.values():
            if worker.ready is not None and not worker.leaving and now > worker.began + START_SECONDS:
                _send(worker, signal.SIGKILL)  # its death is dealt with as any other

    def _patience(self) -> float | None:
        waiting = self._stopping is not None or any(worker.ready is not None for worker in self._workers.values())
        return 1.0 if waiting else None

    def _fork(self, post: Post, *, spare: bool = False) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        heard, says = os.pipe()
        # A signal for the new process waits until it can tell it from one for this process.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            pid = os.fork()
            if pid == 0:
                os.close(heard)
                self._become(post, says, before)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(says)
        worker = _Worker(post, pid, heard, spare=spare)
        self._workers[pid] = worker
        self._selector.register(heard, selectors.EVENT_READ, worker)

    def _become(self, post: Post, says: int, mask: set[int | signal.Signals]) -> NoReturn:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in _SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            for number in (signal.SIGINT, signal.SIGHUP):  # a terminal sends these to all; they are for the maker
                signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            os.close(self._held)
            for name, listeners in self._sockets.items():
                for listener in listeners if name != post.name else ():
                    listener.close()
            made = [each if isinstance(each, Served) else Served(*each) for each in post.make()]
            if [(each.host, each.port) for each in made] != list(post.addresses):
                raise ConfigurationError(f"{post.name}: another address needs a restart, not a reload")
            serve_on(
                made,
                self._sockets[post.name],
                ready=lambda: _tell(says),
                drain_on=DRAIN,
                lifeline=self._lifeline,
            )
            code = 0
        except ConfigurationError as error:
            code = _MENDABLE
            sys.stderr.write(f"{error.detail}\n")
        except BaseException as error:  # noqa: BLE001  # a worker must never run on into its maker's code
            _log.error("worker_failed", code=type(error).__name__)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _close(self, worker: _Worker) -> None:
        if worker.ready is not None:
            self._selector.unregister(worker.ready)
            os.close(worker.ready)
            worker.ready = None

    def _listeners(self) -> Iterator[socket.socket]:
        for listeners in self._sockets.values():
            yield from listeners

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        handlers = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
        wakeup = signal.set_wakeup_fd(self._wakes.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in handlers.items():
                signal.signal(number, handler)


def _tell(says: int) -> None:
    with contextlib.suppress(BrokenPipeError):
        os.write(says, b"1")
    os.close(says)


def _send(worker: _Worker, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(worker.pid, number)
