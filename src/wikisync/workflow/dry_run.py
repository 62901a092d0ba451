"""Run ``status``, ``diff`` and dry runs, which write to neither side.

The wiki is asked for its list of pages first; what compares the two sides is loaded meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.snapshot.first_request import ask_for_list
from wikisync.workflow.context import open_readonly

if TYPE_CHECKING:
    from wikisync.config import Config
    from wikisync.progress import Progress
    from wikisync.request import Report, Request


def dry_run(config: Config, request: Request, progress: Progress) -> Report:
    """Return the report of ``status``, ``diff``, ``plan`` or a dry run. Raises WikisyncError."""
    with open_readonly(config, progress, needs_folder=request.direction == "push") as context:
        listing = None
        if not request.offline:
            listing = ask_for_list(context.wiki, context.state, config.assets)
        from wikisync.workflow.comparison import compare

        return compare(context, request, listing)
