"""Take README's pictures: the first day in a terminal, and the review page, in both themes.

They are written to ``.github/pictures``. The review page is shown by Chromium.
"""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME
from rich.text import Text

from support.chromium import started
from support.review_process import reviewing
from support.workspace import Workspace, command, page
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.chromium import Browser

PICTURES: Final = Path(__file__).parents[2] / ".github" / "pictures"
THEMES: Final = {"light": DEFAULT_TERMINAL_THEME, "dark": SVG_EXPORT_THEME}
COLUMNS: Final = 84
SIZE: Final = (1180, 820)

HOME: Final = "# Welcome\n\nRead [how to install](guide/install.md) first.\n"
INSTALL: Final = (
    "# Install\n\nTake the package for your system, and run it.\n\n## On Linux\n\n"
    "The package is signed. Check the signature before you install it.\n"
)
USE: Final = "# Use\n\nOpen the program.\n\nPress **Start**, and choose a file.\n"


def project(root: Path, sandbox: Sandbox) -> Workspace:
    """Return a folder and a wiki with three pages, and an edit of one on each side."""
    workspace = Workspace(root, sandbox)
    workspace.push(
        home=page("Our handbook", HOME, tags="handbook"),
        guide__install=page("Install", INSTALL, tags="install"),
        guide__use=page("Use", USE),
    )
    workspace.change("guide/install.md", "for your system", "for your system (or the archive)")
    workspace.change("guide/install.md", "tags: install", "tags: install, linux")
    workspace.write("guide/faq.md", page("Questions", "# Questions\n\n## Is it free?\n\nYes.\n"))
    return workspace


def terminal(workspace: Workspace) -> Text:
    """Return what a terminal shows of a few commands, with what was typed."""
    workspace.sandbox.edit("guide/use", content=USE.replace("a file", "one or more files"))
    shown = Text()
    env = {"FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "NO_COLOR": None}
    for line in ("status", "diff guide/install.md", "sync --yes", "undo --dry-run"):
        done = subprocess.run(
            command(*line.split()),
            cwd=workspace.root,
            env=workspace.environment(env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
        shown.append("$ ", "bold green").append(f"wikisync {line}\n", "bold")
        shown.append_text(Text.from_ansi(done.stdout.rstrip("\n"))).append("\n\n")
    shown.rstrip()
    return shown


def svg(text: Text, theme: str) -> str:
    """Return a picture of a terminal with this text; it loads no font."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(text)
    whole = console.export_svg(title="wikisync", theme=THEMES[theme], unique_id="wikisync")
    return re.sub(r"@font-face \{.*?\}\s*", "", whole, flags=re.DOTALL)


def review(workspace: Workspace, browser: Browser) -> Iterator[tuple[str, bytes]]:
    """Yield the review page in each theme, as WebP."""
    with reviewing(workspace) as open_review:
        browser.size(*SIZE)
        browser.run("Emulation.setScrollbarsHidden", hidden=True)
        browser.open(open_review.address)
        browser.until(lambda: browser.all("article"))
        for theme in THEMES:
            feature = {"name": "prefers-color-scheme", "value": theme}
            browser.run("Emulation.setEmulatedMedia", media="", features=[feature])
            taken = browser.run("Page.captureScreenshot", format="webp", quality=70)
            yield theme, base64.b64decode(taken["data"])


def take() -> None:
    """Write all pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        sys.exit("chromium and chromedriver are needed")
    with tempfile.TemporaryDirectory() as folder, Sandbox(port=3010) as sandbox:
        root = Path(folder) / "handbook"
        root.mkdir()
        workspace = project(root, sandbox)
        with started(program, driver, Path(folder) / "profile") as browser:
            for theme, picture in review(workspace, browser):
                (PICTURES / f"review-{theme}.webp").write_bytes(picture)
        text = terminal(workspace)
        for theme in THEMES:
            (PICTURES / f"terminal-{theme}.svg").write_text(svg(text, theme), encoding="utf-8")
    for file in sorted(PICTURES.iterdir()):
        sys.stdout.write(f"{file.stat().st_size:>7,} bytes  {file.name}\n")
