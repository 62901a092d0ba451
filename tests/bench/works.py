"""What is measured: each piece of work as a whole process, with its raw loop beside it."""

from __future__ import annotations

import argparse
import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bench import checks, counts, preview
from bench.measure import HEADING, Row, alternating, python, told
from bench.peer import RAW, TESTS, TEXT, Peer

SOME: Final = 100
"""Pages that a push changes, and makes."""

READING: Final = 4
WRITING: Final = 2


class Project:
    """A folder that belongs to the peer, and the rows that are measured in it."""

    def __init__(self, peer: Peer, home: Path, pages: int, assets: str = "none") -> None:
        self.peer, self.home, self.pages = peer, home, pages
        self.configure(assets)

    def configure(self, assets: str) -> None:
        """Write the configuration."""
        text = f'url = "{self.peer.url}"\nignore = ["{RAW}/"]\nassets = "{assets}"\n'
        (self.home / "wikisync.toml").write_text(text, encoding="utf-8")

    def wikisync(self, row: Row, *arguments: str) -> None:
        """One run, its figures noted in a row."""
        before = self.peer.counts()
        env = {"WIKISYNC_TOKEN": self.peer.token}
        took = python("-m", "wikisync", *arguments, cwd=self.home, env=env)
        after = self.peer.counts()
        row.ours.append(took.seconds)
        row.cpu.append(took.cpu)
        row.peak = max(row.peak, took.peak)
        if before and after:
            row.requests = after.requests - before.requests
            row.size = after.received - before.received + after.sent - before.sent

    def raw(self, row: Row, *arguments: str) -> None:
        """One run of a raw loop, its time noted in a row."""
        env = {
            "BENCH_URL": self.peer.url,
            "BENCH_TOKEN": self.peer.token,
            "PYTHONPATH": str(TESTS),
        }
        row.raw.append(told("-m", "bench.raw", *arguments, env=env))

    def empty(self) -> None:
        for name in ("pages", ".wikisync"):
            shutil.rmtree(self.home / name, ignore_errors=True)

    def pull(self, runs: int) -> Row:
        row = Row(f"pull, {self.pages:,} new pages", most=1.15)

        def ours(_: int) -> None:
            self.empty()
            self.wikisync(row, "pull", "--yes", "--quiet")

        alternating(runs, ours, lambda _: self.raw(row, "read", str(READING)))
        return row

    def in_sync(self, command: str, runs: int, above: float = 1.0) -> Row:
        row = Row(f"{command}, {self.pages:,} in sync", above=above)
        self.wikisync(Row(""), command, "--quiet")
        alternating(
            runs, lambda _: self.raw(row, "list"), lambda _: self.wikisync(row, command, "--quiet")
        )
        return row

    def changed(self, runs: int) -> Row:
        row = Row(f"push, {SOME} changed of {self.pages:,}", most=1.05)

        def ours(number: int) -> None:
            for file in itertools.islice(sorted((self.home / "pages").rglob("page-*.md")), SOME):
                text = file.read_text("utf-8")
                file.write_text(f"{text.rstrip()}\nEdit {number}.\n", encoding="utf-8")
            self.wikisync(row, "push", "--yes", "--quiet")

        raw = ("update", str(WRITING), str(SOME))
        alternating(runs, ours, lambda _: self.raw(row, *raw))
        return row

    def created(self, runs: int) -> Row:
        row = Row(f"push, {SOME} new beside {self.pages:,}", most=1.05)

        def ours(number: int) -> None:
            below = self.home / "pages" / f"new-{number}"
            below.mkdir()
            for page in range(SOME):
                file = below / f"page-{page}.md"
                text = f"---\ntitle: {page}\ntags: one, two\n---\n\n# {number} {page}\n\n{TEXT}"
                file.write_text(text, encoding="utf-8")
            self.wikisync(row, "push", "--yes", "--quiet")

        def raw(number: int) -> None:
            self.raw(row, "create", str(WRITING), str(SOME), f"new-{number}")

        alternating(runs, ours, raw)
        return row


def start_up(option: str, above: float, runs: int) -> Row:
    row = Row(f"wikisync {option}", above=above)

    def ours(_: int) -> None:
        took = python("-m", "wikisync", option)
        row.ours.append(took.seconds)
        row.cpu.append(took.cpu)
        row.peak = max(row.peak, took.peak)

    alternating(runs, ours, lambda _: row.raw.append(python("-c", "pass").seconds))
    return row


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Measure wikisync against raw loops of requests, on a sandbox; or on the wiki"
        " of WIKISYNC_LIVE_URL and WIKISYNC_LIVE_TOKEN, where pages below 'raw' and 'new-*' are"
        " written."
    )
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=100_000, help="0: not measured")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--pace", type=float, default=1.0, help="the part of a real wiki's time that writes take"
    )
    parser.add_argument(
        "--only",
        nargs="*",
        default=[],
        choices=(
            *("start", "check", "pull", "in-sync", "changed", "new", "images", "many"),
            *("preview", "watch", "counts", "growth"),
        ),
    )
    wanted = parser.parse_args()

    def asked(*names: str) -> bool:
        return not wanted.only or not {*names}.isdisjoint(wanted.only)

    print(
        f"{wanted.runs} runs, medians; cpu (s), requests, kB and peak MiB are wikisync's\n{HEADING}"
    )
    for row in without_wiki(wanted.pages, wanted.runs, asked):
        show(row)
    if asked("pull", "in-sync", "changed", "new"):
        everyday(wanted, asked)
    if asked("images"):
        from bench import images

        images.measure(wanted.runs, wanted.pace)
    if asked("many") and wanted.many:
        with Peer(wanted.many, 0) as peer, tempfile.TemporaryDirectory() as home:
            project = Project(peer, Path(home), wanted.many)
            show(project.pull(1))
            show(project.in_sync("status", wanted.runs, above=10.0))
    lasting(wanted, asked)
    if asked("growth"):
        from bench import growth  # large: the memory of what is begun from here would look so too

        growth.show(1000)
    if asked("counts"):
        counts.show()


def everyday(wanted: argparse.Namespace, asked: Callable[..., bool]) -> None:
    """The commands of a day, on one wiki and folder."""
    with Peer(wanted.pages, SOME, wanted.pace) as peer, tempfile.TemporaryDirectory() as home:
        project = Project(peer, Path(home), wanted.pages)
        runs = wanted.runs if asked("pull") else 1
        show(project.pull(runs))
        if asked("in-sync"):
            show(project.in_sync("status", wanted.runs))
            show(project.in_sync("push", wanted.runs))
        if asked("changed"):
            show(project.changed(wanted.runs))
        if asked("new"):
            show(project.created(wanted.runs))


def lasting(wanted: argparse.Namespace, asked: Callable[..., bool]) -> None:
    """The commands that run while people write."""
    from bench import watching

    if asked("preview"):
        for row in preview.rows(wanted.pages, wanted.runs):
            show(row)
    if asked("watch"):
        for pages in (SOME, wanted.pages):
            for row in watching.rows(pages, wanted.runs, wanted.pace):
                show(row)


def without_wiki(pages: int, runs: int, asked: Callable[..., bool]) -> Iterator[Row]:
    """Measure what needs no wiki."""
    if asked("start"):
        yield start_up("--version", 0.1, runs * 2)
        yield start_up("--help", 0.2, runs * 2)
    if asked("check"):
        yield from checks.rows(pages, runs)


def show(row: Row) -> None:
    print(row.line(), flush=True)


if __name__ == "__main__":
    main()
