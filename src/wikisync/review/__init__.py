"""Serve ``wikisync review``: a page in a browser to see changes, tick pages and publish them.

Needs the extra ``report``. ``session`` has the state, ``server`` answers requests, and ``command``
runs a review; ``loopback`` lets one browser in.
"""

from __future__ import annotations

from wikisync.errors import ExtraMissing

try:
    from wikisync.review.command import READ_SECONDS, review
except ModuleNotFoundError as error:
    raise ExtraMissing("report", error.name or "") from error

__all__ = ["READ_SECONDS", "review"]
