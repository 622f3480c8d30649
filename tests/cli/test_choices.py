"""`syncd conflicts` and `syncd differences`: what waits for a person's choice, and the choice."""

from __future__ import annotations

import json

from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair, money


def clash(cli: Cli, pair: Pair) -> None:
    """Product A is renamed in both shops."""
    assert cli("run", "--once").exit_code == 0
    pair.at_webasyst("product.update", id=pair.office_product("A")["id"], name="There")
    pair.at_cscart("product.update", sku="A", product="Here")
    assert cli("run", "--once").exit_code == 3


def edit_order(cli: Cli, pair: Pair) -> str:
    """Staff makes two of one piece in an order; answers its number."""
    number = str(pair.place("A"))
    assert cli("run", "--once").exit_code == 0
    row = pair.office_order(number)
    [item] = row["items"]
    items = [{"item_id": item["id"], "quantity": 2, "price": item["price"]}]
    pair.at_webasyst("order.edit", id=row["id"], items=items, shipping=row["shipping"])
    cli("run", "--once")
    return number


class TestConflicts:
    """Fields that both shops changed."""

    def test_both_values_and_the_agreed_one_are_shown(self, cli: Cli, pair: Pair) -> None:
        """In the list and in the status, within 80 columns, with the command that settles it."""
        clash(cli, pair)
        for command in (("conflicts", "list"), ("status",)):
            shown = cli(*command).stdout
            assert "SKU A, name" in shown
            for value in ("cscart:   Here", "webasyst: There", "syncd conflicts take cscart SKU"):
                assert value in shown
            assert max(map(len, shown.splitlines())) <= 80

    def test_json_has_a_fixed_shape(self, cli: Cli, pair: Pair) -> None:
        """Versioned, one object for each field."""
        clash(cli, pair)
        [held] = json.loads(cli("conflicts", "list", "--json").stdout)["conflicts"]
        names = ["product", "sku", "field", "agreed", "cscart", "webasyst", "choice", "since"]
        assert list(held) == names
        assert (held["sku"], held["field"], held["cscart"], held["webasyst"]) == (
            "A",
            "name",
            "Here",
            "There",
        )

    def test_a_choice_is_said_and_carried_out(self, cli: Cli, pair: Pair) -> None:
        """The command names what follows; the next run does it."""
        clash(cli, pair)
        said = cli("conflicts", "take", "cscart", "A", "--field", "name")
        assert said.exit_code == 0
        assert "1 field is settled for cscart" in said.stdout
        assert cli("run", "--once", "products").exit_code == 0
        assert pair.office_product("A")["name"] == "Here"
        assert "No field waits" in cli("conflicts", "list").stdout

    def test_a_choice_without_a_conflict_is_an_error(self, cli: Cli, pair: Pair) -> None:
        """Unknown SKU, unknown field, or no database yet: exit code 1, and where to look."""
        assert cli("conflicts", "take", "cscart", "A").exit_code == 1
        clash(cli, pair)
        for arguments in (["B"], ["A", "--field", "price"]):
            said = cli("conflicts", "take", "cscart", *arguments)
            assert said.exit_code == 1
            assert "syncd conflicts list" in said.stderr


class TestDifferences:
    """Orders that staff edited in Webasyst."""

    def test_an_edit_is_shown_and_not_written(self, cli: Cli, pair: Pair) -> None:
        """Both values, the command that writes it, and CS-Cart as it was."""
        number = edit_order(cli, pair)
        shown = cli("differences", "list").stdout
        assert f"order {number}" in shown
        assert "syncd differences write ORDER" in shown
        assert "lines are 2 x" in shown
        [told] = json.loads(cli("differences", "list", "--json").stdout)["differences"]
        assert list(told) == ["order", "webasyst", "difference", "requested"]
        assert (told["order"], told["requested"]) == (number, False)
        assert money(pair.source_orders()[number]["total"]) != money(pair.office_order(number)["total"])

    def test_it_is_written_on_request(self, cli: Cli, pair: Pair) -> None:
        """Then both shops say the same, and nothing is left."""
        number = edit_order(cli, pair)
        said = cli("differences", "write", f"#{number}")
        assert said.exit_code == 0
        assert "reckons the whole order anew" in said.stdout
        assert cli("run", "--once").exit_code == 0
        assert money(pair.source_orders()[number]["total"]) == money(pair.office_order(number)["total"])
        assert "No order was edited" in cli("differences", "list").stdout

    def test_a_request_without_an_edit_is_an_error(self, cli: Cli, pair: Pair) -> None:
        """Exit code 1, and where to look."""
        assert cli("differences", "write", "17").exit_code == 1
        edit_order(cli, pair)
        said = cli("differences", "write", "17")
        assert said.exit_code == 1
        assert "syncd differences list" in said.stderr
