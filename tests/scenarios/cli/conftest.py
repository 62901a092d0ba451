from __future__ import annotations

from support.fixtures import no_waiting, ws

__all__ = ["no_waiting", "ws"]
