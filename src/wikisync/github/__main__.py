"""``python -m wikisync.github run`` and ``… propose``: what the Action and the workflow call."""

from __future__ import annotations

import os
import sys

_USAGE = "usage: python -m wikisync.github run|propose"


def main(arguments: list[str]) -> int:
    """Run one of the two; the exit code."""
    match arguments:
        case ["run"]:
            from wikisync.github.action import run

            return run(os.environ)
        case ["propose"]:
            from wikisync.github.propose import propose

            return propose(os.environ)
    print(_USAGE, file=sys.stderr)  # noqa: T201  (nobody else is there to say it)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
