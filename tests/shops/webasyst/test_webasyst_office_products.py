"""The office's product side over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import pytest
import respx
import time_machine

from syncd.errors import BrokenAnswer, InDoubt, Misconfigured, Refused
from syncd.model.exchange import DraftSku, ProductDraft, SkuChange
from tests.shops.webasyst.webasyst_support import Shop, at, office, recorded

pytestmark = pytest.mark.anyio
D = Decimal
SEARCH = "shop.product.search"


def row(product_id: int, **columns: Any) -> dict[str, Any]:
    """A recorded row with another id or column."""
    found = recorded("product_search/fields_skus_stock_counts")["products"][0]
    return {**found, "id": str(product_id), **columns}


def answer(*rows: dict[str, Any], count: int | None = None) -> dict[str, Any]:
    return {
        "count": len(rows) if count is None else count,
        "offset": 0,
        "limit": 1000,
        "products": list(rows),
    }


def reply(body: Any, clock: str) -> respx.MockResponse:
    """An answer at a moment of the shop's clock."""
    return respx.MockResponse(200, content=json.dumps(body).encode(), headers={"Date": clock})


async def pages(iterator: AsyncIterator[Any]) -> list[Any]:
    return [page async for page in iterator]


async def test_a_scan_goes_on_behind_the_last_id(shop: Shop) -> None:
    """Not by offset: products that come and go meanwhile would move the rows."""
    shop.says(SEARCH, answer(row(1), row(7), count=3), answer(row(9)))
    first, second = await pages(office().scan())
    assert [product.product_id for product in (*first.records, *second.records)] == [1, 7, 9]
    assert (first.total, second.total) == (3, 3)
    assert first.clock == at("2026-11-21 04:26:13")
    assert shop.query(SEARCH, 0) == {
        "hash": "all",
        "fields": "skus,stock_counts,image_count",
        "escape": "0",
        "sort": "id",
        "limit": "1000",
    }
    assert shop.query(SEARCH, 1)["hash"] == "search/id>7"


async def test_a_scan_without_the_shops_clock_uses_ours_and_the_known_offset(shop: Shop) -> None:
    """Every page has a clock, by which the cursor moves."""
    shop.says(SEARCH, answer(), clock="")
    with time_machine.travel(at("2026-11-21 04:26:03"), tick=False):
        (page,) = await pages(office().scan())
    assert page.clock == at("2026-11-21 04:26:13")


async def test_a_scan_of_an_empty_shop_is_one_empty_page(shop: Shop) -> None:
    """One call tells that there is nothing."""
    shop.says(SEARCH, answer())
    (page,) = await pages(office().scan())
    assert (list(page.records), page.total) == ([], 0)


async def test_a_scan_whose_condition_is_ignored_is_broken(shop: Shop) -> None:
    """The shop drops conditions that it does not know (contracts/webasyst §0.4); the scan would never end."""
    shop.says(SEARCH, *[answer(row(1), row(2), count=4)] * 4)
    with pytest.raises(BrokenAnswer, match="by id after 2"):
        await pages(office().scan())


async def test_a_scan_that_shows_less_than_it_counts_is_broken(shop: Shop) -> None:
    """An incomplete scan would make products look deleted."""
    shop.says(SEARCH, answer(row(1), count=2), answer(count=1))
    with pytest.raises(BrokenAnswer, match="counts 1 products"):
        await pages(office().scan())


async def test_a_row_that_cannot_be_read_does_not_stop_the_scan(shop: Shop) -> None:
    """It comes as a broken record with its payload."""
    shop.says(SEARCH, answer(row(1, skus="?"), row(2)))
    (page,) = await pages(office().scan())
    assert [product.product_id for product in page.records] == [2]
    assert [(each.key, "skus" in each.reason) for each in page.broken] == [("1", True)]
    assert '"id": "1"' in page.broken[0].payload


async def test_products_are_asked_for_by_id_and_only_those_are_believed(shop: Shop) -> None:
    """Unknown ids are just absent (contracts/webasyst §3.2)."""
    shop.says(SEARCH, answer(row(3), row(8)), answer())
    found = await office().products([3, 4, 3])
    assert [product.product_id for product in found] == [3]
    assert shop.query(SEARCH)["hash"] == "id/3,4"
    assert shop.query(SEARCH)["fields"] == "skus,stock_counts,params,image_count"
    assert shop.query(SEARCH)["limit"] == "2"
    assert await office().products([]) == []
    assert shop.calls(SEARCH) == 1


async def test_what_was_touched_is_asked_for_twice(shop: Shop) -> None:
    """A new product has no `edit_datetime`, and the shop has no OR (contracts/webasyst §9)."""
    since = "2026-11-21 04:00:00"
    created = row(5, create_datetime=since, edit_datetime=None)
    edited = row(2, create_datetime="2020-01-01 00:00:00", edit_datetime="2026-11-21 04:00:01")
    ignored = row(6, create_datetime="2020-01-01 00:00:00", edit_datetime=None)
    shop.says(SEARCH, answer(created, ignored), answer(edited, ignored))
    found = await office().products_touched_since(at(since))
    assert sorted(product.product_id for product in found) == [2, 5]
    assert [shop.query(SEARCH, n)["hash"] for n in (0, 1)] == [
        f"search/create_datetime>={since}",
        f"search/edit_datetime>={since}",
    ]


async def test_touched_products_come_with_the_broken_ones_and_the_clock_of_the_first_answer(
    shop: Shop,
) -> None:
    """Once each, though both searches show them; the cursor may not pass what happens between the two."""
    since = "2026-11-21 04:00:00"
    both = row(5, create_datetime=since, edit_datetime=since)
    broken = row(6, create_datetime=since, edit_datetime=since, skus="?")
    old = row(7, create_datetime="2020-01-01 00:00:00", edit_datetime="2020-01-01 00:00:00", skus="?")
    shop.says_raw(
        SEARCH,
        reply(answer(both, broken, old), "Sat, 21 Nov 2026 04:26:13 GMT"),
        reply(answer(both, broken, old), "Sat, 21 Nov 2026 04:26:59 GMT"),
    )
    page = await office().touched_products(at(since))
    assert [product.product_id for product in page.records] == [5]
    assert [product.edited_at for product in page.records] == [at(since)]
    assert [record.key for record in page.broken] == ["6"]
    assert page.clock == at("2026-11-21 04:26:13")


async def test_touched_products_are_paged_by_id_too(shop: Shop) -> None:
    """Conditions are joined by `&`."""
    shop.says(SEARCH, answer(row(5), count=2), answer(row(6)), answer())
    await office().products_touched_since(at("2020-01-01 00:00:00"))
    assert shop.query(SEARCH, 1)["hash"] == "search/create_datetime>=2020-01-01 00:00:00&id>5"


async def test_a_fuzzy_search_is_limited_and_encoded_twice(shop: Shop) -> None:
    """With 2000 products named alike it returned them all (contracts/webasyst §3.2)."""
    shop.says(SEARCH, recorded("product_search/query_sku_with_skus"))
    found = await office().products_like(" A&B+1% ")
    assert [product.product_id for product in found] == [3, 1004]
    assert shop.query(SEARCH)["hash"] == r"search/query=A\&B%2B1%25"
    assert shop.query(SEARCH)["limit"] == "50"
    assert await office().products_like("  ") == []


SKUS = tuple(DraftSku(code, code, D("10.50"), D(0), D(5), visible=True) for code in ("TS-S", "TS-M", "TS-L"))
PRODUCT = ProductDraft({"name": "T-shirt"}, visible=True, currency="EUR", skus=SKUS, params={})


@pytest.fixture
def lists(shop: Shop) -> Shop:
    """The shop with its types and categories."""
    shop.says("shop.type.getList", *[recorded("type/getList")] * 2)
    shop.says("shop.category.getTree", *[recorded("seeded/category_getTree")] * 2)
    return shop


async def test_a_product_is_created_with_every_warehouse_named(lists: Shop) -> None:
    """The chosen one has the stock, the others 0; type and category are the shop's first and the setting's."""
    lists.says("shop.product.add", recorded("product/add_full"), recorded("product/add_full"))
    account = office(stock_id=2, category_id=5)
    made = await account.add_product(PRODUCT)
    form = dict(lists.form("shop.product.add"))
    assert made.product_id == 3
    assert (form["skus[0][stock][1]"], form["skus[0][stock][2]"]) == ("0", "5")
    assert (form["type_id"], form["categories[0]"]) == ("1", "5")
    await account.add_product(PRODUCT)
    assert (lists.calls("shop.type.getList"), lists.calls("shop.category.getTree")) == (1, 1)


@pytest.mark.parametrize(("setting", "value"), [("category_id", 77), ("type_id", 77)])
async def test_an_unknown_category_or_type_is_a_wrong_setting(lists: Shop, setting: str, value: int) -> None:
    """An unknown type would be stored as it is, an unknown category silently dropped."""
    lists.says("shop.product.add")
    with pytest.raises(Misconfigured, match=f"SYNCD_WEBASYST__{setting.upper()} is 77.*1 "):
        await office(**cast(Any, {setting: value})).add_product(PRODUCT)
    assert lists.calls("shop.product.add") == 0


async def test_a_product_with_other_skus_than_asked_for_is_in_doubt(lists: Shop) -> None:
    """So is an answer that is no product."""
    lists.says("shop.product.add", recorded("product/add_full"), {"id": "3"}, "ok")
    account = office()
    for _ in range(3):
        with pytest.raises(InDoubt):
            await account.add_product(replace(PRODUCT, skus=SKUS[:2]))


async def test_a_sku_is_added_to_the_product_named_in_the_address(shop: Shop) -> None:
    """`product_id` is read from the query string only (contracts/webasyst §2)."""
    shop.says("shop.product.skus.add", *[recorded("skus/add")] * 3)
    draft = DraftSku("TS-3XL", "3XL", D(14), D(0), D(2), visible=True)
    assert await office().add_sku(3, draft) == 10
    assert shop.query("shop.product.skus.add") == {"product_id": "3"}
    assert ("stock[2]", "0") in shop.form("shop.product.skus.add")
    for product_id, code in ((4, "TS-3XL"), (3, "OTHER")):
        with pytest.raises(InDoubt):
            await office().add_sku(product_id, replace(draft, code=code))


async def test_prices_and_stock_go_in_batches_of_1000(shop: Shop) -> None:
    """As one JSON parameter, which PHP does not cut."""
    shop.says("shop.product.massUpdate", "ok", "ok")
    await office(stock_id=2).change_skus([SkuChange(n, n, stock=D(n)) for n in range(1, 1002)])
    ((name, text),) = shop.form("shop.product.massUpdate", 0)
    assert name == "jsku"
    assert len(json.loads(text)) == 1000
    assert json.loads(text)[1] == {"id": 2, "stock": {"2": 2}}
    assert json.loads(shop.form("shop.product.massUpdate", 1)[0][1]) == [{"id": 1001, "stock": {"2": 1001}}]


async def test_a_shop_without_warehouses_gets_the_count(shop: Shop) -> None:
    """In a shop with warehouses `count` would delete their rows (contracts/webasyst §3.6)."""
    shop.says("shop.stock.getList", [])
    shop.says("shop.product.massUpdate", "ok")
    await office().change_skus([SkuChange(4, 3, stock=D(9))])
    assert json.loads(shop.form("shop.product.massUpdate")[0][1]) == [{"id": 4, "count": 9}]


async def test_a_batch_is_done_when_it_says_exactly_ok(shop: Shop) -> None:
    """A refusal wrote nothing; anything else is a doubt."""
    shop.says("shop.product.massUpdate", recorded("massUpdate/unknown_stock"), True, {"status": "ok"}, "OK")
    with pytest.raises(Refused, match="stock_id does not exist"):
        await office().change_skus([SkuChange(4, 3, price=D(1))])
    for _ in range(3):
        with pytest.raises(InDoubt):
            await office().change_skus([SkuChange(4, 3, price=D(1))])


async def test_no_changes_are_no_call(shop: Shop) -> None:
    """The shop answers an empty batch with 400."""
    shop.says("shop.product.massUpdate")
    await office().change_skus([])
    assert shop.calls("shop.product.massUpdate") == 0


async def test_texts_are_updated_with_the_id_in_the_address_only(shop: Shop) -> None:
    """In the body it would insert a product; SKUs would be re-enabled (contracts/webasyst §0.6, §0.8)."""
    shop.says("shop.product.update", *[recorded("product/update_name_only")] * 2)
    product = await office().update_product(3, {"name": "Футболка", "status": "1"})
    assert product.product_id == 3
    assert shop.query("shop.product.update") == {"id": "3"}
    assert shop.form("shop.product.update") == [("name", "Футболка"), ("status", "1")]
    with pytest.raises(InDoubt):
        await office().update_product(4, {"name": "Футболка"})


async def test_an_update_of_a_product_that_is_gone_is_refused(shop: Shop) -> None:
    """404; nothing was written."""
    shop.says("shop.product.update", recorded("product/update_not_found"), status=404)
    with pytest.raises(Refused, match=r"shop\.product\.update.*Product not found"):
        await office().update_product(9999, {"name": "x"})


async def test_pictures_and_categories_are_asked_for_where_they_count(shop: Shop) -> None:
    """Only where a setting wants them: they make every row larger."""
    shop.says(SEARCH, answer(row(3)), answer(row(3)))
    await office().products([3])
    assert shop.query(SEARCH)["fields"] == "skus,stock_counts,params,image_count"
    await office(details=("images", "category_ids")).products([3])
    assert shop.query(SEARCH)["fields"] == "skus,stock_counts,params,image_count,images,category_ids"


async def test_an_update_sends_categories_only_when_they_are_given(shop: Shop) -> None:
    """A complete list takes the place of the old one (contracts/webasyst §3.5)."""
    shop.says("shop.product.update", *[recorded("product/getInfo_with_images")] * 2)
    product_id = int(recorded("product/getInfo_with_images")["id"])
    await office().update_product(product_id, {"name": "New"})
    assert shop.form("shop.product.update") == [("name", "New")]
    await office().update_product(product_id, {}, [7, 4])
    assert shop.form("shop.product.update") == [("categories[0]", "7"), ("categories[1]", "4")]


@pytest.mark.parametrize(("given", "placed"), [((), "5"), ((9, 7), "9")])
async def test_a_new_product_goes_where_its_draft_says_or_else_to_the_default_category(
    shop: Shop, given: tuple[int, ...], placed: str
) -> None:
    """The setting is for products that have no place of their own."""
    shop.says("shop.type.getList", recorded("type/getList"))
    shop.says("shop.category.getTree", [{"id": "5", "name": "New goods"}])
    shop.says("shop.product.add", recorded("product/add_full"))
    codes = [sku["sku"] for sku in recorded("product/add_full")["skus"]]
    skus = tuple(DraftSku(code, "", D(1), D(0), D(1), visible=True) for code in codes)
    await office(category_id=5).add_product(ProductDraft({"name": "N"}, True, "EUR", skus, {}, given))
    assert dict(shop.form("shop.product.add"))["categories[0]"] == placed
