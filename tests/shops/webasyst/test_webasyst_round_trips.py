"""The client against the sandbox shop over real sockets: what is written is what is read back."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from syncd.errors import Held
from syncd.model.exchange import (
    DraftContact,
    DraftLine,
    DraftSku,
    OrderChanges,
    OrderDraft,
    ProductDraft,
    SkuChange,
)
from syncd.shops.transport import Transport
from syncd.shops.webasyst.client import WebasystClient, bearer
from syncd.shops.webasyst.office import WebasystOffice
from syncd.sync.ports import OrderOffice, ProductOffice

pytestmark = pytest.mark.anyio
D = Decimal
REFERENCE = "cscart:1:A&B+1%2F-x=y"
PRODUCTS = 1_020
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def address() -> Iterator[dict[str, str]]:
    """Where the sandbox listens, and its token."""
    command = [
        sys.executable,
        "-m",
        "syncd.sandbox",
        "webasyst",
        "--products",
        str(PRODUCTS),
        "--orders",
        "2",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


@pytest.fixture
async def office(address: dict[str, str]) -> AsyncIterator[WebasystOffice]:
    async with Transport(
        shop="webasyst",
        base_url=address["url"],
        headers=bearer(address["token"]),
        auth=None,
        calls_per_second=1000,
        deadline=30,
        log=None,
    ) as transport:
        yield WebasystOffice(WebasystClient(transport), stock_id=None, category_id=None, type_id=None)


def both(office: WebasystOffice) -> tuple[OrderOffice, ProductOffice]:
    """The office is what both streams ask for; the type checker says so."""
    return office, office


async def test_an_order_is_created_found_changed_and_moved_on(office: WebasystOffice) -> None:
    """Path A of contracts/webasyst §5.4, with a reference, an e-mail and names full of special characters."""
    orders, products = both(office)
    pages = [page async for page in products.scan()]
    sku = pages[0].records[0].skus[0]
    draft = OrderDraft(
        contact_id=None,
        contact=DraftContact("Иван", "Петров", "iv+an@example.com", "+7 916 000-11-22"),
        lines=(DraftLine("x", D(2), D("9.99"), sku_id=sku.sku_id, product_id=sku.product_id),),
        shipping=D(0),
        discount=D(0),
        comment="hi & <b>",
        address={"street": "Lenina 1", "city": "Москва", "country": "rus", "region": "77"},
        billing_address={},
        params={"syncd_ref": REFERENCE, "shipping_name": "Курьер"},
        currency="USD",
        stock_id=await products.stock_id(),
    )
    made = await orders.add_order(draft)
    assert [each.order_id for each in await orders.orders_by_reference([REFERENCE, "other"])] == [
        made.order_id
    ]
    assert made.order_id in {
        each.order_id for each in await orders.orders_created_since(datetime.now(UTC) - timedelta(minutes=5))
    }
    assert await orders.contact_by_email("IV+an@example.com") == made.contact_id
    assert await orders.contact_by_phone("79160001122") == made.contact_id

    kept = DraftLine("", D(3), D("8.25"), item_id=made.lines[0].item_id, sku_id=sku.sku_id)
    gift = DraftLine('Gift <wrap> & "x"', D(1), D(3))
    changes = OrderChanges(D("6.50"), (kept, gift), D("1.25"), "changed", {"city": "Уфа"}, {"k": "v"})
    await orders.save_order(made.order_id, changes)
    saved = await orders.order(made.order_id)
    assert saved is not None
    assert saved.total == D("33.00")
    assert [(line.name, line.price) for line in saved.lines][1] == (gift.name, D(3))
    assert (saved.comment, saved.address["city"], saved.address["street"]) == ("changed", "Уфа", "Lenina 1")
    assert saved.params["k"] == "v"

    assert await orders.act(made.order_id, "process") == "processing"
    with pytest.raises(Held):
        await orders.act(made.order_id, "process")
    touched = await orders.orders_touched_since(datetime.now(UTC) - timedelta(minutes=5))
    assert [order.state for order in touched.records if order.order_id == made.order_id] == ["processing"]


async def test_an_order_in_another_currency_is_found_by_its_reference(office: WebasystOffice) -> None:
    """Path B: `order.save` answers nothing about what it made."""
    draft = OrderDraft(
        contact_id=2,
        contact=None,
        lines=(DraftLine("Free", D(2), D("9.99")),),
        shipping=D(5),
        discount=D(1),
        comment="",
        address={},
        billing_address={},
        params={"syncd_ref": "cscart:1:b"},
        currency="EUR",
        stock_id=1,
    )
    await office.save_new_order(draft)
    (made,) = await office.orders_by_reference(["cscart:1:b"])
    assert (made.currency, made.total, made.contact_id) == ("EUR", D("23.98"), 2)


async def test_a_scan_of_more_than_a_page_sees_every_product_once(office: WebasystOffice) -> None:
    """1000 a call."""
    pages = [page async for page in office.scan()]
    numbers = [product.product_id for page in pages for product in page.records]
    assert len(pages) == 2
    assert len(numbers) == len(set(numbers)) >= PRODUCTS


async def test_a_product_is_created_found_and_changed(office: WebasystOffice) -> None:
    """SKUs with stock in one warehouse and 0 in the others; later prices, stock and texts each by their own call."""
    skus = tuple(DraftSku(code, code, D("10.50"), D(0), D(5), visible=True) for code in ("N-1", 'N-2 & "x"'))
    draft = ProductDraft({"name": "New & <b>", "url": ""}, True, "USD", skus, {"syncd_ref": "p1"})
    made = await office.add_product(draft)
    added = await office.add_sku(made.product_id, DraftSku("N-3", "", D(11), D(12), D(2), visible=False))
    await office.change_skus(
        [SkuChange(made.main_sku_id, made.product_id, price=D("77.70"), stock=D(41), visible=False)]
    )
    await office.update_product(made.product_id, {"name": "Newer", "description": "<p>d</p>"})
    (read,) = await office.products([made.product_id])
    assert (read.name, read.description, read.params) == ("Newer", "<p>d</p>", {"syncd_ref": "p1"})
    main, second, third = read.skus
    assert (main.price, main.visible, main.stock) == (D("77.70"), False, {1: D(41), 2: D(0)})
    assert (second.code, second.visible, second.stock) == ('N-2 & "x"', True, {1: D(5), 2: D(0)})
    assert (third.sku_id, third.count) == (added, D(2))
    assert made.product_id in {each.product_id for each in await office.products_like('N-2 & "x"')}
    since = datetime.now(UTC) - timedelta(minutes=5)
    touched = await office.touched_products(since)
    assert abs(touched.clock - datetime.now(UTC)) < timedelta(minutes=1)
    assert made.product_id in {each.product_id for each in touched.records if each.edited_at}


async def test_pictures_can_be_fetched_where_the_office_says(office: WebasystOffice) -> None:
    """Each of them, in the order they were uploaded in."""
    sku = DraftSku("P-1", "", D(1), D(0), D(1), visible=True)
    draft = ProductDraft({"name": "Pictured"}, True, "USD", (sku,), {})
    product_id = (await office.add_product(draft)).product_id
    assert await office.image_addresses(product_id) == []
    made = [await office.add_image(product_id, PNG, name, "") for name in ("a.png", "b.png")]
    addresses = await office.image_addresses(product_id)
    assert [int(address.split("/")[-2]) for address in addresses] == [image.image_id for image in made]
    assert all(urlsplit(address).port for address in addresses)
