"""What a diff shows: the names, the fields that change, the content line by line."""

from __future__ import annotations

from dataclasses import replace

from support.values import FILE, as_kind, base, local, page, planned, remote, sides
from wikisync.planning.model import Create, Delete
from wikisync.planning.planner import PlanOptions
from wikisync.report.diff.page_diff import unified
from wikisync.request import PageDiff

PUSH = planned(sides([base()], [local(content="New.")], [remote()]), PlanOptions("push")).actions[0]
PULL = replace(PUSH, side="folder")


def test_content_is_compared_line_by_line() -> None:
    old, new = page(content="one\ntwo\nthree\n"), page(content="one\n2\nthree\n")
    assert unified(PageDiff(PUSH, old, new)) == (
        "--- wiki/en/a\n+++ a.md\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n"
    )


def test_a_pull_is_shown_from_the_file_to_the_wiki() -> None:
    text = unified(PageDiff(PULL, page(), page(content="New.\n")))
    assert text.startswith("--- a.md\n+++ wiki/en/a\n")


def test_fields_are_named_before_the_content() -> None:
    action = replace(PUSH, fields=("title", "published", "tags", "content"))
    old = page(title="Old", tags=("a", "b"))
    new = page(title="New", published=False, tags=("c",), content="New.")
    assert unified(PageDiff(action, old, new)).splitlines()[2:] == [
        *("-title: Old", "+title: New", "-published: true", "+published: false"),
        *("-tags: a, b", "+tags: c", "@@ -1 +1 @@", "-Text.", "+New."),
    ]


def test_the_order_and_case_of_tags_is_no_difference() -> None:
    action = replace(PUSH, fields=("tags",))
    assert unified(PageDiff(action, page(tags=("a", "B")), page(tags=("b", "A")))) == ""


def test_line_ends_and_blank_ends_are_no_difference() -> None:
    assert unified(PageDiff(PUSH, page(content="a\nb\n"), page(content="a\r\nb\r\n\r\n"))) == ""


def test_a_page_that_comes_or_goes_is_shown_whole() -> None:
    create = as_kind(PUSH, Create, fields=("title", "content"))
    assert unified(PageDiff(create, None, FILE)).splitlines() == [
        *("--- /dev/null", "+++ a.md", "+title: A", "@@ -0,0 +1 @@", "+Text."),
    ]
    gone = as_kind(PUSH, Delete, fields=())
    lines = unified(PageDiff(gone, page(), None)).splitlines()
    assert lines[:2] == ["--- wiki/en/a", "+++ /dev/null"]
    assert "-Text." in lines


def test_a_page_that_comes_or_goes_lists_no_usual_values() -> None:
    gone = as_kind(PUSH, Delete, fields=())
    new = as_kind(PUSH, Create, fields=())
    for usual, listed in (((True, False), 0), ((False, True), 2)):
        shown = page(published=usual[0], private=usual[1])
        for pair in (PageDiff(gone, shown, None), PageDiff(new, None, shown)):
            text = unified(pair)
            assert text.count("published: ") + text.count("private: ") == listed


def test_a_value_of_several_lines_stays_on_its_line() -> None:
    action = replace(PUSH, fields=("scriptCss",))
    text = unified(PageDiff(action, page(), page(script_css="a{}\nb{}")))
    assert text.splitlines()[2:] == ["+scriptCss: a{} b{}"]
