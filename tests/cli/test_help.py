"""Help texts: complete, within 80 columns, and quick."""

from __future__ import annotations

import subprocess
import sys

import pytest

from syncd import __version__
from syncd.daemon.once import Exit
from tests.cli.conftest import Cli

COMMANDS = [
    [],
    ["run"],
    ["status"],
    ["brakes"],
    ["brakes", "list"],
    ["brakes", "release"],
    ["demo"],
    ["init"],
    ["config"],
    ["config", "check"],
    ["config", "show"],
    ["config", "schema"],
    ["doctor"],
    ["login"],
    ["logout"],
]


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_80_columns(bare: Cli, command: list[str]) -> None:
    """Every help text fits an ordinary terminal, however wide this one is."""
    result = bare(*command, "--help", COLUMNS="200")

    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80


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
