"""Show pages to browsers, rendered, without anything that could run.

Pages look as in ``wikisync preview``. Their own styles and scripts are left out, and the content
security policy forbids scripts, and images from other servers, which would reveal readers.
Addresses are as in Wiki.js: ``/guide/a`` in the default locale, ``/fr/guide/a`` in another.
Unpublished pages are shown and marked.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.responses import HTMLResponse

from wikisync.rendering import page_style
from wikisync.rendering.page_html import Address, render_page
from wikisync.sandbox import administration, page_extras, rendering
from wikisync.sandbox.page_extras import find_by_path
from wikisync.sandbox.page_tree import page_tree

if TYPE_CHECKING:
    from starlette.responses import Response

    from wikisync.sandbox.store import Row, Store

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
_ELSEWHERE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/\\\\]{2}")
STYLE: Final = """
:root {
  color-scheme: light dark;
  --page: light-dark(#fff, #12171d); --side: light-dark(#f5f7fa, #171d25);
  --text: light-dark(#222, #dfe5ec); --dim: light-dark(#5a6472, #9dabba);
  --edge: light-dark(#dde3ea, #2c3641); --link: light-dark(#1565c0, #8ab8ff);
  --here: light-dark(#e3effc, #1d3048); --tag: light-dark(#e3f2fd, #1d3048);
  --draft: light-dark(#ffe0b2, #4a3514); scroll-padding-top: 1rem;
}
body {
  margin: 0; font: 16px/1.6 system-ui, sans-serif; color: var(--text); background: var(--page);
}
a { color: var(--link); }
body > header {
  display: flex; justify-content: space-between; padding: .8rem 1.5rem; background: #1769bb;
}
body > header a { color: #fff; text-decoration: none; font-weight: 600; }
.columns {
  display: grid; grid-template-columns: 18rem minmax(0, 52rem); min-height: calc(100vh - 3.2rem);
  background: linear-gradient(90deg, var(--side) 18rem, var(--edge) 0 18.06rem, transparent 0);
}
nav {
  grid-area: 1 / 1; align-self: start; position: sticky; top: 0; box-sizing: border-box;
  max-height: 100vh; overflow: auto; padding: 1rem; font-size: .9rem;
}
nav h2 { margin: .5rem 0 .3rem; font-size: .85rem; color: var(--dim); }
nav ul { list-style: none; margin: 0; padding: 0; } nav ul ul { padding-left: .9rem; }
nav ul ul ul ul ul ul { padding-left: .3rem; }
nav li { overflow-wrap: anywhere; }
nav a { color: inherit; text-decoration: none; }
nav li > a, nav summary { display: inline-block; padding: .15rem .4rem; border-radius: 5px; }
nav summary { display: list-item; list-style-position: inside; cursor: pointer; }
nav :is(a, summary):hover { background: var(--here); }
nav a[aria-current] { background: var(--here); color: var(--link); font-weight: 650; }
nav small, .path, .description { color: var(--dim); } .path { font-size: .85rem; }
main { grid-area: 1 / 2; min-width: 0; padding: 1rem 2rem 4rem; overflow-wrap: anywhere; }
h1 { line-height: 1.2; margin: .4rem 0 .2rem; } .description { margin: 0; }
.tags { margin: .5rem 0 1.5rem; } .tags:empty { margin: .8rem 0; }
.tag, .draft { display: inline-block; border-radius: 1rem; padding: 0 .7rem; font-size: .8rem; }
.tag { background: var(--tag); margin-right: .4rem; } .draft { background: var(--draft); }
h1 .draft { font-weight: 400; vertical-align: middle; }
body > header .narrow { display: none; }
@media (max-width: 52rem) {
  body > header { padding-inline: 1rem; } body > header .narrow { display: inline-flex; }
  .columns { display: block; background: none; } main { padding: 1rem 1rem 2rem; }
  nav { position: static; max-height: none; background: var(--side); }
}
@media (max-width: 52rem), (pointer: coarse) {
  body > header { padding-block: .3rem; }
  body > header a { display: inline-flex; align-items: center; min-height: 2.5rem; }
  nav li > a, nav summary { padding-block: .55rem; }
}
"""
PAGE: Final = """<!DOCTYPE html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{style}</style></head>
<body><header><a href="/">Sandbox wiki</a><a class="narrow" href="#pages">Pages</a></header>
<div class="columns"><main dir="{direction}">{main}</main>
<nav id="pages" aria-label="Pages">{list}</nav></div></body>
</html>
"""


def respond(store: Store, address: str) -> Response:
    """Return the page at an address; at the root ``home``, or a welcome without that page."""
    locale, path = _key(store, address)
    page = find_by_path(store, locale, path)
    if page is not None:
        return _html(store, 200, page["title"], _article(store, page), (locale, path))
    if path == "home":
        text = "<h1>No start page yet</h1><p>This wiki has no page <code>home</code>.</p>"
        return _html(store, 200, "Sandbox wiki", text, (locale, path))
    text = f"<h1>No such page</h1><p>There is no page at <code>{escape(address)}</code>.</p>"
    return _html(store, 404, "No such page", text, (locale, path))


def _key(store: Store, address: str) -> tuple[str, str]:
    """Return the locale and path of an address."""
    first, _, rest = address.strip("/").partition("/")
    if first in administration.locale_codes(store):
        return first, rest or "home"
    return administration.locale_config(store)["locale"], address.strip("/") or "home"


def _html(store: Store, status: int, title: str, main: str, key: tuple[str, str]) -> Response:
    body = PAGE.format(
        language=escape(key[0]),
        direction="rtl" if key[0] in administration.RIGHT_TO_LEFT else "ltr",
        title=escape(title),
        style=STYLE + page_style(),
        list=page_tree(store, key),
        main=main,
    )
    return HTMLResponse(body, status, HEADERS)


def _article(store: Store, page: Row) -> str:
    held = page_extras.tags_of(store, page["id"])
    tags = "".join(f'<span class="tag">{escape(tag["tag"])}</span>' for tag in held)
    draft = "" if page["isPublished"] else ' <span class="draft">unpublished</span>'
    shown = render_page(page["content"], page["contentType"], _Links(store, page))
    return (
        f'<div class="path">{escape(page["locale"])}/{escape(page["path"])}</div>'
        f"<h1>{escape(page['title'])}{draft}</h1>"
        f'<p class="description">{escape(page["description"])}</p><div class="tags">{tags}</div>'
        f'<article class="rendered">{shown.html}</article>'
    )


class _Links:
    """Resolves the links of one page as Wiki.js does."""

    def __init__(self, store: Store, page: Row) -> None:
        self._store, self._page = store, page

    def link(self, target: str) -> Address:
        """Return where a link leads; one that names no page is left to the browser."""
        if rendering.NO_PAGE.match(target):
            return Address(target, "elsewhere" if _ELSEWHERE.match(target) else "unknown")
        language = self._store.setting("lang")
        locale, path = rendering.link_target(
            target, self._page, language["code"], namespacing=language["namespacing"]
        )
        prefix = "" if locale == language["code"] else f"/{locale}"
        found = find_by_path(self._store, locale, path) is not None
        return Address(
            f"{prefix}/{quote(path)}{''.join(target.partition('#')[1:])}",
            "page" if found else "dead",
            "" if found else f"There is no page {locale}/{path}.",
        )

    def image(self, target: str) -> Address:
        """Return the address of an image of this wiki; none of another server's."""
        if _ELSEWHERE.match(target):
            return Address(None, "elsewhere", "Images of other sites are not loaded here.")
        return Address(target, "file")
