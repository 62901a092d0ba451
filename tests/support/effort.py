"""How much the tests try that could try for hours: examples in CI, all there is by hand.

``HYPOTHESIS_PROFILE=long`` asks for all: thousands of examples of each property, and a process
killed at every point of a run instead of at some.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

PROFILE: Final = os.environ.get("HYPOTHESIS_PROFILE", "ci")
LONG: Final = PROFILE == "long"
MANY: Final = 3000
"""Examples of a property, tried by hand."""


def examples(some: int) -> int:
    """Return the number of examples of a property: ``some`` in CI."""
    return MANY if LONG else some


def sample(points: Sequence[str], some: int, *, each_kind: bool = False) -> list[int]:
    """Return the numbers, from 1, of the points to try: in CI ``some``, spread evenly.

    With ``each_kind`` more come in addition, so that each name in ``points`` is tried.
    """
    numbers = range(1, len(points) + 1)
    if LONG:
        return list(numbers)
    count = min(some, len(points))
    chosen = {1 + len(points) * n // count for n in range(count)}
    names = {points[number - 1] for number in chosen}
    for number, name in zip(numbers, points, strict=True):
        if each_kind and name not in names:
            chosen.add(number)
            names.add(name)
    return sorted(chosen)
