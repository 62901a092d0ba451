"""Many requests at once do not spoil each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from support.graphql_client import CREATE, LIST, NEW, UPDATE, ask, do
from wikisync.sandbox import Hook, Sandbox

PAGES = 40


def test_writes_at_once_all_arrive(sandbox: Sandbox) -> None:
    def write(number: int) -> bool:
        tags = [f"t{number}", "shared"]
        return bool(do(sandbox, CREATE, **{**NEW, "path": f"p{number}", "tags": tags})["succeeded"])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(write, range(PAGES)))
    pages = sandbox.pages()
    assert {page["path"] for page in pages} == {f"p{number}" for number in range(PAGES)}
    assert all(sorted(page["tags"]) == sorted([f"t{page['path'][1:]}", "shared"]) for page in pages)
    assert len({page["updatedAt"] for page in pages}) == PAGES


def test_one_path_is_given_once_however_many_want_it(sandbox: Sandbox) -> None:
    def write(_: int) -> bool:
        return bool(do(sandbox, CREATE, **{**NEW, "path": "a"})["succeeded"])

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(16))) == 1
    assert len(sandbox.pages()) == 1


def test_reads_go_on_while_others_write(sandbox: Sandbox) -> None:
    ids = [sandbox.create(f"p{number}", tags=["x"])["id"] for number in range(10)]

    def write(number: int) -> bool:
        sent: dict[str, Any] = {"content": str(number), "tags": ["x"], "isPublished": True}
        return bool(do(sandbox, UPDATE, id=ids[number % len(ids)], **sent)["succeeded"])

    def read(_: int) -> bool:
        pages = ask(sandbox, LIST)["pages"]["list"]
        return len(pages) == len(ids) and all(page["tags"] == ["x"] for page in pages)

    with ThreadPoolExecutor(8) as pool:
        written, seen = pool.map(write, range(PAGES)), pool.map(read, range(PAGES))
        assert all(written)
        assert all(seen)


def test_a_hook_may_itself_ask_the_wiki(sandbox: Sandbox) -> None:
    sandbox.faults.add(Hook(lambda: do(sandbox, CREATE, **{**NEW, "path": "b"})), on="list")
    assert [page["path"] for page in ask(sandbox, LIST)["pages"]["list"]] == ["b"]
