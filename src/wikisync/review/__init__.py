"""``wikisync review``: tick pages in a browser, see what changes in each, and publish them.

Needs the extra ``report``. ``gate`` says who may come in, ``session`` what is going on, ``site``
answers requests, ``serving`` listens on loopback, and ``run`` is the whole as a list of steps.
"""

from __future__ import annotations

from wikisync.errors import ExtraMissing

try:
    from wikisync.review.command import review
except ModuleNotFoundError as error:
    raise ExtraMissing("report", error.name or "") from error

__all__ = ["review"]
