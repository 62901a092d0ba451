"""How long the everyday commands take, as ratios to the bare request that no tool can do without.

Run it by hand: ``python tests/bench/run.py [PAGES]``. It starts a sandbox, so its own time is in
all figures; the ratios of one run are what counts, since machines are noisy.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 5
LIST = (
    "{ pages { list { id path locale title description contentType isPublished isPrivate"
    " createdAt updatedAt tags } } }"
)
TEXT = "Some words of an ordinary page, as many as it takes.\n" * 60


def main(pages: int) -> None:
    with Sandbox(("en",)) as box, tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        (folder / "wikisync.toml").write_text(f'url = "{box.url}"\n', encoding="utf-8")
        for number in range(pages):
            box.create(f"part-{number // 100}/page-{number}", content=TEXT, tags=["one", "two"])

        def command(*arguments: str) -> Callable[[], None]:
            return lambda: wikisync(folder, box.token, *arguments)

        bare = median(lambda: ask(box.url, box.token))
        first = timed(command("pull", "--yes", "--quiet"))
        before = len(box.requests)
        status = median(command("status"))
        requests = (len(box.requests) - before) / (RUNS + 1)
        push = median(command("push"))
        version = median(command("--version"))
    print(f"{pages:,} pages, {RUNS} runs, medians")
    print(f"{'work':<28} {'seconds':>8} {'above the bare list':>20} {'requests':>9}")
    for name, seconds, asked in (
        ("the bare list request", bare, 1.0),
        ("pull, all pages new", first, None),
        ("status, all in sync", status, requests),
        ("push, all in sync", push, None),
        ("--version", version, 0.0),
    ):
        above = f"{seconds - bare:+.2f} s" if asked != 0.0 else ""
        shown = "" if asked is None else f"{asked:g}"
        print(f"{name:<28} {seconds:>8.2f} {above:>20} {shown:>9}")


def wikisync(folder: Path, token: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "wikisync", *arguments],
        cwd=folder,
        env={**os.environ, "WIKISYNC_TOKEN": token},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def ask(url: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps({"query": LIST}).encode()
    request = urllib.request.Request(f"{url}/graphql", body, headers)
    with urllib.request.urlopen(request) as answer:
        answer.read()


def timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def median(work: Callable[[], None]) -> float:
    work()
    return statistics.median(timed(work) for _ in range(RUNS))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
