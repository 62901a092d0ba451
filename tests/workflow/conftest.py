from __future__ import annotations

from support.fixtures import no_waiting, setup, workspace

__all__ = ["no_waiting", "setup", "workspace"]
