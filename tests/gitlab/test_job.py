"""The job for GitLab that the manual shows, run as it stands on a stand-in of GitLab's API."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from support import manual
from support.workspace import Workspace, page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wikisync.sandbox import Sandbox

pytestmark = pytest.mark.slow

(_SHOWN,) = re.findall(
    r"^```yaml\n(wikisync:\n.*?)^```$", manual.text("guide/github.md"), re.M | re.S
)
JOB: Final[dict[str, Any]] = yaml.safe_load(_SHOWN)["wikisync"]
NOTES: Final = "/projects/12/merge_requests/3/notes"
ME, ANN = {"id": 7}, {"id": 8}
SHIM: Final = '#!/bin/sh\nexec "{python}" {arguments} "$@"\n'


@dataclass
class FakeGitLab:
    """The notes of one merge request, served for as long as the ``with`` lasts."""

    notes: list[dict[str, Any]] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        gitlab = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                number = int(parse_qs(parts.query).get("page", ["1"])[0])
                found = gitlab.notes[100 * (number - 1) : 100 * number]
                self._send(200, ME if parts.path == "/user" else found)

            def do_POST(self) -> None:
                assert self.path == NOTES
                self._send(201, gitlab.say(self._body(), ME))

            def do_PUT(self) -> None:
                note = gitlab.notes[int(self.path.removeprefix(f"{NOTES}/")) - 1]
                note["body"] = self._body()
                self._send(200, note)

            def _body(self) -> str:
                assert self.headers["PRIVATE-TOKEN"] == "glpat-x"
                gitlab.writes.append(self.command)
                text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
                assert isinstance(text, str)
                return text

            def _send(self, status: int, value: object) -> None:
                data = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def say(self, body: str, author: dict[str, int]) -> dict[str, Any]:
        note = {"id": len(self.notes) + 1, "body": body, "author": author}
        self.notes.append(note)
        return note

    def mine(self) -> list[str]:
        return [note["body"] for note in self.notes if note["author"] == ME]


@dataclass
class Job:
    """The project, and the job in it."""

    workspace: Workspace
    gitlab: FakeGitLab
    bin: Path

    def run(self, **env: str) -> int:
        """Run the script as GitLab does, its lines one after another; return the exit code."""
        for name in JOB["artifacts"]["paths"]:
            (self.workspace.root / name).unlink(missing_ok=True)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(JOB["script"])],
            cwd=self.workspace.root,
            env={
                "PATH": f"{self.bin}:{os.environ['PATH']}",
                "CI_API_V4_URL": self.gitlab.url,
                "CI_PROJECT_ID": "12",
                "CI_MERGE_REQUEST_IID": "3",
                "GITLAB_TOKEN": "glpat-x",
                "WIKISYNC_TOKEN": self.workspace.sandbox.token,
                "HOME": str(self.bin),
                **env,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode


@pytest.fixture
def job(tmp_path: Path, sandbox: Sandbox) -> Iterator[Job]:
    """A page in sync, and the programs that the script calls."""
    workspace = Workspace(tmp_path, sandbox)
    (workspace.folder / "home.md").write_text(page("Home"), encoding="utf-8")
    workspace.run("push", "--yes").ok()
    shims = tmp_path / "bin"
    shims.mkdir()
    for name, arguments in (("wikisync", "-m wikisync"), ("python3", ""), ("pip", "-c pass")):
        (shims / name).write_text(SHIM.format(python=sys.executable, arguments=arguments))
        (shims / name).chmod(0o755)
    with FakeGitLab() as gitlab:
        yield Job(workspace, gitlab, shims)


def edit(job: Job, text: str) -> None:
    (job.workspace.folder / "home.md").write_text(page("Home", text), encoding="utf-8")


def test_a_merge_request_gets_one_note_that_every_run_updates(job: Job) -> None:
    for number in range(130):
        job.gitlab.say(f"note {number}", ANN)
    for text in ("One edit.\n", "Another edit.\n"):
        edit(job, text)
        assert job.run() == 0
    (note,) = job.gitlab.mine()
    assert note.startswith("<!-- wikisync ")
    assert "What this would change on the wiki" in note
    assert "Another edit." in note
    assert job.workspace.sandbox.url not in note
    assert job.gitlab.writes == ["POST", "PUT"]
    for name in JOB["artifacts"]["paths"]:
        assert (job.workspace.root / name).is_file()


def test_one_without_changes_gets_no_note_and_an_old_note_says_so(job: Job) -> None:
    assert job.run() == 0
    assert job.gitlab.notes == []
    edit(job, "One edit.\n")
    assert job.run() == 0
    job.workspace.run("push", "--yes").ok()
    assert job.run() == 0
    (note,) = job.gitlab.mine()
    assert "One edit." not in note


def test_a_conflict_is_in_the_note_and_the_job_is_red(job: Job) -> None:
    edit(job, "Here.\n")
    job.workspace.sandbox.edit("home", content="There.\n")
    assert job.run() == 3
    (note,) = job.gitlab.mine()
    assert "Conflicts" in note or "To merge" in note


def test_a_note_of_a_person_that_begins_with_the_mark_is_left_alone(job: Job) -> None:
    edit(job, "One edit.\n")
    assert job.run() == 0
    mark = job.gitlab.mine()[0].partition("\n")[0]
    job.gitlab.notes[0]["author"] = ANN
    job.gitlab.notes[0]["body"] = f"{mark}\nlooks like it"
    assert job.run() == 0
    assert job.gitlab.notes[0]["body"].endswith("looks like it")
    assert len(job.gitlab.mine()) == 1


def test_a_wiki_that_cannot_be_read_makes_the_job_red_without_a_note(job: Job) -> None:
    assert job.run(WIKISYNC_TOKEN="") == 2
    assert job.run(WIKISYNC_URL="http://127.0.0.1:9") == 1
    assert job.gitlab.notes == []
