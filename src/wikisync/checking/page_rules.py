"""Decide what is wrong with a page's file, by its own bytes. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.checking.header_keys import meant_key
from wikisync.checking.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.checking.folder_facts import FolderFacts


def page_findings(known: FolderFacts, file: str) -> Iterator[Finding]:
    """Yield what is wrong with the header and the texts of a page's file."""
    facts, levels = known.pages[file], known.levels
    if facts.problem is not None:
        rule, line, what = facts.problem
        yield Finding(rule, levels[rule], file, line, None, rule, {"what": what})
        return
    if facts.marks is not None and file not in known.known_marks:
        rule = "conflict-marks"
        yield Finding(rule, levels[rule], file, facts.marks, 1, rule)
    for text in facts.mistaken_keys:
        rule, meant = "header-key", {"key": text.text, "meant": meant_key(text.text)}
        yield Finding(rule, levels[rule], file, text.line, text.column, rule, meant)
    for text in facts.too_long:
        if text.column and known.long_texts:  # such a wiki takes longer titles
            continue
        line = text.line if text.column else None
        yield Finding("length", levels["length"], file, line, None, "length", {"what": text.text})
    for text in facts.wiki_links:
        yield Finding(
            "wiki-link",
            levels["wiki-link"],
            file,
            text.line,
            text.column,
            "wiki-link",
            {"text": text.text},
        )
    if not facts.titled:
        yield Finding("no-title", levels["no-title"], file, None, None, "no-title", _title(file))
    if not facts.has_header:
        yield Finding("no-header", levels["no-header"], file, None, None, "no-header")


def _title(file: str) -> dict[str, str]:
    return {"name": file.rpartition("/")[2].rpartition(".")[0]}
