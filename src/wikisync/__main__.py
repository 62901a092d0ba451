"""Run the command line; entry point of ``wikisync`` and ``python -m wikisync``."""

from __future__ import annotations

import gc
import sys

from wikisync import __version__

_GC_THRESHOLD = 100_000
"""Allocations before Python collects reference cycles. A run keeps its pages to its end, and a
collection every 700 objects, the default, would take a tenth of its time."""


def main() -> None:
    """Run the command line; ``--version`` is answered without loading it."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"wikisync {__version__}\n")
        return
    gc.set_threshold(_GC_THRESHOLD)
    from wikisync.cli import commands

    commands.main()


if __name__ == "__main__":
    main()
