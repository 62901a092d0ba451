"""What changed since an older version is marked in the rendered page, and nothing else."""

from __future__ import annotations

import re
from time import thread_time

import pytest

from wikisync.preview.marked import mark_changes
from wikisync.rendering.tree import parse_html, write_html


def marked(old: str, new: str) -> str:
    """The marked page, with [+added+] and [-removed-] for the elements that mark."""
    html = mark_changes(old, new)
    html = re.sub(r'<ins class="ws-added">(.*?)</ins>', r"[+\1+]", html)
    return re.sub(r'<del class="ws-removed">(.*?)</del>', r"[-\1-]", html)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<p>a b c d e</p>", "<p>a b x d e</p>", "<p>a b [-c-][+x+] d e</p>"),
        ("<p>a b c</p>", "<p>a b c d</p>", "<p>a b c[+ d+]</p>"),
        ("<p>a b c d</p>", "<p>a b c</p>", "<p>a b c[- d-]</p>"),
        ("<p>a</p>", "<p>a</p><p>b</p>", '<p>a</p><p class="ws-added">b</p>'),
        ("<p>a</p><p>b</p>", "<p>b</p>", '<p class="ws-removed">a</p><p>b</p>'),
        ("<p>a b c</p>", "<p>x y z</p>", '<p class="ws-removed">a b c</p><p class="ws-added">x y'),
        ("<ul><li>a</li></ul>", "<ul><li>a</li><li>b</li></ul>", '<li class="ws-added">b</li>'),
        (
            "<table><tbody><tr><td>a</td><td>1</td></tr></tbody></table>",
            "<table><tbody><tr><td>a</td><td>2</td></tr></tbody></table>",
            "<td>a</td><td>[-1-][+2+]</td>",
        ),
        ("<p>a b <b>c</b></p>", "<p>a b <b>d</b></p>", "<p>a b <b>[-c-][+d+]</b></p>"),
        ("<p>a b c</p>", "<p>a <b>b</b> c</p>", '<p>a <b class="ws-added">b</b> c</p>'),
        (
            '<p>a b <a href="/x">c</a></p>',
            '<p>a b <a href="/y">c</a></p>',
            '<p>a b <a href="/y" class="ws-added">c</a></p>',
        ),
        ("<p>a &lt; b c</p>", "<p>a &lt; b d</p>", "<p>a &lt; b [-c-][+d+]</p>"),
    ],
)
def test_words_blocks_rows_and_items_are_marked(old: str, new: str, expected: str) -> None:
    assert expected in marked(old, new)


@pytest.mark.parametrize("html", ["", "<p>a</p>\n<ul>\n<li>b</li>\n</ul>", "text <b>c</b>"])
def test_what_did_not_change_is_not_marked(html: str) -> None:
    assert "ws-" not in mark_changes(html, html)


def test_what_was_removed_has_no_id_and_no_link() -> None:
    html = mark_changes('<h2 id="a">Old words</h2><p><a href="/x">gone</a></p>', "<p>new</p>")
    assert "id=" not in html
    assert "href" not in html
    assert "Old words" in html


PAGES = (
    "<p>One two.</p><ul><li>a <b>b</b></li><li>c</li></ul><pre><code>x\ny</code></pre>",
    "<p>One three.</p><ul><li>a <i>b</i></li></ul><blockquote><p>x</p><p>y</p></blockquote>",
    "<div><table><tbody><tr><td>1</td></tr></tbody></table></div>text<img src='/a.png'><br>",
)


@pytest.mark.parametrize("old", PAGES)
@pytest.mark.parametrize("new", PAGES)
def test_without_the_marks_the_new_page_is_whole(old: str, new: str) -> None:
    root = parse_html(mark_changes(old, new))
    for element in [root, *root.walk()]:
        element.children = [
            child
            for child in element.children
            if isinstance(child, str) or "ws-removed" not in child.classes
        ]
    assert root.text == parse_html(new).text
    assert write_html(root.children).count("<img") == new.count("<img")


def test_a_page_rewritten_from_end_to_end_takes_no_minutes() -> None:
    old = "".join(f"<p>{number} old words here</p>" for number in range(3_000))
    new = "".join(f"<p>new words here {number * 7}</p>" for number in range(3_000))
    start = thread_time()
    mark_changes(old, new)
    assert thread_time() - start < 20


def test_blocks_that_nest_without_end_are_compared_too() -> None:
    def deep(word: str) -> str:
        return "<div>" * 190 + f"<p>{word}</p>" + "</div>" * 190

    assert "ws-added" in mark_changes(deep("one two three"), deep("one two four"))
