"""``wikisync preview`` as a process: its address, its pages, and its end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from preview.test_server import enter, get
from support.preview_run import write
from support.workspace import PATIENCE, command, page

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT for one process")
def test_it_needs_no_wiki_prints_its_address_and_ends_at_ctrl_c(tmp_path: Path) -> None:
    write(tmp_path, "home.md", page("Home", "Text.\n"))
    process = subprocess.Popen(
        command("preview", "--no-browser"), cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        assert line.startswith("Preview of pages (1 page) at http://127.0.0.1:")
        assert process.stderr.readline() == "Each save is shown at once. Ctrl-C ends it.\n"
        (address,) = re.findall(r"http://\S+", line)
        visitor = enter(address)
        assert get(visitor, "page/home.md").status == 200
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0
    assert err == "Stopped.\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["pages"]
