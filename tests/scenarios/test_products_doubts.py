"""Product writes whose outcome is unknown: never sent a second time before it is known, and never forgotten."""

from __future__ import annotations

from typing import Any

from syncd.daemon.cycle import Ending
from syncd.daemon.once import Exit
from syncd.sandbox.webasyst.shop import WebasystShop
from tests.scenarios.shops import Pair, money
from tests.scenarios.variations import group

PRODUCT_ADD = {"name": "shop.product.add"}
SKU_ADD = {"name": "shop.product.skus.add"}


def lose(pair: Pair, match: dict[str, str], when: str = "before", **fault: Any) -> None:
    """One call gets no answer."""
    pair.webasyst.faults.add({"when": when, "kind": "drop", "match": match, "times": 1, **fault})


def test_a_creation_in_doubt_is_not_sent_again_by_the_next_cycle(started: Pair) -> None:
    """Until the abandoned call must have ended nothing is created; then exactly one product is."""
    lose(started, PRODUCT_ADD)
    started.product("NEW")
    started.cycle("products")
    started.forget_counts()
    report = started.cycle("products")
    assert started.calls("shop.product.add") == 0
    assert report.doubts == 1
    started.later(60)
    started.cycle("products")
    assert started.calls("shop.product.add") == 1
    assert started.office_sku("NEW")


def test_an_order_does_not_bring_a_product_whose_creation_is_in_doubt(started: Pair) -> None:
    """A product that an order needs is not created while its creation may still be under way."""
    lose(started, PRODUCT_ADD)
    started.product("NEW")
    started.cycle("products")
    started.place("NEW")
    started.forget_counts()
    started.cycle("orders")
    assert started.calls("shop.product.add") == 0


def test_a_further_sku_in_doubt_is_not_sent_again_by_the_next_cycle(started: Pair) -> None:
    """The same holds for one more variation of a product that exists."""
    first, second = started.product("G1"), started.product("G2")
    group(started, first, second)
    started.run()
    started.later(1000)
    lose(started, SKU_ADD)
    group(started, first, second, started.product("G3"))
    started.cycle("products")
    started.forget_counts()
    started.cycle("products")
    assert started.calls("shop.product.skus.add") == 0
    started.later(60)
    started.run()
    assert len(started.office_product("G1")["skus"]) == 3


def test_a_member_that_joins_a_group_in_doubt_waits_for_it(started: Pair) -> None:
    """A variation that comes while its group's product is in doubt becomes a SKU of it, not a product of its own."""
    first, second = started.product("G1"), started.product("G2")
    group(started, first, second)
    lose(started, PRODUCT_ADD)
    started.cycle("products")
    group(started, first, second, started.product("G3"))
    started.forget_counts()
    started.cycle("products")
    assert started.calls("shop.product.add") == 0
    started.later(60)
    started.run()
    assert len(started.office_product("G1")["skus"]) == 3


def test_what_staff_made_in_webasyst_since_the_scan_is_not_made_again(started: Pair) -> None:
    """Before something is created the office is asked for what was made there meanwhile."""
    started.later(600)
    started.office_has("NEW")
    started.later(60)
    started.product("NEW")
    started.run()
    assert started.office_sku("NEW")


def test_what_the_office_does_not_list_as_new_is_found_by_its_code(started: Pair) -> None:
    """A code that stands in the office without being touched is searched for before a product is made of it."""
    started.later(600)
    made = started.office_has("NEW")
    assert isinstance(started.webasyst.shop, WebasystShop)
    for row in started.webasyst.shop.state.store.products:
        if row.id == made:
            row.create_datetime = "2001-01-01 00:00:00"
    started.later(60)
    started.product("NEW")
    started.run()
    assert started.office_sku("NEW")


MASS_UPDATE = {"name": "shop.product.massUpdate"}


def refuse(
    pair: Pair, match: dict[str, str], times: int | None = None, status: int = 500, body: str = ""
) -> None:
    """Calls fail before anything happens in the shop."""
    answer = {"body": body, "content_type": "application/json"} if body else {}
    pair.webasyst.faults.add(
        {"when": "before", "kind": "status", "status": status, "match": match, "times": times, **answer}
    )


REFUSAL = '{"error":"invalid_param","error_description":"x"}'


def test_a_first_price_that_got_lost_is_sent_again(started: Pair) -> None:
    """Products that were found in the office but not linked yet are not forgotten with a lost batch."""
    for code in ("K0", "K1"):
        started.office_has(code, price="9.00")
        started.product(code)
    started.later(1000)
    started.product("ZZ")
    lose(started, MASS_UPDATE)
    started.cycle("products")
    started.later(1000)
    started.cycle("products")
    assert [money(started.office_sku(code)["price"]) for code in ("K0", "K1")] == [money(10), money(10)]
    assert started.linked_products() == 4


def test_a_first_text_that_got_lost_is_sent_again(started: Pair) -> None:
    """The same holds for the texts of a product that is not linked yet."""
    started.office_has("K0", name="Other")
    started.product("K0")
    started.later(1000)
    started.product("ZZ")
    refuse(started, {"name": "shop.product.update"}, times=1)
    started.cycle("products")
    started.later(1000)
    started.cycle("products")
    assert started.office_product("K0")["name"] == "Product K0"


def test_one_sku_that_spoils_the_batch_is_set_aside_and_the_others_go_on(started: Pair) -> None:
    """A call that ends in an error is sent again in halves, until the SKU that spoils it stands alone."""
    codes = [f"K{number}" for number in range(6)]
    for code in codes:
        started.product(code)
    started.run()
    spoiler = started.office_sku("K2")["id"]
    refuse(started, {**MASS_UPDATE, "body": f"%22id%22%3A{spoiler}%2C"})
    started.later(1000)
    for code in codes:
        started.at_cscart("product.update", sku=code, price="20.00")
    report = started.cycle("products")
    assert {code for code in codes if money(started.office_sku(code)["price"]) != money(20)} == {"K2"}
    assert (report.failures, report.doubts) == (1, 0)
    started.webasyst.faults.clear()
    assert started.run().exit is Exit.OK
    assert money(started.office_sku("K2")["price"]) == money(20)


def test_a_refused_batch_does_not_end_the_cycle(started: Pair) -> None:
    """What the shop refuses is set aside by product; what is to be created is created."""
    started.later(1000)
    started.at_cscart("product.update", sku="A", amount=3)
    refuse(started, MASS_UPDATE, status=200, body=REFUSAL)
    started.product("NEW")
    report = started.cycle("products")
    assert (report.ending, report.failures) == (Ending.OK, 1)
    assert started.office_sku("NEW")


def test_a_creation_that_always_fails_is_repeated_with_growing_pauses(started: Pair) -> None:
    """The first repetition comes at once, the next ones after ever longer pauses."""
    refuse(started, PRODUCT_ADD)
    started.product("BAD")
    calls = []
    for pause in (0, 1, 1, 1, 400, 1, 1):
        started.later(pause)
        started.forget_counts()
        report = started.cycle("products")
        calls.append(started.calls("shop.product.add"))
        assert report.failures == 1
    assert calls == [1, 1, 0, 0, 1, 0, 0]


def test_a_batch_that_always_fails_is_repeated_with_growing_pauses(started: Pair) -> None:
    """Every failed attempt makes the product rest longer."""
    refuse(started, MASS_UPDATE)
    started.later(1000)
    started.at_cscart("product.update", sku="A", amount=3)
    calls = []
    for pause in (0, 1, 1, 100, 1, 1):
        started.later(pause)
        started.forget_counts()
        started.cycle("products")
        calls.append(started.calls("shop.product.massUpdate"))
    assert calls == [1, 0, 0, 1, 0, 0]


def test_a_picture_that_webasyst_does_not_take_is_refused(started: Pair) -> None:
    """An error without a trace among the pictures is no doubt: the picture is set aside and rests."""
    refuse(started, {"name": "shop.product.images.add"}, body='{"error":"server_error"}')
    started.product("PIC")
    started.at_cscart("product.image", sku="PIC")
    uploads = []
    for pause in (0, 1, 1):
        started.later(pause)
        started.forget_counts()
        report = started.cycle("products")
        uploads.append(started.calls("shop.product.images.add"))
        assert (report.failures, report.doubts) == (1, 0)
    assert uploads == [1, 0, 0]
