"""Raw loops: the requests that a piece of work needs, and nothing else; a process of its own.

``python -m bench.raw list | read JOBS | update JOBS HOW_MANY | create JOBS HOW_MANY NAME``, and
for images ``fetch JOBS HOW_MANY | send JOBS HOW_MANY NAME``, with the wiki in BENCH_URL and
BENCH_TOKEN. It prints the seconds that the requests took: neither the start of Python nor the list
that tells which pages there are. Nothing is checked, nothing parsed and nothing written down.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from bench.peer import IMAGE, RAW, TEXT, image_path

LIST: Final = (
    "{ pages { list { id path locale title description contentType isPublished isPrivate"
    " createdAt updatedAt tags } } }"
)
WHOLE: Final = (
    "id path locale title description contentType editor isPublished isPrivate publishStartDate"
    " publishEndDate createdAt updatedAt scriptCss scriptJs content"
)
BATCH: Final = 50
FIELDS: Final = (
    "content: $content, description: $description, editor: $editor, isPublished: $isPublished,"
    " isPrivate: $isPrivate, locale: $locale, path: $path, tags: $tags, title: $title,"
    ' publishStartDate: "", publishEndDate: "", scriptCss: "", scriptJs: ""'
)
TYPES: Final = (
    "$content: String!, $description: String!, $editor: String!, $isPublished: Boolean!,"
    " $isPrivate: Boolean!, $locale: String!, $path: String!, $tags: [String]!, $title: String!"
)
RESULT: Final = "{ responseResult { succeeded errorCode slug message } page { id updatedAt } }"
UPDATE: Final = (
    f"mutation ($id: Int!, {TYPES}) {{ pages {{ update(id: $id, {FIELDS}) {RESULT} }} }}"
)
CREATE: Final = f"mutation ({TYPES}) {{ pages {{ create({FIELDS}) {RESULT} }} }}"

Send = Callable[[str, dict[str, Any]], bytes]


def main() -> None:
    work, *rest = sys.argv[1:]
    jobs = int(rest[0]) if rest else 1
    known = json.loads(sender()(LIST, {}))["data"]["pages"]["list"]
    begun = time.perf_counter()
    match work:
        case "list":
            sender()(LIST, {})
        case "read":
            ids = [page["id"] for page in known if not page["path"].startswith(f"{RAW}/")]
            chunks = [ids[n : n + BATCH] for n in range(0, len(ids), BATCH)]
            at_once(jobs, ((batch(len(chunk)), numbered(chunk)) for chunk in chunks))
        case "update":
            own = [page for page in known if page["path"].startswith(f"{RAW}/page-")]
            text = f"{begun}\n{TEXT}"
            at_once(jobs, ((UPDATE, record(p["path"], text, p["id"])) for p in own[: int(rest[1])]))
        case "create":
            names = (f"{RAW}/{rest[2]}-{n}" for n in range(int(rest[1])))
            at_once(jobs, ((CREATE, record(name, TEXT)) for name in names))
        case "fetch":
            paths = [f"/{image_path(n)}" for n in range(int(rest[1]))]
            at_once(jobs, (("GET", path, b"", "") for path in paths), file_sender)
        case "send":
            forms = (form(f"{rest[2]}-{n}.png") for n in range(int(rest[1])))
            at_once(jobs, (("POST", "/u", body, kind) for body, kind in forms), file_sender)
    print(time.perf_counter() - begun)


def sender() -> Send:
    """A kept-alive connection to the wiki."""
    where = urlsplit(os.environ["BENCH_URL"])
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(where.hostname or "", where.port)
    token = os.environ["BENCH_TOKEN"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def send(query: str, variables: dict[str, Any]) -> bytes:
        body = json.dumps({"query": query, "variables": variables}).encode()
        connection.request("POST", f"{where.path}/graphql", body, headers)
        answer = connection.getresponse()
        data = answer.read()
        assert answer.status == 200, data[:200]
        return data

    return send


def file_sender() -> Callable[[str, str, bytes, str], bytes]:
    """A kept-alive connection to the wiki, for files."""
    where = urlsplit(os.environ["BENCH_URL"])
    connection = http.client.HTTPConnection(where.hostname or "", where.port)
    token = os.environ["BENCH_TOKEN"]

    def send(method: str, path: str, body: bytes, kind: str) -> bytes:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        data = answer.read()
        assert answer.status == 200, data[:200]
        return data

    return send


def form(name: str) -> tuple[bytes, str]:
    """An upload to the root, and its type."""
    part = '--x\r\nContent-Disposition: form-data; name="mediaUpload"'
    head = f'{part}\r\n\r\n{{"folderId": 0}}\r\n{part}; filename="{name}"\r\n'
    kind = "Content-Type: image/png\r\n\r\n"
    return f"{head}{kind}".encode() + IMAGE + b"\r\n--x--\r\n", "multipart/form-data; boundary=x"


def at_once(
    jobs: int,
    requests: Iterable[tuple[Any, ...]],
    begin: Callable[[], Callable[..., bytes]] = sender,
) -> None:
    """All the requests, ``jobs`` in flight."""
    waiting, lock = iter(requests), threading.Lock()

    def work() -> None:
        send = begin()
        while True:
            with lock:
                request = next(waiting, None)
            if request is None:
                return
            send(*request)

    threads = [threading.Thread(target=work) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def batch(size: int) -> str:
    ids = ", ".join(f"$i{n}: Int!" for n in range(size))
    fields = " ".join(f"p{n}: single(id: $i{n}) {{ ...W }}" for n in range(size))
    return f"query ({ids}) {{ pages {{ {fields} }} }} fragment W on Page {{ {WHOLE} }}"


def numbered(ids: list[int]) -> dict[str, Any]:
    return {f"i{n}": page for n, page in enumerate(ids)}


def record(path: str, content: str, page: int | None = None) -> dict[str, Any]:
    whole = {
        "content": content,
        "description": "",
        "editor": "markdown",
        "isPublished": True,
        "isPrivate": False,
        "locale": "en",
        "path": path,
        "tags": ["one", "two"],
        "title": path,
    }
    return whole if page is None else {"id": page, **whole}


if __name__ == "__main__":
    main()
