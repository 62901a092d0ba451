"""How long the everyday commands take, as ratios to the requests that no tool can do without.

Run it by hand: ``.venv/bin/python tests/bench/run.py`` (``--help`` says more). The manual's page
*Speed* explains the table.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from bench.works import main as measure

    measure()


if __name__ == "__main__":
    main()
