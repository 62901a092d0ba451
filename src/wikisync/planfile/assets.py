"""Encode the assets of a plan, with the digests that their steps expect, and read them back. Pure.

A plan file has no bytes of assets. It shows their sizes, digests and dimensions, which must be
those of the preconditions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, get_args

from wikisync.errors import BadAsset, BadName
from wikisync.page.image_size import ImageSize
from wikisync.planfile.fields import Malformed
from wikisync.planning.asset_model import (
    AssetAction,
    AssetConflict,
    AssetConflictKind,
    AssetPlan,
    AssetVerb,
    LocalAsset,
    RemoteAsset,
)
from wikisync.planning.model import Side
from wikisync.report.asset_data import asset_actions_data, asset_conflicts_data
from wikisync.report.asset_rows import versions
from wikisync.request import AssetDiff, AssetVersion

if TYPE_CHECKING:
    from wikisync.planfile.fields import ObjectReader
    from wikisync.request import Report

_SIDES: Final[tuple[Side, ...]] = get_args(Side)
_OVERWRITES: Final[tuple[Side | None, ...]] = (None, *_SIDES)
_VERBS: Final[tuple[AssetVerb, ...]] = get_args(AssetVerb)
_CONFLICTS: Final[tuple[AssetConflictKind, ...]] = get_args(AssetConflictKind)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def encode_actions(report: Report) -> list[dict[str, Any]]:
    """Return the actions on assets of a planned report, with their preconditions."""
    plan = report.plan.assets or AssetPlan()
    return [
        {
            **said,
            **_preconditions(action),
            "old_file": action.from_file,
            "settles": action.forced,
            "withheld": action.skip_reason,
        }
        for said, action in zip(asset_actions_data(report), plan.actions, strict=True)
    ]


def encode_conflicts(report: Report) -> list[dict[str, Any]]:
    """Return the conflicts of assets of a planned report."""
    plan = report.plan.assets or AssetPlan()
    return [
        {
            **said,
            **_preconditions(conflict),
            "conflict": conflict.kind,
            "detail": conflict.detail,
            "origin": conflict.from_path,
            "old_file": conflict.from_file,
        }
        for said, conflict in zip(asset_conflicts_data(report), plan.conflicts, strict=True)
    ]


def encode_rest(plan: AssetPlan | None) -> dict[str, Any] | None:
    """Return the rest of a plan of assets; None where the configuration leaves assets out."""
    if plan is None:
        return None
    return {
        "waiting": {side: plan.other_way.get(side, 0) for side in _SIDES},
        "references": {path: list(pages) for path, pages in plan.references.items()},
        "allowed": plan.allowed,
        "left_out": plan.left_out,
    }


def decode_assets(given: ObjectReader) -> tuple[AssetPlan | None, tuple[AssetDiff, ...]]:
    """Return the plan of assets in a plan file, and what it shows of them. Raises Malformed."""
    rest = given.optional("assets")
    diffs: list[AssetDiff] = []
    plan = AssetPlan(
        actions=tuple(_decode_action(each, diffs) for each in _of_kind(given, "actions")),
        conflicts=tuple(_decode_conflict(each, diffs) for each in _of_kind(given, "conflicts")),
        problems=tuple(_problem(each) for each in _of_kind(given, "problems")),
    )
    if rest is None:
        if plan != AssetPlan():
            raise Malformed("it has images and files, and says that it has none")
        return None, ()
    counts, waiting = given.object("counts").object("assets"), rest.object("waiting")
    references = rest.object("references")
    return AssetPlan(
        actions=plan.actions,
        conflicts=plan.conflicts,
        problems=plan.problems,
        assets=counts.count("pages"),
        in_sync=counts.count("in_sync"),
        other_way={side: count for side in _SIDES if (count := waiting.count(side))},
        references={path: references.texts(path) for path in references.values},
        allowed=rest.get("allowed", bool),
        left_out=rest.count("left_out"),
    ), tuple(diffs)


def _of_kind(given: ObjectReader, name: str) -> list[ObjectReader]:
    return [each for each in given.objects(name) if each.values.get("kind") == "asset"]


def _preconditions(item: AssetAction | AssetConflict) -> dict[str, Any]:
    here, there = item.local, item.remote
    return {
        "here": here
        and {"file": here.file, "path": here.path, "size": here.size, "digest": here.sha256},
        "there": there
        and {
            "id": there.id,
            "folder": there.folder,
            "path": there.path,
            "size": there.size,
            "mime": there.mime,
            "created_at": there.created_at,
            "updated_at": there.updated_at,
            "digest": there.sha256 or None,
        },
    }


def _decode_action(given: ObjectReader, diffs: list[AssetDiff]) -> AssetAction:
    action = AssetAction(
        verb=given.one_of("action", _VERBS),
        side=given.one_of("side", _SIDES),
        path=given.get("path", str),
        file=given.get("file", str),
        local=_local(given.optional("here")),
        remote=_remote(given.optional("there")),
        from_path=given.maybe("from", str) or "",
        from_file=given.get("old_file", str),
        forced=given.get("settles", bool),
        overwrites=given.one_of("overwrites", _OVERWRITES),
        skip_reason=given.maybe("withheld", str),
    )
    if action.skip_reason not in {None, "delete"}:
        raise Malformed(f"`withheld` of {given.where} is not as it should be")
    shown = _diff(given, action)
    if action.verb != "adopt" and action.skip_reason is None:
        diffs.append(shown)
    return action


def _decode_conflict(given: ObjectReader, diffs: list[AssetDiff]) -> AssetConflict:
    conflict = AssetConflict(
        path=given.get("path", str),
        file=given.get("file", str),
        kind=given.one_of("conflict", _CONFLICTS),
        local=_local(given.optional("here")),
        remote=_remote(given.optional("there")),
        from_path=given.get("origin", str),
        from_file=given.get("old_file", str),
        detail=given.get("detail", str),
    )
    diffs.append(_diff(given, conflict))
    return conflict


def _diff(given: ObjectReader, item: AssetAction | AssetConflict) -> AssetDiff:
    """Return what is shown of an asset. Raises Malformed if it is not what the step expects."""
    shown = _version(given.optional("before")), _version(given.optional("after"))
    for said, planned in zip(shown, versions(item), strict=True):
        if said is None or planned is None:
            same = said is planned
        else:
            same = said.size == planned.size and planned.sha256 in {"", said.sha256}
        if not same:
            raise Malformed(f"what it shows of {item.file} is not what is planned")
    return AssetDiff(item, *shown)


def _version(given: ObjectReader | None) -> AssetVersion | None:
    if given is None:
        return None
    pixels = None
    if given.values.get("width") is not None:
        pixels = ImageSize(given.count("width"), given.count("height"))
    return AssetVersion(given.count("size"), _digest(given, "sha256"), pixels)


def _local(given: ObjectReader | None) -> LocalAsset | None:
    if given is None:
        return None
    path, file = given.get("path", str), given.get("file", str)
    return LocalAsset(path, file, given.count("size"), _digest(given, "digest"))


def _remote(given: ObjectReader | None) -> RemoteAsset | None:
    if given is None:
        return None
    return RemoteAsset(
        path=given.get("path", str),
        id=given.count("id"),
        folder=given.count("folder"),
        size=given.count("size"),
        mime=given.get("mime", str),
        created_at=given.get("created_at", str),
        updated_at=given.get("updated_at", str),
        sha256=_digest(given, "digest"),
    )


def _digest(given: ObjectReader, name: str) -> str:
    """Return a SHA-256 in hexadecimal digits; "" for null."""
    text = given.maybe(name, str)
    if text is not None and not _SHA256.fullmatch(text):
        raise Malformed(f"`{name}` of {given.where} is none")
    return text or ""


def _problem(given: ObjectReader) -> BadAsset | BadName:
    file, message = given.get("file", str), given.get("message", str)
    proposal = given.maybe("proposal", str)
    return BadName(file, message, proposal=proposal) if proposal else BadAsset(file, message)
