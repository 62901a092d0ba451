"""What nobody sees, and what steers a terminal, is escaped; what changes what is seen stays."""

from __future__ import annotations

import json

import pytest

from wikisync.report.json_output import one_line
from wikisync.report.text import escape_control

SEEN = {
    "family": "👨\u200d👩\u200d👧\u200d👦",
    "heart": "❤\ufe0f\u200d🔥",
    "skin": "👩🏽\u200d🚀",
    "rainbow flag": "🏳\ufe0f\u200d🌈",
    "Wales": "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "keycap": "1\ufe0f\u20e3",
    "Persian": "می\u200cشود",
    "Sinhala": "ක්\u200dෂ",
    "Devanagari": "क्\u200dष",
    "ideographic variant": "葛\U000e0100",
    "combining": "e\u0301",
    "Thai": "ที่",
    "tab": "a\tb",
    "plain": "guide/a.md",
}
UNSEEN = {
    "zero width space": ("a\u200bb", r"a\u200bb"),
    "joiner": ("a\u200db", r"a\u200db"),
    "joiner at the end": ("👨\u200d", "👨" + r"\u200d"),
    "joiner in front": ("\u200d👨", r"\u200d" + "👨"),
    "non-joiner": ("a\u200cb", r"a\u200cb"),
    "non-joiner after a letter": ("می\u200cb", "می" + r"\u200cb"),
    "two joiners": ("👨\u200d\u200d👩", "👨" + r"\u200d\u200d" + "👩"),
    "word joiner": ("a\u2060b", r"a\u2060b"),
    "byte order mark": ("\ufeffa", r"\ufeffa"),
    "soft hyphen": ("a\xadb", r"a\xadb"),
    "grapheme joiner": ("a\u034fb", r"a\u034fb"),
    "Hangul filler": ("a\u3164b", r"a\u3164b"),
    "variant of a letter": ("a\ufe0fb", r"a\ufe0fb"),
    "variant": ("a\ufe01b", r"a\ufe01b"),
    "ideographic variant of a letter": ("a\U000e0100b", r"a\U000e0100b"),
    "tag": ("a\U000e0061b", r"a\U000e0061b"),
    "tags without an end": ("🏴\U000e0067b", "🏴" + r"\U000e0067b"),
    "C1": ("a\x9b2Jb", r"a\x9b2Jb"),
    "escape": ("a\x1b[2Jb", r"a\x1b[2Jb"),
    "delete": ("a\x7fb", r"a\x7fb"),
    "right to left": ("a\u202eb", r"a\u202eb"),
    "isolate": ("a\u2066b", r"a\u2066b"),
    "line separator": ("a\u2028b", r"a\u2028b"),
    "half a character": ("a\udcffb", r"a\udcffb"),
}


@pytest.mark.parametrize("kind", SEEN)
def test_what_changes_what_is_seen_stays(kind: str) -> None:
    assert escape_control(SEEN[kind]) == SEEN[kind]


@pytest.mark.parametrize("kind", UNSEEN)
def test_what_nobody_sees_or_steers_a_terminal_is_escaped(kind: str) -> None:
    text, escaped = UNSEEN[kind]
    assert escape_control(text) == escaped


@pytest.mark.parametrize("kind", [*SEEN, *UNSEEN])
def test_json_holds_nothing_that_steers_a_terminal_and_means_the_same(kind: str) -> None:
    text = SEEN.get(kind) or UNSEEN[kind][0]
    line = one_line({"file": text, text: ['quoted " \\ ' + text]})
    assert json.loads(line) == {"file": text, text: ['quoted " \\ ' + text]}
    assert escape_control(line) == line
    line.encode()


def test_two_names_that_look_alike_are_told_apart() -> None:
    names = ["guide", "guide\u200b", "gui\u2060de", "guide\ufe0f", "gu\u200dide"]
    assert len({escape_control(name) for name in names}) == len(names)
