"""Shared stock: what moved on either side is added up, and no sale counts twice.

Both shops sell from one shelf. CS-Cart takes a sale off its amount at once; the same order, carried to the office, is taken
off there once more when staff process it. What linked orders took off the office's stock is therefore added to it before
its movements are counted (`taken`), so that an order's way through the workflow moves nothing.

Both shops take absolute amounts only: a sale between our read and our write cannot be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

from syncd.model.owner import Side


@dataclass(frozen=True, slots=True)
class Shelf:
    """What both sides agreed on: `total` pieces, and what each side said when it was last counted.

    `taken` is what linked orders had taken off the office's stock at that moment.
    """

    total: Decimal
    source: Decimal
    office: Decimal
    taken: Decimal


@dataclass(frozen=True, slots=True)
class Pending:
    """A write of `total` to one side that was begun and whose end is not known.

    `before` is what that side said, `stamp` the time of its record's last change: a write moves the stamp, a sale does not
    (contracts/webasyst §9, contracts/cscart §3.7). It counts whole seconds: while it is `young` a write may not show.
    `shelf` is what counts once the write took effect.
    """

    side: Side
    before: Decimal
    stamp: str
    young: bool
    shelf: Shelf


def counted(shelf: Shelf | None, source: Decimal, office: Decimal, taken: Decimal) -> Shelf:
    """The shelf after both sides' movements since they were last counted.

    Without an earlier count the source leads. The total may be negative: more was sold than there was.
    """
    if shelf is None:
        return Shelf(source, source, office, taken)
    moved = (source - shelf.source) + (office + taken - shelf.office - shelf.taken)
    return Shelf(shelf.total + moved, source, office, taken)


def whole(total: Decimal) -> int:
    """The total as the source takes it: whole pieces, never more than there are (contracts/cscart §3.3)."""
    return int(total.to_integral_value(rounding=ROUND_FLOOR))


def written(shelf: Shelf, side: Side) -> Shelf:
    """The shelf once its total stands at this side."""
    if side is Side.WEBASYST:
        return replace(shelf, office=shelf.total)
    return replace(shelf, source=Decimal(whole(shelf.total)))


def resolve(shelf: Shelf | None, pending: Pending | None, now: Decimal, stamp: str) -> Shelf | None:
    """What both sides agreed on, given what the side of a pending write says now and when its record was last changed.

    It did not take effect while the record's stamp stands still: even its very value is a movement then. Otherwise it did
    when its value stands there, or when the value moved together with the stamp: whatever else happened to it since is a
    movement.
    """
    if pending is None:
        return shelf
    untouched = stamp == pending.stamp
    if untouched and not pending.young:
        return shelf
    after = pending.shelf.office if pending.side is Side.WEBASYST else pending.shelf.source
    if now == after or (now != pending.before and not untouched):
        return pending.shelf
    return shelf
