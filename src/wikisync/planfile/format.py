"""Convert a report to the object of a plan file and back. Pure.

The object has what ``--json`` has, the preconditions of each item, and the texts of both sides.
A file that is read is untrusted: it must be unchanged since it was written, consistent, and show
the texts that its preconditions are about. It is never executed itself (``planning.reviewed``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, get_args

from wikisync import __version__
from wikisync.errors import BadName, BadPage
from wikisync.planfile.assets import (
    decode_assets,
    encode_actions,
    encode_conflicts,
    encode_rest,
)
from wikisync.planfile.fields import (
    Malformed,
    ObjectReader,
    key_data,
    key_of,
    local_data,
    local_of,
    page_data,
    page_of,
    remote_data,
    remote_of,
    texts_match,
)
from wikisync.planfile.options import request_from, settings_from, wish_data
from wikisync.planning.model import (
    Action,
    Adopt,
    Conflict,
    ConflictKind,
    Create,
    Delete,
    Merge,
    Move,
    Plan,
    Side,
    Update,
    Verb,
    item_id,
    original_file,
)
from wikisync.planning.notes import Note, NoteKind
from wikisync.report.json_output import as_data, results
from wikisync.request import PageDiff, Report

if TYPE_CHECKING:
    from wikisync.page.model import Page


VERSION: Final = 2
KIND: Final = "wikisync plan"


def encode(report: Report, settings: dict[str, Any], made: str) -> dict[str, Any]:
    """Return the object of a plan file, with its ``id``.

    ``settings`` are those of the configuration that decide what is written; ``made`` is ISO time.
    """
    data = as_data(report)
    texts = {item_id(pair.item): pair for pair in report.diffs}
    shown = [action for action, _outcome in results(report)]
    actions = [
        {**said, **_encode_action(action, texts.get(item_id(action)))}
        for said, action in zip(_pages(data["actions"]), shown, strict=True)
    ]
    conflicts = [
        {**said, **_encode_conflict(conflict, texts.get(item_id(conflict)))}
        for said, conflict in zip(_pages(data["conflicts"]), report.plan.conflicts, strict=True)
    ]
    whole = {
        "version": VERSION,
        "kind": KIND,
        "made": made,
        "wikisync": __version__,
        **{name: value for name, value in data.items() if name not in {"version", "refusals"}},
        "wish": wish_data(report.request),
        "settings": settings,
        "actions": [*actions, *encode_actions(report)],
        "conflicts": [*conflicts, *encode_conflicts(report)],
        "assets": encode_rest(report.plan.assets),
        "refusals": data["refusals"],
        "waiting": {side: report.plan.other_way.get(side, 0) for side in ("wiki", "folder")},
        "remarks": [
            {"kind": note.kind, "pages": note.pages, "detail": note.detail} for note in report.notes
        ],
    }
    return {**whole, "id": identity(whole)}


def _pages(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in items if item["kind"] == "page"]


def identity(data: dict[str, Any]) -> str:
    """Return the id of a plan file: the digest of everything else in it."""
    rest = {name: value for name, value in data.items() if name != "id"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode("ascii"), digest_size=16).hexdigest()


def _encode_action(action: Action, pair: PageDiff | None) -> dict[str, Any]:
    merge = action if isinstance(action, Merge) else None
    marks = merge is not None and merge.writes_markers
    return {
        **_preconditions(action, pair),
        "id": action.id,
        "theirs": [] if merge is None else list(merge.remote_changes),
        "merged": None if merge is None or not marks else page_data(merge.merged),
        "settles": action.forced,
        "withheld": action.skip_reason,
        "alike": list(action.rename_candidates) if isinstance(action, Delete) else [],
        "marks": marks,
        "converts": isinstance(action, Update) and action.converts,
        "old_file": original_file(action),
    }


def _encode_conflict(conflict: Conflict, pair: PageDiff | None) -> dict[str, Any]:
    return {
        "conflict": conflict.kind,
        "fields": list(conflict.fields),
        "detail": conflict.detail,
        **_preconditions(conflict, pair),
        "mine": list(conflict.local_changes),
        "theirs": list(conflict.remote_changes),
        "old_file": conflict.from_file,
    }


def _preconditions(item: Action | Conflict, pair: PageDiff | None) -> dict[str, Any]:
    return {
        "here": local_data(item.local),
        "there": remote_data(item.remote),
        "origin": key_data(item.from_key if isinstance(item, Move | Conflict) else None),
        "old": page_data(pair.old if pair else None),
        "new": page_data(pair.new if pair else None),
        "here_text": page_data(pair.in_folder if pair else None),
    }


_KINDS: Final = ("page", "asset")
_SIDES: Final[tuple[Side, ...]] = get_args(Side)
_VERBS: Final[tuple[Verb, ...]] = get_args(Verb)
_OVERWRITES: Final[tuple[Side | None, ...]] = (None, *_SIDES)
_CONFLICTS: Final[tuple[ConflictKind, ...]] = get_args(ConflictKind)
_NOTES: Final[tuple[NoteKind, ...]] = get_args(NoteKind)


@dataclass(frozen=True, slots=True)
class ReviewedPlan:
    """A plan file as read: its plan with all texts, its ``id``, and what it was made with.

    ``settings`` are those of the configuration then; ``made`` is ISO time, and ``by``
    the version of wikisync that wrote it.
    """

    report: Report
    id: str
    made: str
    by: str
    settings: dict[str, Any] = field(default_factory=dict)


def decode(data: object) -> ReviewedPlan:
    """Return the plan that ``encode`` wrote. Raises Malformed for anything else."""
    given = ObjectReader(data, "the file")
    if given.values.get("kind") != KIND:
        raise Malformed("it was not written by wikisync plan")
    version = given.get("version", int)
    if version != VERSION:
        newer = "a newer" if version > VERSION else "an older"
        raise Malformed(f"it was written by {newer} wikisync (version {version} of the format)")
    if given.get("id", str) != identity(dict(given.values)):
        raise Malformed("it was changed since it was written")
    settings = settings_from(given.object("settings"))
    report = Report(
        request_from(given.object("wish"), settings["root"]),
        given.get("wiki", str),
        given.get("folder", str),
        Plan(),
        root=settings["root"],
    )
    pairs: list[PageDiff] = []
    plan = _plan(given, pairs)
    for pair in pairs:
        if not texts_match(pair):
            raise Malformed(f"the text it shows for {pair.item.file} is not the planned one")
    notes = tuple(
        Note(each.one_of("kind", _NOTES), each.count("pages"), each.get("detail", str))
        for each in given.objects("remarks")
    )
    assets, asset_diffs = decode_assets(given)
    report = replace(
        report,
        plan=replace(plan, assets=assets),
        diffs=tuple(pairs),
        notes=notes,
        asset_diffs=asset_diffs,
    )
    found = ReviewedPlan(
        report,
        given.get("id", str),
        given.get("made", str),
        given.get("wikisync", str),
        settings,
    )
    # Another version may word the same differently.
    if found.by == __version__ and encode(report, found.settings, found.made) != given.values:
        raise Malformed("it contradicts itself")
    return found


def _plan(given: ObjectReader, pairs: list[PageDiff]) -> Plan:
    counts, waiting = given.object("counts"), given.object("waiting")
    if given.objects("refusals"):
        raise Malformed("it was refused when it was made")
    return Plan(
        actions=tuple(_decode_action(each, pairs) for each in _of_pages(given, "actions")),
        conflicts=tuple(_decode_conflict(each, pairs) for each in _of_pages(given, "conflicts")),
        problems=tuple(_problem(each) for each in _of_pages(given, "problems")),
        pages=counts.count("pages"),
        in_sync=counts.count("in_sync"),
        other_way={side: count for side in _SIDES if (count := waiting.count(side))},
    )


def _of_pages(given: ObjectReader, name: str) -> list[ObjectReader]:
    """Return the items of a list that are about pages; ``decode_assets`` reads the others."""
    kinds = {each: each.one_of("kind", _KINDS) for each in given.objects(name)}
    return [each for each, kind in kinds.items() if kind == "page"]


def _decode_action(given: ObjectReader, pairs: list[PageDiff]) -> Action:
    old, new = page_of(given.optional("old")), page_of(given.optional("new"))
    action = replace(
        _decode_verb(given, new),
        fields=given.texts("fields"),
        local=local_of(given.optional("here")),
        remote=remote_of(given.optional("there")),
        id=None if given.values.get("id") is None else given.count("id"),
        forced=given.get("settles", bool),
        overwrites=given.one_of("overwrites", _OVERWRITES),
        skip_reason=given.maybe("withheld", str),
    )
    if action.skip_reason not in {None, "delete"}:
        raise Malformed(f"`withheld` of {given.where} is not as it should be")
    if not isinstance(action, Adopt) and action.skip_reason is None:
        pairs.append(PageDiff(action, old, new, page_of(given.optional("here_text"))))
    return action


def _decode_verb(given: ObjectReader, new: Page | None) -> Action:
    """Return the action without the fields that every action may have.

    ``new`` is the page that a merge writes to both sides.
    """
    side, key, file = given.one_of("side", _SIDES), key_of(given), given.get("file", str)
    match given.one_of("action", _VERBS):
        case "create":
            return Create(side=side, key=key, file=file)
        case "update":
            return Update(side=side, key=key, file=file, converts=given.get("converts", bool))
        case "move":
            return Move(
                side=side,
                key=key,
                file=file,
                from_key=key_of(given.object("origin")),
                from_file=given.get("old_file", str),
            )
        case "merge":
            marks = given.get("marks", bool)
            return Merge(
                side=side,
                key=key,
                file=file,
                merged=page_of(given.optional("merged")) if marks else new,
                remote_changes=given.texts("theirs"),
                writes_markers=marks,
            )
        case "adopt":
            return Adopt(side=side, key=key, file=file)
        case "delete":
            return Delete(side=side, key=key, file=file, rename_candidates=given.texts("alike"))


def _decode_conflict(given: ObjectReader, pairs: list[PageDiff]) -> Conflict:
    here, there = given.optional("here"), given.optional("there")
    origin = given.optional("origin")
    conflict = Conflict(
        key_of(given),
        given.get("file", str),
        given.one_of("conflict", _CONFLICTS),
        given.texts("fields"),
        given.get("detail", str),
        local_of(here),
        remote_of(there),
        given.texts("mine"),
        given.texts("theirs"),
        None if origin is None else key_of(origin),
        given.get("old_file", str),
    )
    old, new = page_of(given.optional("old")), page_of(given.optional("new"))
    pairs.append(PageDiff(conflict, old, new))
    return conflict


def _problem(given: ObjectReader) -> BadPage | BadName:
    line = None if given.values.get("line") is None else given.count("line")
    file, message = given.get("file", str), given.get("message", str)
    if proposal := given.maybe("proposal", str):
        return BadName(file, message, proposal=proposal)
    return BadPage(file, line, message)
