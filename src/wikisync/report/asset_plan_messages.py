"""Format the conflicts and notes about assets as messages with a hint."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from wikisync.report.asset_rows import assets_of, images_and_files, sizes, versions
from wikisync.report.error_messages import Message
from wikisync.report.note_messages import note_message
from wikisync.report.text import named, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.planning.asset_model import AssetAction, AssetConflict, AssetPlan
    from wikisync.request import Report

_PAGES: Final = 5
"""Pages that are named of those that refer to a path."""


def report_notes(
    report: Report, *, everything: bool = False, hint: str = ""
) -> tuple[Message, ...]:
    """Return the messages for the notes of a report, those about its assets too.

    They name the first files of many, or with ``everything`` all of them. ``hint`` stands behind
    the number of those that are not named.
    """
    notes = (note_message(note, everything=everything, hint=hint) for note in report.notes)
    return (*notes, *_asset_notes(report, everything=everything))


def asset_conflict_message(conflict: AssetConflict) -> Message:
    """Return the message for a conflict, with the commands that resolve it."""
    name, detail = shlex.quote(conflict.file), conflict.detail
    push, pull = f"wikisync push {name} --prefer local", f"wikisync pull {name} --prefer wiki"
    look = f"To see both: wikisync diff {name}."
    either = f"{look} To keep the file: {push}. To keep the wiki's: {pull}."
    remote, local = versions(conflict)
    both = f"{sizes((remote, None))} on the wiki, {sizes((local, None))} in the folder"
    match conflict.kind:
        case "both-new":
            return Message(
                f"It exists in the folder and on the wiki, and the two differ: {both}.", either
            )
        case "both-changed":
            return Message(
                f"It changed both in the folder and on the wiki since the last sync: {both}.",
                either,
            )
        case "deleted-locally":
            return Message(
                "Deleted in the folder, but changed on the wiki.",
                f"To get the file back: {pull}. To delete it on the wiki too: {push} --delete.",
            )
        case "deleted-remotely":
            return Message(
                "Deleted on the wiki, but changed in the folder.",
                f"To publish it again: {push}. To delete the file too: {pull} --delete.",
            )
        case "target-occupied":
            where = f"{conflict.from_file or 'It'} cannot be renamed"
            return Message(
                f"{where}: another file has this name{f' {detail}' if detail else ''}.",
                "Rename one of the two, then run the command again.",
            )
    return _changed_message(conflict)


def _changed_message(conflict: AssetConflict) -> Message:
    """Return the message for an asset that changed after a plan or a run."""
    detail, backup = conflict.detail, conflict.backups[-1] if conflict.backups else None
    match conflict.kind:
        case "changed-before-write":
            return Message(f"Changed during this run: {detail}.", "Run the command again.")
        case "changed-since-run":
            later = "Undo the later run first."
            if backup is not None:
                restore = f"wikisync restore {backup}"
                later = f"To restore what that run overwrote: {restore}. Or undo the later run."
            return Message(f"It changed after that run ({detail}); it was left alone.", later)
        case "stale":
            return Message(
                f"It changed after the plan was made: {detail}.", "Make a new plan: wikisync plan."
            )
        case "overwrote-edit":
            number = "NUMBER" if backup is None else str(backup)
            return Message(
                "Somebody uploaded the file at the same moment, and that version was overwritten."
                f" It is saved as backup {number}.",
                f"See it with wikisync restore {number} -o FILE.",
            )
    raise AssertionError(conflict.kind)


def _asset_notes(report: Report, *, everything: bool) -> Iterator[Message]:
    plan = assets_of(report.plan)
    if not plan.allowed and plan.left_out:
        yield _left_out(plan)
    yield from _references(plan, everything=everything)


def _left_out(plan: AssetPlan) -> Message:
    what = images_and_files(plan.left_out)
    return Message(
        f"The API key may not read the images and files of the wiki: {what} left out.",
        "Give the key's group read:assets, and a page rule with it. To sync pages alone, write"
        ' assets = "none" into wikisync.toml.',
    )


def _references(plan: AssetPlan, *, everything: bool) -> Iterator[Message]:
    """Yield a message for each removed asset that pages still refer to."""
    removed = {_removed(a): a for a in plan.writes if a.verb in {"move", "delete"}}
    for path, pages in plan.references.items():
        action = removed.get(path)
        if action is None:
            continue
        few = named(pages, len(pages) if everything else _PAGES)
        refer = f"{plural(len(pages), 'page')} {'refers' if len(pages) == 1 else 'refer'}"
        if action.verb == "move":
            yield Message(
                f"{action.from_file} is renamed to {action.file}, and {refer} to the old name:"
                f" {few}.",
                "Write the new name there, and push.",
            )
        else:
            yield Message(
                f"{action.file} is deleted, and {refer} to it: {few}.",
                "Remove it from there, and push.",
            )


def _removed(action: AssetAction) -> str:
    return action.from_path if action.verb == "move" else action.path
