"""All entities this shop offers, by name."""

from __future__ import annotations

from typing import Any

from syncd.sandbox.cscart import (
    categories,
    companies,
    orders,
    products,
    shipments,
    statuses,
    trade_lists,
    users,
    variations,
    zapier,
)  # fmt: skip
from syncd.sandbox.cscart.call import VERSIONS, Call
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.entities import Entity, privileges


def version(context: Context, call: Call) -> tuple[int, Any]:
    """Return the version of the API, not of the shop (cscart §1.1)."""
    return 200, {"Version": "2.1"}


def versions(context: Context, call: Call) -> tuple[int, Any]:
    """Return all versions of the API (4.20)."""
    return 200, list(VERSIONS)


NO_PRIVILEGE = privileges("", "")
_COMMON = (
    products.ENTITY, orders.ENTITY, statuses.ENTITY, users.ENTITY, categories.ENTITY, shipments.ENTITY,
    zapier.ENTITY, variations.VARIATIONS, variations.GROUPS, *trade_lists.ENTITIES,
    Entity("version", NO_PRIVILEGE, version), Entity("versions", NO_PRIVILEGE, versions),
)  # fmt: skip


def entities(edition: str) -> dict[str, Entity]:
    """Return the entities of an edition: stores in ULTIMATE, vendors in MULTIVENDOR."""
    company = companies.STORES if edition == "ULTIMATE" else companies.VENDORS
    return {entity.name: entity for entity in (*_COMMON, company)}
