"""Format the result of ``wikisync init``, as lines for a user or as JSON."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wikisync.config import FILE
from wikisync.page.paths import ALL_FOLDERS
from wikisync.planning.model import Plan
from wikisync.report.error_messages import error_message
from wikisync.report.json_output import as_data, one_line
from wikisync.report.text import escape_control, plural
from wikisync.request import Report, Request
from wikisync.workflow.init import NO_WRITE_BACK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.config import Config
    from wikisync.doctor.model import Check
    from wikisync.workflow.init import InitResult


_DOCTOR: Final = "What works and what does not: wikisync doctor."


_SAID: Final = frozenset({"read", "write", "layout", "locales", "folder"})
"""The checks that init reports in its own words."""
_FOR_WRITERS: Final = frozenset({"delete", "history", "styles"})
"""The checks of rights that a key which is to read need not have."""


def doctor_checks(result: InitResult) -> list[Check]:
    """Return the checks of ``doctor``; none without a connection."""
    if result.connection is None:
        return []
    from wikisync.doctor.examine import Surroundings, examine

    around = Surroundings(Path(FILE), Path.cwd(), os.environ, datetime.now(UTC))
    return list(examine(lambda: result.config, around))


def _warnings(result: InitResult, checks: Iterable[Check]) -> Iterator[str]:
    """Yield a line for each check that fails or has a warning, beyond what init says itself."""
    from wikisync.report.doctor_messages import check_message

    said = _SAID | _FOR_WRITERS if result.read_only else _SAID
    for check in checks:
        if check.state in {"fails", "warning"} and check.name not in said:
            yield f"{check.name}: {check_message(check)}"


def init_lines(
    result: InitResult, checks: Iterable[Check] = (), *, next_steps: bool = True
) -> Iterator[str]:
    """Yield the lines for a user: what was created, what was found, what to do next.

    ``checks`` are those of ``doctor``. ``next_steps=False`` leaves out what to do once connected.
    """
    config, verb = result.config, "Wrote" if result.wrote else "Found"
    yield f"{verb} {FILE}: {config.folder_name}/ ↔ {config.url}{_below(config)}"
    if result.wrote and config.locale_folders == "all":
        yield f"It has {ALL_FOLDERS}, since every page here is in the folder of its locale."
    elif result.fitting == "all" != config.locale_folders:
        yield f"Every page here is in the folder of its locale: set {ALL_FOLDERS} in {FILE}."
    if result.storage_commits and result.wrote:
        commits = plural(result.storage_commits, "recent commit")
        yield f"It has {NO_WRITE_BACK}: Wiki.js's Git storage commits here too ({commits})."
    elif result.storage_commits and config.write_back:
        yield "Wiki.js's Git storage commits to this repository. If it is still active, set"
        yield f"{NO_WRITE_BACK} in {FILE}: else its commits and yours conflict in the dates."
    if result.error is not None:
        message = error_message(result.error)
        yield escape_control(f"{message.text} {message.hint}".strip())
        yield _DOCTOR
        return
    if result.connection is None:
        yield "Next: make an API key on the wiki (Administration → API Access → New API Key),"
        yield "then export WIKISYNC_TOKEN=… and run wikisync init again to try the connection."
        return
    pages = plural(len(result.pages), "page")
    installed = result.connection.locales
    locales = f"locale{'' if len(installed) == 1 else 's'} {', '.join(installed)}"
    yield escape_control(f"Connected: {pages}{_below(config)}, {locales}.")
    yield from map(escape_control, _warnings(result, checks))
    yield from _rights_lines(result)
    if next_steps:
        publish = "" if result.read_only else ", or publish yours with wikisync push"
        yield f"Next: fetch the wiki's pages with wikisync pull{publish}."


def _rights_lines(result: InitResult) -> Iterator[str]:
    """Yield what the key may not do, where it may not sync."""
    if result.read_only:
        yield "This key may only read: status, diff, pull and plan work. To publish, its group"
        yield "needs write:pages and manage:pages too."
    elif result.missing_rights:
        lacking = error_message(result.missing_rights)
        yield escape_control("But " + lacking.text[0].lower() + lacking.text[1:])
        yield escape_control(lacking.hint)
        yield _DOCTOR


def key_lines() -> Iterator[str]:
    """Yield how to give the key, which was asked for, to the next commands."""
    yield "The key was not saved. Before the next command, set it in this terminal:"
    if os.name == "nt":
        yield "  $env:WIKISYNC_TOKEN = Read-Host"
    else:
        yield "  read -rs WIKISYNC_TOKEN; export WIKISYNC_TOKEN"
    yield "(then paste the key and press Enter: so it is not in the shell's history)."


def init_json(result: InitResult, checks: Iterable[Check] = ()) -> str:
    """Return the result as the JSON object that every command prints, with ``checks``."""
    from wikisync.report.doctor_output import check_data

    plan = Plan(pages=len(result.pages))
    report = Report(Request("init", "sync"), result.config.url, result.config.folder_name, plan)
    data = as_data(report) | {"checks": [check_data(check) for check in checks]}
    if result.error is not None:
        data["error"] = str(error_message(result.error))
    return one_line(data)


def _below(config: Config) -> str:
    return f" below {config.root}" if config.root else ""
