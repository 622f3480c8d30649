"""What people do in the back office (the operations of syncd.sandbox.webasyst.edits)."""

from __future__ import annotations

import pytest

from syncd.sandbox.webasyst import edits
from syncd.sandbox.webasyst.edits import OPERATIONS

from .asking import Asker


def test_every_operation_is_documented() -> None:
    """The table in the module's text names exactly the operations there are."""
    listed = {
        line.split("|")[1].strip() for line in (edits.__doc__ or "").splitlines() if line.startswith("| ")
    }
    assert listed - {"operation"} == set(OPERATIONS)


def test_an_unknown_operation_is_refused_with_the_known_ones(shop: Asker) -> None:
    """The error names the operation and what there is."""
    with pytest.raises(ValueError, match=r"Unknown operation 'nosuch'.*product\.create"):
        shop.shop.edit("nosuch", {})


def test_products_come_and_go(shop: Asker) -> None:
    """Created, changed, duplicated and deleted products are seen through the API."""
    edit = shop.shop.edit
    key = edit(
        "product.create", {"name": "New", "skus": [{"sku": "N-1", "price": 3, "stock": {"1": 4, "2": 0}}]}
    )
    edit("product.update", {"id": key, "status": 0})
    copy = edit("product.duplicate", {"id": key})
    found = shop.get("product.search", hash=f"id/{key},{copy}", sort="id", fields="skus")["products"]
    assert [(row["status"], row["count"], row["price"]) for row in found] == [
        ("0", "4.000", 3),
        ("0", "4.000", 3),
    ]
    assert [sku["sku"] for row in found for sku in row["skus"].values()] == ["N-1", "N-1"]
    edit("product.delete", {"id": key})
    assert shop.get("product.search", hash=f"id/{key}")["count"] == 0


def test_a_sku_is_renamed_and_repriced(shop: Asker) -> None:
    """A back-office change moves edit_datetime."""
    shop.shop.edit("sku.update", {"id": 1, "sku": "ZARYA-NEW", "price": "21.5", "stock": {"1": 1}})
    found = shop.get("product.getInfo", id=1)
    assert (found["skus"][0]["sku"], found["price"], found["count"]) == ("ZARYA-NEW", "21.5000", "4.000")
    assert found["edit_datetime"] == "2026-11-21 12:00:00"


def test_pictures_come_go_and_change_places(shop: Asker) -> None:
    """The first one is the main one; no time stamp of the product moves (contracts/webasyst §9)."""
    edit = shop.shop.edit
    before = shop.get("product.getInfo", id=1)["edit_datetime"]
    for image in shop.get("product.images.getList", product_id=1):
        edit("image.delete", {"id": image["id"]})
    first, second = (edit("image.create", {"product_id": 1, "name": name}) for name in ("a.png", "b.png"))
    found = shop.get("product.getInfo", id=1)
    assert [(row["id"], row["original_filename"]) for row in found["images"]] == [
        (str(first), "a.png"),
        (str(second), "b.png"),
    ]
    assert found["image_id"] == str(first)
    edit("image.sort", {"product_id": 1, "ids": [second]})
    found = shop.get("product.getInfo", id=1)
    assert ([row["id"] for row in found["images"]], found["image_id"]) == (
        [str(second), str(first)],
        str(second),
    )
    edit("image.delete", {"id": second})
    found = shop.get("product.getInfo", id=1)
    assert (found["image_id"], found["edit_datetime"]) == (str(first), before)


def test_a_customer_buys_and_the_staff_works_on_the_order(shop: Asker) -> None:
    """Orders made in the storefront go through the workflow; what it forbids is refused."""
    key = shop.shop.edit(
        "order.create", {"contact_id": 2, "items": [{"sku_id": 11, "quantity": 2}], "shipping": 4}
    )
    assert shop.shop.edit("order.action", {"id": key, "action": "pay"}) == "paid"
    with pytest.raises(ValueError, match="is paid: process is not possible"):
        shop.shop.edit("order.action", {"id": key, "action": "process"})
    shop.shop.edit("order.edit", {"id": key, "comment": "call first"})
    found = shop.get("order.getInfo", id=key)
    assert (found["total"], found["shipping"], found["comment"]) == ("29.0000", "4.0000", "call first")


def test_a_limited_user_sees_nothing_and_changes_nothing(shop: Asker) -> None:
    """Missing rights show as empty lists, "ok" without effect, and 403."""
    contact = shop.shop.edit("contact.create", {"firstname": "Limited"})
    shop.shop.edit("rights", {"contact_id": contact})
    shop.shop.token = shop.shop.edit("token.create", {"contact_id": contact})
    assert shop.get("order.search")["count"] == 0
    assert shop.post("product.massUpdate", {"sku[0][id]": 1, "sku[0][price]": 1}) == "ok"
    assert shop.get("product.skus.getInfo", id=1)["price"] == "19.9000"
    assert shop.post("product.update", {"name": "x"}, id=1) == {"error": "access_denied"}


def test_a_revoked_token_answers_401(shop: Asker) -> None:
    """So does an expired one."""
    shop.shop.edit("token.expire", {})
    assert shop.send("GET", "stock.getList", {}, None).status == 401
    shop.shop.edit("token.revoke", {})
    assert shop.send("GET", "stock.getList", {}, None).status == 401


def test_times_are_naive_in_the_servers_zone(shop: Asker) -> None:
    """The zone is a setting; only settings.get tells it."""
    shop.shop.edit("setting", {"timezone": "Europe/Moscow"})
    assert shop.order()["create_datetime"] == "2026-11-21 15:00:00"
    found = shop.get("settings.get")
    assert (found["server_time"], found["server_timezone_shift"]) == ("2026-11-21 15:00:00", "10800")
