"""Exit codes of `syncd run --once`: one per kind of ending, the first that holds in a fixed order."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from syncd.daemon.cycle import Ending, Report
from syncd.daemon.lock import single_instance
from syncd.daemon.once import exit_code
from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair


def test_all_applied_is_0(cli: Cli, pair: Pair) -> None:
    """A run that applied everything ends with 0."""
    pair.place("A")

    result = cli("run", "--once")

    assert result.exit_code == 0
    assert pair.delivered() == {"1": 1}


def test_missing_settings_are_10_and_told_at_once(bare: Cli) -> None:
    """Without settings nothing runs, and every missing variable is named with the way to its value."""
    result = bare("run", "--once")

    assert result.exit_code == 10
    assert result.stdout == ""
    for name in ("CSCART__URL", "CSCART__EMAIL", "CSCART__API_KEY", "WEBASYST__URL", "WEBASYST__TOKEN"):
        assert f"SYNCD_{name} is not set" in result.stderr
    assert "API access" in result.stderr


@pytest.mark.parametrize("command", [["status"], ["brakes", "list"], ["brakes", "release"], ["run"]])
def test_every_command_needs_the_settings(bare: Cli, command: list[str]) -> None:
    """All commands but the demo end with 10 when the settings are wrong."""
    assert bare(*command).exit_code == 10


def test_a_wrong_value_is_10(cli: Cli) -> None:
    """A wrong value is told by the name of its variable."""
    result = cli("run", "--once", SYNCD_ORDERS__UPDATE_TIME="often")

    assert result.exit_code == 10
    assert "SYNCD_ORDERS__UPDATE_TIME" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["run", "--once", "products"], ["run", "--once", "--json", "products"]]
)
def test_a_stream_that_is_switched_off_does_not_run(cli: Cli, arguments: list[str]) -> None:
    """Asking for a stream that the settings switch off is a mistake of the settings, not a silent success."""
    result = cli(*arguments, SYNCD_PRODUCTS__ENABLED="false")

    assert result.exit_code == 10
    assert "SYNCD_PRODUCTS__ENABLED" in result.stderr


def test_a_second_instance_is_11(cli: Cli, pair: Pair) -> None:
    """While one syncd works on the data directory, another one does nothing."""
    with single_instance(pair.data_dir):
        result = cli("run", "--once")

    assert result.exit_code == 11
    assert str(pair.data_dir) in result.stderr and "syncd run-now" in result.stderr
    assert pair.webasyst.counters.requests == 0


@pytest.mark.parametrize("name", ["SYNCD_WEBASYST__TOKEN", "SYNCD_CSCART__API_KEY"])
def test_refused_credentials_are_12(cli: Cli, pair: Pair, name: str) -> None:
    """A shop that refuses the credentials ends the run with 12 and one text that names the variable."""
    result = cli("run", "--once", **{name: "wrong-and-refused"})

    assert result.exit_code == 12
    assert name in result.output
    assert pair.webasyst.counters.writes == 0


def test_a_shop_that_is_away_is_1(cli: Cli) -> None:
    """A stream that fails because its shop is away gives 1."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    result = cli("run", "--once", SYNCD_CSCART__URL=f"http://127.0.0.1:{port}", SYNCD_HTTP__DEADLINE="0.5")

    assert result.exit_code == 1
    assert str(port) in result.output


def test_a_database_that_cannot_be_used_is_1(cli: Cli, pair: Pair) -> None:
    """A data directory that is a file gives 1 and nothing is sent to a shop."""
    pair.data_dir.write_text("not a folder")

    result = cli("run", "--once")

    assert result.exit_code == 1
    assert "SYNCD_DATA_DIR" in result.stderr
    assert pair.webasyst.counters.requests == 0


def test_a_record_set_aside_is_3_until_it_goes_through(cli: Cli, pair: Pair) -> None:
    """A held order gives 3; once its cause is gone the next run delivers it and gives 0."""
    number = pair.place("A")
    pair.at_cscart("order.break", order_id=number, drop=["total"])

    first = cli("run", "--once")
    pair.at_cscart("order.mend")
    second = cli("run", "--once")

    assert (first.exit_code, second.exit_code) == (3, 0)
    assert f"orders {number}" in first.stdout
    assert pair.delivered() == {str(number): 1}


def _many_products(pair: Pair, cli: Cli) -> None:
    for n in range(12):
        pair.product(f"B{n}", price="20.00")
    assert cli("run", "--once").exit_code == 0
    for n in range(12):
        pair.at_cscart("product.update", sku=f"B{n}", price="1.00")


def test_a_brake_is_3_until_it_is_released(cli: Cli, pair: Pair) -> None:
    """A braked stream gives 3 again and again; a release lets the next run write, and it gives 0."""
    _many_products(pair, cli)

    braked = [cli("run", "--once", SYNCD_BRAKES__MIN="3").exit_code for _ in range(2)]
    released = cli("brakes", "release", "products", "--kind", "price")
    after = cli("run", "--once", SYNCD_BRAKES__MIN="3")

    assert braked == [3, 3]
    assert released.exit_code == 0
    assert "1 brake is released" in released.stdout
    assert after.exit_code == 0
    assert pair.office_sku("B5")["price"].startswith("1")


def test_yes_passes_the_brakes(cli: Cli, pair: Pair) -> None:
    """`--yes` writes at once what a brake would hold back."""
    _many_products(pair, cli)

    result = cli("run", "--once", "--yes", SYNCD_BRAKES__MIN="3")

    assert result.exit_code == 0
    assert pair.office_sku("B5")["price"].startswith("1")


@pytest.mark.parametrize(
    ("endings", "code"),
    [
        ([Ending.OK, Ending.OK], 0),
        ([Ending.OK, Ending.BRAKED], 3),
        ([Ending.BRAKED, Ending.FAILED], 1),
        ([Ending.FAILED, Ending.NOT_AUTHORISED], 12),
        ([Ending.NOT_AUTHORISED, Ending.MISCONFIGURED], 10),
    ],
)
def test_the_first_that_holds(endings: list[Ending], code: int) -> None:
    """Of several endings the gravest decides: 10, 12, 1, 3, 0."""
    reports = [Report("orders", ending, {}) for ending in endings]

    assert exit_code(reports) == code


@pytest.mark.parametrize("left", [{"failures": 1}, {"doubts": 1}, {"brakes": ["price: many"]}])
def test_whatever_is_left_is_3(left: dict[str, object]) -> None:
    """A cycle that ended well but left something gives 3."""
    report = Report("orders", Ending.OK, {})
    for name, value in left.items():
        setattr(report, name, value)

    assert exit_code([report]) == 3


@pytest.mark.parametrize(
    "arguments", [["run", "orders"], ["run", "--yes"], ["run", "--json"], ["run", "--twice"]]
)
def test_options_that_do_not_go_together_are_2(cli: Cli, arguments: list[str]) -> None:
    """A stream, --yes and --json mean nothing to the daemon: a usage error, and no daemon."""
    assert cli(*arguments).exit_code == 2


def test_a_shop_that_is_away_is_told_with_the_next_step(cli: Cli, pair: Pair) -> None:
    """What a shop's silence means for the person at the terminal is said, not only what happened."""
    cli("run", "--once")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    result = cli("verify", SYNCD_WEBASYST__URL=f"http://127.0.0.1:{port}", SYNCD_HTTP__DEADLINE="0.5")

    assert result.exit_code == 1
    assert "Next: 'syncd doctor'" in result.stderr


def test_who_has_told_nothing_yet_is_sent_to_init(bare: Cli, cli: Cli) -> None:
    """Without any settings the way to a file of settings is told; a single wrong setting needs no such advice."""
    assert "Next: 'syncd init'" in bare("status").stderr
    wrong = cli("status", SYNCD_ORDERS__SINCE="yesterday")
    assert wrong.exit_code == 10
    assert "syncd init" not in wrong.stderr


def test_a_plan_that_is_not_there_is_told_with_the_next_step(cli: Cli, tmp_path: Path) -> None:
    """`apply` of a file that nobody wrote names the command that writes it."""
    result = cli("apply", str(tmp_path / "none.json"))

    assert result.exit_code == 10
    assert "syncd plan -o" in result.stderr
    assert "Errno" not in result.stderr
