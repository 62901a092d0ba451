"""What the wiki makes of the names of assets, and what is proposed in their place."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wikisync.page.asset_names import (
    MAX_NAME,
    ending,
    folder_slug,
    name_problem,
    proposed_path,
    reason_no_file,
    reason_unreadable,
    renamed_name,
    same_names,
    stored_path,
    uploaded_name,
)
from wikisync.sandbox import asset_names as wiki

STEPS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "scenarios" / "contract" / "assets.json").read_text("utf-8")
)["steps"]
LISTED = next(step for step in STEPS if step["title"] == "how they are named")
SENT = [step["upload"]["filename"] for step in STEPS[: STEPS.index(LISTED)] if "upload" in step]
STORED = [asset["filename"] for asset in LISTED["body"]["data"]["assets"]["list"]]
SLUGS = [
    folder["slug"]
    for step in STEPS
    if step["title"] == "folders of the root"
    for folder in step["body"]["data"]["assets"]["folders"]
]
CREATED = [
    step["variables"]["s"]
    for step in STEPS
    if step["title"].startswith("folder '")
    and step["body"]["data"]["assets"]["createFolder"]["responseResult"]["succeeded"]
]
READ = [step for step in STEPS if "get" in step and step["title"].startswith("get /img/")]

PARTS = st.text(
    st.sampled_from(" .-_aAbé,;#:?*\\\"'%&+İßẞǅΣς图🎴\u0301\u3000\x85\t") | st.characters()
)
WORDS = st.sampled_from(
    [
        "con",
        "NUL.png",
        "com1.tar.gz",
        "en",
        "Pt-BR",
        "js",
        "U",
        "图",
        "🎴",
        "..",
        ".",
        "",
        "img",
        "a b",
    ]
)
NAMES = (PARTS | WORDS).map(lambda name: name.replace("/", ""))
PATHS = st.builds(
    lambda folders, name, end: "/".join([*folders, name + end]),
    st.lists(NAMES, max_size=3),
    NAMES,
    st.sampled_from([".png", ".PNG", ".tar.gz", ".svg", ".J PG", ".md", ".Txt", "", ".", ".é"]),
)


def test_a_file_is_named_as_recorded() -> None:
    assert [uploaded_name(name) for name in SENT] == STORED


def test_a_folder_is_named_as_recorded() -> None:
    assert [folder_slug(name) for name in CREATED] == SLUGS


@pytest.mark.parametrize(
    ("sent", "stored"), [("New Name.png", "new name.png"), ("a/x.png", "ax.png")]
)
def test_a_renamed_asset_is_named_as_recorded(sent: str, stored: str) -> None:
    assert renamed_name(sent) == stored


@pytest.mark.parametrize("name", [name for name in STORED if name], ids=lambda name: name[:20])
def test_an_asset_is_readable_or_not_as_recorded(name: str) -> None:
    from urllib.parse import quote

    asked = {step["get"]: step["status"] for step in READ}
    for target in (f"/img/{name}", f"/img/{quote(name)}"):
        if target in asked:
            assert (reason_unreadable(f"img/{name}") is None) == (asked[target] == 200)


def test_an_asset_that_was_read_is_among_those_asked_of() -> None:
    assert {200, 404} <= {step["status"] for step in READ}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("img/noext", "without a dot"),
        ("img/a.md", "`.md`"),
        ("img/.txt", "`.txt`"),
        ("a.html", "`.html`"),
        ("favicon.ico", "/favicon.ico"),
        ("robots.txt", "`.txt`"),
        ("img/a..png", "several dots"),
        ("a.b../c.png", "several dots"),
        ("x/a.png", "one letter"),
        ("图/a.png", "one letter"),
        ("en/a.png", "locale"),
        ("PT-br/a.png", "locale"),
        ("js/a.png", "`js`"),
        ("graphql/a.png", "`graphql`"),
        ("img//a.png", "empty"),
        ("\u3000/a.png", "empty"),
        ("img/a|b.png", "'|'"),
    ],
)
def test_an_asset_that_nobody_could_read_is_named_with_the_reason(path: str, said: str) -> None:
    assert said in (reason_unreadable(path) or "")


@pytest.mark.parametrize(
    "path",
    [
        "a.png",
        *("img/a.png", "svg/a.png", "fonts/a.png", "favicons/a.png", "logout/a.png"),
        *("register/a.png", "_assets/a.png", ".well-known/a.png", "a b/a.png", "🎴/a.png"),
        *("img/favicon.ico", "img/x/a.png", "img/en/a.png", "img/.hidden", "dot.dir/noext"),
    ],
)
def test_any_other_asset_is_readable_and_has_no_problem(path: str) -> None:
    assert reason_unreadable(path) is None
    assert name_problem(path) is None
    if ending(path):
        assert proposed_path(path) == path


@pytest.mark.parametrize(
    ("path", "kind", "stored", "proposed"),
    [
        ("img/My Photo.PNG", "changed", "img/my_photo.png", "img/my-photo.png"),
        ("Img/a.png", "changed", "img/a.png", "img/a.png"),
        ("a;b #1, 2.png", "changed", "a_b_1_2.png", "a-b-1-2.png"),
        ("img/what?.png", "changed", "img/what.png", "img/what.png"),
        ("a/b.png", "unreadable", "a/b.png", "assets/a/b.png"),
        ("en/b c.png", "unreadable", "en/b_c.png", "assets/en/b-c.png"),
        ("favicon.ico", "unreadable", "favicon.ico", "assets/favicon.ico"),
        ("img/a...b.png", "unreadable", "img/a...b.png", "img/a.b.png"),
        ("img/con.png", "nameless", "img/", "img/con-file.png"),
        ("nul/a.png", "nameless", "/a.png", "nul-file/a.png"),
        ("img/??.png", "changed", "img/.png", "img/file.png"),
        ("img/Notes.txt", "unreadable", "img/notes.txt", None),
        ("img/LICENSE", "unreadable", "img/license", None),
        (
            "img/" + "é" * 200 + ".png",
            "unreadable",
            "img/" + "é" * 127,
            "img/" + "é" * 125 + ".png",
        ),
        ("caf\udce9.png", "changed", "caf.png", "caf.png"),
        ("a b/c d.png", "changed", "a b/c_d.png", "a b/c-d.png"),
    ],
)
def test_a_name_that_the_wiki_would_change_or_hide_has_a_proposal(
    path: str, kind: str, stored: str, proposed: str | None
) -> None:
    problem = name_problem(path)
    assert problem is not None
    assert (problem.kind, problem.stored, problem.proposed) == (kind, stored, proposed)
    assert bool(problem.rule) == (kind == "unreadable")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "empty"),
        ("/a.png", "empty"),
        ("img//a.png", "empty"),
        ("../a.png", "dots"),
        ("img/../../a.png", "dots"),
        ("img/.", "dots"),
        (".git/config", "begin with a dot"),
        ("img/.hidden.png", "begin with a dot"),
        ("a\\b.png", "cannot contain"),
        ("a\0b.png", "cannot contain"),
        ("a\nb.png", "cannot contain"),
        ("é" * 128 + ".png", "255 bytes"),
        ("img/a.adoc", "`.adoc` is a page"),
        ("img/a.MD", "is a page"),
        ("wikisync.toml", "settings"),
        ("img/Wikisync.toml", "settings"),
        ("guide/a.md/b.png", "a page's file"),
    ],
)
def test_an_asset_that_cannot_be_a_file_is_named_with_the_reason(path: str, said: str) -> None:
    assert said in (reason_no_file(path) or "")


@given(PATHS)
def test_a_path_of_a_file_stays_in_the_folder(path: str) -> None:
    if reason_no_file(path) is None:
        assert PurePosixPath("/folder", path).is_relative_to("/folder")
        assert not {"..", ".", ""} & set(path.split("/"))


@pytest.mark.parametrize("path", ["a.png", "img/图 片.png", "a:b?.png", "noext", "a...png"])
def test_any_other_asset_can_be_a_file(path: str) -> None:
    assert reason_no_file(path) is None


def test_paths_that_become_one_are_found() -> None:
    paths = ["Img/a.png", "img/A.png", "img/b.png", "img/c d.png", "img/c_d.png", "img/c#d.png"]
    assert same_names(paths) == [
        ("Img/a.png", "img/A.png"),
        ("img/c d.png", "img/c#d.png", "img/c_d.png"),
    ]
    assert same_names(["img/a.png", "img/b.png"]) == []


@given(PATHS)
def test_a_proposal_has_no_problem_and_is_proposed_again(path: str) -> None:
    proposed = proposed_path(path)
    if proposed is not None:
        assert stored_path(proposed) == proposed
        assert reason_unreadable(proposed) is None
        assert proposed_path(proposed) == proposed
        assert all(len(part.encode()) <= MAX_NAME for part in proposed.split("/"))


@given(PATHS)
def test_a_path_without_a_problem_is_left_as_it_is(path: str) -> None:
    if name_problem(path) is None and path.isascii():
        assert proposed_path(path) in {path, None}


@given(NAMES.filter(bool), st.sampled_from([".png", ".PNG", ".svg", ".tar.gz"]))
def test_a_proposal_is_there_for_any_image_and_keeps_the_ending(name: str, end: str) -> None:
    proposed = proposed_path(f"img/{name}{end}")
    assert proposed is not None
    assert ending(proposed) == ending(f"a{end.lower()}")


@given(PATHS)
def test_what_is_stored_is_stored_so_again_unless_it_was_cut(path: str) -> None:
    stored = stored_path(path)
    if all(len(part.encode("utf-8", "replace")) < MAX_NAME - 8 for part in stored.split("/")):
        assert stored_path(stored) == stored


@given(NAMES)
def test_a_name_is_what_the_sandbox_makes_of_it(name: str) -> None:
    if name == name.encode("utf-8", "ignore").decode():
        assert uploaded_name(name) == wiki.uploaded_name(name)
        assert folder_slug(name) == wiki.folder_slug(name)


@given(PATHS)
def test_an_asset_is_readable_where_the_sandbox_finds_it(path: str) -> None:
    stored = stored_path(path)
    address = wiki.parse_address(stored)
    found = not address.is_page and address.path == stored
    assert (reason_unreadable(stored) is None) == found
