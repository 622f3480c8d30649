"""Parameters that an older CS-Cart, or an add-on in the way, ignores without a word, and what is done without them."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.doctor.finding import Finding, ok, warning

SUBJECT = "cscart"


@dataclass(frozen=True, slots=True)
class Feature:
    """A parameter of a list; `without` says what syncd does where it is ignored (contracts/cscart §3.1, §4.1)."""

    name: str
    without: str


UPDATED_AT_FROM = Feature(
    "updated_at_from",
    "Every cycle reads all orders and drops the old ones by their own time stamp: right, but slow in a large shop.",
)
GET_ORDERS_DATA = Feature(
    "get_orders_data", "Each order is read by a call of its own: right, but fifty times the calls."
)
UPDATED_IN_HOURS = Feature(
    "updated_in_hours",
    "Every cycle reads all products and drops the old ones by their own time stamp: right, but slow in a large shop.",
)
FILTER_PARAMS = Feature(
    "filter_params",
    "A product is found by a search for a part of its code, and compared here: right, but more calls.",
)


def feature(known: Feature, honoured: bool | None) -> Finding:
    """Whether the shop honours a parameter; `None` when it has no record that would show it."""
    if honoured is None:
        return ok(SUBJECT, known.name, f"{known.name} cannot be tried: the shop has no such record yet")
    if honoured:
        return ok(SUBJECT, known.name, f"{known.name} is honoured")
    return warning(
        SUBJECT,
        known.name,
        f"{known.name} is ignored",
        why=known.without,
        fix="Update CS-Cart to 4.18 or later, or find the add-on that replaces the API's lists. Nothing must be set here.",
    )
