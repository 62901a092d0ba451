"""What the random histories share."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import stamina

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def swift(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No waiting between tries, no reading of whom to trust on loopback."""
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_args, **_more: None)
    with stamina.set_testing(True, attempts=3, cap=True):
        yield
