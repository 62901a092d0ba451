"""The GraphQL documents that are sent: texts from ``queries/``, and the batches that are built.

Nothing is parsed or sent here; that is ``wire``'s job.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FRAGMENTS = ("whole", "trail", "past")
"""The files that hold a fragment, which other documents spread, and no query of their own."""


@cache
def document(name: str) -> str:
    """The text of ``queries/<name>.graphql``, with the fragment that it spreads, if any.

    What is only for its readers is left out: comments and the breaks between lines.
    """
    written = (files(__package__) / f"{name}.graphql").read_text("utf-8")
    lines = (line.strip() for line in written.splitlines() if not line.startswith("#"))
    text = " ".join(filter(None, lines)) + "\n"
    spread = [document(part) for part in FRAGMENTS if f"...{part.capitalize()}" in text]
    return "".join((text, *spread))


@cache
def pages(size: int) -> str:
    """A query of ``size`` pages at once: ``$i0``… are their ids, ``p0``… the answers' names.

    Without tags: see ``whole.graphql``. The ids are variables, so that a text is parsed once.
    """
    ids = ", ".join(f"$i{n}: Int!" for n in range(size))
    fields = (f"p{n}: single(id: $i{n}) {{ ...Whole }}" for n in range(size))
    return _query("Batch", ids, fields, "whole")


@cache
def pages_with_tags(size: int) -> str:
    """As ``batch``, with the tags of this moment."""
    ids = ", ".join(f"$i{n}: Int!" for n in range(size))
    fields = (f"p{n}: single(id: $i{n}) {{ ...Whole tags {{ tag }} }}" for n in range(size))
    return _query("Looks", ids, fields, "whole")


@cache
def version_lists(size: int) -> str:
    """A query of ``size`` pages' newest ``$most`` versions, without contents: names as above."""
    ids = ", ".join(f"$i{n}: Int!" for n in range(size))
    fields = (
        f"p{n}: history(id: $i{n}, offsetPage: 0, offsetSize: $most) {{ ...Trail }}"
        for n in range(size)
    )
    return _query("Trails", f"$most: Int!, {ids}", fields, "trail")


@cache
def versions(size: int) -> str:
    """A query of ``size`` versions: ``$i0``… are pages, ``$v0``… their versions; names as above."""
    ids = ", ".join(f"$i{n}: Int!, $v{n}: Int!" for n in range(size))
    fields = (f"p{n}: version(pageId: $i{n}, versionId: $v{n}) {{ ...Past }}" for n in range(size))
    return _query("Versions", ids, fields, "past")


def _query(name: str, variables: str, fields: Iterable[str], fragment: str) -> str:
    below = "\n".join(f"    {field}" for field in fields)
    return f"query {name}({variables}) {{\n  pages {{\n{below}\n  }}\n}}\n{document(fragment)}"
