"""Which parts of a linked order differ in both shops: a pure look at both, and at what they agreed on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from syncd.model.backoffice import OfficeOrder
from syncd.model.order import Order
from syncd.model.owner import Side
from syncd.model.status import RANK, STATE_OF, TERMINAL, Target
from syncd.state.order_links import OrderLink
from syncd.sync.facets import Facet, facets_of
from syncd.sync.order_changes import Gap, Wanted, gaps, office_lines
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.status_decision import asked_for

STATUS = "status"
_COMPARED = frozenset({Facet.LINES, Facet.SHIPPING, Facet.DISCOUNT, Facet.ADDRESS})


def lines_as_agreed(order: Order, link: OrderLink, actual: OfficeOrder) -> bool:
    """Whether both sides' lines are those that were agreed on, whatever their products are called or linked to by now."""
    agreed = link.base.get("facets", {}).get(Facet.LINES)
    return agreed == facets_of(order)[Facet.LINES] and link.base.get("lines") == office_lines(actual.lines)


def doubles(links: Sequence[OrderLink], hits: Iterable[OfficeOrder]) -> list[tuple[OrderLink, OfficeOrder]]:
    """Office orders that bear a linked order's reference and are not the linked one; deleted ones count no more."""
    by_reference = {link.reference: link for link in links}
    found = ((by_reference.get(hit.reference or ""), hit) for hit in hits)
    return [
        (link, hit)
        for link, hit in found
        if link and hit.order_id != link.order_id and hit.state != STATE_OF[Target.DELETED]
    ]


def order_gaps(
    order: Order, link: OrderLink, actual: OfficeOrder, wanted: Wanted, policy: OrderPolicy
) -> list[Gap]:
    """Lines, shipping, discount, total, delivery address and the status by the map."""
    facets = _COMPARED - {Facet.LINES} if lines_as_agreed(order, link, actual) else _COMPARED
    found = gaps(wanted, actual, facets, total=True)
    behind = status_behind(order, link, actual.state, policy)
    if behind is Side.CSCART:
        told = f"{actual.state} (asks for {policy.states_back[actual.state]})"
        found.append(Gap(STATUS, told, order.status))
    if behind is Side.WEBASYST:
        target = asked_for(policy.statuses.get(order.status), paid=order.paid)
        found.append(Gap(STATUS, actual.state, f"{order.standing} (asks for {target})"))
    return found


def status_behind(order: Order, link: OrderLink, state: str, policy: OrderPolicy) -> Side | None:
    """The side whose status is behind, by the map or by the way back; `None` when they fit.

    An office that is further on than the source asks for is no difference where nobody wants the source to be told.
    """
    letter = policy.states_back.get(state)
    target = asked_for(policy.statuses.get(order.status), paid=order.paid)
    if letter == order.status or (target is not None and STATE_OF[target] == state):
        return None
    applied = link.status == order.standing
    if letter is not None and (target is None or _further(state, target)):
        # What was told, and where the source went on to a letter without a meaning, is at rest.
        return None if target is None and applied and link.carried == state else Side.CSCART
    at_rest = target is None or (applied and (_further(state, target) or state not in RANK))
    return None if at_rest else Side.WEBASYST


def _further(state: str, target: Target) -> bool:
    """Whether the office is beyond what the source asks for."""
    wanted = STATE_OF[target]
    return state in TERMINAL or (wanted not in TERMINAL and RANK.get(state, -1) > RANK[wanted])
