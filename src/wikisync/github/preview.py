"""What a pull request changes, told without the wiki: the pages against the target branch.

For runs that get no secret, such as those of a fork's pull request. Files are read, and git;
nothing of the pull request is run, and nothing is sent anywhere.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from wikisync.errors import BadName, BadPage, GitHubError
from wikisync.folder.folder import Folder
from wikisync.folder.scan import assign_keys, scan
from wikisync.git.process import NO_PROGRAMS, run
from wikisync.git.repository import GitFailed, Repository
from wikisync.page.document import parse
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import Key
from wikisync.page.paths import EXTENSIONS, Locales
from wikisync.planning.model import Action, Plan
from wikisync.request import PageDiff, Report, Request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wikisync.config import Config
    from wikisync.folder.scan import Problem
    from wikisync.github.environment import Job, PullRequest
    from wikisync.page.model import Page
    from wikisync.planning.model import Local

_UNKNOWN: Final = Locales("", ())
"""The wiki's locales, where nobody can ask for them."""


def preview(config: Config, job: Job, *, delete: bool) -> Report:
    """The pages that differ from the target branch, as a report with their texts.

    Raises GitHubError where git cannot tell what was there, FolderError.
    """
    folder = Folder(config.folder, config.ignore, may_lack=True)
    named = assign_keys(scan(folder, ()), {}, _UNKNOWN)
    here = {local.file: local for local in named.local.values()}
    changes = _changes(config.folder, job.pull_request) if job.pull_request else []
    changes = [change for change in changes if not folder.ignores(change[0] or change[1])]
    before = _before(config.folder, changes)
    pairs = tuple(
        pair for change in changes for pair in _pairs(change, before, here, folder, named.problems)
    )
    withheld = None if delete else "delete"
    pairs = tuple(
        replace(pair, item=replace(pair.item, skip_reason=withheld))
        if isinstance(pair.item, Action) and pair.item.verb == "delete"
        else pair
        for pair in pairs
    )
    actions = tuple(pair.item for pair in pairs if isinstance(pair.item, Action))
    touched = {action.key for action in actions}
    known = len({*(Key("", local.file) for local in here.values()), *touched})
    plan = Plan(actions, problems=named.problems, pages=known, in_sync=known - len(touched))
    request = Request("plan", "push", delete=delete)
    return Report(request, "", config.folder_name, plan, diffs=pairs)


Change = tuple[str, str, str]
"""(name before, name now, blob before); a name is empty where there was or is no file."""


def _changes(folder: Path, about: PullRequest) -> list[Change]:
    # Commits are compared: a look at the files themselves would run the filters of attributes.
    asked = ("diff-tree", "-r", *NO_PROGRAMS, "--raw", "-z", "-M", "--no-abbrev", "--relative")
    commits = (_base(folder, about), "HEAD") if folder.is_dir() else ()
    done = run(folder, *asked, *commits, "--", ".") if commits else None
    if done is None or done.returncode:
        raise _cannot_tell(about)
    return [change for change in _parsed(done.stdout) if any(map(_is_page, change[:2]))]


def _parsed(raw: bytes) -> Iterator[Change]:
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


def _base(folder: Path, about: PullRequest) -> str:
    """The commit to compare with: what the pull request is merged into, or where it began."""
    # GitHub checks out a merge of the pull request into its target.
    for asked in (
        ("rev-parse", "--verify", "-q", "HEAD^2"),
        ("merge-base", "HEAD", about.base_sha),
    ):
        done = run(folder, *asked)
        if done is not None and done.returncode == 0:
            return "HEAD^1" if "HEAD^2" in asked else done.stdout.decode("ascii").strip()
    raise _cannot_tell(about)


def _cannot_tell(about: PullRequest) -> GitHubError:
    reason = "git does not know it here (actions/checkout needs fetch-depth: 0)"
    return GitHubError(f"compare with {about.base}", reason)


def _before(folder: Path, changes: list[Change]) -> dict[str, Page]:
    """The pages as they were, by their files' names then; those that were none are left out."""
    repository = Repository.at(folder) if changes else None
    if repository is None:
        return {}
    blobs = {blob: file for file, _, blob in changes if blob and _is_page(file)}
    found: dict[str, Page] = {}
    try:
        texts = dict(repository.read(blobs))
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


def _pairs(
    change: Change,
    before: dict[str, Page],
    here: dict[str, Local],
    folder: Folder,
    problems: tuple[Problem, ...],
) -> Iterator[PageDiff]:
    """What is done to one page; to a renamed one that was edited too, two things."""
    was, now, _ = change
    old, new = before.get(was), _now(here.get(now), folder)
    if new is None and any(_is_about(problem, now) for problem in problems):
        return  # no page, which is told already
    file = now or was
    key = Key("", file)
    if old is not None and new is not None and was != now:
        move = Action("move", "wiki", key, now, from_key=Key("", was), from_file=was)
        yield PageDiff(move, new, new)
    if old is None and new is not None:
        yield PageDiff(Action("create", "wiki", key, file), None, new)
    elif new is None and old is not None:
        yield PageDiff(Action("delete", "wiki", key, file), old, None)
    elif old is not None and new is not None:
        fields = fingerprint(old).changed_fields(fingerprint(new))
        if fields:
            yield PageDiff(Action("update", "wiki", key, file, fields), old, new)


def _is_about(problem: Problem, file: str) -> bool:
    return isinstance(problem, BadPage | BadName) and problem.name == file


def _now(local: Local | None, folder: Folder) -> Page | None:
    if local is None:
        return None
    return parse(folder.read(local.file), local.content_type, file=local.file).page


def _is_page(file: str) -> bool:
    hidden = any(part.startswith(".") for part in PurePosixPath(file).parts)
    return PurePosixPath(file).suffix in EXTENSIONS and not hidden
