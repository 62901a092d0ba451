"""The sentences for what a plan refuses or leaves to people: guards' noes and conflicts."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final, assert_never

from wikisync.report.error_messages import GUEST, NEW_KEY, Message
from wikisync.report.text import named, plural

if TYPE_CHECKING:
    from wikisync.planning.model import Conflict, Note, Refusal


REWOUND: Final = (
    "If the folder is right: wikisync push --mirror. If the wiki is right: wikisync pull --mirror."
    " To decide page by page as if people had done it: --allow rewound."
)


def refusal_message(refusal: Refusal) -> Message:
    """A guard's no in words, with how to go on."""
    count, side = refusal.count, refusal.side
    where = "in the folder" if side == "folder" else "on the wiki"
    match refusal.rule:
        case "guest":
            if count:
                return Message(
                    f"The token sees none of the wiki's pages, and {plural(count, 'page')} that"
                    " wikisync knows are still there.",
                    "Check the page rules of the key's group, or make a new key.",
                )
            return Message(GUEST.format(url="The wiki"), NEW_KEY)
        case "max-delete":
            return Message(
                f"{plural(count, 'page')} would be deleted, and the limit is {refusal.limit}.",
                f"If that is right: --max-delete {count}, or --allow max-delete.",
            )
        case "emptied":
            fetch = " To fetch them again: wikisync pull --prefer wiki."
            if side == "wiki":
                fetch = " To publish them again: wikisync push --prefer local."
            return Message(
                f"There is no page left {where}; wikisync knows of {count}.",
                f"Is it the right one? If that is right: --allow emptied.{fetch}",
            )
        case "all-changed":
            return Message(
                f"Every one of the {count} pages changed {where}.",
                "Look with wikisync diff. If that is right: --allow all-changed.",
            )
        case "rewound":
            return Message(
                f"The wiki was restored from a backup: {plural(count, 'page')} there"
                f" {'is' if count == 1 else 'are'} older than what both sides agreed on, gone, or"
                f" back after a deletion: {named(refusal.files)}.",
                REWOUND,
            )
        case "locked":
            return Message(
                f"Another run is at work: {refusal.detail or 'it has just begun'}.",
                "Wait until it has ended; it may be waiting for an answer.",
            )
        case "foreign-state":
            if count:
                return Message(
                    f"What wikisync remembers is of {refusal.detail}; its pages are those of this"
                    " wiki.",
                    "If the wiki or the folder only got another name: --allow foreign-state.",
                )
            return Message(
                f"What wikisync remembers is of another wiki: {refusal.detail}.",
                "Is the url right? To begin anew with this wiki: --allow foreign-state. Nothing is"
                " deleted then, and pages that differ become conflicts.",
            )
        case "foreign-plan":
            return Message(
                f"The plan was made for another one: {refusal.detail}.",
                "Apply it where it was made, or make it anew here: wikisync plan.",
            )
        case "applied":
            return Message(
                f"The plan was applied already, by run {count} of {refusal.detail}.",
                "See wikisync log. To do more, make a new plan: wikisync plan.",
            )
        case "stale":
            return Message(
                f"{refusal.file or 'A page'} moved on since the plan was made: {refusal.detail}.",
                "Make the plan anew, or apply the rest of it: --skip-stale.",
            )
    assert_never(refusal.rule)


def conflict_message(conflict: Conflict) -> Message:
    """A conflict in words, with the ways out of it."""
    fields, detail = ", ".join(conflict.fields), conflict.detail
    name, stem = shlex.quote(conflict.file), shlex.quote(conflict.file.rpartition(".")[0])
    push, pull = f"wikisync push {name} --prefer local", f"wikisync pull {name} --prefer wiki"
    either = f"Look with wikisync diff, then choose: {push}, or {pull}."
    here, _, there = (_KINDS.get(word, word) for word in detail.partition(", "))
    match conflict.kind:
        case "both-new":
            return Message(f"Here and on the wiki, and they differ in {fields}.", either)
        case "both-changed":
            changed = _who_changed(conflict)
            if detail == "no-git":
                return Message(
                    f"{changed} To merge texts wikisync needs git, which is not installed.",
                    f"Install git and run wikisync sync. Or: {either}",
                )
            marks = f"Or get both versions into the file: wikisync pull --markers {conflict.file}"
            return Message(f"{changed} These do not merge: {fields}.", f"{either} {marks}")
        case "mergeable":
            return Message(
                f"{_who_changed(conflict)} The two merge.",
                f"To write the merge to both sides: wikisync sync {conflict.file}",
            )
        case "marked":
            return Message(
                "Both versions are in the file now, between conflict marks.",
                "Edit it until the marks are gone, then push.",
            )
        case "gone-there" if conflict.from_key is not None:
            return Message(
                f"Deleted on the wiki, but renamed here (it was {conflict.from_file}).",
                f"To publish it again: {push}. To delete it here too: {pull} --delete.",
            )
        case "gone-here":
            return Message(
                f"Deleted here, but its {fields} changed on the wiki.",
                f"To have it back: {pull}. To delete it there too: {push} --delete.",
            )
        case "gone-there":
            return Message(
                f"Deleted on the wiki, but its {fields} changed here.",
                f"To publish it again: {push}. To delete it here too: {pull} --delete.",
            )
        case "hidden" if detail:
            return Message(
                f"The wiki cannot show the page: {detail}.",
                "Open it in the browser and save it again; until then it is left alone.",
            )
        case "hidden":
            return Message(
                "The key may no longer see the page.",
                "Check the page rules of the key's group; until then the page is left alone.",
            )
        case "moved" if conflict.from_key is None:
            return Message(f"Moved to {detail} on the wiki.", "Run the command again.")
        case "in-the-way":
            return _in_the_way(conflict)
        case "moved":
            return Message(
                f"Moved on both sides: it was {conflict.from_key}, and is {detail} on the wiki.",
                "Choose a name: wikisync push --prefer local, or wikisync pull --prefer wiki.",
            )
        case "name-held":
            return Message(
                f"It is to be {detail}, and the page that was known by that name has moved on and"
                " must be settled first.",
                "Settle that one, then run the command again.",
            )
        case "moved-on":
            if detail == "wiki":
                return Message(
                    f"Renamed here (it was {conflict.from_file}), and its {fields} changed on the"
                    " wiki.",
                    "To move the page and get the change: wikisync sync, or push and then pull.",
                )
            return Message(
                f"Moved to {conflict.key} on the wiki, and its {fields} changed here.",
                "To rename the file and publish the change: wikisync sync, or pull and then push.",
            )
        case "kind":
            return Message(
                f"The file is {here}, the page is {there}.",
                "To let the wiki convert the page, and take the result: --convert. To take the page"
                f" as it is: delete the file, then wikisync pull {stem} --prefer wiki.",
            )
        case "kind-edited":
            return Message(
                f"The file is {here}, the page is {there}, and the file holds edits that were"
                " never pushed.",
                "Choose whose text both get once the wiki has converted the page. The file's:"
                f" push {name} --convert --prefer local. The page's: so with --prefer wiki.",
            )
        case "kind-there":
            return Message(
                f"The file is {here}, the page was converted to {there} on the wiki.",
                f"To take the page: move the file out of the folder, then wikisync pull {stem}"
                " --prefer wiki. Or convert the page back in the browser.",
            )
        case "private":
            return Message(
                "The page is private on the wiki and the file is not, or the other way round.",
                "Only its maker can change that on the wiki. To work on a private page, say"
                " private: true in its header.",
            )
        case "editor":
            return Message(
                "The file asks for another editor than the page has, and no update changes it.",
                "Let the wiki convert the page: --convert. Or take the line back: --prefer wiki.",
            )
        case "changed-before-write":
            return Message(f"Somebody was faster: {detail}.", "Run the command again.")
        case "since":
            later = "take the later run back first, or look with wikisync diff."
            if conflict.backups:
                later = f"To have back what that run overwrote: {_restore(conflict)}. Or {later}"
            return Message(
                f"It changed since that run ({detail}); it was left alone.",
                later[0].upper() + later[1:],
            )
        case "stale":
            return Message(
                f"It is not as it was reviewed: {detail}.", "Make a new plan: wikisync plan."
            )
        case "overwrote-edit":
            return Message(
                f"Written over an edit of the same moment: version {detail} of the page's history"
                f" has it, and {_backup(conflict)} here.",
                f"See it with {_restore(conflict)} --print, and bring over what is missing.",
            )
    assert_never(conflict.kind)


def _backup(conflict: Conflict) -> str:
    return f"backup {conflict.backups[-1]}" if conflict.backups else "a backup"


def _restore(conflict: Conflict) -> str:
    return f"wikisync restore {conflict.backups[-1] if conflict.backups else 'NUMBER'}"


def note_message(note: Note) -> Message:
    """What stood in the way of finding what both sides once had, with the remedy."""
    pages = plural(note.pages, "page")
    match note.kind:
        case "shallow":
            return Message(
                f"{pages} found no common ancestor, and this clone is shallow: git's history is cut"
                " off.",
                "Fetch it whole: git fetch --unshallow (in GitHub Actions: fetch-depth: 0).",
            )
        case "partial":
            return Message(
                f"{pages} found no common ancestor, and this clone has not the contents of its"
                " history.",
                "Clone without --filter.",
            )
        case "git-failed":
            return Message(
                f"Git could not tell the history of {pages}: {note.detail}.", _git_hint(note.detail)
            )
        case "no-history":
            return Message(
                f"{pages} found no common ancestor in git, and the key may not read the wiki's"
                " history.",
                "Give the key's group read:history.",
            )
        case "rewound":
            return Message(
                f"The wiki was restored from a backup: {pages} there"
                f" {'is' if note.pages == 1 else 'are'} older than what both sides agreed on, gone,"
                f" or back after a deletion: {named(note.files)}.",
                REWOUND,
            )
        case "saved":
            return Message(
                f"{note.detail} holds what somebody saved while a run was killed; the file of that"
                " name was saved again since.",
                "Bring over what is missing, then delete it.",
            )
        case "clock-wiki":
            return Message(
                f"This machine's clock is {note.detail} the wiki's: nothing that earlier runs kept"
                " is forgotten until they agree.",
                "Set the one that is wrong. The times in wikisync log are this machine's.",
            )
        case "clock-back":
            return Message(
                f"This machine's clock is behind the last run, of {note.detail}: nothing that"
                " earlier runs kept is forgotten until it has passed that.",
                "Set the clock. If it was wrong then and is right now, there is nothing to do.",
            )
        case "clock-unknown":
            return Message(
                "The wiki's answers do not tell the time, so that this machine's clock cannot be"
                " checked: nothing that earlier runs kept is forgotten.",
                "Have the proxy in front of the wiki leave the Date header in its answers.",
            )
        case "verified":
            return Message(f"Read whole, whatever their times say: {pages} and their files.")
        case "unnoticed":
            return Message(
                f"{pages} changed on the wiki while the time of the change did not: {note.detail}.",
                "The next push, pull or sync sees it too.",
            )
        case "unshown":
            return Message(
                f"{pages} may not be shown to readers as sent: the wiki failed to render what it"
                f" keeps, or did not answer{f': {note.detail}' if note.detail else ''}.",
                "Each push or sync tries once more. If that goes on: open the page on the wiki and"
                " save it, and look at the wiki's log.",
            )
        case "tree":
            return Message(
                "The wiki's tree of pages may lack some that were made at the same time"
                + (f": {note.detail}." if note.detail else ", and the key may not rebuild it."),
                "The next page that is made, moved or deleted mends it; so does Rebuild Page Tree"
                " in the wiki's administration, under Utilities.",
            )
    assert_never(note.kind)


def _in_the_way(conflict: Conflict) -> Message:
    """What takes the place of a page or file, and the command that ends it."""
    place, _, side = conflict.detail.partition(" ")
    if conflict.from_key is None:
        what = "another page's file" if side == "folder" else "another page of the wiki"
        return Message(
            f"Its place is taken: {what} has the name {place} now.",
            "Settle that one in the same run: give the command without PATH.",
        )
    if side == "folder":
        return Message(
            f"Its page was moved to {place} on the wiki, and another file has that name here.",
            "To move the page back: wikisync push --prefer local. Or rename or delete that file,"
            " then pull.",
        )
    return Message(
        f"Renamed here (it was {conflict.from_file}), and another page is at {place} on the wiki.",
        "To take the renaming back: wikisync pull --prefer wiki. Or move or delete that page,"
        " then push.",
    )


def _git_hint(said: str) -> str:
    if "dubious ownership" not in said:
        return ""
    where = said.partition("'")[2].rpartition("'")[0]
    return f"If you trust it: git config --global --add safe.directory {shlex.quote(where)}"


def _who_changed(conflict: Conflict) -> str:
    here, wiki = ", ".join(conflict.local_changes), ", ".join(conflict.remote_changes)
    return f"Changed since both sides agreed, here: {here}; on the wiki: {wiki}."


_KINDS = {"markdown": "Markdown", "html": "HTML", "asciidoc": "AsciiDoc"}
