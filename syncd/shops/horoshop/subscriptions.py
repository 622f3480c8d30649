"""Subscriptions to the shop's hooks. There is no call that lists them, so ids and addresses are kept by the caller."""

from __future__ import annotations

from http import HTTPStatus
from typing import NoReturn

from syncd.errors import InDoubt, Refused
from syncd.shops.horoshop.client import HoroshopClient
from syncd.shops.horoshop.envelope import Envelope

_DONE = range(200, 210)
"""What the documentation calls 20x; 201 is what the shop answers."""
_REFUSED = range(400, 500)


class HoroshopSubscriptions:
    """Subscribes and unsubscribes (contracts/sources §1.6). Errors are those of a write of `HoroshopClient`."""

    def __init__(self, client: HoroshopClient) -> None:
        self._client = client

    async def subscribe(self, event: str, url: str) -> str:
        """Have the shop call `url` at every `event`; answers the subscription's id.

        `url` holds our secret and is in no message. The success is 201, or another 20x that tells an id. At most five
        subscriptions per event. Not idempotent: the shop takes the same address twice.
        """
        call = f"hooks/subscribe for {event}"
        envelope = await self._client.hook("subscribe", url, {"event": event})
        value = envelope.response
        number = value.get("id") if isinstance(value, dict) else None
        told, status = str(number).isdecimal(), envelope.answer.status
        if status != HTTPStatus.CREATED and not (told and status in _DONE):
            self._fail(call, envelope, url)
        if not told:
            raise InDoubt(
                f"Horoshop answered {call} with 201 and no id, so the subscription cannot be ended from here; end it in the "
                "shop's back office",
                ended=True,
            )
        return str(number)

    async def unsubscribe(self, subscription: str, url: str) -> None:
        """End a subscription, told by its id and address. The success is status 410; the shop then calls `url` once more,
        by DELETE."""
        call = f"hooks/unSubscribe of {subscription}"
        number = int(subscription) if subscription.isdecimal() else subscription
        envelope = await self._client.hook("unSubscribe", url, {"id": number})
        if envelope.answer.status != HTTPStatus.GONE:
            self._fail(call, envelope, url)

    def _fail(self, call: str, envelope: Envelope, url: str) -> NoReturn:
        """What another answer means: the shop says no, with an envelope or without one, or nobody knows."""

        def hide(text: str) -> str:
            return self._client.hide(text, url)

        status = envelope.answer.status
        if envelope.status:
            envelope.written(call, hide)
        if envelope.status or status in _REFUSED:
            raise Refused(f"Horoshop refused {call}: HTTP {status}, {envelope.told(hide)}")
        raise InDoubt(
            f"Horoshop answered {call} with {envelope.told(hide)}; whether it was done is unknown",
            ended=status == HTTPStatus.OK,
        )
