"""Plan what ``--fix`` does: new names, and the targets of links that change with them. Pure.

A link keeps the form that it has: a relative one stays relative, one with an ending keeps it. It is
changed only if it would lead elsewhere than before, and only to a target that leads there on each
side on which it did before.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from wikisync.checking.folder_facts import content_type_of
from wikisync.checking.model import Step, page_name
from wikisync.checking.targets import absolute_target, quoted, rest_of
from wikisync.page.link_targets import Referrer
from wikisync.page.links import find_links
from wikisync.page.places import Places, page_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from wikisync.check_levels import Rule
    from wikisync.checking.folder_facts import FolderFacts
    from wikisync.checking.model import Finding
    from wikisync.page.document import Document
    from wikisync.page.links import Link, LinkKind
    from wikisync.page.model import Key
    from wikisync.page.places import Leads

_RENAMING: Final[frozenset[Rule]] = frozenset(
    {"name", "reserved-name", "asset-name", "asset-unreadable"}
)
UNCLEAR: Final = "its links cannot be changed with certainty"


@dataclass
class FixPlan:
    """What is to be done: the steps for the report, new contents by file, and new names.

    ``contents`` are written before files are renamed: names are the old ones.
    """

    steps: list[Step] = field(default_factory=list)
    contents: dict[str, str] = field(default_factory=dict)
    renames: dict[str, str] = field(default_factory=dict)


def plan_fixes(
    known: FolderFacts, findings: Iterable[Finding], read: Callable[[str], Document | None]
) -> FixPlan:
    """Return what mends the findings that are safe to mend.

    ``read`` returns the parsed file of a page, None where it cannot be read.
    """
    safe = [each for each in findings if each.is_safe and each.fix is not None]
    plan = FixPlan(renames={e.file: e.fix for e in safe if e.rule in _RENAMING and e.fix})
    targets: dict[str, dict[tuple[int, int], str]] = {}
    for each in safe:
        if each.line is not None and each.column and each.fix:
            targets.setdefault(each.file, {})[each.line, each.column] = each.fix
    mender = _Mender(known.places, renamed_places(known.places, plan.renames), plan.renames)
    changed: dict[str, tuple[tuple[int, str, str], ...]] = {}
    for file in sorted({*targets, *_concerned(known, plan.renames)}):
        document = read(file)
        if document is None or file not in known.referrers:
            continue
        new, done = _mended(document, known.referrers[file], mender, targets.get(file, {}))
        if new is None:
            plan.steps.append(Step(file, failed=UNCLEAR))
        elif done:
            plan.contents[file] = new
            changed[file] = done
    names = sorted({*plan.renames, *changed})
    plan.steps += [Step(file, plan.renames.get(file, ""), changed.get(file, ())) for file in names]
    return plan


def renamed_places(places: Places, renames: Mapping[str, str]) -> Places:
    """Return what is known once files have their new names."""
    files = [renames.get(file, file) for file in places.page_files]
    by_page, shared = page_files(sorted(files), places.layout)
    return replace(
        places,
        files=by_page,
        assets={renames.get(file, file): size for file, size in places.assets.items()},
        shared=shared,
    )


def _concerned(known: FolderFacts, renames: Mapping[str, str]) -> Iterator[str]:
    """Yield the pages that get a new name, or link to a file that does."""
    for file, found in known.links.items():
        if found and (
            file in renames
            or any(leads.wiki_file in renames or leads.folder_file in renames for leads in found)
        ):
            yield file


def _mended(
    document: Document, page: Referrer, mender: _Mender, targets: Mapping[tuple[int, int], str]
) -> tuple[str | None, tuple[tuple[int, str, str], ...]]:
    """Return a page's new content and the targets that change; None if that is not certain."""
    content, kind = document.file_content, document.content_type
    first = document.line_of(0)
    parts: list[str] = []
    wanted: list[tuple[LinkKind, str]] = []
    done: list[tuple[int, str, str]] = []
    end = 0
    for link in find_links(content, kind).links:
        line = link.line + first - 1
        new = mender.target(link, page, targets.get((line, link.column)))
        parts += content[end : link.start], new
        end = link.end
        wanted.append((link.kind, new))
        if new != link.target:
            done.append((line, link.target, new))
    text = "".join([*parts, content[end:]])
    if not done:
        return text, ()
    again = [(link.kind, link.target) for link in find_links(text, kind).links]
    return (text, tuple(done)) if again == wanted else (None, ())


class _Mender:
    """Choose the target that a link has once files are renamed."""

    def __init__(self, before: Places, after: Places, renames: Mapping[str, str]) -> None:
        self._before = before
        self._after = after
        self._renames = renames

    def target(self, link: Link, page: Referrer, fix: str | None) -> str:
        """Return the new target of a link; ``fix`` is what it is to be before the renames."""
        old = link.target if fix is None else fix
        before = self._before.leads_to(old, link.kind, page)
        file = self._renamed(before.wiki_file) or self._renamed(before.folder_file)
        new_file = self._renames.get(page.file, page.file)
        if not (file or new_file != page.file) or (
            before.on_wiki == "unknown" and before.in_folder == "unknown"
        ):
            return old
        new_page = self._referrer(page, new_file)
        for candidate in self._candidates(old, before, new_page, file):
            if self._leads_there(candidate, link.kind, before, new_page, file):
                return candidate
        return old

    def _renamed(self, file: str) -> str:
        return self._renames.get(file, file)

    def _referrer(self, page: Referrer, file: str) -> Referrer:
        key = next(iter(self._keys(file)), page.key)
        kind = content_type_of(file)
        return Referrer.of(file, key, kind, self._after.layout, page.url)

    def _leads_there(
        self,
        target: str,
        kind: LinkKind,
        before: Leads,
        new_page: Referrer,
        file: str,
    ) -> bool:
        """Return whether a target leads where the old one did, on each side where that is known."""
        after = self._after.leads_to(target, kind, new_page)
        if file:
            on_wiki = after.wiki_file == file
            elsewhere = self._renamed(before.folder_file) != file
            return on_wiki and (elsewhere or after.folder_file == file)
        same = (before.wiki.key, before.wiki.path) == (after.wiki.key, after.wiki.path)
        return same and before.on_wiki == after.on_wiki

    def _candidates(self, old: str, before: Leads, new_page: Referrer, file: str) -> Iterator[str]:
        """Yield targets, the nearest to the old one first."""
        yield old
        rest, bare = rest_of(old), old[: len(old) - len(rest_of(old))]
        if file:
            yield from self._spelt_for(file, bare, rest, new_page)
            yield absolute_target(self._address(file), old)
        elif before.wiki.key is not None:
            yield absolute_target(before.wiki.key.path, old)
            yield absolute_target(str(before.wiki.key), old)
        elif before.wiki.path:
            yield absolute_target(before.wiki.path, old)

    def _spelt_for(self, file: str, bare: str, rest: str, page: Referrer) -> Iterator[str]:
        """Yield targets for a file in the form of the old one."""
        name, suffix = posixpath.splitext(file)
        ended = file if posixpath.splitext(bare)[1] or file in self._after.assets else name
        if bare.startswith("/") or "://" in bare:
            host = bare[: bare.index("/", bare.index("://") + 3)] if "://" in bare else ""
            is_page = file in self._after.page_files
            ending = suffix if is_page and bare.endswith(suffix) else ""
            for key in self._keys(file):
                if bare.startswith(f"{host}/{key.locale}/"):
                    yield f"{host}/{quoted(str(key))}{ending}{rest}"
            yield f"{host}/{quoted(self._address(file))}{ending}{rest}"
            return
        above = posixpath.dirname(page.file)
        path = posixpath.relpath(ended, above) if above else ended
        dotted = "./" if bare.startswith("./") and not path.startswith("../") else ""
        yield f"{dotted}{quoted(path)}{rest}"
        # A relative link without an ending is below its page on the wiki.
        own = f"{page.key.path}/"
        address = self._address(file)
        if address.startswith(own):
            yield quoted(address.removeprefix(own)) + rest

    def _address(self, file: str) -> str:
        """Return what follows the slash in an absolute link to a file."""
        if file in self._after.assets:
            return self._after.asset_path(file)
        keys = (page_name(key, self._after.layout) for key in self._keys(file))
        return next(keys, file)

    def _keys(self, file: str) -> list[Key]:
        return [key for key, other in self._after.files.items() if other == file]
