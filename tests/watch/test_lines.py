"""What ``watch`` prints of a comparison."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Console

from support.watching import watched
from support.workspace import Workspace, page
from wikisync.report.watch_output import print_event

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox


def test_a_page_that_is_the_same_already_is_not_named(tmp_path: Path, sandbox: Sandbox) -> None:
    workspace = Workspace(tmp_path, sandbox)
    workspace.push(home=page("Home"))
    for file in workspace.state.glob("state.db*"):
        file.unlink()
    workspace.write("new.md", page("New"))
    into = io.StringIO()
    for event in watched(workspace).events:
        print_event(event, datetime(2026, 1, 1, tzinfo=UTC), Console(file=into, width=80))
    assert "created on the wiki       new.md" in into.getvalue()
    assert "home.md" not in into.getvalue()
