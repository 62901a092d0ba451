"""Which words of a line are marked, in any script."""

from __future__ import annotations

import pytest

from wikisync.page.line_matching import Budget
from wikisync.report.diff.word_diff import LONG, line_similarity, word_diff, words


def shown(old: str, new: str) -> tuple[str, str] | None:
    """Both lines with what is marked in brackets."""
    found = word_diff(old, new, Budget())
    if found is None:
        return None
    old, new = ("".join(f"[{s.text}]" if s.changed else s.text for s in side) for side in found)
    return old, new


MARKED = {
    "english": (
        *("The quick brown fox jumps.", "The slow brown fox jumped."),
        *("The [quick] brown fox [jumps].", "The [slow] brown fox [jumped]."),
    ),
    "chinese": (
        *("点击安装按钮，重启。", "点击下载按钮，重启。"),
        *("点击[安装]按钮，重启。", "点击[下载]按钮，重启。"),
    ),
    "japanese": (
        *("サーバーを再起動してください。", "サーバーを停止してください。"),
        *("サーバーを[再起動]してください。", "サーバーを[停止]してください。"),
    ),
    "russian": (
        *("Запустите старый сервер.", "Запустите новый сервер."),
        *("Запустите [старый] сервер.", "Запустите [новый] сервер."),
    ),
    "thai": ("หน้าแรก", "หน้าหลัก", "หน้า[แร]ก", "หน้า[หลั]ก"),
    "hindi": ("नमस्ते दुनिया", "नमस्ते भारत", "नमस्ते [दुनिया]", "नमस्ते [भारत]"),
    "accent": ("cafe\u0301 au lait", "cafe au lait", "[cafe\u0301] au lait", "[cafe] au lait"),
    "family": ("👩‍👩‍👧 and home", "👩‍👩‍👦 and home", "[👩‍👩‍👧] and home", "[👩‍👩‍👦] and home"),
    "skin": ("👍🏽 well done", "👍🏿 well done", "[👍🏽] well done", "[👍🏿] well done"),
    "flag": ("🇨🇳🇩🇪 home", "🇨🇳🇫🇷 home", "🇨🇳[🇩🇪] home", "🇨🇳[🇫🇷] home"),
    "table": ("| a | b | c |", "| a | x | c |", "| a | [b] | c |", "| a | [x] | c |"),
    "address": (
        *("see https://a.b/c?d=1", "see https://a.b/c?d=2"),
        *("see https://a.b/c?d=[1]", "see https://a.b/c?d=[2]"),
    ),
    "blanks at the end": ("a line", "a line  ", "a line", "a line[  ]"),
    "blanks within": ("a  line", "a line", "a[  ]line", "a[ ]line"),
    "only new": ("a test", "a quick test", "a test", "a [quick ]test"),
}  # fmt: skip


@pytest.mark.parametrize("name", MARKED)
def test_the_words_that_changed_are_marked(name: str) -> None:
    old, new, old_marked, new_marked = MARKED[name]
    assert shown(old, new) == (old_marked, new_marked)


def test_what_was_rewritten_is_marked_in_one_piece() -> None:
    assert shown(
        "In any case, press one two three four to begin",
        "In any case, press five six seven eight to begin",
    ) == (
        "In any case, press [one two three four] to begin",
        "In any case, press [five six seven eight] to begin",
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("one two three", "four five six"),
        ("安装指南说明", "更新日志"),
        ("x", ""),
        ("a b c d e", "e d c b a"),
    ],
)
def test_lines_with_too_little_in_common_are_not_one_line_that_changed(old: str, new: str) -> None:
    assert shown(old, new) is None


def test_a_long_line_is_marked_between_its_ends_and_no_sign_is_torn_apart() -> None:
    text = "word " * LONG
    assert shown(f"{text}e\u0301 {text}", f"{text}e\u0300 {text}") == (
        f"{text}[e\u0301] {text}",
        f"{text}[e\u0300] {text}",
    )


def test_without_a_budget_a_line_is_marked_between_its_ends_and_likeness_is_not_looked_for() -> (
    None
):
    old, new = "the old word, the old line", "the new word, the new line"
    assert line_similarity(old, new, Budget()) > line_similarity(old, new, Budget(0)) == 0
    found = word_diff(old, f"{old}!", Budget(0))
    assert found is not None
    assert [(s.text, s.changed) for s in found[1]] == [(old, False), ("!", True)]


def test_words_are_runs_of_letters_and_single_signs() -> None:
    assert words("Ein Wort, ёж 中文. x_1") == [
        *("Ein", " ", "Wort", ",", " ", "ёж", " ", "中", "文", ".", " ", "x_1"),
    ]
    assert words("") == []
