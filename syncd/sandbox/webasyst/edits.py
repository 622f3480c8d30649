"""What people do in the back office, without the API.

| operation | arguments | result |
|---|---|---|
| product.create | name, skus (list of {sku, name, price, stock}), any product column, categories, tags | id |
| product.update | id, any product column, categories, tags, params, features | id |
| product.delete | id | true |
| product.duplicate | id | id of the copy (same codes, new ids) |
| sku.update | id, any of price, compare_price, purchase_price, sku, name, available, status, stock, count | id |
| sku.create | product_id, sku, name, price, stock | id |
| sku.delete | id | true |
| order.create | contact_id or contact, items (list of {sku_id, quantity, price, stock_id}), params, comment, shipping | id |
| order.action | id, action, and the action's data | new state |
| order.edit | id, and what order.save takes (items as a list) | id |
| contact.create | firstname, lastname, email, phone, address.shipping, ... | id |
| contact.update | id, the same fields | id |
| contact.delete | id (orders keep the dangling id) | true |
| image.create | product_id, name, colour (a number), description | id |
| image.delete | id | true |
| image.sort | product_id, ids (the first becomes the main one) | true |
| category.create | name, parent_id | id |
| category.update | id, name, url, status, ... | id |
| category.delete | id | true |
| type.create | name | id |
| stock.create | name | id |
| stock.delete | id (its rows vanish) | true |
| feature.create | code, name, type, selectable, multiple | id |
| setting | stock_counting_action, timezone, name, order_prefix, ignore_stock_count | true |
| currency | code, rate (null removes it) | true |
| rights | contact_id, admin, backend, rights ({"orders": 1, "type.1": 2, ...}) | true |
| token.create | contact_id, client_id, scope, token | token |
| token.expire | token, expires (unix time; default: now) | true |
| token.revoke | token | true |
| half_write | times (default 1): the next order.add dies between the row and its params | true |
| mails.clear | | how many there were |

Ids in results are numbers. A wrong operation or record raises ValueError with a clear text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import edits_images, edits_orders, edits_products, edits_settings
from .errors import ApiError, PhpFatal

if TYPE_CHECKING:
    from .shop import WebasystShop

Operation = Callable[["WebasystShop", dict[str, Any]], Any]
OPERATIONS: dict[str, Operation] = {
    **edits_products.OPERATIONS,
    **edits_images.OPERATIONS,
    **edits_orders.OPERATIONS,
    **edits_settings.OPERATIONS,
}


def run(shop: WebasystShop, op: str, args: dict[str, Any]) -> Any:
    """Carry out one operation; raises ValueError when it cannot be done."""
    operation = OPERATIONS.get(op)
    if operation is None:
        raise ValueError(f"Unknown operation {op!r}; known are: {', '.join(sorted(OPERATIONS))}.")
    try:
        return operation(shop, args)
    except (ApiError, PhpFatal) as error:
        raise ValueError(f"{op} failed: {error}") from error
    except KeyError as error:
        raise ValueError(
            f"{op} needs the argument {error.args[0]!r} or the record does not exist."
        ) from error
