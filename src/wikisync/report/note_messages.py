"""Format the notes of a plan as messages with a hint."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final, assert_never

from wikisync.report.asset_rows import images_and_files
from wikisync.report.error_messages import Message
from wikisync.report.layout_messages import root_message
from wikisync.report.text import named, plural

if TYPE_CHECKING:
    from wikisync.planning.model import IgnoreReason
    from wikisync.planning.notes import Note


_REWOUND: Final = (
    "If the folder is right: wikisync push --mirror. If the wiki is right: wikisync pull --mirror."
    " To treat these changes as ordinary edits: --allow rewound."
)


_MANY: Final = 10
_EXAMPLES: Final = 3
"""Names listed for one reason."""

_REASONS: Final[dict[IgnoreReason, str]] = {
    "ignore": "ignore",
    "gitignore": ".gitignore",
    "dependencies": "dependencies",
    "environment": "virtual environment",
    "build": "build output",
    "repository": "another Git repository",
}


def note_message(note: Note, *, everything: bool = False, hint: str = "") -> Message:
    """Return the message for a note, with the remedy where there is one.

    It names the first files of many, or with ``everything`` all of them. ``hint`` stands behind the
    number of those that are not named.
    """
    every = max(1, len(note.files))
    files = named(note.files, every if everything else _MANY, hint)
    few = named(note.files, every if everything else _EXAMPLES, hint)
    pages = plural(note.pages, "page")
    no_ancestor = f"For {pages} no earlier version was found that both sides had:"
    match note.kind:
        case "shallow":
            return Message(
                f"{no_ancestor} this Git clone is shallow, so its history is incomplete.",
                "Fetch all of it: git fetch --unshallow (in GitHub Actions: fetch-depth: 0).",
            )
        case "partial":
            return Message(
                f"{no_ancestor} this Git clone lacks the file contents of its history.",
                "Clone without --filter.",
            )
        case "git-failed":
            return Message(
                f"Git could not read the history of {pages}: {note.detail}.", _git_hint(note.detail)
            )
        case "no-history":
            return Message(
                f"{no_ancestor} Git has none, and the API key may not read the wiki's history.",
                "Give the key's group the permission read:history.",
            )
        case "rewound":
            return restored_wiki_message(note.pages, files)
        case "saved":
            return Message(
                f"{note.detail} is an edit that was saved while a run was killed. Its file has been"
                " saved again since.",
                "Copy what is missing, then delete it.",
            )
        case "clock-wiki":
            return Message(
                f"This machine's clock is {note.detail} the wiki's: no backups are deleted until"
                " the two agree.",
                "Correct the clock that is wrong. The times in wikisync log are this machine's.",
            )
        case "clock-back":
            return Message(
                f"This machine's clock is behind the last run, of {note.detail}: no backups are"
                " deleted until it has passed that time.",
                "Set the clock. If it was wrong then and is right now, there is nothing to do.",
            )
        case "clock-unknown":
            return Message(
                "The wiki's answers have no Date header, so this machine's clock cannot be checked:"
                " no backups are deleted.",
                "Let the proxy in front of the wiki keep the Date header in its answers.",
            )
        case "verified":
            return Message(f"Read in full, whatever their timestamps: {pages} and their files.")
        case "unnoticed":
            return Message(
                f"{pages} changed on the wiki without a new timestamp: {note.detail}.",
                "The next push, pull or sync sees the change too.",
            )
        case "unshown":
            return Message(
                f"Readers may still see an old version of {pages}: the wiki failed to render what"
                f" was pushed, or did not answer{f': {note.detail}' if note.detail else ''}.",
                "Each push or sync tries again. If that does not help: open the page on the wiki"
                " and save it, and look at the wiki's log.",
            )
        case "left-root" | "root-page":
            return Message(*root_message(note, files))
        case "tree":
            return Message(
                "The wiki's page tree may lack some pages that were created at the same time"
                + (f": {note.detail}." if note.detail else ", and the key may not rebuild it."),
                "The next page that is created, moved or deleted repairs it; so does Rebuild Page"
                " Tree in the wiki's administration, under Utilities.",
            )
        case "left-out":
            return _left_out(note, hint, everything=everything)
        case "tag-spelling":
            tag, _, spelling = note.detail.partition("\n")
            return Message(
                f"The wiki takes the tag {tag} for {spelling}, which it has already, and keeps that"
                f" spelling: {files}.",
                f"For the same tag on both sides, write {spelling} in the file.",
            )
        case "tags-merged":
            *tags, spelling = note.detail.split("\n")
            return Message(
                f"{files}: the tags {' and '.join(tags)} are one tag on the wiki, {spelling}.",
                "Remove the others from the file.",
            )
        case "header-editor":
            return Message(
                f"In {plural(note.pages, 'file')}, the line `editor:` names an editor for another"
                f" type of file, and is ignored: {few}.",
                "Correct the line `editor:` in the header, or delete it.",
            )
        case "assets-unnoticed":
            return Message(
                f"Changed on the wiki without a new timestamp: {files}.",
                "The next push, pull or sync sees the change too.",
            )
        case "assets-doubled":
            return Message(
                f"The wiki has several files of the same name: {files}. Readers get the newest.",
                "Delete the others on the wiki, in the list of assets of any page's editor.",
            )
        case "assets-untried":
            changes = "changes" if note.pages == 1 else "change"
            return Message(
                f"{images_and_files(note.pages)} in the folder {changes} too: {few}. Without the"
                " wiki, they are not compared.",
            )
        case "dead-links":
            links = plural(note.pages, "link")
            lead = "leads" if note.pages == 1 else "lead"
            return Message(
                f"{links} of the published pages {lead} to no page, in {note.detail}.",
                "Which, and why: wikisync check.",
            )
        case "old-links":
            link = "links" if note.pages == 1 else "link"
            return Message(f"{pages} still {link} to {note.detail}.")
        case "header-status":
            return Message(
                f"In the header of {plural(note.pages, 'file')}, `status` says otherwise than the"
                f" line that decides whether the page is published: {few}.",
                "If the page should be as `status` says, change the other line.",
            )
    assert_never(note.kind)


def _left_out(note: Note, hint: str, *, everything: bool) -> Message:
    """Return the message that counts the files and folders that are not taken as pages."""
    names = [name for names in note.left_out.values() for name in names]
    folders = sum(name.endswith("/") for name in names)
    parts = [plural(folders, "folder")] if folders else []
    parts += [plural(len(names) - folders, "file")] if len(names) > folders else []
    parts += [f"{plural(note.pages, 'page')} on the wiki"] if note.pages else []
    reasons = "; ".join(
        f"{_REASONS[reason]}: {named(found, len(found) if everything else _EXAMPLES, hint)}"
        for reason, found in note.left_out.items()
    )
    text = f"Left out: {' and '.join(filter(None, (', '.join(parts[:-1]), parts[-1])))}"
    return Message(f"{text} ({reasons})." if reasons else f"{text}.")


def _names(note: Note) -> str:
    return "names" if note.pages == 1 else "name"


def restored_wiki_message(pages: int, names: str) -> Message:
    """Return the message about a wiki restored from a backup, for a refusal or a note."""
    return Message(
        f"The wiki was restored from a backup: {plural(pages, 'page')} there"
        f" {'is' if pages == 1 else 'are'} older than at the last sync, missing, or back after a"
        f" deletion: {names}.",
        _REWOUND,
    )


def _git_hint(said: str) -> str:
    if "dubious ownership" not in said:
        return ""
    where = said.partition("'")[2].rpartition("'")[0]
    return f"If you trust it: git config --global --add safe.directory {shlex.quote(where)}"
