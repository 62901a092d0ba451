"""The texts behind a plan: each page as it is, and as it would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.apply_run import page
from wikisync.planning.planner import PlanOptions, make_plan
from wikisync.progress import silent
from wikisync.report.diff.page_diff import on_both_sides
from wikisync.request import PageDiff
from wikisync.snapshot.collect import collect
from wikisync.workflow.diff import page_diffs

if TYPE_CHECKING:
    from support.apply_run import Rig
    from wikisync.page.model import Page
    from wikisync.planning.model import Command


def compared(rig: Rig, command: Command = "sync", **wish: Any) -> tuple[PageDiff, ...]:
    surveyed = collect(rig.folder, rig.wiki, rig.state, silent)
    plan = make_plan(surveyed.snapshot, PlanOptions(command, **wish))
    return page_diffs(rig.folder, rig.wiki, rig.state, plan, surveyed)


def content(of: Page | None) -> str | None:
    return None if of is None else of.content


def shown(
    rig: Rig, command: Command = "sync", **wish: Any
) -> dict[str, tuple[str | None, str | None]]:
    return {
        pair.item.key.path: (content(pair.old), content(pair.new))
        for pair in compared(rig, command, **wish)
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
    assert shown(rig, "push", delete=True) == {
        "new": (None, "New here.\n"),
        "mine": ("Agreed.\n", "Mine.\n"),
        "both": ("Theirs.\n", "Mine.\n"),
        "cut": ("Agreed.\n", None),
    }
    assert shown(rig, "pull") == {
        "arrived": (None, "New there.\n"),
        "theirs": ("Agreed.\n", "Theirs.\n"),
        "both": ("Theirs.\n", "Mine.\n"),
    }


def test_what_the_file_leaves_out_is_shown_as_it_would_be_carried(rig: Rig) -> None:
    rig.box.create("home", title="Its title", content="Old.\n", scriptCss="a{}")
    rig.write("home.md", "New.\n")
    [pair] = compared(rig, "push", prefer="local")
    assert pair.new is not None
    assert (pair.new.title, pair.new.script_css, pair.new.content) == ("Its title", "a{}", "New.\n")


def test_pages_are_read_in_batches_and_only_where_they_must_be(rig: Rig) -> None:
    for number in range(60):
        rig.box.create(f"page-{number}")
    before = len(rig.box.requests)
    assert len(compared(rig, "pull")) == 60
    assert len(rig.box.requests) - before == 1 + 2  # the look at the wiki, and two batches


def test_a_page_that_moves_is_shown_with_the_text_that_it_keeps(rig: Rig) -> None:
    rig.write("old.md", page("Stays.\n"))
    rig.do()
    rig.box.move("old", "new")
    assert shown(rig) == {"new": ("Stays.\n", "Stays.\n")}


def test_a_page_that_moves_and_changed_is_shown_with_its_change(rig: Rig) -> None:
    rig.write("old.md", page("Line one.\nLine two.\n"))
    rig.do()
    rig.box.move("old", "new")
    rig.box.edit("new", content="Line one.\nLine 2.\n")
    found = [(content(pair.old), content(pair.new)) for pair in compared(rig)]
    old, new = "Line one.\nLine two.\n", "Line one.\nLine 2.\n"
    assert found == [(old, old), (old, new)]


def test_a_merge_is_shown_as_what_it_changes_on_the_wiki(rig: Rig) -> None:
    rig.write("home.md", page("One.\n\nTwo.\n\nThree.\n"))
    rig.do()
    rig.write("home.md", page("1.\n\nTwo.\n\nThree.\n"))
    rig.box.edit("home", content="One.\n\nTwo.\n\n3.\n")
    assert shown(rig) == {"home": ("One.\n\nTwo.\n\n3.\n", "1.\n\nTwo.\n\n3.\n")}


def test_a_merge_has_the_page_here_too_for_what_it_changes_in_the_file(rig: Rig) -> None:
    rig.write("home.md", page("One.\n\nTwo.\n\nThree.\n"))
    rig.do()
    rig.write("home.md", page("1.\n\nTwo.\n\nThree.\n"))
    rig.box.edit("home", content="One.\n\nTwo.\n\n3.\n")
    there, here = (each for pair in compared(rig) for each in on_both_sides(pair))
    assert (content(there.old), content(there.new)) == (
        "One.\n\nTwo.\n\n3.\n",
        "1.\n\nTwo.\n\n3.\n",
    )
    assert (content(here.old), content(here.new)) == (
        "1.\n\nTwo.\n\nThree.\n",
        "1.\n\nTwo.\n\n3.\n",
    )
