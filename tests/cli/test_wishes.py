"""`syncd pause`, `resume` and `run-now`: what is asked, what is said, and what the status shows."""

from __future__ import annotations

import json

from syncd.daemon.lock import single_instance
from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair


def test_a_pause_is_said_and_shown(cli: Cli) -> None:
    """The status names the paused streams and the command that ends it; the list of streams follows the kind."""
    assert cli("run", "--once").exit_code == 0
    said = cli("pause", "orders")
    assert said.exit_code == 0
    assert "Paused: orders, orders-back." in said.stdout
    assert "syncd resume" in said.stdout
    shown = cli("status").stdout
    rows = {line.split()[0]: line for line in shown.splitlines() if line.strip()}
    assert "paused" in rows["orders"]
    assert "paused" not in rows["products"]
    assert "syncd resume" in shown
    streams = {one["stream"]: one for one in json.loads(cli("status", "--json").stdout)["streams"]}
    assert streams["orders"]["paused_at"] is not None
    assert streams["products"]["paused_at"] is None


def test_a_resume_tells_what_was_paused(cli: Cli) -> None:
    """And that nothing was, where nothing was."""
    cli("pause", "products")
    told = json.loads(cli("resume", "--json").stdout)
    assert told == {
        "version": 1,
        "resumed": ["products", "products-back"],
        "paused_still": [],
        "running": False,
    }
    assert "Nothing was paused." in cli("resume").stdout


def test_by_hand_a_paused_stream_runs(cli: Cli, pair: Pair) -> None:
    """A pause is the daemon's: who runs it by hand means it."""
    cli("pause")
    number = pair.place("A")
    assert cli("run", "--once").exit_code == 0
    assert pair.delivered() == {str(number): 1}


def test_run_now_needs_a_daemon_and_a_stream_that_does_not_pause(cli: Cli, pair: Pair) -> None:
    """Exit code 1 and what to do instead, else the streams that were asked for."""
    assert cli("run-now").exit_code == 1
    assert "syncd run --once" in cli("run-now").stderr
    cli("pause", "orders")
    with single_instance(pair.data_dir):
        assert cli("run-now", "orders").exit_code == 1
        told = json.loads(cli("run-now", "--json").stdout)
    assert told["wanted"] == ["products", "products-back"] or told["wanted"] == ["products"]
    assert "orders" in told["paused_still"]


def test_an_unknown_stream_is_a_mistake_in_the_command(cli: Cli) -> None:
    """Exit code 10 and the streams that there are."""
    said = cli("pause", "ordres")
    assert said.exit_code == 10
    assert "orders-back" in said.stderr


def test_health_says_what_is_wrong(cli: Cli) -> None:
    """Without a daemon exit code 1 and a reason per stream."""
    result = cli("health", "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["version"], told["healthy"]) == (1, False)
    assert {one["stream"] for one in told["streams"]} >= {"orders", "products"}
    assert all("sign of life" in one["reason"] for one in told["streams"])
