"""Instructions that the hot pure parts take, counted by valgrind: a noisy machine changes nothing.

Each part runs twice, a few and many times; the difference is what one turn takes.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

FEW, MANY = 2, 42

PREPARE: Final = """
import sys
from wikisync.page.document import compose, parse
from wikisync.page.fingerprint import Fingerprint, fingerprint, listed_fingerprint
from wikisync.page.model import Key, Listed, Page
from wikisync.planning.snapshot import PlanOptions, Snapshot
from wikisync.planning.model import Base, Local, Remote
from wikisync.planning.planner import make_plan
TIME = "2020-12-16T06:49:25.724Z"
TEXT = "Some words of an ordinary page, as many as it takes.\\n" * 60
page = Page(TEXT, "A page", "", True, ("one", "two"), "markdown", "", "", "", "", False)
data = compose(page, date=TIME, date_created=TIME, content_type="markdown")
parts = fingerprint(page)
text = str(parts)
def listed(n):
    return Listed(n, Key("en", f"page-{n}"), "A page", "", "markdown", True, False, TIME, TIME,
                  ("one", "two"))
def sides(many):
    bases, here, there = {}, {}, {}
    for n in range(many):
        key = Key("en", f"page-{n}")
        bases[key] = Base(key, n, f"page-{n}.md", "markdown", parts, parts, TIME, TIME, b"x")
        here[key] = Local(f"page-{n}.md", "markdown", parts, b"x")
        there[key] = Remote(listed(n), parts)
    return Snapshot(bases, here, there, lambda key, _: f"{key.path}.md")
hundred = sides(100)
one = listed(1)
"""

PARTS: Final = {
    "parse a page of 3 kB": 'parse(data, "markdown")',
    "fingerprint of a page of 3 kB": "fingerprint(page)",
    "fingerprint of a list entry": "listed_fingerprint(one)",
    "fingerprint read from the state": "Fingerprint.parse(text)",
    "compose a page of 3 kB": (
        'compose(page, date=TIME, date_created=TIME, content_type="markdown")'
    ),
    "plan of 100 pages in sync": 'make_plan(hundred, PlanOptions("sync"))',
}


def show() -> None:
    """Print the table; nothing but a line where valgrind is not there."""
    if shutil.which("valgrind") is None:
        print("instructions: not counted, valgrind is not there")
        return
    print(f"{'instructions':<40} {'each':>12}")
    for name, call in PARTS.items():
        each = (counted(call, MANY) - counted(call, FEW)) // (MANY - FEW)
        print(f"{name:<40} {each:>12,}", flush=True)


def counted(call: str, times: int) -> int:
    """The instructions of a program that makes a call so many times."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "program.py"
        program.write_text(f"{PREPARE}\nfor _ in range({times}):\n    {call}\n", "utf-8")
        done = subprocess.run(
            [
                *("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"),
                *(sys.executable, str(program)),
            ],
            env={"PYTHONHASHSEED": "0", "PATH": "/usr/bin:/bin"},
            stderr=subprocess.PIPE,
            text=True,
            check=True,
        )
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert found is not None, done.stderr
    return int(found[1])
