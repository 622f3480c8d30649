"""`syncd status`: what was done, what is left, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from syncd.app import PAIR, SOURCE, utc_now
from syncd.cli.left import SHOWN, show_brakes, show_conflicts, show_differences, show_doubts, show_failures
from syncd.cli.pace import pace
from syncd.cli.reading import database
from syncd.cli.screen import Column, Screen
from syncd.cli.spell import (
    backfill_json,
    brake_json,
    conflict_json,
    difference_json,
    distance,
    doubt_json,
    failure_json,
    iso,
    spell_json,
)
from syncd.daemon.leave import leave_is_missing
from syncd.daemon.lock import holder
from syncd.daemon.streams import all_of, enabled, entry_of
from syncd.settings import Settings, load_settings
from syncd.state import (
    backfills,
    brakes,
    conflicts,
    cursors,
    failures,
    intents,
    order_links,
    product_links,
    runs,
    wishes,
)
from syncd.state.backfills import Backfill
from syncd.state.brakes import Brake
from syncd.state.conflicts import HeldConflict
from syncd.state.database import Database
from syncd.state.failures import Failure
from syncd.state.intents import Intent
from syncd.state.order_links import OrderLink
from syncd.state.runs import Run

_TOLD = ("created", "updated", "moved", "linked", "adopted", "failed", "doubtful", "braked")
"""Counts of the last cycle worth a word, in this order."""


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """One stream: its last cycle, and how far it has read, in the shop's clock."""

    name: str
    enabled: bool
    last: Run | None
    cursor: datetime | None
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that the command shows."""

    running: str | None
    streams: tuple[StreamStatus, ...]
    orders: int
    products: int
    failures: list[Failure]
    brakes: list[Brake]
    doubts: list[Intent]
    conflicts: list[HeldConflict]
    differences: list[OrderLink]
    waits: bool
    """Whether nothing is written before the first plan is applied."""
    backfills: list[Backfill] = field(default_factory=list)
    pace: dict[str, int] | None = None
    """Calls to each shop within the last minute; `None` where no request log is kept."""
    most: float = 0.0
    """Calls a minute to a shop, at most."""


def status_command(*, as_json: bool) -> int:
    """Print the status; answers the exit code."""
    settings = load_settings()
    running = holder(settings.data_dir)
    with database(settings) as db:
        found = db.run_sync(lambda conn: read(conn, settings, running)) if db else _nothing(settings, running)
    if as_json:
        print(spell_json(_as_json(found, utc_now())))
    else:
        _show(Screen(), found, utc_now())
    return 0


def status_json(settings: Settings, db: Database | None) -> dict[str, Any]:
    """What `--json` prints, without its version."""
    running = holder(settings.data_dir)
    found = db.run_sync(lambda conn: read(conn, settings, running)) if db else _nothing(settings, running)
    return _as_json(found, utc_now())


def read(conn: Connection, settings: Settings, running: str | None) -> Status:
    """The status as the database tells it."""
    last, asked = runs.last(conn, PAIR), wishes.all(conn, PAIR)
    streams = []
    for stream in all_of(settings):
        name = stream if entry_of(settings, stream) else f"{stream}.{SOURCE}"
        cursor = cursors.get(conn, PAIR, name)
        position = cursor.position if cursor else None
        paused_at = asked[stream].paused_at if stream in asked else None
        streams.append(StreamStatus(stream, enabled(settings, stream), last.get(stream), position, paused_at))
    aside = sorted(failures.all(conn, PAIR), key=lambda failure: failure.last_at, reverse=True)
    return Status(
        running=running,
        streams=tuple(streams),
        orders=order_links.count(conn, PAIR),
        products=product_links.count(conn, PAIR),
        failures=aside,
        brakes=brakes.all(conn, PAIR),
        doubts=[intent for intent in intents.all(conn, PAIR) if intent.stream in all_of(settings)],
        conflicts=conflicts.all(conn, PAIR),
        differences=order_links.edited(conn, PAIR),
        waits=leave_is_missing(conn, settings),
        backfills=backfills.all(conn, PAIR),
        pace=pace(settings, utc_now()),
        most=settings.http.calls_per_second * 60,
    )


def _nothing(settings: Settings, running: str | None) -> Status:
    streams = tuple(
        StreamStatus(stream, enabled(settings, stream), None, None) for stream in all_of(settings)
    )
    return Status(running, streams, 0, 0, [], [], [], [], [], settings.plan_first)


def _show(screen: Screen, status: Status, now: datetime) -> None:
    if status.running is None:
        screen.text("No syncd runs now; 'syncd run' starts the daemon, 'syncd run --once' runs once.")
    else:
        screen.text(f"syncd runs (process {status.running}).")
    if status.waits:
        screen.text("Nothing is written to a shop yet: syncd waits for the first 'syncd apply'.")
        screen.text("Next: 'syncd plan -o FILE', look at it, then 'syncd apply FILE'.")
    screen.text(f"Linked: {status.products} products, {status.orders} orders.")
    screen.line()
    columns = [Column(title) for title in ("stream", "last run", "outcome", "it did", "read up to")]
    screen.table(columns, [_row(stream, now) for stream in status.streams])
    if status.pace is not None:
        told = ", ".join(f"{shop} {calls}" for shop, calls in status.pace.items()) or "none"
        screen.text(f"Calls in the last minute: {told}; at most {status.most:g} to a shop.")
    if any(stream.paused_at for stream in status.streams):
        screen.text("Next: 'syncd resume' ends the pause.")
    for fill in status.backfills:
        if fill.open:
            screen.text(
                f"Backfill: {fill.done} of {fill.total or '?'} {fill.kind} done, {fill.rate} a minute."
            )
            if status.running is None:
                screen.text(f"Next: 'syncd backfill {fill.kind}' or 'syncd run' goes on with it.")
    for stream in status.streams:
        if stream.last is not None and stream.last.message:
            screen.heading(f"{stream.name}: {stream.last.outcome}")
            screen.text(stream.last.message, "  ")
    show_brakes(screen, status.brakes)
    show_conflicts(screen, status.conflicts)
    show_differences(screen, status.differences)
    show_failures(screen, status.failures[:SHOWN], len(status.failures), now)
    show_doubts(screen, status.doubts, now)


def _row(stream: StreamStatus, now: datetime) -> list[object]:
    read_to = distance(stream.cursor, now) if stream.cursor else "nothing yet"
    state = "switched off" if not stream.enabled else "paused" if stream.paused_at else ""
    if stream.last is None:
        return [stream.name, "never", state, "", read_to]
    outcome = state or stream.last.outcome
    did = ", ".join(f"{name} {stream.last.counts[name]}" for name in _TOLD if stream.last.counts.get(name))
    return [stream.name, distance(stream.last.finished_at, now), outcome, did or "no change", read_to]


def _as_json(status: Status, now: datetime) -> dict[str, Any]:
    return {
        "running": int(status.running) if status.running and status.running.isdigit() else status.running,
        "streams": [_stream_json(stream, status, now) for stream in status.streams],
        "links": {"orders": status.orders, "products": status.products},
        "failures": [failure_json(failure) for failure in status.failures[:SHOWN]],
        "failures_total": len(status.failures),
        "brakes": [brake_json(brake) for brake in status.brakes],
        "doubts": [doubt_json(doubt) for doubt in status.doubts],
        "conflicts": [conflict_json(held) for held in status.conflicts],
        "differences": [difference_json(link) for link in status.differences],
        "waits_for_apply": status.waits,
        "backfills": [backfill_json(fill) for fill in status.backfills],
        "calls_last_minute": status.pace,
        "calls_a_minute_at_most": status.most,
    }


def _stream_json(stream: StreamStatus, status: Status, now: datetime) -> dict[str, Any]:
    last = stream.last
    return {
        "stream": stream.name,
        "enabled": stream.enabled,
        "cursor": iso(stream.cursor),
        "lag_seconds": round((now - stream.cursor).total_seconds()) if stream.cursor else None,
        "last_run": None
        if last is None
        else {
            "started_at": iso(last.started_at),
            "finished_at": iso(last.finished_at),
            "outcome": last.outcome,
            "message": last.message,
            "counts": dict(last.counts),
        },
        "set_aside": sum(failure.stream == stream.name for failure in status.failures),
        "doubts": sum(doubt.stream == stream.name for doubt in status.doubts),
        "brakes": [brake.kind for brake in status.brakes if brake.stream == stream.name],
        "paused_at": iso(stream.paused_at),
    }
