"""The benchmark of `verify` in small: each planted difference is found in two filled shops, and nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path

from benchmarks.sweep import settings_of
from benchmarks.twin_shops import twins
from benchmarks.verify import cycle_of, planted_in, verified
from syncd.sandbox.running import ShopThread
from syncd.settings import load_settings


def test_every_planted_difference_is_found(tmp_path: Path) -> None:
    """Forty products and ten orders differ among hundreds, in price, stock, texts, shipping and address; before they were
    planted nothing did."""
    cscart, webasyst = twins(200, 50)
    with ShopThread(cscart) as source, ShopThread(webasyst) as office:
        shops = [source.announcement(), office.announcement()]
        values = settings_of(shops, tmp_path, 86_400) | {"orders": {"since": "2000-01-01"}}
        settings = load_settings({}, **values)
        for stream in ("products", "orders", "products"):
            asyncio.run(cycle_of(settings, stream))
        before, products, orders = asyncio.run(verified(settings))

        planted = planted_in(settings, {shop["shop"]: shop["control"] for shop in shops})
        found, _, _ = asyncio.run(verified(settings))

    assert before == []
    assert (products, orders) == (200, 40)
    assert len(planted) == 50
    # Another shipping cost is another total as well.
    told = {(one.kind, one.key, one.field) for one in found if one.field != "total"}
    assert sorted(told) == planted
