"""Requests to a preview: who is let in, what is sent, and with which headers."""

from __future__ import annotations

import json
import re
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from review.visitor import Answer, Visitor
from support.preview_run import previewing, write
from support.workspace import page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SVG = "<svg xmlns='http://www.w3.org/2000/svg'><script>harmed = 1</script></svg>"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, "home.md", page("Home", "[x](two.md) ![a](/img/a.png) ![b](/img/none.png)\n"))
    write(tmp_path, "two.md", page("Two", "Text.\n", published="false"))
    write(tmp_path, "bad.md", "---\npublished: perhaps\n---\n\nText.\n")
    write(tmp_path, "img/a.png", b"png")
    write(tmp_path, "img/b.svg", SVG)
    write(tmp_path, "doc.pdf", b"pdf")
    write(tmp_path, "page.htm", b"<script>harmed = 1</script>")
    (tmp_path / "secret.txt").write_bytes(b"secret")
    return tmp_path


@pytest.fixture
def visitor(project: Path) -> Iterator[Visitor]:
    with previewing(project) as address:
        yield enter(address)


def enter(address: str) -> Visitor:
    visitor = Visitor(address)
    answer = visitor.send("GET", urlsplit(address).path)
    assert answer.status == 200
    visitor.cookie = answer.headers["set-cookie"].partition(";")[0]
    (visitor.room,) = re.findall(r'url=(/[^"]+/)"', answer.text)
    return visitor


def get(visitor: Visitor, path: str, **headers: str) -> Answer:
    return visitor.send("GET", visitor.room + path, **headers)


def test_a_page_is_sent_with_a_policy_that_lets_nothing_in(visitor: Visitor) -> None:
    answer = get(visitor, "page/home.md")
    assert answer.status == 200
    assert "<h1><bdi>Home</bdi>" in answer.text
    rules = answer.headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in rules
    assert "frame-ancestors 'none'" in rules
    assert "img-src 'self' data:" in rules
    assert not any("unsafe" in rule for rule in rules if not rule.startswith("style-src-attr"))
    assert "http" not in answer.headers["content-security-policy"].replace("https", "")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_front_page_is_home_and_the_list_has_every_page(visitor: Visitor) -> None:
    answer = get(visitor, "")
    assert answer.status == 303
    assert answer.headers["location"].endswith("/page/home.md")
    listed = json.loads(get(visitor, "list").text)["pages"]
    assert [row[0] for row in listed] == ["bad.md", "home.md", "two.md"]


def test_the_page_that_was_named_is_shown_first_and_then_the_front_page(project: Path) -> None:
    with previewing(project, "two.md") as address:
        visitor = enter(address)
        assert get(visitor, "").headers["location"].endswith("/page/two.md")
        assert get(visitor, "").headers["location"].endswith("/page/home.md")


def test_links_and_images_have_the_addresses_of_the_preview(visitor: Visitor) -> None:
    text = get(visitor, "page/home.md").text
    assert f'href="{visitor.room}page/two.md"' in text
    (address,) = re.findall(rf'src="({visitor.room}file/img/a.png\?v=[0-9a-f]+)"', text)
    assert visitor.send("GET", address).text == "png"
    assert "There is no file /img/none.png." in text


def test_a_file_that_is_no_page_is_shown_with_its_problem(visitor: Visitor) -> None:
    text = get(visitor, "page/bad.md").text
    assert 'role="alert"' in text
    assert '<pre class="source">---\npublished: perhaps' in text


def test_a_name_that_keeps_a_file_from_being_a_page_is_said(project: Path) -> None:
    write(project, "a b.md", "Text.\n")
    write(project, "two.html", "Text.\n")
    with previewing(project) as address:
        visitor = enter(address)
        assert "page paths cannot contain spaces." in get(visitor, "page/a%20b.md").text
        for file in ("two.md", "two.html"):
            assert "Another file of the folder is the same page." in (
                get(visitor, f"page/{file}").text
            )
        assert 'role="alert"' not in get(visitor, "page/home.md").text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (page("Empty", "\n"), "It is empty, and the wiki does not accept empty pages."),
        (page("T" * 256, "Text.\n"), "Its title has 256 characters"),
        (page("Two", "<<<<<<< a\n1\n=======\n2\n>>>>>>> b\n"), "It contains conflict markers"),
    ],
)
def test_what_keeps_a_page_from_being_published_is_said(
    project: Path, text: str, said: str
) -> None:
    write(project, "two.md", text)
    with previewing(project) as address:
        found = get(enter(address), "page/two.md").text
    assert 'role="alert"' in found
    assert said in found


def test_a_page_that_is_not_there_is_404_with_the_list(visitor: Visitor) -> None:
    answer = get(visitor, "page/nowhere.md")
    assert answer.status == 404
    assert "ws-tree" in answer.text


@pytest.mark.parametrize(
    ("file", "kind", "saved"),
    [
        ("img/a.png", "image/png", False),
        ("img/b.svg", "image/svg+xml", False),
        ("doc.pdf", "application/octet-stream", True),
        ("page.htm", "application/octet-stream", True),
    ],
)
def test_a_file_cannot_run_whatever_it_is(
    visitor: Visitor, file: str, kind: str, *, saved: bool
) -> None:
    answer = get(visitor, f"file/{file}")
    assert answer.status == 200
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-security-policy"].endswith("; sandbox")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert (answer.headers.get("content-disposition") == "attachment") == saved


@pytest.mark.parametrize(
    "file",
    ["home.md", "../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "//etc/passwd", "", "img"],
)
def test_only_files_of_the_folder_are_sent(visitor: Visitor, file: str) -> None:
    answer = get(visitor, f"file/{file}")
    assert answer.status in {403, 404}
    assert "secret" not in answer.text


PATHS = ("", "page/home.md", "file/img/a.png", "list", "events")


@pytest.mark.parametrize("path", PATHS)
def test_nobody_else_gets_in(visitor: Visitor, path: str) -> None:
    stranger = Visitor(visitor.address)
    assert stranger.send("GET", visitor.room + path).status == 403
    for header in ({"host": "evil.example"}, {"sec_fetch_site": "cross-site"}):
        assert get(visitor, path, **header).status == 403
    assert visitor.send("POST", visitor.room + path).status == 403


def test_the_address_works_again_for_a_page_that_was_closed(visitor: Visitor) -> None:
    assert get(enter(visitor.address), "page/home.md").status == 200


def first_event(visitor: Visitor, version: str) -> dict[str, object]:
    connection = HTTPConnection(urlsplit(visitor.address).netloc, timeout=20)
    try:
        path = f"{visitor.room}events?version={version}"
        connection.request("GET", path, headers={"cookie": visitor.cookie})
        answer = connection.getresponse()
        assert answer.headers["content-type"].startswith("text/event-stream")
        while not (line := answer.readline()).startswith(b"data: "):
            assert line
        value = json.loads(line.removeprefix(b"data: "))
        assert isinstance(value, dict)
        return value
    finally:
        connection.close()


def test_a_browser_that_missed_a_change_is_told_at_once(visitor: Visitor) -> None:
    event = first_event(visitor, "0")
    assert event["listed"] is True
    assert event["moved"] == {}


def test_a_save_is_sent_as_an_event(visitor: Visitor, project: Path) -> None:
    version = first_event(visitor, "0")["version"]
    assert isinstance(version, int)
    while json.loads(get(visitor, "list").text)["version"] < 2:
        version = 2  # the titles are read after the start
    write(project, "home.md", page("Home", "Edited.\n"))
    event = first_event(visitor, "2")
    assert event["version"] == 3
    assert "Edited." in get(visitor, "page/home.md").text


def test_a_page_in_a_language_from_right_to_left_is_shown_so(project: Path) -> None:
    (project / "wikisync.toml").write_text('locale_folders = "all"\n')
    write(project, "fa/home.md", page("Home", "Text.\n"))
    write(project, "en/home.md", page("Home", "Text.\n"))
    with previewing(project) as address:
        visitor = enter(address)
        assert 'id="ws-article" lang="fa" dir="rtl"' in get(visitor, "page/fa/home.md").text
        assert "rtl" not in get(visitor, "page/en/home.md").text
