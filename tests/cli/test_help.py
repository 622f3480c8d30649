"""Help texts: complete, within 80 columns, and quick."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from syncd import __version__
from syncd.cli.main import app
from syncd.daemon.once import Exit
from tests.cli.conftest import Cli


def every_command(command: Any, path: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """The program itself, and every group and command below it."""
    yield list(path)
    for name, child in getattr(command, "commands", {}).items():
        yield from every_command(child, (*path, name))


COMMANDS = list(every_command(get_command(app)))


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_80_columns(bare: Cli, command: list[str]) -> None:
    """Every help text fits an ordinary terminal, however wide this one is."""
    result = bare(*command, "--help", COLUMNS="200")

    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80


WITHOUT_JSON = [["config", "schema"], ["demo"], ["failed", "export"]] + [
    ["map", kind, "export"] for kind in ("statuses", "users", "products", "orders")
]
"""What prints a schema, a show, JSON lines and CSV."""


@pytest.mark.parametrize("command", [one for one in COMMANDS if one not in WITHOUT_JSON], ids=" ".join)
def test_json_has_a_described_and_versioned_shape(bare: Cli, command: list[str]) -> None:
    """Every command can answer in JSON, and its help tells the object with its version."""
    shown = bare(*command, "--help").stdout
    if "COMMAND [ARGS]" in shown:
        return

    assert "--json " in shown
    assert '"version": 1' in shown or command == ["requests"]  # which prints the lines of the log


def test_the_exit_codes_are_documented(bare: Cli) -> None:
    """`syncd run --help` names every exit code."""
    words = bare("run", "--help").stdout.split()

    assert {str(int(code)) for code in Exit} <= set(words)


def test_the_version(bare: Cli) -> None:
    """`syncd --version` prints the version and nothing else."""
    assert bare("--version").stdout == f"syncd {__version__}\n"


def test_help_loads_nothing_heavy() -> None:
    """`--help` is quick, because the database, the HTTP client and the scheduler are not imported for it."""
    code = (
        "import sys; from typer.testing import CliRunner; from syncd.cli.main import app\n"
        "CliRunner().invoke(app, ['run', '--help'])\n"
        "print([name for name in ('sqlalchemy', 'httpx', 'apscheduler', 'rich.table') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert done.stdout == "[]\n"


def test_a_mistyped_command_is_2(bare: Cli) -> None:
    """An unknown command is a usage error."""
    assert bare("rnu").exit_code == 2
