"""SYNCD_PLAN_FIRST: nothing is written before the first `apply` or `run --yes`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair

FIRST = {"SYNCD_PLAN_FIRST": "true"}


def test_a_run_shows_the_plan_instead(cli: Cli, pair: Pair) -> None:
    """Exit code 3, how much would be written, and the next command; neither shop is touched."""
    pair.place("A")
    said = cli("run", "--once", **FIRST)
    assert said.exit_code == 3
    assert "1 x create an order in Webasyst" in said.stdout
    assert "syncd plan -o FILE" in said.stdout
    assert pair.writes == 0
    assert max(map(len, said.stdout.splitlines())) <= 80
    told = json.loads(cli("run", "--once", "--json", **FIRST).stdout)
    assert (told["exit"], told["streams"]) == (3, [])
    assert "SYNCD_PLAN_FIRST" in told["error"]


@pytest.mark.parametrize("way", ["apply", "yes"])
def test_after_the_first_leave_everything_runs(cli: Cli, pair: Pair, tmp_path: Path, way: str) -> None:
    """A plan that was applied, or a run with --yes, and every later run writes by itself."""
    if way == "apply":
        file = str(tmp_path / "plan")
        assert cli("plan", "-o", file, **FIRST).exit_code == 0
        assert json.loads(cli("status", "--json", **FIRST).stdout)["waits_for_apply"] is True
        assert cli("apply", file, **FIRST).exit_code == 0
    else:
        assert cli("run", "--once", "--yes", **FIRST).exit_code == 0
    assert json.loads(cli("status", "--json", **FIRST).stdout)["waits_for_apply"] is False
    number = pair.place("A")
    assert cli("run", "--once", **FIRST).exit_code == 0
    assert pair.delivered() == {str(number): 1}


def test_the_status_says_what_is_waited_for(cli: Cli) -> None:
    """Before there is a database, too; and nothing of it without the setting."""
    assert "syncd apply" in cli("status", **FIRST).stdout
    assert "syncd apply" not in cli("status").stdout
    assert cli("run", "--once").exit_code == 0
    assert "syncd apply" in cli("status", **FIRST).stdout
