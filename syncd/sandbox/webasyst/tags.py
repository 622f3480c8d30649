"""Tags of products and the tag list (contracts/webasyst §3.5, §4)."""

from __future__ import annotations

from typing import Any

from syncd.sandbox import php

from .call import Call, Method, reads
from .state import State
from .store import Product


def put_tags(state: State, product: Product, names: list[str]) -> None:
    """Give a product exactly these tags; new ones get the next id."""
    kept = tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
    for name in kept:
        state.store.tags.setdefault(name, len(state.store.tags) + 1)
    product.tags = kept


def split_names(value: Any) -> list[str]:
    """Tags sent as an array or as a comma list."""
    if isinstance(value, dict):
        return [php.to_str(one) for one in value.values()]
    return php.to_str(value).split(",")


def get_list(call: Call) -> Any:
    """shop.tag.getList."""
    counts: dict[str, int] = {}
    for product in call.store.products:
        for name in product.tags:
            counts[name] = counts.get(name, 0) + 1
    return [
        {"id": str(key), "name": name, "count": str(counts[name])}
        for name, key in call.store.tags.items()
        if name in counts
    ]


METHODS: dict[str, Method] = {"tag.getList": reads(get_list)}
