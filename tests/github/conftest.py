from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from github.api import FakeGitHub
from github.scene import Scene, staged
from github.step import Place, placed
from support.fixtures import no_waiting, workspace
from support.git_repository import alone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wikisync.sandbox import Sandbox

__all__ = ["no_waiting", "workspace"]


@pytest.fixture
def scene(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """A project on GitHub with the workflow, three pages, published once."""
    alone(monkeypatch)
    with staged(tmp_path, sandbox, FakeGitHub()) as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, sandbox: Sandbox) -> Iterator[Place]:
    """A project folder with an empty folder of pages, an empty wiki, and a pull request."""
    with FakeGitHub() as api:
        yield placed(tmp_path, sandbox, api)
