"""`syncd failed`: looking at records set aside, trying them again, forgetting them, writing them out."""

from __future__ import annotations

import json

import pytest

from syncd.app import PAIR
from syncd.state import failures, history
from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair

HOLD = {"SYNCD_PRODUCTS__ENABLED": "false", "SYNCD_ORDERS__UNKNOWN_SKU": "hold"}
"""Settings under which an order for product A is held: Webasyst does not have it."""


@pytest.fixture
def broken(cli: Cli, pair: Pair) -> str:
    """An order that cannot be read, set aside by a run; its number."""
    number = pair.place("A")
    pair.at_cscart("order.break", order_id=number, drop=["total"])
    cli("run", "--once")
    return str(number)


def test_the_list_tells_the_reason(cli: Cli, broken: str) -> None:
    """Every record set aside stands in the list; JSON has the shape of the run's failures, and the number of all."""
    told = json.loads(cli("failed", "list", "--json").stdout)

    assert list(told) == ["version", "failures", "failures_total"]
    assert list(told["failures"][0]) == ["stream", "record", "code", "reason", "attempts", "next_try"]
    assert f"orders {broken}" in cli("failed", "list").stdout
    assert "No record" in cli("failed", "list", "products").stdout


def test_show_has_the_record_as_it_was_read(cli: Cli, pair: Pair) -> None:
    """One record is shown with what the shop said of it."""
    number = str(pair.place("A"))
    cli("run", "--once", **HOLD)

    told = json.loads(cli("failed", "show", "orders", number, "--json").stdout)["failures"][0]

    assert (told["code"], told["payload"]["key"]) == ("unknown-sku", number)
    assert "no single product with the SKU A" in cli("failed", "show", "orders", number).stdout
    missing = cli("failed", "show", "orders", "999")
    assert missing.exit_code == 1
    assert "not set aside" in missing.stderr


@pytest.mark.parametrize("arguments", [[], ["orders"], ["orders", "{}"]])
def test_retry_ends_the_pause(cli: Cli, pair: Pair, broken: str, arguments: list[str]) -> None:
    """All records, a stream's, or one are due at once; a daemon's next cycle then tries them."""
    with pair.database() as db:
        before = db.run_sync(lambda conn: failures.due(conn, PAIR, "orders", pair.now()))

    result = cli("failed", "retry", *(argument.format(broken) for argument in arguments))

    with pair.database() as db:
        due = db.run_sync(lambda conn: failures.due(conn, PAIR, "orders", pair.now()))
    assert not before
    assert [failure.record_key for failure in due] == [broken]
    assert "1 record is due now" in result.stdout


def test_retry_leaves_other_streams_alone(cli: Cli, pair: Pair, broken: str) -> None:
    """A stream's name, or another record's, retries nothing else, and says so."""
    assert cli("failed", "retry", "products").exit_code == 1
    assert cli("failed", "retry", "orders", "999").exit_code == 1
    with pair.database() as db:
        assert not db.run_sync(lambda conn: failures.due(conn, PAIR, "orders", pair.now()))


def test_drop_asks_first(cli: Cli, pair: Pair, broken: str) -> None:
    """Nothing is forgotten without a yes; afterwards the record's history tells that a person dropped it."""
    refused = cli("failed", "drop", "orders", broken)
    with pair.database() as db:
        kept = db.run_sync(lambda conn: failures.count(conn, PAIR))

    done = cli("failed", "drop", "orders", broken, "--yes")

    with pair.database() as db:
        left = db.run_sync(lambda conn: failures.count(conn, PAIR))
        events = [entry.event for entry in db.run_sync(lambda conn: history.of(conn, PAIR, broken))]
    assert (refused.exit_code, kept) == (1, 1)
    assert (done.exit_code, left) == (0, 0)
    assert events[-1] == "dropped"


def test_export_masks_when_asked(cli: Cli, pair: Pair) -> None:
    """Every line is an object; `--mask` leaves no name, address or e-mail of a customer in it."""
    person = {
        "email": "canary@example.test",
        "firstname": "Canarina",
        "lastname": "Birdova",
        "phone": "+79991234567",
    }
    number = pair.place("A", customer=person)
    cli("run", "--once", **HOLD)

    plain = cli("failed", "export").stdout
    masked = cli("failed", "export", "--mask").stdout

    assert json.loads(plain)["record"] == str(number)
    assert json.loads(masked)["payload"]["key"]
    for word in ("canary@example.test", "Canarina", "Birdova", "9991234567"):
        assert word in plain
        assert word not in masked


def test_a_reason_stands_once_in_the_history(cli: Cli, pair: Pair, broken: str) -> None:
    """A record that fails again for the same reason gets no further line; one that went through gets its end told."""
    cli("run", "--once")
    pair.at_cscart("order.mend", order_id=int(broken))
    cli("run", "--once")

    with pair.database() as db:
        events = [entry.event for entry in db.run_sync(lambda conn: history.of(conn, PAIR, broken, "orders"))]
    assert events.count("set aside") == 1
    assert events.count("not set aside any more") == 1
