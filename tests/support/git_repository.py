"""Real git repositories for tests, as people make them: commits at chosen times, clones, merges."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

START = 1_600_000_000  # 2020-09-13, in seconds; every commit is an hour after the one before
HOUR = 3600


def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away whatever of git's settings the machine may have."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
    }.items():
        monkeypatch.setenv(name, value)


@dataclass
class Repo:
    """A git repository with a work tree at ``root``."""

    root: Path
    now: int = START

    def git(self, *asked: str, at: int | None = None, check: bool = True) -> str:
        """Run git here; what it says."""
        date = f"@{self.now if at is None else at} +0000"
        env = {**os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        done = subprocess.run(
            ["git", *asked], cwd=self.root, env=env, capture_output=True, check=False
        )
        if check and done.returncode:
            raise AssertionError(done.stderr.decode("utf-8", "replace"))
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, file: str, text: str | bytes) -> Path:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def commit(self, files: dict[str, str | bytes | None] | None = None, at: int = 0) -> int:
        """Write files (None: delete), commit all that changed; the commit's time."""
        for file, text in (files or {}).items():
            if text is None:
                (self.root / file).unlink()
            else:
                self.write(file, text)
        self.now = at or self.now + HOUR
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.now

    def clone(self, to: Path, *how: str) -> Repo:
        self.git("clone", "-q", *how, f"file://{self.root}", str(to))
        return Repo(to, self.now)


def repository(root: Path) -> Repo:
    """A new repository without a commit."""
    root.mkdir(parents=True, exist_ok=True)
    made = Repo(root)
    made.git("init", "-q", "-b", "main")
    return made


def count_processes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """From now on, the commands that are started, as one text each."""
    commands: list[str] = []
    start = subprocess.Popen.__init__

    def counted(self: Any, command: list[str], *args: Any, **named: Any) -> None:
        commands.append(" ".join(command))
        start(self, command, *args, **named)

    monkeypatch.setattr(subprocess.Popen, "__init__", counted)
    return commands
