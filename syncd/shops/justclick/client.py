"""Calls of the JustClick API that syncd uses, one method each; what they are for is decided elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any

from syncd.errors import (
    BrokenAnswer,
    InDoubt,
    Misconfigured,
    Refused,
    ShopUnavailable,
    StopStream,
    Throttled,
)
from syncd.shops.justclick.judge import BACK_OFF, EXHAUSTED, NO_SUCH_ORDER, OK, Told, told, trouble
from syncd.shops.justclick.signing import signed_form
from syncd.shops.justclick.silence import Silence
from syncd.shops.php import as_list
from syncd.shops.row import Row
from syncd.shops.transport import Answer, Transport

_Fields = list[tuple[str, Any]]
_BACK_OFF = timedelta(seconds=BACK_OFF)


@dataclass(frozen=True, slots=True)
class Rows:
    """The records of a list as they came, and the shop's clock when it told them."""

    rows: list[Any]
    clock: datetime


class JustClickClient:
    """The API of one JustClick account; the transport's address is the account's root, `https://<login>.justclick.ru`.

    Calls are made one at a time (contracts/sources §2.1). Every method raises `NotAuthorised` or `Misconfigured` for what
    a person must put right (a refused or foreign hash, the login, this machine's address, a disabled account), and
    `Throttled` after code 8: for half an hour then nothing is sent, by whoever shares the `silence`. A read raises
    `BrokenAnswer` for an answer that is no JSON of the promised shape, and `ShopUnavailable` when the shop is unwell. A list
    that is refused for good raises `StopStream`, a call for one order `Refused`. `now` is our own clock.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        login: str,
        key: str,
        silence: Silence,
        now: Callable[[], datetime],
    ) -> None:
        self._transport = transport
        self._login = login
        self._key = key
        self._turn = asyncio.Lock()
        self._silence = silence
        self._now = now

    async def orders_with_goods(
        self, begin: date, end: date, *, paid: bool = False, goods: Sequence[str] = ()
    ) -> Rows:
        """`getOrdersWithGoods`: orders created from day to day, with their goods; the paid ones, by the day of payment, if
        `paid` (§2.3). `goods` are product codes. A window longer than a month is cut from the start."""
        fields: _Fields = [("begin_date", f"{begin:%d.%m.%Y}"), ("end_date", f"{end:%d.%m.%Y}")]
        return await self._list("getOrdersWithGoods", fields + _filters(paid, goods))

    async def orders(
        self, begin: datetime, end: datetime, *, paid: bool = False, goods: Sequence[str] = ()
    ) -> Rows:
        """`GetOrders`: orders created between two moments, without their goods (§2.3)."""
        fields: _Fields = [("date_s", int(begin.timestamp())), ("date_e", int(end.timestamp()))]
        return await self._list("GetOrders", fields + _filters(paid, goods))

    async def order_details(self, bill_id: str) -> Any:
        """`getOrderDetails`: one order, without its goods' sums (§2.3); `None` when there is no such order.

        The answer's hash covers neither the request nor the result, so its id must be the one that was asked for.
        """
        answer = await self._read("getOrderDetails", [("bill_id", bill_id), ("good_info", True)])
        if answer.code in NO_SUCH_ORDER:
            return None
        if answer.code != OK:
            raise trouble(answer, f"getOrderDetails for order {bill_id}")
        return _one(answer.result, bill_id)

    async def goods(self) -> Rows:
        """`GetAllGoods`: the account's products, `good_name` being the code (§2.3)."""
        return await self._list("GetAllGoods", [])

    async def update_order_status(
        self, bill_id: str, status: str, *, date: datetime | None = None, rpo: str = ""
    ) -> None:
        """`UpdateOrderStatus`: sent, paid, return or cancel; `date` is needed for sent and paid, `rpo`, the tracking number,
        for sent (§2.3). Sent once.

        Raises `Refused` (code "gone" for no such order) when the shop rejected it, `ShopUnavailable` when it was never sent
        or a web server blocked it, and `InDoubt` when its outcome is unknown.
        """
        fields: _Fields = [("bill_id", bill_id), ("status", status)]
        if date is not None:
            fields.append(("date", int(date.timestamp())))
        if rpo:
            fields.append(("rpo", rpo))
        call = f"UpdateOrderStatus for order {bill_id}"
        answer = await self._write("UpdateOrderStatus", fields, call)
        if answer.code != OK:
            raise trouble(answer, call)

    async def _list(self, method: str, fields: _Fields) -> Rows:
        """The records of a list; "no orders" is an empty one (§2.4)."""
        answer = await self._read(method, fields)
        if answer.code in NO_SUCH_ORDER:
            return Rows([], answer.clock)
        if answer.code != OK:
            error = trouble(answer, method)
            if isinstance(error, Refused):
                raise StopStream(f"{error}. It is permanent: a person must look.")
            raise error
        return Rows(as_list(answer.result, f"the result of {method}"), answer.clock)

    async def _read(self, method: str, fields: _Fields) -> Told:
        async with self._turn:
            await self._keep_silent()
            answer = await self._transport.read("POST", f"api/{method}", form=self._form(fields))
            return await self._heard(told(answer, method, self._key))

    async def _write(self, method: str, fields: _Fields, call: str) -> Told:
        async with self._turn:
            await self._keep_silent()
            answer = await self._transport.write("POST", f"api/{method}", form=self._form(fields))
            try:
                return await self._heard(told(answer, call, self._key))
            except (BrokenAnswer, ShopUnavailable, Misconfigured) as error:
                if _blocked(answer):
                    raise
                raise InDoubt(
                    f"{error} Whether it was done is unknown: look at the order.", ended=True
                ) from error

    def _form(self, fields: _Fields) -> str:
        return signed_form(fields, login=self._login, key=self._key)

    async def _heard(self, answer: Told) -> Told:
        """Code 8 silences every call for a while, whoever makes it."""
        if answer.code == EXHAUSTED:
            await self._silence.keep(self._now() + _BACK_OFF)
        return answer

    async def _keep_silent(self) -> None:
        """Raises `Throttled` within a silence. One that lasts longer than any is from before our clock was put back."""
        until, now = await self._silence.until(), self._now()
        if until is None or not timedelta() < until - now <= _BACK_OFF:
            return
        left = (until - now).total_seconds()
        raise Throttled(
            f"JustClick said that the limit of calls is used up: nothing is asked for {left:.0f} s more", left
        )


def _filters(paid: bool, goods: Sequence[str]) -> _Fields:
    """What is not wanted is left out: the word "false" is true on the other side (§2.3)."""
    return ([("paid", True)] if paid else []) + ([("goods", list(goods))] if goods else [])


def _one(result: Any, bill_id: str) -> Any:
    """The order in an answer about one order, alone or as the only one of a list."""
    if isinstance(result, list) and len(result) == 1:
        result = result[0]
    row = Row.of(result, f"the details of order {bill_id}")
    if row.identifier("id") != bill_id:
        raise BrokenAnswer(f"JustClick: the details of order {bill_id} are those of {row.identifier('id')}")
    return result


def _blocked(answer: Answer) -> bool:
    """Whether a web server or a firewall did not pass the call on."""
    return HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
