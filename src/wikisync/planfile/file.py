"""Read and write plan files, and check that a plan was made for this configuration.

A file is written whole or not at all.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from wikisync.errors import BadPlan, NotWritten, PageChanged
from wikisync.folder.filesystem import sync_folder
from wikisync.page.paths import EXTENSIONS
from wikisync.planfile.fields import Malformed, texts_match
from wikisync.planfile.format import KIND, ReviewedPlan, decode, encode
from wikisync.planning.model import Refusal
from wikisync.private_files import reason_of, write_output
from wikisync.report.json_output import one_line
from wikisync.state.journal import now
from wikisync.wiki.bounded_json import MAX_VALUES, TooComplex, check_values

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.config import Config
    from wikisync.planfile.format import ReviewedPlan
    from wikisync.request import Report


MAX_BYTES: Final = 512 * 1024 * 1024
"""A larger file is no plan: a plan for twelve thousand pages of the usual size is a third of it."""

_HEAD: Final = 256


def check(path: Path, pages: Path | None = None) -> None:
    """Raise NotWritten if a plan cannot be written to ``path``.

    An existing file must be a plan or empty. In the folder ``pages``, the name must not be that of
    a page.
    """
    try:
        whole = path.resolve()
        if pages and whole.suffix in EXTENSIONS and whole.is_relative_to(pages.resolve()):
            raise NotWritten(str(path), "the next push would take it for a page")
        if not path.parent.is_dir():
            raise NotWritten(str(path), "there is no such folder")
        if not path.exists():
            return
        if not path.is_file():
            raise NotWritten(str(path), "it is no file")
        with path.open("rb") as handle:
            head = handle.read(_HEAD)
    except OSError as error:
        raise NotWritten(str(path), reason_of(error)) from error
    if head and f'"{KIND}"'.encode() not in head:
        raise NotWritten(str(path), "a file of that name exists and is not a plan")


def save(report: Report, settings: dict[str, Any], path: Path) -> str:
    """Write the plan of a report down, and return its id.

    The file is there as a whole or as it was before; a new one is for its owner alone, as it holds
    the texts of pages. Raises NotWritten, and PageChanged where a
    page changed while the plan was made.
    """
    for pair in report.diffs:
        if not texts_match(pair):
            raise PageChanged(pair.item.key, "it changed while the plan was made")
    data = encode(report, settings, now())
    text = f"{one_line(data)}\n".encode()
    if len(text) > MAX_BYTES:
        reason = f"it would be over {MAX_BYTES >> 20} MiB; choose fewer pages with PATH"
        raise NotWritten(str(path), reason)
    try:
        check_values(text, MAX_VALUES)
    except TooComplex as error:
        raise NotWritten(str(path), "it would be too long; choose fewer pages with PATH") from error
    check(path)
    try:
        write_output(path, text)
        sync_folder(path.resolve().parent)
    except OSError as error:
        raise NotWritten(str(path), reason_of(error)) from error
    return str(data["id"])


def load(path: Path) -> ReviewedPlan:
    """Return the plan in a file. Raises BadPlan if it is no plan, or was edited."""
    try:
        with path.open("rb") as handle:
            data = handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadPlan(str(path), reason_of(error)) from error
    if len(data) > MAX_BYTES:
        raise BadPlan(str(path), f"it is over {MAX_BYTES >> 20} MiB")
    try:
        check_values(data, MAX_VALUES)
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_no_number
        )
    except TooComplex as error:
        raise BadPlan(str(path), f"it is {error.reason}") from error
    except (ValueError, RecursionError) as error:
        raise BadPlan(str(path), "it was not written by wikisync plan") from error
    try:
        return decode(value)
    except (Malformed, RecursionError) as error:
        raise BadPlan(str(path), str(error) or "it is nested too deeply") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):  # a key twice: readers differ in which one they take
        raise ValueError("a name is there twice")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def settings_of(config: Config) -> dict[str, Any]:
    """Return the settings that decide what a run writes, beside the wiki and the folder."""
    return {
        "ignore": list(config.ignore),
        "write_back": config.write_back,
        "root": config.root,
        "locale_folders": config.locale_folders,
        "index": config.index,
        "assets": config.assets,
    }


def foreign_plan(reviewed: ReviewedPlan, config: Config) -> Refusal | None:
    """Return the refusal of a plan made with another configuration; None if it may run."""
    report = reviewed.report
    pairs: dict[str, tuple[Any, Any]] = {
        "wiki": (report.wiki, config.url),
        "folder": (report.folder, config.folder_name),
    }
    now = settings_of(config)
    pairs |= {name: (reviewed.settings.get(name), value) for name, value in now.items()}
    other = [
        f"{name} was {_said(old)}, and is now {_said(new)}"
        for name, (old, new) in pairs.items()
        if old != new
    ]
    return Refusal("foreign-plan", detail="; ".join(other)) if other else None


def _said(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case list():
            return ", ".join(map(str, value)) or "empty"
    return str(value) or "empty"
