"""Reading the Webasyst account for the comparison: every product and order by search (contracts/webasyst §3.2, §5.5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from syncd.demo.records import TEXTS, OrderFacts, ProductFacts, money, number, text, values
from syncd.demo.shops import DemoShop

_PAGE = 500
_SOURCE_NUMBER = "cscart_order_id"
"""The order param that holds the number of the source's order."""


def products(shop: DemoShop) -> list[ProductFacts]:
    """Every SKU of every product."""
    fields = "*,skus,stock_counts,image_count"
    found = _rows(shop, "product", fields=fields, escape=0, sort="id")
    return [_sku(product, sku) for product in found for sku in values(product["skus"])]


def _sku(product: dict[str, Any], sku: dict[str, Any]) -> ProductFacts:
    alone = len(values(product["skus"])) == 1
    shown = str(product["status"]) == "1"
    return ProductFacts(
        sku=text(sku["sku"]),
        owner=str(product["id"]),
        price=money(sku["price"]),
        list_price=money(sku["compare_price"]),
        # Unlimited stock (null) must never look like none (contracts/webasyst §0.10).
        stock=number(-1 if sku["count"] is None else sku["count"]),
        visible=shown if alone else shown and str(sku["status"]) == "1",
        texts={name: text(product[name]) for name in TEXTS},
        images=int(product["image_count"] or 0),
    )


def orders(shop: DemoShop) -> list[OrderFacts]:
    """Every order that came from the source, deleted ones too."""
    found = _rows(shop, "order", fields="*,items,params,contact", escape=0, sort="id ASC")
    return [_order(row) for row in found if _SOURCE_NUMBER in (row["params"] or {})]


def _order(row: dict[str, Any]) -> OrderFacts:
    items = values(row["items"])
    goods = [item for item in items if int(item["sku_id"] or 0)]
    return OrderFacts(
        number=str(row["params"][_SOURCE_NUMBER]),
        shown_id=text(row["id_encoded"]),
        status=row["state_id"],
        lines=Counter(
            (text(item["sku_code"]), number(item["quantity"]), money(item["price"])) for item in goods
        ),
        other=sum(
            (money(item["price"]) * number(item["quantity"]) for item in items if item not in goods), money(0)
        ),
        shipping=money(row["shipping"]),
        discount=money(row["discount"]),
        total=money(row["total"]),
        address=_address(row["params"]),
        comment=text(row["comment"]),
        customer=text(row["contact"]["name"]),
    )


def _address(params: dict[str, Any]) -> dict[str, str]:
    names = ("street", "city", "zip", "country")
    there = {name: text(params.get(f"shipping_address.{name}")) for name in names}
    return there if any(there[name] for name in names[:3]) else {}


def _rows(shop: DemoShop, kind: str, **query: object) -> Iterator[dict[str, Any]]:
    offset, count = 0, 1
    while offset < count:
        answer = shop.get(f"api.php/shop.{kind}.search", limit=_PAGE, offset=offset, **query)
        count = int(answer["count"])
        yield from answer[f"{kind}s"]
        offset += _PAGE
