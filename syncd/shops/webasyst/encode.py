"""Records as Webasyst's forms: PHP nested names, numbers as plain text, texts no longer than the shop keeps.

The shop cuts silently (contracts/webasyst §3.5, §5.2), so we cut first, visibly; what identifies a record is
never cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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
from syncd.model.money import plain
from syncd.model.text import COLUMN, shorten, shorten_bytes

Form = list[tuple[str, str]]

MAX_VARIABLES = 900
"""Form variables per call; PHP drops what is beyond 1000 without a word (contracts/webasyst §0.19)."""

REFERENCE = "syncd_ref"
_PARAM_NAME = 64
_SKU_VARIABLES = 6
_OTHER_VARIABLES = 30
_SHORT_COLUMNS = frozenset({"name", "meta_title", "url"})
_LONG_COLUMNS = frozenset({"summary", "description", "meta_keywords", "meta_description"})
PRODUCT_COLUMNS = _SHORT_COLUMNS | _LONG_COLUMNS | {"status"}
"""Product columns that syncd writes; never `id` (it would insert, §0.8) nor `skus` (they would be re-enabled,
§0.6).
"""


def product_text(column: str, text: str) -> str:
    """The text as the product's column will keep it: 255 characters, or 65,535 bytes for the long ones."""
    if column in _SHORT_COLUMNS:
        return shorten(text)
    return shorten_bytes(text)


def new_order(draft: OrderDraft) -> Form:
    """The form of `order.add`: free lines are left out, prices are the catalogue's (contracts/webasyst §5.2).

    Raises `Held` when the form is too large or its reference too long.
    """
    form: Form = _buyer(draft, "contact")
    sold = [line for line in draft.lines if line.sku_id is not None]
    stock = [] if draft.stock_id is None else [("stock_id", str(draft.stock_id))]
    for number, line in enumerate(sold):
        item = [("sku_id", str(line.sku_id)), ("quantity", plain(line.quantity)), *stock]
        form += [(f"items[{number}][{name}]", value) for name, value in item]
    if not sold:
        # The shop wants items, and drops an item without a SKU: so the order begins empty.
        form.append(("items[0][quantity]", "1"))
    form.append(("comment", draft.comment))
    params = dict(draft.params)
    if draft.contact is None:
        # Only used when the contact has no such address of its own.
        params |= {f"shipping_address.{name}": value for name, value in draft.address.items()}
        params |= {f"billing_address.{name}": value for name, value in draft.billing_address.items()}
    form += _params(_with_stock(params, draft.stock_id))
    return _checked(form)


def new_order_in_currency(draft: OrderDraft) -> Form:
    """The form of `order.save` that creates an order with prices and currency of its own (contracts/webasyst
    §5.3).
    """
    form = _buyer(draft, "customer")
    form += _lines(draft.lines)
    form += [
        ("currency", draft.currency),
        ("shipping", plain(draft.shipping)),
        ("discount", plain(draft.discount)),
        ("comment", draft.comment),
    ]
    # The shop drops the shipping name at creation and an item's warehouse too; the order's own warehouse it
    # keeps.
    params = {name: value for name, value in draft.params.items() if name != "shipping_name"}
    form += _params(_with_stock(params, draft.stock_id))
    form += _address("shipping_address", draft.address)
    form += _address("billing_address", draft.billing_address)
    return _checked(form)


def changed_order(order_id: int, changes: OrderChanges) -> Form:
    """The form of `order.save` that changes an order.

    Without `shipping` the cost becomes 0 (contracts/webasyst §0.13): left out only where that is asked for.
    """
    form: Form = [("id", str(order_id))]
    if changes.shipping is not None:
        form.append(("shipping", plain(changes.shipping)))
    if changes.lines is not None:
        form += _lines(changes.lines)
    if changes.discount is not None:
        form.append(("discount", plain(changes.discount)))
    if changes.comment is not None:
        form.append(("comment", changes.comment))
    if changes.address is not None:
        form += _address("shipping_address", changes.address)
    form += _params(changes.params)
    return _checked(form)


def new_product(
    draft: ProductDraft, *, type_id: int, category_ids: Sequence[int], stock: Mapping[int, bool]
) -> Form:
    """The form of `product.add`. `stock` names every warehouse and whether it is the chosen one; empty: no
    warehouses.

    Raises `Held` when a code is too long or the form too large.
    """
    form = product_columns({name: value for name, value in draft.fields.items() if value or name != "url"})
    form += [
        ("status", _flag(draft.visible)),
        ("currency", draft.currency),
        ("type_id", str(type_id)),
    ]
    if category_ids:
        form += categories(category_ids)
    for number, sku in enumerate(draft.skus):
        form += [(f"skus[{number}][{name}]{rest}", value) for name, rest, value in _sku(sku, stock)]
    form += _params(draft.params)
    return _checked(form)


def most_skus(stock: Mapping[int, bool]) -> int:
    """How many SKUs fit into the form of `new_product`, beside its columns, params and category."""
    return (MAX_VARIABLES - _OTHER_VARIABLES) // (_SKU_VARIABLES + max(len(stock), 1))


def new_sku(draft: DraftSku, stock: Mapping[int, bool]) -> Form:
    """The form of `skus.add`."""
    return _checked([(name + rest, value) for name, rest, value in _sku(draft, stock)])


def product_columns(fields: Mapping[str, str]) -> Form:
    """Product columns for `product.add` and `product.update`; raises `Held` for an empty name, which the shop
    replaces.
    """
    unknown = sorted(set(fields) - PRODUCT_COLUMNS)
    if unknown:
        raise ValueError(f"not a product column that syncd writes: {', '.join(unknown)}")
    if "name" in fields and not fields["name"].strip():
        raise Held(
            "the product has no name; Webasyst would call it “New product”. Name it in the source shop."
        )
    return [(name, product_text(name, value)) for name, value in fields.items()]


def categories(ids: Sequence[int]) -> Form:
    """A product's complete list of categories, the main one first: an array, because a scalar kills the call
    (contracts/webasyst §3.5). Raises `Held` for none: syncd takes no product out of all of them.
    """
    if not ids:
        raise Held(
            "the product would be left without a category, and nobody would find it in Webasyst's menu"
        )
    return [(f"categories[{place}]", str(number)) for place, number in enumerate(ids)]


def mass_update(changes: Iterable[SkuChange], stock_id: int | None) -> str:
    """`jsku` of `product.massUpdate`: only what is asked for, stock for the chosen warehouse only
    (contracts/webasyst §3.6).

    Put together by hand so that an amount goes out as exactly the decimal it is.
    """
    return "[" + ",".join(_mass_row(change, stock_id) for change in changes) + "]"


def _mass_row(change: SkuChange, stock_id: int | None) -> str:
    row = [f'"id":{change.sku_id}']
    if change.price is not None:
        row.append(f'"price":{plain(change.price)}')
    if change.compare_price is not None:
        row.append(f'"compare_price":{plain(change.compare_price)}')
    counts = {str(number): "0" for number in change.fill}
    if change.stock is not None and stock_id is None:
        # It would delete the rows of a shop with warehouses; without warehouses it is all there is.
        row.append(f'"count":{plain(change.stock)}')
    elif change.stock is not None:
        counts[str(stock_id)] = plain(change.stock)
    if counts:
        row.append('"stock":{' + ",".join(f'"{number}":{count}' for number, count in counts.items()) + "}")
    if change.visible is not None:
        row.append(f'"status":{_flag(change.visible)}')
    return "{" + ",".join(row) + "}"


def _buyer(draft: OrderDraft, prefix: str) -> Form:
    if draft.contact is None:
        return [("contact_id", str(draft.contact_id))]
    form: Form = [(f"{prefix}[{name}]", value) for name, value in _contact(draft.contact) if value]
    form += _address(f"{prefix}[address.shipping]", draft.address)
    form += _address(f"{prefix}[address.billing]", draft.billing_address)
    return form


def _address(prefix: str, parts: Mapping[str, str]) -> Form:
    return [(f"{prefix}[{name}]", shorten(value)) for name, value in parts.items()]


def _contact(contact: DraftContact) -> Form:
    return [
        ("firstname", contact.firstname),
        ("lastname", contact.lastname),
        ("email", contact.email),
        ("phone", contact.phone),
        ("company", contact.company),
    ]


def _lines(lines: Sequence[DraftLine]) -> Form:
    if not lines:
        raise Held(
            "the order has no lines; Webasyst cannot be told to empty an order. Look at it in both shops."
        )
    return [
        (f"items[{number}][{name}]", value)
        for number, line in enumerate(lines)
        for name, value in _line(line)
    ]


def _line(line: DraftLine) -> Form:
    """A line: kept by `item_id`, or new with product and SKU, both 0 for a free one (contracts/webasyst
    §5.3).
    """
    name = ("name", shorten(line.name))
    amounts = [("quantity", plain(line.quantity)), ("price", plain(line.price))]
    if line.item_id is not None:
        own_name = [name] if line.sku_id is None else []
        return [("item_id", str(line.item_id)), *amounts, *own_name]
    if line.sku_id is None:
        return [("product_id", "0"), ("sku_id", "0"), *amounts, name]
    if line.product_id is None:
        # The shop would save the line with neither name nor code.
        raise Held(
            f"the Webasyst product of SKU {line.sku_id} is unknown; the catalogue has to be read again first."
        )
    return [("product_id", str(line.product_id)), ("sku_id", str(line.sku_id)), *amounts, name]


def _sku(sku: DraftSku, stock: Mapping[int, bool]) -> list[tuple[str, str, str]]:
    if len(sku.code) > COLUMN:
        raise Held(
            f"the SKU code {sku.code[:40]}… is longer than {COLUMN} characters. Shorten it in the source."
        )
    counts = {number: plain(sku.stock) if chosen else "0" for number, chosen in (stock or {0: True}).items()}
    return [
        ("sku", "", sku.code),
        ("name", "", shorten(sku.name)),
        ("price", "", plain(sku.price)),
        ("compare_price", "", plain(sku.compare_price)),
        ("available", "", "1"),
        ("status", "", _flag(sku.visible)),
        *(("stock", f"[{number}]", count) for number, count in counts.items()),
    ]


def _with_stock(params: Mapping[str, str], stock_id: int | None) -> dict[str, str]:
    """The order's own warehouse, for lines that name none (contracts/webasyst §5.1)."""
    return dict(params) if stock_id is None else {**params, "stock_id": str(stock_id)}


def _params(params: Mapping[str, str]) -> Form:
    reference = params.get(REFERENCE, "")
    if len(reference) > COLUMN:
        raise Held(
            f"the reference {reference[:40]}… has more than {COLUMN} characters and could not be found again."
        )
    return [(f"params[{name[:_PARAM_NAME]}]", shorten(value)) for name, value in params.items()]


def _flag(value: bool) -> str:
    return "1" if value else "0"


def _checked(form: Form) -> Form:
    if len(form) > MAX_VARIABLES:
        message = f"the form has {len(form)} variables, PHP silently drops some beyond {MAX_VARIABLES}"
        raise Held(f"{message}: too large for Webasyst, split it or enter it by hand.", code="too-large")
    return form
