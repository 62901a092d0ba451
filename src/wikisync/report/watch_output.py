"""Format the events of ``watch``: a line or a few of text, or one line of JSON (json.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wikisync.report import watch_events as events
from wikisync.report.diff.styled_text import StyledText
from wikisync.report.error_messages import error_message
from wikisync.report.json_output import as_data, one_line, results
from wikisync.report.terminal_lists import print_lists
from wikisync.report.text import done_label, escape_control, local_times, planned_label, plural
from wikisync.report.wrapping import print_hanging, print_line

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console

    from wikisync.apply.asset_result import AssetResult
    from wikisync.apply.result import ActionResult

_VERSION: Final = 1
_TIME: Final = 10
_LABEL: Final = 24
"""Columns of the time, and of what was done, before the file."""


def print_event(event: events.Event, at: datetime, console: Console) -> None:
    """Print an event as text. ``at`` is the local time."""
    clock = f"{at:%H:%M:%S}"
    match event:
        case events.Done(report):
            for _action, outcome in results(report):
                if outcome is not None:
                    _print_result(console, clock, outcome)
            for file in report.asset_outcomes:
                _print_result(console, clock, file)
        case events.Attention(report):
            print_line(console, f"{clock}  Left to you:", "yellow")
            print_lists(report, console)
        case events.Refused(_refusals, report):
            print_lists(report, console)
        case _:
            text, style = _sentence(event)
            if text:
                print_hanging(console, (StyledText(f"{clock}  "),), text, style)


def _print_result(console: Console, clock: str, outcome: ActionResult | AssetResult) -> None:
    action = outcome.action
    done = outcome.result == "done"
    if done and action.verb == "adopt" and outcome.error is None:  # was the same already
        return
    label = done_label(action) if done else f"not yet: {planned_label(action)}"
    style = "" if done and outcome.error is None else "yellow"
    lead = StyledText(f"{clock}  {label:<{_LABEL}}  ", style)
    print_hanging(console, (lead,), action.file, style)
    if outcome.error is not None:
        message = str(error_message(outcome.error))
        print_hanging(console, (StyledText(" " * _TIME),), message, style)


def _sentence(event: events.Event) -> tuple[str, str]:
    """Return the sentence for an event and its style; empty for one that is only shown live."""
    match event:
        case events.Started(wiki, folder):
            return (
                f"Watching {escape_control(folder)}/ and {escape_control(wiki)}. Ctrl-C ends.",
                "",
            )
        case events.Kept(in_folder, on_wiki):
            return _kept(in_folder, on_wiki), ""
        case events.Waits("folder", detail):
            return f"{escape_control(detail)}/ is gone; waiting until it is back.", "yellow"
        case events.Waits("git", detail):
            return f"Git is in the middle of {detail}; waiting until it is done.", ""
        case events.Waits("locked", detail):
            holder = f" ({local_times(detail)})" if detail else ""
            return f"Another run of wikisync is active{holder}; waiting.", ""
        case events.Away(error, seconds):
            words = escape_control(error_message(error).text)
            return f"{words} Trying again in {seconds:.0f} s.", "yellow"
        case events.Back():
            return "It works again.", ""
        case events.Stopped():
            return "Stopped.", ""
    return "", ""


def _kept(in_folder: int, on_wiki: int) -> str:
    """Return the sentence about deletions, which are left to the user."""
    parts = []
    if on_wiki:
        parts.append(f"{plural(on_wiki, 'deletion')} in the folder not repeated on the wiki")
    if in_folder:
        parts.append(f"{plural(in_folder, 'deletion')} on the wiki not repeated in the folder")
    return f"{', '.join(parts)}. To delete on the other side too: wikisync sync --delete."


def status_line(agreed: events.Agreed | None, at: datetime | None, folder: str, wiki: str) -> str:
    """Return the line that stays at the bottom of a terminal."""
    place = f"{folder}/ ↔ {wiki}"
    if agreed is None or at is None:
        return escape_control(f"{place}: comparing…")
    same = plural(agreed.pages, "page")
    if agreed.unsettled:
        same = f"{agreed.unsettled} left to you, all else"
    return escape_control(f"{place}: {same} the same at {at:%H:%M:%S}")


def progress_line(text: str, done: int, total: int, name: str) -> str:
    """Return the line that stands at the bottom of a terminal during long work."""
    last = f", {name}" if name else ""
    return escape_control(f"{text}: {done} of {total}{last}")


def event_json(event: events.Event, at: datetime) -> list[str]:
    """Return an event as lines of JSON, one for each action, conflict or problem in it."""
    time = at.astimezone().isoformat(timespec="seconds")
    return [
        one_line({"version": _VERSION, "event": name, "time": time, **values})
        for name, values in _parts(event)
    ]


def _parts(event: events.Event) -> list[tuple[str, dict[str, Any]]]:
    match event:
        case events.Done(report):
            return [("action", action) for action in as_data(report)["actions"]]
        case events.Attention(report):
            data = as_data(report)
            return [
                *(("conflict", conflict) for conflict in data["conflicts"]),
                *(("problem", problem) for problem in data["problems"]),
                *(("note", {"message": note}) for note in data.get("notes", ())),
            ]
        case events.Refused(_refusals, report):
            return [("refused", refusal) for refusal in as_data(report)["refusals"]]
        case events.Agreed(pages, changed, unsettled):
            return [("in-sync", {"pages": pages})] if changed and not unsettled else []
    return [_single(event)]


def _single(event: events.Event) -> tuple[str, dict[str, Any]]:
    match event:
        case events.Started(wiki, folder):
            return "started", {"wiki": wiki, "folder": folder}
        case events.Kept(in_folder, on_wiki):
            return "not-deleted", {"folder": in_folder, "wiki": on_wiki}
        case events.Waits(reason, detail):
            return "waiting", {"reason": reason, "detail": detail}
        case events.Away(error, seconds):
            words = str(error_message(error))
            return "away", {"message": words, "retry_seconds": round(seconds, 1)}
        case events.Back():
            return "back", {}
    return "stopped", {}
