"""shop.customer.add / search (contracts/webasyst §6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from syncd.sandbox import php

from . import conditions, contacts
from .amounts import text
from .call import Call, Method, as_map, writes
from .errors import server_error
from .store import Contact

COLUMNS = (
    "id",
    "firstname",
    "middlename",
    "lastname",
    "name",
    "company",
    "create_datetime",
    "create_method",
    "locale",
)
Filter = Callable[[Contact], bool]


def add(call: Call) -> Any:
    """shop.customer.add: errors come with status 200 and a null id; e-mails are not deduplicated."""
    sent = as_map(call.post.get("data"))
    if not any(php.to_str(value) for value in sent.values()):
        return {"contact_id": None, "errors": {"name": "At least one of these fields must be filled in."}}
    if not php.truthy(call.post.get("skip_validation")):
        errors = contacts.errors(sent)
        if errors:
            return {"contact_id": None, "errors": errors}
    return {"contact_id": contacts.create(call.state, sent, "add", call.user.contact_id).id}


def search(call: Call) -> Any:
    """shop.customer.search: the hash is read from the query only; limit, offset and sort from both."""
    offset, limit = call.page({**call.query, **call.post}, most=None)
    sort = php.to_str(call.post.get("sort", call.query.get("sort", ""))) or "name ASC"
    found = _sorted(_found(call, call.get("hash")), sort) if call.user.may("customers") else []
    rows = [row(one) for one in found[offset : offset + limit]]
    return {"offset": offset, "limit": limit, "sort": sort, "count": len(found), "customers": rows}


def _found(call: Call, text: str) -> list[Contact]:
    kind, _, rest = text.lstrip("#/").partition("/")
    everybody = list(call.store.contacts)
    if kind in ("", "all"):
        return everybody
    if kind == "id":
        wanted = {php.to_int(one) for one in rest.split(",")}
        return [one for one in everybody if one.id in wanted]
    if kind != "search":
        raise server_error(f"Unknown collection hash type: “{kind}”.")
    tests = [_test(one) for one in conditions.parse(rest)]
    return [one for one in everybody if one.is_customer and all(test(one) for test in tests)]


def _test(one: conditions.Condition) -> Filter:
    if one.field == "email":
        check = conditions.test("text", one.op or "=", one.value)
        return lambda contact: any(check(value) for value in contact.emails)
    if one.field == "phone":
        digits = re.sub(r"\D", "", one.value)
        if one.op in ("*=", "@="):
            return lambda contact: any(digits in value for value in contact.phones)
        return lambda contact: digits in contact.phones
    if one.field in COLUMNS:
        kind = "number" if one.field == "id" else "time" if one.field == "create_datetime" else "text"
        check = conditions.test(kind, one.op or "=", one.value)
        return lambda contact: check(getattr(contact, one.field))
    return _nonsense(one)


def _nonsense(one: conditions.Condition) -> Filter:
    """Unknown fields are looked up in what forms left at the contact, or give nonsense (contracts/webasyst §6)."""
    group = one.field.partition(".")[0]
    if group == "app":
        return lambda contact: True
    if one.field == "contact_info.name":
        return lambda contact: not contact.name
    if group in ("contact_info", "contact_id", "query"):
        return lambda contact: False
    stored = conditions.test("text", one.op or "=", one.value)
    return lambda contact: stored(contact.other.get(one.field))


def _sorted(found: list[Contact], sort: str) -> list[Contact]:
    name, _, order = sort.partition(" ")
    if name not in (*COLUMNS, "total_spent", "number_of_orders", "last_order_id"):
        name = "name"
    if name == "name":
        return sorted(found, key=_name_key, reverse=order.upper() == "DESC")
    first = getattr(found[0], name) if found else ""
    key: Callable[[Contact], Any]
    if isinstance(first, str):
        key = lambda one: (getattr(one, name).casefold(), one.id)  # noqa: E731
    else:
        key = lambda one: (getattr(one, name) or 0, one.id)  # noqa: E731
    return sorted(found, key=key, reverse=order.upper() == "DESC")


def _name_key(one: Contact) -> tuple[str, int]:
    """The stored name begins with the last name, whatever is shown; two Cyrillic letters sort as one."""
    stored = f"{one.lastname} {one.firstname}".strip() or one.name
    return stored.casefold().replace("\u0451", "\u0435"), one.id


def row(one: Contact) -> dict[str, Any]:
    """One customer; the sales columns are null until the first order."""
    return {
        "id": str(one.id),
        "name": one.name,
        "firstname": one.firstname,
        "middlename": one.middlename,
        "lastname": one.lastname,
        "title": "",
        "company": one.company,
        "jobtitle": "",
        "company_contact_id": "0",
        "is_company": "0",
        "is_user": one.is_user,
        "is_staff": "0",
        "login": one.login,
        "last_datetime": one.last_datetime,
        "sex": None,
        "birth_day": None,
        "birth_month": None,
        "birth_year": None,
        "about": None,
        "photo": "0",
        "create_datetime": one.create_datetime,
        "create_app_id": one.create_app_id,
        "create_method": one.create_method,
        "create_contact_id": str(one.create_contact_id),
        "locale": one.locale,
        "timezone": "",
        **_sales(one),
        "_online_status": "online" if one.login else "offline",
        "photo_url_40": contacts.USERPIC,
        "photo_url_96": contacts.USERPIC,
        **_lists(one),
    }


def _sales(one: Contact) -> dict[str, Any]:
    known = one.is_customer
    return {
        "contact_id": str(one.id) if known else None,
        "total_spent": text(one.total_spent) if known else None,
        "affiliate_bonus": "0.0000" if known else None,
        "number_of_orders": str(one.number_of_orders) if known else None,
        "last_order_id": str(one.last_order_id) if known and one.last_order_id else None,
        "source": None,
    }


def _lists(one: Contact) -> dict[str, Any]:
    return {
        "email": list(one.emails),
        "phone": contacts.phone_rows(one) or False,
        "im": False,
        "address": one.addresses or False,
        "url": False,
        "socialnetwork": False,
        **{name: [{"value": value, "ext": "", "status": None}] for name, value in one.other.items()},
    }


METHODS: dict[str, Method] = {
    "customer.add": writes(add),
    "customer.search": Method(("GET", "POST"), search),
}
