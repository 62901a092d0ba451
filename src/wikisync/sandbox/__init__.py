"""A wiki that speaks Wiki.js 2.5's API over real HTTP: for tests, demos and trying things.

It is as awkward as the real one: it behaves as the recorded conversations with a Wiki.js show,
refusals that wrote and answers that lie included. It listens on loopback only, renders for
browsers, and does what a test orders to go wrong (``faults``). It is no wiki to keep pages in.
"""

from __future__ import annotations

from wikisync.errors import ExtraMissing

try:
    from wikisync.sandbox.faults import (
        Drop,
        Fault,
        Faults,
        Hook,
        Html,
        Late,
        LoseTags,
        Redirect,
        Refuse,
        Status,
        TreeRace,
        Truncated,
        WriteThenFail,
    )
    from wikisync.sandbox.sandbox import Sandbox, serve
    from wikisync.sandbox.validation import ApiError
except ModuleNotFoundError as error:
    raise ExtraMissing("sandbox", error.name or "") from error

__all__ = [
    "ApiError",
    "Drop",
    "Fault",
    "Faults",
    "Hook",
    "Html",
    "Late",
    "LoseTags",
    "Redirect",
    "Refuse",
    "Sandbox",
    "Status",
    "TreeRace",
    "Truncated",
    "WriteThenFail",
    "serve",
]
