"""Find the new files that are renamed pages, and measure how similar two texts are. Pure.

A renamed file is looked for if a page's file is gone or has other content now. First, a page that
moved on the wiki to the key of a new file is paired with that file, unless the file clearly belongs
to another page. Then pages and files are paired by equal values, by equal content, and by similar
content if there is only one candidate. If there are several, the page is no rename, and they are
reported.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, TypeVar

from wikisync.page.fingerprint import normalize_content
from wikisync.page.model import FIELD_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Mapping

    from wikisync.page.model import Key
    from wikisync.planning.model import Base, Local


NEAR: Final = 0.5
"""The similarity from which a renamed file may have been edited; the default of git, too."""

MOST: Final = 10_000
"""The most pairs of a page and a new file whose texts are compared."""

STUB: Final = 100
"""Characters of content below which equal text does not show that two pages are one.

Of 715 pages of public wikis, those between 50 and 100 characters all have another page that is at
least half alike; from 100 on, hardly any two unrelated ones are equal.
"""

_Value = TypeVar("_Value", bound="Hashable")
_CONTENT: Final = FIELD_NAMES.index("content")
_TITLE: Final = FIELD_NAMES.index("title")


@dataclass(frozen=True, slots=True)
class DetectedRenames:
    """Renamed pages.

    ``moved``: a page's key at the base → its key by its file now. ``ambiguous``: the key of a page
    whose file is gone → the new files that it may have become.
    """

    moved: dict[Key, Key] = field(default_factory=dict)
    ambiguous: dict[Key, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RenameInput:
    """Files and pages before renames are detected.

    ``moved_remotely`` are the new keys of pages that moved on the wiki; ``is_free`` returns whether
    a page may move to a key on the wiki, ``has_page`` whether a page has that key, and
    ``page_exists`` whether the page of a base still exists. ``similarity`` compares the text of a
    page at the base with that of a file, from 0 to 1; ``length`` returns the characters of content
    that a page has at the base, ``same_creation`` whether a file's header says that it was created
    when the page was.
    """

    bases: Mapping[Key, Base]
    local: Mapping[Key, Local]
    blocked: Collection[Key]
    moved_remotely: Mapping[Key, Key]
    is_free: Callable[[Key], bool]
    similarity: Callable[[Key, Key], float]
    has_page: Callable[[Key], bool] = lambda _file: False
    page_exists: Callable[[Key], bool] = lambda _page: True
    length: Callable[[Key], int] = lambda _page: STUB
    same_creation: Callable[[Key, Key], bool] = lambda _page, _file: False

    def may_become(self, page: Key, file: Key) -> bool:
        """Return whether equal or similar content may make ``file`` the page's renamed file.

        Their kinds must be equal. A page shorter than ``STUB`` needs the same title too, and a
        similar name or the time at which it was created.
        """
        base, local = self.bases[page], self.local[file]
        if base.content_type != local.content_type:
            return False
        same_title = base.local.digests[_TITLE] == local.fingerprint.digests[_TITLE]
        if (same_title and has_similar_name(page, file)) or self.length(page) >= STUB:
            return True
        return same_title and self.same_creation(page, file)


def has_similar_name(one: Key, other: Key) -> bool:
    """Return whether the last segments of two paths are equal, or at least half alike."""
    a, b = (key.path.rpartition("/")[2].casefold() for key in (one, other))
    return a == b or SequenceMatcher(None, a, b, autojunk=False).ratio() >= NEAR


def detect_renames(known: RenameInput) -> DetectedRenames:
    """Return every page whose file was renamed in the folder."""
    gone = {key for key in known.bases if key not in known.local and key not in known.blocked}
    new = {key for key in known.local if key not in known.bases}
    changed = _changed(known)
    found = DetectedRenames()
    if not (gone and new) and len(changed) + bool(gone) < 2:  # two pages at least swap places
        return found
    for key in sorted(gone):
        remote = known.moved_remotely.get(key)
        if (
            remote is not None
            and remote in new
            and not _belongs_to_other_page(known, remote, key, gone, new)
        ):
            found.moved[key] = remote
    gone -= found.moved.keys()
    new = {key for key in new - set(found.moved.values()) if known.is_free(key)}
    _match_by_values(known, gone | changed, new | changed, found)
    _match_by_similarity(known, _displaced(found, changed), new | changed, found)
    _drop_copies(found, changed, _without_file(known, found, changed))
    _match_by_similarity(known, gone - found.moved.keys(), new, found)
    for page, file in list(found.moved.items()):
        if file in new and known.has_page(file) and not known.page_exists(page):
            del found.moved[page]  # the page was deleted, and the file is new
    return found


def _changed(known: RenameInput) -> set[Key]:
    """Return the pages whose file has other content now: another page's may have its name."""
    return {
        key
        for key, base in known.bases.items()
        if (local := known.local.get(key)) is not None
        and local.fingerprint is not base.local
        and _content(local.fingerprint.digests) != _content(base.local.digests)
    }


def _belongs_to_other_page(
    known: RenameInput, file: Key, page: Key, gone: Collection[Key], new: Collection[Key]
) -> bool:
    """Return whether a new file is not the file of ``page``, which moved to the file's key.

    It is not if it has another content type, or the content of another page whose file is gone, or
    if another new file has the content of ``page``: then the two sides moved it to different keys.
    """
    if known.local[file].content_type != known.bases[page].content_type:
        return True
    content = _content(known.local[file].fingerprint.digests)
    own = _content(known.bases[page].local.digests)
    if content == own:
        return False
    return any(
        _content(known.bases[key].local.digests) == content and known.may_become(key, file)
        for key in gone
    ) or any(
        _content(known.local[key].fingerprint.digests) == own and known.may_become(page, key)
        for key in new
    )


def _content(digests: tuple[bytes | None, ...]) -> bytes | None:
    return digests[_CONTENT]


def _match_by_values(
    known: RenameInput, pages: Collection[Key], files: Collection[Key], found: DetectedRenames
) -> None:
    """Pair pages and files with equal values, then with equal content, if the pair is unique."""
    for measure in (tuple, _content):
        unmatched = [key for key in pages if key not in found.moved]
        taken = set(found.moved.values())
        open_files = [key for key in files if key not in taken]
        by_page = keys_by_value((measure(known.bases[key].local.digests), key) for key in unmatched)
        by_file = keys_by_value(
            (measure(known.local[key].fingerprint.digests), key) for key in open_files
        )
        for value, keys in by_page.items():
            options = {key: _candidates(known, key, by_file.get(value, ())) for key in keys}
            rivals = Counter(file for files_ in options.values() for file in files_)
            for page, candidates in options.items():
                if len(candidates) == 1 and rivals[candidates[0]] == 1:
                    if page != candidates[0]:
                        found.moved[page] = candidates[0]
                elif candidates and measure is _content and page not in known.local:
                    found.ambiguous[page] = tuple(
                        sorted(known.local[key].file for key in candidates)
                    )


def _candidates(known: RenameInput, page: Key, files: Iterable[Key]) -> list[Key]:
    """Return those of ``files``, all with the page's content, that may be its renamed file."""
    candidates = [key for key in files if known.may_become(page, key)]
    if len(candidates) > 1 and page in known.local:
        # Another page's file has its name: prefer the former name of a known page to a copy.
        candidates = [key for key in candidates if key in known.bases]
    return candidates


def keys_by_value(pairs: Iterable[tuple[_Value | None, Key]]) -> dict[_Value, list[Key]]:
    """Return the keys of each value, in order; without those whose value is None or empty."""
    found: defaultdict[_Value, list[Key]] = defaultdict(list)
    for value, key in pairs:
        if value:
            found[value].append(key)
    return dict(found)


def _displaced(found: DetectedRenames, changed: Collection[Key]) -> set[Key]:
    """Return the pages whose key another page's file has now, and whose file was not found.

    It may have been renamed and edited.
    """
    return {to for to in found.moved.values() if to in changed and to not in found.moved}


def _without_file(known: RenameInput, found: DetectedRenames, changed: Collection[Key]) -> set[Key]:
    """Return the displaced pages whose text is now the text of another page, on both sides.

    Such a page has no file any more: its file was renamed to the key of a copy on the wiki.
    """
    displaced = _displaced(found, changed)
    if not displaced:
        return set()
    taken = {*changed, *found.moved.values()}
    texts = {
        _content(one.fingerprint.digests) for key, one in known.local.items() if key not in taken
    }
    return {key for key in displaced if _content(known.bases[key].local.digests) in texts}


def _drop_copies(
    found: DetectedRenames, changed: Collection[Key], without_file: Collection[Key]
) -> None:
    """Drop the renames from and to a key whose page was not renamed: it was edited, or copied.

    A file with the name of a known page is another page's only if the known page was renamed too,
    or is one of ``without_file``.
    """
    while True:
        targets = set(found.moved.values())
        copies = [
            key
            for key, to in found.moved.items()
            if (to in changed and to not in found.moved and to not in without_file)
            or (key in changed and key not in targets)
        ]
        if not copies:
            return
        for key in copies:
            del found.moved[key]


def _match_by_similarity(
    known: RenameInput, pages: Collection[Key], files: Collection[Key], found: DetectedRenames
) -> None:
    """Pair pages and files with similar content, if neither is similar to another one."""
    files = set(files) - set(found.moved.values())
    if not pages or not files or len(pages) * len(files) > MOST:
        return
    near = [
        (page, file)
        for page in sorted(pages)
        if page not in found.ambiguous
        for file in sorted(files)
        if known.may_become(page, file) and known.similarity(page, file) >= NEAR
    ]
    of_page = keys_by_value((page, file) for page, file in near)
    of_file = keys_by_value((file, page) for page, file in near)
    for page, file in near:
        if len(of_page[page]) == len(of_file[file]) == 1:
            if page != file:
                found.moved[page] = file
        elif page not in known.local:
            names = tuple(sorted(known.local[key].file for key in of_page[page]))
            found.ambiguous[page] = names


SHORT: Final = 1_000
"""The length up to which two texts are compared by characters; longer ones by lines."""


def similarity(one: str, other: str, *, by_lines: bool = False) -> float:
    """Return the share of the longer text that both have, from 0 to 1; 0 for an empty text.

    ``by_lines`` compares short texts by whole lines too: by characters, any two short pages of a
    kind are similar.
    """
    a, b = normalize_content(one), normalize_content(other)
    if not a or not b:
        return 0.0
    if not by_lines and max(len(a), len(b)) <= SHORT:
        return SequenceMatcher(None, a, b, autojunk=False).ratio()
    lines, others = Counter(a.split("\n")), Counter(b.split("\n"))
    shared = sum(len(line) * count for line, count in (lines & others).items())
    whole = max(sum(len(line) * count for line, count in c.items()) for c in (lines, others))
    return shared / whole if whole else 0.0
