"""Write both versions of a page into one file, between conflict markers as git writes them. Pure.

Until a person removes the markers, such a file is a problem (``folder.conflicts``).
"""

from __future__ import annotations

from dataclasses import replace
from difflib import Match
from typing import TYPE_CHECKING

from wikisync.page.conflict_blocks import LOCAL_MARK
from wikisync.page.document import update
from wikisync.page.fingerprint import normalize_content
from wikisync.page.index_links import to_file
from wikisync.page.line_matching import Budget, matching_blocks

if TYPE_CHECKING:
    from collections.abc import Collection

    from wikisync.page.document import Document
    from wikisync.page.model import Page

LOCAL_MARKER, SEPARATOR, REMOTE_MARKER = LOCAL_MARK, "=======", ">>>>>>> wiki"


def with_conflict_markers(
    doc: Document,
    remote: Page,
    merged: Page | None,
    fields: Collection[str],
    remote_changes: Collection[str] = (),
) -> bytes:
    """Return the bytes of a file with both versions of the ``fields`` that differ.

    ``merged`` is the page with every change that merges, and with markers in its content where that
    does not. If it is None, there is no common base, and everything that differs is marked. Of its
    header, only the fields in ``remote_changes`` are written: the file may name no others.
    """
    local_document = doc
    if merged is not None:
        page = replace(merged, content=doc.page.content)
        local_document = update(doc, page=page, fields=remote_changes)
    remote_document = update(
        local_document, page=replace(remote, content=doc.page.content), fields=fields
    )
    line_end = "\r\n" if "\r\n" in doc.text else "\n"
    header = interleave(_header_text(local_document), _header_text(remote_document), line_end)
    content = doc.file_content

    def in_file(text: str) -> str:
        return to_file(_with_line_end(text, line_end), doc.content_type, doc.link_folder)

    if "content" in fields:
        if merged is not None and LOCAL_MARKER in merged.content:
            content = in_file(merged.content)
        else:
            content = interleave(content, in_file(remote.content), line_end)
    elif merged is not None:
        content = in_file(merged.content)
    bom = "\ufeff" if doc.bom else ""
    return (bom + header + content).encode()


def interleave(local: str, remote: str, line_end: str) -> str:
    """Return two texts as one: common lines once, differing ones between markers."""
    if normalize_content(local) == normalize_content(remote):
        return local
    local_lines, remote_lines = _lines(local), _lines(remote)
    out: list[str] = []
    i = j = 0
    for match in (
        *matching_blocks(local_lines, remote_lines, Budget()),
        Match(len(local_lines), len(remote_lines), 0),
    ):
        if i < match.a or j < match.b:
            out += [
                LOCAL_MARKER,
                *local_lines[i : match.a],
                SEPARATOR,
                *remote_lines[j : match.b],
                REMOTE_MARKER,
            ]
        i, j = match.a + match.size, match.b + match.size
        out += local_lines[match.a : i]
    return line_end.join([*out, ""])


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []


def _header_text(doc: Document) -> str:
    return doc.header.text if doc.header is not None else ""


def _with_line_end(text: str, line_end: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", line_end)
