"""Values of options are what Typer makes of them, though it is asked only where it must be."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from wikisync.cli.commands import app


@pytest.mark.parametrize(
    "arguments",
    [
        ["push", "--jobs", "many"],
        ["push", "--jobs", "0"],
        ["push", "--max-delete", "-1"],
        ["push", "--prefer", "both"],
        ["push", "--allow", "everything"],
        ["restore", "one"],
        ["sandbox", "--port", "70000"],
        ["sandbox", "--collation", "oracle"],
    ],
)
def test_a_wrong_value_is_a_usage_error_that_names_the_option(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    named = arguments[1] if arguments[0] != "restore" else "NUMBER"
    assert named in result.output
