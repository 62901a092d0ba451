"""Run the command line; entry point of ``wikisync`` and ``python -m wikisync``."""

from __future__ import annotations

import gc
import sys

from wikisync import __version__

_SERVES = frozenset({"preview", "review", "sandbox", "watch"})
"""The commands that run until they are stopped."""


def main() -> None:
    """Run the command line; ``--version`` is answered without loading it."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"wikisync {__version__}\n")
        return
    # A run keeps its pages to its end. A search for reference cycles every 700 objects, the
    # default, would take a tenth of its time and find none.
    gc.set_threshold(100_000 if _SERVES.intersection(sys.argv[1:2]) else 1_000_000)
    try:
        from wikisync.cli import commands

        commands.main()
    except KeyboardInterrupt:  # while the modules load: the commands answer one themselves
        sys.exit(130)
    finally:
        gc.freeze()  # Python's last searches, at its exit, would go through all pages again


if __name__ == "__main__":
    main()
