"""All methods of the API by app and name."""

from __future__ import annotations

from . import (
    categories,
    channels,
    customers,
    features,
    images,
    lists,
    mass_update,
    order_add,
    order_calculate,
    order_methods,
    order_save,
    order_search,
    orders,
    product_search,
    products,
    reference,
    settings_methods,
    skus,
    tags,
)
from .call import Method

_MODULES = (
    categories,
    channels,
    customers,
    features,
    images,
    lists,
    mass_update,
    order_add,
    order_calculate,
    order_methods,
    order_save,
    order_search,
    orders,
    product_search,
    products,
    reference,
    settings_methods,
    skus,
    tags,
)
METHODS: dict[str, Method] = {
    **{f"shop.{name}": method for module in _MODULES for name, method in module.METHODS.items()},
    **{f"webasyst.{name}": method for name, method in settings_methods.CORE_METHODS.items()},
}
