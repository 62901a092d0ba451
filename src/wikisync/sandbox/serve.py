"""The sandbox in the foreground: what ``wikisync sandbox`` runs."""

from __future__ import annotations

import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from wikisync.sandbox.box import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

ENDINGS: Final = (signal.SIGINT, signal.SIGTERM)


def serve(
    port: int,
    data: str | Path | None = None,
    locales: Sequence[str] = ("en",),
    on_ready: Callable[[str, str], object] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM comes. Only the main thread can.

    ``on_ready`` gets the address and the administrator's token once requests may come. Raises
    ``PortTaken`` where the port cannot be listened on, ``FolderError`` where ``data`` cannot be
    used.
    """
    with _told_to_end() as wait, Sandbox(locales, data, port) as box:
        if on_ready is not None:
            on_ready(box.url, box.token)
        wait()


@contextmanager
def _told_to_end() -> Iterator[Callable[[], object]]:
    """Gives a function that returns once a signal has come that ends a program.

    A signal writes to a socket that the function reads: waiting on a lock instead would miss one
    that comes just before the wait, and hang on one that comes while the lock is taken.
    """
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.setblocking(False)
        before = {number: signal.signal(number, lambda *_: None) for number in ENDINGS}
        wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield lambda: reader.recv(1)
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
