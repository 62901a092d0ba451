"""``wikisync demo``: the whole round on a sandbox, with the real commands and their real output."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wikisync.config import DEFAULT_FOLDER
from wikisync.errors import FolderError
from wikisync.private_files import reason_of
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LOCALES: Final = ("en", "zh")
_HERE: Final = "guide/decisions.md"
_THERE: Final = "start"


def run(echo: Callable[[str], object]) -> int:
    """Tell the whole round through ``echo``, and return an exit code: 0 where all went well.

    Works in a temporary folder, which is gone afterwards. Raises FolderError where the manual's
    pages, which the demo publishes, cannot be found or copied.
    """
    with (
        Sandbox(LOCALES) as box,
        tempfile.TemporaryDirectory(prefix="wikisync-demo-") as home,
    ):
        stage = _Stage(Path(home), box, echo)
        for step in (_begin, _publish, _change, _compare, _settle):
            if not step(stage):
                echo("\nThe demo did not go as it should: see the output above.")
                return 1
    echo("\nThat was the whole round. Next, with a wiki of your own:")
    echo("  wikisync init https://wiki.example.com")
    echo("or with one to try things on, in a second terminal:")
    echo("  wikisync sandbox")
    return 0


@dataclass(frozen=True, slots=True)
class _Stage:
    home: Path
    box: Sandbox
    echo: Callable[[str], object]

    def tell(self, text: str) -> None:
        self.echo(f"\n— {text}\n")

    def command(self, *arguments: str, expect: int = 0) -> bool:
        """Run a real command, show it and what it prints; whether it ended as it should."""
        self.echo(f"$ wikisync {' '.join(arguments)}")
        done = subprocess.run(  # noqa: S603  (our own program)
            [sys.executable, "-m", "wikisync", *arguments],
            cwd=self.home,
            env={**os.environ, "WIKISYNC_TOKEN": self.box.token, **_settings(self.home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            check=False,
        )
        for line in _cut(done.stdout.splitlines()):
            self.echo(f"  {line}")
        return done.returncode == expect


def _begin(stage: _Stage) -> bool:
    stage.echo("A wiki for this demo runs on this machine; a folder of pages lies beside it.")
    try:
        shutil.copytree(_manual(), stage.home / DEFAULT_FOLDER)
    except OSError as error:
        raise FolderError(DEFAULT_FOLDER, "copy", reason_of(error)) from error
    stage.tell("Tell wikisync which wiki the folder belongs to.")
    return stage.command("init", stage.box.url)


def _publish(stage: _Stage) -> bool:
    stage.tell("Publish the folder.")
    return stage.command("push", "--yes")


def _change(stage: _Stage) -> bool:
    stage.tell(f"Now two people work: you edit {_HERE} here, somebody edits {_THERE} on the wiki.")
    file = stage.home / DEFAULT_FOLDER / _HERE
    text = file.read_text(encoding="utf-8").rstrip("\n")
    file.write_text(f"{text}\n\nA line that you added here.\n", encoding="utf-8")
    page = stage.box.page(_THERE)
    if page is None:
        return False
    content = str(page["content"]).rstrip("\n")
    stage.box.edit(_THERE, content=f"{content}\n\nA line that somebody added on the wiki.\n")
    return stage.command("status")


def _compare(stage: _Stage) -> bool:
    stage.tell("Review what would be published.")
    return stage.command("diff")


def _settle(stage: _Stage) -> bool:
    stage.tell("Bring each side what changed on the other; then there is nothing left to do.")
    return stage.command("sync", "--yes") and stage.command("status", "--exit-code")


def _settings(home: Path) -> dict[str, str]:
    """What keeps the caller's own settings out of the demo."""
    unset = dict.fromkeys(("WIKISYNC_URL", "WIKISYNC_CA_FILE", "GITHUB_ACTIONS"), "")
    return {**unset, "PWD": str(home), "COLUMNS": "100"}


def _cut(lines: Sequence[str], most: int = 24) -> list[str]:
    if len(lines) <= most:
        return list(lines)
    return [*lines[: most - 6], f"… {len(lines) - most + 1} more lines …", *lines[-5:]]


def _manual() -> Path:
    """The pages of the manual: in the installed package, or in the checkout it runs from."""
    package = Path(__file__).parents[1]
    installed = package / "manual"
    return installed if installed.is_dir() else package.parents[1] / "pages"
