"""Decide what a run on GitHub may believe of its checkout, and load its configuration so.

Whoever opens a pull request says what stands in its files, ``wikisync.toml`` among them. Where the
token goes (the address) and who may read it (the certificates) is therefore taken from inputs, the
environment or the commit that the pull request is to be merged into, never from the pull request.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wikisync import config as configuration
from wikisync.errors import BadConfig, UntrustedCheckout
from wikisync.git.process import run
from wikisync.github.environment import NO_COMMIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.config import Config
    from wikisync.github.environment import Job

_OF_WRITERS: Final = frozenset(
    {"push", "schedule", "workflow_dispatch", "repository_dispatch", "release", "deployment", ""}
)
"""Events that only people with write access cause. Others, such as ``issue_comment`` and
``workflow_run``, anybody can cause, and a workflow may then check out what they made."""

_DECIDE: Final = ("url", "ca_file")


@dataclass(frozen=True, slots=True)
class Trust:
    """What a run may believe. ``commit`` is the one whose files are believed, None: the checkout's.

    ``may_write``: whether commands that write may run on the checkout.
    """

    commit: str | None
    may_write: bool


def trust(job: Job) -> Trust:
    """Return what a run may believe, by its event and by what is checked out."""
    about = job.pull_request
    if about is not None:
        return Trust(about.base_sha, job.event != "pull_request_target" and not about.from_fork)
    if job.event.startswith("pull_request"):  # and nothing says which one
        return Trust(NO_COMMIT, may_write=False)
    if job.event in _OF_WRITERS:
        return Trust(None, may_write=True)
    if job.event == "merge_group":
        return Trust(job.merge_base, may_write=True)
    # For all other events GitHub's own commit is the default branch's.
    if _resolved(job.workspace, "HEAD^{commit}") == job.sha:
        return Trust(None, may_write=True)
    return Trust(job.sha, may_write=False)


def check_writes(job: Job) -> None:
    """Raise UntrustedCheckout where a command that writes may not run."""
    if not trust(job).may_write:
        raise UntrustedCheckout("write", job.event)


def load(job: Job, file: Path | None, env: Mapping[str, str], *, need_token: bool = True) -> Config:
    """Load the configuration, as ``config.load`` does, with what the checkout may not decide.

    Raises UntrustedCheckout where the address or the certificates stand nowhere else, and the
    UsageError family.
    """
    commit = trust(job).commit
    if commit is None:
        return configuration.load(file, env=env, need_token=need_token)
    given = _believed(file, commit, job.workspace.resolve())
    url = env.get("WIKISYNC_URL") or given.get("url", "")
    if not url:
        configuration.load(file, env=env, need_token=False)  # or it is configured nowhere
        raise UntrustedCheckout("url", job.event)
    found = configuration.load(file, env={**env, "WIKISYNC_URL": url}, need_token=need_token)
    ca_file = env.get("WIKISYNC_CA_FILE") or given.get("ca_file")
    trusted = found.root / ca_file if ca_file else None
    others = [Path(env[name]) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if env.get(name)]
    for each in (trusted, *others):
        if each is not None and _is_of_checkout(each, commit, job.workspace.resolve()):
            raise UntrustedCheckout("ca_file", job.event)
    return replace(found, ca_file=trusted)


def _believed(file: Path | None, commit: str, workspace: Path) -> dict[str, str]:
    """Return the settings that decide, from the ``wikisync.toml`` that is believed."""
    start = Path.cwd()
    above = (folder / configuration.FILE for folder in (start, *start.parents))
    for each in [start / file] if file else above:
        if each.is_symlink():
            raise BadConfig(str(each), "", "a link", "a file, as a pull request's has to be")
        if each.is_file() and not _is_of_checkout(each, commit, workspace):
            text: bytes | None = each.read_bytes()
        else:
            text = _git(each.parent, "cat-file", "blob", f"{commit}:./{each.name}")
        if text is not None:
            return _deciding(text)
    return {}


def _deciding(text: bytes) -> dict[str, str]:
    try:
        settings = tomllib.loads(text.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    return {name: str(settings[name]) for name in _DECIDE if settings.get(name)}


def _is_of_checkout(file: Path, commit: str, workspace: Path) -> bool:
    """Return whether the checkout's commit has the file otherwise than ``commit`` has it.

    What no commit has was made by the job itself; where git cannot tell, it was not.
    """
    real = file.resolve()
    if not real.is_relative_to(workspace):
        return False
    if _git(real.parent, "rev-parse", "--verify", "-q", "HEAD^{commit}") is None:
        return True
    here = _resolved(real.parent, f"HEAD:./{real.name}")
    return here is not None and here != _resolved(real.parent, f"{commit}:./{real.name}")


def _resolved(folder: Path, name: str) -> str | None:
    found = _git(folder, "rev-parse", "--verify", "-q", name)
    return None if found is None else found.decode("ascii", "replace").strip()


def _git(folder: Path, *asked: str) -> bytes | None:
    """Return what git answers; None where it answers nothing."""
    done = run(folder, *asked)
    return None if done is None or done.returncode else done.stdout
