"""How long a preview of many pages takes until it shows one, and until it shows a save."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

from bench.measure import Row, environment
from bench.peer import TEXT

SAVES = 10
FILE = "part-0/page-1.md"


def rows(pages: int, runs: int) -> list[Row]:
    """The rows of both, on a folder of so many pages."""
    ready = Row(f"preview, {pages:,} pages, first shown", above=2.0)
    saved = Row("preview, a save until it is shown", above=0.5)
    with tempfile.TemporaryDirectory() as home:
        for number in range(pages):
            file = Path(home) / "pages" / f"part-{number // 500}" / f"page-{number}.md"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"---\ntitle: Page {number}\n---\n\n# {number}\n\n{TEXT}", "utf-8")
        for _ in range(runs):
            _measure(Path(home), ready, saved)
    return [ready, saved]


def _measure(home: Path, ready: Row, saved: Row) -> None:
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "wikisync", "preview", "--no-browser"],
        cwd=home,
        env=environment({}),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        (address,) = re.findall(r"http://\S+", process.stderr.readline())
        browser = _Browser(address)
        browser.page()
        ready.ours.append(time.perf_counter() - begun)
        ready.cpu.append(cpu(process.pid))
        browser.wait_for_titles()
        file = home / "pages" / FILE
        for number in range(SAVES):
            begun = time.perf_counter()
            file.write_text(f"{file.read_text('utf-8')}\nSave {number}.\n", "utf-8")
            browser.wait_for_change()
            assert f"Save {number}." in browser.page()
            saved.ours.append(time.perf_counter() - begun)
            saved.cpu.append(0.0)
        ready.peak = saved.peak = max(ready.peak, peak(process.pid))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


class _Browser:
    def __init__(self, address: str) -> None:
        self._place = urlsplit(address).netloc
        entered = self._get(urlsplit(address).path)
        self._cookie = str(entered.headers["set-cookie"]).partition(";")[0]
        (self._base,) = re.findall(r'url=(/[^"]+/)"', entered.read().decode())
        self._events: HTTPResponse | None = None

    def page(self) -> str:
        return self._get(f"{self._base}page/{FILE}").read().decode()

    def wait_for_titles(self) -> None:
        while not re.search(r'"version":([2-9])', self._get(f"{self._base}list").read().decode()):
            time.sleep(0.05)
        time.sleep(1.0)  # the watch begins
        self._events = self._get(f"{self._base}events?version=2")

    def wait_for_change(self) -> None:
        assert self._events is not None
        while not self._events.readline().startswith(b"data: "):
            pass

    def _get(self, path: str) -> HTTPResponse:
        connection = HTTPConnection(self._place, timeout=60)
        connection.request("GET", path, headers={"cookie": getattr(self, "_cookie", "none=")})
        return connection.getresponse()


def cpu(process: int) -> float:
    """The seconds of a processor that a process took."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak(process: int) -> int:
    """The peak memory of a process in KiB."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(peak)
