"""Return the GraphQL documents to send: the files of this folder, and queries of many pages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FRAGMENTS = {
    "PageFields": "page_fields",
    "VersionFields": "version_fields",
    "VersionList": "version_list",
}
"""Fragment → the file that has it."""


@cache
def document(name: str) -> str:
    """Return the text of ``queries/<name>.graphql``, with the fragments that it uses.

    Comments and line breaks are removed.
    """
    source = (files(__package__) / f"{name}.graphql").read_text("utf-8")
    lines = (line.strip() for line in source.splitlines() if not line.startswith("#"))
    text = " ".join(filter(None, lines)) + "\n"
    fragments = [document(file) for name, file in FRAGMENTS.items() if f"...{name}" in text]
    return "".join((text, *fragments))


@cache
def pages(size: int) -> str:
    """Return a query of ``size`` pages: their ids are ``$i0``…, the aliases of the results ``p0``….

    Without tags: see ``page_fields.graphql``. Ids are variables, so each text is parsed once.
    """
    ids = ", ".join(f"$i{n}: Int!" for n in range(size))
    fields = (f"p{n}: single(id: $i{n}) {{ ...PageFields }}" for n in range(size))
    return _query("Pages", ids, fields, "page_fields")


@cache
def pages_with_tags(size: int) -> str:
    """Return a query like ``pages``, with the current tags."""
    ids = ", ".join(f"$i{n}: Int!" for n in range(size))
    fields = (f"p{n}: single(id: $i{n}) {{ ...PageFields tags {{ tag }} }}" for n in range(size))
    return _query("PagesWithTags", ids, fields, "page_fields")


@cache
def version_lists(size: int) -> str:
    """Return a query of the newest ``$limit`` versions of ``size`` pages; names as in ``pages``."""
    ids = ", ".join(f"$i{n}: Int!" for n in range(size))
    fields = (
        f"p{n}: history(id: $i{n}, offsetPage: 0, offsetSize: $limit) {{ ...VersionList }}"
        for n in range(size)
    )
    return _query("VersionLists", f"$limit: Int!, {ids}", fields, "version_list")


@cache
def versions(size: int) -> str:
    """Return a query of ``size`` versions: page ids are ``$i0``…, version ids ``$v0``…."""
    ids = ", ".join(f"$i{n}: Int!, $v{n}: Int!" for n in range(size))
    fields = (
        f"p{n}: version(pageId: $i{n}, versionId: $v{n}) {{ ...VersionFields }}"
        for n in range(size)
    )
    return _query("Versions", ids, fields, "version_fields")


def _query(name: str, variables: str, fields: Iterable[str], fragment: str) -> str:
    below = "\n".join(f"    {field}" for field in fields)
    return f"query {name}({variables}) {{\n  pages {{\n{below}\n  }}\n}}\n{document(fragment)}"
