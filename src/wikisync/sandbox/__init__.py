"""Serve a wiki with the API of Wiki.js 2.5 over HTTP: for tests, demos and trying out.

It behaves as recorded conversations with a Wiki.js show, also where that one writes a page and
reports a failure, or reports a success and writes nothing. It listens on loopback only, shows pages
to browsers, and injects the faults that a test orders (``faults``). It is not meant to keep pages
in.
"""

from __future__ import annotations

from wikisync.sandbox.faults import (
    Drop,
    Duplicate,
    Fault,
    Faults,
    Hook,
    Html,
    Late,
    LoseTags,
    LoseUpload,
    Redirect,
    Refuse,
    Status,
    TreeRace,
    Truncated,
    WriteThenFail,
)
from wikisync.sandbox.sandbox import Sandbox, serve
from wikisync.sandbox.validation import ApiError

__all__ = [
    "ApiError",
    "Drop",
    "Duplicate",
    "Fault",
    "Faults",
    "Hook",
    "Html",
    "Late",
    "LoseTags",
    "LoseUpload",
    "Redirect",
    "Refuse",
    "Sandbox",
    "Status",
    "TreeRace",
    "Truncated",
    "WriteThenFail",
    "serve",
]
