"""Fixtures that several folders of tests import in their ``conftest.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stamina

from support.apply_run import SyncSetup, sync_setup
from support.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wikisync.sandbox import Sandbox


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retry as often as the program does, without its pauses."""
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the settings of a proxy and of certificates from the environment."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def workspace(tmp_path: Path, sandbox: Sandbox) -> Workspace:
    """A project folder with an empty folder of pages, and an empty wiki (en, fr)."""
    root = tmp_path / "project"
    root.mkdir()
    return Workspace(root, sandbox)


@pytest.fixture
def setup(sandbox: Sandbox, tmp_path: Path) -> Iterator[SyncSetup]:
    """An empty folder, an empty wiki and a state."""
    with sync_setup(sandbox, tmp_path) as found:
        yield found
