"""Find pages of the wiki whose paths differ in their Unicode form alone.

Keys have their path in NFC, so both would be one page here. Neither is written, in either
direction, until one of them is gone (files.md, *Names*). Pure.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from wikisync.errors import BadName

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wikisync.folder.scan import KeyedPages
    from wikisync.page.model import Key, Listed
    from wikisync.planning.model import Base


def block_twins(
    named: KeyedPages, pages: Iterable[Listed], bases: Mapping[Key, Base]
) -> KeyedPages:
    """Return the pages of the folder without those that the wiki has twice, which are problems."""
    found: defaultdict[Key, list[Listed]] = defaultdict(list)
    for page in pages:
        found[page.key].append(page)
    twins = {key: both for key, both in found.items() if len(both) > 1}
    if not twins:
        return named
    problems = tuple(_problem(key, both, bases.get(key)) for key, both in sorted(twins.items()))
    return replace(
        named,
        local={key: local for key, local in named.local.items() if key not in twins},
        blocked=named.blocked | twins.keys(),
        problems=(*named.problems, *problems),
    )


def _problem(key: Key, both: list[Listed], base: Base | None) -> BadName:
    """Return the problem; the page to keep is the one of the last run, else that in NFC."""
    keep = min(both, key=lambda page: (base is None or page.id != base.id, bool(page.spelling)))
    others = " and ".join(_address(page) for page in both if page is not keep)
    rule = (
        "the wiki has more than one page of this name, which differ only in how Unicode composes"
        f" the letters. Keep {_address(keep)}, and delete or rename {others} on the wiki"
    )
    return BadName(str(key), rule)


def _address(page: Listed) -> str:
    return quote(f"/{page.key.locale}/{page.spelling or page.key.path}")
