"""Writing back to Horoshop: the status of an order, and its tracking number."""

from __future__ import annotations

from typing import Any

from syncd.errors import Held, InDoubt, Refused, RetryLater
from syncd.shops.horoshop.client import HoroshopClient
from syncd.shops.row import Row

_NOT_DELIVERED = "4"


class HoroshopTarget:
    """One shop as the receiver of statuses. `cancel` allows status 4 (not delivered): set by the API it is final, and the
    goods stay deducted from stock (contracts/sources §1.5)."""

    def __init__(self, client: HoroshopClient, *, cancel: bool = False) -> None:
        self._client = client
        self._cancel = cancel

    async def set_status(self, key: str, status_id: str, *, tracking: str = "") -> None:
        """Move an order to the status of this id, with a tracking number where there is one; proved by reading it back.

        Raises `Held` for a status that is not allowed, `Refused` when the shop rejected it or did not do it, and `InDoubt`
        when nobody knows; errors of the shop otherwise as `HoroshopClient`.
        """
        if not (_is_number(key) and _is_number(status_id)):
            raise Held(f"order {key}: Horoshop knows orders and statuses by numbers: check the status map")
        status = str(int(status_id))
        if status == _NOT_DELIVERED and not self._cancel:
            raise Held(
                f"order {key}: status 4 (not delivered) is not written to Horoshop, where it is final and leaves the goods "
                "deducted from stock. Set it by hand there, or allow cancels for this source."
            )
        body: dict[str, Any] = {"order_id": int(key), "status": int(status)}
        if tracking:
            body["own_tracking_code"] = tracking
        try:
            word = await self._client.update_order(body)
        except InDoubt:
            if await self._reached(key, status):
                return
            raise
        self._refuse(key, word)
        if (stands := await self._status(key)) != status:
            raise Refused(
                f"order {key}: Horoshop took the status {status} without an error, but the order stands at "
                f"{stands or 'no status'}. Check the status and the rules of the shop."
            )

    def _refuse(self, key: str, word: Row) -> None:
        """The shop's word about the one order that was sent; its text is `message` or `messages`."""
        if word.text("status").upper() in {"", "OK"}:
            return
        raise Refused(f"order {key}: Horoshop refused the status: {self._client.hide(_text(word))}")

    async def _reached(self, key: str, status_id: str) -> bool:
        """Whether a write in doubt has surely taken effect."""
        try:
            return await self._status(key) == status_id
        except RetryLater:
            return False

    async def _status(self, key: str) -> str:
        """The status that the order stands at; empty when the shop does not have it."""
        reply = await self._client.orders_numbered([int(key)])
        rows = (Row.of(row, "order") for row in reply.rows)
        return next((row.text("stat_status") for row in rows if row.text("order_id") == key), "")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _text(word: Row) -> str:
    """Its reasons: `message` or `messages`, a list or one text."""
    messages = word.raw("messages") or word.raw("message") or "no reason given"
    return "; ".join(map(str, messages)) if isinstance(messages, list) else str(messages)
