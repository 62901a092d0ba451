"""Work aside: a call in a thread of its own, which never keeps the program from ending.

A pool's threads would: Python waits for them when it ends, so that Ctrl-C would have to wait for
the answer of a wiki that does not answer.

Ctrl-C: the first asks the run to end after the page in hand, the second ends it at once.
"""

from __future__ import annotations

import signal
import threading
from collections import deque
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import FrameType


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


@contextmanager
def stop_on_interrupt(notice: Callable[[], None] = lambda: None) -> Iterator[Callable[[], bool]]:
    """Gives a function that tells whether the user asked to stop. ``notice`` is called when so."""
    asked = False  # no lock in it: the handler may run at any point of the main thread

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        notice()

    if threading.current_thread() is not threading.main_thread():
        yield lambda: asked
        return
    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
