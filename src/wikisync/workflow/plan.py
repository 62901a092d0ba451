"""Create the plan of a command: recover an interrupted run, collect both sides, plan, check guards.

Nothing is written but what recovers an interrupted run.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from wikisync.errors import BadName, Unauthenticated
from wikisync.page.model import Key
from wikisync.planning.asset_guards import asset_guards, refuse_large, unread_files
from wikisync.planning.asset_planner import plan_assets
from wikisync.planning.guards import (
    GuardOptions,
    check_authenticated,
    foreign_root,
    foreign_state,
    guards,
    is_other_wiki,
    is_same_wiki,
    rewound,
)
from wikisync.planning.model import Plan, Refusal, Remote
from wikisync.planning.notes import Note
from wikisync.planning.path_filter import check_selected, page_selector, parse_paths
from wikisync.planning.planner import file_for, make_plan
from wikisync.planning.snapshot import PlanOptions
from wikisync.request import Report
from wikisync.snapshot.asset_files import with_files_read
from wikisync.snapshot.assets import AssetOptions
from wikisync.snapshot.collect import CollectedState, collect, collect_offline
from wikisync.workflow.context import saved_notes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wikisync.config import Config
    from wikisync.folder.scan import Scan
    from wikisync.page.document import HeaderDoubt
    from wikisync.planning.model import Command, IgnoreReason, Prefer
    from wikisync.planning.notes import NoteKind
    from wikisync.planning.path_filter import PathFilter
    from wikisync.planning.snapshot import Snapshot
    from wikisync.request import Request
    from wikisync.snapshot.first_request import Listing
    from wikisync.state import State
    from wikisync.workflow.context import RunContext


_MIRRORED: Final[dict[Command, Prefer]] = {"push": "local", "pull": "wiki"}
"""The side that each mirroring command takes as the source."""


def create_plan(
    context: RunContext,
    request: Request,
    *,
    recover: Callable[[RunContext], None] = lambda _context: None,
    narrow: Callable[[Plan, CollectedState], Plan] = lambda plan, _sides: plan,
    listing: Listing | None = None,
) -> tuple[Report, CollectedState | None]:
    """Return a report with the plan of a request, and the state of both sides that it is made of.

    The state is None if a guard refused before it was collected. ``recover`` is called first, to
    recover interrupted runs. ``narrow`` may remove steps from the plan before its guards are
    checked. ``listing`` is the answer to the first request, if that was sent before.
    """
    config = context.config
    report = Report(request, config.url, config.folder_name, Plan(), root=config.root)
    try:
        return _collect_and_plan(context, request, report, recover, narrow, listing)
    except Unauthenticated:  # a guest who may not even list the pages
        return replace(report, plan=Plan(refusals=(Refusal("guest", side="wiki"),))), None


def _collect_and_plan(
    context: RunContext,
    request: Request,
    report: Report,
    recover: Callable[[RunContext], None],
    narrow: Callable[[Plan, CollectedState], Plan],
    listing: Listing | None,
) -> tuple[Report, CollectedState | None]:
    owner = check_state_owner(context, request)
    if isinstance(owner, Refusal):
        return replace(report, plan=Plan(refusals=(owner,))), None
    without_state = owner == "another's"
    if without_state:
        collected = _collect(context, request, without_state=True)
    else:
        recover(context)
        collected = _collect(context, request, listing)
    if refusals := check_authenticated(collected.authenticated, collected.snapshot):
        return replace(report, plan=Plan(refusals=refusals)), None
    snapshot = collected.snapshot
    if is_other_wiki(snapshot.bases.values(), collected.listed):
        if "foreign-state" not in request.allow:
            refusal = foreign_state(
                f"{context.config.url} is not the wiki of the last run", same=False
            )
            return replace(report, plan=Plan(refusals=(refusal,))), None
        collected = _collect(context, request, without_state=True)
    filters = request.path_filters
    if filters is None:
        config, default = context.config, collected.layout.locales.default
        filters = parse_paths(request.paths, config.folder, Path.cwd(), config.root, default)
        _check_paths(filters, collected)
    options = PlanOptions(
        request.direction,
        request.delete,
        _MIRRORED[request.direction] if request.mirror else request.prefer,
        page_selector(filters),
        request.markers,
        request.convert,
        request.mirror,
    )
    plan, collected = _plan(context, collected, options)
    plan = narrow(plan, collected)
    notes = tuple(note for note in collected.notes if _is_due(note, request, collected))
    notes = (*notes, *_header_notes(collected.scanned, options))
    deleted = _deleted(context, collected.snapshot)
    if request.command in {"status", "diff"}:
        for refusal in rewound(collected.snapshot, request.direction, deleted):
            notes = (*notes, Note("rewound", refusal.count, files=refusal.files))
    else:
        plan = replace(plan, refusals=_refusals(context, request, collected, plan, deleted))
    notes = (*notes, *_left_out(context, request, collected))
    request = replace(request, path_filters=filters)
    saved = saved_notes(context.folder)
    return replace(report, request=request, plan=plan, notes=(*saved, *notes)), collected


def _collect(
    context: RunContext,
    request: Request,
    listing: Listing | None = None,
    *,
    without_state: bool = False,
) -> CollectedState:
    """Return the state of both sides, as far as the request looks at them."""
    config = context.config
    assets = AssetOptions(config.assets, config.jobs, config.max_asset_size)
    if request.offline:
        return collect_offline(
            context.folder, context.state, context.progress, context.layout, assets
        )
    return collect(
        context.folder,
        context.wiki,
        context.state,
        context.progress,
        context.layout,
        without_state=without_state,
        verify=request.verify,
        assets=assets,
        listing=listing,
    )


def _plan(
    context: RunContext, collected: CollectedState, options: PlanOptions
) -> tuple[Plan, CollectedState]:
    """Return the plan of the pages, and of the assets if any are synced.

    The state has the digests of the files that the plan needs.
    """
    plan, assets = make_plan(collected.snapshot, options), collected.assets
    if assets is None:
        return plan, collected
    limit = context.config.max_asset_size
    planned = refuse_large(plan_assets(assets.snapshot, options), limit)
    if unread := unread_files(planned):
        assets = with_files_read(assets, unread, context.folder, context.progress)
        collected = replace(collected, assets=assets)
        planned = refuse_large(plan_assets(assets.snapshot, options), limit)
    return replace(plan, assets=planned), collected


def _refusals(
    context: RunContext,
    request: Request,
    collected: CollectedState,
    plan: Plan,
    deleted: frozenset[tuple[int, str]],
) -> tuple[Refusal, ...]:
    """Return the refusals of all guards. ``deleted`` are the pages that earlier runs deleted."""
    # The guard asks which side is right, and a mirror answers that.
    allowed = request.allow | ({"rewound"} if request.mirror else frozenset())
    limit = context.config.max_delete if request.max_delete is None else request.max_delete
    limits = GuardOptions(limit, allowed)
    refusals = guards(collected.snapshot, plan, request.direction, limits, deleted)
    if collected.assets is None or plan.assets is None:
        return refusals
    room = max(context.config.keep_size - context.state.asset_backups.total_size(), 0)
    assets = collected.assets.snapshot
    return refusals + asset_guards(assets, plan.assets, request.direction, limits, room)


def _left_out(context: RunContext, request: Request, collected: CollectedState) -> tuple[Note, ...]:
    """Return the note of ``status`` about the files, folders and pages that are not taken."""
    names: defaultdict[IgnoreReason, list[str]] = defaultdict(list)
    for name, reason in context.folder.left_out.items():
        names[reason].append(name)
    if request.command != "status" or not (names or collected.pages_left_out):
        return ()
    left_out = {reason: tuple(found) for reason, found in sorted(names.items())}
    return (Note("left-out", collected.pages_left_out, left_out=left_out),)


def _header_notes(scanned: Scan, options: PlanOptions) -> Iterator[Note]:
    """Yield a note for each kind of value in the headers of selected files that was not taken."""
    kinds: tuple[tuple[HeaderDoubt, NoteKind], ...] = (
        ("editor", "header-editor"),
        ("status", "header-status"),
    )
    for doubt, kind in kinds:
        files = sorted(
            file for file in scanned.doubts.get(doubt, ()) if options.is_selected(Key("", ""), file)
        )
        if files:
            yield Note(kind, len(files), files=tuple(files))


def _is_due(note: Note, request: Request, collected: CollectedState) -> bool:
    """Return whether a command reports a note: only ``status`` repeats what stays the same."""
    return note.kind != "root-page" or request.command == "status" or not collected.snapshot.bases


def _deleted(context: RunContext, snapshot: Snapshot) -> frozenset[tuple[int, str]]:
    """Return the identities of the wiki's pages that an earlier run deleted."""
    unknown = [
        remote.listed.id
        for key, remote in snapshot.remote.items()
        if isinstance(remote, Remote) and key not in snapshot.bases
    ]
    return context.state.journal.deleted(unknown)


def check_state_owner(
    context: RunContext, request: Request
) -> Refusal | Literal["ours", "another's"]:
    """Return whether the state is of this wiki and folder, or a refusal unless that is allowed.

    With another URL, the pages of the bases tell whether it is the same wiki. The state of another
    wiki or root, once allowed, is ignored as in a first run ("another's"). Raises Unauthenticated.
    """
    if (refusal := refuse_other_root(context.state, context.config)) is not None:
        if "foreign-state" in request.allow or not context.state.bases.load():
            return "another's"
        return refusal
    url, folder = context.state.meta("url"), context.state.meta("folder")
    moved = url is not None and url != context.config.url
    renamed = folder is not None and folder != context.config.folder_name
    if request.offline or not (moved or renamed):
        return "ours"
    if moved and not context.state.bases.load():
        return "another's"  # there is no base to compare with the wiki's pages
    same = not moved or _same_wiki(context)
    if "foreign-state" not in request.allow:
        here = context.config.folder_name
        reason = f"wikisync.toml says folder {here}/, but the last run used {folder}/"
        if moved:
            reason = f"This run is for {context.config.url}, but the last run was for {url}"
        return foreign_state(reason, same=same)
    return "ours" if same else "another's"


def refuse_other_root(state: State, config: Config) -> Refusal | None:
    """Return a refusal if the state was written with another ``root``; else None."""
    then = state.meta("root") or ""
    if state.meta("url") is None or then == config.root:
        return None
    return foreign_root(then, config.root)


def _same_wiki(context: RunContext) -> bool:
    connection = context.wiki.connect()
    if not connection.authenticated:  # a guest may see none of the pages
        raise Unauthenticated(context.config.url)
    return is_same_wiki(context.state.bases.load().values(), connection.pages)


def _check_paths(filters: tuple[PathFilter, ...], collected: CollectedState) -> None:
    """Raise NoSuchPath for a PATH that selects neither a page nor an asset of either side."""
    snapshot = collected.snapshot
    if not filters:
        return
    pages = [
        (key, _file(key, snapshot)) for key in {*snapshot.local, *snapshot.bases, *snapshot.remote}
    ]
    pages += [(key, "") for key in snapshot.blocked]
    pages += [(Key("", ""), name) for problem in snapshot.problems for name in problem.names]
    if collected.assets is not None:
        assets = collected.assets.snapshot
        pages += [
            (Key("", path), assets.file_of(path))
            for path in {*assets.local, *assets.bases, *assets.remote}
        ]
        pages += [(Key("", ""), name) for problem in assets.problems for name in problem.names]
    check_selected(filters, pages)


def _file(key: Key, snapshot: Snapshot) -> str:
    try:
        return file_for(key, snapshot)
    except BadName:
        return ""
