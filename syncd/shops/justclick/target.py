"""JustClick as the target of changes: the state of an order, the only thing that is written back."""

from __future__ import annotations

from datetime import datetime

from syncd.errors import InDoubt, Refused
from syncd.shops.justclick.client import JustClickClient
from syncd.shops.row import Row

SHOWN_AS: dict[str, frozenset[str]] = {
    "sent": frozenset({"sent"}),
    "paid": frozenset({"paid"}),
    "return": frozenset({"return", "moneyback"}),
    "cancel": frozenset({"cancel"}),
}
"""The words of `UpdateOrderStatus`, and what `pay_status` says afterwards (contracts/sources §2.3, §2.7)."""

_DATED = frozenset({"sent", "paid"})


class JustClickTarget:
    """One JustClick account to be written to. Errors are those of `JustClickClient`."""

    def __init__(self, client: JustClickClient) -> None:
        self._client = client

    async def set_status(self, key: str, status: str, *, date: datetime | None, tracking: str) -> None:
        """Move an order to sent, paid, return or cancel, and see that it stands there.

        `date` is when it was sent or paid, `tracking` the number of the parcel; both are needed for `sent`, the
        date for `paid`. The tracking number cannot be read back: it is write only.

        Raises `Refused` before anything is sent for another word, a missing date or number, or a key that is no order
        (code "gone"), and `InDoubt` when the order shows no such state afterwards.
        """
        if not (key.isascii() and key.isdigit()):
            raise Refused(f"{key!r} is no order of JustClick", code="gone")
        _check(key, status, date, tracking)
        when = date if status in _DATED else None
        number = tracking.strip() if status == "sent" else ""
        try:
            await self._client.update_order_status(key, status, date=when, rpo=number)
        except InDoubt:
            if await self._shows(key, status):
                return
            raise
        if not await self._shows(key, status):
            raise InDoubt(
                f"JustClick says that order {key} is {status!r} now, but does not show it. Look at the order there.",
                ended=True,
            )

    async def _shows(self, key: str, status: str) -> bool:
        details = await self._client.order_details(key)
        return details is not None and Row.of(details, "order").text("pay_status") in SHOWN_AS[status]


def _check(key: str, status: str, date: datetime | None, tracking: str) -> None:
    if status not in SHOWN_AS:
        raise Refused(f"order {key}: {status!r} is none of JustClick's words, {', '.join(SHOWN_AS)}")
    if status in _DATED and date is None:
        raise Refused(f"order {key}: JustClick needs a date for {status!r}")
    if status == "sent" and not tracking.strip():
        raise Refused(f"order {key}: JustClick needs a tracking number for 'sent'. Enter it in the office.")
