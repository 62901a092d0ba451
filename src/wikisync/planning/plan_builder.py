"""Collect the decisions of a plan, filtered by the user's options. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wikisync.errors import BadName
from wikisync.page.model import FIELD_NAMES
from wikisync.planning.merge import MergeConflict, Merged
from wikisync.planning.model import WRITES, Action, Conflict, Remote
from wikisync.planning.move_conflicts import decide_moves, remote_at
from wikisync.planning.reconcile import DropBase, NoChange, decide
from wikisync.planning.resolution import resolve_with, restore_deleted, turned

if TYPE_CHECKING:
    from collections.abc import Collection

    from wikisync.errors import BadPage
    from wikisync.page.model import Key
    from wikisync.planning.model import Base, Local, Prefer, RemoteState, Side
    from wikisync.planning.reconcile import Decision
    from wikisync.planning.snapshot import PlanOptions, Snapshot


@dataclass
class PlanBuilder:
    """What is decided so far, field by field as ``Plan`` has it.

    ``files_taken`` and ``pages_taken`` are the keys of pages that moved there from elsewhere, and
    ``freed`` are names by which the state will know no page that moved any more.
    """

    snapshot: Snapshot
    options: PlanOptions
    actions: list[Action] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    problems: list[BadPage | BadName] = field(default_factory=list)
    base_updates: list[Remote] = field(default_factory=list)
    base_deletes: list[Key] = field(default_factory=list)
    base_renames: list[tuple[Key, Base]] = field(default_factory=list)
    other_way: Counter[Side] = field(default_factory=Counter)
    undeleted: Counter[Side] = field(default_factory=Counter)
    pages: int = 0
    in_sync: int = 0

    files_taken: frozenset[Key] = frozenset()
    pages_taken: frozenset[Key] = frozenset()
    stuck: frozenset[Key] = frozenset()
    freed: frozenset[Key] = frozenset()

    def add_moves(self, vacated: Collection[tuple[Side, Key]]) -> set[Key]:
        """Note what is to happen to the pages that moved; their keys in the base.

        ``vacated`` are places that a deletion of the same plan makes free.
        """
        snapshot = self.snapshot
        found = decide_moves(snapshot, self.options, vacated)
        kept = found.decided | snapshot.blocked
        self.files_taken = frozenset(
            snapshot.moved_locally[k] for k in kept & snapshot.moved_locally.keys()
        )
        self.pages_taken = frozenset(
            snapshot.moved_remotely[k] for k in kept & snapshot.moved_remotely.keys()
        )
        self.stuck = frozenset(found.blocked)
        self.freed = frozenset(key for key, _course in found.accepted)
        self.pages += len(found.conflicts) + len(found.waiting)
        for conflict in found.conflicts:
            self.add_conflict(conflict, conflict.file, conflict.from_key or conflict.key)
        self.problems += found.problems
        self.other_way.update(found.waiting)
        for key, decision in found.accepted:
            if decision.move is None:
                self.base_renames.append((key, decision.base))
            else:
                self.actions.append(decision.move)
            if isinstance(decision.after_move, NoChange):
                self.pages += 1
                self.in_sync += decision.move is None
            else:
                self.add_decision(decision.after_move, decision.base.file, key)
        return found.decided

    def add_page(self, key: Key) -> None:
        """Ask the table about a page that bears one name, and note what it says."""
        snapshot, options = self.snapshot, self.options
        base = snapshot.bases.get(key)
        local = None if key in self.files_taken else snapshot.local.get(key)
        remote = remote_at(key, snapshot, self.pages_taken)
        if _is_ignored(base, local, remote):
            return
        try:
            file = file_for(key, snapshot)
        except BadName as problem:
            if options.is_selected(key, ""):
                self.problems.append(problem)
            return
        if not options.is_selected(key, file):
            return
        decision = decide(key, base, local, remote)
        if isinstance(decision, Action):
            if decision.verb == "create" and key in self.stuck:
                return  # it is in the way of a page that moved, which is said there
            if (decision.verb, decision.side) == ("create", "wiki"):
                why = snapshot.reason_unreachable(key)
                if why is not None:
                    self.problems.append(BadName(file, why))
                    return
            if decision.verb == "delete":
                candidates = snapshot.rename_candidates.get(key, ())
                decision = replace(decision, rename_candidates=candidates)
        self.add_decision(decision, file, key)

    def add_new_remote_page(self, key: Key) -> None:
        """A new page of the wiki's, in the place of one whose file leaves it in this run."""
        remote = self.snapshot.remote.get(key)
        moved_away = key in self.snapshot.moved_remotely and key not in self.pages_taken
        if not moved_away or not isinstance(remote, Remote) or remote.listed.private:
            return
        if key not in self.freed:
            return  # by that name the state goes on knowing the page that moved
        leaves = any(
            a.verb == "move" and a.side == "folder" and a.base_key == key for a in self.actions
        )
        if not leaves and key in self.snapshot.local:
            return
        try:
            file = self.snapshot.file_of(key, remote.listed)
        except BadName as problem:
            self.problems.append(problem)
            return
        if self.options.is_selected(key, file):
            self.add_decision(decide(key, None, None, remote), file, key)

    def add_decision(self, decision: Decision, file: str, was: Key) -> None:
        """Note a decision about a page; ``was`` is its key in the base."""
        if isinstance(decision, DropBase):
            self.base_deletes.append(decision.key)
            return
        self.pages += 1
        match decision:
            case NoChange(renewed):
                self.in_sync += 1
                if renewed:
                    self.base_updates.append(renewed)
            case Conflict() as conflict:
                self.add_conflict(conflict, file, was)
            case Action() as action:
                self.add_action(action, file)

    def add_conflict(self, conflict: Conflict, file: str, was: Key) -> None:
        """Note a conflict, or the step that ends it: a merge, a conversion, a preference."""
        prefer, delete = self.options.prefer, self.options.delete
        found = self.merged(conflict, was)
        if isinstance(found, Action):
            self.add_action(found, file)
            return
        if self.may_convert(found):
            edited = self.has_unpushed_edits(found, was)
            if self.options.convert and (prefer or not edited):
                step = _conversion(found, edited=edited, prefer=prefer)
                self.actions.append(replace(step, overwrites=self.over_edit(step, was)))
                return
            if edited:
                found = replace(found, kind="kind-edited")
        settled = resolve_with(prefer, found) if prefer else None
        # To delete in order to settle has to be asked for like any other deletion.
        if settled is not None and (settled.verb != "delete" or delete or self.options.mirror):
            self.add_action(settled, file)
        elif self.options.markers and found.kind in {"both-changed", "both-new"}:
            self.add_action(_marker_merge(found), file)
        else:
            self.conflicts.append(found)

    def may_convert(self, conflict: Conflict) -> bool:
        """Whether a conflict is that the file became one of another kind, and no more."""
        if conflict.kind == "editor":
            return conflict.fields == ("editor",)
        return conflict.kind == "kind"

    def has_unpushed_edits(self, conflict: Conflict, was: Key) -> bool:
        """Whether the file of a page of another kind holds what the wiki never had."""
        base, local, remote = self.snapshot.bases.get(was), conflict.local, conflict.remote
        if local is None or remote is None or remote.fingerprint is None:
            return False
        if base is None:
            agreed = remote.fingerprint
        elif local.digest == base.digest:
            return False  # the very bytes that were agreed on, under another name
        else:
            agreed = base.local.with_defaults_from(base.remote)
        return bool(set(agreed.changed_fields(local.fingerprint)) - {"editor"})

    def over_edit(self, step: Action, was: Key) -> Side | None:
        """Whose edit a conversion goes over, where the user chose between two texts."""
        base, remote = self.snapshot.bases.get(was), step.remote
        if not step.forced or remote is None or remote.fingerprint is None:
            return None
        if step.takes_conversion:
            return "folder"
        same = base is not None and not base.remote.changed_fields(remote.fingerprint)
        return None if same else "wiki"

    def merged(self, conflict: Conflict, was: Key) -> Action | Conflict:
        """The merge of a page that changed on both sides, where it merges."""
        if conflict.kind != "both-changed":
            return conflict
        match self.snapshot.merge(was, conflict):
            case Merged(page) if self.options.command == "sync":
                return replace(
                    _marker_merge(conflict), side="wiki", merged=page, writes_markers=False
                )
            case Merged():
                return replace(conflict, kind="mergeable")
            case MergeConflict(fields, page, why):
                return replace(conflict, fields=fields, detail=why, merged=page)
            case _:
                return conflict

    def drop_blocked_creations(self) -> None:
        """Make a conflict of each creation where something is that no step of the plan removes."""
        leaving = {(a.side, a.from_key if a.verb == "move" else a.key) for a in self._removals()}
        for action in list(self.actions):
            place = (action.side, action.key)
            if action.verb != "create" or place in leaving or not self._is_taken(*place):
                continue
            self.actions.remove(action)
            detail = f"{action.key} {action.side}"
            local, remote = action.local, action.remote
            self.conflicts.append(
                Conflict(
                    action.key, action.file, "in-the-way", detail=detail, local=local, remote=remote
                )
            )

    def vacated(self) -> frozenset[tuple[Side, Key]]:
        """The places that the deletions of the plan make free."""
        return frozenset((a.side, a.key) for a in self._removals() if a.verb == "delete")

    def _removals(self) -> list[Action]:
        return [a for a in self.actions if a.verb in {"move", "delete"} and a.skip_reason is None]

    def _is_taken(self, side: Side, key: Key) -> bool:
        """Whether a page that moved is at a place."""
        if side == "wiki":
            return key in self.pages_taken and self.snapshot.remote.get(key) is not None
        return key in self.files_taken and key in self.snapshot.local

    def add_action(self, action: Action, file: str) -> None:
        """Note a step, where the command may take it; else that it waits for the other one."""
        options = self.options
        if action.verb != "adopt" and options.turns(action.side):
            back = turned(replace(action, file=file))
            if isinstance(back, Conflict):
                self.conflicts.append(back)
                return
            action = back
        if action.verb == "delete" and not action.forced and options.restores_deleted(action.side):
            action = restore_deleted(action)
        if action.verb == "create":
            action = replace(action, file=file, fields=_named_fields(action))
        if action.verb == "adopt":
            self.actions.append(action)
        elif action.verb != "merge" and action.side not in WRITES[options.command]:
            # A deletion waits for nobody unless it was asked for.
            if action.verb != "delete" or options.delete:
                self.other_way[action.side] += 1
            else:
                self.undeleted[action.side] += 1
        elif action.verb == "delete" and not options.delete:
            self.undeleted[action.side] += 1
            self.actions.append(replace(action, skip_reason="delete"))
        else:
            self.actions.append(action)


def _conversion(conflict: Conflict, *, edited: bool, prefer: Prefer | None) -> Action:
    """The step that lets the wiki make a page what its file has become.

    Where the file was ``edited``, the user's preference says whose text both sides get.
    """
    local, remote = conflict.local, conflict.remote
    page = None if remote is None else remote.listed.id
    fields: tuple[str, ...] = ("editor",)
    if edited and prefer == "local" and local and remote and remote.fingerprint:
        unlike = {*local.fingerprint.changed_fields(remote.fingerprint), "editor"}
        fields = tuple(name for name in FIELD_NAMES if name in unlike)
    return Action(
        "update",
        "wiki",
        conflict.key,
        conflict.file,
        fields,
        local,
        remote,
        page,
        forced=edited,
        converts=True,
    )


def _marker_merge(conflict: Conflict) -> Action:
    """The step that writes both versions of a page into its file, for a person to choose."""
    remote = conflict.remote
    return Action(
        "merge",
        "folder",
        conflict.key,
        conflict.file,
        conflict.fields,
        conflict.local,
        remote,
        None if remote is None else remote.listed.id,
        merged=conflict.merged,
        remote_changes=conflict.remote_changes,
        writes_markers=True,
    )


def file_for(key: Key, snapshot: Snapshot) -> str:
    """Return the file that a page has, or would have. Raises BadName where there can be none."""
    if local := snapshot.local.get(key):
        return local.file
    remote = snapshot.remote.get(key)
    base = snapshot.bases.get(key)
    # A page that became another kind of page cannot come back into the old file.
    if base and (not isinstance(remote, Remote) or remote.listed.content_type == base.content_type):
        return base.file
    return snapshot.file_of(key, remote.listed) if isinstance(remote, Remote) else ""


def _is_ignored(base: Base | None, local: Local | None, remote: RemoteState) -> bool:
    if base is None and local is None and remote is None:
        return True  # what bears the name is a page that moved, and decided elsewhere
    # A private page is its owner's: it is not brought here unless a file asks for it.
    return base is None and local is None and isinstance(remote, Remote) and remote.listed.private


def _named_fields(action: Action) -> tuple[str, ...]:
    if action.local is None:
        return FIELD_NAMES[: FIELD_NAMES.index("content") + 1]
    return tuple(name for name in FIELD_NAMES if action.local.fingerprint.has_field(name))
