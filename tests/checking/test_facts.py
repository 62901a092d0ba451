"""What is read of a page's file alone, and how it is kept."""

from __future__ import annotations

import json

from wikisync.checking.facts import pack, read_facts, unpack

TEXT = b"""---
title: A
---

See [x](two.md) and [[three]].

<<<<<<< HEAD
a
=======
b
>>>>>>> x
"""


def test_facts_are_the_same_after_they_were_kept() -> None:
    for data in (TEXT, b"\xff", b"", b"---\ntitle: " + b"x" * 256 + b"\n---\n.\n"):
        facts = read_facts(data, "markdown")
        assert unpack(json.loads(json.dumps(pack(facts)))) == facts


def test_lines_are_those_of_the_file() -> None:
    facts = read_facts(TEXT, "markdown")
    assert [(link.target, link.line, link.column) for link in facts.links] == [("two.md", 5, 9)]
    assert facts.wiki_links == (("[[three]]", 5, 21),)
    assert facts.marks == 7
    windows = read_facts(TEXT.replace(b"\n", b"\r\n"), "markdown")
    assert windows.wiki_links == facts.wiki_links
    assert windows.links == facts.links


def test_a_file_that_cannot_be_read_has_the_rule_that_it_breaks() -> None:
    assert read_facts(b"a\n\xff", "markdown").problem == ("encoding", 2, "not saved as UTF-8")
    problem = read_facts(b"---\npublished: maybe\n---\nx\n", "markdown").problem
    assert problem is not None
    assert problem[:2] == ("header", 2)
    assert read_facts(b"+++\ntitle = 1\n+++\nx\n", "markdown").problem is not None
