"""How long ``wikisync check`` takes: of a folder that it has not seen, and of one that it has."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Final

from bench.measure import Row, alternating, python
from bench.peer import TEXT

LINKS: Final = 6
"""Links in each page, as in the wikis that were looked at."""

SIZE: Final = 3_200
"""Characters of a page: the median of public wikis."""


def write_folder(folder: Path, pages: int) -> None:
    """Write pages that link to each other, a few of them to none."""
    chosen = random.Random(1)
    text = (TEXT * (SIZE // len(TEXT) + 1))[:SIZE]
    for number in range(pages):
        file = folder / f"section-{number % 100}" / f"page-{number}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        targets = [chosen.randrange(pages) for _ in range(LINKS)]
        links = "".join(
            f"- [Page {one}](/section-{one % 100}/page-{one}#page-{one})\n" for one in targets
        )
        head = f"---\ntitle: Page {number}\n---\n\n# Page {number}\n\n"
        file.write_text(f"{head}{text}\n\n{links}", encoding="utf-8")


def rows(pages: int, runs: int) -> list[Row]:
    """Measure a check of a new folder, and of an unchanged one."""
    new = Row(f"check, {pages:,} new pages", above=20.0)
    same = Row(f"check, {pages:,} unchanged", above=1.5)
    with tempfile.TemporaryDirectory() as home:
        project = Path(home)
        write_folder(project / "pages", pages)
        (project / "wikisync.toml").write_text('url = "http://127.0.0.1:9"\n', encoding="utf-8")

        def check(row: Row) -> None:
            took = python("-m", "wikisync", "check", "--quiet", cwd=project)
            row.ours.append(took.seconds)
            row.cpu.append(took.cpu)
            row.peak = max(row.peak, took.peak)

        def cold(_: int) -> None:
            (project / ".wikisync" / "check.json").unlink(missing_ok=True)
            check(new)

        alternating(
            runs,
            cold,
            lambda _: check(same),
            lambda _: new.raw.append(python("-c", "pass").seconds),
        )
        same.raw = new.raw
    return [new, same]
