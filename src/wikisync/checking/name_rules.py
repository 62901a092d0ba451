"""Decide what is wrong with the names of pages' files and of other files. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from wikisync.checking.model import Finding, page_name
from wikisync.errors import BadName, MisplacedFiles
from wikisync.page.asset_names import name_problem
from wikisync.page.misplaced import find_misplaced
from wikisync.page.name_proposals import proposed_name
from wikisync.page.paths import case_folded, key_of, looks_like_locale, reason_unreachable, to_nfc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.check_levels import Rule
    from wikisync.checking.folder_facts import FolderFacts
    from wikisync.page.model import Key
    from wikisync.page.paths import Layout


def name_findings(known: FolderFacts, files: Iterable[str]) -> Iterator[Finding]:
    """Yield what is wrong with the names of pages' files; ``files`` are all of them, in NFC or not.

    A name is proposed once, so that two files never get the same.
    """
    layout = known.places.layout
    files = sorted(files)
    names = list(dict.fromkeys(map(to_nfc, files)))
    misplaced = find_misplaced(names, layout, lambda key: key in known.remote)
    skipped = frozenset(misplaced.files if misplaced else ())
    if misplaced is not None:
        first, setting, locale = misplaced.files[0], layout.locale_folders, layout.locales.default
        error = MisplacedFiles(first, "", setting, locale, misplaced.files, misplaced.usual)
        yield Finding(
            "name", known.levels["name"], first, None, None, "misplaced", {"error": error}
        )
    taken = list(names)
    by_key: defaultdict[Key, list[str]] = defaultdict(list)
    for file in files:
        name = to_nfc(file)
        if name in skipped:
            continue
        rule: Rule = "reserved-name"
        problem: str | None
        try:
            key = key_of(name, layout)
        except BadName as bad:
            rule, problem = "name", bad.rule
        else:
            by_key[key].append(file)
            problem = None if key in known.remote else _unreachable(key, layout)
        if problem is None:
            continue
        proposal = proposed_name(name, taken, layout)
        taken.append(proposal)
        facts = {"what": problem}
        yield Finding(
            rule, known.levels[rule], name, None, None, rule, facts, proposal, is_safe=True
        )
    yield from _duplicates(known, by_key)
    yield from _alike(known, by_key)


def _unreachable(key: Key, layout: Layout) -> str | None:
    reason = reason_unreachable(key, layout)
    # Without the wiki's locales it is not known which of them have pages.
    unsure = not layout.locales.default and looks_like_locale(key.path.partition("/")[0])
    return None if unsure else reason


def _duplicates(known: FolderFacts, by_key: dict[Key, list[str]]) -> Iterator[Finding]:
    for key, files in by_key.items():
        for file in files[1:]:
            facts = {"other": files[0], "page": page_name(key, known.places.layout)}
            kind = "same-name" if to_nfc(file) == to_nfc(files[0]) else "duplicate"
            yield Finding(
                "duplicate", known.levels["duplicate"], to_nfc(file), None, None, kind, facts
            )


def _alike(known: FolderFacts, by_key: dict[Key, list[str]]) -> Iterator[Finding]:
    """Yield the pages that differ from another one in upper and lower case alone."""
    folded: defaultdict[tuple[str, str], list[Key]] = defaultdict(list)
    for key in dict.fromkeys((*known.remote, *by_key)):
        folded[key.locale, case_folded(key.path)].append(key)
    for keys in folded.values():
        first, *others = sorted(keys, key=lambda key: (key not in known.remote, key))
        for key in others:
            if key not in by_key or key in known.remote:
                continue
            layout = known.places.layout
            facts = {"page": page_name(key, layout), "other": page_name(first, layout)}
            yield Finding(
                "name-case",
                known.levels["name-case"],
                to_nfc(by_key[key][0]),
                None,
                None,
                "name-case",
                facts,
            )


def asset_findings(known: FolderFacts) -> Iterator[Finding]:
    """Yield what is wrong with the files that are no pages."""
    places, levels = known.places, known.levels
    if known.assets == "none":
        return
    taken = set(places.assets)
    for file, size in sorted(places.assets.items()):
        if file not in known.referred:
            yield Finding("unused-asset", levels["unused-asset"], file, None, None, "unused-asset")
            if known.assets != "all":
                continue
        problem = name_problem(places.asset_path(file))
        if problem is not None:
            proposed = places.asset_file(problem.proposed) if problem.proposed else None
            free = proposed is not None and proposed not in taken
            taken |= {proposed} if proposed is not None else set()
            rule: Rule = "asset-unreadable" if problem.kind == "unreadable" else "asset-name"
            yield Finding(
                rule,
                levels[rule],
                file,
                None,
                None,
                f"asset-{problem.kind}",
                {"what": problem.rule, "stored": problem.stored},
                proposed if free else None,
                is_safe=free,
            )
        if size > known.max_asset_size:
            facts = {"size": size, "limit": known.max_asset_size}
            level = levels["asset-size"]
            yield Finding("asset-size", level, file, None, None, "asset-size", facts)
