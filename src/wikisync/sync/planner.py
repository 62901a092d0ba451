"""From both sides and the base to a plan: every page through the table, then filtered and ordered.

Pure. ``status``, ``diff``, ``push``, ``pull`` and ``sync`` all come through here; what differs is
which side the command may write to, and what the user asked for (``Wish``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wikisync.errors import BadName
from wikisync.page.fingerprint import FIELDS
from wikisync.page.model import Key
from wikisync.sync.plan import WRITES, Action, Conflict, Plan, Remote
from wikisync.sync.reconcile import Forget, Same, bring_back, decide, settle_by

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wikisync.errors import BadPage
    from wikisync.page.model import Listed
    from wikisync.sync.plan import Base, Command, Local, Prefer, Side, There
    from wikisync.sync.reconcile import Decision

_ORDER = {"adopt": 0, "create": 1, "move": 2, "merge": 3, "update": 4, "delete": 5}
"""Creations first and deletions last, so that no moment shows less than both ends."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked for. ``chosen`` says whether a page is within the given PATHs."""

    command: Command
    delete: bool = False
    prefer: Prefer | None = None
    chosen: Callable[[Key, str], bool] = lambda _key, _file: True

    def brings_back(self, side: Side) -> bool:
        """Whether a page that is to be deleted on ``side`` shall be made anew on the other.

        A pull that prefers the wiki brings files back, a push that prefers the folder pages.
        """
        back = {("pull", "wiki", "wiki"), ("push", "local", "folder")}
        return (self.command, self.prefer, side) in back


@dataclass(frozen=True, slots=True)
class Sides:
    """All that is known before deciding.

    ``here`` and ``there`` hold what each side shows; ``blocked`` are keys whose file is no valid
    page, which are neither written nor gone; ``file_of`` names the file of a page that has none,
    and raises BadName where there can be none; ``unreachable`` says why a new page must not have
    a name.
    """

    bases: Mapping[Key, Base]
    here: Mapping[Key, Local]
    there: Mapping[Key, There]
    file_of: Callable[[Key, Listed], str]
    unreachable: Callable[[Key], str | None] = lambda _key: None
    blocked: frozenset[Key] = frozenset()
    problems: tuple[BadPage | BadName, ...] = ()


@dataclass
class _Draft:
    actions: list[Action] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    problems: list[BadPage | BadName] = field(default_factory=list)
    renewed: list[Remote] = field(default_factory=list)
    forgotten: list[Key] = field(default_factory=list)
    other_way: Counter[Side] = field(default_factory=Counter)
    pages: int = 0
    in_sync: int = 0


def make_plan(sides: Sides, wish: Wish) -> Plan:
    """The plan of one command. Refusals are not its business (``guard``)."""
    problems = [p for p in sides.problems if wish.chosen(Key("", ""), p.name)]
    draft = _Draft(problems=problems)
    for key in sorted({*sides.bases, *sides.here, *sides.there}):
        if key in sides.blocked:
            continue
        _decide_one(key, sides, wish, draft)
    draft.actions.sort(key=lambda a: (_ORDER[a.verb], a.side != "wiki", a.key))
    return Plan(
        actions=tuple(draft.actions),
        conflicts=tuple(draft.conflicts),
        problems=tuple(draft.problems),
        renewed=tuple(draft.renewed),
        forgotten=tuple(draft.forgotten),
        pages=draft.pages,
        in_sync=draft.in_sync,
        other_way=dict(draft.other_way),
    )


def _decide_one(key: Key, sides: Sides, wish: Wish, draft: _Draft) -> None:
    base, here, there = sides.bases.get(key), sides.here.get(key), sides.there.get(key)
    if _left_alone(base, here, there):
        return
    try:
        file = file_at(key, sides)
    except BadName as problem:
        if wish.chosen(key, ""):
            draft.problems.append(problem)
        return
    if wish.chosen(key, file):
        decision = decide(key, base, here, there)
        if isinstance(decision, Action) and (decision.verb, decision.side) == ("create", "wiki"):
            why = sides.unreachable(key)
            if why is not None:
                draft.problems.append(BadName(file, why))
                return
        _note(decision, file, wish, draft)


def file_at(key: Key, sides: Sides) -> str:
    """The file that a page has, or would have. Raises BadName where there can be none."""
    if here := sides.here.get(key):
        return here.file
    there = sides.there.get(key)
    base = sides.bases.get(key)
    # A page that became another kind of page cannot come back into the old file.
    if base and (not isinstance(there, Remote) or there.listed.content_type == base.content_type):
        return base.file
    return sides.file_of(key, there.listed) if isinstance(there, Remote) else ""


def _note(decision: Decision, file: str, wish: Wish, draft: _Draft) -> None:
    if isinstance(decision, Forget):
        draft.forgotten.append(decision.key)
        return
    draft.pages += 1
    match decision:
        case Same(renewed):
            draft.in_sync += 1
            if renewed:
                draft.renewed.append(renewed)
        case Conflict() as conflict:
            settled = settle_by(wish.prefer, conflict) if wish.prefer else None
            # To delete in order to settle has to be asked for like any other deletion.
            if settled is None or (settled.verb == "delete" and not wish.delete):
                draft.conflicts.append(conflict)
            else:
                _add(settled, file, wish, draft)
        case Action() as action:
            _add(action, file, wish, draft)


def _left_alone(base: Base | None, here: Local | None, there: There) -> bool:
    # A private page is its owner's: it is not brought here unless a file asks for it.
    return base is None and here is None and isinstance(there, Remote) and there.listed.private


def _add(action: Action, file: str, wish: Wish, draft: _Draft) -> None:
    if action.verb == "delete" and not action.settles and wish.brings_back(action.side):
        action = bring_back(action)
    if action.verb == "create":
        action = replace(action, file=file, fields=_named(action))
    if action.verb == "adopt":
        draft.actions.append(action)
    elif action.side not in WRITES[wish.command]:
        # A deletion waits for nobody unless it was asked for.
        if action.verb != "delete" or wish.delete:
            draft.other_way[action.side] += 1
    elif action.verb == "delete" and not wish.delete:
        draft.actions.append(replace(action, withheld="delete"))
    else:
        draft.actions.append(action)


def _named(action: Action) -> tuple[str, ...]:
    if action.here is None:
        return FIELDS[: FIELDS.index("content") + 1]
    return tuple(name for name in FIELDS if action.here.fingerprint.names(name))
