"""`syncd hooks`: where shops call, and subscribing to those that can be asked for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from syncd.app import PAIR, utc_now
from syncd.app.hooks import EVENTS
from syncd.model.hook import HookCall
from syncd.sandbox.horoshop.shop import HoroshopShop
from syncd.sandbox.running import RunningShop, ShopThread
from syncd.shops.horoshop.hook import read_hook
from syncd.state import inbox
from tests.cli.conftest import Cli
from tests.scenarios.shops import Pair

SECRET = "hook-secret-0123456789abcdef"
BASE = "https://hooks.example.test"


@pytest.fixture
def horoshop() -> Iterator[RunningShop]:
    with ShopThread(HoroshopShop()) as shop:
        yield shop


@pytest.fixture
def env(horoshop: RunningShop) -> dict[str, str]:
    """A Horoshop source that may call, and one of the Marketplace that may not."""
    entries: list[dict[str, Any]] = [
        {"kind": "horoshop", "url": horoshop.url, "hook_secret": SECRET, **horoshop.credentials},
        {"kind": "marketplace", "email": "dev@example.test", "token": "0123456789abcdef"},
    ]
    return {"SYNCD_SOURCES": json.dumps(entries)}


def listed(cli: Cli, env: dict[str, str], source: str = "horoshop") -> dict[str, Any]:
    rows = json.loads(cli("hooks", "list", "--json", **env).stdout)["hooks"]
    row: dict[str, Any] = next(row for row in rows if row["source"] == source)
    return row


def subscribers(horoshop: RunningShop) -> dict[int, str]:
    """The addresses that the shop calls, by the number of the subscription."""
    store = horoshop.shop.store  # type: ignore[attr-defined]
    return {number: row.url for number, row in store.subscribers.items()}


def test_addresses_are_listed_with_and_without_their_secret(cli: Cli, env: dict[str, str]) -> None:
    """The secret is shown to those who ask for it only; a source without one has no address."""
    assert listed(cli, env)["path"] == "/hooks/horoshop/<secret>"
    assert listed(cli, env, "marketplace")["path"] is None
    assert SECRET not in cli("hooks", "list", **env).stdout
    text = cli("hooks", "list", "--show-secrets", "--json", **env).stdout
    assert f"/hooks/horoshop/{SECRET}" in text


def test_subscribed_listed_and_ended(cli: Cli, env: dict[str, str], horoshop: RunningShop) -> None:
    """The shop calls our address with secret and event; a second command adds nothing; the end is the end of all."""
    result = cli("hooks", "subscribe", "horoshop", "--url", f"{BASE}/", **env)
    assert (result.exit_code, SECRET in result.stdout) == (0, False)
    urls = sorted(subscribers(horoshop).values())
    assert urls == sorted(f"{BASE}/hooks/horoshop/{SECRET}/{event}" for event in EVENTS)
    assert cli("hooks", "subscribe", "horoshop", "--url", BASE, **env).exit_code == 0
    assert len(subscribers(horoshop)) == len(EVENTS)

    row = listed(cli, env)
    assert {one["event"]: (one["url"], int(one["number"])) for one in row["subscriptions"]} == {
        url.rpartition("/")[2]: (BASE, number) for number, url in subscribers(horoshop).items()
    }

    assert cli("hooks", "unsubscribe", "horoshop", **env).exit_code == 0
    assert (subscribers(horoshop), listed(cli, env)["subscriptions"]) == ({}, [])
    assert "no subscription" in cli("hooks", "unsubscribe", "horoshop", **env).stdout


def test_a_shop_that_does_not_know_an_event_yet(cli: Cli) -> None:
    """Shops before 4.26 tell nothing of payments: the command says so when it has subscribed to everything else."""
    with ShopThread(HoroshopShop(version="4.20")) as shop:
        entry = {"kind": "horoshop", "url": shop.url, "hook_secret": SECRET, **shop.credentials}
        env = {"SYNCD_SOURCES": json.dumps([entry])}
        result = cli("hooks", "subscribe", "horoshop", "--url", BASE, **env)
        assert (result.exit_code, "order_paid" in result.stderr) == (1, True)
        events = [url.rpartition("/")[2] for url in subscribers(shop).values()]
        assert events == ["order_created", "order_update"]
        assert len(listed(cli, env)["subscriptions"]) == len(events)


@pytest.mark.parametrize(
    ("source", "url", "event"),
    [
        ("horoshop", "hooks.example.test", "order_created"),
        ("horoshop", BASE, "order_eaten"),
        ("marketplace", BASE, "order_created"),
        ("nowhere", BASE, "order_created"),
    ],
)
def test_what_cannot_be_subscribed(cli: Cli, env: dict[str, str], source: str, url: str, event: str) -> None:
    """An address, an event or a source that makes no sense is told as such."""
    result = cli("hooks", "subscribe", source, "--url", url, "--event", event, **env)
    assert result.exit_code == 10
    assert result.stderr


def test_a_removed_subscriber_is_an_alarm_until_it_is_made_anew(
    cli: Cli, env: dict[str, str], pair: Pair, horoshop: RunningShop
) -> None:
    """The list tells that Horoshop has removed one of our subscribers; the command brings it back, and ends the alarm."""
    cli("hooks", "subscribe", "horoshop", "--url", BASE, **env)
    number, url = next(iter(subscribers(horoshop).items()))
    horoshop.edit("remove_subscriber", id=number)
    call = HookCall(url.rpartition("/")[2], "DELETE", "", b"", "")
    with pair.database() as db:
        db.run_sync(lambda conn: inbox.put(conn, PAIR, "horoshop", call, read_hook(call), utc_now()))
    assert "removed our subscription" in listed(cli, env)["alarm"]

    assert cli("hooks", "subscribe", "horoshop", "--url", BASE, **env).exit_code == 0

    assert sorted(subscribers(horoshop).values()).count(url) == 1
    assert listed(cli, env)["alarm"] is None
    later = utc_now() + timedelta(seconds=1)
    with pair.database() as db:
        db.run_sync(lambda conn: inbox.put(conn, PAIR, "horoshop", call, read_hook(call), later))
    assert "removed our subscription" in listed(cli, env)["alarm"]
