"""A process that dies while it sends and fetches files, which several of its threads do at once."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from scenarios.crash.points import Crash, watched
from wikisync.wiki.file_transport import FileTransport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from scenarios.crash.points import Points


def watching(points: Points) -> ExitStack:
    """Every effect passes ``points``, the sending of a file too."""
    stack, real = ExitStack(), FileTransport.upload
    stack.enter_context(watched(points))

    def upload(transport: FileTransport, *args: Any) -> None:
        points.before("upload")
        with points.asking():
            real(transport, *args)
        points.after("upload")

    stack.enter_context(patch.object(FileTransport, "upload", upload))
    return stack


def killed(points: Points, state: Path, work: Callable[[], object]) -> str | None:
    """Do ``work`` in a process that may die; where it died, None if it came to its end.

    ``state`` is the folder of its state.
    """
    try:
        with watching(points):
            try:
                work()
            except Crash:
                for thread in threading.enumerate():  # the dead do nothing more
                    if thread.name.startswith("wikisync worker"):
                        thread.join(30)
                raise
    except Crash as crash:
        points.bury(state)
        points.hang_up()
        return str(crash)
    return None
