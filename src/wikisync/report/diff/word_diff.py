"""Find the changed words of a line. Pure.

A word is a run of letters and digits with what combines with them (accents, joiners, the colour of
an emoji). In scripts without spaces every character is a word, and so is every punctuation mark.
Spaces are words too, so that the words of a line make up the line.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from wikisync.page.line_matching import matching_blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from wikisync.page.line_matching import Budget

LONG: Final = 5_000
"""Characters up to which a line is taken apart in words; in longer ones (minified scripts, images
as data) everything between what is equal at both ends is marked."""

ALIKE: Final = 0.5
"""The share of their text that two lines must have in common to count as one line that changed."""

_ASCII: Final = re.compile(r"[A-Za-z0-9_]+|[ \t]+|.", re.DOTALL)
_ISLAND: Final = 3
"""Characters up to which what stayed is marked too, where more changed on both sides of it."""

# Scripts without spaces between words: Thai to Tibetan, Myanmar, Khmer, kana, Han, wide forms.
_UNSPACED: Final = (
    *((0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x312F), (0x31A0, 0x4DBF)),
    *((0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF)),
)
_FLAG: Final = range(0x1F1E6, 0x1F200)
_SKIN: Final = range(0x1F3FB, 0x1F400)
_JOINER: Final = "\u200d"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line, and whether it is what changed in it."""

    text: str
    changed: bool


def unmarked(line: str) -> tuple[Span, ...]:
    """Return a line with nothing marked; an empty line has no spans."""
    return (Span(line, changed=False),) if line else ()


def words(line: str) -> list[str]:
    """Return the words of a line, which together are the line."""
    if line.isascii():
        return _ASCII.findall(line)
    return list(_words(line))


def unspaced(sign: str) -> bool:
    """Return whether a character is of a script that is written without spaces."""
    return any(first <= ord(sign) <= last for first, last in _UNSPACED)


def line_similarity(old: str, new: str, budget: Budget) -> float:
    """Return an estimate of the share of text that both lines have, from 0 to 1."""
    if max(len(old), len(new)) > LONG:
        return _share(sum(_ends(old, new)), len(old), len(new))
    if not budget.spend(_price(old, new)):
        return 0.0
    ours, theirs = _bag(old), _bag(new)
    return _share(
        sum(len(word) * count for word, count in (ours & theirs).items()),
        *(sum(len(word) * count for word, count in bag.items()) for bag in (ours, theirs)),
    )


def word_diff(
    old: str, new: str, budget: Budget
) -> tuple[tuple[Span, ...], tuple[Span, ...]] | None:
    """Return both lines as spans, with the words marked that only one of them has.

    The spans of a line make up the line. None if the lines have too little in common to be two
    versions of one line.
    """
    if max(len(old), len(new)) > LONG or not budget.spend(_price(old, new)):
        return _at_ends(old, new)
    a, b = words(old), words(new)
    edits = list(_edits(a, b, budget))
    kept = sum(len(text.strip()) for kind, text, _ in edits if kind == "same")
    if _share(kept, *(sum(len(w.strip()) for w in side) for side in (a, b))) < ALIKE:
        return None
    edits = _without_islands(edits)
    return _spans((k, o) for k, o, _ in edits), _spans((k, n) for k, _, n in edits)


_Edit = tuple[Literal["same", "changed"], str, str]


def _edits(a: Sequence[str], b: Sequence[str], budget: Budget) -> Iterator[_Edit]:
    """Yield unchanged and changed parts in turn."""
    i = j = 0
    for match in matching_blocks(a, b, budget, include_frequent=True):
        if i < match.a or j < match.b:
            yield "changed", "".join(a[i : match.a]), "".join(b[j : match.b])
        same = "".join(a[match.a : match.a + match.size])
        yield "same", same, same
        i, j = match.a + match.size, match.b + match.size
    if i < len(a) or j < len(b):
        yield "changed", "".join(a[i:]), "".join(b[j:])


def _without_islands(edits: list[_Edit]) -> list[_Edit]:
    """Return the edits with spaces and very short unchanged parts joined to their neighbours.

    Rewritten sentences have single letters and spaces in common, which are not shown as unchanged.
    """
    done: list[_Edit] = []
    for number, (kind, old, new) in enumerate(edits):
        if kind == "same" and 0 < number < len(edits) - 1:
            around = (done[-1], edits[number + 1])
            short = len(old) <= min(_ISLAND, *(max(len(o), len(n)) for _, o, n in around))
            replaced = all(o and n for _, o, n in around)
            if (old.isspace() and replaced) or (short and replaced):
                kind = "changed"
        if done and done[-1][0] == kind:
            _, before, beside = done.pop()
            old, new = before + old, beside + new
        done.append((kind, old, new))
    return done


def _spans(pieces: Iterable[tuple[str, str]]) -> tuple[Span, ...]:
    return tuple(Span(text, kind == "changed") for kind, text in pieces if text)


def _at_ends(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]] | None:
    """Return both lines with all marked between the equal start and the equal end."""
    start, end = _ends(old, new)
    if _share(start + end, len(old), len(new)) < ALIKE:
        return None
    first, second = (
        _spans(
            (
                ("same", line[:start]),
                ("changed", line[start : len(line) - end]),
                ("same", line[len(line) - end :]),
            )
        )
        for line in (old, new)
    )
    return first, second


def _ends(old: str, new: str) -> tuple[int, int]:
    """Return how many characters are equal at the start and at the end."""
    short = min(len(old), len(new))
    start = _most(short, lambda n: old[:n] == new[:n])
    while start and any(_joins(line[start : start + 1]) for line in (old, new)):
        start -= 1
    end = _most(short - start, lambda n: old[len(old) - n :] == new[len(new) - n :])
    while end and _joins(old[-end]):
        end -= 1
    return start, end


def _most(limit: int, holds: Callable[[int], bool]) -> int:
    """Return the greatest number up to ``limit`` for which ``holds``, by bisection."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _price(old: str, new: str) -> int:
    """Return the cost of comparing two lines by words."""
    return (len(old) + len(new)) // 4 + 1


def _share(common: int, one: int, other: int) -> float:
    return 2 * common / (one + other) if one + other else 1.0


@lru_cache(maxsize=256)
def _bag(line: str) -> Counter[str]:
    return Counter(word for word in words(line) if not word.isspace())


def _words(line: str) -> Iterator[str]:
    start, before = 0, ""
    for place, sign in enumerate(line):
        kind = _kind(sign)
        if place and not (
            kind == "joins" or line[place - 1] == _JOINER or (kind == before != "alone")
        ):
            yield line[start:place]
            start, before = place, kind
        elif kind == before == "flag":  # two letters are a flag, the third begins the next
            before = "alone"
        elif not place:
            before = kind
    if line:
        yield line[start:]


def _joins(sign: str) -> bool:
    return bool(sign) and _kind(sign) == "joins"


@lru_cache(maxsize=4096)
def _kind(sign: str) -> str:
    """Return a character's class; only neighbours of class ``word`` or ``blank`` are joined."""
    number, category = ord(sign), unicodedata.category(sign)
    if category[0] == "M" or sign in {_JOINER, "\u200c"} or number in _SKIN:
        return "joins"
    if sign.isspace():
        return "blank"
    if number in _FLAG:
        return "flag"
    if unspaced(sign):
        return "alone"
    return "word" if category[0] in "LN" or sign == "_" else "alone"
