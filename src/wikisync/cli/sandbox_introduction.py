"""What ``wikisync sandbox`` says once it serves."""

from __future__ import annotations

import json as json_text


def introduction(url: str, token: str, *, json: bool) -> str:
    """The address and the token: for programs one JSON object, for people with the next steps."""
    if json:
        return json_text.dumps({"url": url, "token": token})
    return (
        f"A wiki to try things on: {url}\n"
        "A browser shows its pages, and anything may be written and broken here. Its API takes\n"
        "the token below, or admin@example.com with adminadmin.\n"
        "\n"
        "In another terminal:\n"
        f"  export WIKISYNC_TOKEN={token}\n"
        f"  wikisync init {url}\n"
        "  wikisync push\n"
        "\n"
        "Ctrl-C ends it."
    )
