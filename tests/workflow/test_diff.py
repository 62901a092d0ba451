"""The texts behind a plan: each page as it is, and as it would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.apply_run import page
from wikisync.page.paths import Layout
from wikisync.planning.planner import PlanOptions, make_plan
from wikisync.progress import silent
from wikisync.report.diff.page_diff import on_both_sides
from wikisync.request import PageDiff
from wikisync.snapshot.collect import collect
from wikisync.workflow.diff import page_diffs

if TYPE_CHECKING:
    from support.apply_run import SyncSetup
    from wikisync.page.model import Page
    from wikisync.planning.model import Command


def compared(setup: SyncSetup, command: Command = "sync", **wish: Any) -> tuple[PageDiff, ...]:
    surveyed = collect(setup.folder, setup.wiki, setup.state, silent, Layout())
    plan = make_plan(surveyed.snapshot, PlanOptions(command, **wish))
    return page_diffs(setup.folder, setup.wiki, setup.state, plan, surveyed)


def content(of: Page | None) -> str | None:
    return None if of is None else of.content


def shown(
    setup: SyncSetup, command: Command = "sync", **wish: Any
) -> dict[str, tuple[str | None, str | None]]:
    return {
        pair.item.key.path: (content(pair.old), content(pair.new))
        for pair in compared(setup, command, **wish)
    }


def test_each_page_is_shown_as_it_is_and_as_it_would_be(setup: SyncSetup) -> None:
    for name in ("mine", "theirs", "both", "cut", "same"):
        setup.write(f"{name}.md", page("Agreed.\n"))
    setup.do()
    setup.write("new.md", page("New here.\n"))
    setup.write("mine.md", page("Mine.\n"))
    setup.write("both.md", page("Mine.\n"))
    (setup.root / "cut.md").unlink()
    setup.sandbox.create("arrived", content="New there.\n")
    setup.sandbox.edit("theirs", content="Theirs.\n")
    setup.sandbox.edit("both", content="Theirs.\n")
    assert shown(setup, "push", delete=True) == {
        "new": (None, "New here.\n"),
        "mine": ("Agreed.\n", "Mine.\n"),
        "both": ("Theirs.\n", "Mine.\n"),
        "cut": ("Agreed.\n", None),
    }
    assert shown(setup, "pull") == {
        "arrived": (None, "New there.\n"),
        "theirs": ("Agreed.\n", "Theirs.\n"),
        "both": ("Theirs.\n", "Mine.\n"),
    }


def test_what_the_file_leaves_out_is_shown_as_it_would_be_carried(setup: SyncSetup) -> None:
    setup.sandbox.create("home", title="Its title", content="Old.\n", scriptCss="a{}")
    setup.write("home.md", "New.\n")
    [pair] = compared(setup, "push", prefer="local")
    assert pair.new is not None
    assert (pair.new.title, pair.new.script_css, pair.new.content) == ("Its title", "a{}", "New.\n")


def test_pages_are_read_in_batches_and_only_where_they_must_be(setup: SyncSetup) -> None:
    for number in range(60):
        setup.sandbox.create(f"page-{number}")
    before = len(setup.sandbox.requests)
    assert len(compared(setup, "pull")) == 60
    assert len(setup.sandbox.requests) - before == 1 + 2  # the look at the wiki, and two batches


def test_a_page_that_moves_is_shown_with_the_text_that_it_keeps(setup: SyncSetup) -> None:
    setup.write("old.md", page("Stays.\n"))
    setup.do()
    setup.sandbox.move("old", "new")
    assert shown(setup) == {"new": ("Stays.\n", "Stays.\n")}


def test_a_page_that_moves_and_changed_is_shown_with_its_change(setup: SyncSetup) -> None:
    setup.write("old.md", page("Line one.\nLine two.\n"))
    setup.do()
    setup.sandbox.move("old", "new")
    setup.sandbox.edit("new", content="Line one.\nLine 2.\n")
    found = [(content(pair.old), content(pair.new)) for pair in compared(setup)]
    old, new = "Line one.\nLine two.\n", "Line one.\nLine 2.\n"
    assert found == [(old, old), (old, new)]


def test_a_merge_is_shown_as_what_it_changes_on_the_wiki(setup: SyncSetup) -> None:
    setup.write("home.md", page("One.\n\nTwo.\n\nThree.\n"))
    setup.do()
    setup.write("home.md", page("1.\n\nTwo.\n\nThree.\n"))
    setup.sandbox.edit("home", content="One.\n\nTwo.\n\n3.\n")
    assert shown(setup) == {"home": ("One.\n\nTwo.\n\n3.\n", "1.\n\nTwo.\n\n3.\n")}


def test_a_merge_has_the_page_here_too_for_what_it_changes_in_the_file(setup: SyncSetup) -> None:
    setup.write("home.md", page("One.\n\nTwo.\n\nThree.\n"))
    setup.do()
    setup.write("home.md", page("1.\n\nTwo.\n\nThree.\n"))
    setup.sandbox.edit("home", content="One.\n\nTwo.\n\n3.\n")
    there, here = (each for pair in compared(setup) for each in on_both_sides(pair))
    assert (content(there.old), content(there.new)) == (
        "One.\n\nTwo.\n\n3.\n",
        "1.\n\nTwo.\n\n3.\n",
    )
    assert (content(here.old), content(here.new)) == (
        "1.\n\nTwo.\n\nThree.\n",
        "1.\n\nTwo.\n\n3.\n",
    )
