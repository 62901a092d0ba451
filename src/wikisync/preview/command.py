"""Run a preview: read the folder, serve it, and follow its changes until Ctrl-C."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

from wikisync.loopback.auth import Auth
from wikisync.loopback.server import listen, serve
from wikisync.preview.events import Hub
from wikisync.preview.library import Library
from wikisync.preview.server import PreviewApp
from wikisync.preview.watch import watch_folder
from wikisync.preview.wiki import WikiReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wikisync.config import Config
    from wikisync.preview.library import Change

STOP_SECONDS: Final = 5.0


def preview(
    config: Config,
    on_ready: Callable[[str, int], None],
    *,
    port: int = 0,
    first: str = "",
    stop: Event | None = None,
) -> None:
    """Serve the folder until ``stop`` is set, or Ctrl-C is pressed.

    ``on_ready`` is called with the address, which works as long as the preview runs, and the number
    of pages. ``first`` is the file of the page that is shown first. Raises FolderError where the
    folder cannot be read, and PortTaken.
    """
    listener = listen(port)
    try:
        library = Library(config)
    except BaseException:
        listener.close()
        raise
    auth = Auth(listener.getsockname()[1], reusable=True)
    hub, stop = Hub(), stop or Event()
    wiki = WikiReader(config)
    app = PreviewApp(auth, library, hub, wiki, first).app
    with serve(app, listener), _following(library, hub, wiki, stop):
        on_ready(auth.address, len(library.snapshot.entries))
        try:
            while not stop.wait(1.0):
                pass
        except KeyboardInterrupt:
            return


@contextmanager
def _following(library: Library, hub: Hub, wiki: WikiReader, stop: Event) -> Iterator[None]:
    """Follow the changes of the folder in a thread, and send them to the browsers."""

    def send(change: Change | None) -> None:
        if change is not None:
            hub.send(change)

    def look() -> None:
        send(library.refresh())

    def look_at_state() -> None:
        change = library.refresh_memory()
        if change is not None:
            wiki.forget()
            hub.send(change)

    def follow() -> None:
        send(library.read_titles())
        look()
        watch_folder(library.folder.root, stop, look, look_at_state)

    thread = Thread(target=follow, name="preview", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        hub.close()
        thread.join(STOP_SECONDS)
