"""The sandbox answers downloads of pages' files as the recorded Wiki.js did."""

from __future__ import annotations

import http.client
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from scenarios.contract.replay import Client
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "download.json").read_text(encoding="utf-8")
)
STEPS: list[dict[str, Any]] = RECORDED["steps"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture(scope="module")
def conversation() -> Iterator[dict[int, list[str]]]:
    """How the answer to each step differs from what was recorded."""
    with Sandbox(locales=("en", "fr")) as sandbox:
        client = Client(sandbox.url)
        client.set_up(RECORDED["roles"])
        yield {number: _take(client, step) for number, step in enumerate(STEPS)}


def _take(client: Client, step: dict[str, Any]) -> list[str]:
    if "get" in step:
        return _download(client, step)
    if step["title"].startswith("list"):  # two pages of one path have no order
        pages = client.ask(step["query"], client.keys[step["as"]])["pages"]["list"]
        expected = step["body"]["data"]["pages"]["list"]
        return [] if sorted(pages, key=_place) == sorted(expected, key=_place) else [str(pages)]
    return client.take(step)


def _place(page: dict[str, Any]) -> tuple[str, str]:
    return page["path"], page["locale"]


def _download(client: Client, step: dict[str, Any]) -> list[str]:
    token = client.keys[step["as"]]
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    connection = http.client.HTTPConnection(urlsplit(client.url).netloc, timeout=30)
    address = re.sub(r"\?v=\d+", f"?v={client.saved.get('v_one', 0)}", step["get"])
    try:
        connection.request("GET", address, headers=headers)
        response = connection.getresponse()
        kind = response.getheader("content-type", "").partition(";")[0]
        body = response.read().decode()
    finally:
        connection.close()
    body = (
        "<a page>" if step["body"] == "<a page>" and "<html" in body else TIME.sub("<time>", body)
    )
    found = {"status": response.status, "type": kind, "body": body}
    return [
        f"{name}: {step[name]!r}, got {found[name]!r}"
        for name in found
        if step[name] != found[name]
    ]


@pytest.mark.parametrize(
    "number",
    range(len(STEPS)),
    ids=[f"{step['title']} as {step['as']}".replace(" ", "-") for step in STEPS],
)
def test_a_download_is_answered_as_recorded(
    number: int, conversation: dict[int, list[str]]
) -> None:
    assert conversation[number] == []


def test_every_recorded_step_is_replayed() -> None:
    assert len(STEPS) == 60
