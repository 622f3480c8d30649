"""`syncd map`: what stands for what, shown, linked by hand with checks, written out and read in."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair

Rows = list[dict[str, Any]]


def listed(cli: Cli, kind: str) -> Rows:
    rows: Rows = json.loads(cli("map", kind, "list", "--json").stdout)[kind]
    return rows


@pytest.fixture
def started(cli: Cli, pair: Pair) -> int:
    """Two linked products and one linked order; answers the order's number."""
    pair.product("B")
    number = pair.place("A")
    cli("run", "--once")
    return number


def test_statuses_and_where_they_are_set(cli: Cli) -> None:
    """Every status stands there with its meaning and its variable, there and back, of further sources as well."""
    sources = '[{"name":"mp","kind":"marketplace","url":"https://m.example","email":"a@b.example","token":"abcdef123456"}]'
    env = {"SYNCD_STATUSES_BACK": '{"shipped":"B"}', "SYNCD_SOURCES": sources}

    rows = json.loads(cli("map", "statuses", "list", "--json", **env).stdout)["statuses"]
    text = cli("map", "statuses", "list", **env).stdout

    assert {"source": "cscart", "direction": "to webasyst", "status": "P", "target": "processed",
            "variable": "SYNCD_STATUSES"} in rows  # fmt: skip
    assert {"source": "cscart", "direction": "to source", "status": "shipped", "target": "B",
            "variable": "SYNCD_STATUSES_BACK"} in rows  # fmt: skip
    assert any(row["source"] == "mp" for row in rows)
    assert "SYNCD_STATUSES is set by the environment" in text
    assert len(list(csv.reader(io.StringIO(cli("map", "statuses", "export", **env).stdout)))) == len(rows) + 1


def test_setting_a_status_tells_the_variable(cli: Cli) -> None:
    """Settings are read-only: the new value is told, nothing is done, and that is no success."""
    result = cli("map", "statuses", "set", "B", "shipped")

    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"P": "processed", "C": "completed", "B": "shipped"}
    assert "SYNCD_STATUSES" in result.stderr
    assert cli("map", "statuses", "set", "B", "nonsense").exit_code == 10


def test_links_are_listed(cli: Cli, pair: Pair, started: int) -> None:
    """Products stand there with their SKU, orders with their reference, customers with their contact."""
    link = pair.link(started)
    sku = pair.office_sku("A")

    product = next(row for row in listed(cli, "products") if row["sku"] == "A")

    assert product["sku_id"] == sku["id"]
    assert listed(cli, "orders") == [
        {"source": "cscart", "order": str(started), "webasyst": link.order_id, "state": link.state,
         "reference": link.reference}
    ]  # fmt: skip
    assert {"source": "cscart", "customer": "mail:anna@example.test", "contact": link.contact_id} in listed(
        cli, "users"
    )
    for kind in ("products", "orders", "users"):
        assert cli("map", kind, "list").exit_code == 0


def test_unlink_and_link_a_product(cli: Cli, pair: Pair, started: int) -> None:
    """A link is taken away after a yes, and set by hand; the next cycle compares the two."""
    key, sku_id = str(pair.source_product("B")["product_id"]), str(pair.office_sku("B")["id"])

    refused = cli("map", "products", "unlink", key)
    gone = cli("map", "products", "unlink", key, "--yes")
    without = listed(cli, "products")
    back = cli("map", "products", "link", key, sku_id)

    assert (refused.exit_code, gone.exit_code, back.exit_code) == (1, 0, 0), back.stderr
    assert [row["sku"] for row in without] == ["A"]
    assert [row["sku"] for row in listed(cli, "products")] == ["A", "B"]
    assert cli("run", "--once").exit_code == 0
    timeline = json.loads(cli("explain", "product", key, "--json").stdout)["records"][0]["timeline"]
    assert {"linked by hand", "unlinked by hand"} <= {moment["event"] for moment in timeline}


def test_a_wrong_link_of_a_product_is_refused(cli: Cli, pair: Pair, started: int) -> None:
    """Both sides must exist, be free, and have the same code."""
    a, b = (str(pair.source_product(code)["product_id"]) for code in "AB")
    sku_a, sku_b = (str(pair.office_sku(code)["id"]) for code in "AB")
    other = str(pair.office_has("C"))

    taken = cli("map", "products", "link", a, sku_b)
    cli("map", "products", "unlink", b, "--yes")
    cases = {
        "does not show": cli("map", "products", "link", "999", sku_b),
        "no SKU id": cli("map", "products", "link", b, "999"),
        "is linked to product": cli("map", "products", "link", b, sku_a),
        "the SKUs differ": cli("map", "products", "link", b, _seen(cli, pair, other)),
    }

    assert "unlink it first" in taken.stderr
    for words, result in cases.items():
        assert result.exit_code == 1
        assert words in result.stderr
    assert [row["sku"] for row in listed(cli, "products")] == ["A"]


def _seen(cli: Cli, pair: Pair, product_id: str) -> str:
    """The SKU id of a product that a sweep has seen; the sweep links nothing new to it."""
    cli("run", "--once", "products", SYNCD_PRODUCTS__SWEEP_TIME="0", SYNCD_PRODUCTS__CREATE_MISSING="false")
    key = str(pair.source_product("B")["product_id"])
    cli("map", "products", "unlink", key, "--yes")
    return str(pair.office_sku("C")["id"])


def test_unlink_and_link_an_order(cli: Cli, pair: Pair, started: int) -> None:
    """An order is linked by hand to one that stands in Webasyst; the next cycle brings both in line, and makes none."""
    link = pair.link(started)
    cli("map", "orders", "unlink", str(started), "--yes")
    empty = listed(cli, "orders")

    back = cli("map", "orders", "link", str(started), str(link.order_id))
    cli("run", "--once")

    assert empty == []
    assert back.exit_code == 0, back.stderr
    assert len(pair.office_orders()) == 1
    assert (
        json.loads(cli("explain", "order", str(started), "--json").stdout)["records"][0]["verdict"]
        == "synced"
    )


def test_a_wrong_link_of_an_order_is_refused(cli: Cli, pair: Pair, started: int) -> None:
    """Both must exist, be free, and the office's may bear no other order's reference."""
    first = pair.link(started).order_id
    other = pair.place("B")
    cli("run", "--once")
    second = pair.link(other).order_id

    taken = cli("map", "orders", "link", str(started), str(second))
    cli("map", "orders", "unlink", str(started), "--yes")
    cases = {
        "is linked to cscart order": cli("map", "orders", "link", str(started), str(second)),
        "does not show": cli("map", "orders", "link", "999", str(first)),
        "has no order": cli("map", "orders", "link", str(started), "999"),
    }
    cli("map", "orders", "unlink", str(other), "--yes")
    cases["belongs to"] = cli("map", "orders", "link", str(started), str(second))

    assert "unlink it first" in taken.stderr
    for words, result in cases.items():
        assert result.exit_code == 1
        assert words in result.stderr
    assert listed(cli, "orders") == []


def test_a_contact_set_by_hand_gets_the_next_order(cli: Cli, pair: Pair, started: int) -> None:
    """A person's word counts over what was learned; the contact must exist."""
    other = int(
        pair.at_webasyst("contact.create", firstname="Anna", lastname="Other", email="other@example.test")
    )

    missing = cli("map", "users", "set", "mail:anna@example.test", "99999")
    done = cli("map", "users", "set", "mail:anna@example.test", str(other))
    number = pair.place("A")
    cli("run", "--once")

    assert "no contact 99999" in missing.stderr
    assert (missing.exit_code, done.exit_code) == (1, 0)
    assert pair.link(number).contact_id == other
    assert cli("map", "users", "unlink", "mail:anna@example.test", "--yes").exit_code == 0
    assert cli("map", "users", "unlink", "mail:anna@example.test", "--yes").exit_code == 1


@pytest.mark.parametrize(
    "customer", ["17", "anna@example.test", "mail:Anna@example.test", "phone:+49 12", "user:"]
)
def test_a_customer_that_could_never_be_met_is_refused(cli: Cli, started: int, customer: str) -> None:
    """A key is spelled as syncd spells it; another one would be kept and never found again."""
    before = listed(cli, "users")

    result = cli("map", "users", "set", customer, str(before[0]["contact"]))

    assert result.exit_code == 1
    assert "write user:17, mail:name@example.com" in result.stderr
    assert listed(cli, "users") == before


@pytest.mark.parametrize("kind", ["products", "orders", "users"])
def test_what_was_written_out_can_be_read_in(
    cli: Cli, pair: Pair, started: int, tmp_path: Path, kind: str
) -> None:
    """An exported file is right as it is; a dry run writes nothing, and a second reading changes nothing."""
    file = tmp_path / "map.csv"
    file.write_text(cli("map", kind, "export").stdout)
    before = listed(cli, kind)
    column = {"products": "product", "orders": "order", "users": "customer"}[kind]
    for row in before:
        cli("map", kind, "unlink", row[column], "--yes")

    dry = cli("map", kind, "import", str(file), "--dry-run")
    nothing = listed(cli, kind)
    done = cli("map", kind, "import", str(file))
    again = cli("map", kind, "import", str(file))

    assert (dry.exit_code, done.exit_code, again.exit_code) == (0, 0, 0), done.stderr
    assert nothing == []
    assert listed(cli, kind) == before


def test_every_wrong_line_is_told_and_none_is_written(
    cli: Cli, pair: Pair, started: int, tmp_path: Path
) -> None:
    """Each error has its line; one of them keeps the whole file out."""
    key, sku_id = pair.source_product("B")["product_id"], pair.office_sku("B")["id"]
    cli("map", "products", "unlink", str(key), "--yes")
    file = tmp_path / "map.csv"
    file.write_text(f"product,sku_id\n{key},{sku_id}\n,5\n7,many\n{key},{sku_id}\n999,{sku_id}9\n")

    result = cli("map", "products", "import", str(file))

    lines = [line.split(":")[2] for line in result.stderr.splitlines() if str(file) in line]
    assert result.exit_code == 1
    assert lines == ["3", "4", "5", "6"]
    assert [row["sku"] for row in listed(cli, "products")] == ["A"]


def test_a_file_without_its_columns(cli: Cli, started: int, tmp_path: Path) -> None:
    """A file that lacks a column, or is none, is refused before anything else."""
    (tmp_path / "map.csv").write_text("one,two\n1,2\n")

    assert "no column product" in cli("map", "products", "import", str(tmp_path / "map.csv")).stderr
    assert cli("map", "products", "import", str(tmp_path / "none.csv")).exit_code == 10
