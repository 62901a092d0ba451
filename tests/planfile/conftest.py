from __future__ import annotations

from support.fixtures import workspace

__all__ = ["workspace"]
