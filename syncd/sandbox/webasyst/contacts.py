"""Contacts: reading what was sent, keeping addresses, showing them (contracts/webasyst §5.2, §6)."""

from __future__ import annotations

import re
from typing import Any

from syncd.sandbox import php

from .state import State
from .store import Contact

NAMES = ("firstname", "middlename", "lastname", "company")
ADDRESS_PARTS = ("street", "city", "region", "zip", "country")
LONG_PHONE = 11  # digits, with the country code
USERPIC = "/wa-content/img/userpic.svg"
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


def create(state: State, sent: Any, method: str, by: int = 1) -> Contact:
    """Always a new contact, also for a known e-mail; a scalar makes an empty one (contracts/webasyst §5.2)."""
    contact = Contact(id=state.store.contacts.reserve(), create_datetime=state.now(), create_method=method)
    contact.create_contact_id = by
    state.store.contacts.put(contact.id, contact)
    put(contact, sent if isinstance(sent, dict) else {})
    return contact


def put(contact: Contact, sent: dict[Any, Any]) -> None:
    """Write the sent fields; phones keep only their digits; unknown fields are ignored."""
    for name in NAMES:
        if name in sent:
            setattr(contact, name, php.to_str(sent[name]))
    if "email" in sent:
        contact.emails = _texts(sent["email"])
    if "phone" in sent:
        contact.phones = [re.sub(r"\D", "", one) for one in _texts(sent["phone"])]
    for key, value in sent.items():
        if isinstance(key, str) and key.partition(".")[0] == "address" and isinstance(value, dict):
            put_address(contact, key.partition(".")[2] or "shipping", value)
    contact.name = full_name(contact)


def put_from_form(contact: Contact, sent: dict[Any, Any]) -> None:
    """What the order forms save: they also leave their own marks and every unknown field behind."""
    put(contact, sent)
    contact.other.update({"email_confirmed": "", "phone_confirmed": "", "contact_type": "person"})
    for key, value in sent.items():
        if key not in (*NAMES, "email", "phone") and not str(key).startswith("address"):
            contact.other[str(key)] = php.to_str(value)


def full_name(contact: Contact) -> str:
    """First, middle and last name; else the company; else the part of the e-mail before @."""
    parts = [part for part in (contact.firstname, contact.middlename, contact.lastname) if part]
    if parts:
        return " ".join(parts)
    return contact.company or (contact.emails[0].partition("@")[0] if contact.emails else "")


def put_address(contact: Contact, ext: str, sent: dict[Any, Any]) -> None:
    """Replace or add the address of this kind."""
    data = {str(key): php.to_str(value) for key, value in sent.items() if php.to_str(value)}
    existing = contact.address(ext)
    if existing is not None:
        existing.update(data)
    elif data:
        contact.addresses.append({"data": data, "ext": ext, "status": None})


def errors(sent: Any) -> dict[str, Any]:
    """What the form check says: only e-mails are looked at (contracts/webasyst §5.3, §6)."""
    emails = _texts(sent.get("email", "")) if isinstance(sent, dict) else []
    return {"email": ["Invalid Email"]} if any(not _EMAIL.match(one) for one in emails) else {}


def _texts(value: Any) -> list[str]:
    values = list(value.values()) if isinstance(value, dict) else [value]
    texts = [php.to_str(one.get("value", "") if isinstance(one, dict) else one).strip() for one in values]
    return [one for one in texts if one]


def formatted_phone(digits: str) -> str:
    """The phone as the back office shows it."""
    if len(digits) == LONG_PHONE and digits[0] in "78":
        return f"+{digits[0]} ({digits[1:4]}) {digits[4:7]}-{digits[7:9]}-{digits[9:]}"
    if len(digits) == LONG_PHONE - 1:
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return digits


def phone_rows(contact: Contact) -> list[dict[str, Any]]:
    """Phones as lists show them."""
    return [
        {"value": one, "ext": "", "status": None, "formatted": formatted_phone(one)} for one in contact.phones
    ]


def order_contact(contact: Contact | None, contact_id: int | None) -> dict[str, Any]:
    """`contact` of order.getInfo; names are always escaped, a dangling id shows an empty contact."""
    if contact is None:
        return {
            "id": "" if contact_id is None else str(contact_id),
            "name": "",
            "email": "",
            "phone": "",
            "registered": False,
            "photo_50x50": USERPIC,
        }
    return {
        "id": str(contact.id),
        "name": php.htmlspecialchars(contact.name),
        "email": contact.emails[0] if contact.emails else "",
        "phone": contact.phones[0] if contact.phones else "",
        "registered": False,
        "photo_50x50": USERPIC,
    }
