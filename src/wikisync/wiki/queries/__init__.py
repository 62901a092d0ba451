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

ASSET = "id filename mime fileSize createdAt updatedAt"
"""The fields of an asset in the list. Its folder, author and metadata are always null."""


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
def may_write_pages(size: int) -> str:
    """Return a query of whether ``size`` pages may be written; names as in ``pages``.

    A page that may be written has any result, another an error (wikijs.md, *Permissions*).
    """
    ids = ", ".join(f"$i{n}: Int!" for n in range(size))
    since = '"2020-01-01T00:00:00.000Z"'
    fields = (f"    p{n}: checkConflicts(id: $i{n}, checkoutDate: {since})" for n in range(size))
    below = "\n".join(fields)
    return f"query MayWritePages({ids}) {{\n  pages {{\n{below}\n  }}\n}}\n"


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


@cache
def folders(size: int) -> str:
    """Return a query of the content of ``size`` asset folders: their ids are ``$d0``….

    The aliases of folders in them are ``f0``…, of assets ``l0``….
    """
    return f"query Folders({_folder_ids(size)}) {{\n{_folders(size)}}}\n"


@cache
def connect_with_folders(size: int) -> str:
    """Return the query ``connect`` with that of ``folders`` in it."""
    text = document("connect").rstrip().removesuffix("}")
    text = text.replace("query Connect", f"query Connect({_folder_ids(size)})", 1)
    return f"{text}\n{_folders(size)}}}\n"


def _folder_ids(size: int) -> str:
    return ", ".join(f"$d{n}: Int!" for n in range(size))


def _folders(size: int) -> str:
    fields = (
        f"    f{n}: folders(parentFolderId: $d{n}) {{ id slug }}\n"
        f"    l{n}: list(folderId: $d{n}, kind: ALL) {{ {ASSET} }}\n"
        for n in range(size)
    )
    return f"  assets {{\n{''.join(fields)}  }}\n"


def _query(name: str, variables: str, fields: Iterable[str], fragment: str) -> str:
    below = "\n".join(f"    {field}" for field in fields)
    return f"query {name}({variables}) {{\n  pages {{\n{below}\n  }}\n}}\n{document(fragment)}"
