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
from wikisync.sandbox import administration, page_extras, queries, rendering
from wikisync.sandbox.auth import administrator
from wikisync.sandbox.page_extras import find_by_path

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
body { margin: 0; font: 16px/1.6 system-ui, sans-serif; color: #222; background: #fff; }
body > header { padding: .8rem 1.5rem; background: #1976d2; }
body > header a { color: #fff; text-decoration: none; font-weight: 600; }
.columns { display: flex; flex-wrap: wrap; }
nav { flex: 0 0 15rem; padding: 1rem 1.5rem; background: #f5f7fa; font-size: .9rem; }
nav ul { list-style: none; margin: 0 0 1rem; padding: 0; } nav li { margin: .2rem 0; }
nav b, .path { color: #667; font-size: .85rem; }
main { flex: 1 1 20rem; min-width: 0; max-width: 48rem; padding: 1rem 2rem 4rem; }
h1 { line-height: 1.2; margin-bottom: .2rem; } .description { color: #556; margin-top: 0; }
.tag, .draft { display: inline-block; border-radius: 1rem; padding: 0 .7rem; font-size: .8rem; }
.tag { background: #e3f2fd; margin-right: .4rem; } .draft { background: #ffe0b2; }
"""
PAGE: Final = """<!DOCTYPE html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{style}</style></head>
<body><header><a href="/">Sandbox wiki</a></header>
<div class="columns"><nav aria-label="Pages">{list}</nav><main>{main}</main></div></body>
</html>
"""


def respond(store: Store, address: str) -> Response:
    """Return the page at an address; at the root ``home``, or a welcome without that page."""
    locale, path = _key(store, address)
    page = find_by_path(store, locale, path)
    if page is not None:
        return _html(store, 200, page["title"], _article(store, page), locale)
    if path == "home":
        text = "<h1>An empty start</h1><p>This wiki has no page <code>home</code> yet.</p>"
        return _html(store, 200, "Sandbox wiki", text, locale)
    text = f"<h1>No such page</h1><p>There is no page at <code>{escape(address)}</code>.</p>"
    return _html(store, 404, "No such page", text, locale)


def _key(store: Store, address: str) -> tuple[str, str]:
    """Return the locale and path of an address."""
    first, _, rest = address.strip("/").partition("/")
    if first in administration.locale_codes(store):
        return first, rest or "home"
    return administration.locale_config(store)["locale"], address.strip("/") or "home"


def _html(store: Store, status: int, title: str, main: str, language: str) -> Response:
    body = PAGE.format(
        language=escape(language),
        title=escape(title),
        style=STYLE + page_style(),
        list=_list(store),
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
        f'<p class="description">{escape(page["description"])}</p><div>{tags}</div>'
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


def _list(store: Store) -> str:
    default = administration.locale_config(store)["locale"]
    found: dict[str, list[str]] = {}
    for page in queries.list_pages(store, administrator(store), {"orderBy": "PATH"}):
        prefix = "" if page["locale"] == default else f"/{page['locale']}"
        href = escape(f"{prefix}/{quote(page['path'])}")
        draft = "" if page["isPublished"] else ' <span class="draft">unpublished</span>'
        link = f'<li><a href="{href}">{escape(page["title"] or page["path"])}</a>{draft}</li>'
        found.setdefault(page["locale"], []).append(link)
    return "".join(
        f"<b>{escape(locale)}</b><ul>{''.join(links)}</ul>" for locale, links in found.items()
    )
