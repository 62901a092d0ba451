from __future__ import annotations

from support.fixtures import no_waiting, rig, ws

__all__ = ["no_waiting", "rig", "ws"]
