"""The demo's commands print as they would at the same terminal."""

from __future__ import annotations

import pytest

from wikisync.cli.demo import _display


def test_at_a_terminal_commands_are_as_wide_as_their_indented_output_may_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    assert _display() == {"FORCE_COLOR": "1", "COLUMNS": "78"}


def test_in_a_pipe_lines_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert "FORCE_COLOR" not in _display()
