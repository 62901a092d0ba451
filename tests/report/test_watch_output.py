"""What ``watch`` prints for each event."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from wikisync.errors import Unreachable
from wikisync.report import watch_events as events
from wikisync.report.watch_output import event_json, print_event, status_line

AT = datetime(2026, 1, 2, 14, 2, 7, tzinfo=UTC)
WIKI = "https://wiki.example.com"


def printed(event: events.Event, *, terminal: bool = False, width: int = 80) -> str:
    file = StringIO()
    console = Console(file=file, width=width, force_terminal=terminal, color_system=None)
    print_event(event, AT, console)
    return file.getvalue()


def test_an_event_is_a_line_with_its_time() -> None:
    assert printed(events.Started(WIKI, "pages")) == (
        f"14:02:07  Watching pages/ and {WIKI}. Ctrl-C ends.\n"
    )


@pytest.mark.parametrize("width", [80, 100])
def test_at_a_terminal_a_long_line_goes_on_below_its_text(width: int) -> None:
    shown = printed(events.Kept(0, 3), terminal=True, width=width).splitlines()
    assert shown[0].startswith("14:02:07  3 deletions")
    assert all(line.startswith(" " * 10) for line in shown[1:])
    assert max(map(len, shown)) <= width


@pytest.mark.parametrize(
    "event",
    [
        events.Started(f"{WIKI}\x1b[31m", "pa\x1bges"),
        events.Waits("folder", "pa\nges\x07"),
        events.Waits("locked", "process 1\x1b]0;title\x07"),
        events.Away(Unreachable(WIKI, "odd\x1b[2J\r"), 5.0),
    ],
)
def test_control_characters_reach_neither_a_line_nor_json(event: events.Event) -> None:
    for terminal in (False, True):
        text = printed(event, terminal=terminal)
        assert text.endswith("\n")
        assert all(c.isprintable() for c in text.replace("\n", ""))
    (line,) = event_json(event, AT)
    assert line.isprintable()


def test_the_status_line_counts_what_is_left_to_the_user() -> None:
    place = f"pages/ ↔ {WIKI}"
    assert status_line(None, None, "pages", WIKI) == f"{place}: comparing…"
    agreed = events.Agreed(7, changed=True)
    assert status_line(agreed, AT, "pages", WIKI) == f"{place}: 7 pages the same at 14:02:07"
    agreed = events.Agreed(7, changed=True, unsettled=2)
    shown = status_line(agreed, AT, "pages", WIKI)
    assert shown == f"{place}: 2 left to you, all else the same at 14:02:07"


def test_json_says_in_sync_only_where_nothing_is_left() -> None:
    (line,) = event_json(events.Agreed(7, changed=True), AT)
    assert json.loads(line)["event"] == "in-sync"
    assert event_json(events.Agreed(7, changed=True, unsettled=1), AT) == []
    assert event_json(events.Agreed(7, changed=False), AT) == []
