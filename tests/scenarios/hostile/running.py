"""A command as a real process, to be interrupted while the wiki holds an answer back."""

from __future__ import annotations

import signal
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from support.workspace import PATIENCE, command
from wikisync.sandbox import Hook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.workspace import Workspace
    from wikisync.sandbox import Sandbox


@dataclass
class ReviewedSteps:
    """A request that the wiki does not answer until it is let go."""

    came: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        """Until the request is there."""
        assert self.came.wait(PATIENCE), "the request never came"

    def _hold(self) -> None:
        self.came.set()
        self.go.wait(PATIENCE)


@contextmanager
def held(
    sandbox: Sandbox, on: str, *, after: bool = False, nth: int = 1
) -> Iterator[ReviewedSteps]:
    """Hold a request back, before it is done or after."""
    request = ReviewedSteps()
    sandbox.faults.add(Hook(request._hold, after=after), on=on, nth=nth)
    try:
        yield request
    finally:
        request.go.set()


class Process:
    """A command that runs."""

    def __init__(self, workspace: Workspace, *args: str) -> None:
        self._process = subprocess.Popen(
            command(*args),
            cwd=workspace.root,
            env=workspace.environment({"PYTHONUNBUFFERED": "1"}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.err = ""
        self.pid = self._process.pid

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)

    def says(self, text: str) -> None:
        """Read stderr until a line has ``text``."""
        stream: Any = self._process.stderr
        while text not in self.err:
            line = stream.readline()
            assert line, self.err
            self.err += line

    def end(self) -> tuple[int, str]:
        """Its exit code, and all that it said."""
        out, err = self._process.communicate(timeout=PATIENCE)
        self.err += err
        assert "Traceback" not in out + self.err, self.err
        return self._process.returncode, out + self.err
