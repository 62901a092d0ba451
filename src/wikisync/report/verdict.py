"""The sentences for what a plan refuses or leaves to people: guards' noes and conflicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from wikisync.report.wording import GUEST, NEW_KEY, Message
from wikisync.report.words import many

if TYPE_CHECKING:
    from wikisync.sync.plan import Conflict, Refusal


def say_refusal(refusal: Refusal) -> Message:
    """A guard's no in words, with how to go on."""
    count, side = refusal.count, refusal.side
    where = "in the folder" if side == "folder" else "on the wiki"
    match refusal.rule:
        case "guest":
            if count:
                return Message(
                    f"The token sees none of the wiki's pages, and {many(count, 'page')} that"
                    " wikisync knows are still there.",
                    "Check the page rules of the key's group, or make a new key.",
                )
            return Message(GUEST.format(url="The wiki"), NEW_KEY)
        case "max-delete":
            return Message(
                f"{many(count, 'page')} would be deleted, and the limit is {refusal.limit}.",
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
        case "locked":
            return Message(
                f"Another run is at work: {refusal.detail or 'it has just begun'}.",
                "Wait until it has ended.",
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
    assert_never(refusal.rule)


def say_conflict(conflict: Conflict) -> Message:
    """A conflict in words, with the ways out of it."""
    fields, detail = ", ".join(conflict.fields), conflict.detail
    either = "Look with wikisync diff, then choose: --prefer local or --prefer wiki."
    match conflict.kind:
        case "both-new":
            return Message(f"Here and on the wiki, and they differ in {fields}.", either)
        case "both-changed":
            return Message(
                f"Changed here and on the wiki since they last agreed; they differ in {fields}.",
                either,
            )
        case "gone-here":
            return Message(
                f"Deleted here, but its {fields} changed on the wiki.",
                "To have it back: --prefer wiki. To delete it there too: --prefer local --delete.",
            )
        case "gone-there":
            return Message(
                f"Deleted on the wiki, but its {fields} changed here.",
                "To publish it again: --prefer local. To delete it here too:"
                " --prefer wiki --delete.",
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
        case "moved":
            return Message(
                f"Moved to {detail} on the wiki.", "Rename the file in the same way, then pull."
            )
        case "kind":
            here, _, there = detail.partition(", ")
            return Message(
                f"The file is {_KINDS.get(here, here)}, the page is {_KINDS.get(there, there)}.",
                "Give the file the page's form, or convert the page on the wiki.",
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
                "Convert the page on the wiki, or take the editor line back: --prefer wiki.",
            )
        case "overtaken":
            return Message(f"Somebody was faster: {detail}.", "Run the command again.")
        case "since":
            return Message(
                f"It changed since that run ({detail}); it was left alone.",
                "Take the later run back first, or look with wikisync diff.",
            )
        case "overtook":
            return Message(
                f"Written over an edit of the same moment: version {detail} of the page's history"
                " has it, and it is kept here.",
                "Look at both, and bring over what is missing.",
            )
    assert_never(conflict.kind)


_KINDS = {"markdown": "Markdown", "html": "HTML", "asciidoc": "AsciiDoc"}
