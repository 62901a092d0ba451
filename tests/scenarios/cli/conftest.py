from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stamina

from support.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wikisync.sandbox import Sandbox


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Tries as often as the program does, without its pauses."""
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


@pytest.fixture
def ws(tmp_path: Path, box: Sandbox) -> Workspace:
    """A project folder with an empty folder of pages, and an empty wiki (en, fr)."""
    root = tmp_path / "project"
    root.mkdir()
    return Workspace(root, box)
