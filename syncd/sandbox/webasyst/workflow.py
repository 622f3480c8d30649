"""Actions on orders: the checked way (order.action) and the unchecked direct methods (contracts/webasyst §5.1, §5.8-5.9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syncd.sandbox import php

from . import order_stock
from .amounts import ZERO
from .state import State
from .stock import to_primary
from .store import LogRow, Order
from .workflow_data import BY_ID, RESULTS, UNCONFIGURED

Answer = dict[str, Any]
MAILED = (
    "process",
    "pay",
    "ship",
    "complete",
    "refund",
    "delete",
    "editshippingdetails",
    "message",
    "sendpin",
)
_UNSENT = '<span style="color:red">Error sending message to client. Message is not sent.</span><br><br>'


def available(state: State, order: Order) -> list[str]:
    """The actions of the order's state that can be used now, in the workflow's order."""
    listed = [one for one in BY_ID[order.state_id]["available_actions"] if one not in UNCONFIGURED]
    contact = state.store.contacts.get(order.contact_id)
    if contact is None or not (contact.emails or contact.phones):
        listed = [one for one in listed if one != "message"]
    return listed


def perform(
    state: State, order: Order, action: str, data: dict[Any, Any], *, by: int, shown_id: int | str
) -> Answer:
    """Carry out an action whatever the state of the order; the answer's keys come in the shop's order."""
    before = order.state_id
    answer: Answer = EXTRAS.get(action, _nothing)(state, order, data)
    update = answer.pop("update", {})
    after = _after(order, action, before)
    _move_stock(state, order, action, before, data)
    order.state_id = after
    order.update_datetime = state.now()
    row = log(
        state, order, action, before=before, by=by, text=answer.get("text"), params=answer.get("params")
    )
    told = {
        "order_id": shown_id,
        "action_id": action,
        "before_state_id": before,
        "after_state_id": after,
        "id": row.id,
    }
    if action in MAILED:
        mail(state, order, "order." + action)
    update = {**update, "update_datetime": order.update_datetime}
    if len(update) > 1:
        lead = {"update": update} if "paid_datetime" in update else {}
        return {**lead, **answer, "update": update, **told}
    return {**answer, **told, "update": update}


def log(
    state: State,
    order: Order,
    action: str,
    *,
    before: str,
    by: int | None,
    text: str | None = None,
    params: dict[str, Any] | None = None,
) -> LogRow:
    """Write a row of history."""
    kept = {key: value for key, value in (params or {}).items() if isinstance(value, str)}
    row = LogRow(
        id=state.store.log.reserve(),
        order_id=order.id,
        contact_id=by,
        action_id=action,
        datetime=state.now(),
        before_state_id=before,
        after_state_id=order.state_id,
        text=text or None,
        params=kept,
    )
    return state.store.add_log(row)


def mail(state: State, order: Order, event: str) -> None:
    """Remember a mail; the API cannot silence them (contracts/webasyst §5.2)."""
    contact = state.store.contacts.get(order.contact_id)
    to = contact.emails[0] if contact is not None and contact.emails else None
    state.store.mails.append({"event": event, "order_id": order.id, "to": to, "total": str(order.total)})


def _after(order: Order, action: str, before: str) -> str:
    if action == "restore":
        return order.state_before_delete or "new"
    if action == "delete" and before != "deleted":
        order.state_before_delete = before
    return RESULTS.get(action, before)


def _move_stock(state: State, order: Order, action: str, before: str, data: dict[Any, Any]) -> None:
    counting = state.settings.stock_counting_action
    if action in ("delete", "refund"):
        order_stock.give_back(state, order, php.to_int(data.get("return_stock", "0")))
    elif action == "restore":
        if "reduce_times" in order.params:
            order_stock.reduce(state, order)
    elif counting == "processing" and (
        action in ("process", "pay", "ship") or (action, before) == ("complete", "new")
    ):
        order_stock.reduce(state, order)


def _nothing(state: State, order: Order, data: dict[Any, Any]) -> Answer:
    return {}


def _pay(state: State, order: Order, data: dict[Any, Any]) -> Answer:
    return {
        "update": _paid(state, order, state.now()),
        "text": php.htmlspecialchars(php.to_str(data.get("text", ""))),
    }


def _complete(state: State, order: Order, data: dict[Any, Any]) -> Answer:
    return {} if order.paid_datetime else {"update": _paid(state, order, state.now())}


def _paid(state: State, order: Order, moment: str) -> Answer:
    first = not _has_paid_before(state, order)
    order.paid_datetime = moment
    month = int(moment[5:7])
    update: Answer = {
        "paid_year": moment[:4],
        "paid_quarter": (month + 2) // 3,
        "paid_month": moment[5:7],
        "paid_date": moment[:10],
        "paid_datetime": moment,
    }
    if first:
        order.is_first = update["is_first"] = 1
    _count_spent(state, order, 1)
    return update


def _has_paid_before(state: State, order: Order) -> bool:
    others = (one for one in state.store.orders if one.contact_id == order.contact_id and one.id != order.id)
    return any(one.paid_datetime for one in others)


def _count_spent(state: State, order: Order, sign: int) -> None:
    contact = state.store.contacts.get(order.contact_id)
    if contact is not None:
        amount = to_primary(state, order.currency, order.total)
        contact.total_spent = max(ZERO, contact.total_spent + sign * amount)


def _unpay(state: State, order: Order) -> None:
    if order.paid_datetime:
        order.paid_before, order.paid_datetime = order.paid_datetime, None
        _count_spent(state, order, -1)


def _delete(state: State, order: Order, data: dict[Any, Any]) -> Answer:
    _unpay(state, order)
    return _with_text(data)


def _refund(state: State, order: Order, data: dict[Any, Any]) -> Answer:
    _unpay(state, order)
    return {**_with_text(data), "params": {"auth_edit": None}}


def _restore(state: State, order: Order, data: dict[Any, Any]) -> Answer:
    moment, order.paid_before = order.paid_before, None
    return {"update": _paid(state, order, moment)} if moment else {}


def _with_text(data: dict[Any, Any]) -> Answer:
    text = php.to_str(data.get("text", ""))
    return {"text": php.htmlspecialchars(text)} if text else {}


def _comment(state: State, order: Order, data: dict[Any, Any]) -> Answer:
    return {"text": php.htmlspecialchars(php.to_str(data.get("text", "")))}


def _ship(state: State, order: Order, data: dict[Any, Any]) -> Answer:
    number = php.to_str(data.get("tracking_number", ""))
    if not number:
        return _with_text(data)
    order.params["tracking_number"] = number[:255]
    found = {"tracking_number": number}
    return {
        "text": f"Tracking number: {php.htmlspecialchars(number)}",
        "params": found,
        "update": {"params": found},
    }


def _fulfilling(state: State, order: Order, data: dict[Any, Any]) -> Answer:
    return {"text": "Responsible for the fulfillment: None"}


def _message(state: State, order: Order, data: dict[Any, Any]) -> Answer:
    text, transport = php.htmlspecialchars(php.to_str(data.get("text", ""))), data.get("transport")
    contact = state.store.contacts.get(order.contact_id)
    if transport == "email" and contact is not None and contact.emails:
        icon = f'<i class="icon16 email fas fa-envelope text-gray float-right custom-mr-4" title="{contact.emails[0]}">'
        text = f"{icon}</i> {text}"
    return {"text": _UNSENT + text}


EXTRAS: dict[str, Callable[[State, Order, dict[Any, Any]], Answer]] = {
    "pay": _pay,
    "complete": _complete,
    "delete": _delete,
    "refund": _refund,
    "restore": _restore,
    "comment": _comment,
    "ship": _ship,
    "editshippingdetails": _ship,
    "fulfilling": _fulfilling,
    "message": _message,
}
