"""A page as readers see it: what stays of its Markdown and HTML, and what never does."""

from __future__ import annotations

import pytest

from report.html.reports import HOSTILE, Seen
from support.values import page
from wikisync.report.html.preview import kind_of, rendered

ADDRESS = "http://wiki.example/en/guide/a"


def markdown(text: str) -> str:
    return str(rendered(text, "markdown", ADDRESS)).strip()


def html(text: str) -> str:
    return str(rendered(text, "html", ADDRESS)).strip()


def test_markdown_is_rendered() -> None:
    shown = markdown("# One\n\n| a | b |\n|---|---|\n| 1 | ~~2~~ |\n\n- [x] done\n- [ ] open\n")
    assert "<h1>One</h1>" in shown
    assert "<td><s>2</s></td>" in shown
    assert "<li>☑ done</li>" in shown
    assert "<li>☐ open</li>" in shown


def test_footnotes_are_rendered_and_definition_lists_are_text_as_on_the_wiki() -> None:
    shown = markdown("Text[^1]\n\n[^1]: Note.\n\nTerm\n: Meaning\n")
    assert "<sup>" in shown
    assert "<p>Term<br>\n: Meaning</p>" in shown


def test_a_quotation_has_the_look_that_the_wiki_gives_it() -> None:
    assert '<blockquote class="is-warning">' in markdown("> Careful.\n{.is-warning}\n")
    assert "is-warning" not in markdown("> `{.is-warning}` makes it a warning.\n").split(">")[0]


def test_classes_that_mean_nothing_here_are_not_shown_as_text() -> None:
    assert markdown("- one\n{.links-list}\n") == "<ul>\n<li>one</li>\n</ul>"


@pytest.mark.parametrize(
    ("target", "leads_to"),
    [
        ("/en/home", "http://wiki.example/en/home"),
        ("b", "http://wiki.example/en/guide/b"),
        ("https://elsewhere.example/x", "https://elsewhere.example/x"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_a_link_leads_to_where_it_leads_on_the_wiki(target: str, leads_to: str) -> None:
    (link,) = Seen(markdown(f"[x]({target})")).all("a")
    assert link["href"] == leads_to
    assert link["target"] == "_blank"
    assert "noopener" in (link["rel"] or "")


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "#p1"]
)
def test_a_link_that_acts_or_leads_into_the_report_leads_nowhere(target: str) -> None:
    for shown in (markdown(f"[x]({target})"), html(f'<a href="{target}">x</a>')):
        assert all("href" not in link for link in Seen(shown).all("a"))
        assert "x" in shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("![A map](/map.png)", "A map"),
        ("![](/img/map%20one.png)", "map one.png"),
        ("![A map](/map.png =250x)", "A map"),
        ('<img src="/map.png" alt="A map">', "A map"),
        ("<img src=/img/map.png>", "map.png"),
        ("<img>", "image"),
        ("![](data:image/png;base64,AAAA)", "an image within the page"),
    ],
)
def test_an_image_is_not_loaded_but_told_in_words(text: str, words: str) -> None:
    for shown in (markdown(text), html(text) if text.startswith("<") else markdown(text)):
        assert Seen(shown).all("img") == []
        assert f">{words}</span>" in shown


def test_html_keeps_its_structure_and_loses_its_looks() -> None:
    shown = html('<h2 id="x" class="bar" style="color:red">A</h2><p onclick="x()">B <b>C</b></p>')
    assert shown == "<h2>A</h2><p>B <b>C</b></p>"


def test_asciidoc_is_shown_as_text() -> None:
    text = "= Title\n\n<script>x</script>\u202e"
    shown = str(rendered(text, "asciidoc", ADDRESS))
    assert shown == "<pre>= Title\n\n&lt;script&gt;x&lt;/script&gt;\\u202e</pre>"


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_acts_or_loads_is_left_of_a_hostile_page(text: str) -> None:
    allowed = {"href", "target", "rel", "title", "class", "dir", "lang", "open", "colspan"}
    for shown in (markdown(text), html(text)):
        for tag, attributes in Seen(shown).elements:
            assert tag not in {"script", "style", "img", "iframe", "input", "form", "svg", "meta"}
            assert attributes.keys() <= allowed
            assert (attributes.get("href") or "http:").startswith(("http:", "https:", "mailto:"))
            assert attributes.get("class") in {None, "image"}


@pytest.mark.parametrize(
    "text", ["[" * 60_000, "<div>" * 12_000, "<img " * 12_000, "> " * 30_000, "\ud83d half"]
)
def test_a_page_that_nests_without_end_is_rendered_all_the_same(text: str) -> None:
    markdown(text)
    html(text)


@pytest.mark.parametrize(
    ("editor", "file", "kind"),
    [
        ("markdown", "a.md", "markdown"),
        ("ckeditor", "a.html", "html"),
        ("asciidoc", "a.adoc", "asciidoc"),
        (None, "a.html", "html"),
        (None, "a.adoc", "asciidoc"),
        (None, "a.md", "markdown"),
    ],
)
def test_the_kind_of_a_page_is_its_editors_else_its_files(
    editor: str | None, file: str, kind: str
) -> None:
    assert kind_of(page(editor=editor), file) == kind


@pytest.mark.parametrize("mark", ["![", "^["])
def test_a_page_that_would_take_minutes_to_render_is_shown_as_text(mark: str) -> None:
    shown = rendered(mark * 30_000, "markdown", "http://wiki/en/a")
    assert shown == f"<pre>{mark * 30_000}</pre>"
