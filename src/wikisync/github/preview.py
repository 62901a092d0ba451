"""Compare the pages of a pull request with its target branch, without the wiki.

Images and other files that change are named, and not compared. For runs without secrets, such as
those for a pull request from a fork. Only files and git are read: no code of the pull request runs,
and nothing is sent.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from wikisync.errors import BadName, BadPage, GitHubError
from wikisync.folder.conflicts import refuse_conflicts
from wikisync.folder.folder import Folder
from wikisync.folder.scan import assign_keys, scan
from wikisync.git.process import NO_PROGRAMS, run
from wikisync.git.repository import GitFailed, Repository
from wikisync.page.document import parse
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import Key
from wikisync.page.paths import EXTENSIONS, Layout
from wikisync.planning.model import Action, Create, Delete, Move, Plan, Update
from wikisync.planning.notes import Note
from wikisync.request import PageDiff, Report, Request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wikisync.config import Config
    from wikisync.folder.scan import Problem
    from wikisync.github.environment import Job, PullRequest
    from wikisync.page.model import Page
    from wikisync.planning.model import Local

_BY_FILE: Final = Layout()
"""The layout of a wiki that is not read: pages have the names of their files."""


def preview(config: Config, job: Job, *, delete: bool) -> Report:
    """Return a report of the pages that differ from the target branch, with their diffs.

    Raises GitHubError where git cannot read the old pages, FolderError.
    """
    with_assets = config.assets != "none"
    folder = Folder(config.folder, config.ignore, missing_ok=True, with_assets=with_assets)
    found = scan(folder, ())
    every = _changes(config.folder, job.pull_request) if job.pull_request else []
    every = [change for change in every if not folder.ignores(change[0] or change[1])]
    changes = [change for change in every if any(map(_is_page, change[:2]))]
    assets = sorted({_asset_of(old, new, folder) for old, new, _ in every} - {""})
    old_pages = _old_pages(config.folder, changes)
    old_names = {new: old for old, new, _ in changes if old in old_pages}

    def old_contents(_key: Key, file: str) -> tuple[str, ...]:
        old = old_pages.get(old_names.get(file, ""))
        return () if old is None else (old.content,)

    scanned = refuse_conflicts(assign_keys(found, {}, _BY_FILE), found, old_contents)
    local = {local.file: local for local in scanned.local.values()}
    pairs = tuple(
        pair
        for change in changes
        for pair in _page_diffs(change, old_pages, local, folder, scanned.problems)
    )
    withheld = None if delete else "delete"
    pairs = tuple(
        replace(pair, item=replace(pair.item, skip_reason=withheld))
        if isinstance(pair.item, Delete)
        else pair
        for pair in pairs
    )
    actions = tuple(pair.item for pair in pairs if isinstance(pair.item, Action))
    touched = {action.key for action in actions}
    known = len({*(Key("", local.file) for local in local.values()), *touched})
    plan = Plan(actions, problems=scanned.problems, pages=known, in_sync=known - len(touched))
    request = Request("plan", "push", delete=delete)
    untried = Note("assets-untried", len(assets), files=tuple(assets))
    notes = (untried,) if with_assets and assets else ()
    return Report(request, "", config.folder_name, plan, diffs=pairs, notes=notes)


Change = tuple[str, str, str]
"""(old name, new name, old blob); a name is empty where the file does not exist."""


def _changes(folder: Path, pull_request: PullRequest) -> list[Change]:
    # Compares commits: comparing the files would run the filters set by attributes.
    arguments = ("diff-tree", "-r", *NO_PROGRAMS, "--raw", "-z", "-M", "--no-abbrev", "--relative")
    commits = (_merge_base(folder, pull_request), "HEAD") if folder.is_dir() else ()
    done = run(folder, *arguments, *commits, "--", ".") if commits else None
    if done is None or done.returncode:
        raise _unknown_base(pull_request)
    return list(_parse_changes(done.stdout))


def _parse_changes(raw: bytes) -> Iterator[Change]:
    fields = iter(raw.split(b"\0"))
    for field in fields:
        if not field.startswith(b":"):
            continue
        _old_mode, _new_mode, old, _new, status = field.decode("ascii").split(" ")
        first = next(fields, b"").decode("utf-8", "replace")
        second = next(fields, b"").decode("utf-8", "replace") if status[0] in "RC" else first
        blob = old if old.strip("0") else ""
        match status[0]:
            case "A" | "C":
                yield "", second, ""
            case "D":
                yield first, "", blob
            case _:
                yield first, second, blob


def _merge_base(folder: Path, pull_request: PullRequest) -> str:
    """Return the commit to compare with: the target that GitHub merged into, or the merge base."""
    # GitHub checks out a merge of the pull request into its target.
    for arguments in (
        ("rev-parse", "--verify", "-q", "HEAD^2"),
        ("merge-base", "HEAD", pull_request.base_sha),
    ):
        done = run(folder, *arguments)
        if done is not None and done.returncode == 0:
            return "HEAD^1" if "HEAD^2" in arguments else done.stdout.decode("ascii").strip()
    raise _unknown_base(pull_request)


def _unknown_base(pull_request: PullRequest) -> GitHubError:
    reason = "git does not know it here (actions/checkout needs fetch-depth: 0)"
    return GitHubError(f"compare with {pull_request.base}", reason)


def _old_pages(folder: Path, changes: list[Change]) -> dict[str, Page]:
    """Return the old pages by their old names, without files that were no valid pages."""
    repository = Repository.at(folder) if changes else None
    if repository is None:
        return {}
    blobs = {blob: file for file, _, blob in changes if blob and _is_page(file)}
    found: dict[str, Page] = {}
    try:
        texts = dict(repository.read_blobs(blobs))
    except GitFailed as problem:
        raise GitHubError("read what was there", problem.reason) from problem
    for file, _, blob in changes:
        data = texts.get(blob)
        if data is not None:
            try:
                kind = EXTENSIONS[PurePosixPath(file).suffix]
                found[file] = parse(data, kind, file=file).page
            except BadPage:
                continue
    return found


def _page_diffs(
    change: Change,
    old_pages: dict[str, Page],
    local: dict[str, Local],
    folder: Folder,
    problems: tuple[Problem, ...],
) -> Iterator[PageDiff]:
    """Yield the changes of one page: two for a page that was renamed and edited."""
    old_file, new_file, _ = change
    old, new = old_pages.get(old_file), _new_page(local.get(new_file), folder)
    if new is None and any(_is_about(problem, new_file) for problem in problems):
        return  # already reported as a problem
    file = new_file or old_file
    key = Key("", file)
    if old is not None and new is not None and old_file != new_file:
        move = Move(
            side="wiki", key=key, file=new_file, from_key=Key("", old_file), from_file=old_file
        )
        yield PageDiff(move, new, new)
    if old is None and new is not None:
        yield PageDiff(Create(side="wiki", key=key, file=file), None, new)
    elif new is None and old is not None:
        yield PageDiff(Delete(side="wiki", key=key, file=file), old, None)
    elif old is not None and new is not None:
        fields = fingerprint(old).changed_fields(fingerprint(new))
        if fields:
            yield PageDiff(Update(side="wiki", key=key, file=file, fields=fields), old, new)


def _is_about(problem: Problem, file: str) -> bool:
    return isinstance(problem, BadPage | BadName) and problem.name == file


def _new_page(local: Local | None, folder: Folder) -> Page | None:
    if local is None:
        return None
    return parse(folder.read(local.file), local.content_type, file=local.file).page


def _asset_of(old: str, new: str, folder: Folder) -> str:
    """Return the name of the image or other file for readers that changed; "" for none."""
    if new in folder.assets:
        return new
    is_hidden = old.startswith(".") or "/." in old
    return old if old != new and not is_hidden and not _is_page(old) else ""


def _is_page(file: str) -> bool:
    hidden = any(part.startswith(".") for part in PurePosixPath(file).parts)
    return PurePosixPath(file).suffix in EXTENSIONS and not hidden
