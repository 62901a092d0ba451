"""Read from a header whether its page is published, and write it there.

Wiki.js writes ``published``; other programs write ``draft: true``, ``publish: false`` or
``status: draft`` (files.md, *Drafts*). Every line that says it is read, so that a draft never
becomes public because of its spelling, and each is changed in its own spelling. ``status`` may mean
the state of a document, so it counts only where no other key says whether the page is published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.errors import BadPage
from wikisync.page.header import PUBLICATION_KEYS
from wikisync.page.header_values import read_boolean, read_text, without_comment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.page.header import Entry


DRAFT_KEYS: Final = frozenset({"draft", "isDraft", "is_draft"})
"""Keys whose ``true`` means not published."""

_REQUIRED: Final = frozenset({"published", "isPublished", "is_published"})
"""Keys that must have a value; the others say nothing without one."""

STATUS_PAIRS: Final = {
    "draft": "published",
    "unpublished": "published",
    "wip": "published",
    "pending": "publish",
    "private": "public",
    "hidden": "visible",
}
"""A ``status`` of pages that are not published → the one written when such a page is published."""

_STATUS: Final = {
    **dict.fromkeys(STATUS_PAIRS, False),
    **dict.fromkeys(("published", "publish", "public", "visible", "live"), True),
}


def read_published(entries: Iterable[Entry], file: str) -> tuple[bool | None, bool]:
    """Return whether the page is published, and whether its ``status`` says otherwise.

    The first is ``None`` if the header does not say it. Raises BadPage, with the line, for a value
    that is neither true nor false, and for two keys that contradict each other.
    """
    said = publication_entries(entries, file)
    strong = [(entry, flag) for entry, flag in said if entry.name != "status"]
    weak = [flag for entry, flag in said if entry.name == "status"]
    for entry, flag in strong[1:]:
        first, first_flag = strong[0]
        if flag != first_flag:
            raise BadPage(file, entry.line, _contradiction(entry, first, published=flag))
    if strong:
        return strong[0][1], any(flag != strong[0][1] for flag in weak)
    return (weak[-1] if weak else None), False


def publication_entries(entries: Iterable[Entry], file: str) -> list[tuple[Entry, bool]]:
    """Return the entries that say whether the page is published, each with what it says.

    Of a key that is there twice the last, as in YAML. Raises BadPage as ``read_published``.
    """
    last = {entry.key: entry for entry in entries if entry.name in PUBLICATION_KEYS}
    said = ((entry, _says_published(entry, file)) for entry in last.values())
    return [(entry, flag) for entry, flag in said if flag is not None]


def _says_published(entry: Entry, file: str) -> bool | None:
    if entry.name == "status":
        return _STATUS.get(_word(entry))
    if entry.name not in _REQUIRED and _word(entry) in {"", "null", "~"}:
        return None
    return read_boolean(entry, file) is not (entry.name in DRAFT_KEYS)


def _word(entry: Entry) -> str:
    return without_comment(read_text(entry)).lower()


def _contradiction(entry: Entry, first: Entry, *, published: bool) -> str:
    one, other = (without_comment(read_text(each)) for each in (entry, first))
    not_one, not_other = ("", " not") if published else ("not ", "")
    return (
        f"`{entry.key}: {one}` says that the page is {not_one}published, and `{first.key}: {other}`"
        f" in line {first.line} that it is{not_other}: keep one of the two lines"
    )
