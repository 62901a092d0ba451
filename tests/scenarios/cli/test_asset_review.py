"""Images and files in plans under review, and in what is shown before anything is written."""

from __future__ import annotations

import json
import struct
from base64 import b64encode
from typing import TYPE_CHECKING

from support.texts import TEXT
from support.workspace import page

if TYPE_CHECKING:
    from support.workspace import Workspace


def png(width: int, height: int, note: str = "") -> bytes:
    head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height)
    return head + note.encode().ljust(80, b"\0")


OLD, NEW, LATER = png(320, 240), png(640, 480), png(800, 600)


def put(workspace: Workspace, name: str, data: bytes) -> None:
    file = workspace.root / "pages" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def begin(workspace: Workspace) -> None:
    """A page with two images, on both sides; one changed in the folder since, and one is new."""
    workspace.configure(assets="referenced")
    put(workspace, "img/a.png", OLD)
    workspace.write("home.md", page("Home", f"![A](img/a.png) ![B](img/b.png)\n\n{TEXT}"))
    workspace.run("push", "--yes").ok()
    put(workspace, "img/a.png", NEW)
    put(workspace, "img/b.png", NEW)


def test_status_and_diff_have_a_line_for_each_image_with_its_dimensions(
    workspace: Workspace,
) -> None:
    begin(workspace)
    out = workspace.run("status").out
    assert "Images and files:\n" in out
    assert "img/a.png  104 bytes, 640×480\n" in out
    diff = workspace.run("diff").out
    assert "img/a.png  104 bytes, 320×240 → 640×480  (update on the wiki)\n" in diff
    assert "img/b.png  104 bytes, 640×480  (create on the wiki)\n" in diff
    data = json.loads(workspace.run("diff", "--json").out)
    (changed,) = (one for one in data["actions"] if one["action"] == "update")
    assert (changed["before"]["width"], changed["after"]["width"]) == (320, 640)
    assert "diff" not in changed


def test_what_was_reviewed_is_applied(workspace: Workspace) -> None:
    begin(workspace)
    workspace.run("plan", "push", "-o", "plan.json").ok()
    shown = workspace.run("show", "plan.json").out
    assert "img/a.png  104 bytes, 320×240 → 640×480" in shown
    workspace.run("apply", "plan.json", "--yes").ok()
    assert workspace.sandbox.assets.read("img/a.png") == NEW
    assert workspace.sandbox.assets.read("img/b.png") == NEW
    assert workspace.run("apply", "plan.json", "--yes").code == 4  # once


def test_an_image_that_changed_since_is_named_and_nothing_or_only_the_rest_is_written(
    workspace: Workspace,
) -> None:
    begin(workspace)
    workspace.run("plan", "push", "-o", "plan.json").ok()
    put(workspace, "img/a.png", LATER)
    refused = workspace.run("apply", "plan.json", "--yes")
    assert refused.code == 4
    assert "img/a.png changed after the plan was made: its file changed." in refused.out
    assert workspace.sandbox.assets.read("img/b.png") is None
    result = workspace.run("apply", "plan.json", "--yes", "--skip-stale")
    assert result.code == 3
    assert "img/a.png" in result.out
    assert workspace.sandbox.assets.read("img/a.png") == OLD
    assert workspace.sandbox.assets.read("img/b.png") == NEW


def test_an_image_replaced_on_the_wiki_since_is_not_overwritten(workspace: Workspace) -> None:
    begin(workspace)
    workspace.run("plan", "push", "-o", "plan.json").ok()
    workspace.sandbox.assets.upload("img/a.png", LATER)
    assert "it changed on the wiki" in workspace.run("apply", "plan.json", "--yes").out
    assert workspace.sandbox.assets.read("img/a.png") == LATER


def test_the_report_shows_images_of_both_sides_and_of_its_pages(workspace: Workspace) -> None:
    begin(workspace)
    text = workspace.root.joinpath("pages/home.md").read_text("utf-8")
    workspace.write("home.md", f"{text}\nMore.\n")
    workspace.run("diff", "--html", "report.html").ok()
    html = workspace.root.joinpath("report.html").read_text("utf-8")
    for data in (OLD, NEW):
        assert f'<img src="data:image/png;base64,{b64encode(data).decode()}"' in html
    preview = html.partition('<div class="rendered"')[2].partition("</div>")[0]
    assert '<img src="data:image/png' in preview


def test_a_renamed_image_is_renamed_on_the_wiki_and_the_pages_with_the_old_name_are_named(
    workspace: Workspace,
) -> None:
    workspace.configure(assets="referenced")
    put(workspace, "img/a.png", OLD)
    for name in ("home.md", "guide/a.md"):
        workspace.write(name, page("A page", f"![A](/img/a.png)\n\n{TEXT}"))
    workspace.run("push", "--yes").ok()
    pages = workspace.root / "pages"
    (pages / "img/a.png").rename(pages / "img/b.png")
    workspace.write("home.md", page("A page", f"![A](/img/b.png)\n\n{TEXT}"))
    out = workspace.run("status").out
    assert "move on the wiki       img/a.png → img/b.png" in out
    # That of the home page is mended by the same push.
    assert (
        "img/a.png is renamed to img/b.png, and 1 page refers to the old name: guide/a.md." in out
    )
    workspace.run("push", "--yes").ok()
    assert workspace.sandbox.assets.paths() == ["img/b.png"]


def test_a_file_that_no_page_refers_to_is_renamed_only_if_it_has_the_same_bytes(
    workspace: Workspace,
) -> None:
    begin(workspace)
    pages = workspace.root / "pages"
    (pages / "img/a.png").unlink()
    put(workspace, "img/other.png", LATER)
    out = workspace.run("status").out
    assert "→" not in out
    assert "other.png" not in out
