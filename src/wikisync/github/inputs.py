"""The Action's inputs, from the environment that ``action.yml`` gives its script."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

from wikisync.errors import BadConfig
from wikisync.report.github.ending import FailOn

if TYPE_CHECKING:
    from collections.abc import Mapping

CommandInput = Literal["plan", "push", "pull", "sync"]

_FLAGS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a workflow asked the Action for. ``folder`` is empty where the configuration tells."""

    command: CommandInput = "plan"
    folder: str = ""
    config: Path | None = None
    delete: bool = False
    max_delete: int | None = None
    fail_on: FailOn = "conflicts"
    comment: bool = True


def inputs(env: Mapping[str, str]) -> Inputs:
    """The inputs. Raises BadConfig, by the input's own name."""
    config = env.get("INPUT_CONFIG", "").strip()
    return Inputs(
        command=cast("CommandInput", _word(env, "command", get_args(CommandInput), "plan")),
        folder=env.get("INPUT_FOLDER", "").strip(),
        config=Path(config) if config else None,
        delete=_FLAGS[_word(env, "delete", tuple(_FLAGS), "false")],
        max_delete=_count(env, "max-delete"),
        fail_on=cast("FailOn", _word(env, "fail-on", get_args(FailOn), "conflicts")),
        comment=_FLAGS[_word(env, "comment", tuple(_FLAGS), "true")],
    )


def _given(env: Mapping[str, str], name: str) -> str:
    return env.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip()


def _word(env: Mapping[str, str], name: str, known: tuple[str, ...], default: str) -> str:
    value = _given(env, name).lower() or default
    if value not in known:
        raise BadConfig("action.yml", name, repr(value), f"one of {', '.join(known)}")
    return value


def _count(env: Mapping[str, str], name: str) -> int | None:
    value = _given(env, name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit()):
        raise BadConfig("action.yml", name, repr(value), "a whole number from 0")
    return int(value)
