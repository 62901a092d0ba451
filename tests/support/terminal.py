"""A command at a real terminal: a pseudo-terminal that shows, and that a test types on."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

from support.workspace import PATIENCE, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from support.workspace import Workspace

# The leader of a session makes a terminal its own by opening it: then Ctrl-C works.
_AT_TERMINAL: Final = (
    "import os, sys\n"
    "os.open(os.ttyname(0), os.O_RDWR)\n"
    "os.execv(sys.executable, [sys.executable, '-m', 'wikisync', *sys.argv[1:]])\n"
)


class Terminal:
    """A command at a terminal: what it shows there on stderr, and what it prints on stdout.

    stdout goes to a file, unless ``whole``: then it is on the terminal too.
    """

    def __init__(
        self,
        workspace: Workspace,
        *args: str,
        whole: bool = False,
        env: Mapping[str, str | None] | None = None,
    ) -> None:
        self.shown = ""
        self._late = time.monotonic() + PATIENCE
        self._out = workspace.root / "stdout"
        self._master, slave = os.openpty()
        try:
            with self._out.open("wb") as out:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", _AT_TERMINAL, *args],
                    cwd=workspace.root,
                    env=workspace.environment(env),
                    stdin=slave,
                    stdout=slave if whole else out,
                    stderr=slave,
                    start_new_session=True,
                )
        finally:
            os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    def expect(self, text: str) -> None:
        """Read until the terminal shows ``text``."""
        while text not in self.shown:
            assert self._more(), f"{text!r} was never shown:\n{self.shown}"

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def interrupt(self) -> None:
        """Type Ctrl-C, and ``y`` at once.

        One Ctrl-C alone: a second one would kill what is ending already. Python sees one that comes
        just before a read only when that read ends, so there is something to read: a yes, which
        must not count.
        """
        self.type("\x03y\n")

    def end(self) -> Result:
        """Read to the end, and wait for it."""
        while self._more():
            pass
        code = self._process.wait(PATIENCE)
        return Result((), code, self._out.read_text("utf-8"), self.shown)

    def _more(self) -> bool:
        left = self._late - time.monotonic()
        ready, _, _ = select.select([self._master], [], [], max(left, 0.0))
        assert ready, f"nothing more came in {PATIENCE} s:\n{self.shown}"
        try:
            data = os.read(self._master, 65_536)
        except OSError:  # Linux's way to say that the other end is closed
            return False
        self.shown += data.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(data)
