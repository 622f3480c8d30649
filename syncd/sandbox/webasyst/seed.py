"""Filling a new shop: a made-up catalogue of any size, or the recorded one (contracts/webasyst fixtures/seeded)."""

from __future__ import annotations

import random
from decimal import Decimal

from . import categories, contacts, features, lists, order_create, workflow
from .amounts import ZERO
from .categories_tree import put_product
from .order_totals import set_totals
from .seed_recorded import fill_recorded
from .state import State
from .stock import refresh_product, to_primary
from .store import Contact, Product, Sku

STOCK_NAMES = ("Main warehouse", "Магазин на Тверской")
CATEGORY_NAMES = ("Посуда", "Одежда", "Electronics", "Книги / Bücher")
NOUNS = ("Чашка", "Чайник", "Футболка", "Наушники", "Teapot", "Cable", "Lamp", "Книга")
SIZED = ("Футболка",)
SIZES = ("S", "M", "L")
BUYERS = (("Иван", "Петров"), ("Анна", "Смирнова"), ("Jürgen", "Müller"), ("Conan", "O'Neil"))


def fill(state: State, seed: int | str, *, products: int, orders: int, stocks: int) -> None:
    """Put the shop's first rows in; "empty" gives a shop without products and contacts except the administrator."""
    _basics(state, stocks)
    if seed == "recorded":
        fill_recorded(state)
        return
    if seed == "empty":
        return
    for name in reversed(CATEGORY_NAMES):
        categories.create(state, name)
    source = random.Random(seed)
    prices = [Decimal(cents).scaleb(-2).quantize(Decimal("0.0001")) for cents in range(199, 9999, 50)]
    counts = [Decimal(number).quantize(Decimal("0.001")) for number in range(0, 60)]
    for place in range(products):
        _product(state, place, source, prices, counts)
    for place in range(orders):
        _order(state, place, source)


def _basics(state: State, stocks: int) -> None:
    store = state.store
    admin = Contact(
        id=1,
        create_datetime=state.now(),
        firstname="Sync",
        lastname="Admin",
        name="Admin Sync",
        is_user="1",
        login="admin",
        emails=["admin@example.com"],
        create_app_id="webasyst",
        create_method="install",
        create_contact_id=0,
        locale="en_US",
        last_datetime=state.now(),
    )
    store.contacts.put(1, admin)
    store.types.put(1, lists.type_row(state, 1, "Default product type"))
    for key in range(1, stocks + 1):
        title = STOCK_NAMES[key - 1] if key <= len(STOCK_NAMES) else f"Warehouse {key}"
        store.stocks.put(key, lists.stock_row(key, title))
    features.install(state)
    for place, (code, name, rule, kind) in enumerate(
        (
            ("bestsellers", "Bestsellers", "rating DESC", "1"),
            ("promo", "Featured on homepage", None, "0"),
        )
    ):
        store.sets.append(
            {
                "id": code,
                "group_id": None,
                "name": name,
                "rule": rule,
                "type": kind,
                "count": "0",
                "sort": str(place),
                "sort_products": None,
                "create_datetime": state.now(),
                "edit_datetime": None,
                "json_params": None,
            }
        )


def _product(
    state: State, place: int, source: random.Random, prices: list[Decimal], counts: list[Decimal]
) -> None:
    store = state.store
    number = place + 1
    key = store.products.reserve()
    noun = NOUNS[place % len(NOUNS)]
    product = Product(
        id=key,
        name=f"{noun} {number}",
        create_datetime=state.now(),
        url=f"item-{number}",
        type_id="1",
        currency=state.settings.currency,
    )
    store.products.put(key, product)
    sizes = SIZES if noun in SIZED else ("",)
    for sort, size in enumerate(sizes, 1):
        price = source.choice(prices)
        sku = Sku(
            id=store.skus.reserve(),
            product_id=key,
            sku=f"SKU-{number}" + (f"-{size}" if size else ""),
            name=size,
            sort=sort,
            price=price,
            primary_price=to_primary(state, product.currency, price),
        )
        sku.stock = {stock_id: source.choice(counts) for stock_id in store.stocks.ids} or None
        sku.count = sum(sku.stock.values(), Decimal("0.000")) if sku.stock else source.choice(counts)
        store.skus.put(sku.id, sku)
        product.skus.append(sku)
    product.sku_id = product.skus[0].id
    refresh_product(state, product)
    put_product(store, product, [store.categories.ids[place % len(store.categories)]])


def _order(state: State, place: int, source: random.Random) -> None:
    first, last = BUYERS[place % len(BUYERS)]
    sent = {
        "firstname": first,
        "lastname": last,
        "email": f"buyer{place}@example.com",
        "phone": "79161234567",
    }
    contact = contacts.create(state, sent, "order/storefront:" + state.settings.domain)
    order = order_create.new_order(state, contact.id, state.settings.currency)
    for _ in range(1 + place % 3):
        sku = state.store.skus.rows[source.choice(state.store.skus.ids)]
        order.items.append(
            order_create.catalogue_item(
                state, order, sku, Decimal(source.randint(1, 3)).quantize(Decimal("0.001"))
            )
        )
    set_totals(order, ZERO)
    order.params["storefront"] = state.settings.domain
    order.params["sales_channel"] = f"storefront:{state.settings.domain}"
    order_create.finish(state, order, 1)
    for action in ((), ("process",), ("pay",), ("process", "ship"), ("complete",), ("delete",))[place % 6]:
        workflow.perform(state, order, action, {}, by=1, shown_id=order.id)
