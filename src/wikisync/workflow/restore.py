"""Run the commands about backups: list, show and restore them. The wiki is not asked."""

from __future__ import annotations

import os
import shutil
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

from wikisync.apply.asset_restore import AssetRestoration, plan_asset_restore, restore_asset
from wikisync.apply.backups import with_backups
from wikisync.apply.recovery import recover_files
from wikisync.apply.restore import as_new_file, find_backup, plan_restore, restore
from wikisync.apply.result import run_action
from wikisync.apply.transaction import ApplyContext
from wikisync.errors import Locked, NoSuchPath, NotWritten, StateError
from wikisync.folder.directory import PIECE
from wikisync.folder.folder import Folder
from wikisync.page.model import Key
from wikisync.planning.asset_model import AssetPlan
from wikisync.planning.model import Plan
from wikisync.planning.path_filter import page_selector, parse_paths
from wikisync.private_files import FILE_MODE, reason_of
from wikisync.progress import silent
from wikisync.request import Report
from wikisync.state import State
from wikisync.state.journal import now
from wikisync.workflow.context import layout_of, open_for_write, saved_notes
from wikisync.workflow.execution import has_writes
from wikisync.workflow.plan import refuse_other_root
from wikisync.workflow.sync_run import locked_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wikisync.apply.restore import Restoration
    from wikisync.config import Config
    from wikisync.planning.model import Base
    from wikisync.request import Request
    from wikisync.state.asset_backups import AssetBackup
    from wikisync.state.backups import Backup

_BINARY = getattr(os, "O_BINARY", 0)  # Windows would convert line endings without it


def backups_of(config: Config, paths: tuple[str, ...]) -> tuple[Backup | AssetBackup, ...]:
    """Return the backups of the pages and assets that match PATH arguments, the newest first.

    A page matches by its present name and by each name that it had in a run, an asset by its names
    before and after a write and by its present one. Raises NoSuchPath for an invalid pattern, and
    for a PATH that is neither a file nor a page or an asset of any run; StateError.
    """
    with closing(State.open(config.state, create=False)) as state:
        default = (state.meta("locales") or "").partition(" ")[0]
        filters = parse_paths(paths, config.folder, Path.cwd(), config.root, default)
        means = page_selector(filters)
        pages = _Pages(state)
        known: list[tuple[Key, str]] = []
        for named in state.journal.names():
            known.append((named.key, named.file))
            if named.page_id is not None and means(named.key, named.file):
                pages.add(named.run, named.page_id)
        for base in state.bases.load().values():
            known.append((base.key, base.file))
            if means(base.key, base.file):
                pages.add_base(base)
        known += _asset_names(state)
        for path in filters:
            if known and not (path.as_file or any(path.matches(key, file) for key, file in known)):
                raise NoSuchPath(path.typed)
        found: list[Backup | AssetBackup] = [
            backup
            for backup in state.backups.all()
            if means(backup.key, backup.file)
            or means(backup.new_key, backup.new_file)
            or pages.has(backup)
        ]
        found += _assets_of(state, means)
        return tuple(sorted(found, key=lambda backup: backup.number, reverse=True))


def _asset_names(state: State) -> list[tuple[Key, str]]:
    """Return the paths and files of all assets that the state knows."""
    found = [(base.path, base.file) for base in state.asset_bases.load().values()]
    for run in state.journal.runs():
        for entry in state.asset_journal.entries(run.number):
            intent = entry.intent
            found += [(intent.path, intent.file), (intent.from_path, intent.from_file)]
    return [(Key("", path), file) for path, file in found if path]


def _assets_of(state: State, means: Callable[[Key, str], bool]) -> list[AssetBackup]:
    """Return the backups of the assets that match."""
    present = {
        base.id
        for base in state.asset_bases.load().values()
        if means(Key("", base.path), base.file)
    }
    return [
        backup
        for backup in state.asset_backups.all()
        if means(Key("", backup.path), backup.file)
        or means(Key("", backup.new_path), backup.new_file)
        or (backup.asset_id in present and not state.from_another_wiki(backup.run))
    ]


class _Pages:
    """A set of pages. A page is known by its id and, as far as known, its time of creation.

    A wiki that was restored from a dump can give a page's id to another one.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._created: dict[tuple[bool, int], set[str | None]] = {}
        self._runs: dict[int, dict[int, str]] = {}

    def add(self, run: int, page_id: int) -> None:
        """Add a page of a run."""
        page = self._state.from_another_wiki(run), page_id
        self._created.setdefault(page, set()).add(self._created_at(run, page_id))

    def add_base(self, base: Base) -> None:
        """Add the page of a base."""
        self._created.setdefault((False, base.id), set()).add(base.created_at)

    def has(self, backup: Backup) -> bool:
        """Return whether a backup is of one of the pages."""
        if backup.page_id is None:
            return False
        page = self._state.from_another_wiki(backup.run), backup.page_id
        if page not in self._created:
            return False
        known = self._created[page] - {None}
        created = self._created_at(backup.run, backup.page_id)
        return created is None or not known or created in known

    def _created_at(self, run: int, page_id: int) -> str | None:
        """Return when a page of a run was created; None where the journal does not say."""
        if run not in self._runs:
            self._runs[run] = {
                entry.intent.page_id: stored.base.created_at
                for entry in self._state.journal.entries(run)
                if (stored := entry.intent.before or entry.intent.after) is not None
                and entry.intent.page_id is not None
            }
        return self._runs[run].get(page_id)


@contextmanager
def open_backup(config: Config, number: int) -> Iterator[IO[bytes]]:
    """Open a backup as the bytes of a file. Raises BackupMissing, BackupDamaged, StateError."""
    with closing(State.open(config.state, create=False)) as state:
        asset = state.asset_backups.get(number)
        if asset is None:
            yield BytesIO(as_new_file(state, find_backup(state, number), layout_of(config)))
            return
        with state.asset_backups.open(asset) as file:
            yield file


def write_elsewhere(data: IO[bytes], path: Path) -> None:
    """Write a backup into a new file, for its owner alone. Raises NotWritten."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, FILE_MODE)
    except FileExistsError as error:
        raise NotWritten(str(path), "there is a file of that name") from error
    except OSError as error:
        raise NotWritten(str(path), reason_of(error)) from error
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(data, file, PIECE)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise NotWritten(str(path), reason_of(error)) from error


def restore_backup(config: Config, request: Request, ask: Callable[[Report], bool]) -> Report:
    """Restore the backup that the request names into the file of its page.

    If the file has content that was never pushed, ``ask`` gets the report and returns whether to go
    on. Raises BackupMissing, BackupDamaged, NotWritten, FolderError and StateError.
    """
    folder = Folder(config.folder, config.ignore, layout_of(config), missing_ok=True)
    with closing(State.open(config.state, create=False)) as state:
        if (refusal := refuse_other_root(state, config)) is not None:
            plan = Plan(refusals=(refusal,))
            return Report(request, config.url, config.folder_name, plan)
        report, _todo = _plan(config, request, state, folder)
        if request.dry_run:
            return report
    try:
        with open_for_write(config, silent, needs_folder=False) as context:
            recover_files(context.state, context.folder)
            report, restoration = _plan(config, request, context.state, context.folder)
            if not has_writes(report.plan):
                return report
            if restoration.unpushed and not ask(report):
                return replace(report, declined=True)
            number = context.state.journal.begin_run("restore", now())
            apply_context = ApplyContext(context.wiki, context.folder, context.state, number)
            if isinstance(restoration, AssetRestoration):
                result = restore_asset(apply_context, restoration)
                with suppress(StateError):
                    context.state.journal.end_run(number, now())
                return replace(report, asset_outcomes=(result,))
            outcomes = [
                run_action(restoration.action, partial(restore, apply_context, restoration), None)
            ]
            # The result has a StateError already.
            with suppress(StateError):
                context.state.journal.end_run(number, now())
                outcomes = with_backups(context.state, number, outcomes)
            return replace(report, outcomes=tuple(outcomes))
    except Locked as error:
        return locked_report(config, request, error)


def _plan(
    config: Config, request: Request, state: State, folder: Folder
) -> tuple[Report, Restoration | AssetRestoration]:
    number = request.backup or 0
    asset = state.asset_backups.get(number)
    restoration: Restoration | AssetRestoration
    if asset is None:
        restoration = plan_restore(state, folder, find_backup(state, number))
        same = restoration.data == restoration.current
        plan = Plan(actions=() if same else (restoration.action,), pages=1)
    else:
        restoration = plan_asset_restore(state, folder, asset)
        actions = () if restoration.is_done else (restoration.action,)
        plan = Plan(assets=AssetPlan(actions=actions, assets=1))
    report = Report(
        request,
        config.url,
        config.folder_name,
        plan,
        notes=saved_notes(folder),
        restoration=restoration,
    )
    return report, restoration
