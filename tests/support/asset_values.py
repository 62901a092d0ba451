"""Values to plan and to report about: assets on both sides, and reports of their plans."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wikisync.planning.asset_model import (
    AssetAction,
    AssetBase,
    AssetPlan,
    AssetSnapshot,
    LocalAsset,
    RemoteAsset,
)
from wikisync.planning.asset_planner import plan_assets
from wikisync.planning.model import Plan
from wikisync.planning.snapshot import PlanOptions
from wikisync.request import Report, Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.planning.model import Command

OLD, NEW = "a" * 64, "b" * 64


def local(path: str, digest: str = NEW, size: int = 15_100) -> LocalAsset:
    return LocalAsset(path, path, size, digest)


def remote(
    path: str, digest: str = OLD, *, at: str = "t1", number: int = 1, size: int = 12_300
) -> RemoteAsset:
    return RemoteAsset(path, number, 0, size, "image/png", "t0", at, digest)


def base(path: str, digest: str = OLD, *, number: int = 1) -> AssetBase:
    return AssetBase(path, path, number, 12_300, digest, digest, "t0", "t1")


def snapshot(
    bases: Iterable[AssetBase] = (),
    here: Iterable[LocalAsset] = (),
    there: Iterable[RemoteAsset] = (),
    **others: Any,
) -> AssetSnapshot:
    by_path: list[Any] = [{one.path: one for one in found} for found in (bases, here, there)]
    return AssetSnapshot(*by_path, **others)


def mixed(**others: Any) -> AssetSnapshot:
    """One asset of each kind: new, changed, equal, gone, changed on the wiki, in conflict."""
    return snapshot(
        [base(f"img/{name}.png") for name in ("mine", "same", "cut", "theirs", "both")],
        [
            local("img/new.png"),
            local("img/mine.png"),
            local("img/same.png", OLD, 12_300),
            local("img/theirs.png", OLD, 12_300),
            local("img/both.png"),
        ],
        [
            remote("img/mine.png"),
            remote("img/same.png"),
            remote("img/cut.png"),
            remote("img/theirs.png", "c" * 64, at="t2", size=9_000),
            remote("img/both.png", "c" * 64, at="t2", size=9_000),
        ],
        **others,
    )


def planned(of: AssetSnapshot, command: Command = "push", **options: Any) -> AssetPlan:
    return plan_assets(of, PlanOptions(command, **options))


def report(assets: AssetPlan, command: Command = "push", **fields: Any) -> Report:
    """A report of a plan that has nothing but these assets."""
    request = fields.pop("request", Request(command, command))
    plan = fields.pop("plan", Plan(assets=assets))
    return Report(request, "https://wiki.example.com", "pages", plan, **fields)


def asset_action(verb: Any = "update", side: Any = "wiki", **fields: Any) -> AssetAction:
    path = fields.pop("path", "img/a.png")
    given = {"local": local(path), "remote": remote(path), "file": path, **fields}
    return AssetAction(verb=verb, side=side, path=path, **given)
