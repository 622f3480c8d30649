"""`syncd status` and `syncd brakes`: what was done, what is left, what to do."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from syncd.app import PAIR, utc_now
from syncd.daemon.lock import single_instance
from syncd.state import brakes, intents
from syncd.state.intents import Intent
from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair


def test_before_the_first_run(cli: Cli, pair: Pair) -> None:
    """Before the first run the status says so, and makes no database."""
    result = cli("status")

    assert result.exit_code == 0
    assert "never" in result.stdout
    assert "syncd run --once" in result.stdout
    assert not pair.data_dir.exists()


def test_after_a_run(cli: Cli, pair: Pair) -> None:
    """The status tells the links, each stream's last cycle and how far it has read, within 80 columns."""
    pair.place("A")
    cli("run", "--once")

    result = cli("status")

    assert "1 products, 1 orders" in result.stdout
    assert "created 1" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_while_a_daemon_runs(cli: Cli, pair: Pair) -> None:
    """The status works beside a running syncd and names its process."""
    cli("run", "--once")

    with single_instance(pair.data_dir):
        beside = json.loads(cli("status", "--json").stdout)
    afterwards = json.loads(cli("status", "--json").stdout)

    assert isinstance(beside["running"], int)
    assert afterwards["running"] is None


def test_the_pace_is_what_the_request_log_tells(cli: Cli, pair: Pair) -> None:
    """Calls of the last minute by shop; without a request log nobody knows."""
    cli("run", "--once", SYNCD_LOG__REQUESTS="true")

    with_log = json.loads(cli("status", "--json", SYNCD_LOG__REQUESTS="true").stdout)
    without = json.loads(cli("status", "--json", SYNCD_LOG__REQUESTS="false").stdout)

    assert set(with_log["calls_last_minute"]) == {"cscart", "webasyst"}
    assert all(calls > 0 for calls in with_log["calls_last_minute"].values())
    assert without["calls_last_minute"] is None
    shown = cli("status", SYNCD_LOG__REQUESTS="true").stdout
    assert "Calls in the last minute: cscart " in shown


def test_a_request_log_that_cannot_be_read_is_none(cli: Cli, pair: Pair) -> None:
    """The status tells the rest, and a run goes on without the log."""
    (pair.data_dir / "requests.log").mkdir(parents=True)
    assert cli("run", "--once", SYNCD_LOG__REQUESTS="true").exit_code == 0

    told = cli("status", "--json", SYNCD_LOG__REQUESTS="true")

    assert told.exit_code == 0
    assert json.loads(told.stdout)["calls_last_minute"] is None


def test_json_has_a_fixed_shape(cli: Cli, pair: Pair) -> None:
    """`status --json` prints one versioned object with everything that the text tells."""
    number = pair.place("A")
    pair.at_cscart("order.break", order_id=number, drop=["total"])
    cli("run", "--once")

    told = json.loads(cli("status", "--json").stdout)

    assert list(told) == [
        *(
            "version",
            "running",
            "streams",
            "links",
            "failures",
            "failures_total",
            "brakes",
            "doubts",
            "conflicts",
            "differences",
            "waits_for_apply",
            "backfills",
            "calls_last_minute",
            "calls_a_minute_at_most",
        )
    ]
    orders = told["streams"][0]
    assert list(orders) == [
        *(
            "stream",
            "enabled",
            "cursor",
            "lag_seconds",
            "last_run",
            "set_aside",
            "doubts",
            "brakes",
            "paused_at",
        )
    ]
    assert list(orders["last_run"]) == ["started_at", "finished_at", "outcome", "message", "counts"]
    assert (orders["set_aside"], told["failures_total"]) == (1, 1)
    assert told["links"] == {"orders": 0, "products": 1}


def test_what_is_left_is_told(cli: Cli, pair: Pair) -> None:
    """Records set aside, brakes and doubts stand in the status, each with what to do."""
    number = pair.place("A")
    pair.at_cscart("order.break", order_id=number, drop=["total"])
    cli("run", "--once")
    with pair.database() as db:
        evidence = {"reason": "12 of 13 prices", "examples": ["B1: 20 -> 1"]}
        db.run_sync(lambda conn: brakes.pull(conn, PAIR, "products", "price", evidence, utc_now()))
        db.run_sync(lambda conn: intents.open(conn, _doubt()))

    told = cli("status").stdout

    for part in (
        *(f"orders {number}", "12 of 13 prices", "B1: 20 -> 1", "syncd brakes release products"),
        *("In doubt: 1 call", "order.create"),
    ):
        assert part in told


def _doubt() -> Intent:
    now = utc_now()
    return Intent(PAIR, "orders", "77", "order.create", {}, "ref", now - timedelta(minutes=5), now)


def test_only_the_newest_failures_are_listed(cli: Cli, pair: Pair) -> None:
    """Of many failures the newest ten are listed, and all are counted."""
    for _ in range(12):
        number = pair.place("A")
        pair.at_cscart("order.break", order_id=number, drop=["total"])
    cli("run", "--once")

    told = json.loads(cli("status", "--json").stdout)

    assert (len(told["failures"]), told["failures_total"]) == (10, 12)
    assert "Set aside: 12 records, the newest 10" in cli("status").stdout


def _pull(conn: Connection, kind: str) -> None:
    brakes.pull(conn, PAIR, "products", kind, {"reason": "many"}, utc_now())


def test_brakes_list_and_release(cli: Cli, pair: Pair) -> None:
    """Brakes are listed with their evidence; a release is told, listed as such, and can be narrowed."""
    assert "No brake" in cli("brakes", "list").stdout
    assert "nothing to release" in cli("brakes", "release").stdout
    cli("run", "--once")
    with pair.database() as db:
        for kind in ("price", "stock"):
            db.run_sync(partial(_pull, kind=kind))

    wrong = cli("brakes", "release", "orders").stdout
    one = cli("brakes", "release", "products", "--kind", "stock").stdout
    listed = json.loads(cli("brakes", "list", "--json").stdout)["brakes"]
    text = cli("brakes", "list").stdout
    rest = cli("brakes", "release").stdout

    assert "nothing to release" in wrong
    assert "1 brake is released" in one
    assert {brake["kind"]: brake["released_at"] is not None for brake in listed} == {
        "price": False,
        "stock": True,
    }
    assert "stock, released for the next cycle" in text
    assert "1 brake is released" in rest
