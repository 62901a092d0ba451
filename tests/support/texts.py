"""Texts of pages that are long enough to be known by their content alone."""

from __future__ import annotations

from wikisync.planning.rename_detection import STUB


def full_text(text: str) -> str:
    """Return the text, repeated until a renamed page is known by it (``STUB``)."""
    return text * (STUB // len(text.strip()) + 1)


TEXT = full_text("Text.\n")
