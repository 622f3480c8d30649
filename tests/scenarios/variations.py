"""Variation groups of CS-Cart, made and widened through its API."""

from __future__ import annotations

import base64
import json
import urllib.request

from syncd.sandbox.cscart.shop import CSCartShop
from tests.scenarios.shops import Pair

_FEATURE = 549


def group(pair: Pair, *products: int) -> None:
    """Make these products one variation group; further products join the group that the first one is in."""
    assert isinstance(pair.cscart.shop, CSCartShop)
    store = pair.cscart.shop.context.store
    known = store.products[products[0]].group_id
    if not known:
        _create(pair, products)
        return
    for product in products:
        if store.products[product].group_id != known:
            store.products[product].group_id = known
            store.groups[known].labels[product] = {_FEATURE: (1000 + product, f"V{product}")}
    store.touch_products()


def _create(pair: Pair, products: tuple[int, ...]) -> None:
    body = {
        "product_ids": list(products),
        "code": f"G{products[0]}",
        "features": [{"feature_id": _FEATURE, "purpose": "group_variation_catalog_item"}],
    }
    secrets = pair.cscart.credentials
    token = base64.b64encode(f"{secrets['email']}:{secrets['api_key']}".encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {token}"}
    url = f"{pair.cscart.url}/api/product_variations_groups"
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as answer:
        json.load(answer)
