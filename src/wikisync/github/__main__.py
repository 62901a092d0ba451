"""Run the Action (``run``) or open its pull request (``propose``), as workflows on GitHub do."""

from __future__ import annotations

import os
import sys

from wikisync.github.job_output import guard_log
from wikisync.report.json_output import INTERRUPTED

_USAGE = "usage: python -m wikisync.github run|propose"


def main(arguments: list[str]) -> int:
    """Run a subcommand and return its exit code."""
    guard_log(os.environ)
    try:
        return _run(arguments)
    except KeyboardInterrupt:  # how GitHub ends a job that is cancelled
        print("Stopped. The next run checks what was being written.", file=sys.stderr)  # noqa: T201
        return INTERRUPTED


def _run(arguments: list[str]) -> int:
    match arguments:
        case ["run"]:
            from wikisync.github.action import run_action

            return run_action(os.environ)
        case ["propose"]:
            from wikisync.github.pull_request import propose_pull_request

            return propose_pull_request(os.environ)
    print(_USAGE, file=sys.stderr)  # noqa: T201  (the log of the job)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
