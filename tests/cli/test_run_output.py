"""What `syncd run --once` prints: a table and what is left, or one JSON object."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair

EVENTS = [
    "read",
    "created",
    "adopted",
    "linked",
    "updated",
    "moved",
    "skipped",
    "failed",
    "doubtful",
    "braked",
]


def test_the_table_has_a_row_per_stream(cli: Cli, pair: Pair) -> None:
    """The summary is a header and one line per stream with its counts and outcome, aligned, within 80 columns."""
    pair.place("A")

    lines = cli("run", "--once").stdout.splitlines()

    titles = ["stream", "read", "created", "updated", "moved", "linked", "skipped", "aside", "outcome"]
    assert lines[0].split() == titles
    assert lines[1].split()[:3] == ["orders", "1", "1"]
    assert lines[3].split()[0::2][:2] == ["products", "1"]
    assert [line.split()[0] for line in lines[1:5]] == ["orders", "orders-back", "products", "products-back"]
    assert all(line.endswith("ok") for line in lines[1:5])
    assert max(map(len, lines)) <= 80


def test_one_stream_alone(cli: Cli, pair: Pair) -> None:
    """`run --once products` leaves the orders alone."""
    pair.place("A")

    result = cli("run", "--once", "products")

    assert "orders" not in result.stdout
    assert pair.office_orders() == []


def test_what_is_left_comes_with_its_next_command(cli: Cli, pair: Pair) -> None:
    """A record set aside is told with its reason, its attempts and the command that tries again."""
    number = pair.place("A")
    pair.at_cscart("order.break", order_id=number, drop=["total"])

    result = cli("run", "--once")

    assert "Set aside: 1 record" in result.stdout
    assert f"orders {number} (unreadable; 1 attempt" in result.stdout
    assert "syncd run --once orders" in result.stdout


def test_a_stream_that_stops_says_why(cli: Cli, pair: Pair) -> None:
    """The reason of a stream that stopped stands below the table, with the next step."""
    pair.webasyst.faults.add({"when": "before", "kind": "status", "status": 503, "times": None})

    result = cli("run", "--once", SYNCD_CSCART__CURRENCY="USD", SYNCD_HTTP__DEADLINE="0.5")

    assert result.exit_code == 1
    assert "503" in result.output


def test_json_is_one_object_of_a_fixed_shape(cli: Cli, pair: Pair) -> None:
    """`--json` prints one versioned object on stdout and nothing else."""
    number = pair.place("A")
    pair.at_cscart("order.break", order_id=number, drop=["total"])

    result = cli("run", "--once", "--json")
    told = json.loads(result.stdout)

    assert list(told) == ["version", "exit", "streams", "failures", "brakes", "doubts", "conflicts"]
    assert (told["version"], told["exit"], result.exit_code) == (1, 3, 3)
    orders, _, products, _ = told["streams"]
    assert list(orders) == [
        "stream",
        "outcome",
        "message",
        "counts",
        "set_aside",
        "doubts",
        "conflicts",
        "brakes",
    ]
    assert (orders["stream"], orders["set_aside"], products["stream"]) == ("orders", 1, "products")
    assert list(orders["counts"]) == EVENTS
    (failure,) = told["failures"]
    assert list(failure) == ["stream", "record", "code", "reason", "attempts", "next_try"]
    assert (failure["record"], failure["attempts"]) == (str(number), 1)


def test_json_of_a_brake_holds_its_evidence(cli: Cli, pair: Pair) -> None:
    """A brake is told with the reason and examples that a person judges by."""
    for n in range(12):
        pair.product(f"B{n}", price="20.00")
    cli("run", "--once")
    for n in range(12):
        pair.at_cscart("product.update", sku=f"B{n}", price="1.00")

    told = json.loads(cli("run", "--once", "--json", SYNCD_BRAKES__MIN="3").stdout)

    (brake,) = told["brakes"]
    assert list(brake) == ["stream", "kind", "reason", "examples", "pulled_at", "released_at"]
    assert (brake["stream"], brake["kind"], brake["released_at"]) == ("products", "price", None)
    assert brake["examples"]


@pytest.mark.parametrize("arguments", [["run", "--once", "--json"]])
def test_json_when_nothing_ran(bare: Cli, arguments: list[str]) -> None:
    """An error before the first cycle is told as JSON too, with the same exit code."""
    result = bare(*arguments)

    told = json.loads(result.stdout)
    assert list(told) == ["version", "exit", "streams", "error"]
    assert (told["exit"], told["streams"]) == (10, [])
    assert "SYNCD_CSCART__URL" in told["error"]


def test_no_traceback_for_what_is_expected(cli: Cli) -> None:
    """Expected errors are text, never a traceback."""
    result = cli("run", "--once", SYNCD_WEBASYST__TOKEN="wrong-and-refused")

    assert "Traceback" not in result.output
    assert "wrong-and-refused" not in result.output
