"""A Chromium without a window, one for all tests; where none is installed, they are skipped.

``WIKISYNC_NEEDS_BROWSER`` makes a failure of that: where all tests must run, none may be left out.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from support.chromium import Browser, started

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = "Chromium is not installed (Debian: chromium and chromium-driver)"


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        if os.environ.get("WIKISYNC_NEEDS_BROWSER"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with started(program, driver, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    """The browser on a wide screen, with an empty page and nothing remembered."""
    chromium.fresh()
    return chromium
