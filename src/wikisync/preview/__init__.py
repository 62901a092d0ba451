"""Serve ``wikisync preview``: the folder in a browser, as the readers of the wiki would see it.

Needs the extra ``report``. ``library`` knows the folder's pages, ``memory`` what the state knows of
the wiki, ``links`` decides what links lead to, ``content`` renders and compares a page,
``problems`` says why a push leaves it out, ``view`` puts it into a web page, ``files`` says how
other files are sent, ``server`` answers requests, ``watch`` waits for saves, ``events`` sends them
to the browsers, and ``command`` runs it all. Nothing is written. ``wiki`` asks the wiki for one
page, when a reader wants that.
"""

from __future__ import annotations

from wikisync.errors import ExtraMissing

try:
    from wikisync.preview.command import preview
except ModuleNotFoundError as error:
    raise ExtraMissing("report", error.name or "") from error

__all__ = ["preview"]
