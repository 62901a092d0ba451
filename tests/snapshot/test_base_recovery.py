"""A fresh clone and a wiki that nothing is remembered of: what both once had is found again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import stamina

from support.apply_run import page
from support.git_repository import Repo, alone, count_processes, repository
from wikisync.folder.folder import Folder
from wikisync.folder.scan import assign_keys, scan
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import Key, Listed, Record
from wikisync.page.paths import Layout, Locales
from wikisync.planning.model import Base, Conflict, Remote
from wikisync.planning.notes import Note
from wikisync.planning.reconcile import DropBase, NoChange, decide
from wikisync.snapshot.base_recovery import RecoveredBases, recover_bases
from wikisync.wiki.client import Wiki

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from wikisync.planning.model import RemoteState
    from wikisync.sandbox import Sandbox

LAYOUT = Layout(Locales("en", ("en", "fr")))
READER = ["read:pages", "read:source", "write:pages", "manage:pages"]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    alone(monkeypatch)
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


@dataclass
class Town:
    """A folder in a repository (or not), and a wiki, before their first meeting."""

    sandbox: Sandbox
    repo: Repo
    below: str = ""
    ignore: tuple[str, ...] = ()

    @property
    def folder(self) -> Folder:
        return Folder(self.repo.root / self.below, self.ignore)

    def post(self, path: str, content: str, tags: Iterable[str] = (), **fields: Any) -> int:
        """A page on the wiki as its file would make it: made, or edited."""
        made: dict[str, Any] = {"content": content, "title": "A page", "tags": list(tags), **fields}
        if self.sandbox.page(path):
            return int(self.sandbox.edit(path, **made)["id"])
        return int(self.sandbox.create(path, **made)["id"])

    def meet(self, token: str = "", bases: Mapping[Key, Base] | None = None) -> RecoveredBases:
        """What a survey knows before it: the files, and the pages that have one, whole."""
        known = bases or {}
        here = assign_keys(scan(self.folder, ()), known, LAYOUT).local
        with Wiki(self.sandbox.url, token or self.sandbox.token) as wiki:
            listed = wiki.connect().pages
            there: dict[Key, RemoteState] = {one.key: Remote(one) for one in listed}
            for one, got in wiki.read([one for one in listed if one.key in here]):
                assert isinstance(got, Record)
                there[one.key] = Remote(one, fingerprint(got.page), got)
            self.sandbox.requests.clear()
            met = recover_bases(wiki, here, there, known, self.folder, LAYOUT)
        self.here, self.there = here, {**there, **met.read}
        return met

    def decided(self, met: RecoveredBases, path: str = "a") -> str:
        """What the decision table makes of a page with the base that was found."""
        key = Key("en", path)
        known = met.bases.get(key)
        base = known.base if known else None
        match decide(key, base, self.here.get(key), self.there.get(key)):
            case Conflict() as conflict:
                return conflict.kind
            case NoChange() | DropBase() as other:
                return type(other).__name__
            case action:
                return f"{action.verb} {action.side}"

    def asked(self) -> list[str]:
        return [name for seen in self.sandbox.requests for name in seen.fields]


@pytest.fixture
def town(sandbox: Sandbox, tmp_path: Path) -> Town:
    return Town(sandbox, repository(tmp_path / "repo"))


def test_a_page_that_only_the_folder_changed_is_pushed(town: Town) -> None:
    for text in ("one\n", "two\n", "three\n"):
        town.repo.commit({"a.md": page(text)})
    number = town.post("a", "two\n")
    met = town.meet()
    assert town.decided(met) == "update wiki"
    assert met.notes == ()
    [found] = met.bases.values()
    assert found.page.content == "two\n"
    listed = town.there[Key("en", "a")]
    assert isinstance(listed, Remote)
    assert found.base.id == number
    assert (found.base.file, found.base.content_type) == ("a.md", "markdown")
    assert found.base.created_at == listed.listed.created_at
    assert found.base.updated_at not in {listed.listed.updated_at}
    assert found.base.remote == listed.fingerprint


def test_a_page_that_only_the_wiki_changed_is_pulled(town: Town) -> None:
    town.repo.commit({"a.md": page("one\n", tags="t")})
    for text in ("one\n", "two\n", "three\n"):
        town.post("a", text, ["t"])
    met = town.meet()
    assert town.decided(met) == "update folder"
    assert met.bases[Key("en", "a")].page.tags == ("t",)


def test_a_page_that_both_changed_meets_at_the_newest_that_both_had(town: Town) -> None:
    for text in ("one\n", "two\n", "mine\n"):
        town.repo.commit({"a.md": page(text)})
    for text in ("one\n", "two\n", "theirs\n"):
        town.post("a", text)
    met = town.meet()
    assert met.bases[Key("en", "a")].page.content == "two\n"
    assert town.decided(met) == "both-changed"  # what a merge begins from


def test_pages_with_nothing_in_common_stay_a_conflict(town: Town) -> None:
    town.repo.commit({"a.md": page("mine\n")})
    town.post("a", "theirs\n")
    met = town.meet()
    assert (met.bases, met.notes) == ({}, ())
    assert town.decided(met) == "both-new"


def test_a_page_that_was_restored_on_the_wiki_is_not_overwritten(town: Town) -> None:
    for text in ("one\n", "two\n"):
        town.repo.commit({"a.md": page(text)})
    for text in ("one\n", "two\n", "one\n"):
        town.post("a", text)
    met = town.meet()
    assert town.decided(met) == "update folder"


def test_a_page_restored_before_a_rebase_is_not_overwritten_after_it(town: Town) -> None:
    old, new = town.repo.commit({"a.md": page("one\n")}), town.repo.commit({"a.md": page("two\n")})
    for text in ("one\n", "two\n", "one\n"):
        town.post("a", text)
    assert old < new
    far = 4_000_000_000  # rebased long after the page was last written
    date = f"--date=@{new} +0000"
    town.repo.git("commit", "-q", "--amend", "--no-edit", date, at=far)
    assert town.decided(town.meet()) == "update folder"


def test_a_repository_that_git_cannot_open_is_said(town: Town, tmp_path: Path) -> None:
    town.repo.write("a.md", page("one\n"))
    (town.repo.root / ".git").rename(tmp_path / "away")
    town.repo.write(".git", f"gitdir: {tmp_path}/nowhere\n")
    town.post("a", "two\n")
    met = town.meet()
    [note] = met.notes
    assert (note.kind, note.pages) == ("git-failed", 1)
    town.repo.write("a.md", page("two\n"))
    town.post("b", "gone here, or new\n")
    [note] = town.meet().notes
    assert (note.kind, note.pages) == ("git-failed", 1)


def test_equal_pages_need_no_ancestor_and_no_git(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.repo.commit({"a.md": page("one\r\n")})
    town.post("a", "one\n")
    commands = count_processes(monkeypatch)
    assert town.meet() == RecoveredBases()
    assert commands == []
    assert town.asked() == []


def test_pages_that_are_remembered_are_left_to_what_is_remembered(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.repo.commit({"a.md": page("one\n")})
    town.repo.commit({"a.md": page("two\n")})
    town.post("a", "one\n")
    base = town.meet().bases[Key("en", "a")].base
    commands = count_processes(monkeypatch)
    assert town.meet(bases={base.key: base}) == RecoveredBases()
    # Nor is a page that moved since: it is remembered under another name.
    town.repo.commit({"b.md": page("other\n")})
    town.sandbox.move("a", "b")
    (town.repo.root / "a.md").unlink()
    assert town.meet(bases={base.key: base}) == RecoveredBases()
    assert not any(" log " in command for command in commands)


def test_tags_come_from_git_where_the_wiki_has_forgotten_them(town: Town) -> None:
    town.repo.commit({"a.md": page("one\n", tags="x, y")})
    town.repo.commit({"a.md": page("two\n", tags="x, y, mine")})
    town.post("a", "one\n", ["x", "y"])
    town.post("a", "one\n", ["y", "theirs"])
    met = town.meet()
    [found] = met.bases.values()
    assert found.page.tags == ("x", "y")
    here = town.here[Key("en", "a")].fingerprint
    assert found.base.local.changed_fields(here) == ("tags", "content")
    there = town.there[Key("en", "a")]
    assert isinstance(there, Remote)
    assert there.fingerprint is not None
    assert found.base.remote.changed_fields(there.fingerprint) == ("tags",)


def test_line_ends_do_not_keep_histories_apart(town: Town) -> None:
    town.repo.commit({"a.md": page("one\ntwo\n").replace("\n", "\r\n")})
    town.repo.commit({"a.md": page("three\n").replace("\n", "\r\n")})
    town.post("a", "one\ntwo")
    assert town.decided(town.meet()) == "update wiki"


def test_a_style_is_no_change_where_the_wiki_keeps_it_smaller(town: Town) -> None:
    styled = "scriptCss: 'a { b: c; }'\n"
    town.repo.commit({"a.md": page("one\n", more=styled)})
    town.repo.commit({"a.md": page("two\n", more=styled)})
    town.post("a", "one\n", scriptCss="a { b: c; }")
    met = town.meet()
    here = town.here[Key("en", "a")].fingerprint
    [found] = met.bases.values()
    assert town.decided(met) == "update wiki"
    assert found.base.local.changed_fields(here) == ("content",)


def test_a_version_that_is_no_page_is_passed_over(town: Town) -> None:
    town.repo.commit({"a.md": page("one\n")})
    town.repo.commit({"a.md": b"<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\n"})
    town.repo.commit({"a.md": b"\xff\xfe"})
    town.repo.commit({"a.md": page("two\n")})
    town.post("a", "one\n")
    assert town.decided(town.meet()) == "update wiki"


def test_a_file_that_git_has_no_more_is_a_deletion_where_the_page_is_as_it_was(town: Town) -> None:
    same, edited, retagged = (page(f"{n}\n", tags="t") for n in range(3))
    town.repo.commit({"a.md": same, "b.md": edited, "c.md": retagged, "keep.md": page()})
    town.repo.commit({"a.md": None, "b.md": None, "c.md": None})
    town.post("a", "0\n", ["t"])
    town.post("b", "1\n", ["t"])
    town.post("b", "edited\n", ["t"])
    town.post("c", "2\n", ["other"])
    town.post("new", "never here\n")
    met = town.meet()
    assert set(met.bases) == {Key("en", "a")}
    assert town.decided(met) == "delete wiki"
    assert met.bases[Key("en", "a")].base.file == "a.md"
    for path in ("b", "c", "new"):
        assert town.decided(met, path) == "create folder"


@pytest.mark.parametrize("why", ["uncommitted", "sparse", "no page", "link", "ignored", "private"])
def test_a_file_that_is_not_gone_from_git_is_no_deletion(town: Town, why: str) -> None:
    town.repo.commit({"a.md": page("one\n"), "keep.md": page()})
    town.post("a", "one\n", isPrivate=why == "private")
    match why:
        case "uncommitted":
            (town.repo.root / "a.md").unlink()
        case "sparse":
            town.repo.git("sparse-checkout", "set", "--no-cone", "/*", "!/a.md")
            assert not (town.repo.root / "a.md").exists()
        case "no page":
            town.repo.write("a.md", b"\xff")
        case "link":
            town.repo.commit({"a.md": None})
            (town.repo.root / "a.md").symlink_to("keep.md")
        case "ignored":
            town.ignore = ("a.md",)
            town.repo.commit({"a.md": None})
        case "private":
            town.repo.commit({"a.md": None})
    assert town.meet().bases == {}


def test_another_kind_of_page_has_nothing_in_common(town: Town) -> None:
    town.repo.commit({"a.md": page("one\n")})
    town.repo.commit({"a.md": page("two\n"), "gone.md": page("x\n")})
    town.repo.commit({"gone.md": None})
    town.post("a", "one\n", editor="code")
    town.post("gone", "x\n", editor="code")
    assert town.meet() == RecoveredBases()


def test_a_key_without_the_right_to_read_history_gets_gits_half(town: Town) -> None:
    town.repo.commit({"a.md": page("one\n"), "b.md": page("one\n")})
    town.repo.commit({"a.md": page("two\n")})
    town.post("a", "one\n")
    town.post("b", "one\n")
    town.post("b", "theirs\n")
    met = town.meet(town.sandbox.key(READER))
    assert town.decided(met, "a") == "update wiki"
    assert town.decided(met, "b") == "both-new"
    assert met.notes == (Note("no-history", 1),)


def test_a_key_that_needs_no_history_is_not_told_that_it_lacks_one(town: Town) -> None:
    for text in ("one\n", "two\n", "three\n"):
        town.repo.commit({"a.md": page(text)})
    town.post("a", "two\n")
    town.sandbox.render("a")
    met = town.meet(town.sandbox.key(READER))
    assert (town.decided(met), met.notes) == ("update wiki", ())


def test_a_shallow_clone_is_said_to_be_one(town: Town, tmp_path: Path) -> None:
    for text in ("one\n", "two\n"):
        town.repo.commit({"a.md": page(text), "b.md": page(f"{text} b\n")})
    town.post("a", "one\n")
    clone = town.repo.clone(tmp_path / "clone", "--depth", "1")
    cut = Town(town.sandbox, clone)
    met = cut.meet()
    assert met.bases == {}
    assert met.notes == (Note("shallow", 1),)
    clone.git("fetch", "-q", "--unshallow")
    met = cut.meet()
    assert (cut.decided(met), met.notes) == ("update wiki", ())


def test_a_shallow_clone_that_is_deep_enough_is_not_mentioned(town: Town, tmp_path: Path) -> None:
    for text in ("zero\n", "one\n", "two\n"):
        town.repo.commit({"a.md": page(text)})
    town.post("a", "one\n")
    met = Town(town.sandbox, town.repo.clone(tmp_path / "clone", "--depth", "2")).meet()
    assert (len(met.bases), met.notes) == (1, ())


def test_a_clone_without_contents_is_said_to_be_one(town: Town, tmp_path: Path) -> None:
    town.repo.git("config", "uploadpack.allowFilter", "true")
    for text in ("one\n", "two\n"):
        town.repo.commit({"a.md": page(text)})
    town.post("a", "one\n")
    met = Town(town.sandbox, town.repo.clone(tmp_path / "clone", "--filter=blob:none")).meet()
    assert [(note.kind, note.pages) for note in met.notes] == [("partial", 1)]


def test_a_folder_below_the_root_is_found_in_git(town: Town) -> None:
    town.below = "docs/wiki"
    town.repo.commit({"docs/wiki/guide/a.md": page("one\n"), "a.md": page("else\n")})
    town.repo.commit({"docs/wiki/guide/a.md": page("two\n")})
    town.post("guide/a", "one\n")
    assert town.decided(town.meet(), "guide/a") == "update wiki"


@pytest.mark.parametrize("path", ["a'b", "ü/字", "-a", "--all", "a&b;c", "$(x)", "a#b", "{a,b}"])
def test_a_page_of_any_name_is_found_in_git(town: Town, path: str) -> None:
    town.repo.commit({f"{path}.md": page("one\n")})
    town.repo.commit({f"{path}.md": page("two\n")})
    town.post(path, "one\n")
    assert town.decided(town.meet(), path) == "update wiki"


def test_a_repository_without_a_commit_is_like_none(town: Town) -> None:
    town.repo.write("a.md", page("one\n"))
    town.post("a", "one\n")
    town.post("a", "two\n")
    met = town.meet()
    assert (town.decided(met), met.notes) == ("update folder", ())


def test_a_folder_that_git_does_not_know_is_like_one_without_git(town: Town) -> None:
    town.below = "pages"
    town.repo.commit({".gitignore": "pages\n"})
    town.repo.write("pages/a.md", page("one\n"))
    town.repo.write("pages/b.md", page("one\n", tags="mine"))
    for path in ("a", "b"):
        town.post(path, "one\n")
        town.post(path, "two\n")
    met = town.meet()
    assert town.decided(met, "a") == "update folder"
    assert town.decided(met, "b") == "both-new"


def test_without_git_the_wikis_half_holds_where_the_tags_agree(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "plain").mkdir()
    town = Town(sandbox, Repo(tmp_path / "plain"))
    for path, tags in (("a", "t"), ("b", "mine"), ("c", "t")):
        town.repo.write(f"{path}.md", page("one\n", tags=tags))
    for path in ("a", "b"):
        town.post(path, "one\n", ["t"])
        town.post(path, "two\n", ["t"])
    town.post("c", "theirs\n", ["t"])
    met = town.meet()
    decided = [town.decided(met, path) for path in "abc"]
    assert decided == ["update folder", "both-new", "both-new"]
    assert met.notes == ()


def test_a_history_that_git_cannot_tell_is_none_and_is_said(town: Town) -> None:
    town.repo.commit({"a.md": page("one\n"), "gone.md": page("gone\n")})
    town.repo.commit({"a.md": page("two\n"), "gone.md": None})
    town.post("a", "one\n")
    town.post("gone", "gone\n")
    head = town.repo.git("rev-parse", "HEAD~1")
    (town.repo.root / ".git/objects" / head[:2] / head[2:]).unlink()
    met = town.meet()
    assert met.bases == {}
    [note] = met.notes
    assert (note.kind, note.pages) == ("git-failed", 1)
    assert note.detail


def test_any_number_of_pages_takes_a_few_processes_and_requests(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 60
    for text in ("one", "two", "mine"):
        town.repo.commit({f"p{n}.md": page(f"{text} {n}\n") for n in range(count)})
    town.repo.commit({f"gone{n}.md": page(f"gone {n}\n") for n in range(5)})
    town.repo.commit({f"gone{n}.md": None for n in range(5)})
    for n in range(count):
        for text in ("one", "two", "theirs"):
            town.post(f"p{n}", f"{text} {n}\n")
    for n in range(5):
        town.post(f"gone{n}", f"gone {n}\n")
    commands = count_processes(monkeypatch)
    met = town.meet()
    assert len(met.bases) == count + 5
    assert len(commands) == 4
    # The five in one, 60 lists of versions by 25, then two versions of each page by 10.
    assert len(town.sandbox.requests) == 1 + 3 + 12


def test_no_more_than_fifty_versions_of_a_page_are_looked_at(town: Town) -> None:
    town.repo.commit({"a.md": page("mine\n")})
    for n in range(60):
        town.post("a", f"{n}\n")
    assert town.meet().bases == {}
    assert town.asked().count("pages.version") == 50


def test_where_a_files_date_points_is_looked_at_first(town: Town) -> None:
    for n in range(40):
        town.post("a", f"{n}\n")
        if n == 9:
            there = town.sandbox.page("a")
            assert there is not None
            text = page("9\n").replace("2020-12-16T06:49:25.724Z", there["updatedAt"])
    town.repo.commit({"a.md": text})
    met = town.meet()
    assert town.decided(met) == "update folder"
    assert town.asked().count("pages.version") == 5


def test_nothing_is_written_on_either_side(town: Town) -> None:
    for text in ("one\n", "two\n"):
        town.repo.commit({"a.md": page(text), "b.md": page(text)})
    town.repo.commit({"b.md": None})
    town.post("a", "one\n")
    town.post("b", "two\n")
    before = _bytes(town.repo.root)
    pages = town.sandbox.pages()
    assert len(town.meet().bases) == 2
    assert town.sandbox.pages() == pages
    assert _bytes(town.repo.root) == before


def _bytes(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_page_that_vanishes_while_it_is_read_is_no_trouble(town: Town) -> None:
    town.repo.commit({"gone.md": page("x\n"), "a.md": page("mine\n")})
    town.repo.commit({"gone.md": None})
    number = town.post("a", "theirs\n")
    with Wiki(town.sandbox.url, town.sandbox.token) as wiki:
        here = assign_keys(scan(town.folder, ()), {}, LAYOUT).local
        record = wiki.read_one(number)
        one = next(one for one in wiki.connect().pages if one.id == number)
        lost = Listed(99, Key("en", "gone"), "A page", "", "markdown", True, False, "", "", ())
        there: dict[Key, RemoteState] = {
            one.key: Remote(one, fingerprint(record.page), record),
            lost.key: Remote(lost),
        }
        town.sandbox.delete("a")
        assert recover_bases(wiki, here, there, {}, town.folder, LAYOUT) == RecoveredBases()
