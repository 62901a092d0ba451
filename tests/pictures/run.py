"""Take README's pictures, with Chromium: ``.venv/bin/python tests/pictures/run.py``."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from pictures.take import take

    take()


if __name__ == "__main__":
    main()
