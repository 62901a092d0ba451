"""The program ``wikisync``, also as ``python -m wikisync``."""

from __future__ import annotations

import sys

from wikisync import __version__


def main() -> None:
    """Run the command line; what only asks for the version need not load it."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"wikisync {__version__}\n")
        return
    from wikisync import cli

    cli.main()


if __name__ == "__main__":
    main()
