"""Run calls in threads, and turn the first Ctrl-C into a request to stop.

Threads are daemons. Python waits for the threads of a pool when it exits, so Ctrl-C would wait for
a wiki that does not answer.
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
    """Start a call in a daemon thread and return its future."""
    future: Future[T] = Future()

    def work() -> None:
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001  (raised where the result is asked for)
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=work, name="wikisync worker", daemon=True).start()
    return future


def bounded_map(calls: Iterable[Callable[[], T]], limit: int) -> Iterator[T]:
    """Yield the result of each call, in order, with at most ``limit`` calls running or unread.

    Raises the error of a call when its result is next.
    """
    pending: deque[Future[T]] = deque()
    for call in calls:
        pending.append(run_in_thread(call))
        if len(pending) >= limit:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()


@contextmanager
def stop_on_interrupt(notice: Callable[[], None] = lambda: None) -> Iterator[Callable[[], bool]]:
    """Yield a function that returns whether Ctrl-C was pressed; ``notice`` is called when it is.

    A second Ctrl-C raises KeyboardInterrupt. Outside the main thread nothing is handled.
    """
    stop_requested = False  # without a lock: the handler may run at any point

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal stop_requested
        if stop_requested:
            raise KeyboardInterrupt
        stop_requested = True
        notice()

    if threading.current_thread() is not threading.main_thread():
        yield lambda: stop_requested
        return
    previous = signal.signal(signal.SIGINT, handle)
    try:
        yield lambda: stop_requested
    finally:
        signal.signal(signal.SIGINT, previous)
