"""However large the pages, the report stays small enough to open, and says what it leaves out."""

from __future__ import annotations

from report.html.reports import pair, report
from report.html.test_document import MADE, text_of
from support.values import page
from wikisync.report.diff.word_diff import Span
from wikisync.report.html import to_html
from wikisync.report.html.builder import build_view
from wikisync.report.html.limits import PageLimits, clipped
from wikisync.report.html.page import document

MEGABYTE = 1_000_000


def lines(count: int, word: str = "line") -> str:
    return "".join(f"{word} {number} of the page\n" for number in range(count))


def test_a_page_of_megabytes_is_cut_with_a_notice() -> None:
    shown = to_html(report(pair(None, page(lines(150_000)), verb="create")), MADE)
    assert len(shown) < 2 * MEGABYTE
    assert "more lines are left out" in text_of(shown)
    assert "too long to show here" in text_of(shown)


def test_one_line_of_megabytes_shows_what_changed_in_it() -> None:
    old = "word " * 700_000
    new = f"{old[:MEGABYTE]}CHANGED {old[MEGABYTE:]}"
    shown = to_html(report(pair(page(old), page(new))), MADE)
    assert len(shown) < MEGABYTE
    assert "<ins>CHANGED </ins>" in shown
    assert "⋯ 999,760 characters ⋯" in shown


def test_where_there_is_no_room_for_all_pages_each_is_still_listed() -> None:
    pairs = [pair(page("a\n"), page(lines(20)), path=f"p{n}") for n in range(30)]
    made = build_view(report(*pairs), MADE, PageLimits(differences=50_000))
    assert len(made.entries) == 30
    assert 0 < made.unshown < 30
    shown = text_of(document(made))
    assert f"{made.unshown} pages of 30 are listed without their difference" in shown
    assert shown.count("is left out to keep this report small") == made.unshown


def test_changes_get_room_before_pages_that_come_whole() -> None:
    created = [pair(None, page(lines(20)), verb="create", path=f"a{n}") for n in range(9)]
    made = build_view(
        report(*created, pair(page("a\n"), page("b\n"), path="z")),
        MADE,
        PageLimits(differences=9_000),
    )
    shown = {entry.name: entry.changes[0].room for entry in made.entries}
    assert shown["z.md"]
    assert not all(shown.values())


def test_previews_are_left_out_where_there_is_no_room() -> None:
    made = build_view(
        report(pair(page("a" * 600), page("b" * 600))), MADE, PageLimits(previews=1_000)
    )
    before, after = made.entries[0].changes[0].previews
    assert before.content is not None
    assert after.content is None


def test_a_short_page_that_becomes_a_long_one_is_not_shown_as_readers_see_it() -> None:
    """Each mark of a footnote is five signs, and forty times that in HTML."""
    marks = "[^1]" * 14_000 + "\n\n[^1]: x\n"
    made = build_view(report(pair(page("a\n"), page(marks))), MADE)
    old, new = made.entries[0].changes[0].previews
    assert old.content is not None
    assert new.content is None
    assert len(document(made)) < 400_000


def test_what_previews_become_takes_room_as_well_as_what_they_are_made_of() -> None:
    pairs = [pair(None, page("[^1]" * 50 + "\n\n[^1]: x\n"), path=f"p{n}") for n in range(20)]
    made = build_view(report(*pairs), MADE, PageLimits(previews=10_000))
    shown = [p.content for e in made.entries for p in e.changes[0].previews]
    assert 0 < sum(len(one) for one in shown if one is not None) < 45_000


def test_a_short_line_is_never_cut() -> None:
    line = (Span("a" * 50, changed=False), Span("b" * 50, changed=True))
    assert clipped(line, 100) == line


def test_a_long_line_keeps_its_ends_and_its_changes() -> None:
    line = (
        Span("a" * 1000, changed=False),
        Span("b", changed=True),
        Span("c" * 1000, changed=False),
    )
    short = clipped(line, 600)
    assert [span.changed for span in short] == [False, True, False]
    assert short[0].text == "a" * 120 + " ⋯ 760 characters ⋯ " + "a" * 120
    assert short[1].text == "b"


def test_a_line_of_endless_changes_ends_somewhere_and_says_so() -> None:
    line = tuple(Span("x" * 10, changed=bool(n % 2)) for n in range(1000))
    short = clipped(line, 500)
    assert sum(len(span.text) for span in short) < 600
    assert "characters" in short[-1].text
