"""No page takes long to read, to compare, to show: what would is cut short, and said so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.html.reports import pair, report
from support.values import page
from wikisync.apply.verify import _NO_STYLE
from wikisync.errors import BadPage
from wikisync.page import line_matching
from wikisync.page.conflict_markers import interleave
from wikisync.page.document import compose, parse, update
from wikisync.page.header import MAX_HEADER
from wikisync.page.line_matching import Budget, matching_blocks, shared_budget
from wikisync.page.model import Page
from wikisync.rendering.deadline import Timer, TooSlow
from wikisync.rendering.markdown import _parser
from wikisync.report.diff.hunks import hunks
from wikisync.report.html import build_view, preview
from wikisync.report.html.limits import LIMITS
from wikisync.report.html.preview import rendered
from wikisync.report.json_output import as_data

HERE = "http://w/en/a"


class Ticking:
    """A clock that goes on by a second whenever it is looked at."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> float:
        self.now += 1
        return float(self.now)


SLOW = {
    "reference definitions": "".join(f"[a{n}]: /b\n" for n in range(500)),
    "brackets": "[" * 500,
    "tags": "".join(f"<b a{n}>" for n in range(500)),
    "definition lists": "a\n: b\n\n" * 500,
    "lists": "- a\n\n" * 500,
    "stars": "*a **b " * 500,
    "paragraphs": "a\n\n" * 500,
}


@pytest.mark.parametrize("kind", SLOW)
def test_a_preview_that_takes_too_long_is_plain_text(kind: str) -> None:
    content = SLOW[kind]
    slow = rendered(content, "markdown", HERE, Timer(2.0, 20.0, Ticking()))
    assert slow == f"<pre>{slow.escape(content)}</pre>"
    fast = rendered(content, "markdown", HERE, Timer(2.0, 20.0, lambda: 0.0))
    assert not fast.startswith("<pre>")


def test_all_previews_of_a_report_share_a_time() -> None:
    timer = Timer(5.0, 6.0, Ticking())
    shown = [str(rendered("a", "markdown", HERE, timer)) for _ in range(10)]  # a second or two each
    count = shown.index("<pre>a</pre>")
    assert 3 <= count <= 6
    assert shown == ["<p>a</p>\n"] * count + ["<pre>a</pre>"] * (10 - count)


def test_a_parser_is_in_order_after_a_preview_that_was_cut_short() -> None:
    rendered(SLOW["lists"], "markdown", HERE, Timer(2.0, 20.0, Ticking()))
    assert rendered("*a*", "markdown", HERE) == "<p><em>a</em></p>\n"


def test_differences_that_take_too_long_are_left_out_and_counted() -> None:
    pairs = tuple(pair(page("one\n"), page("two\n"), path=f"p{n}") for n in range(3))
    assert build_view(report(*pairs), "now").unshown == 0
    hasty = replace(LIMITS, differences_seconds=-1.0)
    assert build_view(report(*pairs), "now", hasty).unshown == 3


def test_a_timer_that_ran_out_stops_what_goes_on_asking() -> None:
    timer = Timer(2.0, 20.0, Ticking())

    def ask_on() -> None:
        with timer.running():
            for _ in range(1_000):
                timer.check()

    with pytest.raises(TooSlow):
        ask_on()


def test_all_comparisons_of_a_report_share_a_bound() -> None:
    a, b = list("abcdefgh" * 20), list("hgfedcba" * 20)
    fine = matching_blocks(a, b, Budget())
    with shared_budget(100):
        coarse = matching_blocks(a, b, Budget())
        assert len(coarse) < len(fine)
        assert matching_blocks(a, a, Budget()) == matching_blocks(a, a, Budget(0))
    assert matching_blocks(a, b, Budget()) == fine


@pytest.mark.parametrize("kind", ["json", "html"])
def test_a_report_of_very_many_hard_pages_is_bounded(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    real = line_matching.Budget.spend

    def spend(self: Budget, steps: int) -> bool:
        took = real(self, steps)
        asked.append(steps if took else 0)
        return took

    monkeypatch.setattr(line_matching.Budget, "spend", spend)
    monkeypatch.setattr(shared_budget.__wrapped__, "__defaults__", (20_000,))  # type: ignore[attr-defined]
    old, new = page("a\nb\n" * 50), page("b\na\n" * 50)
    told = report(*(pair(old, new, path=f"p{n}") for n in range(10)))
    assert (
        len(as_data(told)["actions"] if kind == "json" else build_view(told, "now").entries) == 10
    )
    assert 0 < sum(asked) <= 20_000


def test_a_style_of_comments_that_do_not_end_is_compared_at_once() -> None:
    assert _NO_STYLE.sub("", "a { } " + "/* " * 300_000) == "a{}"
    assert _NO_STYLE.sub("", "a /* b */ { c: d; }") == "a{c:d}"


@pytest.mark.parametrize("tag", ["b", "I", "font", "code", "nobr", "strong"])
@pytest.mark.parametrize("blank", [" ", "/", "\n", "\t"])
def test_formatting_that_never_ends_is_not_opened_anew_a_million_times(
    tag: str, blank: str
) -> None:
    opened = "".join(f"<{tag}{blank}a{n}='>'>" for n in range(1_000))
    html = rendered(f"<p>{opened}</p>{'<p>x</p>' * 1_000}", "html", HERE)
    assert html.count("<") < 20_000


def test_a_few_formatting_elements_keep_their_attributes() -> None:
    assert 'lang="fr"' in rendered('<em lang="fr">a</em>' * 10, "html", HERE)
    many = rendered('<em lang="fr">a</em>' * 100, "html", HERE)
    assert many.count("<em>a</em>") == 100


def test_tags_that_do_not_end_are_looked_at_once() -> None:
    assert preview.sanitized("<b " * 300_000, HERE) == ""


def test_the_rule_that_looks_at_the_clock_comes_first() -> None:
    parser = _parser()
    assert parser.block.ruler.get_active_rules()[0] == "check"
    assert parser.inline.ruler.get_active_rules()[0] == "check"


LONG = {
    "lines of nobody": "title: a\n" + "x\n" * MAX_HEADER,
    "one line": "title: " + "x" * MAX_HEADER + "\n",
    "keys": "title: a\n" + "".join(f"k{n}: v\n" for n in range(MAX_HEADER // 7)),
    "a list": "tags:\n" + "- a\n" * (MAX_HEADER // 4),
    "comments": "# x\n" * (MAX_HEADER // 4) + "title: a\n",
}


@pytest.mark.parametrize("kind", LONG)
@pytest.mark.parametrize("fences", [("---", "---", "markdown"), ("<!--", "-->", "html")])
def test_a_header_of_more_than_64_kb_is_a_problem_with_its_line(
    kind: str, fences: tuple[str, str, str]
) -> None:
    opening, closing, content_type = fences
    text = f"{opening}\n{LONG[kind]}{closing}\n\nText.\n"
    with pytest.raises(BadPage) as caught:
        parse(text.encode(), content_type, file="a.md")  # type: ignore[arg-type]
    assert (caught.value.name, caught.value.line) == ("a.md", 1)
    assert "65,536 characters" in caught.value.what


def test_a_header_of_64_kb_is_read() -> None:
    text = "x" * (MAX_HEADER - len("title: \n"))
    assert parse(f"---\ntitle: {text}\n---\n".encode(), "markdown").page.title == text


def test_content_between_two_rules_is_content_however_long() -> None:
    text = "---\n\nA passage.\n\n" + "title: it is not\n" * MAX_HEADER + "\n---\n"
    doc = parse(text.encode(), "markdown")
    assert (doc.header, doc.page.content) == (None, text)


def test_no_header_is_written_that_could_not_be_read() -> None:
    script = Page("x", "T", "", True, (), "markdown", "", "", "", "x" * MAX_HEADER, False)
    with pytest.raises(BadPage):
        compose(
            script, date=None, date_created=None, content_type="markdown", extra_keys=("scriptJs",)
        )
    doc = parse(b"---\ntitle: T\nscriptJs: a\n---\n\nx\n", "markdown", file="a.md")
    with pytest.raises(BadPage):
        update(doc, script)


def test_both_versions_of_a_page_of_equal_lines_are_shown_without_comparing_each_with_each() -> (
    None
):
    # 20,000 times 20,000 comparisons would take minutes.
    here, wiki = "a\nb\n" * 10_000 + "mine\n", "b\na\n" * 10_000 + "theirs\n"
    shown = interleave(here, wiki, "\n")
    assert shown.count("<<<<<<< here") >= 1
    lines = shown.split("\n")
    assert "mine" in lines
    assert "theirs" in lines


@pytest.mark.parametrize("blank", [" ", "\t", " #", "# "])
def test_a_heading_with_very_many_blanks_is_read_once(blank: str) -> None:
    # Each blank times each after it would take a minute.
    old = f"# a{blank * 200_000}b ##\n" + "line\n" * 10
    (found,) = hunks(f"{old}one", f"{old}two")
    assert found.heading.startswith("a")
    assert found.heading.endswith("b")
