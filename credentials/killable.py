"""A program that does one job in a process of its own, within bounds of memory and time, and is killed beyond them.

For what is slow or hostile and asked for now and then: making a PDF, reading somebody's. A process is started for each
job, so that nothing of one is left for the next. It gets no environment, no arguments and no files, only the job.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, final

from credentials.errors import BlauweKnopError, LimitExceeded, MalformedInput, Unavailable

_DONE: Final = b"Y"
_REFUSED: Final = b"N"
# A caller waits for a free place, but not as long as a person would: then it is told to come back.
_QUEUE_SECONDS: Final = 20.0
_MAX_REFUSAL: Final = 2_000


class TooCostly(LimitExceeded):
    """A job that needs more time or memory than it gets."""

    code = "too_costly"


class RefusedJob(MalformedInput):
    """What the program could not do with its job; `reason` is its own word for why."""

    code = "refused_job"

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        super().__init__(detail)


@final
class Program:
    """One program, of which at most `at_once` run in this process's name at any moment."""

    def __init__(self, path: Path, *, seconds: float, at_once: int = 2) -> None:
        self._path = path
        self._seconds = seconds
        self._places = threading.BoundedSemaphore(at_once)

    def run(self, job: bytes) -> bytes:
        """Have a job done. Raises RefusedJob with the program's word, TooCostly, or Unavailable when it cannot run."""
        if not self._places.acquire(timeout=_QUEUE_SECONDS):
            raise Unavailable("too many of these jobs are under way")
        try:
            done = subprocess.run(  # noqa: S603  # our own program, no input in its arguments
                [sys.executable, "-I", str(self._path)],
                input=job,
                capture_output=True,
                timeout=self._seconds,
                env={},
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise TooCostly("the job takes too long") from error
        except OSError as error:
            raise Unavailable("the program cannot be started") from error
        finally:
            self._places.release()
        mark, content = done.stdout[:1], done.stdout[1:]
        if mark == _DONE and done.returncode == 0:
            return content
        if mark == _REFUSED and len(content) <= _MAX_REFUSAL:
            told = json.loads(content)
            raise RefusedJob(str(told["code"]), str(told["detail"]))
        # Killed by its limit of memory or processor time: nothing else ends it without a word.
        raise TooCostly("the job needs more than it gets")


def do_one_job(work: Callable[[bytes], bytes], *, memory: int, cpu_seconds: int) -> None:
    """Be such a program: bound this process, do the job on standard input, answer on standard output.

    Whatever a parser of hostile bytes raises is a refusal; only an error of ours has words of its own.
    """
    import resource  # noqa: PLC0415  # not on every system, and needed in such a process alone

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = _DONE + work(sys.stdin.buffer.read())
    except MemoryError:
        sys.exit(1)
    except BlauweKnopError as error:
        answer = _REFUSED + json.dumps({"code": error.code, "detail": error.detail[:500]}).encode()
    except Exception:  # noqa: BLE001  # see the docstring
        answer = _REFUSED + json.dumps({"code": MalformedInput.code, "detail": "it cannot be read"}).encode()
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
