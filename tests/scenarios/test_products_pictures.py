"""Pictures of variations and of products that change: each sent once, none forgotten, none in the way of the rest."""

from __future__ import annotations

import pytest

from syncd.app import PAIR
from syncd.daemon.once import Exit
from syncd.sandbox.webasyst.shop import WebasystShop
from syncd.state import failures
from tests.scenarios.shops import Pair
from tests.scenarios.variations import group

DAY = 90_000


def pictures(pair: Pair) -> int:
    """How many pictures stand in Webasyst."""
    assert isinstance(pair.webasyst.shop, WebasystShop)
    return len(list(pair.webasyst.shop.state.store.images))


def lose_pictures(pair: Pair, times: int | None = None) -> None:
    """CS-Cart's pictures cannot be had."""
    pair.cscart.faults.add(
        {"when": "before", "kind": "status", "status": 404, "body": "no", "match": {"path": "images/"}, "times": times}
    )  # fmt: skip


def grouped(pair: Pair, *codes: str) -> list[int]:
    ids = [pair.product(code) for code in codes]
    group(pair, *ids)
    return ids


def test_a_picture_that_all_variations_share_is_sent_once(started: Pair) -> None:
    """The same bytes are one picture of the office product."""
    grouped(started, "G1", "G2", "G3")
    for code in ("G1", "G2", "G3"):
        started.at_cscart("product.image", sku=code, colour=5)
    assert started.run().exit is Exit.OK
    assert pictures(started) == 1


def test_the_pictures_of_a_variation_that_joins_later_arrive(started: Pair) -> None:
    """A further SKU brings its pictures, however long ago they were put in."""
    first, second = grouped(started, "G1", "G2")
    started.run()
    started.later(1000)
    third = started.product("G3")
    started.at_cscart("product.image", sku="G3", colour=9)
    group(started, first, second, third)
    assert started.run().exit is Exit.OK
    assert pictures(started) == 1


def test_a_picture_that_cannot_be_had_does_not_cost_the_others(started: Pair) -> None:
    """One variation's picture fails: the other's arrives at once, the failed one after its pause."""
    grouped(started, "G1", "G2")
    started.at_cscart("product.image", sku="G1", colour=5)
    started.at_cscart("product.image", sku="G2", colour=6)
    started.later(1000)
    started.product("ZZ")
    lose_pictures(started, times=1)
    assert started.cycle("products").failures == 1
    assert pictures(started) == 1
    started.later(5000)
    assert started.cycle("products").failures == 0
    assert pictures(started) == 2


def test_a_crash_between_a_product_and_its_pictures_forgets_none(started: Pair) -> None:
    """A product stays in line until its pictures have been sent, even though it never changes again."""
    started.product("PIC")
    started.at_cscart("product.image", sku="PIC")
    started.later(1000)
    started.product("ZZ")
    started.webasyst.faults.add(
        {"when": "before", "kind": "status", "status": 401, "match": {"name": "shop.product.images.add"}, "times": 1}
    )  # fmt: skip
    started.cycle("products")
    started.later(5000)
    started.cycle("products")
    started.later(5000)
    started.cycle("products")
    assert pictures(started) == 1


def test_a_picture_that_webasyst_keeps_broken_is_told_until_it_is_deleted(
    started: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed upload leaves a row that shows nothing (contracts/webasyst §3.8): it counts as no picture, not even later."""
    started.at_cscart("product.image", sku="A", colour=5)
    started.later(1000)
    with monkeypatch.context() as without_png:
        without_png.setattr("syncd.sandbox.webasyst.images.KNOWN", frozenset({"jpg"}))
        assert set(started.run().reasons.values()) == {"image"}
    run = started.run()
    assert set(run.reasons.values()) == {"image"}
    assert pictures(started) == 1
    office = started.webasyst.shop
    assert isinstance(office, WebasystShop)
    broken = next(iter(office.state.store.images))
    started.at_webasyst("image.delete", id=broken.id)
    assert started.run().exit is Exit.OK
    assert [image.broken for image in office.state.store.images] == [False]


def test_texts_are_agreed_though_a_picture_cannot_be_had(started: Pair) -> None:
    """A new text arrives once; what staff writes afterwards stays while the picture is tried again."""
    started.later(1000)
    started.at_cscart("product.image", sku="A", colour=5)
    started.at_cscart("product.update", sku="A", product="New")
    lose_pictures(started)
    started.cycle("products")
    assert started.office_product("A")["name"] == "New"
    started.at_webasyst("product.update", id=started.office_product("A")["id"], name="Staff's name")
    started.later(5000)
    assert started.run().exit is Exit.OUTSTANDING
    assert started.office_product("A")["name"] == "Staff's name"


def test_a_picture_that_is_never_had_is_tried_with_growing_pauses(started: Pair) -> None:
    """What goes through beside it does not make its pauses short again."""
    started.later(1000)
    started.at_cscart("product.image", sku="A", colour=5)
    started.product("ZZ")
    lose_pictures(started)
    attempts = []
    for pause in (0, 70, 70, 300):
        started.later(pause)
        started.cycle("products")
        with started.database() as db:
            attempts.append(db.run_sync(lambda conn: failures.all(conn, PAIR))[0].attempts)
    assert attempts == [1, 2, 2, 3]


def test_a_refused_group_keeps_all_its_members(started: Pair) -> None:
    """Every row of a creation that failed is set aside, and all of them come with the next try."""
    grouped(started, "G1", "G2")
    started.later(1000)
    started.product("ZZ")
    started.webasyst.faults.add(
        {"when": "before", "kind": "status", "status": 200, "body": '{"error":"invalid_param"}',
         "content_type": "application/json", "match": {"name": "shop.product.add", "body": "G1"}, "times": 1}
    )  # fmt: skip
    assert started.cycle("products").failures == 2
    started.later(5000)
    assert started.cycle("products").failures == 0
    assert len(started.office_product("G1")["skus"]) == 2


def test_a_group_that_is_too_large_for_one_call_is_created_in_parts(started: Pair) -> None:
    """The first members come with the product, the rest one by one."""
    grouped(started, *(f"V{number}" for number in range(115)))
    assert started.run().exit is Exit.OK
    assert len(started.office_product("V0")["skus"]) == 115


def test_a_group_of_which_one_member_is_there_grows_in_its_product(started: Pair) -> None:
    """At the first contact the missing variation becomes a SKU of the product that holds the other one."""
    started.office_has("G1")
    grouped(started, "G1", "G2")
    started.later(DAY)
    assert started.run().exit is Exit.OK
    assert len(started.office_product("G1")["skus"]) == 2


def test_a_group_does_not_grow_in_a_product_that_holds_others(started: Pair) -> None:
    """A product in which rows of another kind are linked is nobody's home."""
    started.at_webasyst(
        "product.create",
        name="Bundle",
        skus=[{"sku": code, "price": "10", "stock": {"1": 50, "2": 0}} for code in ("G1", "LONER")],
    )
    started.product("LONER")
    grouped(started, "G1", "G2")
    started.later(DAY)
    assert started.run().exit is Exit.OK
    started.later(DAY)
    assert started.run().exit is Exit.OK
    assert len(started.office_product("G2")["skus"]) == 1


def test_the_first_variation_has_its_name_though_it_comes_alone(started: Pair) -> None:
    """A SKU of a group is named after its variation even while it is the only one."""
    first, second = grouped(started, "G1", "G2")
    started.at_cscart("product.update", product_id=second, product_code="")
    started.run()
    assert started.office_sku("G1")["name"] != ""
    assert first
