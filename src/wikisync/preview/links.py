"""Decide what the links and images of a page lead to, and at which address the preview shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from wikisync.rendering.page_html import Address

if TYPE_CHECKING:
    from wikisync.page.link_targets import Referrer
    from wikisync.page.places import Leads
    from wikisync.preview.library import Snapshot

_OPENED: Final = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Resolves the links of one page. ``base`` is the path at which the preview is served."""

    snapshot: Snapshot
    page: Referrer
    base: str

    def link(self, target: str) -> Address:
        """Return where a link leads, as it will on the wiki."""
        leads = self.snapshot.places.leads_to(_spelt(target), "link", self.page)
        if leads.wiki.kind == "elsewhere":
            return _elsewhere(target)
        fragment = f"#{quote(leads.wiki.fragment)}" if leads.wiki.fragment else ""
        if leads.wiki_file in self.snapshot.entries:
            return Address(page_url(self.base, leads.wiki_file) + fragment, "page")
        if leads.wiki_file in self.snapshot.assets:
            return Address(file_url(self.base, leads.wiki_file, self.snapshot), "file")
        return _without_file(leads)

    def image(self, target: str) -> Address:
        """Return where an image is loaded from; nothing is loaded from another site."""
        leads = self.snapshot.places.leads_to(_spelt(target), "image", self.page)
        if leads.wiki.kind == "elsewhere":
            return Address(None, "elsewhere", "An image of another site is not loaded here.")
        if leads.wiki_file in self.snapshot.assets:
            return Address(file_url(self.base, leads.wiki_file, self.snapshot), "file")
        return _without_file(leads)


def _elsewhere(target: str) -> Address:
    """Return the address of what is no page or file of the wiki."""
    opened = f"https:{target}" if target.startswith("//") else target
    if _OPENED.match(opened):
        return Address(opened, "elsewhere", target)
    return Address(None, "unknown", "This leads to no page of the wiki.")


def _without_file(leads: Leads) -> Address:
    """Return the address of what has no file in the folder."""
    where = str(leads.wiki.key.path if leads.wiki.key else leads.wiki.path)
    if leads.on_wiki == "yes":
        return Address(None, "unknown", f"/{where} is on the wiki, and not in the folder.")
    if leads.on_wiki == "unknown":
        return Address(None, "unknown", f"/{where} is outside this folder.")
    if leads.wiki.key is None:
        return Address(None, "dead", f"There is no file /{where}.")
    below = " (a relative link without an ending leads below its page)" if leads.wiki.below else ""
    return Address(None, "dead", f"There is no page /{where}{below}.")


def page_url(base: str, file: str) -> str:
    """Return the address at which the preview shows a page's file."""
    return f"{base}page/{quote(file)}"


def file_url(base: str, file: str, snapshot: Snapshot) -> str:
    """Return the address of another file; another one each time that the file changed."""
    return f"{base}file/{quote(file)}?v={snapshot.assets[file][1]:x}"


def _spelt(target: str) -> str:
    """Return an address as it would be written in a page, where entities are read."""
    return target.replace("&", "&amp;")
