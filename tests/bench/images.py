"""What images and files add to a run: each piece of work beside the raw loop of its requests."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from bench.measure import Row, alternating
from bench.peer import IMAGE, Peer
from bench.works import Project, show

MANY: Final = 2000
"""Images that are pulled, and in sync."""

SENT: Final = 500
"""Images that are pushed."""

READING: Final = 4


def measure(runs: int, pace: float) -> None:
    """Print the rows."""
    with Peer(0, 0, pace, MANY) as peer, tempfile.TemporaryDirectory() as home:
        project = Project(peer, Path(home), 0, assets="all")
        show(pulled(project, runs))
        show(in_sync(project, runs))
        show(pushed(project, runs))


def pulled(project: Project, runs: int) -> Row:
    row = Row(f"pull, {MANY:,} new images", most=1.15)

    def ours(_: int) -> None:
        project.empty()
        project.wikisync(row, "pull", "--yes", "--quiet")

    alternating(runs, ours, lambda _: project.raw(row, "fetch", str(READING), str(MANY)))
    return row


def in_sync(project: Project, runs: int) -> Row:
    """A status, beside the same where images and files are left out."""
    row = Row(f"status, {MANY:,} images in sync", above=0.3)
    without = Row("")

    def ours(assets: str, row: Row) -> None:
        project.configure(assets)
        project.wikisync(row, "status", "--quiet")

    for assets in ("all", "none"):
        ours(assets, Row(""))
    alternating(runs, lambda _: ours("none", without), lambda _: ours("all", row))
    row.raw = without.ours
    project.configure("all")
    return row


def pushed(project: Project, runs: int) -> Row:
    row = Row(f"push, {SENT:,} new images", most=1.1)

    def ours(number: int) -> None:
        below = project.home / "pages" / f"sent-{number}"
        below.mkdir()
        for image in range(SENT):
            (below / f"{image}.png").write_bytes(IMAGE + f"{number} {image}".encode())
        project.wikisync(row, "push", "--yes", "--quiet")

    def raw(number: int) -> None:
        project.raw(row, "send", "1", str(SENT), f"raw-{number}")

    alternating(runs, ours, raw)
    return row
