"""The three-way merge of a page: the content by its lines, every other field on its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from support.values import FILE, LATER, PAGE, base, local, of_kind, planned, remote, sides, steps
from wikisync.git.repository import merge_file
from wikisync.page.model import FIELD_NAMES
from wikisync.planning.merge import MergeConflict, Merged, merge_tags, three_way
from wikisync.planning.model import Merge
from wikisync.planning.planner import PlanOptions
from wikisync.snapshot.content import merge_text

if TYPE_CHECKING:
    from wikisync.page.model import Page
    from wikisync.planning.model import Command, Plan

BASE = "One.\n\nTwo.\n\nThree.\n"
MINE = "1.\n\nTwo.\n\nThree.\n"
THEIRS = "One.\n\nTwo.\n\n3.\n"
BOTH = "1.\n\nTwo.\n\n3.\n"
ALL = FIELD_NAMES


def merged(
    mine: dict[str, Any],
    theirs: dict[str, Any],
    was: dict[str, Any] | None = None,
    fields: tuple[tuple[str, ...], tuple[str, ...]] = (ALL, ALL),
) -> Merged | MergeConflict:
    """The merge of a page that each side changed; ``fields`` that changed here and there."""
    old = replace(PAGE, **{"content": BASE, **(was or {})})
    here = replace(FILE, **{"content": BASE, **(was or {}), **mine})
    return three_way(old, here, replace(old, **theirs), fields, merge_text)


def clean(*args: Any, **more: Any) -> Page:
    found = merged(*args, **more)
    assert isinstance(found, Merged), found
    return found.page


def clash(*args: Any, **more: Any) -> MergeConflict:
    found = merged(*args, **more)
    assert isinstance(found, MergeConflict), found
    return found


def test_edits_of_different_parts_merge() -> None:
    assert clean({"content": MINE}, {"content": THEIRS}).content == BOTH


def test_edits_of_the_same_line_clash_and_both_are_marked() -> None:
    found = clash({"content": "1.\n"}, {"content": "I.\n"})
    assert found.fields == ("content",)
    assert found.page.content == "<<<<<<< here\n1.\n=======\nI.\n>>>>>>> wiki\n"


def test_the_same_edit_on_both_sides_merges() -> None:
    assert clean({"content": MINE}, {"content": MINE}).content == MINE


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_how_lines_end_is_no_difference_and_the_wikis_way_stays(end: str) -> None:
    found = clean({"content": MINE.replace("\n", "\r\n")}, {"content": THEIRS.replace("\n", end)})
    assert found.content == BOTH.replace("\n", end)


def test_a_missing_line_end_at_the_end_is_no_difference() -> None:
    found = clean({"content": MINE.rstrip()}, {"content": THEIRS.rstrip()})
    assert found.content == BOTH.rstrip()


def test_text_in_any_script_merges() -> None:
    was, mine, theirs = "一\n\n二\n\n三\n", "壹\n\n二\n\n三\n", "一\n\n二\n\n叁\n"
    found = clean({"content": mine}, {"content": theirs}, {"content": was})
    assert found.content == "壹\n\n二\n\n叁\n"


def test_each_field_merges_on_its_own() -> None:
    found = clean(
        {"title": "Mine"},
        {"description": "Theirs", "published": False},
        fields=(("title",), ("description", "published")),
    )
    assert (found.title, found.description, found.published) == ("Mine", "Theirs", False)


def test_a_field_that_changed_alike_merges_and_another_way_clashes() -> None:
    both = (("title",), ("title",))
    assert clean({"title": "New"}, {"title": "New"}, fields=both).title == "New"
    found = clash({"title": "Mine"}, {"title": "Theirs"}, fields=both)
    assert (found.fields, found.page.title) == (("title",), "Mine")


def test_what_the_file_does_not_name_is_the_wikis() -> None:
    found = clean({"content": MINE}, {"content": THEIRS, "script_css": "a{}"})
    assert found.script_css == "a{}"


@pytest.mark.parametrize(
    ("was", "here", "there", "then"),
    [
        ("a b", "a b c", "a b d", "a b c d"),
        ("a b", "a", "a b c", "a c"),
        ("a b", "a", "b", ""),
        ("a b", "b a", "a b", "a b"),
        ("", "a", "a", "a"),
        ("a", "", "a b", "b"),
        ("a", "A", "a c", "a c"),
    ],
)
def test_tags_merge_as_additions_and_removals(was: str, here: str, there: str, then: str) -> None:
    found = merge_tags(*(tuple(tags.split()) for tags in (was, here, there)))
    assert found == tuple(then.split())


def test_tags_never_clash() -> None:
    found = clean({"tags": ("x",)}, {"tags": ("y",)}, {"tags": ("a",)})
    assert found.tags == ("x", "y")


def test_without_git_texts_do_not_merge_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert merge_file("a\n", "b\n", "c\n") is None
    assert clash({"content": MINE}, {"content": THEIRS}).reason == "no-git"


def test_without_git_what_is_no_text_merges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = clean({"title": "Mine"}, {"content": THEIRS}, fields=(("title",), ("content",)))
    assert (found.title, found.content) == ("Mine", THEIRS)


def test_settings_of_the_users_git_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "merge.conflictStyle",
        "GIT_CONFIG_VALUE_0": "diff3",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert "|||||||" not in clash({"content": "1.\n"}, {"content": "I.\n"}).page.content


# In a plan

HERE, THERE = local(content=MINE), remote(content=THEIRS, updated=LATER)
KNOWN = base(content=BASE)


def plan_of(found: Merged | MergeConflict | None, command: Command, **wish: Any) -> Plan:
    of = sides([KNOWN], [HERE], [THERE], merge=lambda _was, _conflict: found)
    return planned(of, PlanOptions(command, **wish))


MERGED = Merged(replace(PAGE, content=BOTH))
CLASH = MergeConflict(("content",), replace(PAGE, content="marks"))


def test_a_sync_merges() -> None:
    [action] = of_kind(Merge, plan_of(MERGED, "sync"))
    assert (action.side, action.merged, action.writes_markers) == ("wiki", MERGED.page, False)


@pytest.mark.parametrize("command", ["push", "pull"])
def test_push_and_pull_name_what_merges_and_write_nothing(command: Command) -> None:
    plan = plan_of(MERGED, command)
    assert ([c.kind for c in plan.conflicts], plan.actions) == (["mergeable"], ())


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
def test_what_does_not_merge_is_a_conflict_with_what_changed_where(command: Command) -> None:
    [conflict] = plan_of(CLASH, command).conflicts
    assert (conflict.kind, conflict.fields) == ("both-changed", ("content",))
    assert (conflict.local_changes, conflict.remote_changes) == (("content",), ("content",))


def test_a_preference_settles_what_does_not_merge() -> None:
    assert steps(plan_of(CLASH, "sync", prefer="local")) == ["update wiki a"]
    assert steps(plan_of(CLASH, "sync", prefer="wiki")) == ["update folder a"]


def test_what_merges_is_merged_whatever_is_preferred() -> None:
    assert steps(plan_of(MERGED, "sync", prefer="local")) == ["merge wiki a"]


def test_push_with_a_preference_settles_what_only_a_sync_could_merge() -> None:
    assert steps(plan_of(MERGED, "push", prefer="local")) == ["update wiki a"]
    assert steps(plan_of(MERGED, "pull", prefer="wiki")) == ["update folder a"]


def test_markers_are_for_what_does_not_merge() -> None:
    [action] = of_kind(Merge, plan_of(CLASH, "pull", markers=True))
    assert (action.side, action.writes_markers) == ("folder", True)
    assert plan_of(MERGED, "pull", markers=True).actions == ()


def test_markers_show_two_pages_that_never_met() -> None:
    plan = planned(sides([], [HERE], [THERE]), PlanOptions("pull", markers=True))
    assert [(a.writes_markers, a.merged) for a in of_kind(Merge, plan)] == [(True, None)]
