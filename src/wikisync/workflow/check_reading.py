"""Read the pages of the folder for a check: from the cache, else in several processes."""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from wikisync.checking.anchors import anchors_of
from wikisync.checking.facts import pack, read_facts, unpack
from wikisync.checking.folder_facts import content_type_of
from wikisync.checking.model import PageFacts
from wikisync.errors import BadPage, FolderError
from wikisync.folder.directory import digest_of
from wikisync.folder.filesystem import stat_is_reliable
from wikisync.page.document import parse
from wikisync.state.check_cache import CachedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from wikisync.folder.folder import Folder
    from wikisync.page.model import ContentType
    from wikisync.planning.model import Stamp

_MANY: Final = 400
"""New pages from which on several processes are faster: each takes 0.3 s to start."""
_CHUNK: Final = 50
_MOST_PROCESSES: Final = 8


def read_pages(
    folder: Folder,
    files: Mapping[str, Stamp],
    cached: Mapping[str, CachedFile],
    step: Callable[[], None],
) -> dict[str, CachedFile]:
    """Return what is read of each file; of an unchanged one, from the cache.

    ``step`` is called for each file. A file that cannot be read has that as its problem.
    """
    found: dict[str, CachedFile] = {}
    by_digest = {each.digest: each for each in cached.values()}
    new: list[tuple[str, Stamp | None, bytes]] = []
    for file, stamp in files.items():
        known = cached.get(file)
        if known is not None and known.stamp == stamp:
            found[file] = known
            step()
            continue
        read_at = time.time_ns()
        try:
            data = folder.read(file)
        except FolderError as error:
            problem = ("header", None, f"it cannot be read: {error.reason}")
            found[file] = CachedFile(None, "", PageFacts(problem))  # type: ignore[arg-type]
            step()
            continue
        reliable: Stamp | None = stamp if stat_is_reliable(stamp, read_at) else None
        same = by_digest.get(_digest(file, data))
        if same is not None:
            found[file] = replace(same, stamp=reliable)
            step()
        else:
            new.append((file, reliable, data))
    for (file, reliable, data), facts in zip(new, _read(new), strict=True):
        found[file] = CachedFile(reliable, _digest(file, data), facts)
        step()
    return {file: found[file] for file in files}


def _digest(file: str, data: bytes) -> str:
    """Return the digest of a file's bytes and of the type that its name says."""
    return digest_of(data).hex() + content_type_of(file)[0]


def _read(new: Sequence[tuple[str, Stamp | None, bytes]]) -> Iterator[PageFacts]:
    """Yield the facts of files, in order; of many, in several processes."""
    work = [(content_type_of(file), data) for file, _stamp, data in new]
    processes = min(_processors(), _MOST_PROCESSES)
    if len(work) < _MANY or processes < 2:
        for kind, data in work:
            yield read_facts(data, kind)
        return
    chunks = [work[start : start + _CHUNK] for start in range(0, len(work), _CHUNK)]
    # A new interpreter, since a copy of this process would share its threads' locks.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        for packed in pool.map(read_chunk, chunks):
            yield from map(unpack, packed)


def read_chunk(work: Sequence[tuple[ContentType, bytes]]) -> list[list[Any]]:
    """Return the packed facts of some files. Called in another process."""
    return [pack(read_facts(data, kind)) for kind, data in work]


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1


class AnchorReader:
    """Return the anchors of a page's file, or None. Each file is read once, and kept in ``pages``.

    ``names`` maps names in NFC to those of ``pages``. ``shared`` are files that are one page with
    another file: which of them readers see is not known.
    """

    def __init__(
        self,
        folder: Folder,
        pages: dict[str, CachedFile],
        names: Mapping[str, str],
        shared: frozenset[str],
    ) -> None:
        self._folder = folder
        self._pages = pages
        self._names = names
        self._shared = shared

    def __call__(self, file: str) -> frozenset[str] | None:
        """Return the anchors of a file; None for one that has none that are known."""
        name = self._names.get(file, file)
        cached = self._pages.get(name)
        kind = content_type_of(file)
        unsure = cached is None or cached.facts.problem is not None or file in self._shared
        if cached is None or unsure or kind == "asciidoc":
            return None
        if cached.anchors is None:
            try:
                document = parse(self._folder.read(name), kind)
            except (BadPage, FolderError):
                return None
            anchors = anchors_of(document.file_content, kind)
            if anchors is None:
                return None
            cached = self._pages[name] = cached.with_anchors(anchors)
        return cached.anchors
