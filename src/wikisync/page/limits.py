"""What the wiki will not take of a page, known before anything is sent (facts, *Writing*). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.page.model import CONTENT_TYPES

if TYPE_CHECKING:
    from wikisync.page.model import ContentType, Page

MAX_TEXT: Final = 255
"""Characters that a title and a description hold."""


def reason_unsendable(page: Page, content_type: ContentType) -> str | None:
    """Why the wiki would refuse the values of a file, in a clause; None where it would not.

    Characters are counted as the wiki's database counts them: one a code point.
    """
    if not page.content.strip():
        return "it has no content, and the wiki refuses an empty page (6004)"
    for field, text in (("title", page.title), ("description", page.description)):
        if text is not None and len(text) > MAX_TEXT:
            return f"its {field} has {len(text)} characters, and the wiki holds {MAX_TEXT}"
    if page.editor is not None and CONTENT_TYPES.get(page.editor) != content_type:
        return f"its editor line says `{page.editor}`, which makes no {content_type} pages"
    return None
