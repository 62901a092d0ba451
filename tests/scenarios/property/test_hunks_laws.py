"""What holds for the difference of any two texts."""

from __future__ import annotations

from difflib import unified_diff

from hypothesis import given, settings
from hypothesis import strategies as st

from support import effort
from wikisync.page.line_matching import Budget, matching_blocks
from wikisync.report.diff.hunks import Hunk, counts, hunks, one_below_the_other
from wikisync.report.diff.word_diff import word_diff, words

SIGNS = "ab 的一ё\u0301\u200d👩👧🇨🇳\t|.-#"
line = st.text(SIGNS, max_size=12)
lines = st.lists(st.one_of(line, st.sampled_from(("", "same", "# Heading", "```"))), max_size=14)
contexts = st.integers(0, 4)


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and what some edits make of it."""
    old = draw(lines)
    new = list(old)
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(new)))
        new[start : start + draw(st.integers(0, 3))] = draw(st.lists(line, max_size=3))
    return "\n".join(old), "\n".join(new)


def applied(old: str, found: tuple[Hunk, ...], *, back: bool = False) -> str:
    """The text that the rows make of the other one; ``back``: the old one of the new."""
    result = old.split("\n")
    for hunk in reversed(found):
        start, count = (
            (hunk.new_start, hunk.new_count) if back else (hunk.old_start, hunk.old_count)
        )
        first = start - 1 if count else start
        rows = [row for row in hunk.rows if (row.old_number if back else row.new_number)]
        result[first : first + count] = [
            "".join(span.text for span in (row.old if back else row.new)) for row in rows
        ]
    return "\n".join(result)


@given(texts(), contexts)
def test_the_rows_lead_from_the_old_text_to_the_new_one_and_back(
    pair: tuple[str, str], context: int
) -> None:
    old, new = pair
    found = hunks(old, new, context)
    assert applied(old, found) == new
    assert applied(new, found, back=True) == old
    assert (not found) == (old == new)


@given(texts(), contexts)
def test_every_row_is_the_line_of_its_number_on_either_side(
    pair: tuple[str, str], context: int
) -> None:
    old, new = (text.split("\n") for text in pair)
    for hunk in hunks(*pair, context):
        for row in hunk.rows:
            for number, spans, side in (
                (row.old_number, row.old, old),
                (row.new_number, row.new, new),
            ):
                text = "".join(span.text for span in spans)
                assert text == ("" if number is None else side[number - 1])
                assert all(span.text for span in spans)
                assert row.kind == "changed" or not any(span.changed for span in spans)


@given(texts(), contexts)
def test_the_lines_are_those_of_a_unified_diff(pair: tuple[str, str], context: int) -> None:
    old, new = (text.split("\n") for text in pair)
    shown = []
    for hunk in hunks(*pair, context):
        shown.append(hunk.header)
        shown += [
            sign + "".join(span.text for span in spans)
            for sign, _, spans in one_below_the_other(hunk.rows)
        ]
    assert shown == list(unified_diff(old, new, lineterm="", n=context))[2:]


@given(texts())
def test_the_counts_are_those_of_the_rows(pair: tuple[str, str]) -> None:
    rows = [row for hunk in hunks(*pair) for row in hunk.rows if row.kind != "same"]
    assert counts(*pair) == (
        sum(row.new_number is not None for row in rows),
        sum(row.old_number is not None for row in rows),
    )


@given(st.text())
def test_the_words_of_a_line_make_up_the_line(text: str) -> None:
    assert "".join(words(text)) == text
    assert all(words(text))


@given(line, line)
def test_what_is_not_marked_is_the_same_on_both_sides(old: str, new: str) -> None:
    spans = word_diff(old, new, Budget())
    if spans is not None:
        before, after = ("".join(s.text for s in side if not s.changed) for side in spans)
        assert before == after


@settings(max_examples=effort.examples(200))
@given(
    st.lists(st.sampled_from("abcdef"), max_size=30),
    st.lists(st.sampled_from("abcdef"), max_size=30),
    st.integers(0, 300),
)
def test_whatever_the_budget_what_matches_is_equal_and_in_order(
    a: list[str], b: list[str], budget: int
) -> None:
    i = j = 0
    for match in matching_blocks(a, b, Budget(budget)):
        assert match.size > 0
        assert (match.a, match.b) >= (i, j)
        assert min(match.a - i, match.b - j) >= 0
        assert a[match.a : match.a + match.size] == b[match.b : match.b + match.size]
        i, j = match.a + match.size, match.b + match.size
