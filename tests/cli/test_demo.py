"""`syncd demo`: it ends with 0 only when both shops agree and a second run writes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from syncd.cli.screen import Screen
from syncd.daemon.by_hand import Result, run_by_hand
from syncd.daemon.streams import chosen
from syncd.demo.compare import compare
from syncd.demo.further import Further, entries
from syncd.demo.main import Stage, run_demo_once
from syncd.demo.shops import DemoShop, started
from syncd.errors import ShopUnavailable
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.horoshop.shop import HoroshopShop
from syncd.sandbox.justclick.shop import JustClickShop
from syncd.sandbox.marketplace.shop import MarketplaceShop
from syncd.sandbox.running import RunningShop, ShopThread
from syncd.sandbox.webasyst.shop import WebasystShop
from syncd.sandbox.wire import Shop
from tests.scenarios.shops import Pair, two_shops


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Pair]:
    """A filled CS-Cart shop, a variation group and every kind of status included, and an empty Webasyst account."""
    shop = CSCartShop(products=9, orders=12)
    with two_shops(shop, WebasystShop(products=0), tmp_path / "data") as pair:
        yield pair


@pytest.fixture
def stage(filled: Pair) -> Stage:
    """The demo's own view of these shops: HTTP only."""
    filled.set(statuses_back='{"processing":"P","completed":"C"}')
    return Stage(_seen(filled.cscart), _seen(filled.webasyst), {}, filled.settings())


@pytest.fixture
def carried(filled: Pair, stage: Stage) -> Stage:
    """The same after a run."""
    assert filled.run().exit == 0
    return stage


def test_an_order_of_each_further_source_arrives_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The demo places one in each, with a licence number, a coupon and pieces, and finds it in Webasyst as it was sold."""
    kinds: dict[str, Shop] = {
        "marketplace": MarketplaceShop(products=3),
        "horoshop": HoroshopShop(products=3),
        "justclick": JustClickShop(products=3),
    }
    with ExitStack() as stack:
        running = {kind: stack.enter_context(ShopThread(shop)) for kind, shop in kinds.items()}
        further = {kind: _seen(shop) for kind, shop in running.items()}
        pair = stack.enter_context(
            two_shops(CSCartShop(products=12, orders=2), WebasystShop(products=0), tmp_path / "data")
        )
        pair.set(sources=entries(further))
        stage = Stage(_seen(pair.cscart), _seen(pair.webasyst), further, pair.settings())

        def run() -> Result:
            return run_by_hand(stage.settings, chosen(stage.settings, None))

        run()
        arrived = Further(Screen(), stage, run).play()

    printed = capsys.readouterr().out
    assert arrived, printed
    table = printed.partition("Further sources")[2].splitlines()
    assert sum(line.endswith("  yes") for line in table) == 3
    assert max(map(len, table)) <= 80


def _seen(shop: RunningShop) -> DemoShop:
    return DemoShop(shop.url, shop.control_url, shop.credentials)


def test_it_ends_with_0_when_the_shops_agree(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """The demo shows what arrived, says that both shops agree, and that a second run wrote nothing."""
    code = run_demo_once(Screen(), stage)

    printed = capsys.readouterr().out
    assert code == 0
    assert "9 products and 10 orders" in printed
    assert "Both shops agree." in printed
    assert "0 writes" in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_edits_on_either_side_arrive_on_the_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One edit of each kind, a merge, a held conflict that a command settles, an order's edit written on request."""
    with two_shops(CSCartShop(products=12, orders=12), WebasystShop(products=0), tmp_path / "data") as pair:
        pair.set(statuses_back='{"processing":"P","completed":"C"}')
        stage = Stage(_seen(pair.cscart), _seen(pair.webasyst), {}, pair.settings())
        code = run_demo_once(Screen(), stage)

    printed = capsys.readouterr().out
    assert code == 0, printed
    table = printed.partition("Both ways: what was edited")[2].partition("What waits")[0].splitlines()[2:-1]
    assert len(table) == 6
    assert "Conflicts: 1 field changed in both shops" in printed
    assert "0 conflicts are left" in printed
    assert "in both shops; CS-Cart said" in printed
    assert printed.count("Both shops agree.") == 2
    assert max(map(len, printed.splitlines())) <= 80


def test_it_ends_with_1_when_webasyst_lies(
    filled: Pair, carried: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stock that moved in Webasyst without a trace is found, named with both values, and gives 1."""
    sku = filled.office_sku("SKU-000001")
    filled.at_webasyst("sku.update", id=sku["id"], stock={"1": 3, "2": 0})

    code = run_demo_once(Screen(), carried)

    printed = capsys.readouterr().out
    assert code == 1
    assert "product SKU-000001: stock is 198 in CS-Cart and 3 in Webasyst" in printed


def test_it_ends_with_1_when_the_second_run_writes(filled: Pair, carried: Stage) -> None:
    """A second run that writes gives 1, though the shops agree."""
    filled.webasyst.counters._writes = 1  # what a write between the reset and the count leaves
    calm = DemoShop(carried.webasyst.url, carried.webasyst.control, carried.webasyst.credentials)
    object.__setattr__(carried, "webasyst", _NeverReset(calm.url, calm.control, calm.credentials))

    assert run_demo_once(Screen(), carried) == 1


class _NeverReset(DemoShop):
    def reset_counters(self) -> None:
        """Keep what was counted."""


LIES: dict[str, tuple[str, dict[str, Any], str]] = {
    "price": ("sku.update", {"price": "1.23"}, "price is"),
    "stock": ("sku.update", {"stock": {"1": 3, "2": 0}}, "stock is"),
    "name": ("product.update", {"name": "Another name"}, "name is"),
    "hidden": ("product.update", {"status": "0"}, "visible is"),
    "gone": ("product.delete", {}, "is missing in Webasyst"),
    "twice": ("product.duplicate", {}, "a SKU twice"),
}


@pytest.mark.parametrize("lie", LIES)
def test_every_difference_of_a_product_is_found(filled: Pair, carried: Stage, lie: str) -> None:
    """Price, stock, texts, visibility, existence and uniqueness are compared."""
    op, args, words = LIES[lie]
    product = filled.office_product("SKU-000001")
    key = product["skus"][0]["id"] if op.startswith("sku") else product["id"]
    filled.at_webasyst(op, id=key, **args)

    assert words in " | ".join(compare(carried.cscart, carried.webasyst).differences)


def test_a_product_of_webasyst_only_is_found(filled: Pair, carried: Stage) -> None:
    """A product that CS-Cart does not have is a difference."""
    filled.office_has("OWN")

    assert compare(carried.cscart, carried.webasyst).differences == ["product OWN: exists in Webasyst only"]


def test_differences_of_orders_are_found(filled: Pair, carried: Stage) -> None:
    """Lines, shipping, comment, status and number of orders are compared."""
    order = filled.office_order(1)
    items = [{"item_id": order["items"][0]["id"], "quantity": 9}]
    filled.at_webasyst("order.edit", id=order["id"], items=items, shipping="77", comment="Other")
    filled.at_webasyst("order.action", id=order["id"], action="process")
    filled.at_webasyst(
        "order.create",
        contact_id=order["contact_id"],
        items=[{"sku_id": order["items"][0]["sku_id"]}],
        params={"cscart_order_id": "2"},
    )
    filled.at_webasyst(
        "order.create",
        contact_id=order["contact_id"],
        items=[{"sku_id": order["items"][0]["sku_id"]}],
        params={"cscart_order_id": "9999"},
    )

    told = " | ".join(compare(carried.cscart, carried.webasyst).differences)

    for words in (
        *("order 1: lines is", "order 1: shipping is", "order 1: total is", "order 1: comment is"),
        *("order 1: status is 'new' in CS-Cart and 'processing'", "order 2: number of Webasyst orders is 1"),
        "order 9999: stands in Webasyst, but is unknown",
    ):
        assert words in told


def test_a_shop_that_does_not_answer_is_told(filled: Pair) -> None:
    """The comparison names the call that failed; an edit that the shop refuses is a ValueError."""
    seen = _seen(filled.cscart)
    with pytest.raises(ShopUnavailable, match="404"):
        seen.get("api/products/999999")
    with pytest.raises(ValueError, match="no operation"):
        seen.edit("nonsense")


def test_the_shops_end_with_the_demo() -> None:
    """The simulated shops are processes of their own and none is left after the block, nor after a kill."""
    with started("webasyst", products=0, orders=0) as shop:
        assert shop.counters()["requests"] == 0
    with pytest.raises(ShopUnavailable):
        shop.counters()


def test_a_shop_that_cannot_start_is_told() -> None:
    """A simulated shop that does not come up is an error with a text, not a hang."""
    with pytest.raises(ShopUnavailable, match="did not start"), started("nonsense", products=0, orders=0):
        pytest.fail("not reached")


@contextmanager
def _demo(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The demo as a process, killed at the end of the block if it still runs."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SYNCD_")}
    # The settings of a real shop in the environment must not matter.
    wrong = {"SYNCD_CSCART__URL": "https://real.shop.example", "SYNCD_ORDERS__UPDATE_TIME": "nonsense"}
    with subprocess.Popen(
        [sys.executable, "-m", "syncd", "demo", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean | wrong,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_the_command_once() -> None:
    """`syncd demo --once` as people run it: exit code 0, whatever the environment holds."""
    with _demo("--once", "--products", "7", "--orders", "3") as process:
        printed, said = process.communicate(timeout=60)

    assert process.returncode == 0, said
    assert "Both shops agree." in printed


def test_the_living_demo_ends_cleanly() -> None:
    """`syncd demo` lives: something happens in the shop, syncd carries it over, Ctrl-C ends it with a summary."""
    with _demo("--products", "6", "--orders", "2") as process:
        assert process.stderr is not None
        seen = ""
        while not all(event in seen for event in (" cscart.", " product.", " order.")):
            line = process.stderr.readline()
            assert line, seen
            seen += line
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=60)

    assert process.returncode == 0, said
    assert "happened in the shops" in printed
    assert "Traceback" not in said
