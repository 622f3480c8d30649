"""The request log of Horoshop's calls holds no secret (contracts/sources §6, 19)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syncd.errors import Refused, ShopUnavailable
from syncd.shops.horoshop.client import HoroshopClient
from syncd.shops.horoshop.subscriptions import HoroshopSubscriptions
from syncd.shops.mask import Mask
from syncd.shops.request_log import RequestLog
from tests.shops.conftest import Connect
from tests.shops.horoshop.small_shop import LOGIN, PASSWORD, SmallShop, an_order

pytestmark = pytest.mark.anyio


async def test_no_line_of_the_log_holds_a_secret(shop: SmallShop, connect: Connect, tmp_path: Path) -> None:
    """Password and login, the token in every body and in the answer to the login, the secret in our hook's address, and
    the buyer's name, address and phone."""
    log = RequestLog(tmp_path / "requests.log", max_bytes=10**6, mask=Mask())
    transport = connect(shop.wire.url, shop="horoshop", headers={}, log=log)
    client = HoroshopClient(transport, login=LOGIN, password=PASSWORD, now=shop.clock)
    shop.orders = [
        an_order(
            7,
            delivery_name="canary-name",
            delivery_address="canary-street@7",
            delivery_city="canary-city",
            delivery_email="canary@mail.example",
            delivery_phone="canary-phone",
            comment="canary-comment",
            manager_comment="canary-remark",
        )
    ]
    await client.orders_numbered([7])
    shop.before = lambda function, body: (400, body) if function.startswith("hooks/") else None
    with pytest.raises(Refused):
        await HoroshopSubscriptions(client).subscribe("order_created", "https://bridge.example/canary-path")
    log.close()
    text = (tmp_path / "requests.log").read_text("utf-8")
    assert len(text.splitlines()) == len(shop.calls) == 3
    assert "order_created" in text
    assert "canary" not in text


@pytest.mark.parametrize("function", ["auth", "orders/get"])
async def test_a_failure_that_repeats_our_secrets_tells_none(
    shop: SmallShop, connect: Connect, function: str
) -> None:
    """The text of a 500 may repeat what was sent, under no telling name, and a token may stand where the text is cut."""
    client = HoroshopClient(
        connect(shop.wire.url, shop="horoshop", headers={}), login=LOGIN, password=PASSWORD, now=shop.clock
    )
    sent: list[str] = []

    def fails(called: str, body: dict[str, Any]) -> tuple[int, str] | None:
        if called != function:
            return None
        sent.extend(str(value) for name, value in body.items() if name in {"password", "token"})
        return 500, f"{sent[-1]} was refused {'x' * (140 - len(sent[-1]))} {sent[-1]}"

    shop.before = fails
    with pytest.raises(ShopUnavailable) as failed:
        await client.orders_numbered([7])
    assert sent
    assert "was refused" in str(failed.value)
    assert sent[-1][:6] not in str(failed.value)
