"""Waiting for what a library only offers as a coroutine, from code that is not one."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

_Result = TypeVar("_Result")


def awaited(coroutine: Coroutine[Any, Any, _Result]) -> _Result:
    """Run a coroutine to its end and return what it returns; it raises what the coroutine raises.

    In a thread of its own: the caller's may have an event loop already, in which asyncio starts no second one.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
