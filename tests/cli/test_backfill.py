"""`syncd backfill` as a person meets it: the question, the progress, the end, and what a daemon takes over."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from syncd.daemon.lock import single_instance
from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair


@pytest.fixture
def since(pair: Pair) -> dict[str, str]:
    """The settings of a sync that began after two orders had been placed."""
    for _ in range(2):
        pair.place("A")
        pair.later(3600)
    start = datetime.fromtimestamp(pair.cscart.shop.clock.now(), UTC).isoformat()
    return {"SYNCD_ORDERS__SINCE": start}


def test_nothing_begins_without_a_yes(cli: Cli, pair: Pair, since: dict[str, str]) -> None:
    """The question names the span and the mails that Webasyst may send; where nobody can answer, nothing begins."""
    cli("run", "--once", **since)
    said = cli("backfill", "orders", **since)
    assert said.exit_code == 3
    assert "the shop's beginning until" in said.output
    assert "Webasyst may mail the customer" in said.output
    assert "--yes" in said.stderr
    assert pair.office_orders() == []
    assert json.loads(cli("status", "--json", **since).stdout)["backfills"] == []


def test_without_a_daemon_the_command_does_it(cli: Cli, pair: Pair, since: dict[str, str]) -> None:
    """To the end, which is told; JSON has a fixed shape."""
    cli("run", "--once", **since)
    done = cli("backfill", "orders", "--yes", "--rate", "6000", **since)
    assert done.exit_code == 0, done.output
    assert "All is brought: 2 orders." in done.stdout
    assert len(pair.office_orders()) == 2
    [told] = json.loads(cli("status", "--json", **since).stdout)["backfills"]
    names = ["kind", "since", "until", "rate", "done", "total", "asked_at", "finished_at"]
    assert list(told) == names
    again = json.loads(cli("backfill", "orders", "--yes", "--rate", "6000", "--json", **since).stdout)
    assert (again["version"], again["exit"], again["running"]) == (1, 0, False)
    assert len(pair.office_orders()) == 2


def test_beside_a_daemon_the_wish_is_left_to_it(cli: Cli, pair: Pair, since: dict[str, str]) -> None:
    """The command ends at once; the status shows how far it is."""
    cli("run", "--once", **since)
    with single_instance(pair.data_dir):
        said = cli("backfill", "orders", "--yes", **since)
    assert said.exit_code == 0
    assert "The running daemon works on it" in said.stdout
    assert "Backfill: 0 of ? orders done, 60 a minute." in cli("status", **since).stdout
    assert pair.office_orders() == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["orders", "--since", "yesterday"], "yesterday is no date"),
        (["orders", "--since", "2024-02-01", "--until", "2024-01-01"], "is not before"),
        (["products", "--since", "2024-02-01"], "go with orders"),
    ],
)
def test_what_makes_no_sense_is_refused(cli: Cli, arguments: list[str], reason: str) -> None:
    """Exit code 10 and what is wrong."""
    said = cli("backfill", *arguments, "--yes")
    assert said.exit_code == 10
    assert reason in said.stderr


def test_before_the_first_plan_nothing_begins(cli: Cli) -> None:
    """As any other write."""
    said = cli("backfill", "orders", "--yes", SYNCD_PLAN_FIRST="true")
    assert said.exit_code == 3
    assert "syncd plan" in said.stderr
