"""What to do about one source order: a pure decision from the order, its link and the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from syncd.model.order import Order
from syncd.model.status import Target
from syncd.state.order_links import OrderLink
from syncd.sync.facets import MONEY, Facet, changed_facets, version_of

ADDED_UP = frozenset({Facet.SHIPPING, Facet.DISCOUNT})
"""Written along with every change of an amount: the total is one, and a discount may reach into the shipping cost."""

WITH_AMOUNTS = MONEY | {Facet.SHIPPING_NAME}
"""Facets whose writing touches amounts: renaming the shipping method zeroes its cost for a moment (§5.3)."""


@dataclass(frozen=True, slots=True)
class OrderPolicy:
    """The settings that steer the streams of orders of one source in a pair, both ways."""

    pair: str
    source: str
    """The source's name among those of the pair; its orders, customers and cursor are kept under it."""
    kind: str
    """The kind of shop that it is ("cscart", "horoshop"): with the account, what external references begin with."""
    shop: str
    """How the source is called in messages."""
    stream: str
    back: str
    """The stream of its way back."""
    account: str
    company: str | None
    since: datetime
    discounts: bool
    hold_unknown: bool
    skip_statuses: frozenset[str]
    statuses: Mapping[str, Target]
    overlap: timedelta
    states_back: Mapping[str, str]
    """Office states that the source is told, each with the letter it has there."""
    notify: frozenset[str]
    """Who gets the source's mail when the way back moves an order: user, department, vendor."""
    known_statuses: frozenset[str] | None = None
    """The statuses that the settings say anything about; `None` where a status without a meaning is no news."""
    licences: frozenset[str] = frozenset()
    """Where licence numbers are written in the office order: "params", "comment"."""
    sells_our_stock: bool = True
    """Whether the source's own stock already counts what it sold: true for the shop whose products are synced. What any
    other source sells is a movement of the office's stock that this shop must hear of."""

    @property
    def cursor(self) -> str:
        """The name of the stream's cursor."""
        return f"orders.{self.source}"


class SkipReason(StrEnum):
    """Why an order is left alone."""

    PARENT = "parent order: its suborders are synced instead"
    OTHER_COMPANY = "belongs to another company"
    OLDER = "placed before the start of the sync"
    STATUS = "first seen in a status that creates no order"
    UNCHANGED = "unchanged since both sides agreed"


@dataclass(frozen=True, slots=True)
class Skip:
    """Leave the order alone."""

    reason: SkipReason


@dataclass(frozen=True, slots=True)
class Create:
    """Make the order in the office."""


@dataclass(frozen=True, slots=True)
class Update:
    """Bring the office order up to date; no facets means: only the status may move."""

    facets: frozenset[Facet]


def decide(order: Order, link: OrderLink | None, policy: OrderPolicy) -> Skip | Create | Update:
    """The decision tree of the orders stream (DESIGN: orders)."""
    if order.is_parent:
        return Skip(SkipReason.PARENT)
    if policy.company is not None and order.company != policy.company:
        return Skip(SkipReason.OTHER_COMPANY)
    if link is None:
        return _first_sight(order, policy)
    agreed = link.confirmed and link.flag is None
    if agreed and link.version == version_of(order) and link.status == order.standing:
        return Skip(SkipReason.UNCHANGED)
    changed = changed_facets(order, link.base.get("facets", {}))
    return Update(changed | ADDED_UP if changed & WITH_AMOUNTS else changed)


def _first_sight(order: Order, policy: OrderPolicy) -> Skip | Create:
    if order.placed_at < policy.since.replace(microsecond=0):  # shops tell whole seconds
        return Skip(SkipReason.OLDER)
    if order.status in policy.skip_statuses:
        return Skip(SkipReason.STATUS)
    return Create()
