"""What moves edit_datetime and update_datetime, as the real shop was seen to do it (contracts/webasyst §9)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .asking import Asker

MATRIX: dict[str, bool] = json.loads(
    (Path(__file__).parents[2] / "data" / "webasyst" / "bump_matrix.json").read_text(encoding="utf-8")
)
Act = Callable[[Asker], Any]
PRODUCT: dict[str, Act] = {
    "product.update same name": lambda a: a.post("product.update", {"name": "Чайник «Заря» 1,5 л"}, id=1),
    "product.update new name": lambda a: a.post("product.update", {"name": "x"}, id=1),
    "product.update skus same price": lambda a: a.post("product.update", {"skus[1][price]": "19.9"}, id=1),
    "product.update skus same price again": lambda a: a.post(
        "product.update", {"skus[1][price]": "19.9"}, id=1
    ),
    "product.update categories same": lambda a: a.post("product.update", {"categories[0]": 2}, id=1),
    "product.update params": lambda a: a.post("product.update", {"params[a]": "1"}, id=1),
    "product.update tags": lambda a: a.post("product.update", {"tags[0]": "t"}, id=1),
    "product.update features": lambda a: a.post("product.update", {"features[cscart_id]": "1"}, id=1),
    "product.addToCategory": lambda a: a.post("product.addToCategory", {"category_id": 4}, id=1),
    "product.removeFromCategory": lambda a: a.post("product.removeFromCategory", {"category_id": 2}, id=1),
    "product.addTags": lambda a: a.post("product.addTags", {"tags": "a,b"}, id=1),
    "skus.update price": lambda a: a.post("product.skus.update", {"price": 5}, id=1),
    "skus.update stock": lambda a: a.post("product.skus.update", {"stock[1]": 5}, id=1),
    "skus.add": lambda a: a.post("product.skus.add", {"sku": "N"}, product_id=1),
    "massUpdate sku price": lambda a: a.post("product.massUpdate", {"sku[0][id]": 1, "sku[0][price]": 5}),
    "massUpdate same price": lambda a: a.post("product.massUpdate", {"sku[0][id]": 1, "sku[0][price]": 19.9}),
}
ORDER: dict[str, Act] = {
    "order action comment": lambda a: a.act(1, "comment", text="x"),
    "order order.comment": lambda a: a.post("order.comment", {"id": 1, "text": "x"}),
    "order action not allowed": lambda a: a.act(1, "refund"),
    "order order.contactSave": lambda a: a.post(
        "order.contactSave", {"order_id": 1, "contact[firstname]": "И"}
    ),
    "order order.setShippingAddress": lambda a: a.post(
        "order.setShippingAddress", {"id": 1, "address[city]": "Омск"}
    ),
    "order order.calculate": lambda a: a.post("order.calculate", {"id": 1}),
    "order order.save params": lambda a: a.post("order.save", {"id": 1, "params[a]": "1"}),
    "order order.save nothing": lambda a: a.post("order.save", {"id": 1}),
    "order action editshippingdetails": lambda a: a.act(1, "editshippingdetails", tracking_number="T"),
    "order action message": lambda a: a.act(1, "message", text="hello"),
}


@pytest.mark.parametrize("what", PRODUCT)
def test_edit_datetime_of_products(shop: Asker, what: str) -> None:
    """edit_datetime moves exactly when it moved in the real shop."""
    before = shop.get("product.getInfo", id=1)["edit_datetime"]
    PRODUCT[what](shop)
    assert (shop.get("product.getInfo", id=1)["edit_datetime"] != before) is MATRIX[what]


@pytest.mark.parametrize("what", ORDER)
def test_update_datetime_of_orders(shop: Asker, what: str) -> None:
    """update_datetime moves exactly when it moved in the real shop."""
    before = shop.get("order.getInfo", id=1)["update_datetime"]
    ORDER[what](shop)
    assert (shop.get("order.getInfo", id=1)["update_datetime"] != before) is MATRIX[what]
