"""From both sides to a plan that the guards have seen: settle, look, decide, guard.

The first steps of every command. Nothing is written here but what settles an interrupted run.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from wikisync.errors import BadName, NoSuchPath, Unauthenticated
from wikisync.page.model import Key
from wikisync.planning.guards import (
    GuardOptions,
    check_authenticated,
    foreign_state,
    guards,
    is_other_wiki,
    is_same_wiki,
    rewound,
)
from wikisync.planning.model import Note, Plan, Refusal, Remote
from wikisync.planning.path_filter import page_selector, parse_paths
from wikisync.planning.planner import file_for, make_plan
from wikisync.planning.snapshot import PlanOptions
from wikisync.request import Report
from wikisync.snapshot.collect import CollectedState, collect, collect_offline
from wikisync.workflow.context import recover_interrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from wikisync.planning.model import Command, Prefer
    from wikisync.planning.path_filter import PathFilter
    from wikisync.planning.snapshot import Snapshot
    from wikisync.request import Request
    from wikisync.workflow.context import RunContext


_MIRRORED: Final[dict[Command, Prefer]] = {"push": "local", "pull": "wiki"}
"""Whose word counts where one side is to become what the other one is."""


def create_plan(
    desk: RunContext,
    request: Request,
    *,
    settle: bool = False,
    narrow: Callable[[Plan, Snapshot], Plan] = lambda plan, _sides: plan,
) -> tuple[Report, CollectedState | None]:
    """The plan of the request, guards included; no survey where even the look was refused.

    ``narrow`` may take from the plan, before the guards see it.
    """
    report = Report(request, desk.config.url, desk.config.folder_name, Plan())
    try:
        return _looked(desk, request, report, narrow, settle=settle)
    except Unauthenticated:  # one whom the public's rules do not even let list the pages
        return replace(report, plan=Plan(refusals=(Refusal("guest", side="wiki"),))), None


def _looked(
    desk: RunContext,
    request: Request,
    report: Report,
    narrow: Callable[[Plan, Snapshot], Plan],
    *,
    settle: bool,
) -> tuple[Report, CollectedState | None]:
    whose = check_state_owner(desk, request)
    if isinstance(whose, Refusal):
        return replace(report, plan=Plan(refusals=(whose,))), None
    anew = whose == "another's"
    if settle and not anew:
        recover_interrupted(desk)
    if request.offline:
        surveyed = collect_offline(desk.folder, desk.state, desk.progress)
    else:
        surveyed = collect(
            desk.folder, desk.wiki, desk.state, desk.progress, anew=anew, verify=request.verify
        )
    if refusals := check_authenticated(surveyed.authenticated, surveyed.snapshot):
        return replace(report, plan=Plan(refusals=refusals)), None
    sides = surveyed.snapshot
    listed = [page.listed for page in sides.remote.values() if isinstance(page, Remote)]
    if not request.offline and is_other_wiki(sides.bases.values(), listed):
        if "foreign-state" not in request.allow:
            refusal = foreign_state(desk.config.url, None, same=False)
            return replace(report, plan=Plan(refusals=(refusal,))), None
        surveyed = collect(desk.folder, desk.wiki, desk.state, desk.progress, anew=True)
    chosen = request.path_filters
    if chosen is None:
        chosen = parse_paths(request.paths, desk.config.folder, Path.cwd())
        _check_paths(chosen, surveyed.snapshot)
    wish = PlanOptions(
        request.direction,
        request.delete,
        _MIRRORED[request.direction] if request.mirror else request.prefer,
        page_selector(chosen),
        request.markers,
        request.convert,
        request.mirror,
    )
    plan = narrow(make_plan(surveyed.snapshot, wish), surveyed.snapshot)
    notes = surveyed.notes
    deleted = _deleted(desk, surveyed.snapshot)
    # To say which side is right is the answer to what that guard asks.
    lifted = request.allow | ({"rewound"} if request.mirror else frozenset())
    if request.command in {"status", "diff"}:
        for refusal in rewound(surveyed.snapshot, request.direction, deleted):
            notes = (*notes, Note("rewound", refusal.count, files=refusal.files))
    else:
        limit = desk.config.max_delete if request.max_delete is None else request.max_delete
        limits = GuardOptions(limit, lifted)
        refusals = guards(surveyed.snapshot, plan, request.direction, limits, deleted)
        plan = replace(plan, refusals=refusals)
    request = replace(request, path_filters=chosen)
    saved = tuple(Note("saved", detail=file) for file in desk.folder.saved)
    return replace(report, request=request, plan=plan, notes=(*saved, *notes)), surveyed


def _deleted(desk: RunContext, sides: Snapshot) -> frozenset[tuple[int, str]]:
    """The pages on the wiki that the log knows as deleted."""
    unknown = [
        there.listed.id
        for key, there in sides.remote.items()
        if isinstance(there, Remote) and key not in sides.bases
    ]
    return desk.state.journal.deleted(unknown)


def check_state_owner(desk: RunContext, request: Request) -> Refusal | Literal["ours", "another's"]:
    """Whose memory the state is: refused where it is another's, unless the user says otherwise.

    Under another address, the pages that it knows tell whether it is the same wiki. Once the user
    has allowed it, a memory of another wiki does not count: it is a first run. Raises
    Unauthenticated.
    """
    url, folder = desk.state.meta("url"), desk.state.meta("folder")
    moved = url is not None and url != desk.config.url
    renamed = folder is not None and folder != desk.config.folder_name
    if request.offline or not (moved or renamed):
        return "ours"
    if moved and not desk.state.bases.load():
        return "another's"  # and nothing is known that could be asked about
    same = not moved or _same_wiki(desk)
    if "foreign-state" not in request.allow:
        return foreign_state(url if moved else None, folder if renamed else None, same=same)
    return "ours" if same else "another's"


def _same_wiki(desk: RunContext) -> bool:
    connection = desk.wiki.connect()
    if not connection.authenticated:  # what a guest sees tells nothing
        raise Unauthenticated(desk.config.url)
    return is_same_wiki(desk.state.bases.load().values(), connection.pages)


def _check_paths(chosen: tuple[PathFilter, ...], sides: Snapshot) -> None:
    if not chosen:
        return
    pages = [(key, _file(key, sides)) for key in {*sides.local, *sides.bases, *sides.remote}]
    pages += [(key, "") for key in sides.blocked]
    pages += [(Key("", ""), problem.name) for problem in sides.problems]
    for choice in chosen:
        if not any(choice.matches(key, file) for key, file in pages):
            raise NoSuchPath(choice.typed)


def _file(key: Key, sides: Snapshot) -> str:
    try:
        return file_for(key, sides)
    except BadName:
        return ""
