"""Decide which links of a page lead nowhere, or lead right on one side alone. Pure."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from wikisync.checking.anchors import has_anchor
from wikisync.checking.model import Finding, page_name
from wikisync.checking.targets import absolute_target, quoted, rest_of
from wikisync.page.paths import RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.check_levels import Rule
    from wikisync.checking.folder_facts import FolderFacts
    from wikisync.checking.model import LinkFact
    from wikisync.page.places import Leads, Places


def link_findings(known: FolderFacts, file: str) -> Iterator[Finding]:
    """Yield what is wrong with the links of a page's file."""
    for link, leads in zip(known.pages[file].links, known.links.get(file, ()), strict=False):
        found = _finding(known, file, link, leads)
        if found is None:
            continue
        rule, kind, facts, fix, safe = found
        yield Finding(
            rule,
            known.levels[rule],
            file,
            link.line,
            link.column,
            kind,
            {"target": link.target, **facts},
            fix,
            is_safe=safe,
        )


_Found = tuple["Rule", str, dict[str, str], str | None, bool]


def _finding(known: FolderFacts, file: str, link: LinkFact, leads: Leads) -> _Found | None:
    if leads.on_wiki == "unknown":
        return None
    wiki, places = leads.wiki, known.places
    if leads.on_wiki == "yes":
        return _right_on_the_wiki(known, leads)
    if wiki.key is not None:
        if wiki.key.path.partition("/")[0] in RESERVED:
            return None
        return _no_page(places, file, link, leads)
    found = _no_asset(places, link, leads)
    is_asset = found[0] == "dead-asset" or found[1] == "case-asset"
    return None if is_asset and known.assets == "none" else found


def _right_on_the_wiki(known: FolderFacts, leads: Leads) -> _Found | None:
    wiki = leads.wiki
    if wiki.fragment and wiki.key is not None and leads.wiki_file:
        anchors = known.anchors(leads.wiki_file)
        if anchors is not None and not has_anchor(wiki.fragment, anchors):
            facts = {"anchor": wiki.fragment, "page": page_name(wiki.key, known.places.layout)}
            return "dead-anchor", "dead-anchor", facts, None, False
    if leads.in_folder == "no":
        return "wiki-only-link", "wiki-only-link", {"file": leads.folder.path}, None, False
    return None


def _no_page(places: Places, file: str, link: LinkFact, leads: Leads) -> _Found:
    wiki = leads.wiki
    if wiki.key is None:
        raise TypeError
    page = {"page": page_name(wiki.key, places.layout)}
    if like := places.pages_like(wiki.key):
        spelt = None
        if len(like) == 1:
            spelt = _with_case(link.target, like[0].path)
            if spelt is None and like[0] in places.files and link.kind != "xref":
                spelt = _target_of(places.files[like[0]], file, link.target, places)
        facts = {**page, "other": page_name(like[0], places.layout)}
        return "case-link", "case-link", facts, spelt, spelt is not None
    if wiki.below:
        meant = _meant(places, link, leads)
        if len(meant) == 1:
            fix = _target_of(meant[0], file, link.target, places)
            facts = {**page, "meant": meant[0]}
            return "child-link", "child-link", facts, fix, True
        if meant:
            facts = {**page, "meant": " or ".join(meant)}
            return "child-link", "child-link", facts, None, False
    if leads.folder_file in places.page_files:
        own = _path_of(places, leads.folder_file)
        facts = {**page, "file": leads.folder_file, "own": own}
        spelt = None if link.kind == "xref" else absolute_target(own, link.target)
        return "dead-link", "other-page", facts, spelt, False
    if leads.in_folder == "yes" and link.target[:1] != "/":
        return "folder-only-link", "folder-only-link", page, None, False
    kind = "dead-link-below" if wiki.below else "dead-link"
    return "dead-link", kind, page, None, False


def _no_asset(places: Places, link: LinkFact, leads: Leads) -> _Found:
    path = leads.wiki.path
    facts = {"path": path}
    if like := places.assets_like(path):
        spelt = _with_case(link.target, like[0]) if len(like) == 1 else None
        facts = {**facts, "other": like[0]}
        return "case-link", "case-asset", facts, spelt, spelt is not None
    if leads.folder_file in places.page_files:
        own = _path_of(places, leads.folder_file)
        facts = {"page": path, "file": leads.folder_file, "own": own}
        return "dead-link", "other-page", facts, absolute_target(own, link.target), False
    if leads.folder_file in places.assets:
        facts = {**facts, "file": leads.folder_file}
        return "dead-asset", "other-asset", facts, None, False
    if leads.in_folder == "yes":
        return "folder-only-link", "folder-only-link", {"page": path}, None, False
    kind = "dead-image" if link.kind == "image" else "dead-asset"
    return "dead-asset", kind, facts, None, False


def _meant(places: Places, link: LinkFact, leads: Leads) -> list[str]:
    """Return the files that a link below the page was meant for, those beside the page first."""
    beside = places.meant_by(leads.folder)
    if beside:
        return beside
    stem = leads.wiki.key.path if leads.wiki.key else ""
    plain = link.target.partition("#")[0].partition("?")[0].strip("/")
    return places.files_named(plain) if plain and plain != stem else []


def _target_of(meant: str, file: str, target: str, places: Places) -> str:
    """Return a target that leads to a page's file on both sides, with the old one's fragment."""
    if places.layout.is_index(meant) or meant.endswith(".adoc"):
        return absolute_target(_path_of(places, meant), target)
    above = posixpath.dirname(file)
    path = posixpath.relpath(meant, above or ".") if above else meant
    return quoted(path) + rest_of(target)


def _path_of(places: Places, file: str) -> str:
    """Return the path, as in an absolute link, of the page of a file."""
    keys = (key for key, other in places.files.items() if other == file)
    return next((page_name(key, places.layout) for key in keys), file)


def _with_case(target: str, path: str) -> str | None:
    """Return a target with the case of a path, where only ASCII letters differ; else None."""
    bare = target[: len(target) - len(rest_of(target))]
    stem, dot, ending = bare.rpartition(".")
    for text, after in ((bare, ""), (stem, f"{dot}{ending}")):
        shared = 0
        while shared < min(len(text), len(path)) and (
            text[-1 - shared].lower() == path[-1 - shared].lower()
        ):
            shared += 1
        if shared and (shared == len(text) or not text[-1 - shared].isalnum()):
            spelt = text[: len(text) - shared] + path[len(path) - shared :]
            if spelt != text and spelt.lower() == text.lower():
                return spelt + after + rest_of(target)
    return None
