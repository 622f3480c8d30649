"""Reading the CS-Cart shop for the comparison: every product and order in full, one call each (contracts/cscart §3, §4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from syncd.demo.records import OrderFacts, ProductFacts, money, number, text, values
from syncd.demo.shops import DemoShop

_PAGE = 100
_COUNTRIES = {"RU": "rus", "PL": "pol", "DE": "deu", "US": "usa"}
"""The countries of the simulated customers, by Webasyst's codes (contracts/webasyst §5.2)."""


def products(shop: DemoShop) -> list[ProductFacts]:
    """Every product; the rows of a variation group share the pictures and texts of one owner."""
    rows = [shop.get(f"api/products/{key}") for key in _keys(shop, "products", "product_id")]
    owners = [str(row.get("variation_group_id") or "") or f"p{row['product_id']}" for row in rows]
    pictures = Counter[str]()
    first: dict[str, ProductFacts] = {}
    found = []
    for row, owner in zip(rows, owners, strict=True):
        pictures[owner] += bool(values(row["main_pair"])) + len(values(row["image_pairs"]))
        facts = _product(row, owner)
        lead = first.setdefault(owner, facts)
        found.append(replace(facts, texts=lead.texts))
    return [replace(facts, images=pictures[facts.owner]) for facts in found]


def _product(row: dict[str, Any], owner: str) -> ProductFacts:
    return ProductFacts(
        sku=text(row["product_code"]),
        owner=owner,
        price=money(row["base_price"]),
        list_price=money(row["list_price"]),
        stock=number(row["amount"]),
        visible=row["status"] == "A",
        texts={
            "name": text(row["product"]),
            "summary": text(row["short_description"]),
            "description": text(row["full_description"]),
            "meta_title": text(row["page_title"]),
            "meta_keywords": text(row["meta_keywords"]),
            "meta_description": text(row["meta_description"]),
        },
        images=0,
    )


def orders(shop: DemoShop) -> list[OrderFacts]:
    """Every order that the shop lists."""
    return [_order(shop.get(f"api/orders/{key}")) for key in _keys(shop, "orders", "order_id")]


def _order(row: dict[str, Any]) -> OrderFacts:
    lines = Counter(
        (text(line["product_code"]), number(line["amount"]), money(line["price"]))
        for line in values(row["products"])
    )
    goods = sum((quantity * price * times for (_, quantity, price), times in lines.items()), money(0))
    shipping, discount = money(row["shipping_cost"]), money(row["subtotal_discount"])
    other = money(row["total"]) - (goods + shipping - discount)
    return OrderFacts(
        number=str(row["order_id"]),
        shown_id=str(row["order_id"]),
        status=row["status"],
        lines=lines,
        # What the total takes off beyond the named discount has no line: it is a discount too.
        other=max(other, money(0)),
        shipping=shipping,
        discount=discount - min(other, money(0)),
        total=money(row["total"]),
        address=_address(row),
        comment=text(row["notes"]),
        customer=text(f"{row['firstname']} {row['lastname']}") or text(row["email"]).partition("@")[0],
    )


def _address(row: dict[str, Any]) -> dict[str, str]:
    """Without street, city and zip the country is the shop's own default and says nothing (contracts/cscart §4.3)."""
    place = {"street": text(row["s_address"]), "city": text(row["s_city"]), "zip": text(row["s_zipcode"])}
    if not any(place.values()):
        return {}
    country = text(row["s_country"])
    return {**place, "country": _COUNTRIES.get(country, country.lower())}


def _keys(shop: DemoShop, kind: str, name: str) -> Iterator[str]:
    """The ids of a list, page by page; the whole is known from the first page (contracts/cscart §1.9)."""
    page, seen, total = 1, 0, 1
    sort = "order_id" if kind == "orders" else "code"
    while seen < total:
        answer = shop.get(f"api/{kind}", page=page, items_per_page=_PAGE, sort_by=sort, sort_order="asc")
        total = int(answer["params"]["total_items"])
        yield from (str(row[name]) for row in answer[kind])
        page, seen = page + 1, seen + max(len(answer[kind]), 1)
