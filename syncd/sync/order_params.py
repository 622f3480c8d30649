"""What travels in an office order's params and comment: the reference, names, and what only some sources tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from syncd.model.backoffice import OfficeOrder
from syncd.model.order import Order
from syncd.model.text import shorten
from syncd.sync.order_decision import OrderPolicy
from syncd.sync.reference import PARAM, reference

LICENCES = "licence_numbers"
"""The param with the licence numbers of an order; what does not fit goes on in `licence_numbers_2` and so on."""
NOTE = "syncd_note"
"""The param with what a person should know about an order; it goes when there is nothing to know any more."""
CHANNEL = "sales_channel"
"""The param by which the office's reports tell orders apart; without it they would count as the storefront's
(contracts/webasyst §5.4)."""
LONGEST = 255
"""Letters of a param that Webasyst keeps (contracts/webasyst §5.2)."""

_NUMBER = r"[^\s,;]+"
_PARAM = re.compile(rf"{LICENCES}(_\d+)?")


def params_of(order: Order, policy: OrderPolicy) -> dict[str, str]:
    """The params of an order by name; empty ones too, so that what the source took away is taken away in the office."""
    params = {
        **order.notes,
        PARAM: reference(policy.kind, policy.account, order.key),
        f"{policy.kind}_order_id": order.number,
        CHANNEL: f"other:{policy.source}",
        "shipping_name": order.shipping_name,
        "payment_name": order.payment_name,
        "coupon_codes": ", ".join(order.coupons),
        "shipping_recipient": order.recipient,
        NOTE: "; ".join([*order.flags, *([f"made without {order.awaits}"] if order.awaits else [])]),
    }
    return {name: shorten(value) for name, value in params.items()} | dict(_licence_params(order, policy))


def comment_of(order: Order, policy: OrderPolicy) -> str:
    """The customer's comment, with the licence numbers below it where the settings want them there."""
    if "comment" not in policy.licences:
        return order.comment
    lines = [f"{code}: {', '.join(numbers)}" for code, numbers in _licences(order).items()]
    return "\n".join([part for part in (order.comment, "\n".join(lines)) if part])


def with_kept_licences(order: Order, actual: OfficeOrder, policy: OrderPolicy) -> Order:
    """The order with the licence numbers that stand in its office order already: a source that tells only the latest number
    of a line, or none for the moment, takes none away that was sold (contracts/sources §3.2)."""
    if not policy.licences:
        return order
    lines, met = [], set()
    for line in order.lines:
        label = line.code or line.name
        kept = () if label in met else _standing(label, order, actual, policy)
        met.add(label)
        lines.append(replace(line, licences=tuple(dict.fromkeys((*kept, *line.licences)))))
    awaits = "" if any(line.licences for line in lines) else order.awaits
    return replace(order, lines=tuple(lines), awaits=awaits)


def _standing(label: str, order: Order, actual: OfficeOrder, policy: OrderPolicy) -> tuple[str, ...]:
    """The numbers under one label, as `params_of` and `comment_of` have written them."""
    found: list[str] = []
    if "params" in policy.licences:
        entry = re.compile(rf"(?:^|; ){re.escape(label)}: ({_NUMBER})(?=; |$)")
        names = sorted(filter(_PARAM.fullmatch, actual.params), key=lambda name: (len(name), name))
        found += [number for name in names for number in entry.findall(actual.params[name])]
    if "comment" in policy.licences:
        written = actual.comment.replace("\r\n", "\n").strip().removeprefix(order.comment.strip())
        told = re.compile(rf"^{re.escape(label)}: ({_NUMBER}(?:, {_NUMBER})*)$", re.MULTILINE)
        found += [number for numbers in told.findall(written) for number in numbers.split(", ")]
    return tuple(found)


def _licence_params(order: Order, policy: OrderPolicy) -> Iterator[tuple[str, str]]:
    """Whole numbers only: half a licence number is worth nothing."""
    if "params" not in policy.licences:
        return
    portions: list[str] = []
    for code, numbers in _licences(order).items():
        for number in numbers:
            entry = f"{code}: {number}"
            if portions and len(portions[-1]) + len(entry) + 2 <= LONGEST:
                portions[-1] += f"; {entry}"
            else:
                portions.append(entry)
    for count, portion in enumerate(portions, start=1):
        yield (LICENCES if count == 1 else f"{LICENCES}_{count}"), portion


def _licences(order: Order) -> Mapping[str, list[str]]:
    """The licence numbers by their product's code, or its name where it has none."""
    found: dict[str, list[str]] = {}
    for line in order.lines:
        if line.licences:
            found.setdefault(line.code or line.name, []).extend(line.licences)
    return found
