"""Make all checks in order and yield each result; nothing is written to either side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.doctor.local import check_folder, check_git, check_state, describe_configuration
from wikisync.doctor.model import LOCAL, REMOTE, Check, after, failed, not_tried, warning, works
from wikisync.doctor.network import check_network
from wikisync.doctor.remote import check_key, check_rights, check_wiki
from wikisync.errors import MisplacedFiles, WikisyncError
from wikisync.page.misplaced import find_misplaced
from wikisync.page.paths import Layout, Locales
from wikisync.wiki.client import Wiki
from wikisync.wiki.endpoint import Access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from wikisync.config import Config
    from wikisync.planning.model import Base
    from wikisync.wiki.client import WikiIndex
    from wikisync.wiki.key_details import KeyDetails

_NO_KEY = "none"
"""Sent where there is no key: the wiki takes it for a visitor's."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a command runs: the configuration file given, the folder, the environment, the time.

    ``github`` is the event of a run on GitHub and whether it may write; None elsewhere.
    """

    file: Path | None
    start: Path
    env: Mapping[str, str]
    now: datetime
    github: tuple[str, bool] | None = None


def examine(load: Callable[[], Config], around: Surroundings) -> Iterator[Check]:
    """Yield one result for each check, in order. ``load`` returns the configuration.

    An error is the result of the check that met it; those that need its success were not tried.
    """
    try:
        config = load()
        yield describe_configuration(config, around.file, around.start, around.env)
    except WikisyncError as error:
        yield failed("configuration", error)
        yield from not_tried((*LOCAL, *REMOTE), "configuration")
        return
    if around.github is not None:
        event, may_write = around.github
        found = works if may_write else warning
        yield found("github", "may-write" if may_write else "may-not-write", event=event)
    bases: list[Base] = []
    files: list[str] = []
    yield check_git(config.folder)
    yield check_state(config, bases)
    yield check_folder(config, files)
    yield from _check_remote(config, around.now, bases, files)


def _check_remote(
    config: Config, now: datetime, bases: list[Base], files: list[str]
) -> Iterator[Check]:
    access = Access(
        config.token or _NO_KEY,
        config.headers,
        config.ca_file,
        config.client_cert,
        config.client_key,
    )
    for check in check_network(config, access, now):
        yield check
        if check.state == "fails":
            yield from not_tried(after(check.name), check.name)
            return
    try:
        wiki = Wiki(config.url, access, jobs=config.jobs)
    except WikisyncError as error:
        yield failed("wiki", error)
        yield from not_tried(after("wiki"), "wiki")
        return
    with wiki:
        yield from _check_accepted(wiki, config, now, bases, files)


def _check_accepted(
    wiki: Wiki, config: Config, now: datetime, bases: list[Base], files: list[str]
) -> Iterator[Check]:
    indexes: list[WikiIndex] = []
    yield from check_wiki(wiki, config, now, indexes)
    if not indexes:
        return
    (index,) = indexes
    details: list[KeyDetails] = []
    yield from check_key(wiki, config, index, now, details)
    locales = Locales(index.default_locale, index.locales)
    layout = Layout(locales, config.locale_folders, config.root, config.index)
    yield from check_rights(wiki, index, layout, bases, details[0], config)
    yield works(
        "locales",
        "locales",
        default=index.default_locale,
        locales=index.locales,
        namespacing=index.namespacing,
    )
    yield _check_layout(files, layout, index, bases)


def _check_layout(files: list[str], layout: Layout, index: WikiIndex, bases: list[Base]) -> Check:
    """Return whether the files are laid out as ``locale_folders`` says."""
    known = {page.key for page in index.pages} | {base.key for base in bases}
    found = find_misplaced(files, layout, lambda key: key in known)
    if found is None:
        return works("layout", "layout", setting=layout.locale_folders)
    names, default = found.files, layout.locales.default
    error = MisplacedFiles(names[0], "", layout.locale_folders, default, names, found.usual)
    return failed("layout", error)
