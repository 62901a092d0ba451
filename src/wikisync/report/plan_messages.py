"""Format the refusals and conflicts of a plan as messages with a hint."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, assert_never

from wikisync.report.error_messages import KEY_REJECTED, NEW_KEY, Message
from wikisync.report.note_messages import restored_wiki_message
from wikisync.report.text import local_times, named, plural, size_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wikisync.planning.model import Conflict, Refusal


def refusal_message(refusal: Refusal) -> Message:
    """Return the message for a refusal: which rule refused, why, and how to go on."""
    count, side = refusal.count, refusal.side
    where = "in the folder" if side == "folder" else "on the wiki"
    noun = "page" if refusal.kind == "page" else "file"
    match refusal.rule:
        case "guest":
            if count:
                return Message(
                    "The API key can see none of the wiki's pages, though"
                    f" {plural(count, 'page')} from the last run still"
                    f" {'exists' if count == 1 else 'exist'}.",
                    "Check the page rules of the key's group: the page may have been moved to where"
                    " they do not reach. Until then it is skipped.",
                )
            hint = f"{NEW_KEY} What works and what does not: wikisync doctor."
            return Message(KEY_REJECTED.format(url="The wiki"), hint)
        case "max-delete":
            share = f" It is 10 % of the {noun}s, and at most 10." if refusal.detail else ""
            return Message(
                f"{plural(count, noun)} would be deleted, and the limit is {refusal.limit}.{share}",
                f"If you want that: --max-delete {count}, or --allow max-delete.",
            )
        case "emptied":
            what, fetch = "wiki", " To publish the files again: wikisync push --prefer local."
            if side == "folder":
                what, fetch = "folder", f" To fetch the {noun}s again: wikisync pull --prefer wiki."
            return Message(
                f"There are no {noun}s {where}; after the last run there were {count}.",
                f"Check that it is the right {what}. If it is: --allow emptied.{fetch}",
            )
        case "all-changed":
            return Message(
                f"All {count} {noun}s changed {where}.",
                "Look with wikisync diff. If that is right: --allow all-changed.",
            )
        case "rewound":
            return restored_wiki_message(count, named(refusal.files))
        case "locked":
            holder = local_times(refusal.detail) or "it has just started"
            return Message(
                f"Another run of wikisync is active: {holder}.",
                "Wait until it ends. It may be waiting for an answer to a question.",
            )
        case "foreign-state":
            return _foreign_state(refusal)
        case "foreign-plan":
            return Message(
                f"The plan was made with another configuration: {refusal.detail}.",
                "Apply it where it was made, or make a new plan here: wikisync plan.",
            )
        case "applied":
            return Message(
                f"The plan was already applied, by run {count} of {local_times(refusal.detail)}.",
                "See wikisync log. To do more, make a new plan: wikisync plan.",
            )
        case "stale":
            return Message(
                f"{refusal.file or 'A page'} changed after the plan was made: {refusal.detail}.",
                "Make a new plan, or apply the rest of this one: --skip-stale.",
            )
        case "keep-size":
            return Message(
                f"{plural(count, 'file')} would be replaced or deleted without a backup: their"
                f" {size_text(refusal.size)} do not fit into keep_size.",
                "Raise keep_size in wikisync.toml. To go on without these backups:"
                " --allow keep-size.",
            )
    assert_never(refusal.rule)


def _foreign_state(refusal: Refusal) -> Message:
    if refusal.count:
        return Message(
            f"{refusal.detail}. The wiki's pages are the same as then.",
            "If you renamed the folder or the wiki's address changed: --allow foreign-state.",
        )
    if refusal.side == "folder":
        return Message(
            f"{refusal.detail}.",
            "If root is wrong, correct it. To start over with this one: --allow foreign-state."
            " Nothing is deleted then, and pages that differ become conflicts.",
        )
    return Message(
        f"{refusal.detail}.",
        "If the url is wrong, correct it. To start over with this wiki: --allow foreign-state."
        " Nothing is deleted then, and pages that differ become conflicts.",
    )


def conflict_message(conflict: Conflict) -> Message:
    """Return the message for a conflict, with the commands that resolve it."""
    fields, detail = _and(conflict.fields), conflict.detail
    name, stem = shlex.quote(conflict.file), shlex.quote(conflict.file.rpartition(".")[0])
    push, pull = f"wikisync push {name} --prefer local", f"wikisync pull {name} --prefer wiki"
    look = f"To see both: wikisync diff {name}."
    either = f"{look} To keep the file: {push}. To keep the page: {pull}."
    match conflict.kind:
        case "both-new":
            return Message(
                f"It exists in the folder and on the wiki, and the two differ in {fields}.", either
            )
        case "both-changed":
            changed = _who_changed(conflict)
            if detail == "no-git":
                return Message(
                    f"{changed} Merging needs Git, which is not installed.",
                    f"Install Git and run wikisync sync. {either}",
                )
            return Message(
                f"{changed} The {fields} cannot be merged automatically.",
                f"{either} To get both into the file: wikisync pull {name} --markers.",
            )
        case "mergeable":
            return Message(
                f"{_who_changed(conflict)} The changes can be merged.",
                f"To see the merged page: wikisync diff {name} --sync."
                f" To write it to both sides: wikisync sync {name}.",
            )
        case "marked":
            return Message(
                "The file now contains both versions, between conflict markers.",
                "Edit the file until the markers are gone, then push.",
            )
        case "deleted-remotely" if conflict.from_key is not None:
            return Message(
                f"Deleted on the wiki, but renamed in the folder (it was {conflict.from_file}).",
                f"To publish it again: {push}. To delete the file too: {pull} --delete.",
            )
        case "deleted-locally":
            return Message(
                f"Deleted in the folder, but its {fields} changed on the wiki.",
                f"To get the file back: {pull}. To delete the page too: {push} --delete.",
            )
        case "deleted-remotely":
            return Message(
                f"Deleted on the wiki, but its {fields} changed in the folder.",
                f"To publish it again: {push}. To delete the file too: {pull} --delete.",
            )
        case "hidden" if detail:
            return Message(
                f"The wiki cannot show the page: {detail}.",
                "Open it in the browser and save it again. Until then it is skipped.",
            )
        case "hidden":
            return Message(
                "The API key can no longer see the page.",
                "Check the page rules of the key's group: the page may have been moved to where"
                " they do not reach. Until then it is skipped.",
            )
        case "moved" if conflict.from_key is None:
            return Message(f"Moved to {detail} on the wiki.", "Run the command again.")
        case "target-occupied":
            return _in_the_way(conflict, push, pull)
        case "moved":
            return Message(
                f"Moved on both sides: it was {conflict.from_key}, and is {detail} on the wiki.",
                f"To keep the file's name: {push}. To keep the page's: {pull}.",
            )
        case "name-reserved":
            return Message(
                f"It cannot get its new name yet: the page that was {detail} has a conflict.",
                "Resolve that conflict first, then run the command again.",
            )
        case "moved-and-changed":
            if detail == "wiki":
                return Message(
                    f"Renamed in the folder (it was {conflict.from_file}), and its {fields} changed"
                    " on the wiki.",
                    "To move the page and get the change: wikisync sync, or push and then pull.",
                )
            return Message(
                f"Moved to {conflict.key} on the wiki, and its {fields} changed in the folder.",
                "To rename the file and publish the change: wikisync sync, or pull and then push.",
            )
        case "content-type":
            return Message(
                f"{_kinds(detail)}.",
                "To let the wiki convert the page, and get the result: --convert. To get the page"
                f" as it is: delete the file, then wikisync pull {stem} --prefer wiki.",
            )
        case "content-type-edited":
            return Message(
                f"{_kinds(detail)}, and the file has edits that were never pushed.",
                "Choose which text is kept once the wiki has converted the page. The file's:"
                f" push {name} --convert --prefer local. The page's: the same with --prefer wiki.",
            )
        case "converted-remotely":
            local, _, remote = (_KINDS.get(word, word) for word in detail.partition(", "))
            return Message(
                f"The file is {local}, the page was converted to {remote} on the wiki.",
                f"To get the page: move the file out of the folder, then wikisync pull {stem}"
                " --prefer wiki. Or convert the page back in the browser.",
            )
        case "private":
            return Message(
                "The page is private on the wiki and the file is not, or the other way round.",
                "Only the page's author can change that, on the wiki. To work on a private page,"
                " write private: true into the file's header.",
            )
        case "editor":
            return Message(
                "The file's header names another editor than the page has, and an update cannot"
                " change the editor.",
                "To let the wiki convert the page: --convert. To restore the line: --prefer wiki.",
            )
        case "changed-before-write":
            return Message(f"Changed during this run: {detail}.", "Run the command again.")
        case "changed-since-run":
            later = "undo the later run first, or look with wikisync diff."
            if conflict.backups:
                later = f"To restore what that run overwrote: {_restore(conflict)}. Or {later}"
            return Message(
                f"It changed after that run ({detail}); it is left alone.",
                later[0].upper() + later[1:],
            )
        case "stale":
            return Message(
                f"It changed after the plan was made: {detail}.", "Make a new plan: wikisync plan."
            )
        case "overwrote-edit":
            return Message(
                "Somebody edited the page at the same moment, and that edit was overwritten. It is"
                f" saved as version {detail} in the page's history and as {_backup(conflict)}.",
                f"See it with {_restore(conflict)} --print, and copy what is missing.",
            )
    assert_never(conflict.kind)


def _backup(conflict: Conflict) -> str:
    return f"backup {conflict.backups[-1]}" if conflict.backups else "backup NUMBER"


def _restore(conflict: Conflict) -> str:
    return f"wikisync restore {conflict.backups[-1] if conflict.backups else 'NUMBER'}"


def _in_the_way(conflict: Conflict, push: str, pull: str) -> Message:
    """Return the message for a name that another page or file has; ``push`` and ``pull`` settle it
    by side."""
    place, _, side = conflict.detail.partition(" ")
    if conflict.from_key is None:
        what = "another page's file" if side == "folder" else "another page on the wiki"
        return Message(
            f"Its name is taken: {what} is called {place} now.",
            "Give the command without PATH, so that it handles both pages in one run.",
        )
    if side == "folder":
        return Message(
            f"Its page was moved to {place} on the wiki, and another file in the folder has that"
            " name.",
            f"To move the page back: {push}. Or rename or delete that file, then pull.",
        )
    return Message(
        f"Renamed in the folder (it was {conflict.from_file}), and another page is at {place} on"
        " the wiki.",
        f"To undo the renaming: {pull}. Or move or delete that page, then push.",
    )


def _who_changed(conflict: Conflict) -> str:
    local, remote = _and(conflict.local_changes), _and(conflict.remote_changes)
    if local == remote:
        return f"The {local} changed both in the folder and on the wiki since the last sync."
    return f"The {local} changed in the folder, and the {remote} on the wiki, since the last sync."


def _and(words: Sequence[str]) -> str:
    """Join words as in ``title, tags and content``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _kinds(detail: str) -> str:
    """Return a clause that names the content types of a file and its page."""
    local, _, remote = detail.partition(", ")
    return f"The file is {_KINDS.get(local, local)}, the page is {_KINDS.get(remote, remote)}"


_KINDS = {"markdown": "Markdown", "html": "HTML", "asciidoc": "AsciiDoc"}
