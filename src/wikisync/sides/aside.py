"""Work aside: a call in a thread of its own, which never keeps the program from ending.

A pool's threads would: Python waits for them when it ends, so that Ctrl-C would have to wait for
the answer of a wiki that does not answer.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")


def run_in_thread(call: Callable[[], T]) -> Future[T]:
    """Begin a call; what comes of it is the future's result."""
    future: Future[T] = Future()

    def work() -> None:
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001  (raised where the result is asked for)
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=work, name="wikisync aside", daemon=True).start()
    return future


def bounded_map(calls: Iterable[Callable[[], T]], most: int) -> Iterator[T]:
    """What comes of each call, in their order; ``most`` of them at once, and no more in memory.

    An error is raised where its call's result is due.
    """
    flying: deque[Future[T]] = deque()
    for call in calls:
        flying.append(run_in_thread(call))
        if len(flying) >= most:
            yield flying.popleft().result()
    while flying:
        yield flying.popleft().result()
