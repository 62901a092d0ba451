"""The program ``wikisync``, also as ``python -m wikisync``."""

from __future__ import annotations

import gc
import sys

from wikisync import __version__

_PASS = 100_000
"""New objects before Python looks for dead circles among them. What a run learns of its pages lives
to its end, and looking through all of it every 700 objects would be a tenth of a run's time."""


def main() -> None:
    """Run the command line; what only asks for the version need not load it."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"wikisync {__version__}\n")
        return
    gc.set_threshold(_PASS)
    from wikisync.cli import commands

    commands.main()


if __name__ == "__main__":
    main()
