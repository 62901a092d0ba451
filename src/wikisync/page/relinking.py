"""Change the links of a file whose name changes, so that its page stays as it is. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.errors import BadPage
from wikisync.page.document import parse
from wikisync.page.index_links import to_file, to_wiki

if TYPE_CHECKING:
    from wikisync.page.model import ContentType


def with_links_of(data: bytes, content_type: ContentType, old: str, new: str) -> bytes:
    """Return a file's bytes for a name whose ``link_folder`` is ``new`` instead of ``old``.

    Only targets of relative links differ. A file that is no valid page, or has links that cannot be
    translated, is returned as it is.
    """
    if old == new:
        return data
    try:
        document = parse(data, content_type, link_folder=old)
    except BadPage:
        return data
    content = to_file(document.page.content, content_type, new)
    if to_wiki(content, content_type, new) != document.page.content:
        return data
    return replace(document, file_content=content).data
