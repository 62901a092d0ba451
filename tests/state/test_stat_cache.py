"""The state remembers which files need not be read again."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from wikisync.state import State

if TYPE_CHECKING:
    from pathlib import Path

ONE = ((12, 1_700_000_000_123_456_789, 1_700_000_000_123_456_790, 2**40), b"digest")


def test_what_was_read_is_remembered_and_what_is_gone_forgotten(tmp_path: Path) -> None:
    with closing(State.open(tmp_path)) as state:
        state.files.update({"a.md": ONE, "b.md": ONE})
        state.files.update({"c.md": ONE}, ("a.md",))
    with closing(State.open(tmp_path)) as state:
        assert state.files.load() == {"b.md": ONE, "c.md": ONE}
