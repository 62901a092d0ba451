"""Every error, guard and conflict has its sentence, and a way on where there is one."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args, get_type_hints

import pytest

from support.values import key
from wikisync import errors
from wikisync.planning.model import Conflict, ConflictKind, Refusal, Rule
from wikisync.planning.notes import Note, NoteKind
from wikisync.report.error_messages import Message, error_message, in_the_clear
from wikisync.report.note_messages import note_message
from wikisync.report.plan_messages import conflict_message, refusal_message
from wikisync.report.text import escape_control, local_time, plural

WORDS = {
    "what": ("config", "folder", "url", "token", "base", "address"),
    "why": ("newer", "damaged", "full"),
    "refusal": ("login", "forbidden", "certificate"),
}
"""Fields whose values choose the sentence."""


def tree(root: type[errors.WikisyncError]) -> list[type[errors.WikisyncError]]:
    return [root, *(one for child in root.__subclasses__() for one in tree(child))]


def examples(kind: type[errors.WikisyncError]) -> list[errors.WikisyncError]:
    """An instance of each error, or one for each word that chooses its sentence."""
    if not dataclasses.is_dataclass(kind):
        return [kind()]
    hints = get_type_hints(kind, vars(errors) | {"Key": type(key())})
    names = [field.name for field in dataclasses.fields(kind)]
    values: dict[str, Any] = {name: _value(name, hints[name]) for name in names}
    chooses = next((name for name in names if name in WORDS and kind is not errors.BadPage), None)
    if chooses is None:
        return [kind(**values)]
    return [kind(**values | {chooses: word}) for word in WORDS[chooses]]


def _value(name: str, hint: object) -> Any:
    kinds = {str: f"«{name}»", int: 7, float: 7.0, bool: True, type(key()): key()}
    for kind in (hint, *get_args(hint)):
        if kind in kinds:
            return kinds[kind]
    return (f"«{name}»",)


ABSTRACT = {errors.WikisyncError, errors.UsageError, errors.WikiError}
EVERY = [
    pytest.param(error, id=f"{type(error).__name__}-{n}")
    for kind in tree(errors.WikisyncError)
    if kind not in ABSTRACT
    for n, error in enumerate(examples(kind))
]


def sound(message: Message) -> None:
    """A sentence for people: one line, begun and ended as such, nothing of Python's in it."""
    for text in filter(None, (message.text, message.hint)):
        assert "\n" not in text
        assert text == text.strip()
        assert not any(word in text for word in ("None", "()", "[]", "  ", "..", "<class"))
    assert message.text


@pytest.mark.parametrize("error", EVERY)
def test_every_error_has_a_sentence_of_its_own(error: errors.WikisyncError) -> None:
    message = error_message(error)
    sound(message)
    assert message.text != str(error)


@pytest.mark.parametrize("error", EVERY)
def test_every_error_is_drawn_in_the_tree_at_the_top_of_its_file(
    error: errors.WikisyncError,
) -> None:
    assert f"─ {type(error).__name__} " in f"{errors.__doc__}"


@pytest.mark.parametrize("kind", [errors.BadPage, errors.FolderError, errors.FileChanged])
def test_an_error_about_a_file_names_it_first(kind: type[errors.WikisyncError]) -> None:
    [error] = examples(kind)
    assert error_message(error).text.startswith("«file»:")


def test_the_wikis_own_words_stand_on_one_line() -> None:
    error = errors.WriteUncertain("http://x", "Error when running job:\n  out of memory.\n")
    assert error_message(error).text.endswith(": Error when running job: out of memory.")


@pytest.mark.parametrize("rule", get_args(Rule))
@pytest.mark.parametrize("count", [0, 3])
@pytest.mark.parametrize("side", ["wiki", "folder", None])
def test_every_guard_says_why_and_how_to_go_on(rule: Rule, count: int, side: Any) -> None:
    message = refusal_message(Refusal(rule, count, 2, side, "that"))
    sound(message)
    assert message.hint
    lifts = f"--allow {rule}" in message.hint
    assert lifts == (rule not in {"guest", "locked", "foreign-plan", "applied", "stale"})


def test_a_lock_that_tells_no_holder_is_still_a_sentence() -> None:
    sound(refusal_message(Refusal("locked")))


def test_a_time_in_a_refusal_is_this_machines_as_in_the_log() -> None:
    at = "2026-11-29T00:03:40.731Z"
    text = refusal_message(Refusal("applied", 7, detail=at)).text
    assert text == f"The plan was already applied, by run 7 of {local_time(at)}."
    assert "Z" not in text
    assert (
        local_time(at) in refusal_message(Refusal("locked", detail=f"process 7, since {at}")).text
    )
    assert refusal_message(Refusal("locked", detail="since the 5th")).text.endswith("the 5th.")


@pytest.mark.parametrize("kind", get_args(ConflictKind))
def test_every_conflict_says_why_and_how_to_go_on(kind: ConflictKind) -> None:
    fields = ("content", "tags")
    conflict = Conflict(key(), "a.md", kind, fields, "markdown, yml")
    message = conflict_message(
        dataclasses.replace(conflict, local_changes=fields, remote_changes=fields)
    )
    sound(message)
    assert message.hint


TAGS = ("tag-spelling", "tags-merged")
"""The notes whose detail is a list of tags."""


@pytest.mark.parametrize("kind", get_args(NoteKind))
def test_every_note_says_what_stood_in_the_way(kind: NoteKind) -> None:
    detail = "a\ná" if kind in TAGS else "unable to read tree"
    sound(note_message(Note(kind, 2, detail, ("a.md", "b.md"))))


def test_a_repository_that_git_does_not_trust_is_named_with_the_way_to_trust_it() -> None:
    said = "detected dubious ownership in repository at '/src/my wiki'"
    message = note_message(Note("git-failed", 1, said))
    assert message.hint.endswith("git config --global --add safe.directory '/src/my wiki'")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain «ä» 日本 🎉\t!", "plain «ä» 日本 🎉\t!"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("a\nb\rc\x00", "a\\x0ab\\x0dc\\x00"),
        ("\x9b31m", "\\x9b31m"),
        ("md.\u202eexe", "md.\\u202eexe"),
        ("caf\udce9.md", "caf\\udce9.md"),
    ],
)
def test_what_could_steer_a_terminal_is_shown_escaped(text: str, safe: str) -> None:
    assert escape_control(text) == safe
    assert escape_control(text).encode()


def test_numbers_have_their_nouns() -> None:
    assert [plural(n, "page") for n in (0, 1, 2, 12000)] == [
        "0 pages",
        "1 page",
        "2 pages",
        "12,000 pages",
    ]


def test_what_would_be_sent_without_encryption_is_named() -> None:
    url = "http://wiki.example.org"
    assert "read the API key." in str(in_the_clear(url))
    assert "read the API key and WIKISYNC_HEADERS." in str(in_the_clear(url, headers=True))
    assert in_the_clear("https://wiki.example.org", headers=True) is None
    assert in_the_clear("http://127.0.0.1:3000", headers=True) is None


@pytest.mark.parametrize("detail", ["database or disk is full", "No space left on device"])
def test_on_a_full_disk_the_advice_is_to_free_space(detail: str) -> None:
    message = error_message(errors.StateError("state.db", "unwritable", detail))
    assert message.hint == "Free some disk space, then run it again."
