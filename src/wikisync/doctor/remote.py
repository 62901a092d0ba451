"""Ask the wiki who the key is, what it may do, and whether the configuration fits its pages."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from wikisync.doctor.model import after, failed, fails, not_tried, unknown, warning, works
from wikisync.doctor.rights import AssetRights, RightsFound, Sample, judge, judge_assets
from wikisync.doctor.uploads import check_upload_limit
from wikisync.errors import (
    ApiDisabled,
    BadConfig,
    Forbidden,
    NotConfigured,
    PageGone,
    PageHidden,
    Unauthenticated,
    WikiError,
)
from wikisync.page.model import Record
from wikisync.planning.clock import check_clock
from wikisync.snapshot.root import split_by_root
from wikisync.wiki.api_key import KeyClaims, read_claims
from wikisync.wiki.key_details import KeyDetails

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from wikisync.config import Config
    from wikisync.doctor.model import Check, CheckName
    from wikisync.doctor.rights import Reading
    from wikisync.page.model import Listed
    from wikisync.page.paths import Layout
    from wikisync.planning.model import Base
    from wikisync.wiki.client import Wiki, WikiIndex
    from wikisync.wiki.responses import VersionEntry

MEASURED: Final = "2.5.314"
"""The version of Wiki.js whose behaviour was measured (wikijs.md, *Endpoint and identity*)."""

MAX_SAMPLES: Final = 20
_MAX_MISSING: Final = 50
_AFTER_READ: Final[tuple[CheckName, ...]] = (
    *("write", "delete", "history", "styles", "assets", "assets-write", "upload-limit"),
)
_REVOKED: Final = "API Key is invalid"
_ENOUGH_DIFFERENCE: Final = 60


def check_wiki(
    wiki: Wiki, config: Config, now: datetime, found: list[WikiIndex]
) -> Iterator[Check]:
    """Yield the checks from ``wiki`` to ``key-expiry``, and add the wiki's index to ``found``.

    Where the key is not accepted, ``found`` stays empty, and all later checks were not tried.
    """
    claims = read_claims(config.token) if config.token else None
    try:
        index = wiki.connect()
    except ApiDisabled as error:
        yield works("wiki", "wiki")
        yield _clock(wiki, now)
        if _REVOKED in error.message:
            yield works("api", "api")
            yield fails("key", "revoked")
            yield from not_tried(after("key"), "key")
            return
        yield failed("api", error)
        yield from not_tried(after("api"), "api")
        return
    except Unauthenticated:
        yield from _rejected(wiki, config, claims, now)
        return
    except Forbidden as error:
        yield works("wiki", "wiki")
        yield _clock(wiki, now)
        yield works("api", "api")
        yield works("key", "key", user="", group="")
        yield check_expiry(claims, now)
        yield unknown("version", "version-unseen", measured=MEASURED)
        yield failed("list", error)
        yield from not_tried(after("list"), "list")
        return
    except WikiError as error:
        yield failed("wiki", error)
        yield from not_tried(after("wiki"), "wiki")
        return
    if not index.authenticated:
        yield from _rejected(wiki, config, claims, now)
        return
    found.append(index)
    yield works("wiki", "wiki")
    yield _clock(wiki, now)
    yield works("api", "api")


def _rejected(
    wiki: Wiki, config: Config, claims: KeyClaims | None, now: datetime
) -> Iterator[Check]:
    """Yield the checks where the wiki takes the key for a visitor without one."""
    yield works("wiki", "wiki")
    yield _clock(wiki, now)
    yield unknown("api", "api-unseen")
    if not config.token:
        yield failed("key", NotConfigured("token"))
    elif claims is None:
        yield fails("key", "no-jwt")
    elif claims.is_expired(now):
        yield fails("key", "expired", date=claims.expires)
    else:
        yield failed("key", Unauthenticated(config.url))
    yield from not_tried(after("key"), "key")


def check_key(
    wiki: Wiki, config: Config, index: WikiIndex, now: datetime, details: list[KeyDetails]
) -> Iterator[Check]:
    """Yield the checks of an accepted key: whose, until when, and the wiki's version."""
    claims = read_claims(config.token)
    group = claims.group if claims else None
    try:
        seen = wiki.key_details(group or 0)
    except WikiError:
        seen = KeyDetails(None, None)
    details.append(seen)
    name = seen.group.name if seen.group else ""
    yield works("key", "key", user=index.user or "", group=name, number=group)
    yield check_expiry(claims, now)
    yield check_version(seen.version)


def check_expiry(claims: KeyClaims | None, now: datetime) -> Check:
    """Return whether the key is valid for some time. Pure."""
    if claims is None or claims.expires is None:
        return unknown("key-expiry", "no-expiry")
    if claims.expires_soon(now):
        return warning("key-expiry", "expires-soon", date=claims.expires)
    return works("key-expiry", "expires", date=claims.expires)


def check_version(version: str | None) -> Check:
    """Return whether a version of Wiki.js is one whose behaviour is known. Pure."""
    if version is None:
        return unknown("version", "version-unseen", measured=MEASURED)
    if version == MEASURED:
        return works("version", "version", version=version)
    if version.startswith("2.5."):
        return works("version", "version-near", version=version, measured=MEASURED)
    return warning("version", "version-other", version=version, measured=MEASURED)


def _clock(wiki: Wiki, now: datetime) -> Check:
    note = check_clock(now, wiki.time, None)
    if wiki.time is None:
        return unknown("clock", "no-clock")
    if note is not None:
        return warning("clock", note.kind, detail=note.detail)
    seconds = round((now - wiki.time).total_seconds())
    if abs(seconds) < _ENOUGH_DIFFERENCE:
        return works("clock", "clock")
    return works("clock", "clock-differs", seconds=seconds)


def check_rights(
    wiki: Wiki,
    index: WikiIndex,
    layout: Layout,
    bases: Iterable[Base],
    details: KeyDetails,
    config: Config,
) -> Iterator[Check]:
    """Yield a check of the list, of each right and of the root. Only queries are sent."""
    try:
        pages = split_by_root(index.pages, layout)[0]
    except BadConfig as error:
        yield works("list", "list", pages=len(index.pages), hidden=0)
        yield from not_tried(("read", *_AFTER_READ), "root")
        yield failed("root", error)
        return
    try:
        hidden = _hidden(wiki, index, bases)
        listed = warning if hidden else works
        yield listed("list", "list", pages=len(pages), hidden=hidden)
        found = probe_rights(wiki, pages, layout, details)
        of_assets = _probe_assets(wiki, details, synced=config.assets != "none")
        yield from judge(found)
        yield from judge_assets(of_assets)
        yield check_upload_limit(wiki, config, layout)
    except WikiError as error:
        yield failed("read", error)
        yield from not_tried(_AFTER_READ, "read")
    if layout.root and not pages:
        yield warning("root", "root-empty", root=layout.root, visible=len(index.pages))
    elif layout.root:
        yield works("root", "root", root=layout.root, pages=len(pages))
    else:
        yield works("root", "no-root")


def _hidden(wiki: Wiki, index: WikiIndex, bases: Iterable[Base]) -> int:
    """Return how many pages of the last run exist and are hidden; at most 50 are asked for."""
    seen = {page.id for page in index.pages}
    missing = [base.id for base in bases if base.id not in seen][:_MAX_MISSING]
    if not missing:
        return 0
    answers = wiki.read_current(missing).values()
    return sum(isinstance(got, PageHidden) for got in answers)


def samples_of(pages: Sequence[Listed], layout: Layout) -> list[Listed]:
    """Return one page of each locale and top folder, at most ``MAX_SAMPLES``. Pure.

    Page rules are about paths and locales, so these pages may differ in what a key may do.
    """
    depth = layout.root.count("/") + 1 if layout.root else 0
    chosen: dict[tuple[str, str], Listed] = {}
    for page in pages:
        parts = page.key.path.split("/")[depth:]
        top = parts[0] if len(parts) > 1 else ""
        chosen.setdefault((page.key.locale, top), page)
    return list(chosen.values())[:MAX_SAMPLES]


def probe_rights(
    wiki: Wiki, pages: Sequence[Listed], layout: Layout, details: KeyDetails
) -> RightsFound:
    """Return what queries on a few pages show of the key's rights. Raises WikiError."""
    chosen = samples_of(pages, layout)
    got: dict[int, object] = {}
    with suppress(Forbidden):
        got = {page.id: found for page, found in wiki.read(chosen)}
    may_write = wiki.may_write()
    writable = wiki.may_write_pages([page.id for page in chosen]) if may_write and chosen else {}
    samples = tuple(
        Sample(page.key, _reading(got.get(page.id)), writable.get(page.id))
        for page in chosen
        if not isinstance(got.get(page.id), PageGone)
    )
    return RightsFound(samples, may_write, _may_read_history(wiki, chosen), details.group)


def _probe_assets(wiki: Wiki, details: KeyDetails, *, synced: bool) -> AssetRights:
    """Return what a query shows of the rights on images and files. Raises WikiError."""
    readable = False
    if synced:
        with suppress(Forbidden):
            wiki.assets.list_folder(0)
            readable = True
    return AssetRights(synced, readable, wiki.assets.may_upload, details.group)


def _reading(found: object) -> Reading:
    if not isinstance(found, Record):
        return "no"
    return "file" if found.page.publish_start is None else "api"


def _may_read_history(wiki: Wiki, chosen: Sequence[Listed]) -> bool | None:
    versions: dict[int, tuple[VersionEntry, ...] | WikiError] = {}
    try:
        versions = wiki.version_lists([page.id for page in chosen[:1]], 1) if chosen else {}
    except Forbidden:
        return False
    for found in versions.values():
        return None if isinstance(found, PageGone) else not isinstance(found, WikiError)
    return None
