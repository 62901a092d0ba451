"""``watch`` as a process: a save reaches the wiki, and Ctrl-C ends it."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from support.workspace import PATIENCE, Workspace, command, page

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox


@pytest.mark.slow
def test_a_process_tells_each_event_in_a_line_and_ends_after_ctrl_c(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    workspace = Workspace(tmp_path, sandbox)
    workspace.push(home=page("Home"))
    process = subprocess.Popen(
        command("watch", "--json", "--quiet-for", "50ms", "--every", "1s"),
        cwd=workspace.root,
        env=workspace.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        assert (first["event"], first["folder"]) == ("started", "pages")
        workspace.write("new.md", page("New"))
        told = json.loads(process.stdout.readline())
        assert (told["event"], told["action"], told["path"]) == ("action", "create", "new")
        assert sandbox.page("new") is not None
        process.send_signal(signal.SIGINT)
        rest, _nothing = process.communicate(timeout=PATIENCE)
        assert json.loads(rest.splitlines()[-1])["event"] == "stopped"
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    "options", [("--every", "soon"), ("--quiet-for", "0"), ("--push-only", "--pull-only")]
)
def test_options_that_mean_nothing_are_refused(
    tmp_path: Path, sandbox: Sandbox, options: tuple[str, ...]
) -> None:
    result = Workspace(tmp_path, sandbox).run("watch", *options)
    assert result.code == 2
