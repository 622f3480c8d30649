"""CS-Cart's traps, met by the streams: each of these fails when its guard is taken away."""

from __future__ import annotations

import json

import pytest

from syncd.daemon.once import Exit
from tests.scenarios.conftest import Opener
from tests.scenarios.shops import Pair, money


@pytest.fixture
def pair(shops: Opener) -> Pair:
    """Product A with two pictures in both shops, and time for edits."""
    pair = shops()
    pair.product("A", price="10.00", amount=10)
    pair.at_cscart("product.image", sku="A")
    assert pair.run().exit is Exit.OK
    pair.later(4000)
    assert pair.run().exit is Exit.OK
    pair.forget_counts()
    return pair


def renamed(pair: Pair, name: str = "New name") -> None:
    """Staff renames product A in Webasyst, and syncd brings it back."""
    pair.at_webasyst("product.update", id=pair.office_product("A")["id"], name=name)
    assert pair.run().exit is Exit.OK
    assert pair.source_detail("A")["product"] == name


def test_an_edit_loses_no_picture(pair: Pair) -> None:
    """A PUT that names pictures deletes them first (contracts/cscart §3.5): an edit of something else names none."""
    before = pair.source_detail("A")["main_pair"]
    renamed(pair)
    assert before["detailed"]["image_path"]
    assert pair.source_detail("A")["main_pair"] == before


def test_an_edit_keeps_the_user_groups(pair: Pair) -> None:
    """A GET's body is never sent back: its `usergroup_ids` is a text, and PUT takes a list or dies (§3.4)."""
    pair.at_cscart("product.update", sku="A", usergroup_ids="0,1")
    pair.run()
    renamed(pair)
    assert pair.source_detail("A")["usergroup_ids"] == "0,1"


def test_a_promotion_is_no_price(pair: Pair) -> None:
    """`price` is after the catalogue's promotions (§3.1): it neither goes to Webasyst nor is it taken for an edit."""
    pair.at_cscart("promotion.set", zone="catalog", percent=50, name="Half price")
    pair.at_cscart("product.update", sku="A", full_description="Touched")
    pair.later(4000)
    assert pair.run().exit is Exit.OK
    assert money(pair.source_detail("A")["price"]) == 5
    assert money(pair.office_sku("A")["price"]) == 10
    pair.at_webasyst("sku.update", id=pair.office_sku("A")["id"], price="12.00")
    pair.later(4000)
    run = pair.run()
    assert run.exit is Exit.OK, run.failures
    assert money(pair.source_detail("A")["base_price"]) == 12
    pair.forget_counts()
    pair.later(4000)
    pair.run()
    assert pair.writes == 0


def test_a_longer_code_is_not_the_code(pair: Pair) -> None:
    """`pcode` finds substrings (§3.1): a product in Webasyst is created though CS-Cart has a code that contains its own."""
    pair.set(products={"create_in_cscart": True})
    for code in ("XAB-1", "AB-10", "ab_1"):
        pair.product(code)
    pair.run()
    pair.at_webasyst(
        "product.create", name="Short", skus=[{"sku": "AB-1", "price": "1", "stock": {"1": 1, "2": 0}}]
    )
    pair.later(4000)
    assert pair.run().exit is Exit.OK
    assert sorted(code for code in pair.source_codes() if "1" in code) == ["AB-1", "AB-10", "XAB-1", "ab_1"]


def test_an_unknown_letter_is_never_stored(pair: Pair) -> None:
    """CS-Cart stores any letter (§4.6): one that it does not have is an error of the setting, told with those it has."""
    number = pair.place("A")
    pair.run()
    pair.set(statuses_back='{"processing":"Z"}')
    pair.at_webasyst("order.action", id=pair.office_order(number)["id"], action="process")
    run = pair.run()
    assert run.exit is Exit.MISCONFIGURED
    message = run.reports["orders-back"].message
    assert "SYNCD_STATUSES_BACK" in message
    assert "Z" in message
    assert pair.source_orders()[str(number)]["status"] == "O"


def test_no_line_is_lost_when_an_order_is_written(pair: Pair) -> None:
    """A list of lines loses its first one (§4.5): they are sent as a map, with keys from "1" on."""
    pair.product("B", price="3.00", amount=10)
    pair.run()
    number = str(pair.place({"sku": "A", "amount": 1}, {"sku": "B", "amount": 1}))
    pair.run()
    row = pair.office_order(number)
    items = [{"item_id": item["id"], "quantity": 2, "price": item["price"]} for item in row["items"]]
    pair.at_webasyst("order.edit", id=row["id"], items=items, shipping=row["shipping"])
    pair.run()
    pair.request_difference(number)
    run = pair.run()
    assert run.exit is Exit.OK, run.failures
    lines = pair.source_orders()[number]["lines"]
    found = lines.values() if isinstance(lines, dict) else lines
    assert sorted((line["code"], int(line["amount"])) for line in found) == [("A", 2), ("B", 2)]
    sent = [json.loads(call.body) for call in pair.cscart.counters.journal if call.name == "PUT orders"]
    assert [list(body["products"]) for body in sent if isinstance(body["products"], dict)] == [["1", "2"]]
