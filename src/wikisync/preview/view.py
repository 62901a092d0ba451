"""Render the HTML page that shows a page of the folder, and the list of all pages as JSON."""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wikisync import __version__
from wikisync.errors import BadPage, FolderError
from wikisync.preview.base import differs
from wikisync.preview.content import Comparison, ContentRenderer, advice
from wikisync.preview.library import content_type_of
from wikisync.preview.links import page_url
from wikisync.preview.problems import header_problem, name_problem, page_problem
from wikisync.rendering import page_style
from wikisync.rendering.page_html import Rendered, render_source
from wikisync.report.html.page import harmless

if TYPE_CHECKING:
    from wikisync.preview.base import Version
    from wikisync.preview.content import Against
    from wikisync.preview.library import Entry, Library, Snapshot
    from wikisync.preview.wiki import WikiAnswer

NOTES: Final = {
    "asciidoc": "AsciiDoc is shown as its source; the wiki renders it.",
    "cut": "Only the first million characters of the source are shown.",
    "diagram": "PlantUML and Kroki diagrams are shown as their source; the wiki has another server"
    " draw them.",
    "frame": "An embedded frame is left out. The wiki leaves it out too, unless it allows frames.",
    "long": "This page is too long to render here, and is shown as its source; the wiki may refuse"
    " it.",
    "math": "Math is shown as its TeX source; the wiki typesets it.",
    "mermaid": "Mermaid diagrams are shown as their source; the wiki draws them.",
    "outside-image": "Images of other sites are not loaded here; the wiki shows them.",
    "script": "Scripts within the page are left out. The wiki leaves them out too.",
    "slow": "This page takes too long to render here, and is shown as its source.",
    "svg": "SVG within the page is left out; the wiki shows it.",
}
"""What is said of each difference from the wiki."""

RIGHT_TO_LEFT: Final = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
"""Languages whose pages the wiki shows from right to left."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of the preview: its HTML, its policy, and whether the file was there."""

    html: str
    policy: str
    found: bool = True


def page_view(
    library: Library,
    file: str,
    base: str,
    *,
    against: Against = "",
    answer: WikiAnswer | None = None,
    host: str = "",
) -> Shown:
    """Return the HTML page for a page's file. ``base`` is the path at which it is served.

    ``against``: what it is compared with; ``answer`` is the wiki's. ``host`` is the wiki that may
    be asked, "" for none.
    """
    snapshot = library.snapshot
    entry = snapshot.entries.get(file)
    if entry is None:
        return _missing(file, base, snapshot)
    problem, page, rendered = "", None, Rendered("")
    synced: Version | None = None
    comparison = Comparison(answer=answer)
    try:
        document = library.read(file)
        page = document.page
        synced = library.synced(entry.key)
        problem = page_problem(document, synced, long_texts=library.long_texts)
        renderer = ContentRenderer(library, entry, base)
        other = _other_version(against, synced, answer)
        if answer is not None or other is not None:
            comparison = replace(comparison, against=against)
        if other is not None:
            rendered, comparison = renderer.compare(page, other, comparison)
        else:
            kind = content_type_of(file, page.editor)
            rendered = renderer.render(document.file_content, kind, in_file=True)
        if answer is not None and answer.version is not None:
            comparison = replace(comparison, advice=advice(page, synced, answer.version))
    except BadPage as error:
        problem = header_problem(error)
        with suppress(FolderError):
            rendered = render_source(library.text(file))
    except FolderError as error:
        problem = f"The file cannot be read: {error.reason}."
    misnamed = name_problem(entry, snapshot)
    return _page(
        base,
        snapshot,
        file=file,
        here=page_url(base, file),
        title=(page.title if page else "") or entry.title or entry.key.path,
        address=address_of(entry, snapshot),
        page=page,
        draft=page is not None and page.published is False,
        problem=problem or misnamed,
        content=Markup(rendered.html),  # noqa: S704 (it is sanitized)
        headings=rendered.headings,
        notes=[NOTES[note] for note in sorted(rendered.notes)],
        lang=entry.key.locale,
        rtl=entry.key.locale.partition("-")[0] in RIGHT_TO_LEFT,
        comparison=comparison,
        is_changed=page is not None and synced is not None and differs(synced.page, page),
        is_new=page is not None and synced is None and library.is_synced,
        host=host if page is not None and not misnamed else "",
    )


def _other_version(
    against: Against, synced: Version | None, answer: WikiAnswer | None
) -> Version | None:
    """Return what a page is to be compared with; None if there is nothing."""
    if against == "sync":
        return synced
    return answer.version if answer is not None else None


def _missing(file: str, base: str, snapshot: Snapshot) -> Shown:
    """Return what is shown in place of a page that has no file, or of an empty folder."""
    return _page(
        base,
        snapshot,
        found=False,
        file=file,
        title="No such page" if file else "No pages yet",
        address="",
        page=None,
        draft=False,
        problem="",
        content=Markup(""),
        headings=(),
        notes=[],
        lang="",
        rtl=False,
        here="",
        comparison=Comparison(),
        is_changed=False,
        is_new=False,
        host="",
    )


def _page(base: str, snapshot: Snapshot, *, found: bool = True, **values: Any) -> Shown:
    style, script, early = page_css(), _static("preview.js"), _static("theme.js")
    html = (
        _environment()
        .get_template("page.html")
        .render(
            base=base,
            found=found,
            version=snapshot.version,
            style=style,
            script=script,
            early=early,
            program=__version__,
            **values,
        )
    )
    return Shown(html, _policy(), found)


@lru_cache(maxsize=1)
def page_css() -> Markup:
    """Return the style of the preview and of what it shows."""
    return Markup(_static("preview.css") + Markup(page_style()))  # noqa: S704 (files of the project)


@lru_cache(maxsize=1)
def _policy() -> str:
    scripts = " ".join(_digest(_static(name)) for name in ("theme.js", "preview.js"))
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_digest(page_css())}",
            "style-src-attr 'unsafe-inline'",  # colours and widths that a page sets
            f"script-src {scripts}",
            "img-src 'self' data:",
            "media-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


@lru_cache(maxsize=8)
def _static(name: str) -> Markup:
    text = (files("wikisync.preview") / "static" / name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 (a file of the project)


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("wikisync.preview"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def address_of(entry: Entry, snapshot: Snapshot) -> str:
    """Return the path at which the wiki shows a page."""
    locales = snapshot.places.layout.locales
    named = locales.namespacing or entry.key.locale != locales.default
    return f"/{entry.key.locale}/{entry.key.path}" if named else f"/{entry.key.path}"


def list_json(snapshot: Snapshot) -> str:
    """Return the list of pages: for each its file, address, title, and whether it is a draft."""
    rows = [
        [entry.file, address_of(entry, snapshot)[1:], entry.title, int(entry.draft)]
        for entry in snapshot.entries.values()
    ]
    return json.dumps(
        {"version": snapshot.version, "pages": rows}, ensure_ascii=False, separators=(",", ":")
    )


def front_page(snapshot: Snapshot) -> str:
    """Return the file of the page that is shown first; "" if there is none."""
    default = snapshot.places.layout.locales.default
    root = snapshot.places.layout.root
    ranked = sorted(
        snapshot.entries.values(),
        key=lambda entry: (
            entry.key.path not in {"home", root, f"{root}/home"},
            entry.key.locale != default,
            entry.key.path.count("/"),
            entry.file,
        ),
    )
    return ranked[0].file if ranked else ""
