"""Run the demo: real commands on a sandbox and a temporary folder, with their real output."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from wikisync.cli.terminal import console_for, print_lines
from wikisync.config import DEFAULT_FOLDER
from wikisync.errors import FolderError
from wikisync.private_files import reason_of
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence

LOCALES: Final = ("en", "zh")
_LOCAL: Final = "guide/decisions.md"
_REMOTE: Final = "start"
_PICTURE: Final = "two-sides.png"
_INDENT: Final = "  "


def run() -> int:
    """Run every step, print it, and return the exit code: 0, or 1 for a failed step.

    The temporary folder is deleted at the end. Raises FolderError where the pages of the manual,
    which the demo publishes, cannot be found or copied.
    """
    with (
        Sandbox(LOCALES) as sandbox,
        tempfile.TemporaryDirectory(prefix="wikisync-demo-") as home,
    ):
        stage = _Stage(Path(home), sandbox, _display())
        for step in (_begin, _publish, _change, _compare, _sync):
            if not step(stage):
                print_lines(("", "The demo failed: see the output above."))
                return 1
    print_lines(
        (
            "",
            "That is all. To use wikisync with your own wiki:",
            "  wikisync init https://wiki.example.com",
            "To try more on a wiki on this machine:",
            "  wikisync sandbox",
        )
    )
    return 0


@dataclass(frozen=True, slots=True)
class _Stage:
    home: Path
    sandbox: Sandbox
    display: dict[str, str]

    def announce(self, text: str) -> None:
        print_lines(("", f"— {text}", ""))

    def command(self, *arguments: str, expect: int = 0) -> bool:
        """Run a command, print it and its output; return whether its exit code is ``expect``."""
        print_lines((f"$ wikisync {' '.join(arguments)}",))
        result = subprocess.run(  # noqa: S603  (our own program)
            [sys.executable, "-m", "wikisync", *arguments],
            cwd=self.home,
            env={**os.environ, **self._settings()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            check=False,
        )
        for line in _shorten(result.stdout.splitlines()):
            typer.echo(f"{_INDENT}{line}")  # wrapped already, and with colours at a terminal
        return result.returncode == expect

    def _settings(self) -> dict[str, str]:
        token = {"WIKISYNC_TOKEN": self.sandbox.token}
        return {**_settings(self.home), **token, **self.display}


def _begin(stage: _Stage) -> bool:
    print_lines(
        ("The demo runs a temporary wiki on this machine, and has a temporary folder of pages.",)
    )
    try:
        shutil.copytree(_manual(), stage.home / DEFAULT_FOLDER)
    except OSError as error:
        raise FolderError(DEFAULT_FOLDER, "copy", reason_of(error)) from error
    stage.announce("Connect the folder to the wiki.")
    return stage.command("init", stage.sandbox.url)


def _publish(stage: _Stage) -> bool:
    stage.announce("Publish the folder to the wiki.")
    return stage.command("push", "--yes")


def _change(stage: _Stage) -> bool:
    stage.announce(
        f"Two edits: you add a picture to {_LOCAL} in the folder, a colleague changes {_REMOTE} on"
        " the wiki."
    )
    file = stage.home / DEFAULT_FOLDER / _LOCAL
    text = file.read_text(encoding="utf-8").rstrip("\n")
    shown = f"![Two sides]({_PICTURE})"
    file.write_text(f"{text}\n\nA line that you added here.\n\n{shown}\n", encoding="utf-8")
    (file.parent / _PICTURE).write_bytes(_two_sides(240, 120))
    page = stage.sandbox.page(_REMOTE)
    if page is None:
        return False
    content = str(page["content"]).rstrip("\n")
    stage.sandbox.edit(
        _REMOTE, content=f"{content}\n\nA line that a colleague added on the wiki.\n"
    )
    return stage.command("status")


def _two_sides(width: int, height: int) -> bytes:
    """Return a PNG of two colours, one for each half."""
    half = width // 2
    row = b"\0" + b"\x1a\x5f\xb4" * half + b"\xf5\xbd\x6b" * (width - half)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(row * height)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _compare(stage: _Stage) -> bool:
    stage.announce("Review what would be published.")
    return stage.command("diff")


def _sync(stage: _Stage) -> bool:
    stage.announce("Push and pull in one run. Afterwards both sides are the same.")
    return stage.command("sync", "--yes") and stage.command("status", "--exit-code")


def _display() -> dict[str, str]:
    """Return variables that let a command print as at this terminal; in a pipe, lines are whole."""
    console = console_for()
    if not console.is_terminal:
        return {"COLUMNS": "100"}
    return {"FORCE_COLOR": "1", "COLUMNS": str(console.width - len(_INDENT))}


def _settings(home: Path) -> dict[str, str]:
    """Return variables that replace the user's own settings in the demo."""
    ours = (
        name for name in os.environ if name.startswith("WIKISYNC_") and name != "WIKISYNC_TOKEN"
    )
    unset = dict.fromkeys((*ours, "GITHUB_ACTIONS"), "")
    return {**unset, "PWD": str(home)}


def _shorten(lines: Sequence[str], limit: int = 24) -> list[str]:
    if len(lines) <= limit:
        return list(lines)
    return [*lines[: limit - 6], f"… {len(lines) - limit + 1} more lines …", *lines[-5:]]


def _manual() -> Path:
    """Return the folder of the manual: in the installed package, or in the checkout."""
    package = Path(__file__).parents[1]
    installed = package / "manual"
    return installed if installed.is_dir() else package.parents[1] / "pages"
