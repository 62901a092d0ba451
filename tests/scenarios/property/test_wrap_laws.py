"""What holds for any line that is cut to the width of a column."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wikisync.report.diff.styled_text import MARKED, StyledText, cells, cut, line_width, wrapped

text = st.text("ab  的一，。「ё\u0301\u200d👩🇨🇳\t.(|", max_size=30)
pieces = st.lists(
    st.builds(StyledText, text.filter(bool), st.sampled_from(("", "red", "red" + MARKED))),
    max_size=5,
)


@given(pieces, st.integers(2, 20))
def test_no_row_is_wider_than_the_column(line: list[StyledText], columns: int) -> None:
    assert all(line_width(row) <= columns for row in wrapped(line, columns))


@given(pieces, st.integers(2, 20))
def test_nothing_but_blanks_is_lost_and_marked_blanks_are_not(
    line: list[StyledText], columns: int
) -> None:
    rows = wrapped(line, columns)
    assert _signs(line) == _signs([piece for row in rows for piece in row])
    marked = [piece for piece in line if piece.style.endswith(MARKED) and "\t" not in piece.text]
    kept = [p for row in rows for p in row if p.style.endswith(MARKED)]
    assert sum(p.text.count(" ") for p in marked) <= sum(p.text.count(" ") for p in kept)


@given(text, st.integers(2, 20))
def test_what_is_cut_fits_and_is_the_end_of_the_text(name: str, columns: int) -> None:
    short = cut(name, columns)
    assert short == name or (cells(short) <= columns and name.endswith(short.removeprefix("…")))


def _signs(line: list[StyledText]) -> str:
    return "".join("".join(piece.text.split()) for piece in line)
