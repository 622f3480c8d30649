"""`syncd explain customer`: which contact a source's customer is in Webasyst, and which orders led to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from syncd.app import PAIR, utc_now
from syncd.cli.naming import OFFICE, office_id
from syncd.cli.screen import Screen
from syncd.cli.spell import iso, spell_json, when
from syncd.state import customers, order_links
from syncd.state.database import Database
from syncd.state.order_links import OrderLink
from syncd.sync.customers import digits

_NOTHING_KNOWN = 1


def explain_customer(db: Database, key: str, source: str, *, as_json: bool) -> int:
    """Print the contact, the keys it is known by, and its orders; answers 1 when nothing is known."""
    contacts = db.run_sync(lambda conn: _contacts(conn, source, key.strip()))
    found = db.run_sync(lambda conn: [_record(conn, contact) for contact in contacts])
    if as_json:
        print(spell_json({"kind": "customer", "key": key, "records": found}))
    else:
        _show(Screen(), key, found)
    return 0 if any(record["verdict"] == "synced" for record in found) else _NOTHING_KNOWN


def _contacts(conn: Connection, source: str, key: str) -> list[int]:
    """The contacts that the key may mean: an id there, a number at the source, an e-mail or a phone."""
    if key.startswith(OFFICE):
        number = office_id(key)
        return [] if number is None else [number]
    spellings = [key, f"user:{key}", f"mail:{key.casefold()}"]
    if phone := digits(key):
        spellings.append(f"phone:{phone}")
    found = [customers.get(conn, PAIR, source, spelling) for spelling in spellings]
    return list(dict.fromkeys(contact for contact in found if contact is not None))


def _record(conn: Connection, contact: int) -> dict[str, Any]:
    keys = [row for row in customers.all(conn, PAIR) if row.contact_id == contact]
    links = order_links.by_contact(conn, PAIR, contact)
    known = bool(keys or links)
    orders = "1 order" if len(links) == 1 else f"{len(links)} orders"
    text = f"Webasyst contact {contact}, {orders}" if known else "syncd knows no customer who is this contact"
    return {
        "source": ", ".join(sorted({row.source for row in keys})),
        "key": ", ".join(row.customer_key for row in keys),
        "verdict": "synced" if known else "unknown",
        "text": text,
        "webasyst": contact,
        "timeline": [_moment(link) for link in links],
        "now": "further orders of this customer go to this contact" if known else "nothing",
    }


def _moment(link: OrderLink) -> dict[str, Any]:
    text = f"{link.source} order {link.source_key} became Webasyst order {link.order_id}, now {link.state}"
    return {"at": iso(link.linked_at), "stream": "", "event": "linked", "text": text}


def _show(screen: Screen, key: str, found: list[dict[str, Any]]) -> None:
    if not found:
        screen.text(
            f"No customer {key} is in the user map: no order of theirs has been carried to Webasyst yet, or they bought "
            "with another e-mail. 'syncd explain order NUMBER' tells about an order."
        )
    for record in found:
        screen.heading(f"Customer {record['key'] or key}: {record['verdict']}")
        screen.text(record["text"], "  ")
        for moment in record["timeline"]:
            at = when(datetime.fromisoformat(moment["at"]), utc_now())
            screen.text(f"{at}  {moment['text']}", "  ")
        screen.text(f"Now: {record['now']}.", "  ")
