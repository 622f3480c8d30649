"""The category tree of CS-Cart, by the names that lead to each category."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from syncd.errors import BrokenAnswer
from syncd.model.category import Category
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.source import CSCartSource
from tests.shops.cscart.cscart_shop import FakeShop, sample

pytestmark = pytest.mark.anyio

ROWS: list[dict[str, Any]] = sample("categories_list.json")["categories"]


def tree(shop: FakeShop, rows: list[dict[str, Any]], size: int) -> None:
    """The shop lists these categories in pages of this size at most; past its end the last page comes again."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = int(request.url.params["page"])
        last = max(1, -(-len(rows) // size))
        page = min(asked, last)
        part = rows[(page - 1) * size : page * size]
        params = {"page": page, "items_per_page": size, "total_items": str(len(rows))}
        return httpx.Response(200, json={"categories": part, "params": params})

    shop.before = answer


def source(client: CSCartClient, company: str | None = None) -> CSCartSource:
    return CSCartSource(client, company=company, language="ru", currency="USD")


def a_category(number: int, path: str, **fields: Any) -> dict[str, Any]:
    return ROWS[0] | {"category_id": str(number), "id_path": path, "category": f"C{number}"} | fields


@pytest.mark.parametrize("size", [1, 2, 500])
async def test_every_category_comes_once_with_its_path(
    shop: FakeShop, client: CSCartClient, size: int
) -> None:
    """However many pages there are, and though the last one comes again for ever (contracts/cscart §1.9, §5)."""
    tree(shop, ROWS, size)
    found = {each.category_id: each.path for each in await source(client).categories()}
    assert found[201] == ("Продукты", "Кофе в зёрнах")
    assert found[204] == ("Одежда & аксессуары", "Футболки")
    assert len(found) == len(ROWS)
    assert shop.calls[-1].params["lang_code"] == "ru"


async def test_other_companies_categories_are_no_places_for_our_products(
    shop: FakeShop, client: CSCartClient
) -> None:
    """Those of nobody belong to all vendors; without a chosen company all count."""
    rows = [
        a_category(1, "1", company_id="1"),
        a_category(2, "2", company_id="2"),
        a_category(3, "3", company_id="0"),
    ]
    tree(shop, rows, 500)
    assert {each.category_id for each in await source(client, "1").categories()} == {1, 3}
    assert {each.category_id for each in await source(client).categories()} == {1, 2, 3}


async def test_a_category_whose_path_is_not_known_is_left_out(shop: FakeShop, client: CSCartClient) -> None:
    """A parent that the shop does not list makes the names that lead to it unknown."""
    tree(shop, [a_category(1, "1"), a_category(2, "9/2")], 500)
    assert await source(client).categories() == [Category(1, ("C1",))]


async def test_a_row_without_its_number_is_no_tree(shop: FakeShop, client: CSCartClient) -> None:
    """Half a tree would take categories for missing that are there."""
    tree(shop, [a_category(1, "1"), {"category": "?"}], 500)
    with pytest.raises(BrokenAnswer):
        await source(client).categories()
