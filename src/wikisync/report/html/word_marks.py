"""Mark the changed words in the rendered HTML of two versions of a page.

The HTML is sanitized (``preview``), so that its tags can be told from its text. Marks are put
around words of one text node, so elements stay as they are. Words count as changed also if they
become a link, a heading, code or emphasized, or if the target of their link changes. Paragraphs are
compared first, then the words of those that changed.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import Match
from html import escape, unescape
from itertools import groupby
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from wikisync.page.line_matching import Budget, matching_blocks
from wikisync.report.diff.word_diff import words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_PIECE: Final = re.compile(r'(?P<tag><[^<>"]*(?:"[^"]*"[^<>"]*)*>)|(?P<text>[^<]+|<)')
_NAME: Final = re.compile(r"</?([a-z0-9]+)")
_LOOKS: Final = frozenset(
    ("h1", "h2", "h3", "h4", "h5", "h6", "a", "b", "strong", "i", "em", "code", "pre", "s", "del")
)
"""Elements that change the look or the meaning of their words."""
_ISLAND: Final = 3
_INLINE: Final = _LOOKS - {"h1", "h2", "h3", "h4", "h5", "h6", "pre"} | {
    *("abbr", "bdi", "bdo", "br", "cite", "dfn", "ins", "kbd", "mark", "q", "samp", "small"),
    *("span", "strike", "sub", "sup", "time", "tt", "u", "var", "wbr"),
}


@dataclass(frozen=True, slots=True)
class _Piece:
    """A tag or a space (``key`` is ""), or a word: ``key`` is equal for equal words.

    ``paragraph`` is the number of the paragraph, cell or heading that it belongs to.
    """

    html: str
    key: str
    paragraph: int
    is_tag: bool = False


def with_marks(old: Markup, new: Markup) -> tuple[Markup, Markup]:
    """Return both versions with ``<del class="was">`` and ``<ins class="now">`` around changes."""
    ours, theirs = list(_pieces(old)), list(_pieces(new))
    same_old: set[int] = set()
    same_new: set[int] = set()
    for a, b in _same_words(_paragraphs(ours), _paragraphs(theirs)):
        same_old.add(a)
        same_new.add(b)
    return (
        _marked(ours, same_old, "del", "was"),
        _marked(theirs, same_new, "ins", "now"),
    )


_Word = tuple[int, str]
"""The number of a piece, and its key."""


def _paragraphs(pieces: list[_Piece]) -> list[list[_Word]]:
    """Return the words of each paragraph."""
    numbered = [(number, piece) for number, piece in enumerate(pieces) if piece.key]
    return [
        [(number, piece.key) for number, piece in group]
        for _, group in groupby(numbered, lambda one: one[1].paragraph)
    ]


def _same_words(ours: list[list[_Word]], theirs: list[list[_Word]]) -> Iterator[tuple[int, int]]:
    """Yield the numbers of each word that both versions have."""
    budget = Budget()
    a, b = (["\1".join(key for _, key in words) for words in side] for side in (ours, theirs))
    i = j = 0
    for block in (*matching_blocks(a, b, budget), Match(len(a), len(b), 0)):
        one = [word for words in ours[i : block.a] for word in words]
        other = [word for words in theirs[j : block.b] for word in words]
        if one and other:
            keys = [key for _, key in one], [key for _, key in other]
            for same in matching_blocks(*keys, budget, include_frequent=True):
                if _is_island(keys[0], same):
                    continue
                for n in range(same.size):
                    yield one[same.a + n][0], other[same.b + n][0]
        i, j = block.a + block.size, block.b + block.size
        for mine, yours in zip(ours[block.a : i], theirs[block.b : j], strict=True):
            yield from ((x, y) for (x, _), (y, _) in zip(mine, yours, strict=True))


def _is_island(keys: list[str], same: Match) -> bool:
    """Return whether only a short word stays within words that change: it is marked with them."""
    word = keys[same.a].partition("\0")[0]
    return same.size == 1 and len(word) <= _ISLAND and 0 < same.a < len(keys) - 1


def _pieces(html: str) -> Iterator[_Piece]:
    around: Counter[str] = Counter()
    links: list[str] = []
    paragraph = 0
    for found in _PIECE.finditer(html):
        tag = found["tag"]
        if tag is None:
            context = "".join((*sorted(around.elements()), *links[-1:]))
            for word in words(unescape(found["text"])):
                key = "" if word.isspace() else f"{word}\0{context}"
                yield _Piece(escape(word, quote=False), key, paragraph)
            continue
        yield _Piece(tag, "", paragraph, is_tag=True)
        name = _NAME.match(tag)
        paragraph += name is None or name[1] not in _INLINE
        if name is not None and name[1] in _LOOKS:
            ends = tag.startswith("</")
            around[name[1]] += -1 if ends else 1
            if name[1] == "a":
                del links[-1:]
                links += [] if ends else [tag]


def _marked(pieces: list[_Piece], same: Collection[int], element: str, kind: str) -> Markup:
    """Return the HTML of pieces with marks around each run of changed words."""
    done: list[str] = []
    run: list[str] = []
    spaces: list[str] = []

    def end() -> None:
        if run:
            done.append(f'<{element} class="{kind}">{"".join(run)}</{element}>')
        done.extend(spaces)
        run.clear()
        spaces.clear()

    for number, piece in enumerate(pieces):
        if piece.key and number not in same:
            run += [*spaces, piece.html]
            spaces.clear()
        elif run and not piece.key and not piece.is_tag:
            spaces.append(piece.html)
        else:
            end()
            done.append(piece.html)
    end()
    return Markup("".join(done))  # noqa: S704 (its parts are sanitized, or escaped words)
