"""What the tests of every room share."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings

from support import effort
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

# The tests see the same on GitHub as at home: what happens there has tests of its own.
for _name in [name for name in os.environ if name.startswith(("GITHUB_", "RUNNER_", "ACTIONS_"))]:
    del os.environ[_name]

# A shell ignores Ctrl-C for what it runs in the background, and programs inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "long", settings.get_profile("ci"), derandomize=False, max_examples=effort.MANY
)
settings.load_profile(effort.PROFILE)


HERE: Final = Path(__file__).parent
FOLDERS: Final = {"crash", "browser"}
"""Folders whose tests all have the mark of their name, and are slow."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for folder in FOLDERS & set(item.path.relative_to(HERE).parts):
            item.add_marker(folder)
            item.add_marker("slow")


@pytest.fixture(autouse=True, scope="session")
def no_power_cut() -> Iterator[None]:
    """Spare the waiting for the disk: what it is for cannot be seen by a test."""
    real = sqlite3.connect

    class Hasty(sqlite3.Connection):
        def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
            return super().execute(sql.replace("synchronous = FULL", "synchronous = OFF"), *args)

    def connect(*args: Any, **more: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(*args, **{"factory": Hasty, **more})
        return connection

    with patch.object(os, "fsync", lambda _: None), patch.object(sqlite3, "connect", connect):
        yield


@pytest.fixture(autouse=True, scope="session")
def no_second_to_wait() -> Iterator[None]:
    """The two looks at a missing file need not be a second apart; tests of that have a clock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wikisync.apply.second_look.wait", lambda _seconds: None)
        yield


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A fresh, empty wiki with the languages en and fr, served on loopback."""
    with Sandbox() as sandbox:
        yield sandbox
