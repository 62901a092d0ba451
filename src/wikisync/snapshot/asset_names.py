"""Find the assets whose names cannot be on the other side, and say what to do about each. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.errors import BadName
from wikisync.page.asset_links import asset_file
from wikisync.page.asset_names import name_problem, reason_no_file, reason_unreadable
from wikisync.page.paths import to_nfc
from wikisync.page.windows_names import windows_refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from wikisync.page.asset_names import AssetNameProblem
    from wikisync.page.paths import Layout

_DECOMPOSED = "its name has decomposed characters, which wikisync does not send"


def files_by_path(
    paths: Iterable[tuple[str, str]],
) -> tuple[dict[str, str], dict[str, BadName]]:
    """Return the file of each (path, file), and the problems of those that share a path."""
    found: dict[str, str] = {}
    problems: dict[str, BadName] = {}
    for path, file in paths:
        if (other := found.setdefault(path, file)) != file:
            rule = f"{other} has the same name, in another Unicode form"
            problems[path] = BadName(file, rule)
    return found, problems


def local_name_problem(
    path: str, file: str, taken: Collection[str], layout: Layout, *, is_listed: bool = False
) -> BadName | None:
    """Return why the wiki cannot have a file under its own name; None if it can.

    ``taken`` are the paths of both sides: none of them is proposed. ``is_listed``: the wiki has an
    asset of exactly this name, which its storage may have brought, though no upload could.
    """
    problem = name_problem(path)
    if problem is None or (is_listed and problem.kind == "changed"):
        return None
    proposed = problem.proposed
    if proposed is None or proposed in taken or not asset_file(proposed, layout):
        proposed = ""
    return BadName(
        file, _rule(problem, taken), proposal=asset_file(proposed, layout) if proposed else ""
    )


def _rule(problem: AssetNameProblem, taken: Collection[str]) -> str:
    if problem.kind == "nameless":
        return "the wiki would store it without a name"
    if problem.kind == "unreadable":
        return f"{problem.rule}: no browser could open it"
    rule = f"the wiki would store it as `{problem.stored}`, and links to it would not work"
    if problem.stored in taken:
        return f"the wiki would store it as `{problem.stored}`, over another file of that name"
    return rule


def remote_name_problem(path: str, layout: Layout, *, on_windows: bool) -> BadName | None:
    """Return why the folder cannot have an asset of the wiki, or nobody can read it; or None."""
    file = asset_file(path, layout)
    rule = reason_no_file(file) or (_DECOMPOSED if to_nfc(path) != path else None)
    if rule is None and on_windows:
        rule = windows_refusal(file)
    if rule is None and (reason := reason_unreadable(path)) is not None:
        rule = f"{reason}: it cannot be read on the wiki"
    return None if rule is None else BadName(path, rule)
