"""Every sentence that says what went wrong, and what to do next.

The only place for errors' words; guards and conflicts have theirs in ``verdict``.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from wikisync import errors as e


@dataclass(frozen=True, slots=True)
class Message:
    """What is so (``text``), and what to do about it (``hint``; empty where there is nothing)."""

    text: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.hint}".strip()


def error_message(error: e.WikisyncError) -> Message:
    """An error in words."""
    match error:
        case e.UsageError():
            return _usage(error)
        case e.BadPage(file, line, what):
            return Message(f"{file}{f':{line}' if line else ''}: {what}")
        case e.BadName(name, rule):
            return Message(f"{name}: {rule}")
        case e.FileChanged(file, _doing, reason):
            return Message(f"{file}: {reason}; it was left alone.", "Run the command again.")
        case e.FolderError(file, doing, reason):
            return Message(f"{file}: cannot {doing} it: {reason}.", _folder_hint(reason))
        case e.WikiError():
            return _wiki(error)
        case e.PageChanged(_key, found):
            return Message(f"{found}; the page was left alone.", "Run the command again.")
        case e.StalePlan(done=True):
            return Message("What was to be done is done already.")
        case e.StalePlan(_key, _file, found):
            return Message(
                f"It is not as it was reviewed: {found}; it was left alone.",
                "Make a new plan: wikisync plan.",
            )
        case e.OverwroteConcurrentEdit(_key, version, backup):
            return Message(
                f"Somebody edited it at the same moment: that edit is version {version} of the"
                f" page's history, and backup {backup} here.",
                f"See it with wikisync restore {backup} --print, and bring over what is missing.",
            )
        case e.StateError(file, why, detail):
            return _state(file, why, detail)
        case e.Locked():
            return Message(
                "Another run of wikisync holds the lock.",
                "Wait until it has ended; it may be waiting for an answer.",
            )
        case e.UntrustedCheckout():
            return _untrusted(error)
        case e.GitHubError(doing, reason, status):
            return Message(f"GitHub: cannot {doing}: {_clause(reason)}.", _github_hint(status))
        case e.Interrupted():
            return Message("Stopped as you asked; what was done is recorded.", "Run it again.")
    return Message(str(error))


def _usage(error: e.UsageError) -> Message:
    match error:
        case e.NotConfigured("config", looked_in):
            return Message(
                f"There is no wikisync.toml in {looked_in} or above it.",
                "Go to the folder of your project, or begin one with:"
                " wikisync init https://wiki.example.com",
            )
        case e.NotConfigured("url"):
            return Message(
                "No wiki is named.",
                'Write url = "https://wiki.example.com" into wikisync.toml, or set WIKISYNC_URL.',
            )
        case e.NotConfigured("address"):
            return Message("Which wiki?", "Say: wikisync init https://wiki.example.com")
        case e.NotConfigured("token"):
            return Message(
                "There is no token: WIKISYNC_TOKEN is not set.",
                "Make an API key on the wiki (Administration → API Access → New API Key), then:"
                " export WIKISYNC_TOKEN=…",
            )
        case e.NotConfigured("base"):
            return Message(
                "--offline needs a run that has met the wiki, and there was none yet.",
                "Run wikisync push, pull or sync once.",
            )
        case e.NoSuchRun(number):
            if number is None:
                return Message("No run has written anything that could be taken back.")
            return Message(f"There is no run {number}.", "Look with wikisync log.")
        case e.NeedsYes():
            return Message(
                "There is something to write, and nobody here to ask.",
                "Look at it with --dry-run, then add --yes.",
            )
        case e.BadConfig(where, key, found, expected, line):
            place = f"{where}:{line}: " if line else f"{where}: " if where else ""
            name = f"{key}: " if key else ""
            return Message(f"{place}{name}{found} is not {expected}.")
        case e.TokenInFile(file, key):
            return Message(
                f"{file} holds a secret ({key}), and files get committed.",
                "Take it out, make a new API key, and give it as WIKISYNC_TOKEN.",
            )
        case e.NoSuchPath(path):
            return Message(
                f"{path}: no page of that name here or on the wiki.",
                "Give a file, a folder, a page's path or a pattern such as 'guide/**'.",
            )
        case e.BadPlan(file, what):
            return Message(f"{file} cannot be used as a plan: {what}.", _NEW_PLAN)
        case e.NotWritten(file, reason):
            return Message(f"{file} was not written: {reason}.", "Name another file: -o.")
        case e.BackupMissing(name):
            return Message(
                f"There is no backup {name}, or not any more.",
                "See which there are: wikisync log PATH. They are deleted after keep_days.",
            )
        case e.ExtraMissing(extra, module):
            return Message(
                f"This command needs {module}, which is not installed.",
                f"It is in the extra {extra}: pip install 'wikisync[{extra}]',"
                f" or in a clone: pip install '.[{extra}]'.",
            )
        case e.PortTaken(port):
            return Message(f"Port {port} is taken.", "Choose another one with --port.")
    return Message(str(error))


_NEW_PLAN = "Make it anew: wikisync plan push -o plan.json (or pull, or sync)."


def _untrusted(error: e.UntrustedCheckout) -> Message:
    match error.decision:
        case "url":
            return Message(
                "Only the wikisync.toml that was checked out says where the wiki is, and a pull"
                " request must not decide where the token goes: the wiki was not asked.",
                "Give the address as WIKISYNC_URL or the input url, or merge wikisync.toml first"
                " (actions/checkout needs fetch-depth: 0).",
            )
        case "ca_file":
            return Message(
                "A pull request must not decide whose certificates are trusted with the token, and"
                " this one changes them: the wiki was not asked.",
                "Merge the certificates first, or keep them outside of the repository.",
            )
    return Message(
        f"Nothing is written on the word of a checkout that anybody may have made ({error.event}).",
        "Use the command plan there, and publish where it is pushed to your branch.",
    )


def _github_hint(status: int | None) -> str:
    if status in {401, 403, 404}:
        return (
            "Give the job the rights (permissions: pull-requests: write, and contents: write to"
            " open one); to open one, Settings → Actions → General must allow it too."
        )
    return "Run the job again." if status is not None else ""


def _folder_hint(reason: str) -> str:
    if reason == "it is read-only":
        return "Make it writable (chmod u+w), then run it again."
    if "owner" in reason or "group" in reason:
        return "Run wikisync as the file's owner, or take the file over (chown), then run it again."
    if "permission" in reason or "read-only" in reason:
        return "Check who may write there."
    return "Make room, then run it again." if "space" in reason else ""


def _wiki(error: e.WikiError) -> Message:
    match error:
        case e.CertificateError(url, reason):
            return Message(
                f"{url}: its certificate is not trusted: {reason}.",
                "For a private authority, name its PEM file: WIKISYNC_CA_FILE=ca.pem",
            )
        case e.Unreachable(url, reason):
            return Message(
                f"{url} cannot be reached: {reason}.", "Is the address right, is the wiki up?"
            )
        case e.Redirected(url, _status, _found, location):
            return Message(
                f"{url} points to {location}, and a token is not sent after it.",
                f"If that is your wiki, use it as the url: {location}",
            )
        case e.UnexpectedResponse(url, status, found):
            return Message(
                f"{url} does not answer as Wiki.js's API does: {found} (HTTP {status}).",
                "Is the address the wiki's own, without /graphql, and no login page before it?",
            )
        case e.ApiDisabled(url, message):
            return Message(
                f"{url}: {_clause(message)}.",
                "Switch the API on under Administration → API Access, or use a key that was"
                " not revoked.",
            )
        case e.Unauthenticated(url):
            return Message(GUEST.format(url=url), NEW_KEY)
        case e.Forbidden(_url, needs, key, _message):
            page = f" on {key}" if key else ""
            return Message(
                f"The key may not do that{page}: it lacks {' and '.join(needs)}.",
                "Give its group these permissions and page rules (Administration → Groups).",
            )
        case e.TooLarge(url, limit, answer):
            size = f" of {limit >> 20} MiB" if limit else ""
            if answer:
                return Message(f"{url}: an answer over the limit{size} was not read.")
            return Message(
                f"{url}: the page is larger than the wiki takes in a request{size}.",
                "Split the page, or raise bodyParserLimit in the wiki's config.yml.",
            )
        case e.PageGone():
            return Message("The page is gone from the wiki.", "Run the command again.")
        case e.PageHidden():
            return Message(
                "The key may not see the page.", "It needs read:source and manage:pages there."
            )
        case e.Rejected(_url, code, message):
            number = f" ({code})" if code else ""
            return Message(f"The wiki refused: {_clause(message)}{number}.")
        case e.RenderFailed(_url, message, _code):
            return Message(
                f"The page is there as sent, and the wiki failed to show it: {_clause(message)}.",
                "Readers see it as it was before, or an error. Look at it on the wiki, change what"
                " it cannot take, and push again.",
            )
        case e.WriteUncertain(_url, message, _code):
            return Message(f"The wiki failed: {_clause(message)}.", "Run it again: it looks first.")
    return Message(str(error))


def _clause(message: str) -> str:
    """The wiki's own words on one line, for a sentence that goes on."""
    return " ".join(message.split()).rstrip(".")


def in_the_clear(url: str) -> Message | None:
    """The warning for an address over which anybody on the way can read the token, if it is one."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname in {"localhost", "127.0.0.1", "::1"}:
        return None
    return Message(f"{url} is not encrypted: the token travels in the clear.", "Use https://.")


GUEST = "{url} takes the token for nobody's: it is wrong, or it has expired."
NEW_KEY = "Make a new API key (Administration → API Access) and set WIKISYNC_TOKEN."


def _state(file: str, why: str, detail: str) -> Message:
    match why:
        case "newer":
            return Message(
                f"{file} was written by a newer wikisync ({detail}).",
                "Upgrade: pip install -U wikisync",
            )
        case "older":
            return Message(
                f"{file} was written by an older wikisync ({detail}).",
                "Move it away to start without a memory: nothing is deleted then, and pages that"
                " differ on the two sides become conflicts.",
            )
        case "unsafe":
            return Message(
                f"{file} is not used: {detail}.",
                "Move it away. wikisync opens only plain files with one name there: through"
                " anything else a run could write outside the project.",
            )
        case "tracked":
            return Message(
                f"Git tracks {file}, the memory of one machine.",
                "Whoever commits there decides what wikisync remembers. If it came with the"
                " repository, move it away; if it is your own: git rm --cached -r .wikisync",
            )
        case "damaged":
            return Message(
                f"{file} is damaged: {detail}.",
                "Nothing was written. Move it away to start without a memory: nothing is deleted"
                " then, and pages that differ on the two sides become conflicts.",
            )
    hint = "Make room, then run it again." if "full" in detail else "Check who may write there."
    return Message(f"{file}: cannot be used: {detail}.", hint)
