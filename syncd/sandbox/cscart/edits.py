"""What customers and staff do in the shop itself, outside the API (``edit`` of the shop and of the control API).

========================== ==================================================================================
operation                  arguments and result
========================== ==================================================================================
``order.place``            ``lines``: list of ``{"sku"|"product_id", "amount", "options"?, "price"?, "extra"?}``;
                           ``customer``: name of columns (``email``, ``firstname``, ``b_city`` ...) or ``user_id``;
                           ``coupon``; ``payment_id`` (12); ``shipping``: method id (2), ``null`` for none;
                           ``shipping_cost``, ``discount``, ``surcharge``, ``total``: forced amounts; ``tax``:
                           percent on top of the prices, or ``{"rate", "included"}``; ``status``, ``notes``,
                           ``details``, ``timestamp``, ``company_id``, ``lang``, ``oversell``.
                           Returns ``{"order_id", "suborder_ids"}``
``order.status``           ``order_id``, ``status``. Returns the letter that was stored (``B`` on short stock)
``order.edit``             ``order_id`` and any of ``lines`` (as above, all of them), ``customer`` (changed columns),
                           ``notes``, ``details``, ``shipping``, ``shipping_cost``, ``discount``, ``surcharge``,
                           ``total``, ``payment_info``, ``fields``, ``user_id``
``order.delete``           ``order_id``
``order.break``            ``order_id`` and any of ``set`` (replaced fields), ``drop`` (missing fields),
                           ``invalid_json``, ``invalid_utf8``: serve this order broken until mended
``order.mend``             ``order_id``, or nothing for all
``order.hide``             ``order_id``: keep it out of lists as in the instant of a rebuild; ``order.show`` ends it
``order.touch``            ``order_id``, ``updated_at``: set ``updated_at`` alone (migrated rows, equal seconds)
``license.issue``          ``order_id``, ``external_id``, ``license_number``, ``url``: Marketplace licence and its hook
``shipment.create``        ``order_id``, ``tracking_number``, ``carrier``. Returns ``shipment_id``
``product.create``         ``code``, ``name``, ``price``, ``amount``, ``status``, ``category_ids`` ... Returns the id
``product.update``         ``product_id`` or ``sku``, any column or text by its API name; ``lang``; ``touch``: false
                           leaves ``updated_timestamp`` alone (SQL, mass update, warehouse add-on)
``product.delete``         ``product_id`` or ``sku``
``product.image``          ``product_id`` or ``sku``: new main image; ``remove``: true takes it away; ``more``: true adds
                           a further one instead; ``colour``
``product.untranslate``    ``product_id`` or ``sku``, ``lang``: no description row for that language
``promotion.set``          ``zone`` catalog/cart, ``percent``, ``name``, ``coupon``, ``skus``, ``free_shipping``,
                           ``active``, ``promotion_id``. Returns the id
``payment.delete``         ``payment_id``
``shipping.disable``       ``shipping_id``
``user.delete``            ``user_id``
``category.create``        ``name``, ``parent_id``, ``company_id``. Returns the id
``setting``                any of ``syncd.sandbox.cscart.settings.Settings`` by name, e.g. ``ignore``:
                           ``["updated_at_from", "get_orders_data", "updated_in_hours", "filter_params"]``
``live``                   one random order, status, price or stock change. Returns what was done
========================== ==================================================================================

Every operation raises ValueError with a clear text when it cannot be done.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Protocol

from syncd.sandbox.cscart import edit_goods, edit_orders, edit_settings
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.live import live
from syncd.sandbox.cscart.replies import ApiError, PhpCrash

Args = dict[str, Any]
OPERATIONS: dict[str, Callable[[Context, Args], Any]] = {
    **edit_orders.OPERATIONS,
    **edit_goods.OPERATIONS,
    **edit_settings.OPERATIONS,
}


class Editable(Protocol):
    """What an edit needs of a shop."""

    context: Context
    random: random.Random


def run_edit(shop: Editable, op: str, args: Args) -> Any:
    """Run one operation; raises ValueError for an unknown one, wrong arguments, or a refusal of the shop."""
    try:
        if op == "live":
            return live(shop.context, shop.random)
        if op not in OPERATIONS:
            raise ValueError(f"no operation {op!r}; known: {', '.join(sorted([*OPERATIONS, 'live']))}")
        return OPERATIONS[op](shop.context, dict(args))
    except (ApiError, PhpCrash) as error:
        raise ValueError(f"{op}: the shop refused: {error}") from error
    except KeyError as error:
        raise ValueError(f"{op}: argument {error} is missing") from error
