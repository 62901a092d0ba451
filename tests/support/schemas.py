"""The JSON Schemas of what programs read and write, made from what the code declares.

Names, words and settings are those of the code, so that a new one is in the schema at once; shapes
are written here, and tests hold them against what the program prints. The published ones let other
keys be, since new ones may be added at any time (``json.md``); ``closed`` makes one that does not.
"""

from __future__ import annotations

import json
from textwrap import fill
from typing import Any, Final, get_args

from support import manual
from wikisync import config, settings
from wikisync.check_levels import Level
from wikisync.check_levels import Rule as CheckRule
from wikisync.doctor.model import CheckName, CheckState
from wikisync.page.model import FIELD_NAMES
from wikisync.planfile import format as planfile
from wikisync.planning.asset_model import AssetConflictKind
from wikisync.planning.model import Command, ConflictKind, Prefer, Rule, Side, Verb
from wikisync.planning.notes import NoteKind
from wikisync.report import json_output
from wikisync.report.watch_events import Waiting
from wikisync.request import CommandName
from wikisync.state.backups import BackupKind
from wikisync.state.intents import Outcome

Schema = dict[str, Any]

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
FOLDER: Final = manual.PAGES / "reference" / "schemas"
_WIDTH: Final = 96

TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
NUMBER: Final[Schema] = {"type": "integer", "minimum": 1}
HEX: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]+$"}
TIME: Final[Schema] = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"}


def words(*literals: Any) -> Schema:
    return {"enum": [word for literal in literals for word in get_args(literal)]}


def one_of(*values: object) -> Schema:
    return {"enum": list(values)}


def or_null(schema: Schema) -> Schema:
    if "type" in schema and schema["type"] != "object":
        return {**schema, "type": [schema["type"], "null"]}
    if schema.keys() == {"enum"}:
        return {"enum": [*schema["enum"], None]}
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def object_of(required: Schema, optional: Schema | None = None) -> Schema:
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": list(required)}


def table_of(names: Any, schema: Schema) -> Schema:
    """An object with any of these keys, and no other."""
    properties = dict.fromkeys(get_args(names), schema)
    return {"type": "object", "properties": properties, "additionalProperties": False}


def joined(*schemas: Schema) -> Schema:
    """One object with the keys of several."""
    required = {k: s["properties"][k] for s in schemas for k in s["required"]}
    optional = {k: v for s in schemas for k, v in s["properties"].items()}
    return object_of(required, optional)


# ---- the object of --json

VERSION_OF_FILE: Final = object_of(
    {"size": COUNT, "sha256": or_null(HEX), "width": or_null(COUNT), "height": or_null(COUNT)}
)
ACTION: Final = object_of(
    {
        "kind": one_of("page"),
        "action": words(Verb),
        "side": words(Side),
        "locale": TEXT,
        "path": TEXT,
        "file": TEXT,
        "from": or_null(TEXT),
        "fields": many(one_of(*FIELD_NAMES)),
        "overwrites": or_null(words(Side)),
        "outcome": one_of("planned", "done", "skipped", "failed"),
        "reason": or_null(TEXT),
    },
    {"diff": TEXT, "backups": many(NUMBER)},
)
CONFLICT: Final = object_of(
    {"kind": one_of("page"), "locale": TEXT, "path": TEXT, "file": TEXT, "reason": TEXT},
    {"diff": TEXT, "backups": many(NUMBER)},
)
SIDES_OF_FILE: Final = object_of(
    {
        "kind": one_of("asset"),
        "locale": {"type": "null"},
        "before": or_null(VERSION_OF_FILE),
        "after": or_null(VERSION_OF_FILE),
    }
)
ASSET_ACTION: Final = joined(ACTION, SIDES_OF_FILE)
ASSET_CONFLICT: Final = joined(CONFLICT, SIDES_OF_FILE)
REFUSAL: Final = object_of(
    {"rule": words(Rule), "message": TEXT}, {"file": TEXT, "files": many(TEXT)}
)
PROBLEM: Final = object_of(
    {"kind": one_of("page", "asset"), "file": TEXT, "line": or_null(NUMBER), "message": TEXT},
    {"proposal": TEXT},
)
FIGURES: Final = object_of(
    dict.fromkeys(
        (
            *("pages", "in_sync", "create", "update", "move", "merge", "adopt", "delete"),
            *("conflict", "failed", "other_way"),
        ),
        COUNT,
    )
)
COUNTS: Final = joined(FIGURES, object_of({"assets": FIGURES}))

WRITE: Final = object_of(
    {
        "kind": {"enum": ["page", "asset"]},
        "action": words(Verb),
        "side": words(Side),
        "locale": or_null(TEXT),
        "path": TEXT,
        "file": TEXT,
        "outcome": {"enum": [*get_args(Outcome), "unsettled"]},
    }
)
RUN: Final = object_of(
    {
        "run": NUMBER,
        "command": TEXT,
        "started": TIME,
        "ended": or_null(TIME),
        "undoes": or_null(NUMBER),
        "plan": or_null(TEXT),
        "actions": many(joined(WRITE, object_of({"from": or_null(TEXT)}))),
    }
)
BACKUP: Final = joined(
    object_of({"backup": NUMBER, "at": TIME, "run": NUMBER, "command": TEXT}),
    WRITE,
    object_of({"what": words(BackupKind)}),
)
CHECK: Final = object_of(
    {
        "name": words(CheckName),
        "state": words(CheckState),
        "found": TEXT,
        "hint": or_null(TEXT),
    }
)
REPORT: Final = object_of(
    {
        "version": {"const": json_output.VERSION},
        "command": words(CommandName),
        "dry_run": FLAG,
        "wiki": or_null(TEXT),
        "folder": or_null(TEXT),
        "actions": many({"anyOf": [ACTION, ASSET_ACTION]}),
        "conflicts": many({"anyOf": [CONFLICT, ASSET_CONFLICT]}),
        "refusals": many(REFUSAL),
        "problems": many(PROBLEM),
        "counts": COUNTS,
    },
    {
        "root": TEXT,
        "notes": many(TEXT),
        "unsettled": NUMBER,
        "backup": NUMBER,
        "run": NUMBER,
        "runs": many(RUN),
        "backups": many(BACKUP),
        "checks": many(CHECK),
        "error": TEXT,
    },
)
DOCTOR: Final = object_of(
    {
        "version": {"const": json_output.VERSION},
        "command": one_of("doctor"),
        "checks": many(CHECK),
        "settings": many(object_of({"name": TEXT, "value": TEXT, "source": or_null(TEXT)})),
        "counts": object_of(dict.fromkeys(get_args(CheckState), COUNT)),
    }
)
FINDING: Final = object_of(
    {
        "rule": words(CheckRule),
        "level": one_of("error", "warning"),
        "file": TEXT,
        "line": or_null(COUNT),
        "column": or_null(NUMBER),
        "message": TEXT,
        "fix": or_null(TEXT),
    }
)
FIX: Final = object_of(
    {
        "file": TEXT,
        "new_name": or_null(TEXT),
        "links": many(object_of({"line": NUMBER, "old": TEXT, "new": TEXT})),
        "outcome": one_of("planned", "done", "failed"),
        "reason": or_null(TEXT),
    }
)
FOLDER_CHECK: Final = object_of(
    {
        "version": {"const": json_output.VERSION},
        "command": one_of("check"),
        "findings": many(FINDING),
        "counts": object_of(
            {
                **dict.fromkeys(("files", "assets", "error", "warning"), COUNT),
                "rules": table_of(CheckRule, COUNT),
            }
        ),
    },
    {"fixes": many(FIX)},
)


def _event(name: str, *parts: Schema) -> Schema:
    start = {"version": {"const": 1}, "event": {"const": name}, "time": TIME}
    return joined(*parts, object_of(start))


WATCH: Final[Schema] = {
    "type": "object",
    "anyOf": [
        _event("started", object_of({"wiki": TEXT, "folder": TEXT})),
        _event("action", ACTION),
        _event("action", ASSET_ACTION),
        _event("conflict", CONFLICT),
        _event("conflict", ASSET_CONFLICT),
        _event("problem", PROBLEM),
        _event("note", object_of({"message": TEXT})),
        _event("refused", REFUSAL),
        _event("in-sync", object_of({"pages": COUNT})),
        _event("not-deleted", object_of({"folder": COUNT, "wiki": COUNT})),
        _event("waiting", object_of({"reason": words(Waiting), "detail": TEXT})),
        _event("away", object_of({"message": TEXT, "retry_seconds": {"type": "number"}})),
        _event("back"),
        _event("stopped"),
    ],
}
SANDBOX: Final = object_of({"url": TEXT, "token": TEXT})

# ---- plan files

_FIELD: Final[dict[str, Schema]] = {"published": FLAG, "private": FLAG, "tags": many(TEXT)}
PAGE: Final = object_of({name: or_null(_FIELD.get(name, TEXT)) for name in FIELD_NAMES})
KEY: Final = object_of({"locale": TEXT, "path": TEXT})
PRECONDITIONS: Final = object_of(
    {
        "here": or_null(
            object_of({"file": TEXT, "content_type": TEXT, "digest": HEX, "fingerprint": TEXT})
        ),
        "there": or_null(
            object_of(
                {
                    "id": COUNT,
                    "locale": TEXT,
                    "path": TEXT,
                    "content_type": TEXT,
                    "created_at": TEXT,
                    "updated_at": TEXT,
                    "fingerprint": or_null(TEXT),
                }
            )
        ),
        "origin": or_null(KEY),
        "old": or_null(PAGE),
        "new": or_null(PAGE),
        "here_text": or_null(PAGE),
        "old_file": TEXT,
    }
)
ASSET_PRECONDITIONS: Final = object_of(
    {
        "here": or_null(object_of({"file": TEXT, "path": TEXT, "size": COUNT, "digest": HEX})),
        "there": or_null(
            object_of(
                {
                    "id": COUNT,
                    "folder": COUNT,
                    "path": TEXT,
                    "size": COUNT,
                    "mime": TEXT,
                    "created_at": TEXT,
                    "updated_at": TEXT,
                    "digest": or_null(HEX),
                }
            )
        ),
        "old_file": TEXT,
    }
)
DECISION: Final = object_of({"settles": FLAG, "withheld": or_null(one_of("delete"))})
PLAN_ACTION: Final = joined(
    ACTION,
    PRECONDITIONS,
    DECISION,
    object_of(
        {
            "id": or_null(COUNT),
            "theirs": many(TEXT),
            "merged": or_null(PAGE),
            "alike": many(TEXT),
            "marks": FLAG,
            "converts": FLAG,
        }
    ),
)
PLAN_CONFLICT: Final = joined(
    CONFLICT,
    PRECONDITIONS,
    object_of(
        {
            "conflict": words(ConflictKind),
            "fields": many(one_of(*FIELD_NAMES)),
            "detail": TEXT,
            "mine": many(TEXT),
            "theirs": many(TEXT),
        }
    ),
)
PLAN_ASSET_ACTION: Final = joined(ASSET_ACTION, ASSET_PRECONDITIONS, DECISION)
PLAN_ASSET_CONFLICT: Final = joined(
    ASSET_CONFLICT,
    ASSET_PRECONDITIONS,
    object_of({"conflict": words(AssetConflictKind), "detail": TEXT, "origin": TEXT}),
)
WAITING: Final = object_of(dict.fromkeys(get_args(Side), COUNT))
PLAN: Final = joined(
    REPORT,
    object_of(
        {
            "version": {"const": planfile.VERSION},
            "kind": {"const": planfile.KIND},
            "id": HEX,
            "made": TIME,
            "wikisync": TEXT,
            "command": one_of("plan"),
            "wish": object_of(
                {
                    "direction": words(Command),
                    "paths": many(object_of({"typed": TEXT, "names": many(TEXT), "as_file": FLAG})),
                    "delete": FLAG,
                    "prefer": or_null(words(Prefer)),
                    "markers": FLAG,
                    "convert": FLAG,
                    "mirror": FLAG,
                    "max_delete": or_null(COUNT),
                }
            ),
            "settings": object_of(
                {
                    "ignore": many(TEXT),
                    "write_back": FLAG,
                    "root": TEXT,
                    "locale_folders": words(config.LocaleFolders),
                    "index": TEXT,
                    "assets": words(config.AssetChoice),
                }
            ),
            "waiting": WAITING,
            "remarks": many(object_of({"kind": words(NoteKind), "pages": COUNT, "detail": TEXT})),
            "assets": or_null(
                object_of(
                    {
                        "waiting": WAITING,
                        "references": {"type": "object", "additionalProperties": many(TEXT)},
                        "allowed": FLAG,
                        "left_out": COUNT,
                    }
                )
            ),
            "actions": many({"anyOf": [PLAN_ACTION, PLAN_ASSET_ACTION]}),
            "conflicts": many({"anyOf": [PLAN_CONFLICT, PLAN_ASSET_CONFLICT]}),
            "refusals": {"type": "array", "maxItems": 0},
        }
    ),
)

# ---- wikisync.toml

_SIZE: Final[Schema] = {
    "anyOf": [
        NUMBER,
        # A schema's patterns cannot ignore case.
        {"type": "string", "pattern": r"^\d{1,15}(\.\d{1,6})? ?([kKmMgGtT][iI]?)?[bB]?$"},
    ]
}
_NAME: Final[Schema] = {"type": "string", "pattern": r"\S"}
_VALUES: Final[dict[str, Schema]] = {
    "ignore": {**many(TEXT), "maxItems": settings._MOST_PATTERNS},
    "write_back": FLAG,
    "max_delete": COUNT,
    "jobs": {**NUMBER, "maximum": settings._MOST_JOBS},
    "keep_days": NUMBER,
    "root": TEXT,
    "locale_folders": words(config.LocaleFolders),
    "assets": words(config.AssetChoice),
    "max_asset_size": _SIZE,
    "keep_size": _SIZE,
    "index": {"type": "string", "pattern": f"^{settings._INDEX.pattern}$"},
    "check": table_of(CheckRule, words(Level)),
}
"""The settings that are more than a name."""

SETTINGS: Final[Schema] = {
    "type": "object",
    "additionalProperties": False,  # an unknown setting is an error
    "properties": {
        key: {"description": expected[0].upper() + expected[1:], **_VALUES.get(key, _NAME)}
        for key, (expected, _) in settings.SETTINGS.items()
    },
}

PUBLISHED: Final[dict[str, tuple[str, Schema]]] = {
    "wikisync.toml": ("The configuration of wikisync, wikisync.toml", SETTINGS),
    "report": ("What wikisync prints with --json", REPORT),
    "doctor": ("What wikisync doctor prints with --json", DOCTOR),
    "check": ("What wikisync check prints with --json", FOLDER_CHECK),
    "watch": ("A line that wikisync watch prints with --json", WATCH),
    "sandbox": ("What wikisync sandbox prints with --json", SANDBOX),
    "plan": ("A plan file, as wikisync plan writes it", PLAN),
}
"""Name → title and schema."""


_NAMED: Final[dict[str, Schema]] = {
    "action": ACTION,
    "asset_action": ASSET_ACTION,
    "asset_conflict": ASSET_CONFLICT,
    "asset_version": VERSION_OF_FILE,
    "backup": BACKUP,
    "check": CHECK,
    "conflict": CONFLICT,
    "counts": COUNTS,
    "figures": FIGURES,
    "page": PAGE,
    "plan_action": PLAN_ACTION,
    "plan_asset_action": PLAN_ASSET_ACTION,
    "plan_asset_conflict": PLAN_ASSET_CONFLICT,
    "plan_conflict": PLAN_CONFLICT,
    "problem": PROBLEM,
    "run": RUN,
    "waiting": WAITING,
}
"""The parts that a schema has once, and refers to by these names."""


def published(name: str) -> Schema:
    """A schema as it is published."""
    title, schema = PUBLISHED[name]
    defs: dict[str, Schema] = {}
    whole = {"$schema": DRAFT, "title": title, **_referring(schema, defs)}
    return {**whole, "$defs": dict(sorted(defs.items()))} if defs else whole


def _referring(value: Any, defs: dict[str, Schema]) -> Any:
    """A value with references in place of the named parts, which are put into ``defs``."""
    if isinstance(value, list):
        return [_part(each, defs) for each in value]
    if isinstance(value, dict):
        return {name: _part(inner, defs) for name, inner in value.items()}
    return value


def _part(value: Any, defs: dict[str, Schema]) -> Any:
    for name, schema in _NAMED.items():
        if value is schema:
            if name not in defs:
                defs[name] = {}
                defs[name] = _referring(schema, defs)
            return {"$ref": f"#/$defs/{name}"}
    return _referring(value, defs)


def text(name: str) -> str:
    """The text of a published schema."""
    return _lines(published(name), "") + "\n"


def _lines(value: Any, indent: str) -> str:
    """JSON in which what fits is on one line."""
    short = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(short) <= _WIDTH or not isinstance(value, dict | list):
        return short
    inner = indent + "  "
    if isinstance(value, list):
        items = [_lines(each, inner) for each in value]
        if not any(isinstance(each, dict | list) for each in value):
            words = fill(
                ", ".join(items),
                _WIDTH,
                initial_indent=inner,
                subsequent_indent=inner,
                break_on_hyphens=False,
                break_long_words=False,
            )
            return f"[\n{words}\n{indent}]"
        return f"[\n{inner}" + f",\n{inner}".join(items) + f"\n{indent}]"
    pairs = [f"{json.dumps(key)}: {_lines(each, inner)}" for key, each in value.items()]
    return f"{{\n{inner}" + f",\n{inner}".join(pairs) + f"\n{indent}}}"


def closed(schema: Any) -> Any:
    """A schema that lets no key be that it does not know."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(value) for name, value in schema.items()}
    if "properties" in schema and isinstance(schema.get("required"), list):
        inner["additionalProperties"] = False
    return inner
