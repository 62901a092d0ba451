"""A preview of a folder that runs in a thread, as ``wikisync preview`` runs it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from support.workspace import PATIENCE
from wikisync.config import load
from wikisync.preview import preview

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@contextmanager
def previewing(
    project: Path, first: str = "", env: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield the address of a preview of ``project``'s folder ``pages``, with its secret."""
    config = load(start=project, env=env or {}, need_token=False, need_url=False)
    ready, stop = Event(), Event()
    found: list[str] = []

    def on_ready(address: str, _pages: int) -> None:
        found.append(address)
        ready.set()

    thread = Thread(target=preview, args=(config, on_ready), kwargs={"stop": stop, "first": first})
    thread.start()
    try:
        assert ready.wait(PATIENCE)
        yield found[0]
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def write(project: Path, file: str, text: str | bytes) -> Path:
    """Write a file of the folder, as an editor that writes in place does."""
    path = project / "pages" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path
