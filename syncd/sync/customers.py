"""The user map: which office contact a source customer is, so that nobody is created twice."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from syncd.model.exchange import DraftContact
from syncd.model.order import Customer
from syncd.state import customers
from syncd.state.database import Database
from syncd.sync.ports import OrderOffice


def keys_of(customer: Customer) -> list[str]:
    """The keys a customer is known by, the surest first: user id, e-mail, and the phone only of a guest without e-mail.

    A phone is often shared by a family, an e-mail hardly ever. A source that asks everybody for a phone and hardly
    anybody for an e-mail says so; then the phone comes first, and the e-mail after it.
    """
    keys = [f"user:{customer.key}"] if customer.key else []
    email = customer.email.strip().casefold()
    phone = digits(customer.phone)
    mails = [f"mail:{email}"] if email else []
    phones = [f"phone:{phone}"] if phone else []
    if customer.phone_first:
        return keys + phones + mails
    return keys + (mails or ([] if customer.key else phones))


def is_key(text: str) -> bool:
    """Whether a customer could be known by this text: spelled in any other way it would never be met again."""
    kind, _, rest = text.partition(":")
    spelled = {"user": rest.strip(), "mail": rest.strip().casefold(), "phone": digits(rest)}
    return bool(rest) and spelled.get(kind) == rest


def digits(phone: str) -> str:
    """The digits of a phone number, as the office stores it (contracts/webasyst §5.2)."""
    return "".join(character for character in phone if character in "0123456789")


def draft_of(customer: Customer, number: str) -> DraftContact:
    """The contact to be created with the customer's first order; a nameless one is called after the order."""
    if not any(
        (customer.firstname, customer.lastname, customer.email.strip(), customer.phone, customer.company)
    ):
        return DraftContact(f"Customer of order {number}", "", "", "")
    return DraftContact(
        customer.firstname, customer.lastname, customer.email.strip(), customer.phone, customer.company
    )


class UserMap:
    """Looks customers up: in the map first, then in the office. One per cycle: contacts may be merged between two."""

    def __init__(self, db: Database, office: OrderOffice, pair: str, source: str) -> None:
        self._seen: set[int] = set()
        self._db = db
        self._office = office
        self._pair = pair
        self._source = source

    async def contact_of(self, customer: Customer) -> int | None:
        """The customer's contact, `None` when the office does not know them yet."""
        keys = keys_of(customer)
        known = await self._db.run(lambda conn: self._known(conn, keys))
        if known is not None and await self._still_there(known):
            return known
        found = await self._search(keys)
        if found is not None:
            await self._db.run(lambda conn: self.learn(conn, customer, found))
        return found

    async def _still_there(self, contact_id: int) -> bool:
        """Whether the office still has the contact, asked once per cycle; a merged or deleted one is forgotten.

        An order for a contact that is gone would be created without any customer (contracts/webasyst §5.2).
        """
        if contact_id in self._seen:
            return True
        if await self._office.has_contact(contact_id):
            self._seen.add(contact_id)
            return True
        await self._db.run(lambda conn: customers.forget(conn, self._pair, self._source, contact_id))
        return False

    def learn(self, conn: Connection, customer: Customer, contact_id: int) -> None:
        """Remember the contact under every key of the customer; the first one stays."""
        if not contact_id:
            return
        self._seen.add(contact_id)
        for key in keys_of(customer):
            customers.put(conn, self._pair, self._source, key, contact_id)

    def _known(self, conn: Connection, keys: Sequence[str]) -> int | None:
        for key in keys:
            contact = customers.get(conn, self._pair, self._source, key)
            if contact is not None:
                return contact
        return None

    async def _search(self, keys: Sequence[str]) -> int | None:
        """The first contact that one of the keys leads to; the office knows no user ids of the source's."""
        look = {"mail": self._office.contact_by_email, "phone": self._office.contact_by_phone}
        for kind, _, value in (key.partition(":") for key in keys):
            found = await look[kind](value) if kind in look else None
            if found is not None:
                return found
        return None
