"""Have the help texts of options that mean something else for one command than for the others.

An empty text hides an option from the help of a command that can only refuse it.
"""

from __future__ import annotations

from typing import Final

_READ_JOBS: Final = "Send up to N requests at the same time. [4]"
_DIFFERED: Final = "Exit with 5 if anything differed, also if that was written."
_PLAN_CHANGES: Final = "Exit with 5 if the plan changes anything."
_COMPARED: Final = {
    "delete": "Show the deletions that --delete would do: of pages that were deleted on the other"
    " side.",
    "prefer": "Show conflicts as --prefer would resolve them: with the version in the folder"
    " (local) or on the wiki (wiki).",
    "allow": "Compare all the same where that is refused: foreign-state, if the last run was for"
    " another wiki or folder. Other rules matter only to commands that write.",
    "jobs": _READ_JOBS,
}
_MARKERS: Final = (
    "Write both versions of a conflict into the file, between <<<<<<< and >>>>>>>, for you to edit."
)

OWN_TEXTS: Final[dict[str, dict[str, str]]] = {
    "init": {
        "json": "Print one JSON object instead of text, and ask nothing.",
        "quiet": "Print only problems, and ask nothing.",
    },
    "status": _COMPARED,
    "diff": {
        **_COMPARED,
        "mirror": "Show what push --mirror would change, or with --pull what pull --mirror would.",
    },
    "push": {
        "delete": "Also delete the pages whose files were deleted. Without it, they are kept.",
        "mirror": "Make the wiki the same as the folder. Changes made on the wiki are overwritten,"
        " and kept as backups.",
        "markers": "",
        "exit_code": _DIFFERED,
    },
    "pull": {
        "delete": "Also delete the files whose pages were deleted. Without it, they are kept.",
        "mirror": "Make the folder the same as the wiki. Changes made in the folder are"
        " overwritten, and kept as backups.",
        "markers": _MARKERS,
        "exit_code": _DIFFERED,
    },
    "sync": {"mirror": "", "markers": _MARKERS, "exit_code": _DIFFERED},
    "plan": {
        "delete": "Plan to delete pages that were deleted on the other side. Without it, they are"
        " kept.",
        "prefer": "Plan to resolve conflicts with the version in the folder (local) or on the wiki"
        " (wiki). The other version will be kept as a backup.",
        "mirror": "Plan to make the wiki the same as the folder (push), or the folder the same as"
        " the wiki (pull). Not for sync.",
        "markers": "Plan to write both versions of a conflict into the file, between <<<<<<< and"
        " >>>>>>>, for you to edit. Not for push.",
        "convert": "Where a file is Markdown and its page HTML, or the reverse, plan to let the"
        " wiki convert the page, and to write the result to the file.",
        "max_delete": "Refuse the plan if more than N pages would be deleted. [10, or 10 % of the"
        " pages if that is fewer]",
        "exit_code": _PLAN_CHANGES,
        "jobs": _READ_JOBS,
    },
    "show": {"exit_code": _PLAN_CHANGES},
    "apply": {"exit_code": "Exit with 5 if the plan changed anything."},
    "review": {
        "delete": "Offer to delete pages that were deleted on the other side. Without it, they are"
        " kept.",
    },
    "check": {"quiet": "Print only the findings."},
    "doctor": {"quiet": "Print only what does not work."},
    "watch": {"json": "Print one JSON object for each event, on a line of its own."},
}
"""The texts by command and parameter."""
