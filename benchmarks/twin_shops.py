"""Two sandbox shops with the same products, served until the process is ended; prints one JSON line when they listen.

python -m benchmarks.twin_shops PRODUCTS [ORDERS]

The orders stand in the CS-Cart shop only.
"""

from __future__ import annotations

import json
import sys
import threading

from syncd.sandbox.cscart.shop import CSCartShop
from syncd.sandbox.running import ShopThread
from syncd.sandbox.webasyst.shop import WebasystShop


def twins(products: int, orders: int = 0) -> tuple[CSCartShop, WebasystShop]:
    """A CS-Cart shop and a Webasyst shop whose n-th products have the same SKU, price, stock and visibility."""
    cscart = CSCartShop(products=products, orders=orders)
    office = WebasystShop(seed="empty")
    warehouses = list(office.state.store.stocks.ids)
    for product in cscart.dump()["products"].values():
        stock = {str(warehouses[0]): str(product["amount"])} | {str(other): "0" for other in warehouses[1:]}
        sku = {
            "sku": product["code"],
            "price": str(product["price"]),
            "compare_price": str(product["list_price"]),
            "stock": stock,
        }
        status = "1" if product["status"] == "A" else "0"
        office.edit("product.create", {"name": product["name"], "status": status, "skus": [sku]})
    return cscart, office


def main() -> None:
    """Serve the twins."""
    cscart, office = twins(*map(int, sys.argv[1:]))
    with ShopThread(cscart) as source, ShopThread(office) as target:
        print(json.dumps([source.announcement(), target.announcement()]), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
