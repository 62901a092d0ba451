"""Render the content of a page as HTML that is safe to show.

Markdown is rendered much as Wiki.js does, with its classes in braces (``{.is-info}``) and sizes of
images (``![x](/x.png =250x)``). HTML is shown as HTML; AsciiDoc is shown as text, and so is content
that takes too long to render. The Markdown parser checks the time by a rule that it calls at every
step, since a thread cannot be stopped from outside.

nh3 (ammonia), which parses as browsers do, keeps only listed elements and attributes: text,
structure and links, no style, id or class of the page's own. Images are not loaded: their text is
shown.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urljoin, urlsplit

import nh3
from markupsafe import Markup

from wikisync.page.model import CONTENT_TYPES
from wikisync.report.html.deadline import Timer, TooSlow
from wikisync.report.html.limits import LIMITS
from wikisync.report.text import escape_control

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token
    from nh3 import Cleaner

    from wikisync.page.model import ContentType, Page


_MOST: Final = 5_000
"""Beginnings of images and footnotes in one page; the parser's time grows with their square."""

_OF_FILES: dict[str, ContentType] = {"html": "html", "adoc": "asciidoc"}


def kind_of(page: Page, file: str) -> ContentType:
    """Return the content type of a page, by its editor or its file's name."""
    by_name = _OF_FILES.get(file.rpartition(".")[2], "markdown")
    return CONTENT_TYPES.get(page.editor or "", by_name)


def rendered(content: str, kind: ContentType, address: str, timer: Timer | None = None) -> Markup:
    """Return content as safe HTML. ``address`` is the page's URL, for its links."""
    content = content.encode("utf-8", "replace").decode()  # lone surrogates
    timer = timer or Timer(LIMITS.preview_seconds, LIMITS.preview_seconds)
    try:
        with timer.running():
            html = _as_html(content, kind, timer)
            if html is not None:
                return Markup(sanitized(html, address))  # noqa: S704 (it is sanitized)
    except TooSlow:
        pass
    text = "\n".join(escape_control(line) for line in content.split("\n"))
    return Markup("<pre>{}</pre>").format(text)


def _as_html(content: str, kind: ContentType, timer: Timer) -> str | None:
    match kind:
        case "markdown" if content.count("![") + content.count("^[") <= _MOST:
            html: str = _parser().render(content, {"timer": timer})
            return html
        case "html":
            return content
    return None


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin).use(deflist_plugin).use(plugin)
    parser.add_render_rule("image", _image)
    # Before all other rules, and among those that may end a paragraph, a quotation or a list.
    ends: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    block, inline = parser.block.ruler, parser.inline.ruler
    block.before(block.get_all_rules()[0], "timer", _check_block, ends)
    inline.before(inline.get_all_rules()[0], "timer", _check_inline)
    return parser


def _check_block(state: StateBlock, _start: int, _end: int, _silent: bool) -> bool:
    state.env["timer"].check()
    return False


def _check_inline(state: StateInline, _silent: bool) -> bool:
    state.env["timer"].check()
    return False


def _image(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object
) -> str:
    token = tokens[index]
    return image_in_words(token.content, str(token.attrs.get("src", "")))


KINDS: Final = frozenset({"is-info", "is-success", "is-warning", "is-danger"})
"""The classes of quotations that Wiki.js has a look for."""

_CLASSES: Final = re.compile(r"(?:\A|\n)\{((?:[.#][\w-]+ *)+)\}[ \t]*\Z")
_SIZE: Final = re.compile(r"(!\[[^\]\n]*\]\([^()\s]+)[ \t]+=\d*%?x\d*%?\)")
_TASK: Final = re.compile(r"\A\[([ xX])\][ \t]+")
_BOX: Final = {" ": "☐", "x": "☑", "X": "☑"}


def plugin(markdown: MarkdownIt) -> None:
    """Add these marks to a parser."""
    markdown.core.ruler.after("block", "wiki_marks", _apply)


def _apply(state: StateCore) -> None:
    open_blocks: list[Token] = []
    for token in state.tokens:
        if token.nesting == 1:
            open_blocks.append(token)
        elif token.nesting == -1 and open_blocks:
            open_blocks.pop()
        elif token.type == "inline":
            token.content = _plain(token.content, open_blocks)


def _plain(text: str, around: list[Token]) -> str:
    """Return the text of a block without marks for its appearance only."""
    if found := _CLASSES.search(text):
        text = text[: found.start()]
        kinds = KINDS.intersection(found[1].replace(".", " ").split())
        quote = next((token for token in reversed(around) if token.tag == "blockquote"), None)
        if kinds and quote is not None:
            quote.attrSet("class", min(kinds))
    if any(token.tag == "li" for token in around[-2:]):
        text = _TASK.sub(lambda box: f"{_BOX[box[1]]} ", text)
    return _SIZE.sub(r"\1)", text)


TAGS: Final = frozenset(
    (
        *("a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "col"),
        *("colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption"),
        *("figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark"),
        *("ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike"),
        *("strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead"),
        *("time", "tr", "tt", "u", "ul", "var", "wbr"),
    )
)
"""The elements that may stay. Of others the text stays, and of ``DROPPED`` not even that."""

DROPPED: Final = frozenset(
    (
        *("script", "style", "template", "noscript", "iframe", "frame", "frameset", "object"),
        *("embed", "applet", "svg", "math", "select", "textarea", "title", "head", "audio"),
        *("video", "canvas"),
    )
)
_SCHEMES: Final = frozenset({"http", "https", "mailto"})
_ATTRIBUTES: Final = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "details": {"open"},
}
_SPAN: Final = 100
"""Columns or rows that a cell may span: a table of a million columns would stop a browser."""

# Browsers, and ammonia, open each of these anew in every paragraph until it is closed; of equal
# ones no more than three. The time for that grows with their number times that of the paragraphs.
_FORMATTING: Final = re.compile(
    r"<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/])[^>]*+(?:>|\Z)", re.IGNORECASE
)
_FORMATTED: Final = 30
"""Elements of that kind whose attributes are kept."""

_IMAGE: Final = re.compile(r"<img\b([^<>]*)>")
_ATTRIBUTE: Final = re.compile(r"\b(alt|src)=\"([^\"]*)\"")
_NAME: Final = 120


def sanitized(html: str, address: str) -> str:
    """Return HTML without active content. ``address`` is the page's URL, for its links."""
    if sum(1 for _ in _FORMATTING.finditer(html)) > _FORMATTED:
        html = _FORMATTING.sub(r"<\1>", html)
    clean = _cleaner(address, images=True).clean(html)
    if "<img" in clean:  # what stands for images is sanitized like everything else
        clean = _cleaner(address, images=False).clean(_IMAGE.sub(_in_words, clean))
    return clean


def image_in_words(alt: str, source: str) -> str:
    """Return HTML in place of an image: its text, or its file's name. To be sanitized."""
    if source.startswith("data:"):
        source = "an image within the page"
    name = alt.strip() or unquote(source.partition("?")[0].rpartition("/")[2]) or "image"
    title = escape(escape_control(source[:_NAME]))
    return f'<span class="image" title="{title}">{escape(escape_control(name[:_NAME]))}</span>'


def _in_words(found: re.Match[str]) -> str:
    values = {name: unescape(value) for name, value in _ATTRIBUTE.findall(found[1])}
    return image_in_words(values.get("alt", ""), values.get("src", ""))


@lru_cache(maxsize=4)
def _cleaner(address: str, *, images: bool) -> Cleaner:
    def allowed(tag: str, attribute: str, value: str) -> str | None:  # noqa: ARG001
        if attribute == "href":
            return _link(value, address)
        if attribute in {"colspan", "rowspan"}:
            return value if value.isascii() and value.isdigit() and int(value) <= _SPAN else None
        return escape_control(value) if attribute == "title" else value

    return nh3.Cleaner(
        tags=TAGS | {"img"} if images else set(TAGS),
        clean_content_tags=set(DROPPED),
        attributes={**_ATTRIBUTES, "img": {"alt", "src"}} if images else _ATTRIBUTES,
        attribute_filter=allowed,
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes=set(_SCHEMES),
        allowed_classes={"span": {"image"}, "blockquote": set(KINDS)},
    )


def _link(target: str, address: str) -> str | None:
    """Return the absolute URL of a link; None for a link within the page."""
    target = target.strip()
    if not target or target.startswith("#"):
        return None
    try:
        whole = urljoin(address, target)
        return whole if urlsplit(whole).scheme in _SCHEMES else None
    except ValueError:
        return None
