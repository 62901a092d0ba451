from __future__ import annotations

from support.fixtures import no_waiting, setup

__all__ = ["no_waiting", "setup"]
