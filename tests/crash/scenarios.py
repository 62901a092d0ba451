"""A project with one page of every fate, and what two people did to it since the last sync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crash.world import DATE, World

if TYPE_CHECKING:
    from collections.abc import Callable

SETTINGS: Final = {
    "scriptCss": "p{color:red}",
    "scriptJs": "go()",
    "publishStartDate": "2021-01-01T00:00:00.000Z",
    "publishEndDate": "2031-01-01T00:00:00.000Z",
}


def page(content: str, tags: str = "", date: str = DATE) -> str:
    """A file as Wiki.js's storage writes it."""
    stamp = f"date: {date}\n" if date else ""
    return f"---\ntitle: T\ndescription: \npublished: true\n{stamp}tags: {tags}\n---\n\n{content}"


def begin(world: World) -> None:
    """What both sides agree on. No other text is like any of these."""
    box = world.box
    box.create("quiet", content="Quiet.\n", tags=["calm"])
    box.create("links", content="[new](/here/new) [gone](/here/gone) [edit](/there/edit)\n")
    box.create("there/edit", content="There, old.\n", tags=["two"])
    box.create("there/deep/gone", content="There, gone.\n", **SETTINGS)
    box.create("here/edit", content="Here, old.\n", tags=["one", "two"], **SETTINGS)
    box.create("both/same", content="Both, old.\n")
    box.create("both/gone", content="Both, gone.\n")
    world.write("here/gone.md", page("Here, gone.\n", "two"))
    world.write("here/tags.md", page("Here, tags.\n", "two"))
    world.write("fr/plus.md", page("Français.\n", date=""))
    world.run("sync")
    report = world.run("sync")
    assert not report.plan.actions, report.plan.actions


def here(world: World) -> None:
    """What the one in the folder did: what a push is for."""
    world.change("here/edit.md", "Here, old.", "Here, edited. [q](/quiet)")
    world.change("here/tags.md", "tags: two", "# mine\ntags: two, three")
    world.write("here/new.md", page("Here, new.\n", "four", "2020-01-01T00:00:00Z"))
    world.write("here/sub/plain.md", "Here, plain.\n")
    world.remove("here/gone.md")


def there(world: World) -> None:
    """What the one on the wiki did: what a pull is for."""
    world.box.edit("there/edit", content="There, edited.\n", tags=["five"])
    world.box.create("there/new/page", content="There, new.\n", **SETTINGS)
    world.box.create("there", "fr", content="Là, nouveau.\n", tags=["cinq"])
    world.box.delete("there/deep/gone")


def both(world: World) -> None:
    """What both did alike: what is only to be recorded."""
    world.change("both/same.md", "Both, old.", "Both, edited.")
    world.box.edit("both/same", content="Both, edited.\n")
    world.remove("both/gone.md")
    world.box.delete("both/gone")


def everything(world: World) -> None:
    here(world)
    there(world)
    both(world)


EDITS: Final[dict[str, Callable[[World], None]]] = {
    "push": here,
    "pull": there,
    "sync": everything,
}
