"""Images and files of the sandbox, where the recordings do not show them."""

from __future__ import annotations

import http.client
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import pytest

from support.graphql_client import Answer, ask, browse, post
from wikisync.sandbox import (
    Drop,
    Duplicate,
    Hook,
    Late,
    LoseUpload,
    Refuse,
    Sandbox,
    Status,
    Truncated,
    WriteThenFail,
)

if TYPE_CHECKING:
    from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n0123456789"
MARK = b"--a-boundary"
RULE: dict[str, Any] = {"id": "r", "match": "START", "deny": False, "locales": []}
CREATE_FOLDER = (
    "mutation($p:Int!,$s:String!){assets{createFolder(parentFolderId:$p,slug:$s)"
    "{responseResult{slug}}}}"
)


def request(
    sandbox: Sandbox,
    method: str,
    target: str,
    body: bytes = b"",
    token: str | None = None,
    **headers: str,
) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token != "":
        sent["authorization"] = f"Bearer {token or sandbox.token}"
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=30)
    try:
        connection.request(method, target, body, sent)
        response = connection.getresponse()
        kind = response.getheader("content-type", "").partition(";")[0]
        return Answer(response.status, kind, response.read(), dict(response.getheaders()))
    finally:
        connection.close()


def form(*parts: tuple[str, bytes]) -> bytes:
    written = [
        MARK
        + b"\r\nContent-Disposition: form-data; "
        + head.encode()
        + b"\r\n\r\n"
        + data
        + b"\r\n"
        for head, data in parts
    ]
    return b"".join([*written, MARK, b"--\r\n"])


def folder(number: object) -> tuple[str, bytes]:
    return 'name="mediaUpload"', json.dumps({"folderId": number}).encode()


def file(name: str, data: bytes = PNG, mime: str = "image/png") -> tuple[str, bytes]:
    return f'name="mediaUpload"; filename="{name}"\r\nContent-Type: {mime}', data


def post_form(sandbox: Sandbox, body: bytes, token: str | None = None) -> Answer:
    kind = "multipart/form-data; boundary=a-boundary"
    return request(sandbox, "POST", "/u", body, token, content_type=kind)


def upload(
    sandbox: Sandbox, name: str, data: bytes = PNG, number: int = 0, token: str | None = None
) -> Answer:
    return post_form(sandbox, form(folder(number), file(name, data)), token)


def get(sandbox: Sandbox, path: str, token: str | None = None, **headers: str) -> Answer:
    return request(sandbox, "GET", quote(path), b"", token, **headers)


# --- Reading


def test_an_asset_has_a_tag_and_one_who_knows_it_gets_no_bytes(sandbox: Sandbox) -> None:
    sandbox.assets.upload("img/a.png", PNG)
    first = get(sandbox, "/img/a.png")
    assert (first.status, first.type, first.body) == (200, "image/png", PNG)
    tag = first.headers["etag"]
    same = get(sandbox, "/img/a.png", if_none_match=f'"x", {tag}')
    assert (same.status, same.body, same.headers["etag"]) == (304, b"", tag)
    sandbox.assets.upload("img/a.png", PNG)
    assert get(sandbox, "/img/a.png", if_none_match=tag).status == 200


@pytest.mark.parametrize(
    ("asked", "status", "part", "content_range"),
    [
        ("bytes=0-3", 206, PNG[:4], "bytes 0-3/18"),
        ("bytes=4-", 206, PNG[4:], "bytes 4-17/18"),
        ("bytes=-2", 206, PNG[-2:], "bytes 16-17/18"),
        ("bytes=16-99", 206, PNG[16:], "bytes 16-17/18"),
        ("bytes=18-", 416, b"Range Not Satisfiable", "bytes */18"),
        ("bytes=0-1,4-5", 200, PNG, None),
        ("lines=1-2", 200, PNG, None),
    ],
)
def test_a_range_of_an_asset_is_sent(
    sandbox: Sandbox, asked: str, status: int, part: bytes, content_range: str | None
) -> None:
    sandbox.assets.upload("a.png", PNG)
    found = get(sandbox, "/a.png", range=asked)
    assert (found.status, found.body) == (status, part)
    assert found.headers.get("content-range") == content_range


def test_a_range_of_an_asset_that_changed_is_all_of_it(sandbox: Sandbox) -> None:
    sandbox.assets.upload("a.png", PNG)
    assert get(sandbox, "/a.png", range="bytes=0-1", if_range='W/"other"').body == PNG


def test_a_head_has_the_headers_of_an_asset_and_no_bytes(sandbox: Sandbox) -> None:
    sandbox.assets.upload("a.png", PNG)
    found = request(sandbox, "HEAD", "/a.png")
    assert (found.status, found.body, found.headers["content-length"]) == (200, b"", "18")


def test_nothing_in_an_asset_can_run_in_a_browser(sandbox: Sandbox) -> None:
    sandbox.assets.upload("a.xhtml", b"<script>alert(1)</script>")
    found = get(sandbox, "/a.xhtml")
    assert found.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in found.headers["content-security-policy"]
    assert found.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "img/noext",
        "img/a.md",
        "img/a.txt",
        "img/a.html",
        "favicon.ico",
        "robots.txt",
        "img/a...png",
        "img/a..png",
        "a/b.png",
        "en/b.png",
        "pt-br/b.png",
        "js/b.png",
        "login/b.png",
        "verify/b.png",
        "graphql/b.png",
        "u/b.png",
    ],
)
def test_some_assets_can_be_stored_and_never_read(sandbox: Sandbox, path: str) -> None:
    sandbox.assets.upload(path, PNG)
    assert path in sandbox.assets.paths()
    assert get(sandbox, f"/{path}").status == 404


@pytest.mark.parametrize(
    "path",
    [
        *("img/a.png", "svg/a.png", "fonts/a.png", "favicons/a.png", "logout/a.png"),
        *("register/a.png", "_assets/a.png", ".well-known/a.png", "a b/a.png", "图片/图.png"),
        *("img/robots.txt.png", "img/en/a.png", "eng/a.png", "img/100% a+b&c'd.png"),
    ],
)
def test_others_can_be_read(sandbox: Sandbox, path: str) -> None:
    path = sandbox.assets.upload(path, PNG)["path"]
    assert get(sandbox, f"/{path}").body == PNG


def test_an_asset_outside_the_page_rules_is_hidden_and_forbidden(sandbox: Sandbox) -> None:
    rights = ["read:assets", "write:assets", "manage:assets"]
    token = sandbox.key(rights, [{**RULE, "roles": rights, "path": "team"}])
    sandbox.assets.upload("team/a.png", PNG)
    hidden = sandbox.assets.upload("other/a.png", PNG)
    listed = "query($f:Int!){assets{list(folderId:$f,kind:ALL){filename}}}"
    assert ask(sandbox, listed, token, f=hidden["folderId"])["assets"]["list"] == []
    assert get(sandbox, "/team/a.png", token).status == 200
    assert get(sandbox, "/other/a.png", token).status == 403
    assert upload(sandbox, "b.png", number=hidden["folderId"], token=token).status == 403
    for field, arguments in (("deleteAsset", "id:$i"), ("renameAsset", 'id:$i,filename:"b.png"')):
        query = (
            f"mutation($i:Int!){{assets{{{field}({arguments}){{responseResult{{errorCode}}}}}}}}"
        )
        result = ask(sandbox, query, token, i=hidden["id"])["assets"][field]["responseResult"]
        assert result["errorCode"] == {"deleteAsset": 2003, "renameAsset": 2006}[field]
    assert sandbox.assets.paths() == ["other/a.png", "team/a.png"]


def test_a_page_shows_its_images_to_a_browser(sandbox: Sandbox) -> None:
    sandbox.assets.upload("img/a b.png", PNG)
    sandbox.create("guide/one", content="![an image](/img/a_b.png)\n")
    page = browse(sandbox, "/guide/one")
    assert b'<img alt="an image" src="/img/a_b.png"' in page.body
    assert "img-src 'self'" in page.headers["content-security-policy"]
    assert request(sandbox, "GET", "/img/a_b.png", token="").body == PNG


# --- Uploading


def test_a_file_is_stored_under_the_name_that_the_wiki_makes_of_it(sandbox: Sandbox) -> None:
    assert upload(sandbox, "My Photo,;# 1.PNG").body == b"ok"
    assert sandbox.assets.paths() == ["my_photo_1.png"]


def test_an_upload_to_no_folder_answers_ok_and_keeps_nothing(sandbox: Sandbox) -> None:
    for number in (9999, -1, 2**40):
        assert upload(sandbox, "a.png", number=number).body == b"ok"
    assert sandbox.assets.paths() == []


def test_an_upload_over_the_limit_is_an_error_page_and_keeps_nothing(sandbox: Sandbox) -> None:
    sandbox.assets.limit_size(100)
    assert upload(sandbox, "a.png", bytes(100)).status == 200
    refused = upload(sandbox, "b.png", bytes(101))
    assert (refused.status, refused.type) == (500, "text/html")
    assert b"File too large" in refused.body
    assert sandbox.assets.paths() == ["a.png"]


def test_an_upload_with_a_token_that_is_refused_is_an_error_page(sandbox: Sandbox) -> None:
    token = sandbox.key(["write:assets"])
    sandbox.revoke(token)
    refused = upload(sandbox, "a.png", token=token)
    assert (refused.status, refused.type) == (500, "text/html")
    assert b"API Key is invalid or was revoked." in refused.body
    assert get(sandbox, "/a.png", token).status == 500


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (form(), 400),
        (form(folder(0)), 400),
        (form(file("a.png")), 400),
        (form(folder("x"), file("a.png")), 400),
        (form(('name="mediaUpload"', b"["), file("a.png")), 400),
        (form(folder(0), file("a.png"), file("b.png")), 400),
        (form(folder(0), *[file("a.png")] * 11), 500),
        (form(folder(0), ('name="other"; filename="a.png"', PNG)), 500),
        (form(folder(0), file("a.png"))[:-10], 500),
        (b"no form", 500),
        (MARK + b"\r\nX: " + b"x" * 100_000, 500),
        (form(('name="mediaUpload"', b"x" * 2_000_000), file("a.png")), 500),
        (form(folder(0), *[('name="more"', b"x")] * 100), 500),
    ],
)
def test_a_form_that_is_no_upload_is_refused(sandbox: Sandbox, body: bytes, status: int) -> None:
    assert post_form(sandbox, body).status == status
    assert sandbox.assets.paths() == []


def test_a_null_folder_is_the_root(sandbox: Sandbox) -> None:
    assert post_form(sandbox, form(folder(None), file("a.png"))).status == 200
    assert sandbox.assets.paths() == ["a.png"]


def test_a_file_of_many_pieces_arrives_whole(sandbox: Sandbox) -> None:
    data = (b"\r\n--a-boundar" + bytes(range(256))) * 12_000
    assert upload(sandbox, "a.bin", data).status == 200
    assert sandbox.assets.read("a.bin") == data
    assert get(sandbox, "/a.bin").body == data


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<svg onload='x()'><g a=1/></svg>", '<svg><g a="1"></g></svg>'),
        ("<svg><script>x()</script><rect/></svg>", "<svg><rect></rect></svg>"),
        ("<svg viewBox='0 0 1 1'></svg>", '<svg viewBox="0 0 1 1"></svg>'),
        (
            "<svg><linearGradient id='a'></linearGradient></svg>",
            '<svg><linearGradient id="a"></linearGradient></svg>',
        ),
        ("<svg><a href='javascript:x()'>t</a></svg>", "<svg><a>t</a></svg>"),
        ("<svg><!-- x --><text>a &amp; b</text></svg>", "<svg><text>a &amp; b</text></svg>"),
        ('<?xml version="1.0"?><svg></svg>', "<svg></svg>"),
        ("<svg><g>", "<svg><g></g></svg>"),
    ],
)
def test_svg_is_rewritten_and_what_could_run_removed(
    sandbox: Sandbox, sent: str, kept: str
) -> None:
    sandbox.assets.upload("a.svg", sent.encode())
    stored = sandbox.assets.read("a.svg")
    assert stored is not None
    assert stored.decode() == kept
    sandbox.assets.upload("a.svg", stored)
    assert sandbox.assets.read("a.svg") == stored


# --- At the same time


def at_once(sandbox: Sandbox, calls: list[Any], field: str) -> None:
    """Run calls so that each of them has begun before the first is carried out."""
    gate = threading.Event()
    sandbox.faults.add(Late(until=gate, after=False), on=field, times=len(calls) - 1)
    last = sandbox.faults.add(Hook(gate.set), on=field, nth=len(calls))
    with ThreadPoolExecutor(len(calls)) as pool:
        for answer in [pool.submit(call) for call in calls]:
            assert answer.result().status == 200
    assert last.applied == 1


def test_uploads_of_one_name_at_the_same_time_make_several_of_that_name(sandbox: Sandbox) -> None:
    at_once(sandbox, [lambda: upload(sandbox, "a.png")] * 3, "upload")
    assert sandbox.assets.paths() == ["a.png"] * 3
    assert sandbox.races.lost["assets"] == 2


def test_uploads_of_one_name_one_after_the_other_replace(sandbox: Sandbox) -> None:
    upload(sandbox, "a.png")
    first = sandbox.assets.all()[0]
    upload(sandbox, "A.png", b"other")
    (again,) = sandbox.assets.all()
    assert (again["id"], again["createdAt"]) == (first["id"], first["createdAt"])
    assert again["updatedAt"] > first["updatedAt"]
    assert sandbox.assets.read("a.png") == b"other"


def test_uploads_of_other_names_or_to_other_folders_do_not_meet(sandbox: Sandbox) -> None:
    number = sandbox.assets.create_folder("img") or 0
    calls = [
        lambda: upload(sandbox, "a.png"),
        lambda: upload(sandbox, "b.png"),
        lambda: upload(sandbox, "a.png", number=number),
    ]
    at_once(sandbox, calls, "upload")
    assert sandbox.assets.paths() == ["a.png", "b.png", "img/a.png"]


def test_folders_of_one_name_created_at_the_same_time_are_several(sandbox: Sandbox) -> None:
    at_once(sandbox, [lambda: post(sandbox, CREATE_FOLDER, p=0, s="Img")] * 2, "createFolder")
    assert sandbox.assets.folders() == ["img", "img"]
    two = 'a:createFolder(parentFolderId:0,slug:"p"){responseResult{slug}}'
    ask(sandbox, f"mutation{{assets{{{two} {two.replace('a:', 'b:', 1)}}}}}")
    assert sandbox.assets.folders() == ["img", "img", "p", "p"]


def test_of_several_assets_of_one_name_the_newest_is_sent(sandbox: Sandbox) -> None:
    upload(sandbox, "a.png", b"first")
    sandbox.faults.add(Duplicate(), on="upload")
    upload(sandbox, "a.png", b"second")
    assert get(sandbox, "/a.png").body == b"second"
    sandbox.assets.delete("a.png")
    assert get(sandbox, "/a.png").body == b"first"


# --- Faults


def test_a_lost_upload_answers_ok_and_keeps_nothing(sandbox: Sandbox) -> None:
    lost = sandbox.faults.add(LoseUpload(), on="upload", path="a.png")
    assert upload(sandbox, "b.png").body == b"ok"
    assert upload(sandbox, "A.png").body == b"ok"
    assert (sandbox.assets.paths(), lost.applied) == (["b.png"], 1)
    assert upload(sandbox, "a.png").body == b"ok"
    assert sandbox.assets.paths() == ["a.png", "b.png"]


@pytest.mark.parametrize("after", [False, True])
def test_a_dropped_upload_has_no_answer_whether_it_was_done_or_not(
    sandbox: Sandbox, after: bool
) -> None:
    sandbox.faults.add(Drop(after=after), on="upload")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        upload(sandbox, "a.png")
    assert sandbox.assets.paths() == (["a.png"] if after else [])


def test_an_upload_may_be_refused_or_done_and_reported_as_failed(sandbox: Sandbox) -> None:
    sandbox.faults.add(Refuse(message="no"), on="upload")
    refused = upload(sandbox, "a.png")
    assert (refused.status, refused.json["message"]) == (403, "no")
    sandbox.faults.add(WriteThenFail(), on="upload")
    assert upload(sandbox, "b.png").status == 500
    sandbox.faults.add(Status(502), on="upload")
    assert upload(sandbox, "c.png").status == 502
    assert sandbox.assets.paths() == ["b.png"]


def test_a_download_may_break_off(sandbox: Sandbox) -> None:
    sandbox.assets.upload("a.png", PNG)
    sandbox.assets.upload("b.png", PNG)
    sandbox.faults.add(Truncated(cut=True), on="download", path="a.png")
    assert get(sandbox, "/b.png").body == PNG
    with pytest.raises(http.client.IncompleteRead) as caught:
        get(sandbox, "/a.png")
    assert caught.value.partial == PNG[:9]
    sandbox.faults.add(Status(503), on="download")
    assert get(sandbox, "/a.png").status == 503
    assert get(sandbox, "/a.png").body == PNG


def test_uploads_and_downloads_are_seen_and_counted(sandbox: Sandbox) -> None:
    before = sandbox.traffic
    upload(sandbox, "a.png")
    get(sandbox, "/a.png")
    assert [one.fields for one in sandbox.requests] == [("assets.upload",), ("assets.download",)]
    assert [one.is_mutation for one in sandbox.requests] == [True, False]
    assert sandbox.traffic.requests == before.requests + 2
    assert sandbox.traffic.sent == before.sent + len(b"ok") + len(PNG)


# --- Keeping


def test_assets_outlive_a_sandbox_with_a_folder(tmp_path: Path) -> None:
    with Sandbox(data=tmp_path / "wiki") as sandbox:
        sandbox.assets.upload("img/a.png", PNG)
        before = sandbox.assets.all()
    with Sandbox(data=tmp_path / "wiki") as sandbox:
        assert sandbox.assets.read("img/a.png") == PNG
        assert sandbox.assets.all() == before
        assert sandbox.assets.upload("img/b.png", PNG)["updatedAt"] > before[0]["updatedAt"]


def test_a_backup_of_the_wiki_has_its_assets(sandbox: Sandbox) -> None:
    sandbox.assets.upload("img/a.png", PNG)
    dump = sandbox.dump()
    sandbox.assets.delete("img/a.png")
    sandbox.assets.upload("img/b.png", PNG)
    sandbox.restore(dump)
    assert sandbox.assets.paths() == ["img/a.png"]
    assert get(sandbox, "/img/a.png").body == PNG
