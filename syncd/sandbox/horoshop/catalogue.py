"""``catalog/export`` (contracts/sources §1.7)."""

# ruff: noqa: RUF001 - titles in Ukrainian and Russian

from __future__ import annotations

from typing import Any

from syncd.sandbox import php
from syncd.sandbox.horoshop.envelope import envelope
from syncd.sandbox.horoshop.order_row import SITE
from syncd.sandbox.horoshop.records import Good
from syncd.sandbox.horoshop.store import Store
from syncd.sandbox.wire import Response

MOST = 500


def export(store: Store, data: dict[str, Any]) -> Response:
    """Answer ``catalog/export``: 500 rows unless less is asked, never more, and a limit of 0 means none."""
    found = [row for row in store.goods.values() if _wanted(data.get("expr"), row)]
    limit = MOST if data.get("limit") is None else min(MOST, max(0, php.to_int(data["limit"])))
    offset = max(0, php.to_int(data.get("offset")))
    rows = [_chosen(data, _row(row)) for row in found[offset : offset + limit]]
    return envelope("OK", {"products": rows}) if rows else envelope("EMPTY", {"message": "no products"})


def _wanted(expr: Any, good: Good) -> bool:
    if not isinstance(expr, dict):
        return True
    pairs = (("article", good.article), ("parent", good.parent_article))
    return all(own in _texts(expr[key]) for key, own in pairs if key in expr)


def _texts(value: Any) -> list[str]:
    return [php.to_str(item) for item in (value if isinstance(value, list) else [value])]


def _chosen(data: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """Leave out what was not asked for; the article always comes, unknown names are ignored without a word."""
    included, excluded = data.get("includedParams"), data.get("excludedParams")
    names = set(_texts(included)) if isinstance(included, list) else set(row)
    dropped = set(_texts(excluded)) if isinstance(excluded, list) else set()
    return {key: value for key, value in row.items() if key == "article" or key in names - dropped}


def _row(good: Good) -> dict[str, Any]:
    """``quantity`` is always 0 and is not the stock; that is in ``residues``."""
    there = good.stock > 0
    return {
        "article": good.article, "parent_article": good.parent_article,
        "title": {"ua": good.title, "ru": good.title}, "price": good.price, "price_old": good.price_old,
        "presence": {
            "id": 1 if there else 2,
            "value": {"ua": "В наявності", "ru": "В наличии"} if there else {"ua": "Немає", "ru": "Нет"},
        },
        "quantity": 0, "residues": [{"warehouse": "office", "quantity": good.stock}],
        "link": f"{SITE}/ua/{good.article.lower()}/",
    }  # fmt: skip
