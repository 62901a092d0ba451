from __future__ import annotations

from support.fixtures import no_waiting, workspace

__all__ = ["no_waiting", "workspace"]
