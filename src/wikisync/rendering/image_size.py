"""Parse the size of an image in Markdown: ``![a map](/map.png =250x100)``; one may be left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

_DESTINATION: Final = re.compile(
    r"\(\s*(?:<[^<>\n]*>|(?:[^\s()<]|\([^\s()]*\))+)(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?"
    r"(?P<size>\s+=(?P<width>\d{0,5}%?)x(?P<height>\d{0,5}%?)\s*)\)"
)


def image_size_plugin(markdown: MarkdownIt) -> None:
    """Add the rule to a parser."""
    from markdown_it.rules_inline.image import image

    def sized_image(state: StateInline, silent: bool) -> bool:
        if not state.src.startswith("![", state.pos):
            return False
        end = state.md.helpers.parseLinkLabel(state, state.pos + 1, False)
        found = _DESTINATION.match(state.src, end + 1, state.posMax) if end >= 0 else None
        if found is None:
            return False
        whole, most = state.src, state.posMax
        start, stop = found.span("size")
        state.src, state.posMax = whole[:start] + whole[stop:], most - (stop - start)
        done: bool = image(state, silent)
        state.src, state.posMax = whole, most
        if not done:
            return False
        state.pos = found.end()
        if not silent:
            for name in ("width", "height"):
                if found[name]:
                    state.tokens[-1].attrSet(name, found[name])
        return True

    markdown.inline.ruler.before("image", "sized_image", sized_image)
