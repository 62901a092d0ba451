"""A report as the object of a plan file: what ``--json`` has, the leases, and both texts. Pure."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from wikisync import __version__
from wikisync.planfile.values import key_data, local_data, page_data, remote_data
from wikisync.planning.model import Action, Conflict
from wikisync.report.data import as_data, results

if TYPE_CHECKING:
    from wikisync.request import Report, Request
    from wikisync.workflow.diff import PageDiff

VERSION: Final = 1
KIND: Final = "wikisync plan"


def encode(report: Report, settings: dict[str, Any], made: str) -> dict[str, Any]:
    """The object of a plan file, with its ``id``.

    ``settings`` are those of the configuration that decide what is written; ``made`` is ISO time.
    """
    data = as_data(report)
    texts = {_which(pair.item): pair for pair in report.diffs}
    shown = [action for action, _outcome in results(report)]
    actions = [
        {**said, **_encode_action(action, texts.get(_which(action)))}
        for said, action in zip(data["actions"], shown, strict=True)
    ]
    conflicts = [
        {**said, **_encode_conflict(conflict, texts.get(_which(conflict)))}
        for said, conflict in zip(data["conflicts"], report.plan.conflicts, strict=True)
    ]
    whole = {
        "version": VERSION,
        "kind": KIND,
        "made": made,
        "wikisync": __version__,
        **{name: value for name, value in data.items() if name not in {"version", "refusals"}},
        "wish": _wish(report.request),
        "settings": settings,
        "actions": actions,
        "conflicts": conflicts,
        "refusals": data["refusals"],
        "waiting": {side: report.plan.other_way.get(side, 0) for side in ("wiki", "folder")},
        "remarks": [
            {"kind": note.kind, "pages": note.pages, "detail": note.detail} for note in report.notes
        ],
    }
    return {**whole, "id": identity(whole)}


def identity(data: dict[str, Any]) -> str:
    """The id of a plan file: the digest of all the rest of it."""
    rest = {name: value for name, value in data.items() if name != "id"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode("ascii"), digest_size=16).hexdigest()


def _which(item: Action | Conflict) -> tuple[object, bool, bool]:
    conflict = isinstance(item, Conflict)
    return item.key, conflict, isinstance(item, Action) and item.verb == "move"


def _wish(request: Request) -> dict[str, Any]:
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


def _encode_action(action: Action, pair: PageDiff | None) -> dict[str, Any]:
    return {
        **_leases(action, pair),
        "id": action.id,
        "theirs": list(action.remote_changes),
        "merged": page_data(action.merged) if action.writes_markers else None,
        "settles": action.forced,
        "withheld": action.skip_reason,
        "alike": list(action.rename_candidates),
        "marks": action.writes_markers,
        "converts": action.converts,
        "old_file": action.first_file or action.from_file,
    }


def _encode_conflict(conflict: Conflict, pair: PageDiff | None) -> dict[str, Any]:
    return {
        "kind": conflict.kind,
        "fields": list(conflict.fields),
        "detail": conflict.detail,
        **_leases(conflict, pair),
        "mine": list(conflict.local_changes),
        "theirs": list(conflict.remote_changes),
        "old_file": conflict.from_file,
    }


def _leases(item: Action | Conflict, pair: PageDiff | None) -> dict[str, Any]:
    return {
        "here": local_data(item.local),
        "there": remote_data(item.remote),
        "origin": key_data(item.from_key),
        "old": page_data(pair.old if pair else None),
        "new": page_data(pair.new if pair else None),
        "here_text": page_data(pair.in_folder if pair else None),
    }
