"""Ask the wiki for its list of pages, with which every comparison begins.

This module loads little, so that the wiki can be asked before what compares the two sides is
loaded.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from wikisync.concurrency import run_in_thread

if TYPE_CHECKING:
    from concurrent.futures import Future

    from wikisync.config import AssetChoice
    from wikisync.state import State
    from wikisync.wiki.asset_responses import AssetIndex
    from wikisync.wiki.client import Wiki, WikiIndex

    Listing = Future[tuple[WikiIndex, AssetIndex | None]]


def ask_for_list(
    wiki: Wiki, state: State, assets: AssetChoice, *, without_state: bool = False
) -> Listing:
    """Start the request that lists the pages, and the assets if any are synced.

    ``without_state`` ignores what the state has of the wiki. Raises StateError.
    """
    if assets == "none":
        return run_in_thread(lambda: (wiki.connect(), None))
    folders = frozenset() if without_state else state.asset_folders.load()
    return run_in_thread(partial(wiki.connect_with_assets, folders))
