from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.workspace import Workspace, page

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox


@pytest.fixture
def ws(tmp_path: Path, box: Sandbox) -> Workspace:
    """A project with a plan file: an update, a page to create, one to delete, and a conflict."""
    root = tmp_path / "project"
    root.mkdir()
    ws = Workspace(root, box)
    ws.push(**{name: page(name.title(), f"This is {name}.\n") for name in ("home", "both", "gone")})
    ws.change("home.md", "This is", "Changed:")
    ws.change("both.md", "This is", "Changed:")
    ws.box.edit("both", content="Theirs.\n")
    ws.write("new.md", page("New", "Something else altogether.\n"))
    ws.remove("gone.md")
    assert ws.run("plan", "push", "--delete", "-o", "plan.json").code == 3
    return ws
