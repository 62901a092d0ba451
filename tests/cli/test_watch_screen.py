"""The line at the bottom of ``watch`` says how far a long run is, and is quiet otherwise."""

from __future__ import annotations

from io import StringIO

from rich.console import Console
from rich.live import Live

from wikisync.cli.watch_screen import Screen
from wikisync.report.watch_events import Started

PLACE = "pages/ ↔ https://wiki.example.com: comparing…"


class Line(Live):
    """A live line that keeps what it showed."""

    def __init__(self) -> None:
        console = Console(file=StringIO(), force_terminal=True, width=100)
        super().__init__("", console=console, auto_refresh=False, transient=True)
        self.shown: list[str] = []

    def refresh(self) -> None:
        """Keep the line."""
        self.shown.append(str(self.renderable))


def screen_and_line(times: list[float]) -> tuple[Screen, Line]:
    line = Line()
    screen = Screen(line, lambda: times.pop(0) if len(times) > 1 else times[0])
    screen.print(Started("https://wiki.example.com", "pages"))
    line.stop()
    line.shown.clear()
    return screen, line


def test_the_pages_of_a_long_run_are_counted_and_then_the_line_is_as_before() -> None:
    screen, line = screen_and_line([0.0, 5.0])
    with screen.progress("Updating the wiki", 40) as step:
        step(name="guide/a\x1b.md")
    assert line.shown == ["Updating the wiki: 1 of 40, guide/a\\x1b.md", PLACE]


def test_a_quick_look_leaves_the_line_alone() -> None:
    screen, line = screen_and_line([0.0, 0.5])
    with screen.progress("Looking at the folder", 3) as step:
        step(3)
    assert line.shown == []


def test_many_steps_change_the_line_ten_times_a_second_at_most() -> None:
    screen, line = screen_and_line([0.0, 5.0])
    with screen.progress("Reading", 1000) as step:
        for _ in range(1000):
            step()
    assert line.shown == ["Reading: 1 of 1000", PLACE]


def test_without_a_terminal_nothing_is_shown() -> None:
    with Screen(None).progress("Reading", 3) as step:
        step()
