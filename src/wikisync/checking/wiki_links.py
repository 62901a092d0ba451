"""Find ``[[page]]`` in Markdown, which Wiki.js shows as text. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINK: Final = re.compile(r"\[\[([^\[\]\r\n|]+)(?:\|[^\[\]\r\n]*)?\]\](?![(\[:])")
_TOC: Final = re.compile(r"_?toc_?", re.IGNORECASE)
_CODE: Final = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)|\$\$?.+?\$\$?|<!--.*?-->", re.DOTALL)


def wiki_links(content: str) -> Iterator[tuple[str, int]]:
    """Yield (text, position) of each ``[[…]]`` outside of code, comments and formulas."""
    if "[[" not in content or not any(map(_is_link, _LINK.finditer(content))):
        return
    text = _without_code(content)
    for found in _LINK.finditer(text):
        if _is_link(found):
            yield found[0], found.start()


def _is_link(found: re.Match[str]) -> bool:
    return _TOC.fullmatch(found[1].strip()) is None and not found[1].startswith("^")


def _without_code(content: str) -> str:
    """Return the content with spaces in place of code and comments, of the same length."""
    lines = content.splitlines(keepends=True)
    for token in _parser().parse(content):
        if token.map is not None and token.type in {"fence", "code_block", "html_block"}:
            for number in range(*token.map):
                lines[number] = _blank(lines[number]) if number < len(lines) else ""
    text = "".join(lines)
    return _CODE.sub(lambda found: _blank(found[0]), text)


def _blank(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("js-default", {"html": True}).disable("inline")
