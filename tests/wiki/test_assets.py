"""Images and files: listed with the pages, sent and fetched in pieces, believed when seen."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

import pytest

from wikisync import errors
from wikisync.sandbox import (
    Drop,
    Duplicate,
    Hook,
    LoseUpload,
    Redirect,
    Refuse,
    Sandbox,
    Status,
    Truncated,
    WriteThenFail,
)
from wikisync.wiki.assets import FOLDERS_PER_REQUEST, AssetClient, Downloaded
from wikisync.wiki.client import Wiki
from wikisync.wiki.uploads import Upload, media_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n0123456789"


@pytest.fixture
def wiki(sandbox: Sandbox) -> Iterator[Wiki]:
    with Wiki(sandbox.url, sandbox.token) as wiki:
        yield wiki


@pytest.fixture
def assets(wiki: Wiki) -> AssetClient:
    return wiki.assets


def digest(data: bytes) -> Downloaded:
    return Downloaded(len(data), hashlib.sha256(data).hexdigest())


def send(assets: AssetClient, path: str, data: bytes = PNG, folder: int = 0) -> Upload:
    return assets.upload(folder, path, io.BytesIO(data), len(data))


def as_key(sandbox: Sandbox, *permissions: str, **rule: Any) -> Wiki:
    rules = [
        {
            "id": "r",
            "match": "START",
            "deny": False,
            "path": "",
            "locales": [],
            "roles": list(permissions),
            **rule,
        }
    ]
    return Wiki(sandbox.url, sandbox.key(permissions, rules))


# --- Listing


def test_pages_and_all_known_folders_are_one_request(sandbox: Sandbox, wiki: Wiki) -> None:
    sandbox.create("home")
    for path in ("a.png", "img/b.png", "img/sub/c.png", "图片/d e.png"):
        sandbox.assets.upload(path, PNG)
    index, found = wiki.connect_with_assets()
    assert [page.key.path for page in index.pages] == ["home"]
    paths = ["a.png", "img/b.png", "图片/d_e.png", "img/sub/c.png"]
    assert [asset.path for asset in found.assets] == paths
    assert [folder.path for folder in found.folders] == ["img", "图片", "img/sub"]
    before = sandbox.traffic.requests
    index, again = wiki.connect_with_assets(folder.id for folder in found.folders)
    assert sandbox.traffic.requests == before + 1
    assert again == found
    assert wiki.assets.list(folder.id for folder in found.folders) == found


def test_a_listed_asset_has_what_the_wiki_says_of_it(sandbox: Sandbox, assets: AssetClient) -> None:
    row = sandbox.assets.upload("img/a.png", PNG)
    index = assets.list()
    asset = index.at("img/a.png")
    assert asset is not None
    assert (asset.id, asset.folder, asset.size) == (row["id"], row["folderId"], len(PNG))
    assert (asset.mime, asset.name) == ("image/png", "a.png")
    assert (asset.created_at, asset.updated_at) == (row["createdAt"], row["updatedAt"])
    assert index.at("img/b.png") is None
    assert index.folder_id("img") == row["folderId"]
    assert (index.folder_id(""), index.folder_id("other")) == (0, None)


def test_each_level_of_new_folders_is_one_more_request(
    sandbox: Sandbox, assets: AssetClient
) -> None:
    for n in range(3):
        sandbox.assets.upload(f"a{n}/b{n}/c.png", PNG)
    before = sandbox.traffic.requests
    assert len(assets.list().assets) == 3
    assert sandbox.traffic.requests == before + 3


def test_many_folders_are_several_requests(sandbox: Sandbox, assets: AssetClient) -> None:
    many = FOLDERS_PER_REQUEST + 30
    sandbox.assets.fill((f"folder-{n}/a.png" for n in range(many)), PNG)
    found = assets.list()
    assert len(found.folders) == len(found.assets) == many
    before = sandbox.traffic.requests
    assert assets.list(folder.id for folder in found.folders) == found
    assert sandbox.traffic.requests == before + 2


def test_several_assets_and_folders_of_one_name_are_all_listed(
    sandbox: Sandbox, assets: AssetClient
) -> None:
    send(assets, "a.png", b"first")
    sandbox.faults.add(Duplicate(), on="upload")
    send(assets, "a.png", b"second")
    sandbox.assets.create_folder("img")
    sandbox.faults.add(Duplicate(), on="createFolder")
    assets.create_folder(0, "img")
    found = assets.list()
    assert [folder.path for folder in found.folders] == ["img", "img"]
    assert found.folder_id("img") == min(folder.id for folder in found.folders)
    assert [len(group) for group in found.several.values()] == [2]
    newest = found.at("a.png")
    assert newest is not None
    assert assets.read_digest(newest) == digest(b"second")


def test_a_key_without_the_right_still_lists_the_pages(sandbox: Sandbox) -> None:
    sandbox.create("home")
    sandbox.assets.upload("a.png", PNG)
    with as_key(sandbox, "read:pages") as wiki:
        index, found = wiki.connect_with_assets([1])
        assert [page.key.path for page in index.pages] == ["home"]
        assert (found.allowed, found.assets) == (False, ())
        assert wiki.assets.list() == found
        with pytest.raises(errors.Forbidden) as caught:
            wiki.assets.list_folder(0)
        assert caught.value.needs == ("read:assets",)


def test_page_rules_hide_folders_and_assets(sandbox: Sandbox) -> None:
    sandbox.assets.upload("img/a.png", PNG)
    hidden = sandbox.assets.upload("other/b.png", PNG)
    with as_key(sandbox, "read:assets", "write:assets", path="img") as wiki:
        found = wiki.assets.list([hidden["folderId"]])
        assert [asset.path for asset in found.assets] == ["img/a.png"]
        with pytest.raises(errors.Forbidden):
            send(wiki.assets, "other/c.png", folder=hidden["folderId"])


# --- Sending


@pytest.mark.parametrize("size", [0, 1, 18, 300_000])
def test_an_upload_is_stored_when_the_list_and_the_bytes_say_so(
    assets: AssetClient, size: int
) -> None:
    folder = assets.create_folder(0, "img")
    data = bytes(n % 251 for n in range(size))
    sent = send(assets, "img/a b.png".replace(" ", "_"), data, folder)
    assert (sent.size, sent.sha256) == (size, digest(data).sha256)
    checked = assets.check_upload(sent, None)
    assert (checked.outcome, checked.found) == ("stored", digest(data))
    assert checked.asset == assets.list().at("img/a_b.png")


def test_an_upload_over_an_asset_is_stored_when_its_time_is_new(assets: AssetClient) -> None:
    send(assets, "a.png")
    before = assets.list().at("a.png")
    sent = send(assets, "a.png")
    checked = assets.check_upload(sent, before)
    assert checked.outcome == "stored"
    assert before is not None
    assert checked.asset is not None
    assert checked.asset.id == before.id
    assert assets.check_upload(sent, checked.asset).outcome == "lost"


@pytest.mark.parametrize("there", [False, True])
def test_an_upload_that_the_wiki_lost_is_found_out(
    sandbox: Sandbox, assets: AssetClient, there: bool
) -> None:
    if there:
        sandbox.assets.upload("a.png", PNG)
    before = assets.list().at("a.png")
    sandbox.faults.add(LoseUpload(), on="upload")
    assert assets.check_upload(send(assets, "a.png"), before).outcome == "lost"


def test_an_upload_to_a_folder_that_is_not_there_is_lost(assets: AssetClient) -> None:
    sent = send(assets, "gone/a.png", folder=9999)
    assert assets.check_upload(sent, None).outcome == "lost"


def test_an_svg_that_the_wiki_rewrote_is_told_from_one_that_it_did_not(assets: AssetClient) -> None:
    sent = send(assets, "a.svg", b"<svg/>")
    checked = assets.check_upload(sent, None)
    assert (checked.outcome, checked.found) == ("rewritten", digest(b"<svg></svg>"))
    again = send(assets, "a.svg", b"<svg></svg>")
    assert assets.check_upload(again, checked.asset).outcome == "stored"


def test_bytes_of_another_after_an_upload_are_found_out(
    sandbox: Sandbox, assets: AssetClient
) -> None:
    other = Hook(lambda: sandbox.assets.upload("a.png", b"other"), after=True)
    sandbox.faults.add(other, on="upload")
    checked = assets.check_upload(send(assets, "a.png"), None)
    assert (checked.outcome, checked.found) == ("different", digest(b"other"))


def test_several_assets_of_one_name_after_an_upload_are_found_out(
    sandbox: Sandbox, assets: AssetClient
) -> None:
    sandbox.assets.upload("a.png", b"other")
    before = assets.list().at("a.png")
    sandbox.faults.add(Duplicate(), on="upload")
    checked = assets.check_upload(send(assets, "a.png"), before)
    assert (checked.outcome, checked.found) == ("several", digest(PNG))


@pytest.mark.parametrize(
    ("fault", "stored"),
    [
        (Drop(), False),
        (Drop(after=True), True),
        (Status(502), False),
        (Status(502, after=True), True),
        (Status(403), False),
        (WriteThenFail(), True),
        (Truncated(), True),
    ],
)
def test_an_upload_without_a_clear_answer_is_uncertain_and_never_sent_again(
    sandbox: Sandbox, assets: AssetClient, fault: Any, stored: bool
) -> None:
    sandbox.faults.add(fault, on="upload", times=None)
    with pytest.raises(errors.WriteUncertain):
        send(assets, "a.png")
    assert sum("assets.upload" in one.fields for one in sandbox.requests) == 1
    sent = Upload(0, "a.png", len(PNG), digest(PNG).sha256)
    assert assets.check_upload(sent, None).outcome == ("stored" if stored else "lost")


def test_a_file_that_is_too_large_is_named_with_its_size(
    sandbox: Sandbox, assets: AssetClient
) -> None:
    sandbox.assets.limit_size(100)
    with pytest.raises(errors.AssetTooLarge) as caught:
        send(assets, "img/a.png", bytes(101))
    assert (caught.value.path, caught.value.size) == ("img/a.png", 101)
    assert sandbox.assets.paths() == []


def test_refusals_of_uploads_are_told_apart(sandbox: Sandbox, assets: AssetClient) -> None:
    with as_key(sandbox, "read:assets") as wiki, pytest.raises(errors.Forbidden) as caught:
        send(wiki.assets, "a.png")
    assert caught.value.needs == ("write:assets",)
    sandbox.faults.add(Refuse(message="no"), on="upload")
    with pytest.raises(errors.Forbidden):
        send(assets, "a.png")
    token = sandbox.key(["write:assets"])
    sandbox.revoke(token)
    with Wiki(sandbox.url, token) as wiki, pytest.raises(errors.ApiDisabled) as off:
        send(wiki.assets, "a.png")
    assert off.value.message == "API Key is invalid or was revoked."
    assert sandbox.assets.paths() == []


@pytest.mark.parametrize("name", ["A.png", "a b.png", "a#.png", "con.png", "", 'a".png', "a."])
def test_a_name_that_the_wiki_would_change_is_not_sent(
    sandbox: Sandbox, assets: AssetClient, name: str
) -> None:
    with pytest.raises(errors.BadName):
        send(assets, name)
    assert [one.fields for one in sandbox.requests] == []


@pytest.mark.parametrize("size", [len(PNG) - 1, len(PNG) + 1])
def test_a_file_that_changes_while_it_is_sent_is_not_stored(
    sandbox: Sandbox, assets: AssetClient, size: int
) -> None:
    with pytest.raises(errors.FileChanged):
        assets.upload(0, "a.png", io.BytesIO(PNG), size)
    assert sandbox.assets.paths() == []
    assert assets.check_upload(send(assets, "a.png"), None).outcome == "stored"


def test_an_upload_is_made_with_the_type_of_its_ending(
    sandbox: Sandbox, assets: AssetClient
) -> None:
    for name in ("a.png", "b.pdf", "c.tar.gz", "d.unknown"):
        send(assets, name)
    assert [row["mime"] for row in sandbox.assets.all()] == [
        *("image/png", "application/pdf", "application/gzip", "application/octet-stream")
    ]
    assert media_type("a.svg") == "image/svg+xml"


# --- Fetching


@pytest.mark.parametrize(
    "path",
    ["a.png", "img/sub/a.png", "图片/图 é.png", "a b/100%20 +&'!~.png", "img/.hidden", "a?b.png"],
)
def test_an_asset_of_any_name_is_fetched(
    sandbox: Sandbox, assets: AssetClient, path: str, tmp_path: Path
) -> None:
    sandbox.assets.upload(path, PNG)
    (asset,) = assets.list().assets
    with (tmp_path / "file").open("w+b") as target:
        target.write(b"what was there before, and longer than the asset")
        assert assets.download(asset, target) == digest(PNG)
    assert (tmp_path / "file").read_bytes() == PNG


@pytest.mark.parametrize("fault", [Drop(), Drop(after=True), Status(503), Truncated(cut=True)])
def test_a_download_that_breaks_off_is_tried_again_from_its_start(
    sandbox: Sandbox, assets: AssetClient, fault: Any
) -> None:
    sandbox.assets.upload("a.png", PNG)
    (asset,) = assets.list().assets
    sandbox.faults.add(fault, on="download", times=2)
    target = io.BytesIO()
    assert assets.download(asset, target) == digest(PNG)
    assert target.getvalue() == PNG


def test_a_download_that_always_fails_ends(sandbox: Sandbox, assets: AssetClient) -> None:
    sandbox.assets.upload("a.png", PNG)
    (asset,) = assets.list().assets
    fault = sandbox.faults.add(Status(503), on="download", times=None)
    with pytest.raises(errors.Unreachable):
        assets.read_digest(asset)
    assert fault.applied == 5


def test_more_bytes_than_the_limit_are_not_read(sandbox: Sandbox, assets: AssetClient) -> None:
    sandbox.assets.upload("a.png", PNG)
    (asset,) = assets.list().assets
    with pytest.raises(errors.TooLarge):
        assets.read_digest(asset, limit=len(PNG) - 1)
    assert assets.read_digest(asset, limit=len(PNG)) == digest(PNG)


def test_an_asset_that_is_gone_hidden_or_taken_for_a_page_is_told(
    sandbox: Sandbox, assets: AssetClient
) -> None:
    sandbox.assets.upload("a.png", PNG)
    sandbox.assets.upload("img/noext", PNG)
    found = assets.list()
    a, noext = found.assets
    with as_key(sandbox, "read:pages") as wiki, pytest.raises(errors.Forbidden) as caught:
        wiki.assets.read_digest(a)
    assert caught.value.needs == ("read:assets",)
    with pytest.raises(errors.AssetGone) as gone:
        assets.read_digest(noext)
    assert gone.value.path == "img/noext"
    sandbox.assets.delete("a.png")
    with pytest.raises(errors.AssetGone):
        assets.read_digest(a)


def test_the_redirect_of_a_download_or_an_upload_is_not_followed(
    sandbox: Sandbox, assets: AssetClient
) -> None:
    with Sandbox() as other:
        sandbox.assets.upload("a.png", PNG)
        (asset,) = assets.list().assets
        sandbox.faults.add(Redirect(f"{other.url}/a.png"), on=("download", "upload"), times=None)
        with pytest.raises(errors.Redirected):
            assets.read_digest(asset)
        with pytest.raises(errors.Redirected):
            send(assets, "b.png")
        assert list(other.requests) == []


# --- Changing


def test_a_folder_is_created_once_and_its_id_is_found(
    sandbox: Sandbox, assets: AssetClient
) -> None:
    img = assets.create_folder(0, "img")
    assert assets.create_folder(0, "img") == img
    sub = assets.create_folder(img, "img/sub")
    assert sandbox.assets.folders() == ["img", "img/sub"]
    assert assets.list().folder_id("img/sub") == sub
    sandbox.faults.add(Drop(after=True), on="createFolder")
    assert assets.create_folder(0, "other") in {row.id for row in assets.list().folders}
    sandbox.faults.add(Drop(), on="createFolder")
    with pytest.raises(errors.WriteUncertain):
        assets.create_folder(0, "lost")
    with pytest.raises(errors.Rejected):
        assets.create_folder(9999, "below-nothing")
    for slug in ("Img", "..", "", "a/"):
        with pytest.raises(errors.BadName):
            assets.create_folder(0, slug)


def test_an_asset_is_renamed_and_deleted(sandbox: Sandbox, assets: AssetClient) -> None:
    row = sandbox.assets.upload("img/a.png", PNG)
    sandbox.assets.upload("img/b.png", PNG)
    assets.rename(row["id"], "new name.png")
    assert sandbox.assets.paths() == ["img/b.png", "img/new name.png"]
    for name in ("b.png", "c.jpg", ".png"):
        with pytest.raises(errors.Rejected):
            assets.rename(row["id"], name)
    with pytest.raises(errors.BadName):
        assets.rename(row["id"], "C.png")
    assets.delete(row["id"])
    assert sandbox.assets.paths() == ["img/b.png"]
    with pytest.raises(errors.AssetGone):
        assets.delete(row["id"])
    with pytest.raises(errors.AssetGone):
        assets.rename(row["id"], "x.png")


@pytest.mark.parametrize("fault", [Drop(after=True), WriteThenFail()])
def test_a_change_without_a_clear_answer_is_uncertain(
    sandbox: Sandbox, assets: AssetClient, fault: Any
) -> None:
    row = sandbox.assets.upload("a.png", PNG)
    sandbox.faults.add(fault, on=("renameAsset", "deleteAsset"), times=None)
    with pytest.raises(errors.WriteUncertain):
        assets.rename(row["id"], "b.png")
    with pytest.raises(errors.WriteUncertain):
        assets.delete(row["id"])
    assert sandbox.assets.paths() == []


def test_a_change_without_the_right_is_forbidden(sandbox: Sandbox) -> None:
    row = sandbox.assets.upload("a.png", PNG)
    with as_key(sandbox, "read:assets") as wiki:
        calls: list[tuple[Callable[[], object], str]] = [
            (lambda: wiki.assets.rename(row["id"], "b.png"), "manage:assets"),
            (lambda: wiki.assets.delete(row["id"]), "manage:assets"),
            (lambda: wiki.assets.create_folder(0, "img"), "write:assets"),
        ]
        for call, right in calls:
            with pytest.raises(errors.Forbidden) as caught:
                call()
            assert caught.value.needs == (right,)
    rights = ("read:assets", "write:assets", "manage:assets")
    with as_key(sandbox, *rights, path="other") as wiki:
        with pytest.raises(errors.Forbidden):
            wiki.assets.delete(row["id"])
        with pytest.raises(errors.Forbidden):
            wiki.assets.rename(row["id"], "b.png")
    assert sandbox.assets.paths() == ["a.png"]


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_that_the_key_may_not_see_is_named_with_the_right(
    sandbox: Sandbox, exists: bool
) -> None:
    if exists:
        sandbox.assets.create_folder("img")
    rights = ("read:assets", "write:assets")
    with as_key(sandbox, *rights, path="other") as wiki:
        with pytest.raises(errors.AssetFolderHidden) as caught:
            wiki.assets.create_folder(0, "img")
        assert (caught.value.folder, caught.value.needs) == ("img", ("read:assets",))


# --- Pieces


def test_no_file_is_in_memory_as_a_whole(sandbox: Sandbox, assets: AssetClient) -> None:
    size = 5_000_000
    sizes: list[int] = []

    class Source(io.BytesIO):
        def read(self, amount: int | None = -1, /) -> bytes:
            assert amount is not None
            sizes.append(amount)
            return super().read(amount)

    class Target(io.BytesIO):
        def write(self, data: Any, /) -> int:
            sizes.append(len(data))
            return super().write(data)

    sent = assets.upload(0, "a.bin", Source(bytes(size)), size)
    checked = assets.check_upload(sent, None)
    assert checked.asset is not None
    assert assets.download(checked.asset, Target()) == checked.found
    assert min(sizes) > 0
    assert max(sizes) <= 256 * 1024
