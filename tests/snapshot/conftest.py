from __future__ import annotations

from support.fixtures import no_waiting, rig

__all__ = ["no_waiting", "rig"]
