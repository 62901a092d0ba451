from __future__ import annotations

from support.fixtures import no_proxy, no_waiting, workspace

__all__ = ["no_proxy", "no_waiting", "workspace"]
