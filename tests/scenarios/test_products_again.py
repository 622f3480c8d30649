"""Products that were deleted and made again, or moved, in either shop: the link follows, and nothing is doubled."""

from __future__ import annotations

import urllib.request
from dataclasses import replace

from syncd.app import PAIR
from syncd.daemon.once import Exit
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.state import failures, product_links
from tests.scenarios.shops import Pair, money
from tests.scenarios.variations import group

DAY = 90_000


def test_a_product_made_again_in_cscart_takes_over_its_sku(started: Pair) -> None:
    """After a full listing missed the old product, the new one with the same code is linked to the SKU."""
    started.product("X2")
    started.run()
    started.at_cscart("product.delete", product_id=started.source_product("A")["product_id"])
    started.later(DAY)
    started.run()
    started.product("A", price="12.00")
    assert started.run().exit is Exit.OK
    assert money(started.office_sku("A")["price"]) == money(12)
    started.later(DAY)
    assert started.run().exit is Exit.OK


def test_a_product_that_is_still_listed_keeps_its_sku(started: Pair) -> None:
    """A second product with the same code waits while the first one may come back."""
    started.at_cscart("product.delete", product_id=started.source_product("A")["product_id"])
    started.product("A", price="12.00")
    run = started.run()
    assert list(run.reasons.values()) == ["duplicate-sku"]
    assert money(started.office_sku("A")["price"]) == money(10)


def test_a_product_made_again_in_webasyst_is_linked_anew(started: Pair) -> None:
    """Staff deleted the product and made it anew: its code leads to the only SKU that is nobody's."""
    started.product("X2")
    started.run()
    started.at_webasyst("product.delete", id=started.office_product("A")["id"])
    started.later(DAY)
    assert list(started.run().reasons.values()) == ["vanished"]
    started.office_has("A", price="5.00")
    started.later(DAY)
    assert started.run().exit is Exit.OK
    assert money(started.office_sku("A")["price"]) == money(10)


def test_a_sku_that_staff_moved_to_another_product_is_followed(started: Pair) -> None:
    """The link goes with the SKU id; where it stands is what the last scan says."""
    started.product("X2")
    started.run()
    sku, home = started.office_sku("A")["id"], started.office_product("X2")["id"]
    url = f"{started.webasyst.url}/api.php/shop.product.skus.update?id={sku}"
    headers = {"Authorization": f"Bearer {started.webasyst.credentials['token']}"}
    with urllib.request.urlopen(
        urllib.request.Request(url, f"product_id={home}".encode(), headers)
    ) as answer:
        answer.read()
    started.later(DAY)
    started.at_cscart("product.update", sku="A", price="77.00")
    assert started.run().exit is Exit.OK
    assert started.office_sku("A")["id"] == sku
    assert money(started.office_sku("A")["price"]) == money(77)


def three(pair: Pair) -> list[int]:
    """A group of three variations, in step."""
    ids = [pair.product(f"G{number}") for number in (1, 2, 3)]
    group(pair, *ids)
    pair.run()
    pair.later(1000)
    return ids


def test_texts_and_visibility_go_on_after_a_member_was_deleted(started: Pair) -> None:
    """A deleted variation has no say any more, neither in who leads nor in what is shown."""
    first, second, third = three(started)
    started.at_cscart("product.delete", product_id=third)
    started.later(DAY)
    started.run()
    started.later(1000)
    for key in (first, second):
        started.at_cscart("product.update", product_id=key, product="New name", status="H")
    assert started.run().exit is Exit.OK
    product = started.office_product("G1")
    assert (product["name"], product["status"]) == ("New name", "0")


def test_the_next_member_leads_when_the_first_one_is_deleted(started: Pair) -> None:
    """What the others said while the first one led arrives when the first one is gone."""
    first, second, third = three(started)
    assert isinstance(started.cscart.shop, CSCartShop)
    for key in (second, third):
        # A variation that is a product of its own in the catalogue has a name of its own.
        row = started.cscart.shop.context.store.products[key]
        row.product_type, row.parent_product_id = "P", 0
        started.at_cscart("product.update", product_id=key, product="Second's name")
    started.run()
    assert started.office_product("G1")["name"] == "Product G1"
    started.at_cscart("product.delete", product_id=first)
    started.later(DAY)
    started.run()
    assert started.office_product("G2")["name"] == "Second's name"


def test_switching_the_grouping_off_and_on_keeps_a_group_led(started: Pair) -> None:
    """The setting says how new products are made; who leads an existing one is the shop's own group."""
    ids = three(started)
    started.set(products={"group_variations": False})
    started.later(DAY)
    started.run()
    for key in ids:
        started.at_cscart("product.update", product_id=key, product="New name")
    assert started.run().exit is Exit.OK
    assert started.office_product("G1")["name"] == "New name"


def dirty(pair: Pair) -> list[str]:
    with pair.database() as db:
        return db.run_sync(lambda conn: product_links.dirty_keys(conn, PAIR))


def mark_all(pair: Pair) -> None:
    """Orders moved the stock of everything."""
    with pair.database() as db:
        skus = [sku["id"] for row in pair.office_products() for sku in row["skus"]]
        db.run_sync(lambda conn: product_links.mark_dirty(conn, PAIR, skus))


def test_a_product_that_is_gone_from_cscart_is_not_asked_for_again_and_again(started: Pair) -> None:
    """What CS-Cart does not have any more is compared once, and then left alone."""
    started.product("X2")
    started.run()
    mark_all(started)
    started.at_cscart("product.delete", product_id=started.source_product("A")["product_id"])
    started.later(400)
    started.cycle("products")
    assert dirty(started) == []


def test_a_product_of_another_company_is_not_asked_for_again_and_again(started: Pair) -> None:
    """A product that went to another company is nobody's business here."""
    mark_all(started)
    started.set(cscart={"company_id": 2})
    started.later(400)
    started.cycle("products")
    assert dirty(started) == []


def test_a_product_that_vanished_from_webasyst_is_compared_again_after_its_pause(started: Pair) -> None:
    """Being in line does not shorten the pauses of a failure."""
    started.product("X2")
    started.run()
    mark_all(started)
    started.at_webasyst("product.delete", id=started.office_product("A")["id"])
    attempts = []
    for pause in (400, 10, 10):
        started.later(pause)
        started.cycle("products")
        with started.database() as db:
            attempts.append(db.run_sync(lambda conn: failures.all(conn, PAIR))[0].attempts)
    assert attempts == [1, 1, 1]


def test_a_link_that_is_taken_keeps_no_other_product_from_being_linked(started: Pair) -> None:
    """The database refuses one link of a batch: that product is set aside, the others are linked."""
    started.office_has("K1")
    started.office_has("K2")
    taken = started.office_sku("K1")["id"]
    with started.database() as db:
        link = db.run_sync(lambda conn: product_links.get(conn, PAIR, "1"))
        assert link is not None
        other = replace(link, source_key="99", sku_id=taken, product_id=77)
        db.run_sync(lambda conn: product_links.put_many(conn, [other]))
    started.product("K1")
    started.product("K2")
    started.later(DAY)
    run = started.run()
    assert list(run.reasons.values()) == ["link-taken"]
    assert money(started.office_sku("K2")["price"]) == money(10)
    assert started.linked_products() == 3


def shown(pair: Pair, code: str = "G1") -> tuple[str, list[str]]:
    """The flag of the office product, and of its SKUs."""
    product = pair.office_product(code)
    return product["status"], [sku["status"] for sku in product["skus"]]


def test_any_member_shows_a_hidden_group(started: Pair) -> None:
    """A group made hidden is shown when a member that does not lead it is, and hidden again with it."""
    first, second = started.product("G1", status="H"), started.product("G2", status="H")
    group(started, first, second)
    started.run()
    assert shown(started) == ("0", ["0", "0"])
    for status, flag in (("A", "1"), ("H", "0")):
        started.later(1000)
        started.at_cscart("product.update", product_id=second, status=status)
        started.forget_counts()
        assert started.run().exit is Exit.OK
        assert shown(started) == (flag, ["0", flag])
        assert started.calls("shop.product.update") == 1
        started.later(DAY)
        started.run()


def test_a_flag_of_staffs_is_not_asked_about_for_ever(started: Pair) -> None:
    """A product whose only SKU staff hid, and one with SKUs of staff's own that is hidden, are left as they are."""
    started.office_has("X1")
    started.at_webasyst("sku.update", id=started.office_sku("X1")["id"], status=0)
    started.at_webasyst(
        "product.create",
        name="Product S1",
        status=0,
        skus=[{"sku": code, "price": "10", "stock": {"1": 50, "2": 0}} for code in ("S1", "STRANGER")],
    )
    started.product("X1")
    started.product("S1")
    started.run()
    started.later(DAY)
    started.run()
    started.later(DAY)
    started.forget_counts()
    assert started.run().exit is Exit.OK
    assert started.writes == 0
    assert started.calls("GET products") == 2
    assert shown(started, "X1") == ("1", ["0"])
    assert shown(started, "S1")[0] == "0"
