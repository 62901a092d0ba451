"""How large the state is after many runs, and what looking then takes."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from wikisync.config import load
from wikisync.progress import silent
from wikisync.sandbox import Sandbox
from wikisync.workflow import sync_run
from wikisync.workflow.dry_run import dry_run

PAGES = 20
TEXT = "Some words of an ordinary page, as many as it takes.\n" * 60


def show(runs: int) -> None:
    """Print the state's size as runs go by, each of which pushes one changed page."""
    print(f"{'state of 20 pages, one pushed in each run':<46} {'kB':>8} {'status, s':>10}")
    with Sandbox(("en",)) as sandbox, tempfile.TemporaryDirectory() as home:
        root = Path(home)
        (root / "wikisync.toml").write_text(f'url = "{sandbox.url}"\n', "utf-8")
        config = load(start=root, env={"WIKISYNC_TOKEN": sandbox.token})
        sandbox.fill([f"page-{n}" for n in range(PAGES)], TEXT)
        sync_run.run_sync(config, sync_run.Request("pull", "pull"), silent, lambda _: True)
        marks = {runs // 100, runs // 10, runs}
        for number in range(1, runs + 1):
            file = config.folder / f"page-{number % PAGES}.md"
            file.write_text(f"{file.read_text('utf-8').rstrip()}\nRun {number}.\n", "utf-8")
            sync_run.run_sync(config, sync_run.Request("push", "push"), silent, lambda _: True)
            if number in marks:
                size = sum(file.stat().st_size for file in config.state.iterdir())
                print(f"{f'after {number:,} runs':<46} {size // 1000:>8,} {look(config):>10.3f}")


def look(config: object) -> float:
    """The median time of a status within this process."""
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        dry_run(config, sync_run.Request("status", "sync"), silent)  # type: ignore[arg-type]
        took.append(time.perf_counter() - begun)
    return statistics.median(took)
