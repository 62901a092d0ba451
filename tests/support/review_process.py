"""``wikisync review`` as a process, with its address as it prints it."""

from __future__ import annotations

import re
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from support.workspace import PATIENCE, Result, command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.workspace import Workspace


class Reviewing:
    """A review that is open. It is ended by its page, or by Ctrl-C."""

    def __init__(self, process: subprocess.Popen[str], line: str, address: str) -> None:
        self._process = process
        self.line = line
        self.address = address

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def printed(self, lines: int) -> str:
        """The first lines of its result, as soon as they are there; it may not have ended."""
        assert self._process.stdout is not None
        return "".join(self._process.stdout.readline() for _ in range(lines))

    def end(self) -> Result:
        """Wait until it has ended by itself."""
        out, err = self._process.communicate(timeout=PATIENCE)
        return Result((), self._process.returncode, out, err)


@contextmanager
def reviewing(
    workspace: Workspace, *args: str, browser: dict[str, str] | None = None
) -> Iterator[Reviewing]:
    """A review that has told its address. With a ``browser`` these variables name one to open."""
    process = subprocess.Popen(
        command("review", *([] if browser else ["--no-browser"]), *args),
        cwd=workspace.root,
        env=workspace.environment({**(browser or {})}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline() + process.stderr.readline()
        found = re.search(r"http://\S+", line)
        assert found is not None, line + process.communicate(timeout=PATIENCE)[1]
        yield Reviewing(process, line, found[0])
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
