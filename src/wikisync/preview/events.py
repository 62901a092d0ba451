"""Send events to the browsers that show the preview, as server-sent events."""

from __future__ import annotations

import asyncio
import json
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wikisync.preview.library import Change

HEARTBEAT_SECONDS: Final = 15.0
"""How often an idle connection is written to, so that one that is gone is noticed."""


class Hub:
    """The open connections of browsers. Changes may be sent from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: set[tuple[asyncio.AbstractEventLoop, asyncio.Queue[str | None]]] = set()

    def send(self, change: Change) -> None:
        """Send a change to every browser."""
        self._put(event_of(change))

    def close(self) -> None:
        """End every connection."""
        self._put(None)

    async def stream(self, missed: Change | None) -> AsyncIterator[str]:
        """Yield the events of one connection; the first is ``missed``, if there is one."""
        place = (asyncio.get_running_loop(), asyncio.Queue[str | None]())
        with self._lock:
            self._open.add(place)
        try:
            yield "retry: 1000\n\n"
            if missed is not None:
                yield event_of(missed)
            while True:
                try:
                    event = await asyncio.wait_for(place[1].get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    event = ":\n\n"
                if event is None:
                    return
                yield event
        finally:
            with self._lock:
                self._open.discard(place)

    def _put(self, event: str | None) -> None:
        with self._lock:
            for loop, queue in self._open:
                loop.call_soon_threadsafe(queue.put_nowait, event)


def event_of(change: Change) -> str:
    """Return a change as an event."""
    value = {"version": change.version, "moved": dict(change.moved), "listed": change.listed}
    return f"data: {json.dumps(value)}\n\n"
