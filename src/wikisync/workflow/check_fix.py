"""Carry out ``check --fix``: change links, then rename files; each as a run of the journal.

Links are written before files are renamed: a run that was stopped between the two is completed by
the next one, which proposes the same names. What stood in a file is kept as a backup (promise 1).
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wikisync.checking.fixes import plan_fixes
from wikisync.checking.folder_facts import content_type_of
from wikisync.errors import BadPage, FileChanged, FolderError
from wikisync.folder.folder import digest_of
from wikisync.folder.streamed_files import hash_file
from wikisync.page.asset_links import asset_path
from wikisync.page.document import parse
from wikisync.page.paths import key_of
from wikisync.state import State
from wikisync.state.asset_journal import AssetIntent
from wikisync.state.journal import Intent, now
from wikisync.state.lock import run_lock
from wikisync.workflow.check import check_folder, result_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wikisync.checking.fixes import FixPlan
    from wikisync.checking.model import CheckResult, Step
    from wikisync.config import Config
    from wikisync.page.document import Document
    from wikisync.page.model import Key
    from wikisync.progress import Progress
    from wikisync.workflow.check import CheckedFolder


def run_fix(
    config: Config, paths: Sequence[str], progress: Progress, *, dry_run: bool
) -> CheckResult:
    """Mend what is safe to mend, and return what was done and what is still wrong.

    With ``dry_run`` nothing is written. Raises Locked, FolderError, StateError and NoSuchPath.
    """
    if dry_run:
        checked = check_folder(config, progress)
        plan, _documents = _plan(checked, config, paths)
        found = result_of(checked, config, paths)
        return replace(found, done=tuple(plan.steps), planned=True)
    with run_lock(config.state, now()):
        checked = check_folder(config, progress)
        plan, documents = _plan(checked, config, paths)
        before = result_of(checked, config, paths)
        if not plan.contents and not plan.renames:
            return replace(before, done=tuple(plan.steps))
        with closing(State.open(config.state)) as state:
            steps = _Fixing(checked, state, plan, documents).run()
    after = check_folder(config, progress)
    found = result_of(after, config, ())
    if paths:  # a path may be that of a file which has another name now
        files = {plan.renames.get(each.file, each.file) for each in before.findings}
        left = tuple(each for each in found.findings if each.file in files)
        found = replace(before, findings=left)
    return replace(found, done=steps)


def _plan(
    checked: CheckedFolder, config: Config, paths: Sequence[str]
) -> tuple[FixPlan, dict[str, Document]]:
    """Return the plan of the fixes, and the pages that were read for it."""
    documents: dict[str, Document] = {}

    def read(file: str) -> Document | None:
        try:
            data = checked.folder.read(checked.names.get(file, file))
            documents[file] = parse(data, content_type_of(file))
        except (BadPage, FolderError):
            return None
        return documents[file]

    findings = result_of(checked, config, paths).findings
    return plan_fixes(checked.facts, findings, read), documents


@dataclass
class _Fixing:
    """The execution of a plan of fixes."""

    checked: CheckedFolder
    state: State
    plan: FixPlan
    documents: dict[str, Document]

    def run(self) -> tuple[Step, ...]:
        """Carry out each step, and return the steps; one that failed has its reason."""
        journal = self.state.journal
        number = journal.begin_run("check", now())
        steps = [self._edited(step, number) for step in self.plan.steps]
        failed = {step.file for step in steps if step.failed}
        steps = [
            self._renamed(step, number) if step.new_name and step.file not in failed else step
            for step in steps
        ]
        journal.end_run(number, now())
        return tuple(steps)

    def _edited(self, step: Step, run: int) -> Step:
        content = self.plan.contents.get(step.file)
        if content is None:
            return step
        document, name = self.documents[step.file], self._name(step.file)
        header = document.header.text if document.header is not None else ""
        new = (("\ufeff" if document.bom else "") + header + content).encode()
        key = self._key(step.file)
        old, base = document.data, self.state.bases.get(key)
        intent = Intent(
            run,
            "update",
            "folder",
            key,
            name,
            None,
            digest_of(old).hex(),
            digest_of(new).hex(),
            after=base,
            before=base,
        )
        entry = self.state.journal.begin(intent)
        self.state.backups.add(entry, now(), old, "before")
        try:
            self.checked.folder.write(name, new, digest_of(old))
        except FolderError as error:
            return self._failed(step, entry, error)
        self.state.journal.end(entry, "done")
        return step

    def _renamed(self, step: Step, run: int) -> Step:
        try:
            if step.file in self.checked.facts.places.page_files:
                return self._renamed_page(step, run)
            return self._renamed_asset(step, run)
        except FolderError as error:
            return replace(step, failed=error.reason)

    def _renamed_page(self, step: Step, run: int) -> Step:
        folder, name = self.checked.folder, self._name(step.file)
        digest = digest_of(folder.read(name))
        intent = Intent(
            run,
            "move",
            "folder",
            key_of(step.new_name, self.checked.facts.places.layout),
            step.new_name,
            None,
            digest.hex(),
            digest.hex(),
            from_key=self._key(step.file),
            from_file=name,
        )
        return self._move(step, self.state.journal.begin(intent), digest)

    def _renamed_asset(self, step: Step, run: int) -> Step:
        name, layout = self._name(step.file), self.checked.facts.places.layout
        found = hash_file(self.checked.folder, name)
        path = asset_path(step.file, layout)
        base = self.state.asset_bases.get(path)
        intent = AssetIntent(
            run,
            "move",
            "folder",
            asset_path(step.new_name, layout),
            step.new_name,
            None,
            found.sha256,
            found.sha256,
            after=base,
            before=base,
            from_path=path,
            from_file=name,
        )
        return self._move(step, self.state.asset_journal.begin(intent), found.digest)

    def _move(self, step: Step, entry: int, digest: bytes) -> Step:
        try:
            self.checked.folder.move(self._name(step.file), step.new_name, digest)
        except FolderError as error:
            return self._failed(step, entry, error)
        self.state.journal.end(entry, "done")
        return step

    def _failed(self, step: Step, entry: int, error: FolderError) -> Step:
        self.state.journal.end(entry, "skipped" if isinstance(error, FileChanged) else "failed")
        return replace(step, failed=error.reason)

    def _name(self, file: str) -> str:
        """Return a file's name on disk."""
        return self.checked.names.get(file, file)

    def _key(self, file: str) -> Key:
        return next(key for key, other in self.checked.facts.places.files.items() if other == file)
