"""A report as Markdown for GitHub: a table of pages, what is left to people, folded differences."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from wikisync.github.markdown_text import BoundedMarkdown, code, escape
from wikisync.planning.model import Action
from wikisync.report.diff.page_diff import lines
from wikisync.report.error_messages import error_message
from wikisync.report.json_output import conflicts, results, withheld
from wikisync.report.plan_messages import conflict_message, note_message, refusal_message
from wikisync.report.summary import summary
from wikisync.report.text import done_label, overwriting, planned_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.apply import ActionResult
    from wikisync.errors import WikisyncError
    from wikisync.github.markdown_text import MarkdownLimit
    from wikisync.page.model import Key
    from wikisync.planning.model import Conflict
    from wikisync.request import PageDiff, Report

_TABLE: Final = "| | Page | What changes | Lines |\n|---|---|---|---|\n"
_MORE: Final = "\n… and {} more.\n"


def mark(wiki: str, folder: str) -> str:
    """The hidden line by which a comment is found again: one for each wiki and folder."""
    name = blake2b(f"{wiki}\n{folder}".encode(), digest_size=8).hexdigest()
    return f"<!-- wikisync {name} -->"


def to_markdown(report: Report, room: MarkdownLimit, title: str, intro: str = "") -> str:
    """The report under a heading of its own, no larger than the room.

    ``intro`` is Markdown that goes between the heading and the rest.
    """
    sheet = BoundedMarkdown(room)
    sheet.add(f"### {title}\n\n")
    if intro:
        sheet.add(f"{intro}\n\n")
    if report.wiki:
        sheet.add(f"{code(report.folder)} ↔ {code(report.wiki)}\n\n")
    for line in _summed_up(report):
        sheet.add(f"{escape(line)}\n")
    sheet.add("\n")
    _left_to_people(sheet, report)
    differences = [(pair, list(lines(pair))[2:]) for pair in report.diffs]  # less the two names
    figures = {_which(pair.item): _figures(body) for pair, body in differences if body}
    rows = [
        _row(action, outcome, figures.get(_which(action), ""))
        for action, outcome in results(report)
        if action.verb != "adopt" or (outcome is not None and outcome.result != "done")
    ]
    sheet.rows(_TABLE, rows, _MORE)
    for pair, body in differences:
        if body:
            sheet.difference(_summary(pair, body), body, len(figures))
    return sheet.text()


def without_address(text: str, url: str) -> str:
    """Markdown of ours that does not name the wiki's address, which may be a secret of the job.

    GitHub takes secrets out of logs and summaries, but not out of comments. Reasons may name the
    host alone, or in another address; differences of pages, which come last, stay as they are.
    """
    if not url:
        return text
    head, differences, rest = text.replace(escape(url), "the wiki").partition("<details>")
    host = urlsplit(url).hostname or ""
    if "." in host:  # one that has none is a word like any other
        named = rf"(?:https?{escape('://')})?(?<![\w.-]){re.escape(escape(host))}(?![\w-])(?::\d+)?"
        head = re.sub(named, "the wiki", head, flags=re.IGNORECASE)
    return f"{head}{differences}{rest}"


def error_markdown(error: WikisyncError, title: str) -> str:
    """What ended a run before there was anything to report."""
    message = error_message(error)
    return f"### {title}\n\n{escape(message.text)} {escape(message.hint)}".rstrip() + "\n"


def _summed_up(report: Report) -> Iterator[str]:
    """What it comes to, without what is only for whoever sits at a terminal."""
    request = replace(report.request, dry_run=False)
    if request.command in {"plan", "show"}:
        request = replace(request, command=request.direction)
    return summary(replace(report, request=request))


def _left_to_people(sheet: BoundedMarkdown, report: Report) -> None:
    refusals = [
        f"- {code(refusal.rule)}: {escape(str(refusal_message(refusal)))}\n"
        for refusal in report.plan.refusals
    ]
    sheet.rows("**Refused: nothing is written.**\n\n", refusals, _MORE)
    failures = [
        f"- {code(action.file)}: {escape(str(error_message(outcome.error)))}\n"
        for action, outcome in results(report)
        if outcome is not None and outcome.result == "failed" and outcome.error
    ]
    sheet.rows("**Failed**\n\n", failures, _MORE)
    found = [f"- {code(c.file)}: {escape(str(conflict_message(c)))}\n" for c in conflicts(report)]
    sheet.rows("**Conflicts: left alone on both sides**\n\n", found, _MORE)
    problems = [f"- {escape(str(error_message(problem)))}\n" for problem in report.plan.problems]
    sheet.rows("**Files that are no page**\n\n", problems, _MORE)
    notes = [f"- {escape(str(note_message(note)))}\n" for note in report.notes]
    sheet.rows("**Notes**\n\n", notes, _MORE)


def _row(action: Action, outcome: ActionResult | None, figures: str) -> str:
    is_done = outcome is not None and outcome.result == "done"
    what = (done_label if is_done else planned_label)(action)
    note = ", ".join(action.fields) if action.verb in {"update", "merge"} else ""
    note = "; ".join(filter(None, (note, overwriting(action, done=is_done))))
    if action.skip_reason is not None:
        note = withheld(action)
    elif outcome is not None and not is_done:
        what = outcome.result
        note = str(error_message(outcome.error)) if outcome.error else ""
    return f"| {escape(what)} | {_name(action)} | {escape(note)} | {figures} |\n"


def _which(item: Action | Conflict) -> tuple[Key, str]:
    return item.key, item.verb if isinstance(item, Action) else "conflict"


def _figures(body: list[str]) -> str:
    more = sum(line.startswith("+") for line in body)
    less = sum(line.startswith("-") for line in body)
    return f"+{more:,} −{less:,}"


def _name(action: Action) -> str:
    old = action.first_file or action.from_file
    return f"{code(old)} → {code(action.file)}" if old else code(action.file)


def _summary(pair: PageDiff, body: list[str]) -> str:
    item = pair.item
    what = planned_label(item) if isinstance(item, Action) else "conflict"
    title = next((page.title for page in (pair.new, pair.old) if page and page.title), "")
    return " · ".join(filter(None, (code(item.file), escape(title), escape(what), _figures(body))))
