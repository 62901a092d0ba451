"""Read a page from its file, as ``GET /d/<locale>/<path>`` returns it. Pure.

A key that may not read pages through the API may download their files (wikijs.md, *Reading with a
key that may only read*). The file lacks the page's id, publish dates, style and script; title,
description, tags and privacy are in the list too, without ambiguity. So a download counts only if
it is of the state that the list shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from wikisync.errors import PageHidden, UnexpectedResponse, Unreachable
from wikisync.page.model import CONTENT_TYPES, Page, Record, same_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.errors import WikiError
    from wikisync.page.model import Key, Listed

_MARKS: Final = {"markdown": ("---", "---"), "html": ("<!--", "-->")}
_ADDRESSED_LOCALE: Final = re.compile(r"[A-Za-z]{2}(?:-[A-Za-z]{2})?")
# Wiki.js removes these from an address before it looks up the page.
_REMOVED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\"|<>:*?]")
_OK: Final = 200
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404


@dataclass(frozen=True, slots=True)
class Download:
    """The response to a download: its status, headers (names in lower case) and body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


RaiseError = Callable[[Download], object]
"""Raises the error that the status of a response means, if it means one."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """A download that is not known to be of the state that the list shows.

    ``record`` is the page if the list still shows the same state: an AsciiDoc file has no header
    with a time. None if the file is of another state.
    """

    record: Record | None = None


def address(key: Key) -> str | None:
    """Return the path of a page's download, percent-encoded; None if the wiki cannot find it so."""
    if not _ADDRESSED_LOCALE.fullmatch(key.locale) or not key.path or "." in key.path:
        return None
    if _REMOVED.search(key.path):
        return None
    return f"/d/{key.locale}/{quote(key.path, safe='/')}"


def read_download(
    url: str, listed: Listed, download: Download, raise_error: RaiseError
) -> Record | Outdated | WikiError:
    """Return the page of a download, or the error of this page alone.

    Raises Unreachable (429 and 5xx), ApiDisabled, UnexpectedResponse and other errors that concern
    every page, most of them by ``raise_error``.
    """
    if download.status == _FORBIDDEN:
        return PageHidden(url, listed.id, listed.key)
    if download.status == _NOT_FOUND:
        return Outdated()
    if download.status != _OK:
        raise_error(download)
        raise UnexpectedResponse(url, download.status, "another answer than a page's file")
    try:
        text = download.body.decode()
    except UnicodeDecodeError:
        return Unreachable(url, "its file is not in UTF-8")
    if listed.content_type not in _MARKS:
        return Outdated(_record(listed, text, "asciidoc"))
    found = _header(listed).match(text)
    if found is None or not _is_listed_state(listed, found):
        return Outdated()
    return _record(listed, text[found.end() :], found["editor"])


def _header(listed: Listed) -> re.Pattern[str]:
    """Return a pattern of the header of a page in its listed state.

    It has the title and the description as they are, since these may contain line ends.
    """
    start, end = _MARKS[listed.content_type]
    none = "" if listed.description else "(?:null|undefined)?"
    return re.compile(
        rf"{start}\ntitle: {re.escape(listed.title)}\n"
        rf"description: {re.escape(listed.description)}{none}\n"
        r"published: (?P<published>true|false|0|1)\ndate: (?P<date>[^\n]*)\ntags: [^\n]*\n"
        r"editor: (?P<editor>[^\n]*)\ndateCreated: (?P<created>[^\n]*)\n"
        rf"{end}\n\n"
    )


def _is_listed_state(listed: Listed, found: re.Match[str]) -> bool:
    return (
        (found["published"] in {"true", "1"}) == listed.published
        and same_instant(found["date"], listed.updated_at)
        and same_instant(found["created"], listed.created_at)
    )


def _record(listed: Listed, content: str, editor: str) -> Record:
    page = Page(
        content=content,
        title=listed.title,
        description=listed.description,
        published=listed.published,
        tags=listed.tags,
        # Some releases of Wiki.js write `undefined`.
        editor=editor if CONTENT_TYPES.get(editor) == listed.content_type else None,
        private=listed.private,
    )
    return Record(
        listed.id,
        listed.key,
        listed.content_type,
        listed.created_at,
        listed.updated_at,
        page,
        listed.spelling,
    )
