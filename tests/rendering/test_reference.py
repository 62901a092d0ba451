"""A page with every mark, as the Markdown parser of Wiki.js 2.5.314 and its plugins render it.

``marks.json`` is what markdown-it 11.0.1 made of ``marks.md`` with that wiki's default plugins and
options: headings with their anchors, links, classes, images, and how many elements of each kind.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wikisync.rendering import page_html
from wikisync.rendering.page_html import Address, render_page
from wikisync.rendering.tree import Element, parse_html

HERE = Path(__file__).parent
REFERENCE: dict[str, Any] = json.loads((HERE / "marks.json").read_text("utf-8"))


class AsWritten:
    """Each link and image keeps its address."""

    def link(self, target: str) -> Address:
        return Address(target, "page")

    def image(self, target: str) -> Address:
        return Address(target, "file")


def ours() -> dict[str, Any]:
    rendered = render_page((HERE / "marks.md").read_text("utf-8"), "markdown", AsWritten())
    root = parse_html(rendered.html)
    for element in root.walk():
        element.children = [child for child in element.children if not is_anchor(child)]
    elements = list(root.walk())
    return {
        "headings": [[each.level, each.text, each.anchor] for each in rendered.headings],
        "links": [
            [each.attributes["href"], text(each)] for each in elements if "href" in each.attributes
        ],
        "counts": {tag: sum(each.tag == tag for each in elements) for tag in REFERENCE["counts"]},
        "quotes": [" ".join(each.classes) for each in elements if each.tag == "blockquote"],
        "classes": [
            " ".join(each.classes) for each in elements if each.tag in {"ul", "ol", "table", "img"}
        ],
        "images": [
            [each.attributes.get(name, "") for name in ("src", "alt", "width", "height")]
            for each in elements
            if each.tag == "img"
        ],
    }


def is_anchor(child: Element | str) -> bool:
    return isinstance(child, Element) and "toc-anchor" in child.classes


def text(element: Element) -> str:
    return " ".join(element.text.split())


@pytest.mark.parametrize("part", REFERENCE)
def test_a_page_with_every_mark_is_rendered_as_on_the_wiki(part: str) -> None:
    expected = REFERENCE[part]
    if part == "classes":  # others have no look, and are left out
        known = page_html._CLASSES.fullmatch
        expected = [" ".join(filter(known, classes.split())) for classes in expected]
    assert ours()[part] == expected
