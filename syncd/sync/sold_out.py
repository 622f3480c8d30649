"""What the base keeps when syncd sells a product out because its partner vanished: a write of ours, not a sale.

The product may come back (it had lost its categories, or a token its rights): its pieces must then not be missed on both
sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from syncd.model.money import plain
from syncd.model.owner import Side
from syncd.sync.product_agreement import YOUNG
from syncd.sync.product_base import pending_of, seen, shelf_of, spell_pending, spell_shelf
from syncd.sync.product_merge import spell_stamp
from syncd.sync.shared_stock import Pending, counted, resolve

NOTHING = Decimal(0)


def base_before(
    base: Mapping[str, Any],
    side: Side,
    pieces: Decimal,
    *,
    taken: Decimal | None,
    stamp: datetime | None,
    now: datetime,
) -> dict[str, Any]:
    """The base of shared stock before a side that has these pieces is put to 0: what moved until now is counted, and the 0
    is pending, so that it is known for ours however the call ends.

    `taken` is what linked orders had taken off the office's stock, `None` where that was not looked at; `stamp` is when the
    side's record was last changed. What was never counted stays so.
    """
    kept = {name: value for name, value in base.items() if name not in {"shelf", "pending"}}
    pending = pending_of(base)
    known = pending if pending is not None and pending.side is side else None
    shelf = resolve(shelf_of(base), known, pieces, spell_stamp(stamp))
    if shelf is None:
        return kept
    source, office = (pieces, shelf.office) if side is Side.CSCART else (shelf.source, pieces)
    shelf = counted(shelf, source, office, shelf.taken if taken is None else taken)
    emptied = replace(shelf, source=NOTHING) if side is Side.CSCART else replace(shelf, office=NOTHING)
    young = stamp is None or stamp > now - YOUNG
    write = Pending(side, before=pieces, stamp=spell_stamp(stamp), young=young, shelf=emptied)
    return kept | {"shelf": spell_shelf(shelf), "pending": spell_pending(write)}


def base_after(base: Mapping[str, Any], taken: Decimal) -> dict[str, Any]:
    """The base once the office was put to 0 where both shops own the quantity: that is what it says, and nobody moved it."""
    agreed = seen(base, "quantity")
    if agreed.source is None:
        return dict(base)
    return {**base, "quantity": [agreed.source, plain(taken)], "taken": plain(taken)}
