"""Keep what ``check`` read of each file in ``.wikisync/check.json``, by the digest of its bytes.

The file may be deleted at any time. One that is damaged, of another version or unsafe to open is
not used, and is written again.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from wikisync import private_files
from wikisync.checking import facts as page_facts
from wikisync.errors import StateError
from wikisync.state import location

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wikisync.checking.model import PageFacts
    from wikisync.planning.model import Stamp

FILE: Final = "check.json"
_MOST_BYTES: Final = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CachedFile:
    """What was read of a file.

    ``stamp`` is None where a later write might not change it. ``anchors`` is None where they were
    not read.
    """

    stamp: Stamp | None
    digest: str
    facts: PageFacts
    anchors: frozenset[str] | None = None

    def with_anchors(self, anchors: frozenset[str]) -> CachedFile:
        """Return this with the page's anchors."""
        return replace(self, anchors=anchors)


def load(folder: Path) -> dict[str, CachedFile]:
    """Return the cached files by name; none where there is no cache that can be used."""
    try:
        private_files.check_folder(folder)
        data = private_files.read_file(folder / FILE, _MOST_BYTES)
        version, files = json.loads(data)
        if version != page_facts.VERSION:
            return {}
        return {file: _unpack(values) for file, values in files.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def save(folder: Path, files: Mapping[str, CachedFile]) -> None:
    """Write the cache. Where that fails, the next check reads the files again."""
    value = [page_facts.VERSION, {file: _pack(cached) for file, cached in files.items()}]
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    with suppress(OSError, StateError):
        location.prepare(folder)
        private_files.replace_file(folder / FILE, data.encode("utf-8", "surrogatepass"))


def _pack(cached: CachedFile) -> list[Any]:
    anchors = None if cached.anchors is None else sorted(cached.anchors)
    return [cached.stamp, cached.digest, page_facts.pack(cached.facts), anchors]


def _unpack(values: Any) -> CachedFile:
    stamp, digest, facts, anchors = values
    return CachedFile(
        tuple(stamp) if stamp else None,
        digest,
        page_facts.unpack(facts),
        None if anchors is None else frozenset(anchors),
    )
