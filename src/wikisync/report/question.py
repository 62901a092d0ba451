"""Format the question before a plan is applied: what would be written and deleted, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.planning.model import Delete, Merge, Update
from wikisync.report.text import EDITED, plural

if TYPE_CHECKING:
    from wikisync.planning.model import Action, Plan


def question_message(plan: Plan) -> str:
    """Return a question to answer with yes or no, such as "Write 3 pages to the wiki?"."""
    written = [action for action in plan.writes if not isinstance(action, Delete)]
    wiki = {action.key for action in written if action.side == "wiki"}
    # A merge and a conversion change the file as well.
    here = {action.key for action in written if action.side == "folder" or _writes_both(action)}
    parts = []
    if wiki:
        parts.append(f"write {plural(len(wiki), 'page')} to the wiki")
    if here:
        parts.append(f"write {plural(len(here), 'file')} in the folder")
    for side, where in (("wiki", "on the wiki"), ("folder", "in the folder")):
        gone = [a for a in plan.writes if isinstance(a, Delete) and a.side == side]
        if gone:
            parts.append(
                f"DELETE {plural(len(gone), 'page' if side == 'wiki' else 'file')} {where}"
            )
    text = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    return text[0].upper() + text[1:] + _overwritten(plan) + "?"


def _writes_both(action: Action) -> bool:
    return isinstance(action, Merge) or (isinstance(action, Update) and action.takes_conversion)


def _overwritten(plan: Plan) -> str:
    """Return how many pages overwrite edits, as " (2 of them overwrite edits made on the wiki)"."""
    keys = {action.key for action in plan.writes}
    found = []
    for side, where in EDITED.items():
        over = {action.key for action in plan.writes if action.overwrites == side}
        if not over:
            continue
        if len(over) > 1:
            found.append(f"{len(over):,} of them overwrite edits made {where}")
        else:
            which = "it" if len(keys) == 1 else "1 of them"
            found.append(f"{which} overwrites an edit made {where}")
    return f" ({' and '.join(found)})" if found else ""
