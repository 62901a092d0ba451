"""Decide which files of a checkout a run on GitHub trusts, and load the configuration from them.

The author of a pull request writes its files, ``wikisync.toml`` among them. So the URL that the
token is sent to, the certificates trusted for it, and the client's own, come from inputs, the
environment or the target commit, never from the pull request itself.
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
    from collections.abc import Iterable, Iterator, Mapping

    from wikisync.config import Config
    from wikisync.github.environment import Job

_TRUSTED_EVENTS: Final = frozenset(
    {"push", "schedule", "workflow_dispatch", "repository_dispatch", "release", "deployment", ""}
)
"""Events that only people with write access can cause. Anybody can cause the others, such as
``issue_comment`` and ``workflow_run``, and their workflows may check out files by anybody."""

_GUARDED: Final = ("url", "ca_file", "client_cert", "client_key")


@dataclass(frozen=True, slots=True)
class Trust:
    """What a run trusts: the files of ``commit``, or those of the checkout where it is None.

    ``may_write``: whether commands that write may run on the checkout.
    """

    commit: str | None
    may_write: bool


def trust_of(job: Job, *folders: Path) -> Trust:
    """Return what a run trusts, by its event and its checked-out commits.

    ``folders`` are those that the run reads: a workflow can check out a pull request into a folder
    of the workspace, which has a repository of its own.
    """
    pull_request = job.pull_request
    if pull_request is not None:
        return Trust(
            pull_request.base_sha, job.event != "pull_request_target" and not pull_request.from_fork
        )
    if job.event.startswith("pull_request"):  # without a description of it
        return Trust(NO_COMMIT, may_write=False)
    if job.event in _TRUSTED_EVENTS:
        return Trust(None, may_write=True)
    if job.event == "merge_group":
        return Trust(job.merge_base, may_write=True)
    # For all other events, GITHUB_SHA is a commit of the default branch.
    if all(_resolve(each, "HEAD^{commit}") == job.sha for each in _in_workspace(job, folders)):
        return Trust(None, may_write=True)
    return Trust(job.sha, may_write=False)


def _in_workspace(job: Job, folders: Iterable[Path]) -> Iterator[Path]:
    """Yield the workspace, and for each folder inside it the nearest one that exists."""
    workspace = job.workspace.resolve()
    yield workspace
    for folder in folders:
        real = folder.resolve()
        if real.is_relative_to(workspace):
            yield next(each for each in (real, *real.parents) if each.is_dir())


def check_writes(job: Job, *folders: Path) -> None:
    """Raise UntrustedCheckout where commands that write may not run on these folders."""
    if not trust_of(job, *folders).may_write:
        raise UntrustedCheckout("write", job.event)


def load(job: Job, file: Path | None, env: Mapping[str, str], *, need_token: bool = True) -> Config:
    """Load the configuration like ``config.load``, with URL and certificates from trusted files.

    Raises UntrustedCheckout where only untrusted files name them, and UsageErrors.
    """
    start = Path.cwd()
    folders = [(start / file).resolve().parent] if file else (start, *start.parents)
    commit = trust_of(job, *folders).commit
    if commit is None:
        return configuration.load(file, env=env, need_token=need_token)
    trusted_settings = _trusted_settings(file, commit, job.workspace.resolve())
    url = env.get("WIKISYNC_URL") or trusted_settings.get("url", "")
    if not url:
        # Raises NotConfigured where no file names one at all.
        configuration.load(file, env=env, need_token=False)
        raise UntrustedCheckout("url", job.event)
    found = configuration.load(file, env={**env, "WIKISYNC_URL": url}, need_token=need_token)
    files = configuration.tls_files(env, trusted_settings, found.project)
    others = [Path(env[name]) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if env.get(name)]
    for what, each in (*files.items(), *(("ca_file", other) for other in others)):
        if each is not None and _is_changed_here(each, commit, job.workspace.resolve()):
            raise UntrustedCheckout("ca_file" if what == "ca_file" else "client_cert", job.event)
    return replace(
        found,
        ca_file=files["ca_file"],
        client_cert=files["client_cert"],
        client_key=files["client_key"],
    )


def _trusted_settings(file: Path | None, commit: str, workspace: Path) -> dict[str, str]:
    """Return URL and certificates, if set, from the trusted version of ``wikisync.toml``."""
    start = Path.cwd()
    above = (folder / configuration.FILE for folder in (start, *start.parents))
    for each in [start / file] if file else above:
        if each.is_symlink():
            raise BadConfig(str(each), "", "a link", "a file, as a pull request's has to be")
        if each.is_file() and not _is_changed_here(each, commit, workspace):
            text: bytes | None = each.read_bytes()
        else:
            text = _git(each.parent, "cat-file", "blob", f"{commit}:./{each.name}")
        if text is not None:
            return _guarded_settings(text)
    return {}


def _guarded_settings(text: bytes) -> dict[str, str]:
    try:
        settings = tomllib.loads(text.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    return {name: str(settings[name]) for name in _GUARDED if settings.get(name)}


def _is_changed_here(file: Path, commit: str, workspace: Path) -> bool:
    """Return whether a file differs between HEAD and ``commit``.

    A file that HEAD does not contain was created by the job, so False. True where git fails.
    """
    real = file.resolve()
    if not real.is_relative_to(workspace):
        return False
    if _git(real.parent, "rev-parse", "--verify", "-q", "HEAD^{commit}") is None:
        return True
    current = _resolve(real.parent, f"HEAD:./{real.name}")
    return current is not None and current != _resolve(real.parent, f"{commit}:./{real.name}")


def _resolve(folder: Path, name: str) -> str | None:
    found = _git(folder, "rev-parse", "--verify", "-q", name)
    return None if found is None else found.decode("ascii", "replace").strip()


def _git(folder: Path, *arguments: str) -> bytes | None:
    """Run git and return its output; None where it fails."""
    done = run(folder, *arguments)
    return None if done is None or done.returncode else done.stdout
