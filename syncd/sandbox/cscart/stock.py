"""Order statuses and what they do to stock and documents (cscart §4.6, §5)."""

from __future__ import annotations

from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.order_detail import order_detail
from syncd.sandbox.cscart.records import Line, Order
from syncd.sandbox.cscart.store import Store


def change_status(context: Context, order: Order, letter: str) -> bool:
    """Change the status of an order and of its suborders; False when it had that status already.

    Moving from a status that gives stock back to one that takes it moves stock; when stock is short the order
    becomes ``B`` instead. A letter the shop does not know is stored all the same.
    """
    store = context.store
    children = [row for row in store.orders.values() if row.parent_order_id == order.order_id]
    for child in children:
        change_status(context, child, letter)
    if order.status == letter:
        return False
    letter = move_stock(store, order, letter) if not children else letter
    paid_before = _settled(store, order.status)
    order.status = letter
    order.updated_at = store.now
    _documents(store, order)
    if _settled(store, letter) and not paid_before:
        context.trigger("order_paid", order_detail(context, order, store.default_language))
    return True


def move_stock(store: Store, order: Order, letter: str) -> str:
    """Move stock for a change to ``letter`` and return the letter that the order really gets.

    The products' ``updated_timestamp`` stays as it is: orders never touch it (cscart §3.7).
    """
    before, after = store.inventory(order.status), store.inventory(letter)
    if before == "I" and after == "D":
        if not store.settings.allow_negative_stock and any(short(store, line) for line in order.lines):
            return "B"
        _shift(store, order.lines, -1)
    elif before == "D" and after == "I":
        _shift(store, order.lines, 1)
    return letter


def return_stock(store: Store, order: Order) -> None:
    """Put the goods of an order back, when its status holds them."""
    if store.inventory(order.status) == "D":
        _shift(store, order.lines, 1)


def short(store: Store, line: Line) -> bool:
    """Tell whether a line asks for more than there is of a tracked product."""
    product = store.products.get(line.product_id)
    return product is not None and product.column("tracking", "B") == "B" and product.amount < line.amount


def _shift(store: Store, lines: list[Line], sign: int) -> None:
    for line in lines:
        product = store.products.get(line.product_id)
        if product is not None and product.column("tracking", "B") == "B":
            product.amount += sign * line.amount
    store.touch_products()


def _settled(store: Store, letter: str) -> bool:
    status = store.status(letter)
    return status is not None and status.params.get("payment_received") == "Y"


def _documents(store: Store, order: Order) -> None:
    status = store.status(order.status)
    if status is None:
        return
    kind = status.params.get("appearance_type")
    if kind == "I" and order.invoice_id is None:
        order.invoice_id = store.next_id("invoice")
    if kind == "C" and order.credit_memo_id is None:
        order.credit_memo_id = store.next_id("credit_memo")
    if status.params.get("remove_cc_info") == "Y":
        for key in ("card_number", "cvv2", "expiry"):
            order.payment_info.pop(key, None)
