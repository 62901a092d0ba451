"""The wiki that is measured against: a sandbox in a process of its own, or any wiki there is.

The sandbox answers as fast as it can, but for what costs a Wiki.js its time, as measured on one of
version 2.5 with 10,000 pages and two cores: it gives out 570 whole pages a second at the best, an
update renders, and a creation renders and rebuilds the tree, two at once at the most. It takes 25
files a second, and gives out 120. Writing takes all of that time, unless a part of it is asked for.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

TESTS: Final = Path(__file__).resolve().parents[1]
READ: Final = 1 / 570
UPDATE: Final = 1.2
CREATE: Final = 2.0
UPLOAD: Final = 0.04
DOWNLOAD: Final = 0.017
AT_ONCE: Final = 2
TEXT: Final = "Some words of an ordinary page, as many as it takes.\n" * 60
IMAGE: Final = random.Random(5).randbytes(50_000)
FOLDERS: Final = 20
RAW: Final = "raw"
"""Pages below this path are the raw loops' own, which wikisync is told to ignore."""


@dataclass(frozen=True)
class Counts:
    """What the wiki has been asked so far; None where it cannot be known."""

    requests: int
    received: int
    sent: int


class Peer:
    """A wiki with ``pages`` pages and ``images`` images of 50 kB, and ``raw`` more pages that only
    the raw loops touch.

    ``pace`` is the part of a real wiki's time that writes take.
    """

    def __init__(self, pages: int, raw: int, pace: float = 1.0, images: int = 0) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.url = os.environ.get("WIKISYNC_LIVE_URL", "")
        self.token = os.environ.get("WIKISYNC_LIVE_TOKEN", "")
        if self.url and self.token:
            return
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.peer", str(pages), str(raw), str(pace), str(images)],
            env={**os.environ, "PYTHONPATH": str(TESTS)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        told = self._told()
        self.url, self.token = told["url"], told["token"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            self.process.wait(30)

    @property
    def live(self) -> bool:
        return self.process is None

    def counts(self) -> Counts | None:
        if self.process is None or self.process.stdin is None:
            return None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return Counts(**self._told())

    def _told(self) -> dict[str, Any]:
        assert self.process is not None
        assert self.process.stdout is not None
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        return told


def image_path(number: int) -> str:
    """Where an image of the wiki is."""
    return f"images-{number % FOLDERS}/image-{number}.png"


def serve(pages: int, raw: int, pace: float, images: int) -> None:
    """A sandbox that tells its address, then for each line on stdin what it was asked so far."""
    from wikisync.sandbox import Hook, Sandbox, execution

    cores = threading.Semaphore(AT_ONCE)

    def takes(seconds: float) -> Hook:
        def wait() -> None:
            with cores:
                time.sleep(seconds)

        return Hook(wait)

    reader, answer = threading.Lock(), execution.run

    def paced(operation: Any, request: Any) -> Any:
        pages = operation.query.count("single(")
        if pages > 1:
            with reader:
                time.sleep(pages * READ)
        return answer(operation, request)

    execution.run = paced
    with Sandbox(("en",)) as sandbox:
        names = [f"part-{n // 100}/page-{n}" for n in range(pages)]
        sandbox.fill([*names, *(f"{RAW}/page-{n}" for n in range(raw))], TEXT, ("one", "two"))
        sandbox.assets.fill(map(image_path, range(images)), IMAGE)
        sandbox.faults.add(takes(UPLOAD * pace), on="assets.upload", times=None)
        sandbox.faults.add(takes(DOWNLOAD * pace), on="assets.download", times=None)
        sandbox.faults.add(takes(UPDATE * pace), on="pages.update", times=None)
        sandbox.faults.add(takes(CREATE * pace), on="pages.create", times=None)
        print(json.dumps({"url": sandbox.url, "token": sandbox.token}), flush=True)
        for _ in sys.stdin:
            t = sandbox.traffic
            counts = {"requests": t.requests, "received": t.received, "sent": t.sent}
            print(json.dumps(counts), flush=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
