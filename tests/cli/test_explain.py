"""`syncd explain`: a verdict for every kind of record, with what happened and what would be decided now."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection

from syncd.app import PAIR, utc_now
from syncd.daemon.lock import single_instance
from syncd.state import brakes, conflicts
from syncd.state.conflicts import HeldConflict
from tests.cli.conftest import Cli
from tests.cli.test_failed import HOLD
from tests.scenarios.shops import ORDER_ADD, Pair

Told = dict[str, Any]


def explain(cli: Cli, kind: str, key: object, *options: str, **env: str) -> Told:
    """The one record that the command tells of."""
    result = cli("explain", kind, str(key), "--json", *options, **env)
    records: list[Told] = json.loads(result.stdout)["records"]
    assert len(records) == 1, result.stderr
    assert (result.exit_code == 1) == (records[0]["verdict"] == "unknown")
    return records[0]


def events(told: Told) -> list[str]:
    return [moment["event"] for moment in told["timeline"]]


def test_a_synced_order(cli: Cli, pair: Pair) -> None:
    """An order that arrived is synced: linked, compared, moved, and the next cycle has nothing to do. It is found by its
    number, its number in Webasyst and its external reference."""
    number = pair.place("A")
    pair.at_cscart("order.status", order_id=number, status="P")
    cli("run", "--once")
    link = pair.link(number)

    told = explain(cli, "order", number)

    assert (told["verdict"], told["webasyst"]) == ("synced", link.order_id)
    assert [event for event in events(told) if event != "saved"] == ["linked", "agreed", "moved"]
    assert "nothing to do" in told["now"]
    for key in (f"#{number}", f"webasyst:{link.order_id}", link.reference):
        assert explain(cli, "order", key) == told


def test_the_shape(cli: Cli, pair: Pair) -> None:
    """The JSON object and its parts have fixed keys; the text fits the same facts."""
    number = pair.place("A")
    cli("run", "--once")

    told = json.loads(cli("explain", "order", str(number), "--json").stdout)
    text = cli("explain", "order", str(number)).stdout

    assert list(told) == ["version", "kind", "key", "records"]
    record = told["records"][0]
    assert list(record) == ["source", "key", "verdict", "text", "webasyst", "timeline", "now"]
    assert list(record["timeline"][0]) == ["at", "stream", "event", "text"]
    for part in (f"Order {number} of cscart", "synced", record["timeline"][0]["text"], "Now it would be"):
        assert part in text


def test_skipped_another_company(cli: Cli, pair: Pair) -> None:
    """An order of another company is skipped, and both companies are named."""
    cli("run", "--once", SYNCD_CSCART__COMPANY_ID="2")
    number = pair.place("A", company_id=1)

    told = explain(cli, "order", number, SYNCD_CSCART__COMPANY_ID="2")
    product = explain(cli, "product", pair.source_product("A")["product_id"], SYNCD_CSCART__COMPANY_ID="2")

    for one in (told, product):
        assert one["verdict"] == "skipped"
        assert "another company" in one["text"]
        assert "company 2 is synced" in one["text"]


def test_skipped_older(cli: Cli, pair: Pair) -> None:
    """An order from before the start of the sync is skipped, and both times are named."""
    number = pair.place("A")
    since = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
    cli("run", "--once", SYNCD_ORDERS__SINCE=since)

    told = explain(cli, "order", number, SYNCD_ORDERS__SINCE=since)

    assert told["verdict"] == "skipped"
    assert "before the start of the sync" in told["text"]
    assert since[:10] in told["text"]


@pytest.mark.parametrize(("letter", "words"), [("N", "incomplete"), ("F", "status F")])
def test_skipped_by_status(cli: Cli, pair: Pair, letter: str, words: str) -> None:
    """An order first seen incomplete, or in a status that creates none, is skipped with its status."""
    number = pair.place("A")
    pair.at_cscart("order.status", order_id=number, status=letter)
    cli("run", "--once")

    told = explain(cli, "order", number)

    assert told["verdict"] == "skipped"
    assert words in told["text"]


def test_held_for_an_unknown_sku(cli: Cli, pair: Pair) -> None:
    """An order whose SKU Webasyst lacks is held, and the SKU is named; before any cycle as well as after one."""
    cli("run", "--once", **HOLD)
    number = pair.place("A")
    before = explain(cli, "order", number, **HOLD)
    cli("run", "--once", **HOLD)

    after = explain(cli, "order", number, **HOLD)

    assert (before["verdict"], after["verdict"]) == ("held", "held")
    assert "SKU A" in before["text"]
    assert "SKU A" in after["text"]
    assert events(after) == ["set aside", "failed"]


def test_failed(cli: Cli, pair: Pair) -> None:
    """An order that cannot be read failed, with the shop's fault and the time of the next try."""
    number = pair.place("A")
    pair.at_cscart("order.break", order_id=number, drop=["total"])
    cli("run", "--once")

    told = explain(cli, "order", number)

    assert told["verdict"] == "failed"
    assert "total is missing" in told["text"]
    assert "tried again from" in told["timeline"][-1]["text"]


def test_in_doubt(cli: Cli, pair: Pair) -> None:
    """An order whose creation got no answer is in doubt: what was begun is told, and that nobody has to do anything."""
    cli("run", "--once")
    number = pair.place("A")
    pair.webasyst.faults.add({"when": "before", "kind": "drop", "match": ORDER_ADD})
    pair.cycle("orders")

    told = explain(cli, "order", number)

    assert told["verdict"] == "in doubt"
    assert "order.create" in told["text"]
    assert {"begun", "in doubt"} <= set(events(told))


BACK = {"SYNCD_STATUSES_BACK": '{"shipped":"B"}'}


def test_echo(cli: Cli, pair: Pair) -> None:
    """A status that syncd itself wrote to CS-Cart comes back as a change there: an echo, and nothing to do."""
    number = pair.place("A")
    cli("run", "--once", **BACK)
    pair.at_webasyst("order.action", id=pair.link(number).order_id, action="process")
    pair.at_webasyst("order.action", id=pair.link(number).order_id, action="ship")
    cli("run", "--once", **BACK)
    assert pair.source_orders()[str(number)]["status"] == "B"
    pair.forget_counts()

    told = explain(cli, "order", number, **BACK)

    assert told["verdict"] == "echo"
    assert "syncd's own write" in told["text"]
    assert "told" in events(told)
    assert pair.writes == 0


def test_braked(cli: Cli, pair: Pair) -> None:
    """An order whose status waits for a brake is braked, before its next cycle and after it, with the brake's reason."""
    number = pair.place("A")
    cli("run", "--once")
    with pair.database() as db:
        db.run_sync(partial(_pull, stream="orders", kind="status"))
    pair.at_cscart("order.status", order_id=number, status="C")
    before = explain(cli, "order", number)
    cli("run", "--once")

    after = explain(cli, "order", number)

    assert (before["verdict"], after["verdict"]) == ("braked", "braked")
    assert any("too many" in moment["text"] for moment in after["timeline"])


def _pull(conn: Connection, stream: str, kind: str) -> None:
    brakes.pull(conn, PAIR, stream, kind, {"reason": "too many at once"}, utc_now())


def test_an_order_that_nobody_knows(cli: Cli, pair: Pair) -> None:
    """A number that neither syncd nor the shop knows is unknown: exit code 1."""
    cli("run", "--once")

    assert explain(cli, "order", 4711)["verdict"] == "unknown"
    assert cli("explain", "order", "webasyst:4711").exit_code == 1
    assert cli("explain", "order", "1", "--source", "nowhere").exit_code == 10


def test_before_the_first_run(cli: Cli) -> None:
    """Before the first run the answer is what to run, not a guess."""
    result = cli("explain", "order", "1")

    assert result.exit_code == 10
    assert "syncd run --once" in result.stderr


def test_a_shop_that_does_not_answer(cli: Cli, pair: Pair) -> None:
    """While a shop is away, what is kept is told all the same, and why more is not known."""
    number = pair.place("A")
    cli("run", "--once")
    pair.cscart.faults.add({"when": "before", "kind": "status", "status": 403, "times": 50})

    told = explain(cli, "order", number)

    assert told["verdict"] == "synced"
    assert "could not be asked" in told["now"]


def test_an_order_that_waits(cli: Cli, pair: Pair) -> None:
    """An order that no cycle has seen yet, and one that was edited since, wait for the next cycle."""
    cli("run", "--once")
    number = pair.place("A")

    fresh = explain(cli, "order", number)
    cli("run", "--once")
    pair.at_cscart("order.edit", order_id=number, notes="new words")
    edited = explain(cli, "order", number)

    assert (fresh["verdict"], fresh["now"]) == ("waiting", "created in Webasyst")
    assert edited["verdict"] == "waiting"
    assert "comment" in edited["now"]


def test_a_synced_product(cli: Cli, pair: Pair) -> None:
    """A product is found by its number, its SKU and its number in Webasyst; its price's way is in its timeline."""
    key = pair.source_product("A")["product_id"]
    cli("run", "--once")
    pair.at_cscart("product.update", sku="A", price="12.50")
    waiting = explain(cli, "product", "A")
    cli("run", "--once")

    told = explain(cli, "product", "a ")

    assert (waiting["verdict"], waiting["now"]) == ("waiting", "written: price to Webasyst")
    assert told["verdict"] == "synced"
    assert any("price 12.50" in moment["text"] for moment in told["timeline"])
    assert told == explain(cli, "product", key) == explain(cli, "product", f"webasyst:{told['webasyst']}")


def test_a_product_without_its_like(cli: Cli, pair: Pair) -> None:
    """A product that syncd has never seen is looked up in the shop, by its SKU and by its number."""
    cli("run", "--once")
    key = pair.product("NEW")
    off = {"SYNCD_PRODUCTS__CREATE_MISSING": "false"}

    assert explain(cli, "product", "NEW")["verdict"] == "waiting"
    assert explain(cli, "product", key, **off)["verdict"] == "skipped"
    assert cli("explain", "product", "NOSUCH").exit_code == 1


def test_a_held_product(cli: Cli, pair: Pair) -> None:
    """A SKU that stands twice, and a field that both shops changed, hold a product."""
    pair.product("A")
    first = cli("run", "--once")
    keys = [row["product_id"] for row in pair.cscart.dump()["products"].values()]

    doubled = explain(cli, "product", keys[1])
    with pair.database() as db:
        db.run_sync(partial(_conflict, key=str(keys[0])))
    conflict = explain(cli, "product", keys[0])

    assert first.exit_code == 3
    assert (doubled["verdict"], conflict["verdict"]) == ("held", "held")
    assert "stands at several" in doubled["text"]
    assert "syncd conflicts take" in conflict["text"]


def _conflict(conn: Connection, key: str) -> None:
    held = HeldConflict(PAIR, key, "name", "A", "old", "mine", "yours", None, utc_now())
    conflicts.hold(conn, held)


def test_a_braked_product(cli: Cli, pair: Pair) -> None:
    """A product whose new price a brake holds back is braked."""
    cli("run", "--once")
    with pair.database() as db:
        db.run_sync(partial(_pull, stream="products", kind="price"))
    pair.at_cscart("product.update", sku="A", price="99.00")

    told = explain(cli, "product", "A")

    assert told["verdict"] == "braked"
    assert "price" in told["text"]


def test_an_echo_of_a_product(cli: Cli, pair: Pair) -> None:
    """A price that syncd wrote to CS-Cart comes back as a change there: an echo."""
    cli("run", "--once")
    sku = pair.office_sku("A")
    pair.at_webasyst("sku.update", id=sku["id"], price="77.00")
    cli("run", "--once", SYNCD_PRODUCTS__SWEEP_TIME="0")
    assert pair.source_product("A")["price"] in {"77.00", "77"}

    told = explain(cli, "product", "A")

    assert told["verdict"] == "echo"
    assert "sent to CS-Cart: price" in " ".join(moment["text"] for moment in told["timeline"])


def test_a_customer(cli: Cli, pair: Pair) -> None:
    """A customer is found by e-mail, key and contact, with the orders that led there; a stranger is unknown."""
    number = pair.place("A")
    cli("run", "--once")
    contact = pair.link(number).contact_id

    told = explain(cli, "customer", "Anna@Example.test")

    assert (told["verdict"], told["webasyst"]) == ("synced", contact)
    assert f"order {number}" in told["timeline"][0]["text"]
    assert explain(cli, "customer", f"webasyst:{contact}") == told
    assert cli("explain", "customer", "nobody@example.test").exit_code == 1
    assert explain(cli, "customer", "webasyst:4711")["verdict"] == "unknown"


def test_nothing_is_written_to_a_shop(cli: Cli, pair: Pair) -> None:
    """Explaining asks and never writes, also beside a running syncd, whose request log it leaves alone."""
    number = pair.place("A")
    cli("run", "--once")
    pair.place("A")
    pair.product("B")
    pair.forget_counts()

    log = (pair.data_dir / "requests.log").read_bytes()

    with single_instance(pair.data_dir):
        for arguments in (["order", str(number)], ["order", "2"], ["product", "A"], ["product", "B"]):
            assert cli("explain", *arguments).exit_code == 0

    assert pair.writes == 0
    assert (pair.data_dir / "requests.log").read_bytes() == log
