"""Format the errors about names and tags that the wiki's database takes for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.errors import NameTaken, TagTaken

if TYPE_CHECKING:
    from wikisync.errors import WikiError


def database_message(error: WikiError) -> tuple[str, str] | None:
    """Return the statement and the hint for a name or tag that is taken; None for other errors."""
    match error:
        case NameTaken(key=key, other=other):
            return (
                f"The wiki's database takes the name {key} for {other}, which is a page already:"
                " the two differ only in case, accents or the like.",
                "Give the file a name that differs in more.",
            )
        case TagTaken(tag=tag):
            return (
                f"The page was saved without its new tags: the wiki takes {tag} for a tag that it"
                " has in another spelling, such as with another accent, on no page that the API"
                " key can see.",
                "Write the tag as the wiki has it, or use another one, then push again.",
            )
    return None
