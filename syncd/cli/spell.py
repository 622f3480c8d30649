"""Records of the database in words and as JSON, alike in every command."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from syncd.state.backfills import Backfill
from syncd.state.brakes import Brake
from syncd.state.conflicts import HeldConflict
from syncd.state.failures import Failure
from syncd.state.intents import Intent
from syncd.state.order_links import OrderLink

VERSION = 1
"""Of every JSON object that a command prints; it grows when a key changes its meaning or goes away."""

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def when(moment: datetime, now: datetime) -> str:
    """`12:03:44 UTC (2 min ago)`, with the date when it is another day."""
    moment = moment.astimezone(UTC)
    pattern = "%H:%M:%S" if moment.date() == now.astimezone(UTC).date() else "%Y-%m-%d %H:%M"
    return f"{moment:{pattern}} UTC ({distance(moment, now)})"


def distance(moment: datetime, now: datetime) -> str:
    """`2 min ago` or `in 2 min`."""
    gap = abs(now - moment)
    if gap < _MINUTE * 2:
        text = f"{gap.total_seconds():.0f} s"
    elif gap < _HOUR * 2:
        text = f"{gap / _MINUTE:.0f} min"
    else:
        text = f"{gap / _HOUR:.0f} h" if gap < _DAY * 2 else f"{gap / _DAY:.0f} days"
    return f"{text} ago" if moment <= now else f"in {text}"


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def failure_words(failure: Failure, now: datetime) -> str:
    """One record set aside: which, since when, why, and when it is tried again."""
    tries = "1 attempt" if failure.attempts == 1 else f"{failure.attempts} attempts"
    again = "next try is due" if failure.next_at <= now else f"next try {distance(failure.next_at, now)}"
    return f"{failure.stream} {failure.record_key} ({failure.code}; {tries}, {again}): {failure.message}"


def brake_words(brake: Brake) -> str:
    """One brake: what it holds back and why."""
    state = "released for the next cycle" if brake.released_at else "engaged"
    return f"{brake.stream} {brake.kind}, {state}: {brake.evidence.get('reason', '')}"


def doubt_words(intent: Intent, now: datetime) -> str:
    """One call whose outcome is unknown."""
    return f"{intent.stream} {intent.record_key}: {intent.action} begun {when(intent.started_at, now)}"


def failure_json(failure: Failure) -> dict[str, Any]:
    """A record set aside."""
    return {
        "stream": failure.stream,
        "record": failure.record_key,
        "code": failure.code,
        "reason": failure.message,
        "attempts": failure.attempts,
        "next_try": iso(failure.next_at),
    }


def brake_json(brake: Brake) -> dict[str, Any]:
    """A brake with its evidence."""
    return {
        "stream": brake.stream,
        "kind": brake.kind,
        "reason": brake.evidence.get("reason", ""),
        "examples": list(brake.evidence.get("examples", [])),
        "pulled_at": iso(brake.pulled_at),
        "released_at": iso(brake.released_at),
    }


def doubt_json(intent: Intent) -> dict[str, Any]:
    """A call whose outcome is unknown."""
    return {
        "stream": intent.stream,
        "record": intent.record_key,
        "action": intent.action,
        "started_at": iso(intent.started_at),
    }


def conflict_json(held: HeldConflict) -> dict[str, Any]:
    """A field that both shops changed."""
    return {
        "product": held.source_key,
        "sku": held.code,
        "field": held.field,
        "agreed": held.base_value,
        "cscart": held.source_value,
        "webasyst": held.office_value,
        "choice": held.choice,
        "since": iso(held.at),
    }


def difference_json(link: OrderLink) -> dict[str, Any]:
    """An order that staff edited in Webasyst."""
    return {
        "order": link.source_key,
        "webasyst": link.order_id,
        "difference": link.difference,
        "requested": link.requested,
    }


def backfill_json(fill: Backfill) -> dict[str, Any]:
    """A backfill as JSON."""
    return {
        "kind": fill.kind,
        "since": iso(fill.since),
        "until": iso(fill.until),
        "rate": fill.rate,
        "done": fill.done,
        "total": fill.total,
        "asked_at": iso(fill.asked_at),
        "finished_at": iso(fill.finished_at),
    }


def spell_json(values: dict[str, Any]) -> str:
    """One JSON object with its version."""
    return json.dumps({"version": VERSION, **values}, ensure_ascii=False, indent=2)
