"""Propose a name for a file that cannot be a page's (files.md, *Names that are refused*). Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wikisync.page.paths import (
    EXTENSIONS,
    MAX_NAME,
    MAX_PATH,
    RESERVED,
    Layout,
    case_folded,
    looks_like_locale,
    to_nfc,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_REFUSED: Final = re.compile(r"[.\s\\\"|<>:*?\x00-\x1f\x7f-\x9f\ud800-\udfff-]+")
_EMPTY: Final = "page"
_SPARE: Final = 32
"""What is cut becomes shorter than the limit by this, so that an ending fits."""
_SHORTEST: Final = 8


def proposed_name(file: str, taken: Iterable[str], layout: Layout) -> str:
    """Return a name for the page of ``file``, which ``key_of`` accepts and a browser can open.

    ``taken`` are the files of other pages, which the result differs from in more than case and
    suffix. The suffix stays, a name that is good already stays as it is, and a name that was
    proposed is proposed again.
    """
    taken = [name for name in taken if name != file]
    proposed = _proposed(file, taken, layout)
    # What is done to one part may change what another part may keep.
    while (again := _proposed(proposed, taken, layout)) != proposed:
        proposed = again
    return proposed


def _proposed(file: str, taken: Sequence[str], layout: Layout) -> str:
    suffix = next(suffix for suffix in EXTENSIONS if file.endswith(suffix))
    lead, rest = _split(to_nfc(file.removesuffix(suffix)), layout)
    folders = {prefix for name in taken for prefix in _folders(to_nfc(name))}
    names: list[str] = []
    for name in rest[:-1]:
        above = "".join(f"{part}/" for part in (*lead, *names))
        keeps = f"{above}{name}/" in folders and not _REFUSED.search(name.replace("-", ""))
        names.append(name if keeps else _clean(name))
    names.append(layout.index if layout.is_index(file) else _clean(rest[-1]))
    room = MAX_PATH - (len(layout.root) + 1 if layout.root else 0)
    names = _fitted(names, room, suffix)
    if not layout.root:
        names[0] = _reachable(names[0], "-page" if len(names) == 1 else "-pages")
    stem = "/".join((*lead, *names))
    used = {case_folded(_without_suffix(name)) for name in taken}
    number, last = 1, names[-1]
    while case_folded(stem) in used:
        number += 1
        mark = f"-{number}"
        fits = min(len(last), room - len("/".join((*names[:-1], "", mark))))
        names[-1] = _cut(last[: max(fits, 1)], MAX_NAME - len(suffix) - len(mark)) + mark
        stem = "/".join((*lead, *names))
    return stem + suffix


def _split(stem: str, layout: Layout) -> tuple[list[str], list[str]]:
    """Return the folder of the locale, if the layout has one here, and the names below it."""
    names = stem.split("/")
    if len(names) > 1 and names[0] in layout.folders:
        return names[:1], names[1:]
    if layout.locale_folders == "all" and layout.locales.default:
        return [layout.locales.default], names
    return [], names


def _clean(name: str) -> str:
    return to_nfc(_REFUSED.sub("-", to_nfc(name.lower())).strip("-")) or _EMPTY


def _reachable(first: str, ending: str) -> str:
    """Return the first part of a path, with an ending where Wiki.js uses the name itself."""
    one_letter = len(first.encode("utf-16-le")) == 2
    return first + ending if one_letter or first in RESERVED or looks_like_locale(first) else first


def _fitted(names: list[str], room: int, suffix: str) -> list[str]:
    """Return the names cut so that each, and the path of all, is short enough."""
    for n, name in enumerate(names):
        most = MAX_NAME - (len(suffix) if n == len(names) - 1 else 0)
        if len(name.encode()) > most:
            names[n] = _cut(name, most - _SPARE)
    if len("/".join(names)) <= room:
        return names
    while (over := len("/".join(names)) - (room - _SPARE)) > 0:
        n = max(range(len(names)), key=lambda n: len(names[n]))
        if len(names[n]) > _SHORTEST:
            names[n] = names[n][: max(_SHORTEST, len(names[n]) - over)].strip("-") or _EMPTY
        else:  # very many folders
            del names[0]
    return names


def _cut(name: str, most: int) -> str:
    """Return the name with at most so many bytes."""
    return name.encode()[:most].decode(errors="ignore").strip("-") or _EMPTY


def _folders(name: str) -> Iterable[str]:
    end = name.find("/")
    while end >= 0:
        yield name[: end + 1]
        end = name.find("/", end + 1)


def _without_suffix(name: str) -> str:
    suffix = next((suffix for suffix in EXTENSIONS if name.endswith(suffix)), "")
    return to_nfc(name.removesuffix(suffix))
