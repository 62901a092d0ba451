"""Render a page's content as readers of Wiki.js see it, as HTML that is safe to show.

``Links`` returns what each link and image leads to. Headings get their anchors, ``{.tabset}``
becomes tabs. What a browser could draw only with scripts or from another site is shown as its
source, and named in ``notes``.
"""

from __future__ import annotations

import re
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

from wikisync.rendering.deadline import TooSlow
from wikisync.rendering.emoji import CLASS as EMOJI
from wikisync.rendering.markdown import markdown_to_html
from wikisync.rendering.nesting import nests_too_deep
from wikisync.rendering.sanitize import sanitize
from wikisync.rendering.slugs import Anchors, slug
from wikisync.rendering.tabsets import make_tabsets
from wikisync.rendering.tree import Element, parse_html, write_html

if TYPE_CHECKING:
    from collections.abc import Callable

Note = Literal[
    "asciidoc",
    "cut",
    "diagram",
    "frame",
    "long",
    "math",
    "mermaid",
    "outside-image",
    "script",
    "slow",
    "svg",
]
"""Why a page is not shown as the wiki shows it."""

Leading = Literal["page", "file", "elsewhere", "dead", "unknown"]
"""What a link or image leads to; ``dead``: to nothing, ``unknown``: it was not looked at."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a link or image leads. ``url`` is None if there is nothing to open or to load.

    ``title`` is shown when the pointer rests on it.
    """

    url: str | None
    leading: Leading
    title: str = ""


class Links(Protocol):
    """Resolves the addresses in one page."""

    def link(self, target: str) -> Address:
        """Return where a link leads; ``target`` has more than a fragment."""

    def image(self, target: str) -> Address:
        """Return where an image, a video or an audio file is loaded from."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a page, for its table of contents."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as HTML, its headings, and what is shown otherwise than on the wiki."""

    html: str
    headings: tuple[Heading, ...] = ()
    notes: frozenset[Note] = frozenset()


_CLASSES: Final = re.compile(
    r"is-(?:info|success|warning|danger)|links-list|grid-list|task-list-item(?:-checkbox)?"
    r"|contains-task-list|footnote[\w-]*|math|mermaid|language-[\w+#-]{1,40}|tabset"
    r"|align-(?:left|right|center|abstopright)|decor-(?:shadow|outline)|image(?:[-_][\w-]+)?|table"
    r"|text-(?:tiny|small|big|huge)|todo-list(?:__[\w-]+)?|elevation-\d{1,2}|radius-\d{1,2}|dense"
    r"|emoji|(?:text-)?caption|body-[12]|(?:red|green|orange|blue|grey)--text|m[trblxy]-\d"
)
"""The classes that have a look in Wiki.js."""

RESERVED_IDS: Final = "ws-"
"""How the ids and classes of the page around a rendered one begin; a page's own may not."""

LONGEST: Final = 4_000_000
"""Characters of a page that is rendered: memory and time grow with them. Wiki.js accepts five
million bytes by default."""

LONGEST_SOURCE: Final = 1_000_000
"""Characters that are shown of a page's source."""

_HEADING: Final = re.compile(r"h[1-6]")
_REMOVED: Final[dict[str, Note]] = {"iframe": "frame", "script": "script", "svg": "svg"}
_REMOVED_TAG: Final = re.compile(rf"<({'|'.join(_REMOVED)})[\s/>]", re.IGNORECASE)
_DRAWN: Final[dict[str, Note]] = {
    "language-mermaid": "mermaid",
    "language-plantuml": "diagram",
    "language-kroki": "diagram",
}
_IN_PAGE: Final = re.compile(r"data:image/(?:png|gif|jpeg|webp|svg\+xml)[;,]", re.IGNORECASE)


def render_page(
    content: str,
    content_type: str,
    links: Links,
    check: Callable[[], None] = lambda: None,
) -> Rendered:
    """Return a page's content as safe HTML.

    ``check`` is called often. Where it raises TooSlow, the content is returned as text.
    """
    if content_type == "asciidoc":
        return render_source(content, "asciidoc")
    if len(content) > LONGEST:
        return render_source(content, "long")
    content = content.encode("utf-8", "replace").decode()  # lone surrogates
    try:
        html = markdown_to_html(content, check) if content_type == "markdown" else content
        if html is not None and not nests_too_deep(html, check):
            return _Renderer(links, check).render(html)
    except TooSlow:
        pass
    return render_source(content, "slow")


def render_source(content: str, *notes: Note) -> Rendered:
    """Return a content as its text, or the start of it if it is long."""
    more: tuple[Note, ...] = ("cut",) if len(content) > LONGEST_SOURCE else ()
    text = content[:LONGEST_SOURCE].encode("utf-8", "replace").decode()  # lone surrogates
    html = write_html([Element("pre", {"class": "source"}, [text])])
    return Rendered(html, notes=frozenset({*notes, *more}))


class _Renderer:
    """Changes the tree of one page."""

    def __init__(self, links: Links, check: Callable[[], None]) -> None:
        self._links = links
        self._check = check
        self._notes: set[Note] = set()

    def render(self, html: str) -> Rendered:
        self._notes.update(_REMOVED[tag.lower()] for tag in set(_REMOVED_TAG.findall(html)))
        self._check()
        root = parse_html(sanitize(html), self._check)
        for element in list(root.walk()):
            self._check()
            self._change(element)
        make_tabsets(root)
        headings = _with_anchors(root)
        root.children = [_wrapped(child) for child in root.children]
        return Rendered(write_html(root.children), headings, frozenset(self._notes))

    def _change(self, element: Element) -> None:
        _keep_known_attributes(element)
        match element.tag:
            case "a":
                self._change_link(element)
            case "img" | "audio" | "video" | "source":
                self._change_media(element)
            case "input":
                _change_input(element)
            case "pre":
                self._change_code(element)
            case "span" if "math" in element.classes:
                self._notes.add("math")
        if element.tag == "pre" and "math" in element.classes:
            self._notes.add("math")

    def _change_link(self, element: Element) -> None:
        target = element.attributes.pop("href", "").strip()
        element.attributes.pop("target", None)
        if not target:
            return
        if target[0] == "#":
            element.attributes["href"] = target
            return
        address = self._links.link(target)
        element.attributes["class"] = f"leads-{address.leading}"
        if address.url is not None:
            element.attributes["href"] = address.url
        if address.leading == "elsewhere":
            element.attributes.update(target="_blank", rel="noopener noreferrer")
        if address.title:
            element.attributes["title"] = address.title

    def _change_media(self, element: Element) -> None:
        source = element.attributes.pop("src", "").strip()
        if element.tag in {"audio", "video"}:
            element.attributes["controls"] = ""
            element.attributes["preload"] = "metadata"
            if not source:
                return
        if _IN_PAGE.match(source):
            element.attributes["src"] = source
            return
        address = self._links.image(source)
        if address.url is not None:
            element.attributes["src"] = address.url
            if element.tag == "img":
                element.attributes["loading"] = "lazy"
            return
        if address.leading == "elsewhere":
            self._notes.add("outside-image")
        words = element.attributes.get("alt", "").strip() or source[:120] or "image"
        title = f"{address.title}\n{source[:300]}" if address.title else source[:300]
        element.tag = "span"
        element.attributes = {"class": f"no-image leads-{address.leading}", "title": title}
        element.children = [words]

    def _change_code(self, element: Element) -> None:
        code = element.elements[0] if len(element.elements) == 1 else None
        if code is None or code.tag != "code":
            return
        if "language-diagram" in code.classes and (picture := _draw_io(code.text)):
            element.tag, element.children = "div", [Element("img", {"src": picture, "alt": ""})]
            return
        for name, note in _DRAWN.items():
            if name in code.classes:
                self._notes.add(note)
                element.attributes["class"] = "drawn-on-wiki"


def _keep_known_attributes(element: Element) -> None:
    attributes = element.attributes
    if "class" in attributes:
        kept = [name for name in element.classes if _CLASSES.fullmatch(name)]
        attributes.pop("class")
        if kept:
            attributes["class"] = " ".join(kept)
    for name in ("id", "name"):
        if attributes.get(name, "")[: len(RESERVED_IDS)].lower() == RESERVED_IDS:
            del attributes[name]
    if attributes.get("style") == "":
        del attributes["style"]


def _change_input(element: Element) -> None:
    """Keep the box of a task, which cannot be ticked; other fields are removed."""
    if element.attributes.get("type") == "checkbox":
        element.attributes["disabled"] = ""
    else:
        element.tag, element.attributes = "wbr", {}


def _draw_io(text: str) -> str | None:
    """Return the address of a picture that draw.io put into a page; None for what is none."""
    data = "".join(text.split())
    try:
        drawn = b64decode(data, validate=True).lstrip()[:5].lower()
    except ValueError:
        return None
    return f"data:image/svg+xml;base64,{data}" if drawn in {b"<svg ", b"<?xml"} else None


def _with_anchors(root: Element) -> tuple[Heading, ...]:
    """Give each heading its anchor, and return the headings."""
    found: list[Heading] = []
    anchors = Anchors()
    for element in root.walk():
        if not _HEADING.fullmatch(element.tag):
            continue
        text = " ".join(element.text.split())
        anchor = anchors.add(element.attributes.get("id") or slug(element.text_without(EMOJI)))
        element.attributes["id"] = anchor
        link = Element("a", {"class": "toc-anchor", "href": f"#{anchor}", "aria-hidden": "true"})
        link.children.append("¶")
        element.children[:0] = [link, " "]
        found.append(Heading(int(element.tag[1]), text, anchor))
    return tuple(found)


def _wrapped(child: Element | str) -> Element | str:
    """Return a part of the page as Wiki.js has it: texts and tables within a box."""
    if isinstance(child, str):
        return Element("div", {}, [child]) if child.strip() else child
    if child.tag == "table":
        return Element("div", {"class": "table-container"}, [child])
    return child
