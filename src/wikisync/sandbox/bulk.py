"""Many pages at once, for those who measure: written down as if each had been created."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.sandbox.text import page_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wikisync.sandbox.store import Store


def fill(store: Store, paths: Iterable[str], content: str, tags: Sequence[str]) -> None:
    """Add Markdown pages of the default language, each with its path above the content.

    None may be there yet. What costs a creation its time is left out: links are not looked for.
    """
    locale = store.setting("lang")["code"]
    with store.lock, store.together():
        now = store.now()
        for tag in tags:
            row = {"tag": tag, "title": tag, "createdAt": now, "updatedAt": now}
            store.insert("tags", row)
        known = [row["id"] for row in store.rows("select id from tags order by id")]
        for path in paths:
            at = store.now()
            page = {
                "path": path,
                "locale": locale,
                "hash": page_hash(locale, path, private=False),
                "title": path.rpartition("/")[2],
                "description": "",
                "content": f"# {path}\n\n{content}",
                "contentType": "markdown",
                "editor": "markdown",
                "isPrivate": False,
                "isPublished": True,
                "publishStartDate": "",
                "publishEndDate": "",
                "scriptCss": "",
                "scriptJs": "",
                "authorId": 1,
                "creatorId": 1,
                "createdAt": at,
                "updatedAt": at,
            }
            number = store.insert("pages", page)
            for tag_id in known:
                store.insert("pageTags", {"pageId": number, "tagId": tag_id})
