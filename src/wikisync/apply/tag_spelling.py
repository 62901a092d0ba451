"""Send a tag in the spelling that the wiki has, where it showed that it takes two tags for one.

With MariaDB and MySQL, ``a`` and ``á`` are one tag, and a page that is sent with the spelling that
the wiki does not have is stored without its tags (wikijs.md, *Other databases*). With PostgreSQL
they are two. So a tag is replaced only after the wiki has refused it twice as a duplicate: once
could be a race. The state has what was learned, so that the next write of the page is right at
once.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wikisync.errors import PageChanged, StateError, TagTaken
from wikisync.page.fingerprint import fingerprint
from wikisync.page.lookalikes import closest
from wikisync.page.model import clean_tags
from wikisync.planning.notes import Note

if TYPE_CHECKING:
    from collections.abc import Collection

    from wikisync.apply.transaction import ApplyContext
    from wikisync.page.model import Key, Page, Record
    from wikisync.state import State

_META_KEY = "tag_spellings"


@dataclass(slots=True)
class TagSpellings:
    """Tags that the wiki takes for one of another spelling: ``spellings`` maps them to that one.

    ``files`` has the files in which this run replaced a tag, by both spellings; ``merged`` the
    files two of whose tags became one, with these and the one.
    """

    spellings: dict[str, str] = field(default_factory=dict)
    files: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    merged: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)

    def load(self, state: State, listed: Collection[str]) -> None:
        """Load what earlier runs learned, as far as the wiki's tags are still as then.

        ``listed`` are the tags of the wiki's list. A StateError is ignored: the wiki refuses a tag
        again.
        """
        with suppress(StateError):
            known = _parse(state.meta(_META_KEY))
            self.spellings |= {
                tag: spelling
                for tag, spelling in known.items()
                if spelling in listed and tag not in listed
            }

    def replace_tags(self, page: Page, file: str) -> Page:
        """Return a page with its tags in the wiki's spelling, and note what was replaced."""
        tags = clean_tags(page.tags or ())
        if self.spellings.keys().isdisjoint(tags):
            return page
        sent = {tag: self.spellings.get(tag, tag) for tag in tags}
        for files in self.files.values():  # of a write before, with fewer tags replaced
            files.discard(file)
        for tag, spelling in sent.items():
            same = tuple(one for one, other in sent.items() if other == spelling)
            if len(same) > 1:
                self.merged[file] = (same, spelling)
            elif tag != spelling:
                self.files.setdefault((tag, spelling), set()).add(file)
        return replace(page, tags=tuple(dict.fromkeys(sent.values())))

    def notes(self) -> tuple[Note, ...]:
        """Return a note for each tag that was replaced, and for each page with two that are one."""
        replaced = (
            Note("tag-spelling", len(files), f"{tag}\n{spelling}", tuple(sorted(files)))
            for (tag, spelling), files in sorted(self.files.items())
            if files
        )
        merged = (
            Note("tags-merged", 1, "\n".join((*tags, spelling)), (file,))
            for file, (tags, spelling) in sorted(self.merged.items())
        )
        return (*replaced, *merged)


def write_with_tags(context: ApplyContext, record: Record, key: Key, page: Page, file: str) -> None:
    """Update a page that a first write stored without its tags.

    A tag that the wiki refuses again is replaced by the wiki's spelling of it. Raises TagTaken if
    that is not known, PageChanged if another author has changed the page, and what ``Wiki.update``
    raises.
    """
    sent = context.tag_spellings.replace_tags(page, file)
    for _ in range(len(page.tags or ())):
        try:
            context.wiki.update(record.id, key, sent)
        except TagTaken as error:
            _learn(context, clean_tags(sent.tags or ()), error)
            sent = context.tag_spellings.replace_tags(page, file)
            current = fingerprint(context.wiki.read_one(record.id).page)
            if fields := current.changed_fields(fingerprint(record.page)):
                found = f"its {', '.join(fields)} changed on the wiki right after"
                raise PageChanged(key, found) from error
        else:
            return
    context.wiki.update(record.id, key, sent)


def _learn(context: ApplyContext, tags: tuple[str, ...], error: TagTaken) -> None:
    """Find and store the wiki's spelling of the tag that it refused. Raises ``error`` without one.

    The spelling is that of a tag in the wiki's list, or that of another of the page's ``tags``,
    which the refused write has just stored. Nothing is stored if the very tag is in the list now:
    the write lost a race for it, and another write wins.
    """
    refused = error.tag
    if refused not in tags:
        raise error
    listed = context.wiki.read_tags()
    if refused in listed:
        return
    spelling = closest(refused, sorted(listed)) or closest(refused, tags)
    if spelling is None:
        raise error
    known = context.tag_spellings.spellings
    known[refused] = spelling
    known |= {tag: spelling for tag, other in known.items() if other == refused}
    with suppress(StateError):
        stored = _parse(context.state.meta(_META_KEY))
        context.state.set_meta(**{_META_KEY: json.dumps(stored | known)})


def clear(state: State) -> None:
    """Forget the spellings, since they are of another wiki. Raises StateError."""
    state.set_meta(**{_META_KEY: "{}"})


def _parse(text: str | None) -> dict[str, str]:
    """Return the spellings of the state; none if they are not as this module writes them."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {tag: other for tag, other in found.items() if isinstance(other, str) and tag != other}
