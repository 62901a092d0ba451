from __future__ import annotations

from support.fixtures import ws

__all__ = ["ws"]
