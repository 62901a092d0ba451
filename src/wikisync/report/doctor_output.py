"""Format the results of ``wikisync doctor`` as lines for a terminal, or as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from wikisync.errors import UsageError
from wikisync.report.doctor_messages import check_message
from wikisync.report.json_output import DONE, FAILED, USAGE, VERSION, one_line
from wikisync.report.text import escape_control

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wikisync.doctor.model import Check, CheckState

STYLES: Final[dict[CheckState, str]] = {
    "works": "green",
    "fails": "bold red",
    "warning": "yellow",
    "unknown": "dim",
}
_STATE, _NAME = 9, 15
INDENT: Final = _STATE + _NAME
"""The column where what is said of a check begins."""
_SKIPPED: Final = "not-tried"


def check_lines(check: Check) -> Iterator[tuple[str, str]]:
    """Yield the lines of a check as (state, rest); the state is empty after the first line.

    A check that was not tried has none: ``closing_lines`` names them together.
    """
    if check.finding == _SKIPPED:
        return
    message = check_message(check)
    yield (
        check.state,
        escape_control(f"{'':{_STATE - len(check.state)}}{check.name:{_NAME}}{message.text}"),
    )
    for setting in check.settings:
        source = f"  ({setting.source})" if setting.source else "  (default)"
        yield "", escape_control(f"{' ' * INDENT}  {setting.name} = {setting.value}{source}")
    if message.hint:
        yield "", escape_control(f"{' ' * INDENT}{message.hint}")


def closing_lines(checks: Sequence[Check]) -> Iterator[str]:
    """Yield the lines after all checks: what was not tried, and how many there are of each."""
    skipped = [check for check in checks if check.finding == _SKIPPED]
    for cause in dict.fromkeys(str(check.facts["because"]) for check in skipped):
        names = ", ".join(check.name for check in skipped if check.facts["because"] == cause)
        yield f"Not tried, since {cause} fails: {names}."
    counts = Counter(check.state for check in checks)
    parts = [f"{counts[state]} {word}" for state, word in _WORDS.items() if counts[state]]
    yield f"{len(checks)} checks: {', '.join(parts)}."


_WORDS: Final[dict[CheckState, str]] = {
    "works": "work",
    "fails": "fail",
    "warning": "with a warning",
    "unknown": "unknown",
}


def exit_code(checks: Iterable[Check]) -> int:
    """Return the exit code: 0, 1 where a check fails, 2 where that is by the configuration."""
    failures = [check for check in checks if check.state == "fails"]
    if any(isinstance(check.error, UsageError) for check in failures):
        return USAGE
    return FAILED if failures else DONE


def to_json(checks: Sequence[Check]) -> str:
    """Return the results as one JSON object (json.md, *doctor*)."""
    counts = Counter(check.state for check in checks)
    return one_line(
        {
            "version": VERSION,
            "command": "doctor",
            "checks": [check_data(check) for check in checks],
            "settings": [
                {"name": each.name, "value": each.value, "source": each.source or None}
                for check in checks
                for each in check.settings
            ],
            "counts": {state: counts[state] for state in STYLES},
        }
    )


def check_data(check: Check) -> dict[str, Any]:
    """Return a check as JSON has it (json.md, *doctor*)."""
    message = check_message(check)
    return {
        "name": check.name,
        "state": check.state,
        "found": message.text,
        "hint": message.hint or None,
    }
