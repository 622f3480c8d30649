"""`syncd plan` and `syncd apply` on a screen, as JSON and as a file."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair


def test_a_plan_is_a_diff_of_80_columns(cli: Cli, pair: Pair) -> None:
    """Per stream, record and field, with what stands there before; the next command at its end."""
    cli("run", "--once")
    pair.at_cscart("product.update", sku="A", price="20.00", product="Better " + "long name " * 12)
    shown = cli("plan")
    assert shown.exit_code == 0
    assert "products: 2 writes" in shown.stdout
    assert "price: 10 -> 20" in shown.stdout
    assert "name: Product A -> Better long name" in shown.stdout
    assert "syncd plan -o FILE" in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= 80


def test_nothing_to_write_is_said(cli: Cli) -> None:
    """In so many words, without a next command."""
    cli("run", "--once")
    shown = cli("plan").stdout
    assert "both shops are in step" in shown
    assert "Next" not in shown


def test_a_file_is_applied_and_then_nothing_is_left(cli: Cli, pair: Pair, tmp_path: Path) -> None:
    """The file is ours alone to read, because it names customers; applying it does what it says."""
    number = pair.place("A")
    file = tmp_path / "plan.json"
    file.write_text("an older one that everybody may read")
    file.chmod(0o644)
    planned = cli("plan", "-o", str(file))
    assert planned.exit_code == 0
    assert f"syncd apply {file}" in planned.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert pair.office_orders() == []

    done = cli("apply", str(file))
    assert done.exit_code == 0, done.output
    assert "done as planned" in done.stdout
    assert pair.delivered() == {str(number): 1}
    assert "in step" in cli("plan").stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_json_holds_what_the_file_holds(cli: Cli, tmp_path: Path) -> None:
    """Versioned, of a fixed shape."""
    file = tmp_path / "plan.json"
    told = json.loads(cli("plan", "--json", "-o", str(file)).stdout)
    kept = json.loads(file.read_text())
    names = ["version", "made_at", "streams", "shops", "account", "starts", "writes", "brakes", "set_aside"]
    assert list(kept) == names
    assert told.pop("exit") == 0
    assert told == kept | {"made_at": kept["made_at"]}
    assert list(kept["writes"][0]) == ["stream", "record", "action", "target", "fields"]
    assert list(kept["writes"][0]["fields"][0]) == ["name", "before", "after"]


def test_what_moved_and_what_is_new_are_told_by_name(cli: Cli, pair: Pair, tmp_path: Path) -> None:
    """Exit code 3, on the screen and as JSON."""
    file = str(tmp_path / "plan.json")
    cli("plan", "-o", file)
    pair.at_cscart("product.update", sku="A", price="20.00")
    pair.product("B")

    done = cli("apply", file)

    assert done.exit_code == 3
    assert "Moved since the plan was made" in done.stdout
    assert "New since the plan was made" in done.stdout
    assert pair.office_products() == []
    told = json.loads(cli("apply", file, "--json").stdout)
    assert (told["version"], told["exit"], told["done"]) == (1, 3, 0)
    assert sorted(one["moved"] for one in told["refused"]) == [False, True]
    assert told["failures"] == []
    assert "aside" in done.stdout
    assert json.loads(cli("status", "--json").stdout)["failures"] == []


def test_a_plan_that_cannot_be_read_is_a_mistake_in_the_command(cli: Cli, tmp_path: Path) -> None:
    """Exit code 10, as text and as JSON."""
    missing = cli("apply", str(tmp_path / "none"))
    assert missing.exit_code == 10
    (tmp_path / "text").write_text("hello")
    told = cli("apply", str(tmp_path / "text"), "--json")
    assert json.loads(told.stdout)["exit"] == 10
    assert "syncd plan -o FILE" in told.stderr


def test_a_plan_of_one_stream(cli: Cli, pair: Pair) -> None:
    """Nothing else is looked at."""
    pair.place("A")
    told = json.loads(cli("plan", "products", "--json").stdout)
    assert told["streams"] == ["products", "products-back"] or told["streams"] == ["products"]
    assert {one["stream"] for one in told["writes"]} == {"products"}


def test_no_licence_number_and_no_comment_stands_in_a_plan(cli: Cli, pair: Pair, tmp_path: Path) -> None:
    """A customer's words are told by a fingerprint."""
    pair.place("A", notes="my gate code is 4711")
    file = tmp_path / "plan.json"
    cli("plan", "-o", str(file))
    assert "order.create" in file.read_text()
    assert "4711" not in file.read_text()


def test_what_waits_for_a_person_is_no_agreement(cli: Cli, pair: Pair) -> None:
    """A plan without a write does not claim that the shops are in step while a record is set aside."""
    number = pair.place("A")
    pair.at_cscart("order.break", order_id=number, drop=["total"])
    cli("run", "--once")

    shown = cli("plan")

    assert shown.exit_code == 0
    assert f"orders {number}" in shown.stdout
    assert "in step" not in shown.stdout
    assert "syncd status" in shown.stdout
