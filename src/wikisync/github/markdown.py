"""Format a report as Markdown for GitHub: tables of pages and files, problems, folded diffs."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from wikisync.github.markdown_text import BoundedMarkdown, MarkdownLimit, code, escape
from wikisync.planning.model import Action, Adopt, Conflict, Merge, Update, item_id, original_file
from wikisync.report.asset_plan_messages import asset_conflict_message, report_notes
from wikisync.report.asset_rows import (
    asset_conflicts,
    asset_diffs,
    asset_results,
    assets_of,
    sizes,
    versions,
)
from wikisync.report.diff.page_diff import lines
from wikisync.report.error_messages import error_message
from wikisync.report.json_output import conflicts, results
from wikisync.report.plan_messages import conflict_message, refusal_message
from wikisync.report.summary import summary
from wikisync.report.text import (
    NOT_DELETED,
    TO_MERGE,
    conflict_label,
    done_label,
    overwriting,
    planned_label,
    withheld,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.apply.result import ActionResult
    from wikisync.errors import WikisyncError
    from wikisync.planning.model import Command
    from wikisync.request import PageDiff, Report

_CONFLICTS: Final = {
    TO_MERGE: "To merge: left alone until the next wikisync sync",
    "conflict": "Conflicts: left alone on both sides",
}
_TABLE: Final = "| | Page | What changes | Lines |\n|---|---|---|---|\n"
_ASSETS: Final = "| | Image or file | Size | |\n|---|---|---|---|\n"
_TITLES: Final[dict[Command, str]] = {
    "push": "What this would change on the wiki",
    "pull": "What this would change in the folder",
    "sync": "What this would change on both sides",
}
_COMMENT: Final = 60_000
"""Characters of a comment: fewer than any of the services takes."""
_OMITTED: Final = "\n… and {} more.\n"


def comment_marker(wiki: str, folder: str, root: str = "") -> str:
    """Return the HTML comment that identifies a comment by wikisync.

    It is unique per wiki, folder and ``root``: a repository may have several projects.
    """
    whole = "\n".join([wiki, folder, *([root] if root else [])])
    name = blake2b(whole.encode(), digest_size=8).hexdigest()
    return f"<!-- wikisync {name} -->"


def to_markdown(report: Report, limit: MarkdownLimit, title: str, intro: str = "") -> str:
    """Format a report under a heading, no larger than ``limit``.

    ``intro`` is Markdown that goes below the heading.
    """
    markdown = BoundedMarkdown(limit)
    markdown.add(f"### {title}\n\n")
    if intro:
        markdown.add(f"{intro}\n\n")
    if report.wiki:
        markdown.add(f"{code(report.folder)} ↔ {code(report.remote_name)}\n\n")
    for line in _summary_lines(report):
        markdown.add(f"{escape(line)}\n")
    markdown.add("\n")
    _add_problems(markdown, report)
    differences = [
        (pair, list(lines(pair))[2:]) for pair in report.diffs
    ]  # without the two file names
    counts = {item_id(pair.item): _line_counts(body) for pair, body in differences if body}
    rows = [
        _row(action, outcome, counts.get(item_id(action), ""))
        for action, outcome in results(report)
        if not isinstance(action, Adopt) or (outcome is not None and outcome.result != "done")
    ]
    markdown.add_rows(_TABLE, rows, _OMITTED)
    markdown.add_rows(_ASSETS, list(_asset_rows(report)), _OMITTED)
    for pair, body in differences:
        if body:
            markdown.add_diff(_diff_heading(pair, body), body, len(counts))
    return markdown.text()


def comment(report: Report) -> str:
    """Format a report as a comment: its marker, and the Markdown without the wiki's address."""
    limit = MarkdownLimit(_COMMENT, "characters", "The report has more.")
    body = to_markdown(replace(report, wiki=""), limit, _TITLES[report.request.direction])
    marker = comment_marker(report.wiki, report.folder, report.root)
    return f"{marker}\n{without_address(body, report.wiki)}"


def without_address(text: str, url: str) -> str:
    """Replace the wiki's URL and host, which may be a secret of the job, in Markdown of a report.

    GitHub masks secrets in logs and summaries, but not in comments. Errors may contain the host
    alone, or in another URL. The diffs of pages, which come last, stay as they are.
    """
    if not url:
        return text
    head, differences, rest = text.replace(escape(url), "the wiki").partition("<details>")
    host = urlsplit(url).hostname or ""
    if "." in host:  # a host without a dot could be any word
        named = rf"(?:https?{escape('://')})?(?<![\w.-]){re.escape(escape(host))}(?![\w-])(?::\d+)?"
        head = re.sub(named, "the wiki", head, flags=re.IGNORECASE)
    return f"{head}{differences}{rest}"


def error_markdown(error: WikisyncError, title: str) -> str:
    """Format the error that ended a command, under a heading."""
    message = error_message(error)
    return f"### {title}\n\n{escape(message.text)} {escape(message.hint)}".rstrip() + "\n"


def _summary_lines(report: Report) -> Iterator[str]:
    """Yield the lines of the summary, without hints that only apply in a terminal."""
    request = replace(report.request, dry_run=False)
    if request.command in {"plan", "show"}:
        request = replace(request, command=request.direction)
    return summary(replace(report, request=request))


def _add_problems(markdown: BoundedMarkdown, report: Report) -> None:
    refusals = [
        f"- {code(refusal.rule)}: {escape(str(refusal_message(refusal)))}\n"
        for refusal in report.plan.refusals
    ]
    markdown.add_rows("**Refused: nothing is written.**\n\n", refusals, _OMITTED)
    failures = [
        f"- {code(outcome.action.file)}: {escape(str(error_message(outcome.error)))}\n"
        for outcome in report.all_outcomes
        if outcome.result == "failed" and outcome.error
    ]
    markdown.add_rows("**Failed**\n\n", failures, _OMITTED)
    for label, heading in _CONFLICTS.items():
        found = [
            f"- {code(conflict.file)}: {escape(str(conflict_message(conflict)))}\n"
            for conflict in conflicts(report)
            if conflict_label(conflict) == label
        ]
        if label != TO_MERGE:
            found += [
                f"- {code(conflict.file)}: {escape(str(asset_conflict_message(conflict)))}\n"
                for conflict in asset_conflicts(report)
            ]
        markdown.add_rows(f"**{heading}**\n\n", found, _OMITTED)
    problems = [f"- {escape(str(error_message(problem)))}\n" for problem in report.plan.problems]
    markdown.add_rows("**Files that are no page**\n\n", problems, _OMITTED)
    files = assets_of(report.plan).problems
    problems = [f"- {escape(str(error_message(problem)))}\n" for problem in files]
    markdown.add_rows("**Images and files that are left out**\n\n", problems, _OMITTED)
    notes = [f"- {escape(str(message))}\n" for message in report_notes(report)]
    markdown.add_rows("**Notes**\n\n", notes, _OMITTED)


def _row(action: Action, outcome: ActionResult | None, counts: str) -> str:
    is_done = outcome is not None and outcome.result == "done"
    what = (done_label if is_done else planned_label)(action)
    note = ", ".join(action.fields) if isinstance(action, Update | Merge) else ""
    note = "; ".join(filter(None, (note, overwriting(action, done=is_done))))
    if action.skip_reason is not None:
        what, note = NOT_DELETED, withheld(action)
    elif outcome is not None and not is_done:
        what = outcome.result
        note = str(error_message(outcome.error)) if outcome.error else ""
    return f"| {escape(what)} | {_file_cell(action)} | {escape(note)} | {counts} |\n"


def _asset_rows(report: Report) -> Iterator[str]:
    diffs = asset_diffs(report)
    for action, outcome in asset_results(report):
        is_done = outcome is not None and outcome.result == "done"
        if action.verb == "adopt" and (outcome is None or is_done):
            continue
        what, note = (done_label if is_done else planned_label)(action), overwriting(action)
        if action.skip_reason is not None:
            what, note = NOT_DELETED, withheld(action)
        elif outcome is not None and not is_done:
            what, note = outcome.result, ""
            if outcome.error is not None:
                note = str(error_message(outcome.error))
        moves = action.verb == "move"
        size = "" if moves else sizes(versions(action, diffs.get((action.path, "change"))))
        name = f"{code(action.from_file)} → {code(action.file)}" if moves else code(action.file)
        yield f"| {escape(what)} | {name} | {escape(size)} | {escape(note)} |\n"


def _line_counts(body: list[str]) -> str:
    added = sum(line.startswith("+") for line in body)
    removed = sum(line.startswith("-") for line in body)
    return f"+{added:,} −{removed:,}"


def _file_cell(action: Action) -> str:
    old = original_file(action)
    return f"{code(old)} → {code(action.file)}" if old else code(action.file)


def _diff_heading(pair: PageDiff, body: list[str]) -> str:
    item = pair.item
    what = conflict_label(item) if isinstance(item, Conflict) else planned_label(item)
    title = next((page.title for page in (pair.new, pair.old) if page and page.title), "")
    return " · ".join(
        filter(None, (code(item.file), escape(title), escape(what), _line_counts(body)))
    )
