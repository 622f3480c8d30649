"""Fields that wait for a person: both shops changed them, and the setting says to ask."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import Connection

from syncd.model.owner import Side
from syncd.state import conflicts
from syncd.state.conflicts import HeldConflict
from syncd.sync.merge import Verdict
from syncd.sync.product_decision import PICTURES, ProductPlan
from syncd.sync.product_merge import shown_value

log = structlog.get_logger(__name__)


def note_conflicts(conn: Connection, plan: ProductPlan, side: Side, pair: str, now: datetime) -> None:
    """Hold what is in conflict, and forget what is not any more after the plan was carried out on one side. A conflict is
    told when it begins.

    One that goes to the other side is kept, with what a person chose, until it has been carried there.
    """
    key = plan.product.key
    held = plan.names(Verdict.HELD)
    waiting = plan.names(Verdict.BACK if side is Side.WEBASYST else Verdict.FORTH)
    if plan.pictures_back:
        waiting.append(PICTURES)  # a write of their own, which settles it
    known = conflicts.of_products(conn, pair, [key]).get(key, {})
    if known.keys() - {*held, *waiting}:
        conflicts.settled(conn, pair, key, [*held, *waiting])
    for name in held:
        conflicts.hold(conn, _conflict(plan, name, pair, now))
        if name not in known:
            log.warning("product.conflict", sku=plan.product.code, field=name, settle="syncd conflicts")


def _conflict(plan: ProductPlan, name: str, pair: str, now: datetime) -> HeldConflict:
    field = plan.decided[name]
    source, office = field.spelled or tuple(shown_value(plan.sides, name, side) for side in Side)
    return HeldConflict(
        pair=pair,
        source_key=plan.product.key,
        field=name,
        code=plan.product.code,
        base_value=field.base,
        source_value=source,
        office_value=office,
        choice=None,
        at=now,
    )
