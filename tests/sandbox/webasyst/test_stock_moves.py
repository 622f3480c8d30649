"""When and where orders move stock (contracts/webasyst §5.1)."""

from __future__ import annotations

import pytest

from .asking import Asker


def test_stock_moves_once_when_the_order_is_processed(shop: Asker) -> None:
    """Nothing at creation, once at processing, nothing at shipping."""
    key = shop.order()["id"]
    assert shop.stock(11)[1]["1"] == "30.000"
    shop.act(key, "process")
    shop.act(key, "ship")
    assert shop.stock(11) == ("38.000", {"1": "28.000", "2": "10.000"})
    params = shop.get("order.getInfo", id=key)["params"]
    assert (params["reduced"], params["reduce_times"]) == ("1", "1")


@pytest.mark.parametrize(
    ("setting", "created", "processed"), [("create", "28.000", "28.000"), ("none", "30.000", "30.000")]
)
def test_the_setting_decides_when_stock_moves(setting: str, created: str, processed: str) -> None:
    """ "create" subtracts at once, "none" never."""
    shop = Asker(stock_counting_action=setting)
    key = shop.order()["id"]
    assert shop.stock(11)[1]["1"] == created
    shop.act(key, "process")
    assert shop.stock(11)[1]["1"] == processed


def test_completing_after_fulfilling_never_subtracts(shop: Asker) -> None:
    """Straight from new it does."""
    slow, fast = shop.order()["id"], shop.order()["id"]
    shop.act(slow, "fulfilling")
    shop.act(slow, "complete")
    assert shop.stock(11)[1]["1"] == "30.000"
    shop.act(fast, "complete")
    assert shop.stock(11)[1]["1"] == "28.000"


def test_deleting_gives_back_and_restoring_takes_again(shop: Asker) -> None:
    """Where it came from, unless return_stock names another warehouse."""
    key = shop.order()["id"]
    shop.act(key, "process")
    shop.act(key, "delete")
    assert shop.stock(11)[1]["1"] == "30.000"
    shop.act(key, "restore")
    assert shop.stock(11)[1]["1"] == "28.000"
    shop.act(key, "delete", return_stock=2)
    assert shop.stock(11)[1] == {"1": "28.000", "2": "12.000"}


def test_editing_a_processed_order_moves_the_difference(shop: Asker) -> None:
    """One more piece takes one more; a deleted line comes back."""
    made = shop.order()
    item = next(iter(made["items"]))
    shop.act(made["id"], "process")
    shop.post("order.save", {"id": made["id"], "items[0][item_id]": item, "items[0][quantity]": 5})
    assert shop.stock(11)[1]["1"] == "25.000"


def test_over_selling_goes_below_zero(shop: Asker) -> None:
    """Nobody checks the availability."""
    key = shop.order(**{"items[0][quantity]": 500})["id"]
    shop.act(key, "process")
    assert shop.stock(11)[1]["1"] == "-470.000"


def test_the_orders_warehouse_is_used_when_the_line_names_none(shop: Asker) -> None:
    """params[stock_id] decides for lines without a warehouse."""
    key = shop.order(**{"items[0][stock_id]": "", "params[stock_id]": 2})["id"]
    shop.act(key, "process")
    assert shop.stock(11)[1] == {"1": "30.000", "2": "8.000"}


def test_stock_moved_by_orders_does_not_touch_edit_datetime(shop: Asker) -> None:
    """A client that looks for changed products misses sold stock."""
    before = shop.get("product.getInfo", id=1000)["edit_datetime"]
    shop.act(shop.order()["id"], "process")
    assert shop.get("product.getInfo", id=1000)["edit_datetime"] == before
