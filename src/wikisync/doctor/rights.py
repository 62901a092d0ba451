"""Judge what an API key may do, from what queries showed. Pure.

No right is tried by a write. ``manage:pages`` and ``delete:pages`` cannot be told apart by reading
(wikijs.md, *Permissions*), so a deletion stays unknown, unless the key may see its own group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from wikisync.doctor.model import fails, unknown, warning, works

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.doctor.model import Check
    from wikisync.page.model import Key
    from wikisync.wiki.key_details import Group

Reading = Literal["api", "file", "no"]
"""How the source of a page can be read: through the API, by its file, or not at all."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A page on which rights were tried; ``writable`` is None where that is unknown."""

    key: Key
    reading: Reading
    writable: bool | None


@dataclass(frozen=True, slots=True)
class RightsFound:
    """What queries showed of a key's rights.

    ``may_write``: the group has ``write:pages``. ``history`` is None where no page could be asked
    for. ``group`` is None where the key may not see it.
    """

    samples: tuple[Sample, ...]
    may_write: bool
    history: bool | None
    group: Group | None


@dataclass(frozen=True, slots=True)
class AssetRights:
    """What showed of a key's rights on images and files.

    ``synced`` is False where the configuration leaves them out. ``readable``: the key may list
    them. ``may_upload`` is False where a gateway has the header that an upload needs. ``group`` is
    None where the key may not see it.
    """

    synced: bool
    readable: bool
    may_upload: bool
    group: Group | None


def judge_assets(found: AssetRights) -> Iterator[Check]:
    """Yield a check of reading images and files, and one of sending, renaming and deleting them."""
    if not found.synced:
        yield works("assets", "assets-off")
        yield works("assets-write", "assets-off")
        return
    yield works("assets", "assets") if found.readable else warning("assets", "no-assets")
    if not found.may_upload:
        yield warning("assets-write", "no-uploads")
    elif found.group is None:
        yield unknown("assets-write", "assets-unseen")
    else:
        rights = ("write:assets", "manage:assets")
        missing = [name for name in rights if not found.group.grants(name)]
        if missing:
            yield warning("assets-write", "no-assets-write", needs=missing)
        else:
            yield works("assets-write", "assets-write")


def judge(found: RightsFound) -> Iterator[Check]:
    """Yield a check for each right: read, write, delete, history, styles."""
    yield _read(found)
    yield _write(found)
    yield _delete(found)
    yield _history(found)
    yield _styles(found)


def _read(found: RightsFound) -> Check:
    unreadable = [str(sample.key) for sample in found.samples if sample.reading == "no"]
    if not found.samples:
        return unknown("read", "no-page")
    if len(unreadable) == len(found.samples):
        return fails("read", "read-none")
    if unreadable:
        return warning("read", "read-some", pages=unreadable, tried=len(found.samples))
    if any(sample.reading == "file" for sample in found.samples):
        return works("read", "read-files")
    return works("read", "read-api")


def _write(found: RightsFound) -> Check:
    if not found.may_write:
        return warning("write", "read-only")
    refused = [str(sample.key) for sample in found.samples if sample.writable is False]
    if refused and len(refused) == len(found.samples):
        return fails("write", "write-none")
    by_file = [str(sample.key) for sample in found.samples if sample.reading == "file"]
    if by_file:
        return fails("write", "no-manage", pages=by_file)
    if refused:
        return warning("write", "write-some", pages=refused, tried=len(found.samples))
    if not found.samples:
        return works("write", "write-unruled")
    return works("write", "write", tried=len(found.samples))


def _delete(found: RightsFound) -> Check:
    group = found.group
    if group is not None:
        if not group.grants("delete:pages"):
            return warning("delete", "no-delete")
        if group.is_limited_to_locales:
            return warning("delete", "delete-locales")
        return works("delete", "delete")
    if found.samples and all(sample.reading != "api" for sample in found.samples):
        return warning("delete", "no-delete")
    return unknown("delete", "delete-unseen")


def _history(found: RightsFound) -> Check:
    if found.history is None:
        return unknown("history", "no-page")
    return works("history", "history") if found.history else warning("history", "no-history")


def _styles(found: RightsFound) -> Check:
    if found.group is None:
        return unknown("styles", "styles-unseen")
    missing = [name for name in ("write:styles", "write:scripts") if not found.group.grants(name)]
    return warning("styles", "no-styles", needs=missing) if missing else works("styles", "styles")
