"""Encode the options and the settings that a plan was made with, and read them back. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from wikisync.config import AssetChoice, LocaleFolders
from wikisync.errors import NoSuchPath
from wikisync.planfile.fields import Malformed
from wikisync.planning.model import WRITES, Prefer
from wikisync.planning.path_filter import PathFilter
from wikisync.request import Request

if TYPE_CHECKING:
    from wikisync.planfile.fields import ObjectReader
    from wikisync.planning.model import Command

_COMMANDS: Final[tuple[Command, ...]] = tuple(WRITES)
_PREFER: Final[tuple[Prefer | None, ...]] = (None, *get_args(Prefer))
_ASSETS: Final[tuple[AssetChoice, ...]] = get_args(AssetChoice)
_LOCALE_FOLDERS: Final[tuple[LocaleFolders, ...]] = get_args(LocaleFolders)


def wish_data(request: Request) -> dict[str, Any]:
    """Return the options of a request."""
    return {
        "direction": request.direction,
        "paths": [
            {"typed": choice.typed, "names": list(choice.names), "as_file": choice.as_file}
            for choice in request.path_filters or ()
        ],
        "delete": request.delete,
        "prefer": request.prefer,
        "markers": request.markers,
        "convert": request.convert,
        "mirror": request.mirror,
        "max_delete": request.max_delete,
    }


def settings_from(given: ObjectReader) -> dict[str, Any]:
    """Return the settings of the configuration then. Raises Malformed."""
    return {
        "ignore": list(given.texts("ignore")),
        "write_back": given.get("write_back", bool),
        "root": given.get("root", str),
        "locale_folders": given.one_of("locale_folders", _LOCALE_FOLDERS),
        "index": given.get("index", str),
        "assets": given.one_of("assets", _ASSETS),
    }


def request_from(given: ObjectReader, root: str) -> Request:
    """Return the request of a plan that was made under ``root``. Raises Malformed."""
    try:
        meant = tuple(
            PathFilter.of(
                each.get("typed", str),
                each.texts("names"),
                as_file=each.get("as_file", bool),
                root=root,
            )
            for each in given.objects("paths")
        )
    except NoSuchPath as error:
        raise Malformed(f"{error.path} is no pattern") from error
    return Request(
        "plan",
        given.one_of("direction", _COMMANDS),
        tuple(choice.typed for choice in meant),
        delete=given.get("delete", bool),
        prefer=given.one_of("prefer", _PREFER),
        markers=given.get("markers", bool),
        convert=given.get("convert", bool),
        mirror=given.get("mirror", bool),
        max_delete=None if given.values.get("max_delete") is None else given.count("max_delete"),
        path_filters=meant,
    )
