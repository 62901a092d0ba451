"""The manual is true: what it says of commands, settings and messages is what the program has.

After a change of the command line, ``WIKISYNC_WRITE_HELP=1 pytest tests/test_manual.py`` writes the
help that the manual shows anew.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Final, get_args

import pytest

from support import manual
from wikisync import config, errors
from wikisync.config import LocaleFolders
from wikisync.page.conflict_blocks import CONFLICT_MESSAGE
from wikisync.page.document import compose, parse
from wikisync.page.model import FIELD_NAMES, Key, reason_unsendable
from wikisync.page.paths import RESERVED, Layout, Locales, file_of, key_of, reason_unreachable
from wikisync.planning.guards import DEFAULT_LIMIT
from wikisync.planning.model import Conflict, ConflictKind, Refusal, Rule
from wikisync.report import json_output
from wikisync.report.error_messages import error_message
from wikisync.report.plan_messages import conflict_message, refusal_message
from wikisync.settings import SETTINGS

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox

FILES: Final = manual.files()
COMMANDS: Final = manual.commands()
COMMANDS_PAGE: Final = "guide/commands.md"
LAYOUT: Final = Layout(Locales("en", ("en", "zh")))
KEYS: Final = {key_of(file, LAYOUT): file for file in FILES}

HEADER: Final = (
    "title",
    "description",
    "published",
    "date",
    "tags",
    "editor",
    "dateCreated",
)

LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
CODE: Final = re.compile(r"^(```|~~~).*?^\1[ \t]*$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
HEADING: Final = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
CITATION: Final = re.compile(r"\((?P<page>\w+\.md), (?P<headings>\*[^)]+)\)")
"""How a comment cites a page of the guide or the reference: ``(wikijs.md, *Writing*)``."""

URL, ANY = "…", "…"

ERRORS: Final = (
    errors.NotConfigured("config", ANY),
    errors.NotConfigured("folder", ANY),
    errors.NotConfigured("url"),
    errors.NotConfigured("address"),
    errors.NotConfigured("token"),
    errors.NotConfigured("base"),
    errors.BadConfig("", "", ANY, ANY),
    errors.AlreadyConfigured(ANY, ANY, ANY, ANY),
    errors.TokenInFile(ANY, ANY),
    errors.NoSuchPath(ANY),
    errors.NoSuchRun(None),
    errors.NoSuchRun(None, undone=0),
    errors.NoSuchRun(0),
    errors.NeedsYes(),
    errors.BadPlan(ANY, ANY),
    errors.NotWritten(ANY, ANY),
    errors.ExtraMissing(ANY, ANY),
    errors.Unreachable(URL, ANY),
    errors.CertificateError(URL, ANY),
    errors.Redirected(URL, 301, ANY, ANY),
    errors.RedirectedToLogin(URL, 302, ANY, ANY),
    errors.GatewayRefused(URL, 0, ANY, "login", scheme=ANY),
    errors.GatewayRefused(URL, 0, ANY, "forbidden"),
    errors.GatewayRefused(URL, 0, ANY, "certificate"),
    errors.ClientCertificateError(URL, ANY),
    errors.Unauthenticated(URL),
    errors.Forbidden(URL, (ANY,)),
    errors.TooLarge(URL),
    errors.TooLarge(URL, answer=True),
    errors.PageGone(URL, 1),
    errors.PageHidden(URL, 1),
    errors.AssetGone(URL, path=ANY),
    errors.AssetTooLarge(URL, ANY, 0),
    errors.AssetChanged(ANY, ANY),
    errors.AssetLost(URL, ANY),
    errors.AssetFolderHidden(URL, (ANY,), folder=ANY),
    errors.SeveralAssets(URL, ANY, 0),
    errors.UploadsNeedAuthorization(URL),
    errors.Rejected(URL, 0, ANY),
    errors.WriteUncertain(URL, ANY),
    errors.RenderFailed(URL, ANY),
    errors.NameTaken(URL, 0, ANY, Key("en", ANY), Key("en", ANY)),
    errors.TagTaken(URL, ANY, tag=ANY),
    errors.PageChanged(Key("en", "home"), ANY),
    errors.StalePlan(Key("en", "home"), ANY, ANY),
    errors.OverwroteConcurrentEdit(Key("en", "home"), 0, 0),
    errors.FileChanged(ANY, "write", ANY),
    errors.FolderError(ANY, ANY, ANY),
    errors.BackupMissing(ANY),
    errors.BackupDamaged(0, ANY, ANY),
    errors.StateError(ANY, "damaged", ANY),
    errors.StateError(ANY, "newer", ANY),
    errors.StateError(ANY, "unwritable", ANY),
    errors.Locked(ANY, None, None),
    errors.Interrupted(),
    errors.UntrustedCheckout("url", ANY),
    errors.UntrustedCheckout("ca_file", ANY),
    errors.UntrustedCheckout("client_cert", ANY),
    errors.UntrustedCheckout("write", ANY),
    errors.GitHubError(ANY, ANY),
)


def plain(file: str) -> str:
    """A page without its code, where nothing is a link or a heading."""
    return CODE.sub("", manual.text(file))


def anchors(file: str) -> set[str]:
    """The names of a page's headings, as links call them."""
    slugs = set()
    for heading in HEADING.findall(manual.text(file)):
        letters = "".join(c for c in heading.lower() if c.isalnum() or c in " -_")
        slugs.add(letters.replace(" ", "-"))
    return slugs


# ---- the commands


def test_the_help_that_the_manual_shows_is_the_help_that_the_program_has() -> None:
    file, page = manual.PAGES / COMMANDS_PAGE, manual.text(COMMANDS_PAGE)
    if os.environ.get("WIKISYNC_WRITE_HELP"):
        file.write_text(manual.renewed(page), encoding="utf-8")
        page = manual.text(COMMANDS_PAGE)
    assert page == manual.renewed(page), "write it anew with WIKISYNC_WRITE_HELP=1"


def test_every_command_has_a_section_with_its_help() -> None:
    page = manual.text(COMMANDS_PAGE)
    assert manual.shown(page).keys() == COMMANDS.keys()
    titles = manual.sections(page).keys()
    assert COMMANDS.keys() - {manual.PROGRAM} <= titles


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_that_help_prints_is_in_the_manual(name: str) -> None:
    printed = _run(*([] if name == manual.PROGRAM else [name]), "--help")
    names = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", printed))
    assert names, printed
    said = manual.text(COMMANDS_PAGE)
    if name != manual.PROGRAM:
        everywhere = manual.sections(said)["For every command"]
        said = manual.shown(said)[name] + everywhere
    assert {option for option in names if option not in said} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_no_types_of_flags_and_arguments(name: str) -> None:
    printed = _run(*([] if name == manual.PROGRAM else [name]), "--help")
    assert not re.findall(r"<(?:bool|list|str|int)", printed)


def test_the_help_of_every_command_has_an_example() -> None:
    assert all(command.examples for command in COMMANDS.values() if command.name != manual.PROGRAM)


# ---- settings, guards, codes, messages


def test_every_setting_and_its_environment_is_in_the_manual() -> None:
    page = manual.text("guide/configuration.md")
    for key in SETTINGS:
        assert f"| `{key}` |" in page
    for name in ("URL", "TOKEN", "CA_FILE", "HEADERS", "CLIENT_CERT", "CLIENT_KEY"):
        assert f"| `WIKISYNC_{name}`" in page
    assert "| `NO_COLOR` |" in page
    assert f"| `folder` | `{config.DEFAULT_FOLDER}` |" in page
    assert f"| `jobs` | `{config.DEFAULT_JOBS}` |" in page
    assert f'| `assets` | `"{config.DEFAULT_ASSETS}"` |' in page
    assert f"| `max_asset_size` | `{config.DEFAULT_ASSET_SIZE}` (5 MiB) |" in page
    assert '| `keep_size` | `"1 GiB"` |' in page


def test_the_settings_that_the_manual_shows_are_settings_that_load(tmp_path: Path) -> None:
    (shown,) = re.findall(
        r"^```toml\n(.*?)^```$", manual.text("guide/configuration.md"), re.M | re.S
    )
    (tmp_path / config.FILE).write_text(shown, encoding="utf-8")
    loaded = config.load(start=tmp_path, env={"WIKISYNC_TOKEN": "x"})
    assert loaded.url == "https://wiki.example.com"
    assert loaded.ignore


def test_every_guard_is_in_the_manual_and_says_whether_it_can_be_disabled() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \|(.*)$", manual.text("guide/guards.md"), re.M))
    assert rows.keys() == set(get_args(Rule))
    assert {rule for rule, row in rows.items() if "cannot be disabled" in row} == {
        *("guest", "locked", "foreign-plan", "applied", "stale")
    }


def test_the_refusal_that_the_manual_shows_is_worded_as_the_program_words_it() -> None:
    refusal = refusal_message(Refusal("max-delete", count=9, limit=3, detail=DEFAULT_LIMIT))
    assert refusal.text in manual.text("guide/guards.md")
    assert refusal.hint in manual.text("guide/guards.md")


def test_every_exit_code_is_in_the_manual() -> None:
    codes = (
        json_output.DONE,
        json_output.FAILED,
        json_output.USAGE,
        json_output.CONFLICTS,
        json_output.REFUSED,
        json_output.DIFFERENT,
        json_output.INTERRUPTED,
    )
    page = manual.text("reference/json.md")
    assert all(f"| {code} |" in page for code in codes)


def test_every_field_that_json_names_is_in_the_manual() -> None:
    page = manual.text("reference/json.md")
    assert all(f"`{field}`" in page for field in FIELD_NAMES)


@pytest.mark.parametrize("kind", get_args(ConflictKind))
def test_every_conflict_is_explained_in_the_words_that_the_program_says(
    kind: ConflictKind,
) -> None:
    two = {"content-type", "content-type-edited", "converted-remotely"}
    detail = f"{ANY}, {ANY}" if kind in two else ANY
    for known in {detail, "" if kind == "hidden" else detail}:
        conflict = Conflict(
            Key("en", ANY),
            "home.md",
            kind,
            (ANY,),
            known,
            local_changes=(ANY,),
            remote_changes=(ANY,),
        )
        assert f"| {conflict_message(conflict).text} |" in manual.text("guide/decisions.md")


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_message_is_explained_in_the_words_that_the_program_says(
    error: errors.WikisyncError,
) -> None:
    message = re.sub(r"\b0\b", ANY, error_message(error).text)
    lines = " ".join(manual.text("guide/troubleshooting.md").split())
    assert f"**{message}**" in lines


@pytest.mark.parametrize(
    "damaged",
    [
        b"\xff",
        b"a\0",
        b"<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n",
        b"---\ntitle: X\n\nx\n",
        b"---\ntitle:X\n---\nx\n",
        b"---\npublished: maybe\n---\nx\n",
        b"---\npublishEndDate: maybe\n---\nx\n",
        b"---\ntitle: Empty\n---\n",
        b"---\ntitle: " + b"x" * 256 + b"\n---\nx\n",
        b"---\npublished: true\ndraft: true\n---\nx\n",
        b"---\ntags: [a, b: c]\n---\nx\n",
        b"---\ntags: [a, b\n---\nx\n",
        b"+++\ntitle = 'x'\n+++\nx\n",
    ],
    ids=[
        *("latin", "nul", "merge", "open", "glued", "flag", "date", "empty", "long"),
        *("draft", "nested", "broken", "toml"),
    ],
)
def test_every_problem_is_explained_in_the_words_that_the_program_says(damaged: bytes) -> None:
    try:
        document = parse(damaged, "markdown")
        found = reason_unsendable(document.page)
        what = (
            CONFLICT_MESSAGE if found is None and document.has_markers else found and found.reason
        )
    except errors.BadPage as problem:
        what = problem.what
    assert what is not None
    message = re.sub(r"`maybe`", f"`{ANY}`", re.sub(r"\b256\b", ANY, what))
    message = re.sub("“… x+”", f"“{ANY}”", message)
    assert f"| {message} |" in manual.text("guide/troubleshooting.md")


@pytest.mark.parametrize("setting", get_args(LocaleFolders))
@pytest.mark.parametrize("usual", [True, False])
def test_a_layout_that_contradicts_the_setting_is_explained_in_the_words_that_the_program_says(
    setting: LocaleFolders, usual: bool
) -> None:
    error = errors.MisplacedFiles(ANY, "", setting, "en", (ANY, ANY), usual)
    message = error_message(error).text.replace("2 files", f"{ANY} files")
    assert f"| {message} |" in manual.text("guide/troubleshooting.md")


def test_no_kind_of_error_goes_without_an_explanation() -> None:
    # These are families, or are said in another place: as a problem, or with a port or a reason.
    elsewhere = {
        "UsageError",
        "WikiError",
        "BadAsset",
        "BadPage",
        "BadName",
        "MisplacedFiles",
        "UnexpectedResponse",
        "ApiDisabled",
        "PortTaken",
    }
    named = {type(error).__name__ for error in ERRORS} | elsewhere
    assert {kind.__name__ for kind in _below(errors.WikisyncError)} == named


def test_the_reserved_names_of_the_manual_are_those_that_are_refused() -> None:
    page = manual.text("guide/files.md")
    assert all(f"`{name}`" in page for name in RESERVED)


def test_titles_that_are_no_yaml_are_read_as_the_manual_says() -> None:
    page = manual.text("guide/files.md")
    examples = re.findall(r"`title: ([^`]+)`", page)
    assert len(examples) >= 6
    for example in examples:
        document = parse(f"---\ntitle: {example}\n---\n\nx\n".encode(), "markdown")
        assert document.page.title == example


# ---- the pages are pages


@pytest.mark.parametrize("file", FILES)
def test_a_page_of_the_manual_has_the_whole_header_that_wikijs_writes(file: str) -> None:
    raw = (manual.PAGES / file).read_bytes()
    document = parse(raw, "markdown", file=file)
    assert document.data == raw
    assert document.header is not None
    assert tuple(entry.key for entry in document.header.entries) == HEADER
    written = compose(
        document.page,
        date=document.date,
        date_created=document.date_created,
        content_type="markdown",
    )
    assert written == raw


@pytest.mark.parametrize("file", FILES)
def test_a_page_of_the_manual_can_be_published(file: str) -> None:
    document = parse((manual.PAGES / file).read_bytes(), "markdown", file=file)
    assert reason_unsendable(document.page) is None
    key = key_of(file, LAYOUT)
    assert file_of(key, "markdown", LAYOUT) == file
    assert reason_unreachable(key, LAYOUT) is None


@pytest.mark.parametrize("file", FILES)
def test_every_link_of_the_manual_leads_to_a_page_and_to_a_heading_there(file: str) -> None:
    for link in LINK.findall(plain(file)):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        if path.startswith("/") and (manual.PAGES / path[1:]).is_file():  # an image or a file
            continue
        target = _page_at(path) if path else file
        assert target is not None, link
        assert not anchor or anchor in anchors(target), link


def test_every_page_and_heading_that_the_code_cites_is_there() -> None:
    headings = {
        file.rpartition("/")[2]: set(HEADING.findall(manual.text(file)))
        for file in FILES
        if file.startswith(("guide/", "reference/"))
    }
    cited = {
        (match["page"], heading)
        for file in (*(manual.ROOT / "src").rglob("*.py"), *(manual.ROOT / "tests").rglob("*.py"))
        for match in CITATION.finditer(" ".join(file.read_text(encoding="utf-8").split()))
        for heading in re.findall(r"\*([^*]+)\*", match["headings"])
    }
    assert {each for each in cited if each[1] not in headings.get(each[0], set())} == set()


def test_every_page_of_the_manual_can_be_reached_from_its_front_page() -> None:
    reached, waiting = {"home.md"}, ["home.md"]
    while waiting:
        for link in LINK.findall(plain(waiting.pop())):
            target = _page_at(link.partition("#")[0])
            if target is not None and target not in reached:
                reached.add(target)
                waiting.append(target)
    assert reached == set(FILES)


def test_the_page_in_chinese_has_all_that_is_hard_to_carry() -> None:
    page = parse((manual.PAGES / "zh/home.md").read_bytes(), "markdown").page
    cjk = re.compile(r"[\u4e00-\u9fff]")
    assert cjk.search(page.title or "")
    assert any(cjk.search(tag) for tag in page.tags or ())
    for mark in (r"^\[\^\d\]: ", r"^> > ", r"<!-- .* -->"):
        assert re.search(mark, page.content, re.M)


def test_no_page_of_the_manual_names_where_it_was_written() -> None:
    for file in FILES:
        assert not re.search(r"/root/|/tmp/|127\.0\.0\.1:(?!3010)", manual.text(file))


# ---- what the manual tells people to type


@pytest.mark.slow
def test_the_manual_can_be_published_and_fetched_again(tmp_path: Path) -> None:
    from wikisync.sandbox import Sandbox

    with Sandbox(("en", "zh")) as sandbox:
        _copy(tmp_path)
        _here(tmp_path, sandbox, "init", sandbox.url)
        assert f"{len(FILES)} created on the wiki" in _here(tmp_path, sandbox, "push", "--yes")
        assert f"{len(FILES)} in sync" in _here(tmp_path, sandbox, "status", "--exit-code")


@pytest.mark.slow
def test_what_was_overwritten_comes_back_as_the_manual_says(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    page = tmp_path / "pages" / "notes.md"
    _here(tmp_path, sandbox, "init", sandbox.url)
    for words in ("first words\n", "other words\n"):
        page.write_text(words, encoding="utf-8")
        _here(tmp_path, sandbox, "push", "--yes")
    assert _here(tmp_path, sandbox, "log").startswith("run 2 ")
    _here(tmp_path, sandbox, "undo", "--yes")
    kept = sandbox.page("notes")
    assert kept is not None
    assert kept["content"] == "first words\n"
    assert page.read_text(encoding="utf-8") == "other words\n"


@pytest.mark.slow
def test_the_json_that_the_manual_shows_has_the_keys_that_programs_get(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    (example,) = re.findall(r"^```json\n(.*?)^```$", manual.text("reference/json.md"), re.M | re.S)
    page = tmp_path / "pages" / "notes.md"
    _here(tmp_path, sandbox, "init", sandbox.url)
    page.write_text("y\n", encoding="utf-8")
    _here(tmp_path, sandbox, "push", "--yes")
    page.write_text("y\nmore\n", encoding="utf-8")
    shown, printed = json.loads(example), json.loads(_here(tmp_path, sandbox, "diff", "--json"))
    assert shown.keys() == printed.keys()
    assert shown["counts"].keys() == printed["counts"].keys()
    assert shown["actions"] == printed["actions"]


def _copy(to: Path) -> None:
    for file in FILES:
        target = to / "pages" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((manual.PAGES / file).read_bytes())


def _run(*arguments: str, cwd: Path | None = None, **env: str) -> str:
    done = manual.run(*arguments, cwd=cwd, **env)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _here(folder: Path, sandbox: Sandbox, *arguments: str) -> str:
    return _run(*arguments, cwd=folder, WIKISYNC_TOKEN=sandbox.token, WIKISYNC_URL="")


def _page_at(path: str) -> str | None:
    """The file of the page that a link of the wiki leads to."""
    if not path.startswith("/"):
        return None
    first, slash, rest = path[1:].partition("/")
    if slash and first in LAYOUT.locales.installed:
        return KEYS.get(Key(first, rest))
    return KEYS.get(Key(LAYOUT.locales.default, path[1:]))


def _below(kind: type[errors.WikisyncError]) -> set[type[errors.WikisyncError]]:
    return {*kind.__subclasses__(), *(k for sub in kind.__subclasses__() for k in _below(sub))}
