"""Format each error as a message: what happened and why, and what to do next.

All wording of errors is here; that of refusals and conflicts is in ``plan_messages``.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from wikisync import errors as e
from wikisync.installation import requirement_of
from wikisync.report.asset_messages import asset_message
from wikisync.report.database_messages import database_message
from wikisync.report.gateway_messages import gateway_message
from wikisync.report.history_messages import backup_message, no_such_run_message
from wikisync.report.layout_messages import misplaced_message


@dataclass(frozen=True, slots=True)
class Message:
    """A statement of what happened and why (``text``), and what to do (``hint``, may be empty)."""

    text: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.hint}".strip()


def error_message(error: e.WikisyncError) -> Message:
    """Return the message for an error; its own text where it has no wording here."""
    if (words := asset_message(error)) is not None:
        return Message(*words)
    match error:
        case e.UsageError():
            return _usage(error)
        case e.BadPage(file, line, what):
            return Message(f"{file}{f':{line}' if line else ''}: {what}")
        case e.MisplacedFiles():
            return Message(*misplaced_message(error))
        case e.BadName(name, rule):
            hint = f"Rename it, for example to {error.proposal}" if error.proposal else ""
            return Message(f"{name}: {rule}", f"{hint}." if hint else "")
        case e.FileChanged(file, _doing, reason):
            return Message(f"{file}: {reason}; it was left alone.", "Run the command again.")
        case e.FolderError(file, doing, reason):
            return Message(f"{file}: cannot {doing} it: {reason}.", _folder_hint(reason))
        case e.WikiError():
            return _wiki(error)
        case e.PageChanged(_key, found):
            return Message(f"{found}; the page was left alone.", "Run the command again.")
        case e.StalePlan(done=True):
            return Message("Nothing to do: it is already as planned.")
        case e.StalePlan(_key, _file, found):
            return Message(
                f"It changed after the plan was made: {found}; it was left alone.",
                "Make a new plan: wikisync plan.",
            )
        case e.OverwroteConcurrentEdit(_key, version, backup):
            return Message(
                "Somebody edited the page on the wiki at the same moment, and that edit was"
                f" overwritten. It is saved as version {version} in the page's history and as"
                f" backup {backup}.",
                f"See it with wikisync restore {backup} --print, and copy what is missing.",
            )
        case e.StateError(file, why, detail):
            return _state(file, why, detail)
        case e.BackupDamaged():
            return Message(*backup_message(error))
        case e.Locked():
            hint = "Wait until it ends. It may be waiting for an answer to a question."
            return Message("Another run of wikisync is active.", hint)
        case e.UntrustedCheckout():
            return _untrusted(error)
        case e.GitHubError(doing, reason, status):
            return Message(f"GitHub: cannot {doing}: {_clause(reason)}.", _github_hint(status))
        case e.Interrupted():
            text = "Interrupted. The pages done so far are recorded."
            return Message(text, "Run it again to do the rest.")
    return Message(str(error))


def _usage(error: e.UsageError) -> Message:
    match error:
        case e.NotConfigured("config", looked_in):
            return Message(
                f"There is no wikisync.toml in {looked_in} or in a folder above it.",
                "Go to your project's folder, or set up a new one:"
                " wikisync init https://wiki.example.com",
            )
        case e.NotConfigured("folder", looked_in):
            text = f"There is no wikisync.toml and no folder pages in {looked_in}."
            hint = 'Write a wikisync.toml with folder = "docs". To see a folder without:'
            return Message(text, f"{hint} wikisync preview FOLDER.")
        case e.NotConfigured("url"):
            return Message(
                "The wiki's address is not set.",
                'Write url = "https://wiki.example.com" into wikisync.toml, or set WIKISYNC_URL.',
            )
        case e.NotConfigured("address"):
            hint = "For example: wikisync init https://wiki.example.com"
            return Message("Add the wiki's address.", hint)
        case e.NotConfigured("token"):
            return Message(
                "There is no API key: WIKISYNC_TOKEN is not set.",
                "Create one on the wiki (Administration → API Access → New API Key), then:"
                " export WIKISYNC_TOKEN=…",
            )
        case e.NotConfigured("base"):
            return Message(
                "--offline compares with the last run, and there has been no run yet.",
                "Run wikisync push, pull or sync once.",
            )
        case e.NoSuchRun():
            return Message(*no_such_run_message(error))
        case e.NeedsYes():
            return Message(
                "Needs confirmation: add --yes.",
                "There is no terminal to ask in. To see first what would be written: --dry-run.",
            )
        case e.BadConfig(where, key, found, expected, line):
            place = f"{where}:{line}: " if line else f"{where}: " if where else ""
            name = f"{key}: " if key else ""
            return Message(f"{place}{name}{found} is not {expected}.")
        case e.AlreadyConfigured(file, key, found, wanted):
            return Message(
                f'{file} already has {key} = "{found}".',
                f'To use "{wanted}" instead, edit the file.',
            )
        case e.TokenInFile(file, key) if key.lower().endswith("headers"):
            return Message(
                f"{file} contains a secret ({key}), which could be committed to Git.",
                "Remove it, and set it as WIKISYNC_HEADERS, one `Name: value` a line. If it was"
                " committed, have the gateway issue a new one.",
            )
        case e.TokenInFile(file, "client_cert" | "client_key" as key):
            return Message(
                f"{file} contains a private key ({key}), which could be committed to Git.",
                "Move it into a file outside the repository, and name that. If it was committed,"
                " have a new certificate issued.",
            )
        case e.TokenInFile(file, key):
            return Message(
                f"{file} contains a secret ({key}), which could be committed to Git.",
                "Remove it, create a new API key, and set that as WIKISYNC_TOKEN.",
            )
        case e.NoSuchPath(path, similar):
            return Message(
                f"{path}: no such page in the folder or on the wiki.",
                f"Did you mean {similar}?" if similar else _ANY_PATH,
            )
        case e.BadPlan(file, what):
            return Message(f"{file} cannot be used as a plan: {what}.", _NEW_PLAN)
        case e.NotWritten(file, reason):
            return Message(f"{file} was not written: {reason}.", "Choose another file: -o FILE.")
        case e.BackupMissing():
            return Message(*backup_message(error))
        case e.ExtraMissing(extra):
            return Message(
                f"This command needs the extra {extra}, which is not installed.",
                f"Install it: pip install {requirement_of(extra)}",
            )
        case e.PortTaken(port):
            return Message(f"Port {port} is already in use.", "Choose another one: --port.")
    return Message(str(error))


_ANY_PATH = "Give a file, a folder, a page's path or a pattern such as 'guide/**'."
_NEW_PLAN = "Make a new one: wikisync plan push -o plan.json (or pull, or sync)."


def _untrusted(error: e.UntrustedCheckout) -> Message:
    match error.decision:
        case "url":
            return Message(
                "The wiki's address comes only from the wikisync.toml that was checked out, and a"
                " pull request must not decide where the API key is sent. The wiki was not"
                " contacted.",
                "Set the address as WIKISYNC_URL or as the input url, or merge wikisync.toml first"
                " (actions/checkout needs fetch-depth: 0).",
            )
        case "ca_file":
            return Message(
                "This pull request changes the trusted certificates, and a pull request must not"
                " decide which servers the API key is sent to. The wiki was not contacted.",
                "Merge the certificates first, or keep them outside the repository.",
            )
        case "client_cert":
            return Message(
                "This pull request changes the client certificate or its key, and a pull request"
                " must not decide who the wiki takes this job for. The wiki was not contacted.",
                "Merge the certificate first, or keep it outside the repository.",
            )
    return Message(
        f"Nothing was written: anybody could have made this checkout ({error.event}).",
        "Use the command plan here, and publish in a run for pushes to your branch.",
    )


def _github_hint(status: int | None) -> str:
    if status in {401, 403, 404}:
        return (
            "Give the job the permission pull-requests: write. To open a pull request it also needs"
            " contents: write, and Settings → Actions → General must allow it."
        )
    return "Run the job again." if status is not None else ""


def _folder_hint(reason: str) -> str:
    if reason == "it is read-only":
        return "Make it writable (chmod u+w), then run it again."
    if "owner" in reason or "group" in reason:
        return "Run wikisync as the file's owner, or change the owner (chown), then run it again."
    if "permission" in reason or "read-only" in reason:
        return "Check the permissions of the file and its folder."
    return "Free some disk space, then run it again." if "space" in reason else ""


def _wiki(error: e.WikiError) -> Message:
    words = gateway_message(error) or database_message(error)
    if words is not None:
        return Message(*words)
    match error:
        case e.CertificateError(url, reason):
            return Message(
                f"{url}: the certificate is not trusted: {reason}.",
                "For a private certificate authority, name its PEM file: WIKISYNC_CA_FILE=ca.pem",
            )
        case e.Unreachable(url, reason):
            return Message(
                f"{url} cannot be reached: {reason}.",
                "Check the address, and that the wiki is running.",
            )
        case e.Redirected(url, _status, _found, location):
            return Message(
                f"{url} redirects to {location}; the API key is not sent there.",
                f"If that is your wiki, set it as the url: {location}",
            )
        case e.UnexpectedResponse(url, status, found):
            return Message(
                f"{url} does not answer like the API of Wiki.js: {found} (HTTP {status}).",
                "Use the wiki's own address, without /graphql or the path of a page. If a login"
                " page is in front of the wiki, set WIKISYNC_HEADERS to what it accepts, or let"
                " requests to /graphql through.",
            )
        case e.ApiDisabled(url, message):
            return Message(
                f"{url}: {_clause(message)}.",
                "Enable the API under Administration → API Access, or use a key that is not"
                " revoked.",
            )
        case e.Unauthenticated(url):
            return Message(KEY_REJECTED.format(url=url), NEW_KEY)
        case e.Forbidden(_url, needs, key, _message):
            page = f" on {key}" if key else ""
            return Message(
                f"The API key is not allowed to do that{page}: it lacks {' and '.join(needs)}.",
                "Give its group these permissions and page rules (Administration → Groups).",
            )
        case e.TooLarge(url, limit, answer):
            size = f" of {limit >> 20} MiB" if limit else ""
            if answer:
                return Message(f"{url}: the answer is over the limit{size} and was not read.")
            return Message(
                f"{url}: the page is larger than the wiki accepts in a request{size}.",
                "Split the page, or raise bodyParserLimit in the wiki's config.yml.",
            )
        case e.PageGone():
            return Message("The page no longer exists on the wiki.", "Run the command again.")
        case e.PageHidden():
            return Message(
                "The API key is not allowed to see the page.",
                "Its group needs read:source for that path, and to write it manage:pages too.",
            )
        case e.Rejected(_url, code, message):
            number = f" ({code})" if code else ""
            return Message(f"The wiki refused: {_clause(message)}{number}.")
        case e.RenderFailed(_url, message, _code):
            return Message(
                f"The page was saved, but the wiki failed to render it: {_clause(message)}.",
                "Readers see the previous version, or an error. Look at the page on the wiki,"
                " change what cannot be rendered, and push again.",
            )
        case e.WriteUncertain(_url, message, _code):
            return Message(
                f"The wiki failed, and may have saved it all the same: {_clause(message)}.",
                "Run it again: it checks first.",
            )
    return Message(str(error))


def _clause(message: str) -> str:
    """Return a message of the wiki on one line and without its full stop."""
    return " ".join(message.split()).rstrip(".")


def in_the_clear(url: str, *, headers: bool = False) -> Message | None:
    """Return a warning if the API key would be sent over unencrypted HTTP to another machine.

    ``headers``: those of WIKISYNC_HEADERS would be sent, too.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname in {"localhost", "127.0.0.1", "::1"}:
        return None
    secrets = "the API key and WIKISYNC_HEADERS" if headers else "the API key"
    return Message(
        f"{url} is not encrypted: others on the network can read {secrets}.", "Use https://."
    )


KEY_REJECTED = "{url} does not accept this API key: it is wrong or has expired."
NEW_KEY = "Create a new API key (Administration → API Access) and set WIKISYNC_TOKEN."


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
                "Move it away to start without it: nothing is deleted, and pages that differ"
                " between the folder and the wiki become conflicts.",
            )
        case "unsafe":
            return Message(
                f"{file} was not opened: {detail}.",
                "Move it away. wikisync opens only regular files with a single name there, because"
                " a link could make a run write outside the project.",
            )
        case "tracked":
            return Message(
                f"Git tracks {file}, which belongs to one machine.",
                "Anyone who can commit there could change what wikisync remembers. If it came with"
                " the repository, move it away. If it is your own: git rm --cached -r .wikisync",
            )
        case "damaged":
            return Message(
                f"{file} is damaged: {detail}.",
                "Nothing was written. Move it away to start without it: nothing is deleted, and"
                " pages that differ between the folder and the wiki become conflicts.",
            )
    hint = "Check the permissions of the file and its folder."
    if "full" in detail or "space" in detail:  # SQLite's word, and the system's
        hint = "Free some disk space, then run it again."
    return Message(f"{file} cannot be used: {detail}.", hint)
