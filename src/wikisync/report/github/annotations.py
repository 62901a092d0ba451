"""What a report says to each file: problems and conflicts beside the lines they are about."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, get_args

from wikisync.report.error_messages import error_message
from wikisync.report.github.commands import SHOWN, Annotation, Level
from wikisync.report.json_output import conflicts, results
from wikisync.report.plan_messages import conflict_message, note_message, refusal_message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.errors import BadName, BadPage, WikisyncError
    from wikisync.report.github.ending import FailOn
    from wikisync.workflow.sync_run import Report

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


def of_problems(problems: Iterable[BadPage | BadName], folder: str) -> list[Annotation]:
    """The annotations of files that are no pages."""
    found = [_problem(problem, folder, "error") for problem in problems]
    return _cut(found, "error")


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
