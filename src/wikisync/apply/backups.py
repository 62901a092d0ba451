"""Name the backups that a run made, action by action."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wikisync.apply.result import ActionResult
    from wikisync.page.model import Key
    from wikisync.state import State


def with_backups(state: State, run: int, outcomes: Sequence[ActionResult]) -> list[ActionResult]:
    """Return the results of a run, each with the numbers of its backups. Raises StateError."""
    made: dict[tuple[Key, bool], list[int]] = defaultdict(list)
    for backup in state.backups.of_run(run):
        made[backup.new_key, backup.verb == "move"].append(backup.number)
    return [
        replace(o, backups=tuple(numbers))
        if (numbers := made.get((o.action.key, o.action.verb == "move")))
        else o
        for o in outcomes
    ]
