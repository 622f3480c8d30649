"""Writing products to the sandbox shop over real sockets: what was meant is what the shop tells afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.errors import BrokenAnswer, Held, InDoubt, NotAuthorised, Refused, ShopUnavailable
from syncd.model.exchange import SourceChange, SourceDraft
from syncd.model.product import Product
from syncd.sandbox.clock import Clock
from syncd.sandbox.cscart.pictures import png
from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.running import RunningShop, ShopThread
from syncd.shops.cscart.target import CSCartTarget
from syncd.sync.ports import OrderTarget, ProductTarget
from tests.shops.cscart.conftest import Aim, aimed

pytestmark = pytest.mark.anyio

PUT = {"method": "PUT"}
POST = {"method": "POST"}
TEXTS = st.text(
    st.characters(max_codepoint=0xFFFF, exclude_categories=("Cs", "Cc", "Cn")), min_size=1, max_size=80
)
MONEY = st.decimals(min_value=0, max_value=10**6, places=2)
TEA = SourceDraft("TEA-1", {"name": "Tea"}, Decimal("4.20"), Decimal(5), 3, True)


def both(target: CSCartTarget) -> tuple[ProductTarget, OrderTarget]:
    """The target is what both streams ask for; the type checker says so."""
    return target, target


def row(sandbox: RunningShop, key: str) -> dict[str, Any]:
    """A product as the shop keeps it."""
    found: dict[str, Any] = sandbox.dump()["products"][key]
    return found


def sent(sandbox: RunningShop) -> list[str]:
    """Method and resource of every call that reached the shop."""
    return [f"{entry.method} {entry.path.removeprefix('/api/')}" for entry in sandbox.counters.journal]


async def found(target: CSCartTarget, code: str) -> Product:
    (product,) = await target.products_with_code(code)
    return product


def amounts(product: Product) -> tuple[Decimal, Decimal, int, bool]:
    return product.price, product.list_price, int(product.quantity), product.visible


# -- changes ------------------------------------------------------------------------------------------------------------


async def test_a_change_is_what_the_shop_tells_afterwards(target: CSCartTarget) -> None:
    """Texts, prices, stock and visibility of an existing product."""
    key = (await found(target, "SKU-000004")).key
    texts = {"name": "Tea & “Co” <b>", "summary": "s", "description": "<p>d</p>", "meta_title": "t"}
    change = SourceChange(key, texts, Decimal("7.05"), Decimal("9.90"), 41, False, (204, 201))
    await target.change_product(change)
    product = await found(target, "SKU-000004")
    assert {name: getattr(product.content, name) for name in texts} == texts
    assert amounts(product) == (Decimal("7.05"), Decimal("9.90"), 41, False)


async def test_only_the_given_fields_change(sandbox: RunningShop, target: CSCartTarget) -> None:
    """A new price leaves everything else alone: pictures, user groups, categories, texts (contracts/cscart §3.4, §3.5)."""
    before = row(sandbox, "4")
    product = await found(target, "SKU-000004")
    assert len(product.images) > 1
    await target.change_product(SourceChange("4", price=Decimal("585.00")))
    after = row(sandbox, "4")
    assert {name for name in after if after[name] != before[name]} <= {"price", "prices", "updated_timestamp"}
    changed = await found(target, "SKU-000004")
    assert changed == replace(product, price=Decimal("585.00"), updated_at=changed.updated_at)


async def test_an_empty_change_is_no_call(sandbox: RunningShop, target: CSCartTarget) -> None:
    """Every PUT looks like an edit, so none is sent for nothing."""
    await target.change_product(SourceChange("4"))
    assert sandbox.counters.requests == 0


async def test_the_written_price_is_the_one_before_promotions(
    sandbox: RunningShop, target: CSCartTarget
) -> None:
    """While a promotion of the catalogue runs, the price that was written is read back, not the lower one."""
    sandbox.edit("promotion.set", percent=50, skus=["SKU-000004"])
    await target.change_product(SourceChange("4", price=Decimal("80.00")))
    assert (await found(target, "SKU-000004")).price == Decimal("80.00")


async def test_texts_are_written_in_the_language_of_the_settings(sandbox: RunningShop, aim: Aim) -> None:
    """A change in one language leaves the others alone (contracts/cscart §1.10)."""
    russian, english = aim(sandbox, language="ru"), aim(sandbox)
    before = (await found(english, "SKU-000004")).content
    await russian.change_product(SourceChange("4", {"name": "Чай"}))
    assert (await found(russian, "SKU-000004")).content.name == "Чай"
    assert (await found(english, "SKU-000004")).content == before


async def test_a_missing_product_is_gone(target: CSCartTarget) -> None:
    """The API's own 404 says so, and a key that is no id is not even sent."""
    for key in ("9999", "../users", ""):
        with pytest.raises(Refused) as caught:
            await target.change_product(SourceChange(key, quantity=1))
        assert caught.value.code == "gone"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.fixed_dictionaries(
        {},
        optional={
            name: TEXTS.map("a{}z".format)
            for name in ("name", "summary", "description", "meta_title", "meta_keywords", "meta_description")
        },
    ),
    price=st.none() | MONEY,
    list_price=st.none() | MONEY,
    quantity=st.none() | st.integers(-5, 10**6),
    visible=st.none() | st.booleans(),
)
def test_whatever_is_written_is_read_back(sandbox: RunningShop, **values: Any) -> None:
    """Given values come back as they are, the others as they were."""

    async def write() -> None:
        transport, target = aimed(sandbox)
        change = SourceChange("4", **values)
        async with transport:
            before = await found(target, "SKU-000004")
            await target.change_product(change)
            after = await found(target, "SKU-000004")
        numbers = {name: value for name, value in values.items() if name != "texts" and value is not None}
        content = replace(before.content, **change.texts)
        assert after == replace(before, content=content, updated_at=after.updated_at, **numbers)

    anyio.run(write)


# -- new products -------------------------------------------------------------------------------------------------------


async def test_a_new_product_is_found_as_it_was_drafted(target: CSCartTarget) -> None:
    """Its key is answered, and the code finds it."""
    draft = replace(TEA, texts={"name": "Tea", "description": "<p>d</p>"}, visible=False)
    key = await target.create_product(draft)
    product = await found(target, "tea-1 ")
    assert (product.key, product.code, product.content.name) == (key, "TEA-1", "Tea")
    assert product.content.description == "<p>d</p>"
    assert amounts(product) == (Decimal("4.20"), Decimal(5), 3, False)


async def test_a_new_product_belongs_to_the_company_of_the_settings(aim: Aim) -> None:
    """Otherwise it would go to the default store, and the source of this company would never see it."""
    with ShopThread(CSCartShop(products=4, companies=2)) as sandbox:
        target = aim(sandbox, company="2")
        await target.create_product(TEA)
        assert (await found(target, "TEA-1")).company == "2"
        assert (await found(aim(sandbox, company="1"), "TEA-1")).company == "2"
        with pytest.raises(Refused, match="owner company"):
            await target.create_product(replace(TEA, code="TEA-2", category_ids=(166,)))
        assert not await target.products_with_code("TEA-2")


async def test_creating_is_not_repeated_by_itself(sandbox: RunningShop, target: CSCartTarget) -> None:
    """An HTML 500 after the work leaves the product there and the call in doubt; the code tells."""
    sandbox.faults.add({"when": "after", "kind": "status", "status": 500, "body": "<html>", "match": POST})
    with pytest.raises(InDoubt) as caught:
        await target.create_product(TEA)
    assert caught.value.ended
    assert len(await target.products_with_code("TEA-1")) == 1
    assert sent(sandbox).count("POST products") == 1


@pytest.mark.parametrize(
    ("fault", "ended"),
    [
        ({"when": "answer", "kind": "empty"}, True),
        ({"when": "answer", "kind": "html"}, True),
        ({"when": "after", "kind": "drop"}, False),
        ({"when": "after", "kind": "delay", "seconds": 3}, False),
        ({"when": "before", "kind": "status", "status": 504}, False),
        ({"when": "after", "kind": "status", "status": 503}, False),
    ],
    ids=["empty", "page", "lost", "late", "gateway", "503"],
)
async def test_a_lost_answer_leaves_a_change_in_doubt(
    sandbox: RunningShop, aim: Aim, fault: dict[str, Any], ended: bool
) -> None:
    """Whether the shop has ended its work is told along, and nothing is sent twice."""
    target = aim(sandbox, deadline=1)
    await target.statuses()
    sandbox.faults.add({**fault, "match": PUT})
    with pytest.raises(InDoubt) as caught:
        await target.change_product(SourceChange("4", quantity=77))
    assert caught.value.ended is ended
    assert sent(sandbox).count("PUT products/4") == 1


async def test_a_shop_that_cannot_be_reached_is_in_no_doubt(aim: Aim) -> None:
    """Nothing was sent, nothing has happened."""
    with ShopThread(CSCartShop(products=1)) as sandbox:
        reached, never = aim(sandbox), aim(sandbox)
        await reached.statuses()
    for target in (reached, never):
        with pytest.raises(ShopUnavailable):
            await target.create_product(TEA)


async def test_a_key_that_may_not_write(sandbox: RunningShop, target: CSCartTarget, aim: Aim) -> None:
    """Reading goes on; the error names the privilege. A wrong key is another matter."""
    sandbox.edit("setting", privileges=["view_catalog"])
    with pytest.raises(NotAuthorised, match="manage_catalog"):
        await target.change_product(SourceChange("4", quantity=1))
    assert await target.products_with_code("SKU-000004")
    with pytest.raises(NotAuthorised, match="SYNCD_CSCART__API_KEY"):
        await aim(sandbox, key="x" * 32).create_product(TEA)


async def test_a_shop_without_rewriting_takes_writes_too(sandbox: RunningShop, target: CSCartTarget) -> None:
    """They go to api.php."""
    sandbox.edit("setting", rewrite=False)
    key = await target.create_product(TEA)
    await target.change_product(SourceChange(key, quantity=8))
    assert (await found(target, "TEA-1")).quantity == 8


# -- codes --------------------------------------------------------------------------------------------------------------


async def test_a_code_is_found_exactly(sandbox: RunningShop, target: CSCartTarget) -> None:
    """Neither a longer code nor a longer beginning counts; case and blanks around do not matter."""
    for code in ("AB-1", "AB-10", "XAB-1", "ab-1", " AB-1 ", "AB_1"):
        sandbox.edit("product.create", code=code, name=f"Product {code}", price="1.00", amount=1)
    keys = [product.key for product in await both(target)[0].products_with_code(" Ab-1")]
    assert keys == ["31", "34", "35"]
    assert [product.code for product in await target.products_with_code("AB_1")] == ["AB_1"]
    assert not await target.products_with_code("B-1")
    assert not await target.products_with_code("%")


async def test_an_empty_code_finds_nothing(sandbox: RunningShop, target: CSCartTarget) -> None:
    """Products without a code are not one product."""
    sandbox.edit("product.create", code="", name="No code", price="1.00")
    assert not await target.products_with_code("  ")
    assert sandbox.counters.requests == 0


@pytest.mark.parametrize("ignored", [[], ["filter_params"]])
async def test_a_code_within_many_others(aim: Aim, ignored: list[str]) -> None:
    """A short code is part of many; where the shop does not know the exact filter, every page is read."""
    with ShopThread(CSCartShop(products=260)) as sandbox:
        sandbox.edit("setting", ignore=ignored)
        sandbox.edit("product.create", code="SKU", name="The SKU", price="1.00")
        target = aim(sandbox)
        assert [product.key for product in await target.products_with_code("sku")] == ["261"]
        assert sandbox.counters.by_method["GET products"] == (4 if ignored else 2)


async def test_the_state_of_a_product_does_not_hide_it(sandbox: RunningShop, target: CSCartTarget) -> None:
    """Disabled ones and children of a variation have their codes, too."""
    sandbox.edit("product.update", sku="SKU-000004", status="D")
    assert not (await found(target, "SKU-000004")).visible
    assert (await found(target, "SKU-000007")).group


@pytest.mark.parametrize(("code", "readable"), [('"AB-1"', False), ('["AB-1"]', False), ('"AB-10"', True)])
async def test_a_product_that_cannot_be_read_is_not_missing(
    sandbox: RunningShop, target: CSCartTarget, code: str, readable: bool
) -> None:
    """Rather no answer than a second product with the code; one that has another code for sure does not matter."""
    body = f'{{"products": [{{"product_id": "1", "product_code": {code}, "price": "?"}}], "params": []}}'
    listing = {"when": "after", "kind": "status", "status": 200, "content_type": "application/json"}
    sandbox.faults.add({**listing, "body": body, "match": {"name": "GET products"}})
    if readable:
        assert not await target.products_with_code("AB-1")
        return
    with pytest.raises(BrokenAnswer):
        await target.products_with_code("AB-1")


# -- pictures -----------------------------------------------------------------------------------------------------------


class Pictures(BaseHTTPRequestHandler):
    """Serves one PNG under any .png address, and 404 otherwise."""

    def do_GET(self) -> None:
        there = self.path.endswith(".png")
        self.send_response(200 if there else 404)
        self.send_header("Content-Type", "image/png" if there else "text/html")
        self.end_headers()
        self.wfile.write(png(7, 20) if there else b"no")

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


@pytest.fixture
def pictures() -> Iterator[str]:
    """A web server with pictures."""
    with HTTPServer(("127.0.0.1", 0), Pictures) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def names(target: CSCartTarget) -> list[str]:
    """File names of a product's pictures, in order."""
    return [image.url.rsplit("/", 1)[-1] for image in (await found(target, "SKU-000004")).images]


async def test_pictures_are_replaced_in_order(target: CSCartTarget, pictures: str) -> None:
    """The first is the main one, and fewer pictures leave none of the old ones behind."""
    await target.replace_images("4", [f"{pictures}/{name}.png" for name in ("front", "back", "side")])
    assert await names(target) == ["front.png", "back.png", "side.png"]
    await target.replace_images("4", [f"{pictures}/only.png"])
    assert await names(target) == ["only.png"]


async def test_a_picture_that_does_not_answer_is_lost(target: CSCartTarget, pictures: str) -> None:
    """The call succeeds all the same: this is why callers check the addresses before (contracts/cscart §3.5)."""
    await target.replace_images("4", [f"{pictures}/front.png"])
    await target.replace_images("4", [f"{pictures}/gone"])
    assert await names(target) == []


async def test_no_pictures_are_no_call(sandbox: RunningShop, target: CSCartTarget) -> None:
    """What would delete the product's pictures is never sent."""
    with pytest.raises(Held):
        await target.replace_images("4", [])
    assert sandbox.counters.requests == 0


async def test_the_answer_to_a_write_is_the_shops_clock(aim: Aim) -> None:
    """A write moves the product's own time stamp to the shop's now, whatever changed (contracts/cscart §3.4)."""
    with ShopThread(CSCartShop(products=4, clock=Clock(1_771_934_400))) as sandbox:
        target = aim(sandbox)
        await target.change_product(SourceChange("4", quantity=1))
        assert (await found(target, "SKU-000004")).updated_at.timestamp() == 1_771_934_400
