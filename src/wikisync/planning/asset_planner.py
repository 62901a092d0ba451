"""Plan the assets: decide about each by the decision table, detect moves, filter and order. Pure.

The wiki renames an asset within its folder, to a name with the same ending, and no other move
(wikijs.md, *Assets*). Any other new name is a new asset, and the old one is deleted with
``--delete``. What pages refer to is changed by nobody, so the plan names the pages that refer to a
path which it removes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeVar

from wikisync.page.asset_names import ending
from wikisync.page.model import Key
from wikisync.planning.asset_decisions import (
    AssetAtPath,
    AssetForgotten,
    AssetUnchanged,
    decide_asset,
    remote_changed,
    resolve_asset,
    reverse_asset,
)
from wikisync.planning.asset_model import AssetAction, AssetConflict, AssetPlan
from wikisync.planning.model import WRITES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wikisync.planning.asset_decisions import AssetDecision
    from wikisync.planning.asset_model import AssetBase, AssetSnapshot, LocalAsset
    from wikisync.planning.model import Side
    from wikisync.planning.snapshot import PlanOptions

_T = TypeVar("_T", "AssetBase", "LocalAsset")
_ORDER: Final = {"adopt": 0, "create": 1, "move": 2, "update": 3, "delete": 4}


def plan_assets(snapshot: AssetSnapshot, options: PlanOptions) -> AssetPlan:
    """Return the plan of the assets for one command, without refusals.

    An asset is selected by a PATH that matches it, or a page that refers to it.
    """
    if not snapshot.allowed:
        return AssetPlan(allowed=False, left_out=snapshot.left_out)
    builder = _Builder(snapshot, options)
    moved = _find_moves(snapshot)
    for move in moved:
        builder.add_move(move)
    handled = {path for move in moved for path in (move.path, move.from_path)}
    for path in sorted({*snapshot.bases, *snapshot.local, *snapshot.remote}):
        if path not in snapshot.blocked and path not in handled and builder.is_selected(path):
            builder.add(decide_asset(_at(path, snapshot)))
    return builder.plan()


@dataclass
class _Builder:
    """The decisions so far, in the fields of ``AssetPlan``."""

    snapshot: AssetSnapshot
    options: PlanOptions
    actions: list[AssetAction] = field(default_factory=list)
    conflicts: list[AssetConflict] = field(default_factory=list)
    base_updates: list[AssetBase] = field(default_factory=list)
    base_deletes: list[str] = field(default_factory=list)
    other_way: Counter[Side] = field(default_factory=Counter)
    undeleted: Counter[Side] = field(default_factory=Counter)
    assets: int = 0
    in_sync: int = 0

    def is_selected(self, path: str) -> bool:
        """Return whether the user's PATHs select an asset."""
        file = _file(path, self.snapshot)
        return self.options.is_selected(Key("", path), file) or any(
            self.options.is_selected(Key("", ""), page)
            for page in self.snapshot.referrers.get(path, ())
        )

    def add_move(self, move: AssetAction) -> None:
        """Add a move of an asset that is selected by its old or its new path."""
        if self.is_selected(move.path) or self.is_selected(move.from_path):
            self.assets += 1
            self._add_action(move)

    def add(self, decision: AssetDecision) -> None:
        """Add the decision about one path."""
        if isinstance(decision, AssetForgotten):
            self.base_deletes.append(decision.path)
            return
        self.assets += 1
        match decision:
            case AssetUnchanged(base_update):
                self.in_sync += 1
                if base_update is not None:
                    self.base_updates.append(base_update)
            case AssetConflict():
                self._add_conflict(decision)
            case AssetAction():
                self._add_action(decision)

    def _add_conflict(self, conflict: AssetConflict) -> None:
        prefer = self.options.prefer
        preferred = resolve_asset(prefer, conflict) if prefer else None
        # A deletion that resolves a conflict needs --delete, as any other.
        delete = self.options.delete or self.options.mirror
        if preferred is None or (preferred.verb == "delete" and not delete):
            self.conflicts.append(conflict)
        else:
            self._add_action(preferred)

    def _add_action(self, action: AssetAction) -> None:
        """Add an action if the command may do it; else count it for the other command."""
        options = self.options
        reverses = action.verb != "adopt" and options.reverses(action.side)
        restores = action.verb == "delete" and options.restores_deleted(action.side)
        if (reverses or restores) and not action.forced:
            action = reverse_asset(action)
        deletes = action.verb == "delete"
        if action.verb == "adopt":
            self.actions.append(action)
        elif action.side not in WRITES[options.command]:
            # Without --delete, a deletion is not counted for the other command either.
            counter = self.undeleted if deletes and not options.delete else self.other_way
            counter[action.side] += 1
        elif deletes and not options.delete:
            self.undeleted[action.side] += 1
            self.actions.append(replace(action, skip_reason="delete"))
        else:
            self.actions.append(action)

    def plan(self) -> AssetPlan:
        """Return the plan of what was added."""
        snapshot = self.snapshot
        actions = sorted(self.actions, key=lambda a: (_ORDER[a.verb], a.path))
        return AssetPlan(
            actions=tuple(actions),
            conflicts=tuple(self.conflicts),
            problems=tuple(p for p in snapshot.problems if self._is_problem_selected(p.names)),
            base_updates=tuple(self.base_updates),
            base_deletes=tuple(self.base_deletes),
            assets=self.assets,
            in_sync=self.in_sync,
            other_way=dict(self.other_way),
            undeleted=dict(self.undeleted),
            references=_removed_references(actions, snapshot),
        )

    def _is_problem_selected(self, names: Iterable[str]) -> bool:
        return any(
            self.options.is_selected(Key("", ""), name) or self.is_selected(name) for name in names
        )


def _removed_references(
    actions: Iterable[AssetAction], snapshot: AssetSnapshot
) -> Mapping[str, tuple[str, ...]]:
    """Return the pages that refer to each path that has no asset after these actions."""
    removed = {
        action.from_path if action.verb == "move" else action.path: action.side
        for action in actions
        if action.verb in {"move", "delete"} and action.skip_reason is None
    }
    found = {}
    for path, side in sorted(removed.items()):
        if pages := snapshot.remaining.get(side, snapshot.referrers).get(path):
            found[path] = pages
    return found


def _at(path: str, snapshot: AssetSnapshot) -> AssetAtPath:
    return AssetAtPath(
        path,
        _file(path, snapshot),
        snapshot.bases.get(path),
        snapshot.local.get(path),
        snapshot.remote.get(path),
    )


def _file(path: str, snapshot: AssetSnapshot) -> str:
    for known in (snapshot.local.get(path), snapshot.bases.get(path)):
        if known is not None:
            return known.file
    return snapshot.file_of(path)


def _find_moves(snapshot: AssetSnapshot) -> list[AssetAction]:
    """Return the moves of assets that have another name on one side, and else are unchanged."""
    moves = [*_remote_moves(snapshot), *_local_moves(snapshot)]
    paths = Counter(path for move in moves for path in (move.path, move.from_path))
    return [move for move in moves if paths[move.path] == paths[move.from_path] == 1]


def _local_moves(snapshot: AssetSnapshot) -> list[AssetAction]:
    """Return the renames on the wiki: the file has another name in its folder, and its bytes.

    Where several files could be the renamed one, none is taken for it.
    """
    new = [
        asset
        for path, asset in snapshot.local.items()
        if asset.sha256 and _is_free(path, snapshot, snapshot.remote)
    ]
    files = _by(new, lambda asset: asset.sha256)
    lost = [
        base
        for path, base in snapshot.bases.items()
        if path not in snapshot.local and path not in snapshot.blocked
    ]
    moves = []
    for digest, bases in _by(lost, lambda base: base.local).items():
        found = files.get(digest, ())
        if len(bases) != 1 or len(found) != 1:
            continue
        (base,), (local,) = bases, found
        remote = snapshot.remote.get(base.path)
        if remote is None or remote_changed(base, remote) or not _can_rename(base.path, local.path):
            continue
        moves.append(
            AssetAction(
                verb="move",
                side="wiki",
                path=local.path,
                file=local.file,
                from_path=base.path,
                from_file=base.file,
                local=local,
                remote=remote,
                base=base,
            )
        )
    return moves


def _remote_moves(snapshot: AssetSnapshot) -> list[AssetAction]:
    """Return the renames in the folder: the asset of a base's id has another name on the wiki."""
    by_id = {remote.id: remote for remote in snapshot.remote.values()}
    moves = []
    for path, base in snapshot.bases.items():
        remote, local = by_id.get(base.id), snapshot.local.get(path)
        if remote is None or remote.path == path or path in snapshot.remote:
            continue
        if remote_changed(base, remote) or remote.created_at != base.created_at:
            continue
        if local is None or local.sha256 != base.local or path in snapshot.blocked:
            continue
        if not _is_free(remote.path, snapshot, snapshot.local):
            continue
        moves.append(
            AssetAction(
                verb="move",
                side="folder",
                path=remote.path,
                file=_file(remote.path, snapshot),
                from_path=path,
                from_file=base.file,
                local=local,
                remote=remote,
                base=base,
            )
        )
    return moves


def _is_free(path: str, snapshot: AssetSnapshot, side: Mapping[str, object]) -> bool:
    return path not in side and path not in snapshot.bases and path not in snapshot.blocked


def _can_rename(path: str, target: str) -> bool:
    """Return whether the wiki can rename an asset so."""
    same_folder = path.rpartition("/")[0] == target.rpartition("/")[0]
    return same_folder and ending(path) == ending(target)


def _by(values: Iterable[_T], key: Callable[[_T], str]) -> dict[str, list[_T]]:
    groups: defaultdict[str, list[_T]] = defaultdict(list)
    for value in values:
        groups[key(value)].append(value)
    return groups
