"""``/api/users``: ``user_type`` is mandatory, addresses never appear, a missing user is 200 (cscart §5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncd.sandbox import php
from syncd.sandbox.cscart.call import Call
from syncd.sandbox.cscart.context import Context
from syncd.sandbox.cscart.entities import Entity, privileges
from syncd.sandbox.cscart.paging import asked_page, echo
from syncd.sandbox.cscart.product_list import like
from syncd.sandbox.cscart.product_rows import company_name
from syncd.sandbox.cscart.records import User
from syncd.sandbox.cscart.replies import ApiError
from syncd.sandbox.cscart.store import Store

SORT_KEYS: dict[str, Callable[[User], Any]] = {
    "id": lambda u: u.user_id,
    "username": lambda u: u.user_id,
    "email": lambda u: u.email.casefold(),
    "name": lambda u: (u.lastname.casefold(), u.firstname.casefold()),
    "date": lambda u: u.timestamp,
    "type": lambda u: u.user_type,
    "status": lambda u: u.status,
    "phone": lambda u: u.phone,
    "last_login": lambda u: u.last_login,
    "company": lambda u: u.company.casefold(),
}
FIELDS = ("firstname", "lastname", "phone", "company", "status", "email")


def user_row(store: Store, user: User) -> dict[str, Any]:
    """Return one user."""
    return {
        "user_id": str(user.user_id), "user_login": f"user_{user.user_id}", "is_root": "N",
        "timestamp": str(user.timestamp), "user_type": user.user_type, "status": user.status,
        "firstname": user.firstname, "lastname": user.lastname, "email": user.email, "company": user.company,
        "company_id": str(user.company_id), "phone": user.phone, "last_login": str(user.last_login),
        "company_name": company_name(store, user.company_id), "points": None,
    }  # fmt: skip


def index(context: Context, call: Call) -> tuple[int, Any]:
    """List users of one type; past the end the last page comes again."""
    if not call.text("user_type"):
        raise ApiError(400, "The user_type field is required")
    rows = [row for row in context.store.users.values() if _fits(row, call)]
    return 200, _listed(context.store, call, rows)


def _fits(user: User, call: Call) -> bool:
    if user.user_type != call.text("user_type") or (call.company_id and user.company_id != call.company_id):
        return False
    if (numbers := call.numbers("user_ids") | call.numbers("user_id")) and user.user_id not in numbers:
        return False
    if call.text("status") and user.status != call.text("status"):
        return False
    if call.text("name") and not like(call.text("name")).search(f"{user.firstname} {user.lastname}"):
        return False
    return all(
        like(call.text(key)).search(getattr(user, key))
        for key in ("email", "phone", "company")
        if call.text(key)
    )


def _listed(store: Store, call: Call, rows: list[User]) -> dict[str, Any]:
    asked = call.text("sort_by", "name")
    sort_by = asked if asked in SORT_KEYS else "name"
    descending = call.text("sort_order", "asc") in {"desc", "descasc"}
    rows.sort(key=SORT_KEYS[sort_by], reverse=descending)
    page = asked_page(call, store.settings.items_per_page).clamped(len(rows))
    order = ("desc", "asc") if descending else ("asc", "desc")
    defaults = {
        "extended_search": True,
        "sort_order": order[0],
        "sort_by": sort_by,
        "sort_order_rev": order[1],
    }
    params = echo(call, defaults, page, len(rows) if page.size else None)
    return {"users": [user_row(store, row) for row in page.slice(rows)], "params": params}


def read(context: Context, call: Call) -> tuple[int, Any]:
    """Return one user; a missing one is an empty list with status 200."""
    user = context.store.users.get(call.number)
    if user is not None:
        return 200, user_row(context.store, user)
    call.params["user_id"] = str(call.object_id)
    return 200, _listed(context.store, call, [])


def create(context: Context, call: Call) -> tuple[int, Any]:
    """Create a user; raises ApiError 400 for missing fields and for an e-mail that is taken."""
    store, data = context.store, call.data
    for key in ("email", "user_type"):
        if not php.truthy(data.get(key)):
            raise ApiError(400, f"The {key} field is required")
    if "company_id" not in data and not call.company_id:
        raise ApiError(400, "The company_id field is required")
    email = php.to_str(data["email"])
    if any(row.email.casefold() == email.casefold() for row in store.users.values()):
        raise ApiError(400, "The e-mail is already used by another user")
    number = store.next_id("user")
    company_id = call.company_id or php.to_int(data["company_id"])
    user = User(
        number, email, user_type=php.to_str(data["user_type"])[:1], company_id=company_id, timestamp=store.now
    )
    store.users[number] = user
    _change(user, data)
    context.trigger("new_user", user_row(store, user))
    return 201, {"user_id": number, "profile_id": number + 3}


def _change(user: User, data: php.PhpArray) -> None:
    for key in FIELDS:
        if key in data:
            setattr(user, key, php.to_str(data[key]))
    user.address.update(
        {str(key): php.to_str(value) for key, value in data.items() if str(key).startswith(("b_", "s_"))}
    )


def update(context: Context, call: Call) -> tuple[int, Any]:
    """Change a user."""
    user = _find(context, call)
    _change(user, call.data)
    return 200, {"user_id": str(user.user_id), "profile_id": str(user.user_id + 3)}


def delete(context: Context, call: Call) -> tuple[int, Any]:
    """Delete a user."""
    del context.store.users[_find(context, call).user_id]
    return 204, None


def _find(context: Context, call: Call) -> User:
    user = context.store.users.get(call.number)
    if user is None:
        raise ApiError(404)
    return user


ENTITY = Entity("users", privileges("view_users", "manage_users"), index, read, create, update, delete)
