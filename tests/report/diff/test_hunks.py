"""Hunks: which lines stand beside each other, under which heading, and at what price."""

from __future__ import annotations

import pytest

from wikisync.page.line_matching import BUDGET, Budget, matching_blocks
from wikisync.report.diff.hunks import Row, counts, hunks, one_below_the_other


def said(row: Row) -> tuple[str, str, str]:
    """A row in short: its kind, and both lines with what is marked in brackets."""
    old, new = (
        "".join(f"[{s.text}]" if s.changed else s.text for s in side) for side in (row.old, row.new)
    )
    return row.kind, old, new


def rows(old: str, new: str) -> list[tuple[str, str, str]]:
    return [said(row) for hunk in hunks(old, new) for row in hunk.rows]


def test_a_line_that_changed_stands_beside_what_became_of_it() -> None:
    assert rows("one\nthe old word\ntwo", "one\nthe new word\ntwo") == [
        ("same", "one", "one"),
        ("changed", "the [old] word", "the [new] word"),
        ("same", "two", "two"),
    ]


def test_lines_that_have_nothing_in_common_do_not_stand_beside_each_other() -> None:
    assert rows("one\ntwo", "one\nand so on") == [
        ("same", "one", "one"),
        ("removed", "two", ""),
        ("added", "", "and so on"),
    ]


def test_a_line_is_found_again_below_a_new_one() -> None:
    assert rows("Take the old package.", "First of all:\nTake the new package.") == [
        ("added", "", "First of all:"),
        ("changed", "Take the [old] package.", "Take the [new] package."),
    ]


def test_of_lines_that_change_the_old_ones_come_first_in_a_unified_diff() -> None:
    (hunk,) = hunks("the first a\nthe second a", "the first b\nthe second b")
    assert [row.kind for row in hunk.rows] == ["changed", "changed"]
    below = [
        (sign, "".join(s.text for s in spans)) for sign, _, spans in one_below_the_other(hunk.rows)
    ]
    assert below == [
        *(("-", "the first a"), ("-", "the second a")),
        *(("+", "the first b"), ("+", "the second b")),
    ]


def test_a_text_that_comes_or_goes_is_all_rows_of_one_side() -> None:
    (come,) = hunks(None, "a\nb")
    assert (come.header, [row.kind for row in come.rows]) == ("@@ -0,0 +1,2 @@", ["added"] * 2)
    (gone,) = hunks("a", None)
    assert (gone.header, [row.kind for row in gone.rows]) == ("@@ -1 +0,0 @@", ["removed"])
    assert hunks(None, None) == hunks("a\nb", "a\nb") == ()


def test_counts_are_of_lines_added_and_removed() -> None:
    assert counts("a\nb\nc", "a\nB\nc\nd") == (2, 1)
    assert counts(None, "a\nb") == (2, 0)
    assert counts("a", None) == (0, 1)


def test_far_changes_are_hunks_of_their_own_under_the_heading_above() -> None:
    old = "# Top\n" + "\n".join(f"line {n}" for n in range(30)) + "\n## Down ##\n"
    old += "\n".join(f"more {n}" for n in range(30))
    new = old.replace("line 5\n", "line five\n").replace("more 20\n", "more twenty\n")
    assert [(h.old_start, h.old_count, h.heading) for h in hunks(old, new)] == [
        (4, 7, "Top"),
        (50, 7, "Down"),
    ]


def test_what_looks_like_a_heading_in_code_is_none() -> None:
    old = "# Real\n```\n# a comment\n" + "x\n" * 9 + "```\n" + "y\n" * 9 + "end"
    assert [h.heading for h in hunks(old, old + "!")] == ["Real"]
    tilde = old.replace("# a comment", "~~~\n# a comment")
    assert [h.heading for h in hunks(tilde, tilde + "!")] == ["Real"]


def test_without_words_the_rows_are_one_sided() -> None:
    (hunk,) = hunks("the old word", "the new word", words=False)
    assert [row.kind for row in hunk.rows] == ["removed", "added"]


PAIRS = 2_500
"""More than difflib alone may compare: its price grows with the square of the lines."""


def huge(word: str, pairs: int = PAIRS) -> str:
    return "\n".join(f"line {n}\nthis is the {word} line {n}, of many" for n in range(pairs))


def test_a_long_page_with_every_other_line_changed_is_still_compared() -> None:
    budget = Budget()
    matching_blocks(huge("old").split("\n"), huge("new").split("\n"), budget)
    assert budget.left <= BUDGET // 2  # what difflib alone may take did not suffice
    found = hunks(huge("old"), huge("new"))
    assert counts(huge("old"), huge("new")) == (PAIRS, PAIRS)
    kinds = [row.kind for hunk in found for row in hunk.rows]
    assert kinds.count("same") == PAIRS
    assert kinds.count("changed") == PAIRS


def test_a_line_of_megabytes_is_marked_between_its_ends() -> None:
    line = "数" * 700_000
    ((kind, old, new),) = rows(f"{line}旧{line}", f"{line}新的{line}")
    assert (kind, old, new) == ("changed", f"{line}[旧]{line}", f"{line}[新的]{line}")


def test_a_line_of_megabytes_that_was_rewritten_is_no_changed_line() -> None:
    kinds = [kind for kind, *_ in rows("ab" * 1_000_000, "cd" * 1_000_000)]
    assert kinds == ["removed", "added"]


@pytest.mark.parametrize("budget", [0, 10, 200])
def test_where_the_budget_ends_unique_lines_still_hold_the_texts_together(budget: int) -> None:
    a = [item for n in range(50) for item in (f"u{n}", "x")]
    b = [item for n in range(50) for item in (f"u{n}", "y")]
    found = matching_blocks(a, b, Budget(budget))
    assert [(m.a, m.b, m.size) for m in found] == [(2 * n, 2 * n, 1) for n in range(50)]


def test_what_is_spent_is_never_more_than_there_was() -> None:
    budget = Budget(100)
    matching_blocks(["a", "b"] * 500, ["b", "c"] * 500, budget)
    assert budget.left == 0
    assert not budget.spend(1)
