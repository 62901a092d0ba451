"""What the tests of every room share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

# The tests see the same on GitHub as at home: what happens there has tests of its own.
for _name in [name for name in os.environ if name.startswith(("GITHUB_", "RUNNER_", "ACTIONS_"))]:
    del os.environ[_name]

settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", settings.get_profile("ci"), derandomize=False, max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A fresh, empty wiki with the languages en and fr, served on loopback."""
    with Sandbox() as sandbox:
        yield sandbox
