"""A project with one page of every fate, and what two people did to it since the last sync."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from scenarios.crash.world import DATE, World

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
    sandbox = world.sandbox
    sandbox.create("quiet", content="Quiet.\n", tags=["calm"])
    sandbox.create("links", content="[new](/here/new) [gone](/here/gone) [edit](/there/edit)\n")
    sandbox.create("there/edit", content="There, old.\n", tags=["two"])
    sandbox.create("there/deep/gone", content="There, gone.\n", **SETTINGS)
    sandbox.create("here/edit", content="Here, old.\n", tags=["one", "two"], **SETTINGS)
    sandbox.create("both/same", content="Both, old.\n")
    sandbox.create("both/gone", content="Both, gone.\n")
    world.write("here/gone.md", page("Nobody needs this any more.\n", "two"))
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
    world.sandbox.edit("there/edit", content="There, edited.\n", tags=["five"])
    world.sandbox.create("there/new/page", content="There, new.\n", **SETTINGS)
    world.sandbox.create("there", "fr", content="Là, nouveau.\n", tags=["cinq"])
    world.sandbox.delete("there/deep/gone")


def both(world: World) -> None:
    """What both did alike: what is only to be recorded."""
    world.change("both/same.md", "Both, old.", "Both, edited.")
    world.sandbox.edit("both/same", content="Both, edited.\n")
    world.remove("both/gone.md")
    world.sandbox.delete("both/gone")


def everything(world: World) -> None:
    here(world)
    there(world)
    both(world)


EDITS: Final[dict[str, Callable[[World], None]]] = {
    "push": here,
    "pull": there,
    "sync": everything,
}


LINES: Final = 7
"""Of a text of which the first and the last can be changed on two sides, and merge."""


def text(name: str, *changes: tuple[int, str]) -> str:
    """Some lines that no other page has, ``changes`` in their places."""
    lines = [sha256(f"{name}{number}".encode()).hexdigest() for number in range(LINES)]
    for number, line in changes:
        lines[number] = line
    return "".join(f"{line}\n" for line in lines)


def begin_moves(world: World) -> None:
    """Pages that will move, be swapped, and be edited on both sides."""
    sandbox = world.sandbox
    for name in ("there", "there/edit", "turn/one", "turn/two", "there/lang", "both/meet"):
        sandbox.create(name, content=text(name), tags=["one"])
    sandbox.create("there/titled", title="titled", content=text("there/titled"))
    sandbox.create("both/edit", content=text("both/edit"), tags=["one", "two"], **SETTINGS)
    sandbox.create("both/tags", content=text("both/tags"), tags=["one", "two"])
    sandbox.create("both/here", content=text("both/here"))
    sandbox.create("both/there", content=text("both/there"))
    world.write("here.md", page(text("here"), "two"))
    for name in ("here/edit", "swap/one", "swap/two", "here/lang"):
        world.write(f"{name}.md", page(text(name), "two"))
    titled = page(text("here/titled")).replace("title: T", "title: titled")
    world.write("here/titled.md", titled)
    world.run("sync")
    report = world.run("sync")
    assert not report.plan.actions, report.plan.actions


def moved_here(world: World) -> None:
    """What the one in the folder renamed: a page, a swap, one to another language, and edits."""
    world.rename("here.md", "new/plain.md")
    world.rename("here/edit.md", "new/edit.md")
    world.change("new/edit.md", text("here/edit"), text("here/edit", (0, "Edited here.")))
    world.rename("here/titled.md", "new/name.md")
    world.rename("here/lang.md", "fr/here/lang.md")
    world.rename("swap/one.md", "swap/other.md")
    world.rename("swap/two.md", "swap/one.md")
    world.rename("swap/other.md", "swap/two.md")


def moved_there(world: World) -> None:
    """The same on the wiki."""
    sandbox = world.sandbox
    sandbox.move("there", "far/plain")
    sandbox.move("there/edit", "far/edit")
    sandbox.edit("far/edit", content=text("there/edit", (0, "Edited there.")))
    sandbox.move("there/titled", "far/name")
    sandbox.move("there/lang", "there/lang", to_locale="fr")
    sandbox.move("turn/one", "turn/other")
    sandbox.move("turn/two", "turn/one")
    sandbox.move("turn/other", "turn/two")


def merged(world: World) -> None:
    """What both did to the same pages, so that it merges; two of them moved too."""
    first, last = (0, "First, here."), (LINES - 1, "Last, there.")
    for name in ("edit", "here", "there"):
        old, new = text(f"both/{name}"), text(f"both/{name}", first)
        world.change(f"both/{name}.md", old, new)
        world.sandbox.edit(f"both/{name}", content=text(f"both/{name}", last))
    world.change("both/tags.md", "tags: one, two", "# mine\ntags: two, three")
    world.sandbox.edit("both/tags", tags=["one", "four"])
    world.rename("both/here.md", "new/here.md")
    world.sandbox.move("both/there", "far/there")
    world.rename("both/meet.md", "met.md")
    world.sandbox.move("both/meet", "met")


def all_moved(world: World) -> None:
    moved_here(world)
    moved_there(world)
    merged(world)


MOVES: Final[dict[str, Callable[[World], None]]] = {
    "here": moved_here,
    "there": moved_there,
    "merged": merged,
}
