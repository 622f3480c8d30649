"""What else an order tells that the office keeps: where the buyer came from, tracking, the address as it was."""

from __future__ import annotations

from syncd.shops.php import as_flag
from syncd.shops.row import Row

_UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


def notes_of(row: Row) -> dict[str, str]:
    """The facts by the param's name, those that are there (contracts/sources §1.4).

    `utm_*` as told, a number among them and `(direct)` included; `tracking_number` of the waybill, once there is one;
    `delivery_address_raw` where the address holds `@`; `recipient_warehouse_ref`, the carrier's key of the pick-up point;
    `delivery_country` as a name; `order_without_callback` when the buyer wants no call.
    """
    analytics = row.row("analytics")
    address = row.text("delivery_address")
    facts = {name: analytics.text(name) for name in _UTM}
    facts["tracking_number"] = row.row("delivery_data").text("tnNumber") or row.text("np_number")
    facts["delivery_address_raw"] = address if "@" in address else ""
    facts["recipient_warehouse_ref"] = row.row("additional_data").text("recipient_warehouse_ref")
    facts["delivery_country"] = row.text("delivery_country")
    facts["order_without_callback"] = "1" if as_flag(row.text("order_without_callback")) else ""
    return {name: value for name, value in facts.items() if value}
