"""``wikisync watch``: what it takes while nothing happens, and how long a save is on its way."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bench.measure import Row
from bench.peer import UPDATE, Peer
from bench.preview import cpu, peak
from bench.works import Project

SAVES: Final = 5
IDLE: Final = 60.0
QUIET: Final = 2.0
FILE: Final = "pages/part-0/page-1.md"


def rows(pages: int, runs: int, pace: float) -> Iterator[Row]:
    """The rows, on a wiki of so many pages."""
    idle = Row(f"watch, {pages:,} pages, an idle minute")
    saved = Row(f"watch, {pages:,} pages, a save", above=0.5)
    with Peer(pages, 0, pace) as peer, tempfile.TemporaryDirectory() as home:
        project = Project(peer, Path(home), pages)
        project.pull(1)
        with _watching(project) as process:
            _settle(process)
            for _ in range(runs):
                _idle(project, process, idle)
            for number in range(SAVES * runs):
                _save(project, process, saved, f"Save {number}.", pace)
            idle.peak = saved.peak = peak(process.pid)
    yield idle
    yield saved


@contextmanager
def _watching(project: Project) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "wikisync", "watch", "--json"],
        cwd=project.home,
        env={**os.environ, "WIKISYNC_TOKEN": project.peer.token},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def _settle(process: subprocess.Popen[bytes]) -> None:
    """Wait until it does nothing."""
    time.sleep(3.0)
    before, now = -1.0, cpu(process.pid)
    while before != now:
        time.sleep(3.0)
        before, now = now, cpu(process.pid)


def _idle(project: Project, process: subprocess.Popen[bytes], row: Row) -> None:
    begun, before = cpu(process.pid), project.peer.counts()
    time.sleep(IDLE)
    row.ours.append(IDLE)
    row.cpu.append(cpu(process.pid) - begun)
    after = project.peer.counts()
    if before and after:
        row.requests = after.requests - before.requests
        row.size = after.received - before.received + after.sent - before.sent


def _save(
    project: Project, process: subprocess.Popen[bytes], row: Row, text: str, pace: float
) -> None:
    """The seconds from the end of the quiet time until the wiki has a page, beside an update's."""
    file, wiki = project.home / FILE, _Reader(project.peer)
    before, begun = cpu(process.pid), time.perf_counter()
    file.write_text(f"{file.read_text('utf-8')}\n{text}\n", "utf-8")
    time.sleep(QUIET)
    while text not in wiki.content():
        time.sleep(0.02)
    row.ours.append(time.perf_counter() - begun - QUIET)
    row.raw.append(UPDATE * pace)
    _settle(process)
    row.cpu.append(cpu(process.pid) - before)


class _Reader:
    """One page of the wiki, asked for again and again."""

    def __init__(self, peer: Peer) -> None:
        self._connection = HTTPConnection(urlsplit(peer.url).netloc, timeout=60)
        self._headers = {
            "Authorization": f"Bearer {peer.token}",
            "Content-Type": "application/json",
        }
        self._path = re.sub(r"^pages/|\.md$", "", FILE)

    def content(self) -> str:
        query = 'query ($p: String!) { pages { singleByPath(path: $p, locale: "en") { content } } }'
        body = json.dumps({"query": query, "variables": {"p": self._path}})
        self._connection.request("POST", "/graphql", body, self._headers)
        return self._connection.getresponse().read().decode()
