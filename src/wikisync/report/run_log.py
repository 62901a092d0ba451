"""Format the log of runs, for a terminal and as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from wikisync.planning.model import Plan
from wikisync.report.diff.styled_text import StyledText
from wikisync.report.json_output import as_data, one_line
from wikisync.report.text import DONE, TO_DO, local_time, plural
from wikisync.report.wrapping import print_hanging, print_line
from wikisync.request import Report, Request
from wikisync.state.asset_journal import AssetIntent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from wikisync.request import LoggedRun
    from wikisync.state.asset_journal import AssetEntry
    from wikisync.state.journal import JournalEntry

_MANY = 12
"""Writes of one run shown at most; the JSON has them all."""


_RUNS = 10
"""Runs shown at most, if the user gives no number."""


def show_log(runs: Iterable[LoggedRun], console: Console, most: int | None = None) -> None:
    """Print each run with its number, local time, counts and writes, the newest first.

    ``most`` is how many; None is 10, and then it is said how many earlier ones there are.
    """
    found = [logged for logged in runs if logged.writes or logged.asset_writes]
    undone = _undone(found)
    for logged in found[: _RUNS if most is None else most]:
        run = logged.run
        what = f"undo of run {run.undoes}" if run.undoes else run.command
        end = "" if run.ended else " (interrupted)"
        end += undone.get(run.number, "")
        head = f"run {run.number}  {local_time(run.started)}  {what}{end}"
        lead = (StyledText(head, "bold"), StyledText(": "))
        print_hanging(console, lead, ", ".join(_counts(logged)))
        for phrase, name in _writes(logged):
            print_hanging(console, (StyledText(f"  {phrase} "),), name)
    if not found:
        print_line(console, "No run has written anything yet.")
        return
    if most is None and len(found) > _RUNS:
        earlier = plural(len(found) - _RUNS, "earlier run")
        print_line(console, f"… and {earlier}. All: wikisync log -n {len(found)}.")
    print_line(console, "Undo the last run: wikisync undo. Another one: wikisync undo RUN.")
    print_line(
        console, "Backups of a page: wikisync log PATH. Restore one: wikisync restore NUMBER."
    )


def _undone(runs: Sequence[LoggedRun]) -> dict[int | None, str]:
    """Return what is said of the runs that were undone, whole or in part, by their numbers."""
    found = {}
    for logged in reversed(runs):
        outcomes = {noted.outcome for noted in _in_order(logged.writes, logged.asset_writes)}
        if "done" in outcomes:
            part = "" if outcomes == {"done"} else "in part "
            found[logged.run.undoes] = f" (undone {part}by run {logged.run.number})"
    return found


def _counts(logged: LoggedRun) -> list[str]:
    """Return how many writes of each kind a run made, and how many had another outcome."""
    found = Counter(
        DONE[noted.intent.verb, noted.intent.side]
        if noted.outcome == "done"
        else noted.outcome or "unconfirmed"
        for noted in _in_order(_steps(logged.writes), logged.asset_writes)
    )
    return [f"{count:,} {phrase}" for phrase, count in found.items()]


def _writes(logged: LoggedRun) -> list[tuple[str, str]]:
    """Return what was done, padded to a column, and to what, for the first writes of a run."""
    lines = []
    writes = _in_order(_steps(logged.writes), logged.asset_writes)
    for noted in writes[:_MANY]:
        intent = noted.intent
        done = noted.outcome == "done"
        phrase = (DONE if done else TO_DO)[intent.verb, intent.side]
        outcome = "" if done else f"  {noted.outcome or 'unconfirmed'}"
        lines.append((f"{phrase:<22}", f"{_name(noted)}{outcome}"))
    rest = Counter(DONE[n.intent.verb, n.intent.side] for n in writes[_MANY:])
    return [*lines, *(("…", f"and {count:,} more {phrase}") for phrase, count in rest.items())]


def _steps(writes: Sequence[JournalEntry]) -> list[JournalEntry]:
    """Return the writes; of a merge, only the one on the wiki, which stands for both."""
    both = {n.intent.key for n in writes if _merged(n) and n.intent.side == "wiki"}
    return [
        n for n in writes if n.intent.side == "wiki" or n.intent.key not in both or not _merged(n)
    ]


def _in_order(
    pages: Sequence[JournalEntry], assets: Sequence[AssetEntry]
) -> list[JournalEntry | AssetEntry]:
    both: list[JournalEntry | AssetEntry] = [*pages, *assets]
    return sorted(both, key=lambda one: one.number)


def _merged(noted: JournalEntry) -> bool:
    return noted.intent.verb == "merge" and noted.outcome == "done"


def _name(noted: JournalEntry | AssetEntry) -> str:
    intent = noted.intent
    name = intent.file or (intent.path if isinstance(intent, AssetIntent) else str(intent.key))
    return f"{intent.from_file} → {name}" if intent.from_file else name


def to_json(runs: Iterable[LoggedRun], wiki: str, folder: str) -> str:
    """Return the log as one JSON object: the keys of every command, and ``runs``."""
    report = Report(Request("log", "sync"), wiki, folder, Plan())
    data = {**as_data(report), "runs": [_run(logged) for logged in runs]}
    return one_line(data)


def _run(logged: LoggedRun) -> dict[str, Any]:
    run = logged.run
    return {
        "run": run.number,
        "command": run.command,
        "started": run.started,
        "ended": run.ended,
        "undoes": run.undoes,
        "plan": run.plan,
        "actions": [_write(noted) for noted in _in_order(logged.writes, logged.asset_writes)],
    }


def _write(noted: JournalEntry | AssetEntry) -> dict[str, Any]:
    intent = noted.intent
    return {
        "kind": "asset" if isinstance(intent, AssetIntent) else "page",
        "action": intent.verb,
        "side": intent.side,
        "locale": None if isinstance(intent, AssetIntent) else intent.key.locale,
        "path": intent.path if isinstance(intent, AssetIntent) else intent.key.path,
        "file": intent.file,
        "from": intent.from_file or None,
        "outcome": noted.outcome or "unsettled",
    }
