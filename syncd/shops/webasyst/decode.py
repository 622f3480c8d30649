"""Webasyst's JSON as records. Everything raises `BrokenAnswer` naming the field when a value is not what the
contract says.

The same thing comes in several shapes: SKUs as a map by id (`product.search`) or a list (`product.getInfo`),
warehouse counts as `stock: {id: n}`, `stocks: [{id, count}]` or null, lines as a list or a map, numbers as
strings, empty maps as `[]` (contracts/webasyst §2, §3.2, §3.3, §5.5, §5.6).
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from syncd.errors import BrokenAnswer
from syncd.model.backoffice import OfficeImage, OfficeLine, OfficeOrder, OfficeProduct, OfficeSku, Warehouse
from syncd.model.category import Category
from syncd.model.money import Rates
from syncd.shops.php import as_decimal, as_flag, as_int, as_list, as_map, as_text
from syncd.shops.webasyst.shop_clock import ShopClock, shop_clock

_PAYLOAD_LENGTH = 2_000
_STATIC = 0
_NO_TIME = frozenset({"", "0000-00-00 00:00:00"})


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a search and how many the shop says match."""

    rows: list[Any]
    count: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What `settings.get` tells (contracts/webasyst §7)."""

    version: str
    rates: Rates
    clock: ShopClock
    timezone: str
    server_time: str
    stock_counting_action: str
    workflow: Mapping[str, frozenset[str]]


def rows(body: Any, name: str) -> Rows:
    """The rows of a search answer, under `products`, `orders` or `customers`."""
    answer = as_map(body, "answer")
    if name not in answer or "count" not in answer:
        raise BrokenAnswer(f"Webasyst answered a search without {name} or count")
    return Rows(as_list(answer[name], name), as_int(answer["count"], "count"))


def identity(row: Any, name: str = "id") -> int:
    """The id of a row: a whole number above zero."""
    number = as_int(as_map(row, "row").get(name), name)
    if number <= 0:
        raise BrokenAnswer(f"Webasyst sent {number} as {name}")
    return number


def payload_of(row: Any) -> str:
    """A row as it came, its beginning, to be kept with the reason why it cannot be read."""
    return json.dumps(row, ensure_ascii=False, default=str)[:_PAYLOAD_LENGTH]


def product(row: Any, clock: ShopClock) -> OfficeProduct:
    """A row of `product.search` with `fields=skus,stock_counts`, or the answer of `product.getInfo`.

    `edited_at` is when it was last edited, else made; `None` when neither can be read: nothing else hangs on
    it. Pictures and categories are there when they were asked for.
    """
    fields = as_map(row, "product")
    product_id = identity(fields)
    get = fields.get
    return OfficeProduct(
        product_id=product_id,
        name=_text(fields, "name"),
        summary=_text(fields, "summary"),
        description=_text(fields, "description"),
        meta_title=_text(fields, "meta_title"),
        meta_keywords=_text(fields, "meta_keywords"),
        meta_description=_text(fields, "meta_description"),
        url=_text(fields, "url"),
        visible=_shown(get("status")),
        currency=_text(fields, "currency"),
        main_sku_id=as_int(get("sku_id") or 0, "sku_id"),
        skus=tuple(sku(each, product_id) for each in as_list(get("skus"), "skus")),
        params=_params(get("params")),
        image_count=_image_count(fields),
        edited_at=_edited_at(fields, clock),
        category_ids=_category_ids(fields),
        main_image_id=as_int(get("image_id") or 0, "image_id") or None,
        images=_images(fields, clock),
    )


def sku(row: Any, product_id: int | None = None) -> OfficeSku:
    """A SKU of a product, or the answer of `skus.getInfo` and `skus.add`."""
    fields = as_map(row, "sku")
    get = fields.get
    count = get("count")
    return OfficeSku(
        sku_id=identity(fields),
        product_id=identity(fields, "product_id") if product_id is None else product_id,
        code=_text(fields, "sku"),
        name=_text(fields, "name"),
        price=_amount(fields, "price"),
        compare_price=_amount(fields, "compare_price"),
        count=None if count is None else as_decimal(count, "count"),
        stock=_stock(fields),
        available=as_flag(get("available"), "available"),
        visible=_shown(get("status")),
    )


def codes(row: Any) -> dict[int, str]:
    """The SKUs of a product's row and their codes: all that is needed of a row that `product` cannot read."""
    skus = [as_map(each, "sku") for each in as_list(as_map(row, "product").get("skus"), "skus")]
    return {identity(each): _text(each, "sku") for each in skus}


def order(row: Any, clock: ShopClock, *, escaped: bool) -> OfficeOrder:
    """A row of `order.search` or the answer of `order.getInfo`; `escaped` tells whether names are
    HTML-escaped.
    """
    fields = as_map(row, "order")
    get = fields.get
    updated = _text(fields, "update_datetime")
    return OfficeOrder(
        order_id=identity(fields),
        contact_id=as_int(get("contact_id") or 0, "contact_id"),
        state=_required(fields, "state_id"),
        currency=_required(fields, "currency"),
        created_at=clock.to_utc(_text(fields, "create_datetime"), "create_datetime"),
        updated_at=None if updated in _NO_TIME else clock.to_utc(updated, "update_datetime"),
        total=as_decimal(get("total"), "total"),
        shipping=_amount(fields, "shipping"),
        discount=_amount(fields, "discount"),
        comment=_text(fields, "comment"),
        lines=tuple(_line(each, escaped=escaped) for each in as_list(get("items"), "items")),
        params=_params(get("params")),
    )


def state_after(body: Any, order_id: int) -> str:
    """The state that an action led to, from the answer of `order.action` about this order (contracts/webasyst
    §5.8).
    """
    fields = as_map(body, "action")
    if identity(fields, "order_id") != order_id:
        raise BrokenAnswer(f"Webasyst answered about another order than {order_id}")
    return _required(fields, "after_state_id")


def image(row: Any, clock: ShopClock | None = None) -> OfficeImage:
    """A row of `images.getList` or of a product's `images`, or the answer of `images.add`; with its time where a clock is
    given to read it by.
    """
    fields = as_map(row, "image")
    uploaded = None if clock is None else _time(fields, clock, "upload_datetime")
    name, url = _text(fields, "original_filename"), _text(fields, "url_thumb")
    return OfficeImage(identity(fields), name, uploaded, url)


def images(body: Any) -> list[OfficeImage]:
    """The answer of `images.getList`."""
    return [image(row) for row in as_list(body, "images")]


def image_urls(row: Any) -> list[str]:
    """Where the pictures of a row of `product.search` with `fields=images` lie, large, the main one first, then
    in shown order; relative to the shop's host (contracts/webasyst §3.2).
    """
    fields = as_map(row, "product")
    main = as_int(fields.get("image_id") or 0, "image_id")
    shown = sorted(_in_order(fields), key=lambda each: identity(each) != main)
    return [_required(each, "url_big") for each in shown]


def warehouses(body: Any) -> tuple[Warehouse, ...]:
    """The answer of `stock.getList`, in the shop's order; empty for a shop without warehouses."""
    return tuple(
        Warehouse(identity(row), _text(as_map(row, "stock"), "name")) for row in as_list(body, "stocks")
    )


def types(body: Any) -> dict[int, str]:
    """The answer of `type.getList`: names by id, in the shop's order."""
    return {identity(row): _text(as_map(row, "type"), "name") for row in as_list(body, "types")}


def categories(body: Any) -> dict[int, str]:
    """The answer of `category.getTree`, flat: names by id."""
    return {identity(row): _text(as_map(row, "category"), "name") for row in _tree(body)}


def category_paths(body: Any) -> list[Category]:
    """The answer of `category.getTree`, without dynamic categories, which no product can be put into."""
    found: list[Category] = []
    waiting: list[tuple[tuple[str, ...], Any]] = [((), row) for row in as_list(body, "categories")]
    while waiting:
        above, row = waiting.pop(0)
        fields = as_map(row, "category")
        path = (*above, _text(fields, "name"))
        if as_int(fields.get("type") or 0, "type") == _STATIC:
            found.append(Category(identity(row), path))
        waiting += [(path, child) for child in as_list(fields.get("categories"), "categories")]
    return found


def rights(body: Any) -> dict[str, int]:
    """The answer of `shop.rights`; zero means: not allowed."""
    return {name: as_int(value or 0, name) for name, value in as_map(body, "rights").items()}


def settings(body: Any) -> Settings:
    """The answer of `settings.get`."""
    fields = as_map(body, "settings")
    timezone = _required(fields, "server_timezone")
    shift = as_int(fields.get("server_timezone_shift") or 0, "server_timezone_shift")
    return Settings(
        version=_text(fields, "version"),
        rates=_rates(fields),
        clock=shop_clock(timezone, shift),
        timezone=timezone,
        server_time=_text(fields, "server_time"),
        stock_counting_action=_text(fields, "stock_counting_action"),
        workflow=_workflow(fields),
    )


def emails(row: Any) -> list[str]:
    """The e-mail addresses of a row of `customer.search`."""
    found = as_map(row, "customer").get("email") or []
    return [found] if isinstance(found, str) else [as_text(each, "email") for each in as_list(found, "email")]


def phones(row: Any) -> list[str]:
    """The phone numbers of a row of `customer.search`, as stored; none is `false` (contracts/webasyst §6)."""
    found = as_map(row, "customer").get("phone") or []
    return [_text(as_map(each, "phone"), "value") for each in as_list(found, "phone")]


def _edited_at(fields: Mapping[str, Any], clock: ShopClock) -> datetime | None:
    """A product's `edit_datetime`, which is null until its first edit (contracts/webasyst §0.16)."""
    return _time(fields, clock, "edit_datetime") or _time(fields, clock, "create_datetime")


def _time(fields: Mapping[str, Any], clock: ShopClock, name: str) -> datetime | None:
    """A time that nothing hangs on; `None` when it is not there or cannot be read."""
    text = fields.get(name)
    if isinstance(text, str) and text not in _NO_TIME:
        with suppress(BrokenAnswer):
            return clock.to_utc(text, name)
    return None


def _line(row: Any, *, escaped: bool) -> OfficeLine:
    fields = as_map(row, "item")
    name = _text(fields, "name")
    # A service hangs on a product's line and carries its SKU id; it is no product of its own.
    is_service = _text(fields, "type") == "service"
    return OfficeLine(
        item_id=identity(fields),
        sku_id=None if is_service else as_int(fields.get("sku_id") or 0, "sku_id") or None,
        product_id=as_int(fields.get("product_id") or 0, "product_id") or None,
        name=html.unescape(name) if escaped else name,
        code=_text(fields, "sku_code"),
        quantity=as_decimal(fields.get("quantity"), "quantity"),
        price=as_decimal(fields.get("price"), "price"),
    )


def _shown(status: Any) -> bool:
    """1 is shown; 0, -1 and whatever number an add-on may have put there is not."""
    return as_int(as_text(status, "status").strip() or 0, "status") == 1


def _stock(fields: Mapping[str, Any]) -> dict[int, Decimal]:
    """Counts by warehouse; only warehouses that have a row, since a missing one means unlimited."""
    by_id = fields.get("stock")
    if by_id:
        pairs = as_map(by_id, "stock").items()
        return {as_int(key, "stock"): as_decimal(n, "stock") for key, n in pairs if n not in (None, "")}
    found = (as_map(each, "stocks") for each in as_list(fields.get("stocks"), "stocks"))
    return {
        identity(each): as_decimal(each["count"], "count") for each in found if each.get("count") is not None
    }


def _rates(fields: Mapping[str, Any]) -> Rates:
    currencies = as_map(fields.get("currencies") or {}, "currencies")
    rates = {
        code: as_decimal(as_map(each, "currency").get("rate"), "rate") for code, each in currencies.items()
    }
    return Rates(_required(fields, "default_currency"), rates)


def _workflow(fields: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    states = (as_map(each, "order_states") for each in as_list(fields.get("order_states"), "order_states"))
    return {
        _required(state, "id"): frozenset(
            as_text(each, "available_actions")
            for each in as_list(state.get("available_actions"), "available_actions")
        )
        for state in states
    }


def _tree(body: Any) -> Iterator[Any]:
    waiting = list(as_list(body, "categories"))
    while waiting:
        row = waiting.pop(0)
        yield row
        waiting.extend(as_list(as_map(row, "category").get("categories"), "categories"))


def _image_count(fields: Mapping[str, Any]) -> int:
    count = fields.get("image_count")
    return len(as_list(fields.get("images"), "images")) if count is None else as_int(count, "image_count")


def _images(fields: Mapping[str, Any], clock: ShopClock) -> tuple[OfficeImage, ...] | None:
    if "images" not in fields:
        return None
    return tuple(image(each, clock) for each in _in_order(fields))


def _in_order(fields: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of a product's pictures in shown order."""
    found = [as_map(each, "image") for each in as_list(fields.get("images"), "images")]
    return sorted(found, key=lambda each: as_int(each.get("sort") or 0, "sort"))


def _category_ids(fields: Mapping[str, Any]) -> tuple[int, ...]:
    """The main category first, then the others; `product.search` tells ids, `product.getInfo` whole rows."""
    if "category_ids" in fields:
        found = [as_int(each, "category_ids") for each in as_list(fields["category_ids"], "category_ids")]
    else:
        found = [identity(each) for each in as_list(fields.get("categories"), "categories")]
    main = as_int(fields.get("category_id") or 0, "category_id")
    return tuple(sorted(dict.fromkeys(found), key=lambda number: number != main))


def _params(value: Any) -> dict[str, str]:
    if not value:
        return {}
    return {key: "" if each is None else as_text(each, key) for key, each in as_map(value, "params").items()}


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if value.__class__ is str:
        return value
    return "" if value is None else as_text(value, name)


def _required(fields: Mapping[str, Any], name: str) -> str:
    text = _text(fields, name)
    if not text:
        raise BrokenAnswer(f"Webasyst sent no {name}")
    return text


def _amount(fields: Mapping[str, Any], name: str) -> Decimal:
    """An amount; a price that the shop left out is zero."""
    value = fields.get(name)
    return Decimal(0) if value is None else as_decimal(value, name)
