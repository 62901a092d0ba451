"""What is configured where, what is refused, and that the token stays out of files and sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wikisync import errors
from wikisync.config import load
from wikisync.settings import size_in_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.config import Config

URL = "https://wiki.example.org"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJhcGkiOjF9.c2lnbmF0dXJl"


def loaded(root: Path, text: str | None = f'url = "{URL}"', **env: str) -> Config:
    if text is not None:
        (root / "wikisync.toml").write_text(text)
    return load(start=root, env={"WIKISYNC_TOKEN": TOKEN, **env})


def test_an_address_is_enough_and_the_rest_has_its_defaults(tmp_path: Path) -> None:
    found = loaded(tmp_path)
    assert (found.url, found.token, found.folder) == (URL, TOKEN, tmp_path / "pages")
    assert (found.state, found.folder_name) == (tmp_path / ".wikisync", "pages")
    assert (found.ignore, found.write_back, found.max_delete) == ((), True, None)


def test_every_setting_of_the_file_is_taken(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        f'url = "{URL}/"\nfolder = "docs/wiki"\nignore = ["drafts/"]\nwrite_back = false\n'
        'max_delete = 0\njobs = 3\nca_file = "ca.pem"\n',
    )
    assert (found.url, found.folder_name, found.ignore) == (URL, "docs/wiki", ("drafts/",))
    assert (found.write_back, found.max_delete, found.jobs) == (False, 0, 3)
    assert found.ca_file == tmp_path / "ca.pem"


def test_the_file_is_found_upwards(tmp_path: Path) -> None:
    (tmp_path / "wikisync.toml").write_text(f'url = "{URL}"')
    (tmp_path / "a/b").mkdir(parents=True)
    found = load(start=tmp_path / "a/b", env={"WIKISYNC_TOKEN": TOKEN})
    assert (found.project, found.folder) == (tmp_path, tmp_path / "pages")


def test_a_file_that_is_named_is_used_and_its_folder_is_the_project(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text(f'url = "{URL}"')
    assert load(file, env={"WIKISYNC_TOKEN": TOKEN}).project == tmp_path
    with pytest.raises(errors.NotConfigured):
        load(tmp_path / "none.toml", env={"WIKISYNC_TOKEN": TOKEN})


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    assert loaded(tmp_path, WIKISYNC_URL="https://other.example.org").url.endswith(
        "other.example.org"
    )
    assert loaded(tmp_path, WIKISYNC_URL="").url == URL
    assert loaded(tmp_path, WIKISYNC_CA_FILE="env.pem").ca_file == tmp_path / "env.pem"


def test_the_environment_alone_will_do(tmp_path: Path) -> None:
    assert loaded(tmp_path, None, WIKISYNC_URL=URL).folder == tmp_path / "pages"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    for text, env, what in (
        (None, {}, "config"),
        ('folder = "pages"', {}, "url"),
        (f'url = "{URL}"', {"WIKISYNC_TOKEN": " "}, "token"),
    ):
        with pytest.raises(errors.NotConfigured) as caught:
            loaded(tmp_path, text, **env)
        assert caught.value.what == what


def test_a_command_that_needs_no_token_does_without(tmp_path: Path) -> None:
    (tmp_path / "wikisync.toml").write_text(f'url = "{URL}"')
    assert load(start=tmp_path, env={}, need_token=False).token == ""


def test_blanks_around_the_token_are_cut(tmp_path: Path) -> None:
    assert loaded(tmp_path, WIKISYNC_TOKEN=f" {TOKEN}\n").token == TOKEN


def test_a_token_may_stand_as_in_a_header(tmp_path: Path) -> None:
    assert loaded(tmp_path, WIKISYNC_TOKEN=f"Bearer {TOKEN}").token == TOKEN


@pytest.mark.parametrize(
    "line", [f'token = "{TOKEN}"', 'api-key = "x"', 'PASSWORD = "x"', f'folder = "{TOKEN}"']
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, line: str) -> None:
    with pytest.raises(errors.TokenInFile) as caught:
        loaded(tmp_path, f'url = "{URL}"\n{line}\n')
    assert TOKEN not in repr(caught.value)
    assert TOKEN not in f"{caught.value}{caught.value.args}"


def test_a_token_in_the_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(errors.TokenInFile) as caught:
        loaded(tmp_path, WIKISYNC_URL=f"{URL}/?token={TOKEN}")
    assert TOKEN not in f"{caught.value!r}"


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("folder = 3", "folder"),
        ('folder = ""', "folder"),
        ('ignore = "drafts"', "ignore"),
        ("ignore = [1]", "ignore"),
        ('ignore = ["!"]', "ignore"),
        ('ignore = ["[z-a]"]', "ignore"),
        (f'ignore = ["{"*a" * 30}"]', "ignore"),
        (f'ignore = ["{"**/a/" * 30}b"]', "ignore"),
        ('ignore = ["' + '", "'.join(["x*"] * 1001) + '"]', "ignore"),
        ('write_back = "no"', "write_back"),
        ("max_delete = -1", "max_delete"),
        ("max_delete = true", "max_delete"),
        ("jobs = 0", "jobs"),
        ("jobs = 65", "jobs"),
        ("jobs = 1.5", "jobs"),
        ('assets = "some"', "assets"),
        ('max_asset_size = "big"', "max_asset_size"),
        ("keep_size = 0", "keep_size"),
        ("colour = true", "colour"),
        ("[wiki]", "wiki"),
    ],
)
def test_a_setting_that_cannot_be_is_named_with_its_line(
    tmp_path: Path, line: str, key: str
) -> None:
    with pytest.raises(errors.BadConfig) as caught:
        loaded(tmp_path, f'url = "{URL}"\n\n{line}\n')
    assert key in f"{caught.value.key} {caught.value.found}"
    assert caught.value.line in {3, None}
    assert caught.value.line == 3 or "[" in line
    assert caught.value.where == str(tmp_path / "wikisync.toml")


def test_patterns_with_stars_in_several_segments_are_taken(tmp_path: Path) -> None:
    found = loaded(tmp_path, f'url = "{URL}"\nignore = ["**/*_*/*.draft.*", "a/**/b/**"]\n')
    assert found.ignore == ("**/*_*/*.draft.*", "a/**/b/**")


@pytest.mark.parametrize(
    "data",
    [
        *(b"url = ", b"\xff", b"url = 'a'\nurl = 'b'"),
        b"url = 'a'\nmax_delete = " + b"1" * 5000,
        b"url = 'a'\nignore = " + b"[" * 20_000 + b"]" * 20_000,
        b"url = 'a'\nignore = " + b"{a = " * 5_000 + b"1" + b"}" * 5_000,
        b"url = 'a'\n" + b"a." * 2_000 + b"b = 1",
    ],
    ids=["cut", "bytes", "twice", "digits", "lists", "tables", "dots"],
)
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "wikisync.toml").write_bytes(data)
    with pytest.raises(errors.BadConfig):
        load(start=tmp_path, env={"WIKISYNC_TOKEN": TOKEN})


@pytest.mark.parametrize("folder", ["..", "/etc", "../pages", "pages/../.."])
def test_a_folder_outside_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(errors.BadConfig) as caught:
        loaded(tmp_path, f'url = "{URL}"\nfolder = "{folder}"\n')
    assert caught.value.key == "folder"


@pytest.mark.parametrize("folder", [".git", ".git/hooks", "docs/.GIT", ".wikisync", "a\\u0000b"])
def test_a_folder_that_programs_keep_or_no_system_has_is_refused(
    tmp_path: Path, folder: str
) -> None:
    with pytest.raises(errors.BadConfig) as caught:
        loaded(tmp_path, f'url = "{URL}"\nfolder = "{folder}"\n')
    assert caught.value.key == "folder"


def test_a_folder_whose_links_go_in_circles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pages").symlink_to("pages")
    with pytest.raises(errors.BadConfig):
        loaded(tmp_path)


def test_a_folder_that_leads_outside_by_a_link_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "pages").symlink_to(tmp_path)
    with pytest.raises(errors.BadConfig):
        loaded(root)


def test_the_token_does_not_show_itself(tmp_path: Path) -> None:
    found: Any = loaded(tmp_path)
    assert TOKEN not in repr(found)
    assert TOKEN not in repr([found.token])


def test_images_and_files_that_pages_refer_to_are_synced_unless_the_file_says_otherwise(
    tmp_path: Path,
) -> None:
    found = loaded(tmp_path)
    assert (found.assets, found.max_asset_size, found.keep_size) == (
        "referenced",
        5 * 1024 * 1024,
        1024**3,
    )
    found = loaded(
        tmp_path, f'url = "{URL}"\nassets = "all"\nmax_asset_size = "50 MB"\nkeep_size = 7\n'
    )
    assert (found.assets, found.max_asset_size, found.keep_size) == ("all", 50_000_000, 7)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        *((1, 1), ("12", 12), ("12 B", 12), ("1 kB", 1000), ("1KiB", 1024), ("5 MiB", 5 * 2**20)),
        *(("1.5 GB", 1_500_000_000), ("2 tib", 2 * 2**40), ("3g", 3_000_000_000)),
        *((0, None), (-1, None), (True, None), (1.5, None), ("", None), ("MB", None)),
        *(("0", None), ("-1 MB", None), ("1 MB of it", None), ("1e9", None), (None, None)),
    ],
)
def test_a_size_is_a_number_of_bytes_or_has_a_unit(value: object, size: int | None) -> None:
    assert size_in_bytes(value) == size
