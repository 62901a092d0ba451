"""Images and files in a folder and on a wiki, planned and written as a run does it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wikisync.apply.asset_context import AssetContext, AssetRun
from wikisync.apply.asset_executor import apply_asset_deletions, apply_assets
from wikisync.planning.asset_model import AssetSnapshot, LocalAsset, RemoteAsset
from wikisync.planning.asset_planner import plan_assets
from wikisync.planning.snapshot import PlanOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.apply_run import SyncSetup
    from wikisync.apply.asset_result import AssetResult
    from wikisync.planning.asset_model import AssetPlan
    from wikisync.planning.model import Command


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class AssetSetup:
    """The assets of a folder, a wiki and a state: every file that is no page, every asset."""

    setup: SyncSetup
    jobs: int = 4
    room: int | None = None

    def write(self, file: str, data: bytes) -> None:
        path = self.setup.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def read(self, file: str) -> bytes:
        return (self.setup.root / file).read_bytes()

    def files(self) -> dict[str, bytes]:
        return {file: self.read(file) for file in self.setup.files()}

    def remote(self) -> dict[str, bytes | None]:
        """What the wiki serves, by path."""
        assets = self.setup.sandbox.assets
        return {path: assets.read(path) for path in assets.paths()}

    def snapshot(self) -> AssetSnapshot:
        list(self.setup.folder.list_files())  # the first look at the folder
        client = self.setup.wiki.assets
        local = {
            file: LocalAsset(file, file, len(data), sha256(data))
            for file, data in self.files().items()
        }
        remote = {}
        for one in client.list(self.setup.state.asset_folders.load()).assets:
            found = RemoteAsset(
                one.path, one.id, one.folder, one.size, one.mime, one.created_at, one.updated_at
            )
            digest = client.read_digest(one).sha256
            remote[one.path] = RemoteAsset(
                **{name: getattr(found, name) for name in found.__slots__ if name != "sha256"},
                sha256=digest,
            )
        return AssetSnapshot(self.setup.state.asset_bases.load(), local, remote)

    def plan(self, command: Command = "sync", **wish: Any) -> AssetPlan:
        return plan_assets(self.snapshot(), PlanOptions(command, **wish))

    def apply(
        self, plan: AssetPlan, *, stop: Callable[[], bool] = lambda: False
    ) -> list[AssetResult]:
        context = self.setup.run()
        run = AssetRun(AssetContext(context, self.jobs, self.room), stop)
        found = [*apply_assets(plan, run), *apply_asset_deletions(plan, run)]
        if not self.setup.state.asset_journal.open_entries():
            self.setup.state.journal.end_run(context.run_number, "2026-01-01T00:00:00.000Z")
        return found

    def do(self, command: Command = "sync", **wish: Any) -> list[AssetResult]:
        return self.apply(self.plan(command, **wish))

    def kept(self) -> list[bytes]:
        """The bytes of all backups, the newest first."""
        found = []
        for backup in self.setup.state.asset_backups.all():
            with self.setup.state.asset_backups.open(backup) as file:
                found.append(file.read())
        return found


def shown(results: list[AssetResult]) -> list[str]:
    """Each result in short: ``update wiki img/a.png: done``."""
    return [f"{r.action.verb} {r.action.side} {r.action.path}: {r.result}" for r in results]
