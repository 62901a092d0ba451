"""Format annotations and outputs as workflow commands, and escape all other text. Pure.

GitHub's runner takes a line of stdout or stderr as a command if it begins with ``::name …::``
after blanks, or contains ``##[name …]`` anywhere. A line ends at LF, CR or both.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

from wikisync.report.asset_plan_messages import asset_conflict_message, report_notes
from wikisync.report.asset_rows import asset_conflicts, asset_results, assets_of
from wikisync.report.check_messages import finding_message, fix_message
from wikisync.report.error_messages import error_message
from wikisync.report.json_output import (
    CONFLICTS,
    DONE,
    FAILED,
    REFUSED,
    conflicts,
    exit_code,
    has_failed,
    results,
)
from wikisync.report.plan_messages import conflict_message, refusal_message
from wikisync.report.text import conflict_label, escape_control

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.checking.model import Finding
    from wikisync.errors import BadAsset, BadName, BadPage, WikisyncError
    from wikisync.request import Report


_WARNINGS: Final[dict[FailOn, frozenset[str]]] = {
    "conflicts": frozenset(),
    "problems": frozenset({"conflict"}),
    "never": frozenset({"conflict", "problem", "refusal"}),
}
"""Kinds of annotation that are warnings instead of errors, by the input ``fail-on``."""


def annotate(report: Report, folder: str, fail_on: FailOn = "conflicts") -> list[Annotation]:
    """Return the annotations of a report, errors first.

    ``folder`` is relative to the top of the repository. At most MAX_ANNOTATIONS of each level: the
    last one counts the rest.
    """
    found = list(_annotations(report, folder, fail_on))
    return [one for level in get_args(Level) for one in _limited(found, level)]


def annotate_findings(
    findings: Iterable[Finding], folder: str, *, warnings: bool = False
) -> list[Annotation]:
    """Return the annotations of a check, errors first, as many as ``annotate`` would.

    ``warnings``: errors are warnings too.
    """
    found = [
        Annotation(
            "error" if each.level == "error" and not warnings else "warning",
            f"wikisync: {each.rule}",
            f"{finding_message(each)} {fix_message(each)}".strip(),
            _repository_path(folder, each.file),
            each.line,
        )
        for each in findings
    ]
    return [one for level in get_args(Level) for one in _limited(found, level)]


def error_annotation(error: WikisyncError) -> Annotation:
    """Return the annotation for an error that ended a command."""
    return Annotation("error", "wikisync", str(error_message(error)))


def _annotations(report: Report, folder: str, fail_on: FailOn) -> Iterator[Annotation]:
    warnings = _WARNINGS[fail_on]

    def level(what: str) -> Level:
        return "warning" if what in warnings else "error"

    for refusal in report.plan.refusals:
        title = f"wikisync refused: {refusal.rule}"
        yield Annotation(level("refusal"), title, str(refusal_message(refusal)))
    for outcome in report.all_outcomes:
        if outcome.result == "failed" and outcome.error:
            file = _repository_path(folder, outcome.action.file)
            yield Annotation("error", "wikisync: failed", str(error_message(outcome.error)), file)
    for problem in report.plan.problems:
        yield _problem_annotation(problem, "no page", folder, level("problem"))
    for found in assets_of(report.plan).problems:
        yield _problem_annotation(found, "left out", folder, level("problem"))
    for conflict in conflicts(report):
        file, message = _repository_path(folder, conflict.file), str(conflict_message(conflict))
        yield Annotation(level("conflict"), f"wikisync: {conflict_label(conflict)}", message, file)
    for asset in asset_conflicts(report):
        file, message = _repository_path(folder, asset.file), str(asset_conflict_message(asset))
        yield Annotation(level("conflict"), "wikisync: conflict", message, file)
    for note in report_notes(report):
        yield Annotation("warning", "wikisync", str(note))


def _problem_annotation(
    problem: BadPage | BadName | BadAsset, what: str, folder: str, level: Level
) -> Annotation:
    line = getattr(problem, "line", None)
    return Annotation(
        level,
        f"wikisync: {what}",
        str(error_message(problem)),
        _repository_path(folder, problem.name),
        line,
    )


def _repository_path(folder: str, file: str) -> str:
    return f"{folder}/{file}" if folder not in {"", "."} else file


def _limited(found: list[Annotation], level: Level) -> list[Annotation]:
    """Return the annotations of a level, at most MAX_ANNOTATIONS."""
    chosen = [one for one in found if one.level == level]
    if len(chosen) <= MAX_ANNOTATIONS:
        return chosen
    kept, rest = chosen[: MAX_ANNOTATIONS - 1], chosen[MAX_ANNOTATIONS - 1 :]
    kinds = Counter(one.title.removeprefix("wikisync").lstrip(": ") or "more" for one in rest)
    summary = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    message = f"{len(rest)} more ({summary}): the summary of the job has them all."
    return [*kept, Annotation(level, "wikisync", message)]


FailOn = Literal["conflicts", "problems", "never"]
"""What fails a job: conflicts and problems, problems alone, or neither."""


def job_exit_code(report: Report, fail_on: FailOn) -> int:
    """Return the exit code of a job. Failed writes and interrupted runs fail it always."""
    code = exit_code(report)
    failed = has_failed(report)
    match fail_on:
        case "conflicts":
            return code
        case "problems":
            return DONE if code == CONFLICTS else code
        case "never":
            if code in {FAILED, REFUSED, CONFLICTS}:
                return FAILED if failed else DONE
            return code


def step_outputs(report: Report) -> dict[str, str]:
    """Return the outputs of a step: numbers of pages and files written, or planned; conflicts."""
    verbs = Counter(
        action.verb
        for action, outcome in results(report)
        if action.skip_reason is None and (outcome is None or outcome.result == "done")
    )
    files = sum(
        action.verb != "adopt"
        and action.skip_reason is None
        and (outcome is None or outcome.result == "done")
        for action, outcome in asset_results(report)
    )
    if report.plan.refusals or report.declined:
        verbs.clear()
        files = 0
    written = {
        "created": verbs["create"],
        "updated": verbs["update"] + verbs["merge"],
        "moved": verbs["move"],
        "deleted": verbs["delete"],
        "files": files,
    }
    changed = any(written.values())
    return {
        "changed": str(changed).lower(),
        **{name: str(count) for name, count in written.items()},
        "conflicts": str(len(conflicts(report)) + len(asset_conflicts(report))),
    }


def needs_attention(report: Report) -> bool:
    """Return whether a report has changes, refusals, problems or conflicts."""
    plan, assets = report.plan, assets_of(report.plan)
    problems = plan.problems or assets.problems
    left = plan.refusals or problems or conflicts(report) or asset_conflicts(report)
    return bool(left) or step_outputs(report)["changed"] == "true"


Level = Literal["error", "warning", "notice"]

MAX_ANNOTATIONS: Final = 10
"""The most annotations of one level that GitHub shows for a step."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_COMMAND: Final = re.compile(r"\A([\s\ufeff\u200b]*:):")
_COMMAND_START: Final = re.compile(r"[\s\ufeff\u200b]*:?")


@dataclass(frozen=True, slots=True)
class Annotation:
    """A message shown beside a file; ``file`` is relative to the top of the repository."""

    level: Level
    title: str
    message: str
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        at = {"file": self.file, "line": str(self.line or ""), "title": self.title}
        given = ",".join(f"{name}={_escape_property(value)}" for name, value in at.items() if value)
        return f"::{self.level}{f' {given}' if given else ''}::{_escape_data(self.message)}"


def mask_commands(secret: str) -> list[str]:
    """Return the commands that mask a secret in the log, one for each line of it."""
    return [f"::add-mask::{_escape_data(line)}" for line in secret.splitlines() if line.strip()]


class CommandEscaper:
    """Escape workflow commands in a stream of text.

    Control characters are written as ``\\x1b``, colour sequences are removed. A bare CR, which ends
    a line for GitHub, is escaped too.
    """

    def __init__(self) -> None:
        self._line = ""
        """The end of the current line, as far as it could become a command with what follows."""

    def feed(self, text: str) -> str:
        """Return the next piece of text, escaped."""
        clean = _CONTROL.sub(_escape, _COLOUR.sub("", text).replace("\r\n", "\n"))
        first, *more = clean.split("\n")
        return "\n".join(
            [self._escape_line(first, self._line), *(self._escape_line(line, "") for line in more)]
        )

    def _escape_line(self, part: str, before: str) -> str:
        """Return ``part`` escaped; ``before`` is the end of the line that it continues, if any."""
        # Escapes the last character of the command: those before it may be printed already.
        whole = _COMMAND.sub(lambda found: f"{found[1]}\\x3a", f"{before}{part}")
        whole = whole.replace("##[", "##\\x5b")
        self._line = whole.lstrip()[-1:] if _COMMAND_START.fullmatch(whole) else f"-{whole[-2:]}"
        return whole[len(before) :]


def escape_json_commands(text: str) -> str:
    """Return the same JSON without control characters and workflow commands."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text).replace("##[", "##\\u005b")


def _escape(found: re.Match[str]) -> str:
    return f"\\x{ord(found[0]):02x}"


def output_lines(values: dict[str, str], delimiter: str) -> str:
    """Format values for GITHUB_OUTPUT. ``delimiter`` must not occur in any value."""
    return "".join(f"{name}<<{delimiter}\n{value}\n{delimiter}\n" for name, value in values.items())


def _escape_data(text: str) -> str:
    escaped = _escape_lines(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    # The result is one line of the log, where "##[" would start a command.
    return escaped.replace("##[", "##\\x5b")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


def _escape_lines(text: str) -> str:
    return "\n".join(escape_control(line) for line in text.split("\n"))
