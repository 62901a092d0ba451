"""Lines cut to a column: where they break, and how wide they are."""

from __future__ import annotations

import pytest

from wikisync.report.diff.styled_text import StyledText, cut, filled, line_width, wrapped
from wikisync.report.diff.word_diff import LONG


def rows(text: str, columns: int) -> list[str]:
    return ["".join(piece.text for piece in row) for row in wrapped((StyledText(text),), columns)]


@pytest.mark.parametrize(
    ("text", "columns", "wanted"),
    [
        ("", 5, [""]),
        ("one two three", 8, ["one two ", "three"]),
        ("one two, three", 8, ["one two,", "three"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("安装更新日志", 5, ["安装", "更新", "日志"]),
        ("先看一眼，再写", 8, ["先看一", "眼，再写"]),
        ("看「安装」吧", 5, ["看", "「安", "装」", "吧"]),
        ("a\tb", 20, ["a       b"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
        ("👩‍👩‍👧👩‍👩‍👧", 3, ["👩‍👩‍👧", "👩‍👩‍👧"]),
    ],
)
def test_a_line_breaks_between_words_and_tears_no_sign_apart(
    text: str, columns: int, wanted: list[str]
) -> None:
    assert rows(text, columns) == wanted


def test_a_line_keeps_the_styles_of_its_pieces() -> None:
    line = (
        StyledText("one ", "red"),
        StyledText("two", "red reverse"),
        StyledText(" three", "red"),
    )
    assert wrapped(line, 8) == [
        (StyledText("one ", "red"), StyledText("two", "red reverse"), StyledText(" ", "red")),
        (StyledText("three", "red"),),
    ]


def test_blanks_that_are_marked_are_not_left_out() -> None:
    line = (StyledText("word", "red"), StyledText("    ", "red reverse"))
    assert wrapped(line, 6) == [(StyledText("word", "red"),), (StyledText("    ", "red reverse"),)]


def test_a_very_long_line_breaks_anywhere() -> None:
    text = "word " * LONG
    cut_up = rows(text, 7)
    assert "".join(cut_up) == text
    assert cut_up[:2] == ["word wo", "rd word"]


def test_a_column_is_filled_by_cells_not_by_characters() -> None:
    assert line_width(filled((StyledText("安装"),), 10)) == 10
    assert filled((StyledText("安装"),), 3) == (StyledText("安装"),)


def test_a_name_that_is_too_long_keeps_its_end() -> None:
    assert cut("guide/install.md", 11) == "…install.md"
    assert cut("指南/安装.md", 8) == "…安装.md"
    assert cut("short", 5) == "short"
