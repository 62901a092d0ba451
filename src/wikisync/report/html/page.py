"""The page itself: what ``view`` says, through the templates, with the policy that binds it.

Every text is made harmless in one place, as it is put out: signs that steer or turn the direction
of writing become visible (``words.shown``), then all is escaped. Styles and the script are the
project's own files, allowed by their digests; the policy allows nothing else, not even an image.

The report as the page of a review: boxes to tick, a button, what became of each page.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wikisync import __version__
from wikisync.report.text import escape_control, plural

if TYPE_CHECKING:
    from wikisync.report.html.model import PageView


_STATIC: Final = files("wikisync.report.html") / "static"


def document(view: PageView) -> str:
    """The whole page of a report: HTML in one file, which loads nothing."""
    return page("report.html", view=view, policy=policy())


def page(template: str, **values: Any) -> str:
    """A page made of a template. ``values`` are what it says."""
    style, script = static("report.css"), static("report.js")
    made = _environment().get_template(template)
    return made.render(style=style, script=script, version=__version__, **values)


def policy(*scripts: str, **more: str) -> str:
    """The Content-Security-Policy of a page.

    ``scripts`` are files of ours beside the report's own; ``more`` are directives, ``_``
    for ``-``.
    """
    rules = {
        "default-src": "'none'",
        "style-src": _digest("report.css"),
        "script-src": " ".join(_digest(name) for name in ("report.js", *scripts)),
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    rules.update({name.replace("_", "-"): value for name, value in more.items()})
    return "; ".join(f"{name} {value}" for name, value in rules.items())


@lru_cache(maxsize=8)
def static(name: str) -> Markup:
    """A style or a script of ours, to be put into the page as it stands."""
    text = (_STATIC / name).read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 (a file of the project)


def _digest(name: str) -> str:
    digest = b64encode(sha256(static(name).encode()).digest()).decode()
    return f"'sha256-{digest}'"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("wikisync.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["many"] = plural
    return made


def _harmless(value: Any) -> Any:
    """What is put out: text without signs that steer; HTML of ours as it is."""
    return (
        value if isinstance(value, Markup) or not isinstance(value, str) else escape_control(value)
    )


Phase = Literal["open", "writing", "ended"]

_VERBS: Final = {"→": "Publish", "←": "Fetch", "↔": "Sync"}


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """What became of a page: ``done``, ``failed`` or ``skipped``, and that in words."""

    result: str
    text: str


@dataclass(frozen=True, slots=True)
class ReviewState:
    """A review at a moment. ``lines`` are its last words; ``good``: all went well."""

    phase: Phase = "open"
    ticked: frozenset[str] = frozenset()
    outcomes: tuple[tuple[str, PublishedPage], ...] = ()
    lines: tuple[str, ...] = ()
    good: bool = False


def review_page(view: PageView, state: ReviewState, token: str) -> tuple[str, str]:
    """The page and its policy. ``token`` is what the forms send along."""
    rules = policy("review.js", form_action="'self'", connect_src="'self'")
    html = page(
        "review.html",
        view=view,
        policy=rules,
        state=state,
        ticked=state.ticked,
        outcomes=dict(state.outcomes),
        tickable=state.phase == "open",
        token=token,
        verb=_VERBS[view.arrow],
        review_script=static("review.js"),
    )
    # In a page the policy cannot forbid to be framed; the server sends it as a header.
    return html, f"{rules}; frame-ancestors 'none'"
