"""The texts behind a plan: each page as it is, and as it would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rig import page
from wikisync.compare import pairs

if TYPE_CHECKING:
    from rig import Rig
    from wikisync.page.model import Page
    from wikisync.sync.plan import Plan


def shown(rig: Rig, plan: Plan) -> dict[str, tuple[str | None, str | None]]:
    def content(of: Page | None) -> str | None:
        return None if of is None else of.content

    return {
        pair.item.key.path: (content(pair.old), content(pair.new))
        for pair in pairs(rig.folder, rig.wiki, rig.state, plan)
    }


def test_each_page_is_shown_as_it_is_and_as_it_would_be(rig: Rig) -> None:
    for name in ("mine", "theirs", "both", "cut", "same"):
        rig.write(f"{name}.md", page("Agreed.\n"))
    rig.do()
    rig.write("new.md", page("New here.\n"))
    rig.write("mine.md", page("Mine.\n"))
    rig.write("both.md", page("Mine.\n"))
    (rig.root / "cut.md").unlink()
    rig.box.create("arrived", content="New there.\n")
    rig.box.edit("theirs", content="Theirs.\n")
    rig.box.edit("both", content="Theirs.\n")
    assert shown(rig, rig.plan("push", delete=True)) == {
        "new": (None, "New here.\n"),
        "mine": ("Agreed.\n", "Mine.\n"),
        "both": ("Theirs.\n", "Mine.\n"),
        "cut": ("Agreed.\n", None),
    }
    assert shown(rig, rig.plan("pull")) == {
        "arrived": (None, "New there.\n"),
        "theirs": ("Agreed.\n", "Theirs.\n"),
        "both": ("Theirs.\n", "Mine.\n"),
    }


def test_what_the_file_leaves_out_is_shown_as_it_would_be_carried(rig: Rig) -> None:
    rig.box.create("home", title="Its title", content="Old.\n", scriptCss="a{}")
    rig.write("home.md", "New.\n")
    [pair] = pairs(rig.folder, rig.wiki, rig.state, rig.plan("push", prefer="local"))
    assert pair.new is not None
    assert (pair.new.title, pair.new.script_css, pair.new.content) == ("Its title", "a{}", "New.\n")


def test_pages_are_read_in_batches_and_only_where_they_must_be(rig: Rig) -> None:
    for number in range(60):
        rig.box.create(f"page-{number}")
    plan = rig.plan("pull")
    before = len(rig.box.requests)
    assert len(pairs(rig.folder, rig.wiki, rig.state, plan)) == 60
    assert len(rig.box.requests) - before == 2
