"""The commands about plan files at a terminal or in a script: ``plan``, ``show`` and ``apply``.

As ``console`` does it: data to stdout, messages to stderr, and the exit code at the end.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wikisync.cli import terminal

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.cli.terminal import ConfigOptions, OutputOptions
    from wikisync.planning.model import Command


def plan(
    output: OutputOptions, source: ConfigOptions, direction: Command, file: Path, **wishes: Any
) -> None:
    """``wikisync plan``. A plan that a guard refuses is not written. Ends the program."""
    from wikisync import planfile
    from wikisync.workflow import sync_run

    request = sync_run.Request("plan", direction, file=str(file), **wishes)
    with terminal.error_boundary(output, request):
        planfile.check(file)
        config = source.load()
        planfile.check(file, config.folder)
        terminal.warn(config)
        terminal.check_html(output, config)
        report = sync_run.dry_run(config, request, terminal.progress(output))
        if not report.plan.refusals:
            planfile.save(report, planfile.settings_of(config), file)
        terminal.print_and_exit(report, output, config)


def show(output: OutputOptions, file: Path) -> None:
    """``wikisync show``: without the wiki, and without a token. Ends the program."""
    from wikisync import planfile
    from wikisync.workflow import sync_run

    with terminal.error_boundary(output, sync_run.Request("show", "sync", file=str(file))):
        report = planfile.load(file).report
        request = replace(report.request, command="show", file=str(file))
        terminal.print_and_exit(replace(report, request=request), output)


def apply(
    output: OutputOptions,
    source: ConfigOptions,
    file: Path,
    *,
    yes: bool,
    skip_stale: bool,
    max_delete: int | None,
    allow: frozenset[str],
) -> None:
    """``wikisync apply``. Ends the program."""
    from wikisync import planfile
    from wikisync.workflow import apply_plan, sync_run

    with terminal.error_boundary(output, sync_run.Request("apply", "sync", file=str(file))):
        plan = planfile.load(file)
        request = apply_plan.apply_request(plan, str(file), allow=allow, max_delete=max_delete)
        config = source.load(writes=True)
        terminal.warn(config)
        report = apply_plan.apply_plan_file(
            config,
            request,
            plan,
            terminal.progress(output),
            ask=terminal.confirmation(yes=yes),
            on_interrupt=terminal.print_stopping,
            skip_stale=skip_stale,
        )
        terminal.print_and_exit(report, output, config)
