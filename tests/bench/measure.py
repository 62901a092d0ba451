"""Running a process and seeing what it took; medians; the table."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

MIB: Final = 1024


@dataclass(frozen=True)
class Took:
    """What one process took: seconds, those of a processor, and its peak memory in KiB."""

    seconds: float
    cpu: float
    peak: int


@dataclass
class Row:
    """A line of the table: some work, and the raw loop beside it, in seconds.

    ``limit`` is what the work should stay below: a ratio to the raw loop, or seconds above it.
    """

    work: str
    ours: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    requests: int | None = None
    size: int | None = None
    peak: int = 0
    most: float | None = None
    above: float | None = None

    def line(self) -> str:
        ours = statistics.median(self.ours)
        raw = statistics.median(self.raw) if self.raw else None
        ratio = "" if raw is None else f"{ours / raw:.2f}"
        above = "" if raw is None else f"{ours - raw:+.2f}"
        goal = "" if self.most is None else f"{self.most:.2f} ×"
        goal = goal if self.above is None else f"+{self.above:.2f} s"
        return (
            f"{self.work:<40} {ours:>8.3f} {'' if raw is None else f'{raw:.3f}':>8} {ratio:>6}"
            f" {above:>8} {goal:>8} {statistics.median(self.cpu):>6.2f} {_shown(self.requests):>9}"
            f" {_shown(self.size and self.size // 1000):>8} {_shown(self.peak // MIB):>5}"
        )


HEADING: Final = (
    f"{'work':<40} {'seconds':>8} {'raw':>8} {'ratio':>6} {'above':>8} {'at most':>8} {'cpu':>6}"
    f" {'requests':>9} {'kB':>8} {'MiB':>5}"
)


def _shown(number: int | None) -> str:
    return "" if not number else f"{number:,}"


def environment(more: dict[str, str]) -> dict[str, str]:
    """The variables of a measured process: it may keep compiled modules, as it does for users."""
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **more}


def run(*command: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> Took:
    """Run a program to its end, which must be a good one."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=environment(env or {}), stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Took(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def python(*arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> Took:
    """Run Python."""
    return run(sys.executable, *arguments, cwd=cwd, env=env)


def told(*arguments: str, env: dict[str, str]) -> float:
    """The number that a Python program prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment(env),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(done.stdout)


def alternating(runs: int, *works: Callable[[int], None]) -> None:
    """Each work in turn, ``runs`` times, so that a noisy moment meets all of them."""
    for number in range(runs):
        for work in works:
            work(number)
