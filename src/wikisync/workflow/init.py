"""Run ``wikisync init``: write the configuration, create the folder, test the connection."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wikisync.config import FILE, check_folder, holds_token, load
from wikisync.errors import (
    BadConfig,
    FolderError,
    Forbidden,
    NotConfigured,
    PageGone,
    PageHidden,
    TokenInFile,
    Unauthenticated,
    WikisyncError,
)
from wikisync.private_files import reason_of
from wikisync.report.error_messages import error_message
from wikisync.report.text import escape_control, plural
from wikisync.wiki import endpoint
from wikisync.wiki.client import Wiki, WikiIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wikisync.config import Config


@dataclass(frozen=True, slots=True)
class InitResult:
    """The result of ``init``. ``error`` is set if the connection failed.

    ``wrote`` is whether the configuration is new; ``connection`` is None without a token or after
    an error. ``missing_rights`` has the rights that the key lacks for a sync, as far as tested.
    """

    config: Config
    wrote: bool
    connection: WikiIndex | None
    missing_rights: Forbidden | None = None
    error: WikisyncError | None = None

    def lines(self) -> Iterator[str]:
        """Yield the lines for a user: what was created, what was found, what to do next."""
        config, verb = self.config, "Wrote" if self.wrote else "Found"
        yield f"{verb} {FILE}: {config.folder_name}/ ↔ {config.url}"
        if self.error is not None:
            message = error_message(self.error)
            yield escape_control(f"{message.text} {message.hint}".strip())
            return
        if self.connection is None:
            yield "Next: make an API key on the wiki (Administration → API Access → New API Key),"
            yield "then export WIKISYNC_TOKEN=… and run wikisync init again to try the connection."
            return
        pages = plural(len(self.connection.pages), "page")
        yield escape_control(f"Connected: {pages}, locales {', '.join(self.connection.locales)}.")
        if self.missing_rights:
            lacking = error_message(self.missing_rights).text
            yield escape_control("But " + lacking[0].lower() + lacking[1:])
            yield escape_control(error_message(self.missing_rights).hint)
        yield "Next: wikisync pull brings the wiki's pages here, wikisync push sends yours."

    def to_json(self) -> str:
        """Return the result as the JSON object that every command prints."""
        from wikisync.planning.model import Plan
        from wikisync.report.json_output import as_data, one_line
        from wikisync.request import Report, Request

        plan = Plan(pages=len(self.connection.pages) if self.connection else 0)
        report = Report(Request("init", "sync"), self.config.url, self.config.folder_name, plan)
        data = as_data(report)
        if self.error is not None:
            data["error"] = str(error_message(self.error))
        return one_line(data)


def init(
    url: str | None, folder: str, load_file: Callable[[Path], Config] | None = None
) -> InitResult:
    """Write a configuration for ``folder`` and the wiki at ``url`` into the current folder.

    An existing configuration is kept and tested, unless ``init`` wrote it for another wiki and it
    was neither edited nor used. No page or file of a page is changed. Raises UsageError, and
    FolderError if a file cannot be written.
    """
    file = Path.cwd() / FILE
    wrote = not file.exists() or (
        url is not None and _never_used(file, endpoint.normalize_url(url))
    )
    if wrote:
        if not url:
            raise NotConfigured("address")
        for name, value in (("url", url), ("folder", folder)):
            if holds_token(value):
                raise TokenInFile(FILE, name)
        check_folder(FILE, Path.cwd(), folder)
        text = _text(url, folder)
        file.unlink(missing_ok=True)
        _write(file, text)
    config = load_file(file) if load_file else load(file, need_token=False)
    if url and (wanted := endpoint.normalize_url(url)) != config.url:
        raise BadConfig(str(file), "url", config.url, f"{wanted} (edit the file to change it)")
    try:
        config.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FolderError(config.folder_name, "make", reason_of(error)) from error
    if not config.token:
        return InitResult(config, wrote, None)
    return _test_connection(config, wrote)


def _text(url: str, folder: str) -> str:
    return f"url = {_quoted(endpoint.normalize_url(url))}\nfolder = {_quoted(folder)}\n"


def _never_used(file: Path, url: str) -> bool:
    """Return whether a configuration is as ``init`` wrote it for another wiki, and never used."""
    try:
        config = load(file, env={}, need_token=False)
        untouched = file.read_text("utf-8") == _text(config.url, config.folder_name)
    except (OSError, UnicodeDecodeError, WikisyncError):
        return False
    return untouched and config.url != url and not config.state.exists()


def _test_connection(config: Config, wrote: bool) -> InitResult:
    try:
        with Wiki(config.url, config.token, ca_file=config.ca_file) as wiki:
            connection = wiki.connect()
            if not connection.authenticated:
                raise Unauthenticated(config.url)
            return InitResult(config, wrote, connection, _missing_rights(wiki, connection))
    except WikisyncError as error:
        return InitResult(config, wrote, None, error=error)


def _missing_rights(wiki: Wiki, connection: WikiIndex) -> Forbidden | None:
    """Return the rights that the key lacks, tested with an existing and with a missing page."""
    try:
        for listed in connection.pages[:1]:
            wiki.read_one(listed.id)
    except Forbidden as error:
        return error
    except PageGone:
        pass
    except PageHidden:
        return Forbidden(wiki.url, ("read:source", "manage:pages"))
    return None if wiki.may_write() else Forbidden(wiki.url, ("write:pages",))


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as handle:
            handle.write(text)
    except OSError as error:
        if not isinstance(error, FileExistsError):
            file.unlink(missing_ok=True)  # the next init would keep an incomplete file
        raise FolderError(file.name, "write", reason_of(error)) from error


def _quoted(text: str) -> str:
    # JSON's strings are TOML's basic strings.
    return json.dumps(text, ensure_ascii=False)
