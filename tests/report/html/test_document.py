"""The page of a report: what it shows, that it loads nothing, and that no page can act in it."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

from report.html.reports import Seen, conflicting, hostile_report, pair, report
from support.values import page
from wikisync.errors import BadPage
from wikisync.planning.model import Action, Refusal
from wikisync.report.html import to_html
from wikisync.report.html.builder import build_view
from wikisync.report.html.page import document, policy

MADE = "1 January 2026, 10:00 UTC"


def text_of(html: str) -> str:
    """What a reader reads, on one line."""
    body = re.sub(r"<(style|script)>.*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", "", body).split())


def test_every_page_is_listed_with_what_is_to_be_done_to_it() -> None:
    shown = to_html(
        report(
            pair(page("Old.\n"), page("New.\n", title="Install")),
            pair(None, page(), verb="create", path="new"),
            pair(page(), None, verb="delete", path="gone"),
            pair(page(), page(), verb="move", path="moved", from_file="was.md"),
            conflicting(),
        ),
        MADE,
    )
    for status in ("create", "update", "move", "delete", "conflict"):
        assert f'<span class="badge {status}">{status}</span>' in shown
    words = text_of(shown)
    assert "5 pages" in words
    assert "was.md → moved.md" in words
    assert "Install" in words
    assert MADE in words


def test_a_page_for_the_folder_says_so() -> None:
    shown = text_of(to_html(report(pair(page(), page("N"), side="folder"), direction="pull"), MADE))
    assert "What a pull would change" in shown
    assert "→ folder" in shown
    assert "pages/ ← http://wiki.example" in shown


def test_changed_words_are_marked_on_both_sides() -> None:
    shown = to_html(report(pair(page("The old word.\n"), page("The new word.\n"))), MADE)
    assert "<p>The <del>old</del> word.</p>" in shown
    assert "<p>The <ins>new</ins> word.</p>" in shown


def test_fields_are_shown_from_old_to_new_and_tags_one_by_one() -> None:
    old, new = (
        page(title="The old name", tags=("a", "b")),
        page(title="The new name", tags=("b", "c")),
    )
    shown = text_of(to_html(report(pair(old, new, fields=("title", "tags"))), MADE))
    assert "The old name → becomes The new name" in shown
    assert "−a +c" in shown
    assert "Content unchanged." in shown


def test_a_merge_shows_what_changes_on_both_sides() -> None:
    one = pair(page("a\nb\nc\n"), page("A\nb\nC\n"), verb="merge", remote_changes=("content",))
    shown = text_of(to_html(report(replace(one, in_folder=page("A\nb\nc\n"))), MADE))
    assert "→ wiki and folder" in shown
    assert "On the wiki" in shown
    assert "In the folder" in shown


def test_a_conflict_says_why_and_which_side_is_which() -> None:
    shown = text_of(to_html(report(conflicting()), MADE))
    assert "The content cannot be merged automatically." in shown
    assert "− on the wiki, + in the folder" in shown


def test_refusals_problems_and_what_is_withheld_are_told() -> None:
    kept = pair(page(), None, verb="delete", path="kept", skip_reason="delete").item
    found = report(
        pair(page(), page("N")),
        refusals=(Refusal("max-delete", count=9, limit=3),),
        problems=(BadPage("bad.md", 3, "it is no page"),),
    )
    assert isinstance(kept, Action)
    found = replace(found, plan=replace(found.plan, actions=(*found.plan.actions, kept)))
    shown = text_of(to_html(found, MADE))
    assert "9 pages would be deleted, and the limit is 3." in shown
    assert "bad.md:3: it is no page" in shown
    assert "kept.md: gone here, kept on the wiki (--delete removes it)" in shown


def test_many_pages_that_are_left_are_one_message_and_most_of_them_are_folded() -> None:
    kept = [
        pair(page(), None, verb="delete", path=f"kept-{number}", skip_reason="delete").item
        for number in range(9)
    ]
    found = report(pair(page(), page("N")))
    actions = (*found.plan.actions, *(one for one in kept if isinstance(one, Action)))
    shown = to_html(replace(found, plan=replace(found.plan, actions=actions)), MADE)
    assert shown.count('<span class="kind">not done</span>') == 1
    before, _, folded = shown.partition("<details><summary>6 more pages</summary>")
    assert [f"kept-{number}.md" in before for number in range(9)] == [True] * 3 + [False] * 6
    assert all(f"kept-{number}.md" in folded.partition("</details>")[0] for number in range(3, 9))


def test_a_report_without_differences_says_so() -> None:
    assert "There are no differences." in text_of(to_html(report(), MADE))


def test_pages_are_in_the_language_of_their_locale() -> None:
    shown = to_html(report(pair(page(), page("猫"), locale="ja")), MADE)
    assert '<div class="rendered" lang="ja" dir="auto">' in shown


# ---- what binds the page


def test_the_page_loads_nothing_and_names_no_outside_resource() -> None:
    seen = Seen(to_html(report(pair(page("a"), page("![x](http://evil.example/x.png)"))), MADE))
    for tag, attributes in seen.elements:
        assert tag not in {"img", "link", "iframe", "object", "embed", "base", "form"} or (
            tag == "form" and attributes == {"method": "dialog"}
        )
        assert "src" not in attributes
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]
    assert seen.all("script") == [{}]


def test_the_policy_allows_the_projects_style_and_script_and_nothing_else() -> None:
    html = to_html(report(), MADE)
    rules = dict(rule.split(" ", 1) for rule in policy().split("; "))
    assert f'content="{policy().replace(chr(39), "&#39;")}"' in html
    assert html.index("Content-Security-Policy") < html.index("<style>")
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for name, tag in (("style-src", "style"), ("script-src", "script")):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = b64encode(sha256(text.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"


def test_a_hostile_page_adds_no_element_that_is_not_the_reports_own() -> None:
    seen = Seen(to_html(hostile_report(), MADE))
    assert len(seen.all("script")) == len(seen.all("style")) == len(seen.all("dialog")) == 1
    assert not any(seen.all(tag) for tag in ("img", "iframe", "svg", "base", "link", "object"))
    ids = [str(attributes["id"]) for _, attributes in seen.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in seen.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        href = attributes.get("href") or "#"
        assert href.startswith(("#", "http:", "https:", "mailto:"))


def test_no_text_of_a_page_turns_the_direction_of_writing_outside_its_preview() -> None:
    text = "\u202eevil\u2066\x1b[31m"
    old, new = page("a"), page(f"b {text}", title=text, description=text, tags=(text,))
    made = build_view(report(pair(old, new, path="p", file=f"{text}.md")), MADE)
    without = replace(made.entries[0], changes=(replace(made.entries[0].changes[0], previews=()),))
    shown = document(replace(made, entries=(without,)))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", shown)
    assert "\\u202eevil\\u2066\\x1b[31m" in shown


def test_what_looks_like_a_template_is_text() -> None:
    shown = to_html(report(pair(page("a"), page("{{ 7 * 7 }}", title="{{ 7 * 7 }}"))), MADE)
    assert "{{ 7 * 7 }}" in shown
    assert "49" not in text_of(shown).replace(MADE, "")


def test_the_style_and_the_script_close_no_element() -> None:
    from wikisync.report.html.page import static

    assert "</" not in static("report.css") + static("report.js")


def test_a_page_that_moved_and_was_edited_is_one_page() -> None:
    moved = pair(page(), page(), verb="move", path="new", from_file="old.md")
    edited = pair(page("The old.\n"), page("The new.\n"), path="new")
    (entry,) = build_view(report(moved, edited), MADE).entries
    assert (entry.status, entry.also) == ("move", "update")
    assert (entry.added, entry.removed) == (1, 1)
    words = text_of(to_html(report(moved, edited), MADE))
    assert "move update→ wiki old.md → new.md" in words
