"""Whether a plan was made for this wiki, this folder and this configuration. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wikisync.planning.model import Refusal

if TYPE_CHECKING:
    from wikisync.config import Config
    from wikisync.planfile.decode import ReviewedPlan


def settings_of(config: Config) -> dict[str, Any]:
    """The settings, beside the wiki and the folder, that decide what a run writes."""
    return {"ignore": list(config.ignore), "write_back": config.write_back}


def foreign_plan(reviewed: ReviewedPlan, config: Config) -> Refusal | None:
    """The refusal of a plan that was made with another configuration, by what is other."""
    report = reviewed.report
    pairs: dict[str, tuple[Any, Any]] = {
        "wiki": (report.wiki, config.url),
        "folder": (report.folder, config.folder_name),
    }
    now = settings_of(config)
    pairs |= {name: (reviewed.settings.get(name), value) for name, value in now.items()}
    other = [
        f"{name} was {_said(old)}, and is {_said(new)} here"
        for name, (old, new) in pairs.items()
        if old != new
    ]
    return Refusal("foreign-plan", detail="; ".join(other)) if other else None


def _said(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case list():
            return ", ".join(map(str, value)) or "empty"
    return str(value)
