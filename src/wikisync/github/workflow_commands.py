"""What a report says to each file: problems and conflicts beside the lines they are about.

Workflow commands: lines of the log that GitHub acts on, and lines that only look like them.

What a command is, and what it escapes, is as GitHub's runner reads it: a line that begins with
``::name …::`` after blanks, or holds ``##[name …]`` anywhere, on stdout or stderr alike. A line
ends at LF, CR or both.

What a job ends with, and what its later steps may know: the exit code and the outputs.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, get_args

from wikisync.errors import StateError, Unauthenticated, UntrustedCheckout, UsageError
from wikisync.report.error_messages import error_message
from wikisync.report.json_output import (
    CONFLICTS,
    DONE,
    FAILED,
    REFUSED,
    USAGE,
    conflicts,
    exit_code,
    results,
)
from wikisync.report.plan_messages import conflict_message, note_message, refusal_message
from wikisync.report.text import escape_control

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.errors import BadName, BadPage, WikisyncError
    from wikisync.request import Report


_HARMLESS: Final[dict[FailOn, frozenset[str]]] = {
    "conflicts": frozenset(),
    "problems": frozenset({"conflict"}),
    "never": frozenset({"conflict", "problem", "refusal"}),
}
"""What is a warning, and no error, where a job is to fail on this alone."""


def annotate(report: Report, folder: str, fail_on: FailOn = "conflicts") -> list[Annotation]:
    """The annotations of a report, those that fail the job first.

    ``folder`` is the folder of pages as the repository names it. No more of a level than GitHub
    shows: the last one then counts the rest.
    """
    found = list(_found(report, folder, fail_on))
    return [one for level in get_args(Level) for one in _cut(found, level)]


def of_error(error: WikisyncError) -> Annotation:
    """The annotation of what ended a run before there was anything to report."""
    return Annotation("error", "wikisync", str(error_message(error)))


def _found(report: Report, folder: str, fail_on: FailOn) -> Iterator[Annotation]:
    harmless = _HARMLESS[fail_on]

    def level(what: str) -> Level:
        return "warning" if what in harmless else "error"

    for refusal in report.plan.refusals:
        title = f"wikisync refused: {refusal.rule}"
        yield Annotation(level("refusal"), title, str(refusal_message(refusal)))
    for action, outcome in results(report):
        if outcome is not None and outcome.result == "failed" and outcome.error:
            file = _at(folder, action.file)
            yield Annotation("error", "wikisync: failed", str(error_message(outcome.error)), file)
    for problem in report.plan.problems:
        yield _problem(problem, folder, level("problem"))
    for conflict in conflicts(report):
        file, message = _at(folder, conflict.file), str(conflict_message(conflict))
        yield Annotation(level("conflict"), "wikisync: conflict", message, file)
    for note in report.notes:
        yield Annotation("warning", "wikisync", str(note_message(note)))


def _problem(problem: BadPage | BadName, folder: str, level: Level) -> Annotation:
    line = getattr(problem, "line", None)
    return Annotation(
        level, "wikisync: no page", str(error_message(problem)), _at(folder, problem.name), line
    )


def _at(folder: str, file: str) -> str:
    return f"{folder}/{file}" if folder not in {"", "."} else file


def _cut(found: list[Annotation], level: Level) -> list[Annotation]:
    """Those of a level, no more than GitHub shows."""
    chosen = [one for one in found if one.level == level]
    if len(chosen) <= SHOWN:
        return chosen
    kept, rest = chosen[: SHOWN - 1], chosen[SHOWN - 1 :]
    kinds = Counter(one.title.removeprefix("wikisync").lstrip(": ") or "more" for one in rest)
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    message = f"{len(rest)} more ({told}): the summary of the job has them all."
    return [*kept, Annotation(level, "wikisync", message)]


FailOn = Literal["conflicts", "problems", "never"]
"""What fails a job: conflicts and problems, problems alone, or neither."""


def job_exit_code(report: Report, fail_on: FailOn) -> int:
    """The exit code of a job. A write that failed fails it always, a stopped run too."""
    code = exit_code(report)
    failed = any(outcome.failed for outcome in report.outcomes)
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
    """The outputs of a step: how many pages were written, or would be, and what is left."""
    verbs = Counter(
        action.verb
        for action, outcome in results(report)
        if action.skip_reason is None and (outcome is None or outcome.result == "done")
    )
    if report.plan.refusals or report.declined:
        verbs.clear()
    written = {
        "created": verbs["create"],
        "updated": verbs["update"] + verbs["merge"],
        "moved": verbs["move"],
        "deleted": verbs["delete"],
    }
    changed = any(written.values())
    return {
        "changed": str(changed).lower(),
        **{name: str(count) for name, count in written.items()},
        "conflicts": str(len(conflicts(report))),
    }


def differs(report: Report) -> bool:
    """Whether there is something to tell people about: a change, or what keeps one from it."""
    plan = report.plan
    left = plan.refusals or plan.problems or conflicts(report)
    return bool(left) or step_outputs(report)["changed"] == "true"


def code_of(error: WikisyncError) -> int:
    """The exit code of what ended a run before there was anything to report."""
    if isinstance(error, UsageError):
        return USAGE
    return (
        REFUSED if isinstance(error, StateError | Unauthenticated | UntrustedCheckout) else FAILED
    )


Level = Literal["error", "warning", "notice"]

SHOWN: Final = 10
"""Annotations of one level that GitHub shows of a step."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_COMMAND: Final = re.compile(r"\A([\s\ufeff\u200b]*:):")
_BEGUN: Final = re.compile(r"[\s\ufeff\u200b]*:?")


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark of a run; ``file`` is relative to the top of the repository."""

    level: Level
    title: str
    message: str
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        at = {"file": self.file, "line": str(self.line or ""), "title": self.title}
        given = ",".join(f"{name}={_property(value)}" for name, value in at.items() if value)
        return f"::{self.level}{f' {given}' if given else ''}::{_data(self.message)}"


def mask(secret: str) -> list[str]:
    """The commands that keep a secret out of the log, a line of it each."""
    return [f"::add-mask::{_data(line)}" for line in secret.splitlines() if line.strip()]


class Defuser:
    """Turn what a program prints, piece by piece, into lines that GitHub acts on in no way.

    Control characters are written as ``\\x1b``, the colours of a terminal are left out. GitHub ends
    a line at a bare CR too, so that this is one of them.
    """

    def __init__(self) -> None:
        self._line = ""
        """What of the line printed so far could become a command with what follows."""

    def feed(self, text: str) -> str:
        """Return the next piece as it is to be printed."""
        clean = _CONTROL.sub(_escape, _COLOUR.sub("", text).replace("\r\n", "\n"))
        first, *more = clean.split("\n")
        return "\n".join([self._next(first, self._line), *(self._next(line, "") for line in more)])

    def _next(self, part: str, before: str) -> str:
        """Return what goes on with a line, or is a new one where nothing is ``before``."""
        # The last sign of a command is escaped: those before it may be printed already.
        whole = _COMMAND.sub(lambda found: f"{found[1]}\\x3a", f"{before}{part}")
        whole = whole.replace("##[", "##\\x5b")
        self._line = whole.lstrip()[-1:] if _BEGUN.fullmatch(whole) else f"-{whole[-2:]}"
        return whole[len(before) :]


def harmless_json(text: str) -> str:
    """Return JSON on one line that is no command, has no control character, and means the same."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text).replace("##[", "##\\u005b")


def _escape(found: re.Match[str]) -> str:
    return f"\\x{ord(found[0]):02x}"


def output_lines(values: dict[str, str], word: str) -> str:
    """Lines for GITHUB_OUTPUT. ``word`` is one that no value holds: it ends each of them."""
    return "".join(f"{name}<<{word}\n{value}\n{word}\n" for name, value in values.items())


def _data(text: str) -> str:
    escaped = _plain(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    # What it becomes is one line of the log again.
    return escaped.replace("##[", "##\\x5b")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(text: str) -> str:
    return "\n".join(escape_control(line) for line in text.split("\n"))
