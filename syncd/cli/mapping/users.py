"""`syncd map users`: which contact of Webasyst each customer of a source is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from syncd.app import PAIR
from syncd.app.linking import Linking, Problems, Wish, put_contacts
from syncd.cli.mapping import sheet
from syncd.cli.mapping.linked import Way, import_file, opened, remove_one, set_one
from syncd.cli.screen import Column, Screen, say
from syncd.cli.spell import spell_json
from syncd.settings import load_settings
from syncd.state import customers
from syncd.state.customers import Customer

COLUMNS = ("source", "customer", "contact")


def list_command(*, as_json: bool) -> int:
    """Print the whole map."""
    found = _read()
    if as_json:
        print(spell_json({"users": [dict(zip(COLUMNS, _row(one), strict=True)) for one in found]}))
    elif found:
        Screen().table([Column(name, name == "contact") for name in COLUMNS], [_row(one) for one in found])
    else:
        say("No customer is known yet.")
    return 0


def set_command(customer: str, contact: int, source: str, *, as_json: bool) -> int:
    """Set a customer's contact, over an earlier one."""
    done = f"Customer {customer} of {source} is Webasyst contact {contact} now; further orders go there."
    return set_one(Wish(source, customer, contact), Way(_check, put_contacts), done, as_json=as_json)


def unlink_command(customer: str, source: str, *, yes: bool, as_json: bool) -> int:
    """Forget a customer's contact."""

    def remove(conn: Connection) -> bool:
        return customers.remove(conn, PAIR, source, customer)

    question = f"The next order of {customer} then looks for the contact in Webasyst anew. Forget?"
    return remove_one(question, remove, f"Customer {customer} of {source}", yes=yes, as_json=as_json)


def export_command() -> int:
    """Print the map as CSV."""
    sheet.write(COLUMNS, [_row(one) for one in _read()])
    return 0


def import_command(path: Path, *, dry_run: bool, as_json: bool) -> int:
    """Read a file of customers and contacts."""
    return import_file(path, COLUMNS[1:], Way(_check, put_contacts), dry_run=dry_run, as_json=as_json)


async def _check(linking: Linking, wishes: Sequence[Wish]) -> tuple[list[Wish], Problems]:
    return await linking.contacts(wishes)


def _read() -> list[Customer]:
    with opened(load_settings()) as db:
        return db.run_sync(lambda conn: customers.all(conn, PAIR))


def _row(one: Customer) -> tuple[str, str, int]:
    return one.source, one.customer_key, one.contact_id
