"""Format the question before a plan is applied: what would be written and deleted, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.planning.model import Delete, Merge, Update
from wikisync.report.asset_rows import assets_of, transferred
from wikisync.report.text import EDITED, pages_and_files, plural, size_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.planning.asset_model import AssetAction
    from wikisync.planning.model import Action, Plan, Side


def question_message(plan: Plan) -> str:
    """Return a question to answer with yes or no, such as "Write 3 pages to the wiki?"."""
    written = [action for action in plan.writes if not isinstance(action, Delete)]
    wiki = {action.key for action in written if action.side == "wiki"}
    # A merge and a conversion change the file as well.
    here = {action.key for action in written if action.side == "folder" or _writes_both(action)}
    assets = assets_of(plan).writes
    there = [a for a in assets if a.side == "wiki" and a.verb != "delete"]
    fetched = [a for a in assets if a.side == "folder" and a.verb != "delete"]
    parts = []
    if wiki or there:
        parts.append(f"write {pages_and_files(len(wiki), len(there))}{_size(there)} to the wiki")
    if here or fetched:
        # A page is called a file where no other file makes that ambiguous.
        alone = all(asset.side == "wiki" for asset in assets)
        count = plural(len(here), "file") if alone else pages_and_files(len(here), len(fetched))
        parts.append(f"write {count}{_size(fetched)} in the folder")
    parts += _deletions(plan, "wiki", "on the wiki")
    parts += _deletions(plan, "folder", "in the folder")
    text = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    return text[0].upper() + text[1:] + _overwritten(plan) + "?"


def _size(assets: Iterable[AssetAction]) -> str:
    """Return how many bytes are written, as `` (4.1 MB)``; "" for none."""
    total = sum(map(transferred, assets))
    return f" ({size_text(total)})" if total else ""


def _deletions(plan: Plan, side: Side, where: str) -> list[str]:
    pages = sum(isinstance(a, Delete) and a.side == side for a in plan.writes)
    assets = [asset for asset in assets_of(plan).writes if asset.side == side]
    files = sum(asset.verb == "delete" for asset in assets)
    if not (pages or files):
        return []
    if side == "folder" and not assets:
        return [f"DELETE {plural(pages, 'file')} {where}"]
    return [f"DELETE {pages_and_files(pages, files)} {where}"]


def _writes_both(action: Action) -> bool:
    return isinstance(action, Merge) or (isinstance(action, Update) and action.takes_conversion)


def _overwritten(plan: Plan) -> str:
    """Return how many items overwrite edits, as " (2 of them overwrite edits made on the wiki)"."""
    actions = [(a.key, a) for a in plan.writes], [(a.path, a) for a in assets_of(plan).writes]
    items: list[tuple[object, Action | AssetAction]] = [*actions[0], *actions[1]]
    which = "it" if len({item for item, _action in items}) == 1 else "1 of them"
    found = []
    for side, where in EDITED.items():
        torn = [(item, action.verb) for item, action in items if action.overwrites == side]
        over = {item for item, verb in torn if verb != "delete"}
        lost = {item for item, verb in torn if verb == "delete"}
        if len(over) > 1:
            found.append(f"{len(over):,} of them overwrite edits made {where}")
        elif over:
            found.append(f"{which} overwrites an edit made {where}")
        if len(lost) > 1:
            found.append(f"{len(lost):,} of them were added or changed {where}")
        elif lost:
            found.append(f"{which} was added or changed {where}")
    return f" ({' and '.join(found)})" if found else ""
