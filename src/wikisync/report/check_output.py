"""Format the findings of ``wikisync check`` for a terminal, grouped by file, and as JSON."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from wikisync.report.check_messages import finding_message, fix_message, step_message
from wikisync.report.diff.styled_text import StyledText
from wikisync.report.json_output import DONE, FAILED, VERSION, one_line
from wikisync.report.text import escape_control, plural
from wikisync.report.wrapping import hanging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wikisync.checking.model import CheckResult, Finding
    from wikisync.report.diff.styled_text import StyledLine

STYLES: Final = {"error": "red", "warning": "yellow"}
_PLACE, _LEVEL = 7, 7
_INDENT: Final = " " * (2 + _PLACE + 1 + _LEVEL + 2)


def exit_code(result: CheckResult) -> int:
    """Return the exit code: 1 where there is an error or a fix failed, else 0."""
    failed = any(step.failed for step in result.done)
    return FAILED if failed or any(each.level == "error" for each in result.findings) else DONE


def result_lines(result: CheckResult, columns: int = 0) -> Iterator[StyledLine]:
    """Yield the steps of ``--fix``, then the findings below the name of each file.

    With ``columns``, texts are wrapped so that a line takes no more cells; 0 wraps nothing.
    """
    for step in result.done:
        for text in step_message(step, planned=result.planned):
            styled = (StyledText(escape_control(text), "red" if step.failed else "green"),)
            yield from _hanging((), styled, columns)
    if result.done and result.findings:
        yield ()
    for file, findings in groupby(result.findings, key=lambda each: each.file):
        yield (StyledText(escape_control(file), "bold"),)
        for finding in findings:
            yield from _finding_lines(finding, columns)


def closing_line(result: CheckResult) -> str:
    """Return how many files were checked, and what was found."""
    looked = plural(result.files, "page")
    if result.others:
        looked += f" and {plural(result.others, 'other file')}"
    counts = Counter(each.level for each in result.findings)
    found = [plural(counts[level], level) for level in ("error", "warning") if counts[level]]
    files = len({each.file for each in result.findings})
    text = f"{' and '.join(found)} in {plural(files, 'file')}" if found else "nothing found"
    return f"{looked} checked: {text}."


def fix_hint(result: CheckResult) -> str:
    """Return what ``--fix`` did, or would do about the findings; "" if nothing."""
    if result.done:
        made = len({step.file for step in result.done if not step.failed})
        if result.planned:
            return "Nothing was written. To do it, leave out --dry-run."
        changed = f"{plural(made, 'file')} changed, as listed at the top."
        return f"{changed} To take it back: wikisync undo." if made else ""
    safe = sum(each.is_safe for each in result.findings)
    if not safe:
        return ""
    which = "it" if len(result.findings) == 1 else f"{safe:,} of them"
    return f"wikisync check --fix mends {which}; with --dry-run it shows what it would do."


def memory_hint(result: CheckResult) -> str:
    """Return what to know of a check without a state; "" with one, or where it does not matter."""
    if result.known or all(each.rule not in _NEED_MEMORY for each in result.findings):
        return ""
    return "No run has read the wiki here yet, so only the pages in the folder are known."


_NEED_MEMORY: Final = frozenset({"dead-link", "case-link", "child-link", "reserved-name"})


def _finding_lines(finding: Finding, columns: int) -> Iterator[StyledLine]:
    place = "" if finding.line is None else f"{finding.line}"
    place += "" if not finding.column else f":{finding.column}"
    lead = (
        StyledText(f"  {place:<{_PLACE}} "),
        StyledText(f"{finding.level:<{_LEVEL}}", STYLES[finding.level]),
        StyledText("  "),
    )
    text = (
        StyledText(f"{escape_control(finding_message(finding))}  "),
        StyledText(finding.rule, "dim"),
    )
    yield from _hanging(lead, text, columns)
    if fix := fix_message(finding):
        styled = (StyledText(escape_control(fix), "dim"),)
        yield from _hanging((StyledText(_INDENT),), styled, columns)


def _hanging(lead: StyledLine, text: StyledLine, columns: int) -> Iterator[StyledLine]:
    return hanging(lead, text, columns) if columns else iter(((*lead, *text),))


def to_json(result: CheckResult) -> str:
    """Return the result as one JSON object (json.md, *check*)."""
    levels = Counter(each.level for each in result.findings)
    rules = Counter(each.rule for each in result.findings)
    data: dict[str, Any] = {
        "version": VERSION,
        "command": "check",
        "findings": [_as_data(each) for each in result.findings],
        "counts": {
            "files": result.files,
            "assets": result.others,
            "error": levels["error"],
            "warning": levels["warning"],
            "rules": dict(sorted(rules.items())),
        },
    }
    if result.done:
        data["fixes"] = [_step(result, number) for number in range(len(result.done))]
    return one_line(data)


def _as_data(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "file": finding.file,
        "line": finding.line,
        "column": finding.column or None,
        "message": finding_message(finding),
        "fix": finding.fix,
    }


def _step(result: CheckResult, number: int) -> dict[str, Any]:
    step = result.done[number]
    outcome = "failed" if step.failed else "planned" if result.planned else "done"
    return {
        "file": step.file,
        "new_name": step.new_name or None,
        "links": [{"line": line, "old": old, "new": new} for line, old, new in step.targets],
        "outcome": outcome,
        "reason": step.failed or None,
    }


def rules_line(findings: Sequence[Finding]) -> str:
    """Return how many findings each rule has, the most first."""
    counts = Counter(each.rule for each in findings)
    return ", ".join(f"{rule} {count:,}" for rule, count in counts.most_common())
