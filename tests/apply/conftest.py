from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stamina

from support.apply_run import Rig, rigged

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
def rig(box: Sandbox, tmp_path: Path) -> Iterator[Rig]:
    with rigged(box, tmp_path) as found:
        yield found
