"""Many new files from the wiki, a few dozen at a time: the bracket of ``context``, around a batch.

Each file has its own intent, its own check and its own end, as if it were alone. What is shared is
the waiting for the disk: one transaction notes the intents, one wait brings the files to disk, and
one transaction notes what became of them. A run that is stopped amid it leaves some intents open,
and the next run settles each (promise 5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.apply.context import settled
from wikisync.apply.pull import new_file
from wikisync.errors import FileMoved, WikisyncError
from wikisync.sides.many import write_new

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wikisync.apply.context import Run
    from wikisync.page.model import Record
    from wikisync.state.journal import Intent
    from wikisync.sync.plan import Action

GROUP: Final = 50
"""Files that are written together."""


def create_files(run: Run, group: Sequence[tuple[Action, Record]]) -> list[WikisyncError | None]:
    """Write the files of pages that have none here; for each None, or why it was not written.

    Raises StateError where the state cannot be written: then nothing is known to be done.
    """
    found: list[WikisyncError | None] = [None] * len(group)
    begun: dict[int, tuple[int, Intent, bytes]] = {}
    with run.state.transaction():
        for n, (action, record) in enumerate(group):
            try:
                intent, data = new_file(run, action, record)
            except WikisyncError as error:
                found[n] = error
                continue
            begun[n] = (run.state.journal.begin(intent), intent, data)
    written = write_new(run.folder, [(intent.file, data) for _, intent, data in begun.values()])
    with run.state.transaction():
        for (n, (number, intent, _)), problem in zip(begun.items(), written, strict=True):
            found[n] = problem
            if problem is None:
                settled(run.state, number, intent, None)
            else:
                moved = isinstance(problem, FileMoved)
                run.state.journal.end(number, "skipped" if moved else "failed")
    return found
