"""Render HTML pages from templates, with their Content-Security-Policy.

Every text is escaped in one place: control characters become visible (``text.escape_control``),
then HTML is escaped. The policy allows the project's own styles and script by their digests, images
within the page, and nothing else.
"""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from wikisync import __version__
from wikisync.report.html.commands import with_commands
from wikisync.report.text import escape_control, plural, ways

if TYPE_CHECKING:
    from wikisync.report.html.model import PageView


_STATIC: Final = files("wikisync.report.html") / "static"


def document(view: PageView) -> str:
    """Return the whole HTML page of a report, which loads nothing."""
    return page("report.html", view=view, policy=policy())


def page(template: str, **values: Any) -> str:
    """Return a page rendered from a template with ``values``."""
    style, script = static("report.css"), static("report.js")
    made = _environment().get_template(template)
    return made.render(style=style, script=script, version=__version__, **values)


def policy(*scripts: str, **more: str) -> str:
    """Return the Content-Security-Policy of a page.

    ``scripts`` are files of this package beside those of the report; ``more`` are directives, with
    ``_`` for ``-``.
    """
    rules = {
        "default-src": "'none'",
        "img-src": "data:",
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
    """Return a style or script of this package, to be included in the page."""
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
        finalize=harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["many"] = plural
    made.filters["commands"] = with_commands
    made.filters["ways"] = ways
    return made


def harmless(value: Any) -> Any:
    """Return a value for output: text without control characters, or HTML of our own."""
    return (
        value if isinstance(value, Markup) or not isinstance(value, str) else escape_control(value)
    )
