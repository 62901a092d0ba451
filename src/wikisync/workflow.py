"""The program as a list of steps: settle, look, decide, guard, ask, do, tidy up, report.

Every command goes through the same steps; those that only look leave out the last ones. Nothing
here prints: progress and questions are passed in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from wikisync.apply import Outcome, apply
from wikisync.apply.context import now
from wikisync.compare import Pair, pairs
from wikisync.desk import Desk, perform, settle_first, to_look, to_write
from wikisync.errors import BadName, Guest, Locked, NoSuchPath, StateError, WikiError
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import Key
from wikisync.survey import Survey, survey, survey_offline
from wikisync.sync.guard import Limits, another_wiki, foreign, guards, guest, same_wiki
from wikisync.sync.known import Wish
from wikisync.sync.plan import Plan, Refusal, Remote
from wikisync.sync.planner import file_at, make_plan
from wikisync.sync.reconcile import to_read
from wikisync.sync.select import choices, chooser

if TYPE_CHECKING:
    from collections.abc import Callable

    from wikisync.config import Config
    from wikisync.meet import Note
    from wikisync.report.progress import Progress
    from wikisync.sync.known import Sides
    from wikisync.sync.plan import Command, Prefer
    from wikisync.sync.select import Choice

CommandName = Literal["status", "diff", "push", "pull", "sync", "undo", "init", "log"]


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for: the command by its name, and the ``direction`` of its plan.

    ``run`` is the run that is to be undone, where the user named one.
    """

    command: CommandName
    direction: Command
    paths: tuple[str, ...] = ()
    delete: bool = False
    prefer: Prefer | None = None
    markers: bool = False
    convert: bool = False
    dry_run: bool = False
    max_delete: int | None = None
    allow: frozenset[str] = frozenset()
    offline: bool = False
    run: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a command found and did.

    ``notes`` say what stood in the way of finding common ancestors of pages that nothing is
    remembered of. ``pairs`` are the pages' texts, for ``diff``; ``unsettled`` counts the writes
    that an interrupted run left, where a command only looked.
    """

    request: Request
    wiki: str
    folder: str
    plan: Plan
    outcomes: tuple[Outcome, ...] = ()
    pairs: tuple[Pair, ...] = ()
    declined: bool = False
    interrupted: bool = False
    unsettled: int = 0
    notes: tuple[Note, ...] = ()


def look(config: Config, request: Request, progress: Progress) -> Report:
    """Find out what would be done, and do nothing: ``status``, ``diff`` and every dry run."""
    with to_look(config, progress, needs_folder=request.direction == "push") as desk:
        report, surveyed = _planned(desk, request)
        if request.command == "diff" and surveyed is not None:
            report = replace(
                report, pairs=pairs(desk.folder, desk.wiki, desk.state, report.plan, surveyed)
            )
        return replace(report, unsettled=len(desk.state.journal.open()))


def carry_out(
    config: Config,
    request: Request,
    progress: Progress,
    ask: Callable[[Report], bool],
    notice: Callable[[], None] = lambda: None,
) -> Report:
    """Do what was asked: ``push``, ``pull`` and ``sync``.

    ``ask`` is shown the plan before the first write and may decline; ``notice`` is called when the
    user asks to stop.
    """
    try:
        with to_write(config, progress, needs_folder=request.direction == "push") as desk:
            report, surveyed = _planned(desk, request, settle=True)
            if surveyed is None or report.plan.refusals:
                return report
            if report.plan.writes and not ask(report):
                return replace(report, declined=True)
            _remember(desk, surveyed)
            return _done(desk, report, notice)
    except Locked as error:
        return refused(config, request, error)


def refused(config: Config, request: Request, error: Locked) -> Report:
    """The report of a run that found another one at work."""
    holder = f"process {error.pid}" if error.pid else ""
    since = f"since {error.since}" if error.since else ""
    refusal = Refusal("locked", detail=", ".join(filter(None, (holder, since))))
    return Report(request, config.url, config.folder_name, Plan(refusals=(refusal,)))


def _planned(desk: Desk, request: Request, *, settle: bool = False) -> tuple[Report, Survey | None]:
    """The plan of the request, guards included; no survey where even the look was refused."""
    report = Report(request, desk.config.url, desk.config.folder_name, Plan())
    try:
        return _looked(desk, request, report, settle=settle)
    except Guest:  # one whom the public's rules do not even let list the pages
        return replace(report, plan=Plan(refusals=(Refusal("guest", side="wiki"),))), None


def _looked(
    desk: Desk, request: Request, report: Report, *, settle: bool
) -> tuple[Report, Survey | None]:
    whose = whose_state(desk, request)
    if isinstance(whose, Refusal):
        return replace(report, plan=Plan(refusals=(whose,))), None
    anew = whose == "another's"
    if settle and not anew:
        settle_first(desk)
    if request.offline:
        surveyed = survey_offline(desk.folder, desk.state, desk.progress)
    else:
        surveyed = survey(desk.folder, desk.wiki, desk.state, desk.progress, anew=anew)
    if refusals := guest(surveyed.authenticated, surveyed.sides):
        return replace(report, plan=Plan(refusals=refusals)), None
    sides = surveyed.sides
    listed = [page.listed for page in sides.there.values() if isinstance(page, Remote)]
    if not request.offline and another_wiki(sides.bases.values(), listed):
        if "foreign-state" not in request.allow:
            refusal = foreign(desk.config.url, None, same=False)
            return replace(report, plan=Plan(refusals=(refusal,))), None
        surveyed = survey(desk.folder, desk.wiki, desk.state, desk.progress, anew=True)
    chosen = choices(request.paths, desk.config.folder, Path.cwd())
    _check_paths(chosen, surveyed.sides)
    wish = Wish(
        request.direction,
        request.delete,
        request.prefer,
        chooser(chosen),
        request.markers,
        request.convert,
    )
    plan = make_plan(surveyed.sides, wish)
    if request.command not in {"status", "diff"}:
        limit = desk.config.max_delete if request.max_delete is None else request.max_delete
        limits = Limits(limit, request.allow)
        plan = replace(plan, refusals=guards(surveyed.sides, plan, request.direction, limits))
    return replace(report, plan=plan, notes=surveyed.notes), surveyed


def whose_state(desk: Desk, request: Request) -> Refusal | Literal["ours", "another's"]:
    """Whose memory the state is: refused where it is another's, unless the user says otherwise.

    Under another address, the pages that it knows tell whether it is the same wiki. Once the user
    has allowed it, a memory of another wiki does not count: it is a first run. Raises Guest.
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
        return foreign(url if moved else None, folder if renamed else None, same=same)
    return "ours" if same else "another's"


def _same_wiki(desk: Desk) -> bool:
    connection = desk.wiki.connect()
    if not connection.authenticated:  # what a guest sees tells nothing
        raise Guest(desk.config.url)
    return same_wiki(desk.state.bases.load().values(), connection.pages)


def _check_paths(chosen: tuple[Choice, ...], sides: Sides) -> None:
    if not chosen:
        return
    pages = [(key, _file(key, sides)) for key in {*sides.here, *sides.bases, *sides.there}]
    pages += [(key, "") for key in sides.blocked]
    pages += [(Key("", ""), problem.name) for problem in sides.problems]
    for choice in chosen:
        if not any(choice.means(key, file) for key, file in pages):
            raise NoSuchPath(choice.typed)


def _file(key: Key, sides: Sides) -> str:
    try:
        return file_at(key, sides)
    except BadName:
        return ""


def _remember(desk: Desk, surveyed: Survey) -> None:
    locales = surveyed.locales
    with desk.state.transaction():
        if surveyed.anew:
            _forget(desk)
        for found in surveyed.recovered.values():
            desk.state.bases.put(found)
        desk.state.set_meta(
            url=desk.config.url,
            folder=desk.config.folder_name,
            locales=" ".join((locales.default, *locales.installed)),
            namespacing=str(locales.namespacing).lower(),
        )


def _forget(desk: Desk) -> None:
    """Forget what was agreed with another wiki, and what was begun on it. What was kept stays."""
    desk.state.bases.drop(desk.state.bases.load())
    for noted in desk.state.journal.open():
        desk.state.journal.end(noted.number, "unknown")
    desk.state.journal.end_interrupted(now())
    # Its runs cannot be taken back on this one, whose pages have ids of their own.
    desk.state.set_meta(others=str(max((r.number for r in desk.state.journal.runs()), default=0)))


def _done(desk: Desk, report: Report, notice: Callable[[], None]) -> Report:
    plan, command = report.plan, report.request.command
    if not (plan.actions or plan.renewed or plan.forgotten or plan.rekeyed):
        return report
    outcomes, stopped = perform(
        desk,
        command,
        _DOING[report.request.direction],
        len(plan.actions),
        lambda run, stop: apply(plan, run, stop=stop),
        notice,
    )
    if not stopped and any(o.action.side == "wiki" and o.result == "done" for o in outcomes):
        _tidy(desk)
    return replace(report, outcomes=outcomes, interrupted=stopped)


_DOING: dict[Command, str] = {"push": "Pushing", "pull": "Pulling", "sync": "Syncing"}


def _tidy(desk: Desk) -> None:
    """Look at what the run's own writes did to the times of other pages.

    A page's ``updatedAt`` also moves when a page that it links to is written (facts, *Reading*);
    noting it now lets the next run do with one request. That it fails costs only that.
    """
    bases = desk.state.bases.load()
    try:
        listed = {page.key: page for page in desk.wiki.connect().pages}
        moved = [page for page in to_read(bases, (), listed).read if page.key in bases]
        renewed = []
        with desk.progress("Noting the wiki's new times", len(moved)) as step:
            for page, got in desk.wiki.read(moved):
                step()
                if isinstance(got, WikiError):
                    continue
                now_there = fingerprint(got.page)
                if not bases[page.key].there.differs(now_there):
                    renewed.append(Remote(page, now_there))
        desk.state.bases.renew(renewed)
    except (WikiError, StateError):
        return
