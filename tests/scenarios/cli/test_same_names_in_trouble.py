"""A push that learns a tag's spelling, or renames a page in case, ends right wherever it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
import stamina

from support import effort
from support.workspace import Workspace, page
from wikisync.sandbox import Drop, Sandbox, Status

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

REQUESTS: Final = 34
"""The requests of the push below."""

OTHER: Final = "Quite another text.\n" * 20
WANTED: Final = {
    "page": (["old", "á"], "Two.\n"),
    "new": (["á"], "Three.\n"),
    "case": ([], OTHER),
}


@pytest.mark.parametrize("fault", [Drop(), Drop(after=True), Status(502, after=True)], ids=str)
@pytest.mark.parametrize("nth", effort.sample(["request"] * REQUESTS, 4))
def test_the_next_run_ends_what_one_failed_request_left(
    tmp_path: Path, fault: Drop | Status, nth: int
) -> None:
    with Sandbox(collation="mariadb") as sandbox, stamina.set_testing(True, attempts=1, cap=True):
        sandbox.create("known", tags=["á"])
        workspace = Workspace(tmp_path, sandbox)
        workspace.push(page=page("Page", tags="old"), Case=page("Case", OTHER))
        workspace.run("pull", "--yes").ok()
        workspace.write("page.md", page("Page", "Two.\n", tags="old, a"))
        workspace.write("new.md", page("New", "Three.\n", tags="ä, å"))
        (workspace.folder / "Case.md").rename(workspace.folder / "case.md")
        failing = sandbox.faults.add(fault, nth=nth)
        workspace.run("push", "--yes")
        assert failing.applied
        workspace.run("push", "--yes").ok()
        assert len(workspace.run("push", "--yes").ok().asked) == 1
        found = {row["path"]: (row["tags"], row["content"]) for row in sandbox.pages()}
        assert {path: found.get(path) for path in WANTED} == WANTED
