"""The fields of a page that change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.values import FILE, PAGE, as_kind, base, local, planned, remote, sides
from wikisync.planning.model import Create, Merge
from wikisync.planning.planner import PlanOptions
from wikisync.report.diff.page_diff import FieldChange, field_changes, on_both_sides
from wikisync.request import PageDiff

PUSH = planned(sides([base()], [local(content="New.")], [remote()]), PlanOptions("push")).actions[0]


def changes(old: dict[str, Any], new: dict[str, Any], *fields: str) -> tuple[FieldChange, ...]:
    action = replace(PUSH, fields=fields)
    return field_changes(PageDiff(action, replace(PAGE, **old), replace(PAGE, **new)))


def test_a_field_has_its_old_and_its_new_value() -> None:
    assert changes({"title": "Old"}, {"title": "New", "published": False}) == (
        FieldChange("title", "Old", "New"),
        FieldChange("published", "true", "false"),
    )


def test_tags_tell_which_came_and_which_went() -> None:
    assert changes({"tags": ("a", "b")}, {"tags": ("B", "c", "d")}) == (
        FieldChange("tags", "a, b", "b, c, d", added=("c", "d"), removed=("a",)),
    )


def test_the_order_and_the_case_of_tags_is_no_change() -> None:
    assert changes({"tags": ("a", "B")}, {"tags": ("b", "A")}) == ()


def test_what_the_plan_does_not_change_is_not_told() -> None:
    assert changes({"title": "Old"}, {"title": "New", "tags": ("x",)}, "tags") == (
        FieldChange("tags", "", "x", added=("x",)),
    )


def test_of_a_page_that_comes_each_field_is_told_that_it_sets_to_an_unusual_value() -> None:
    create = as_kind(PUSH, Create, fields=())
    assert field_changes(PageDiff(create, None, replace(FILE, tags=("x",)))) == (
        FieldChange("title", "", "A"),
        FieldChange("editor", "", "markdown"),
        FieldChange("tags", "", "x", added=("x",)),
    )


def test_the_lines_of_a_style_stay_lines() -> None:
    assert changes({}, {"script_css": "a{}\r\nb{}"}) == (FieldChange("scriptCss", "", "a{}\nb{}"),)


def test_a_merge_changes_each_side_by_what_the_other_one_has() -> None:
    merge = as_kind(PUSH, Merge, fields=("title", "tags"), remote_changes=("tags",))
    here = replace(FILE, title="Mine")
    wiki = replace(PAGE, tags=("theirs",), script_css="a{}")
    merged = replace(wiki, title="Mine")
    there, mine = on_both_sides(PageDiff(merge, wiki, merged, here))
    assert field_changes(there) == (FieldChange("title", "A", "Mine"),)
    assert field_changes(mine) == (FieldChange("tags", "", "theirs", added=("theirs",)),)
    assert (there.item.side, mine.item.side) == ("wiki", "folder")  # type: ignore[union-attr]
    assert on_both_sides(PageDiff(PUSH, wiki, here)) == (PageDiff(PUSH, wiki, here),)
