"""`syncd hooks`: where shops may call, what they called, and subscribing where a shop can be asked for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from syncd import logs
from syncd.app import PAIR, SOURCE, App, open_database, utc_now
from syncd.app.hooks import EVENTS, Subscribing, address, secret_of
from syncd.cli.reading import database
from syncd.cli.screen import Column, Screen, say
from syncd.cli.spell import distance, iso, spell_json
from syncd.errors import Misconfigured
from syncd.settings import Settings, load_settings
from syncd.state import inbox, subscriptions
from syncd.state.inbox import Alarm, Traffic
from syncd.state.subscriptions import Subscription

_HIDDEN = "<secret>"


def subscribe_command(source: str, url: str, events: Sequence[str], *, as_json: bool) -> int:
    """Subscribe and say so."""
    settings = load_settings()
    logs.configure(settings, level="error")
    unknown = sorted(set(events) - set(EVENTS))
    if unknown:
        raise Misconfigured(f"there is no event {', '.join(unknown)}; there are {', '.join(EVENTS)}")
    made = asyncio.run(_subscribe(settings, source, _public(url), events or EVENTS))
    if as_json:
        print(spell_json({"source": source, "subscribed": [_subscription(one) for one in made]}))
        return 0
    for one in made:
        say(f"{source} calls {address(one.base, source, _HIDDEN, one.event)} (subscription {one.number}).")
    say("Calls that nobody answers are repeated for about two hours; what is lost then is found by polling.")
    return 0


def unsubscribe_command(source: str, *, as_json: bool) -> int:
    """End the subscriptions and say so."""
    settings = load_settings()
    logs.configure(settings, level="error")
    ended = asyncio.run(_unsubscribe(settings, source))
    if as_json:
        print(spell_json({"source": source, "ended": [_subscription(one) for one in ended]}))
        return 0
    for one in ended:
        say(f"{source} does not call any more at {one.event} (subscription {one.number}).")
    if not ended:
        say(f"{source} has no subscription that syncd made.")
    return 0


def list_command(*, show_secrets: bool, as_json: bool) -> int:
    """Print every source's address, subscriptions and calls."""
    settings = load_settings()
    with database(settings) as db:
        known: tuple[Any, Any, Any] = db.run_sync(_read) if db else ({}, {}, [])
    traffic, alarms, made = known
    rows = [
        _row(source, _path(settings, source, show_secrets), traffic.get(source), alarms.get(source), made)
        for source in (SOURCE, *(entry.name for entry in settings.sources))
    ]
    if as_json:
        print(spell_json({"hooks": rows}))
    else:
        _show(Screen(), settings, rows, traffic)
    return 0


async def _subscribe(settings: Settings, source: str, base: str, events: Sequence[str]) -> list[Subscription]:
    db = open_database(settings)
    try:
        async with App(settings, db) as app:
            return await Subscribing(app, source).subscribe(base, events)
    finally:
        db.close()


async def _unsubscribe(settings: Settings, source: str) -> list[Subscription]:
    db = open_database(settings)
    try:
        async with App(settings, db) as app:
            return await Subscribing(app, source).unsubscribe()
    finally:
        db.close()


def _public(url: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise Misconfigured(
            f"--url {url} is no address like https://hooks.example.com: the public one of the web server that passes "
            "calls on to SYNCD_HTTP__HOST and SYNCD_HTTP__PORT"
        )
    return url.strip().rstrip("/")


def _read(conn: Connection) -> tuple[dict[str, Traffic], dict[str, Alarm], list[Subscription]]:
    return inbox.traffic(conn, PAIR), inbox.alarms(conn, PAIR), subscriptions.of(conn, PAIR)


def _path(settings: Settings, source: str, show_secrets: bool) -> str | None:
    secret = secret_of(settings, source)
    return None if secret is None else address("", source, secret if show_secrets else _HIDDEN)


def _subscription(one: Subscription) -> dict[str, Any]:
    return {"event": one.event, "url": one.base, "number": one.number or None}


def _row(
    source: str,
    path: str | None,
    calls: Traffic | None,
    alarm: Alarm | None,
    made: Sequence[Subscription],
) -> dict[str, Any]:
    mine = [one for one in made if one.source == source]
    if alarm and any(one.event == alarm.event and one.number and one.asked_at > alarm.at for one in mine):
        alarm = None  # what it told of has been made anew
    return {
        "source": source,
        "path": path,
        "waiting": calls.waiting if calls else 0,
        "done": calls.done if calls else 0,
        "last_call": iso(calls.last_at) if calls else None,
        "alarm": alarm.text if alarm else None,
        "subscriptions": [_subscription(one) for one in mine],
    }


def _show(
    screen: Screen, settings: Settings, rows: Sequence[dict[str, Any]], traffic: dict[str, Traffic]
) -> None:
    screen.text(
        f"syncd listens on {settings.http.host}:{settings.http.port} while it runs as a daemon and a secret is set. A shop "
        "calls your public address with the path behind it, and an event at the end (/order_created, /paid) where the "
        "shop's call does not tell one."
    )
    screen.line()
    columns = [
        Column("source"),
        Column("path"),
        Column("waiting", True),
        Column("done", True),
        Column("last call"),
    ]
    now = utc_now()
    screen.table(
        columns,
        [
            [
                row["source"],
                row["path"] or "no secret is set",
                row["waiting"],
                row["done"],
                distance(traffic[row["source"]].last_at, now) if row["source"] in traffic else "never",
            ]
            for row in rows
        ],
    )
    for row in rows:
        for one in row["subscriptions"]:
            number = one["number"] or "in doubt: look in the shop's back office"
            screen.text(f"{row['source']}: {one['event']} to {one['url']} (subscription {number})", "  ")
        if row["alarm"]:
            screen.text(f"{row['source']}: {row['alarm']}", "  ")
