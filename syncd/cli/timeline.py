"""A record's timeline: everything that is kept about it, in the order in which it happened, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from syncd.state.dossier import Dossier
from syncd.state.history import HistoryEntry


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `event` is a word for programs, `text` a sentence for people."""

    at: datetime
    stream: str
    event: str
    text: str


_SENTENCES = {
    "linked": "linked to Webasyst {where}",
    "saved": "sent to Webasyst order {order_id}: {changes}",
    "agreed": "both shops compared and found to agree (total {total})",
    "moved": "moved in Webasyst by '{action}' to {state}",
    "told": "status sent to CS-Cart: {letter}",
    "shipped": "parcel {number} noted in CS-Cart (shipment {shipment})",
    "edited": "staff edited it in Webasyst: {edit}",
    "rewritten": "lines written to CS-Cart",
    "content": "texts sent to Webasyst product {product_id}: {fields}",
    "changed": "values sent to Webasyst: {values}",
    "sent to CS-Cart": "sent to CS-Cart: {fields}",
    "pictures": "{number} pictures sent to CS-Cart",
    "sold out in CS-Cart": "its stock in CS-Cart was put to 0: {reason}",
    "set aside": "set aside ({code}): {reason}",
    "not set aside any more": "went through, or is no longer wanted: not set aside any more",
    "in doubt": "{action} got no answer: {reason}",
    "left alone": "left alone from here on: {reason}",
    "dropped": "a person dropped its failure ({code})",
    "resync": "a person asked for it to be compared anew",
    "linked by hand": "a person linked it to Webasyst {where}",
    "unlinked by hand": "a person took its link to Webasyst {where} away",
}


def timeline(kept: Dossier) -> list[Moment]:
    """Everything in order; what happened at the same time stands as it was written."""
    found = [Moment(entry.at, entry.stream, entry.event, sentence(entry)) for entry in kept.history]
    for call in kept.calls:
        times = f", {call.repeats} times" if call.repeats > 1 else ""
        state = "it waits to be read" if call.processed_at is None else "it was read"
        if call.event != "resync":
            found.append(
                Moment(call.received_at, "", "called", f"the shop called ({call.event}{times}); {state}")
            )
    for intent in kept.intents:
        text = f"{intent.action} was begun; its outcome is not known"
        found.append(Moment(intent.started_at, intent.stream, "begun", text))
    for held in kept.conflicts:
        text = f"{held.field} was changed in both shops: CS-Cart {held.source_value!r}, Webasyst {held.office_value!r}"
        found.append(Moment(held.at, "", "conflict", text))
    for failure in kept.failures:
        tries = "1 attempt" if failure.attempts == 1 else f"{failure.attempts} attempts"
        text = f"the latest failure ({failure.code}, {tries}); tried again from {failure.next_at:%Y-%m-%d %H:%M} UTC"
        found.append(Moment(failure.last_at, failure.stream, "failed", text))
    for brake in kept.brakes:
        text = f"the brake on {brake.kind} was pulled: {brake.evidence.get('reason', '')}"
        found.append(Moment(brake.pulled_at, brake.stream, "brake", text))
    return sorted(found, key=lambda moment: moment.at)


def sentence(entry: HistoryEntry) -> str:
    """One event in words; one that is not known here is told with its details."""
    pattern = _SENTENCES.get(entry.event)
    words = _words(entry.detail)
    if pattern is None:
        return f"{entry.event}: {_spell(entry.detail)}" if entry.detail else entry.event
    return pattern.format_map(_Lenient(words))


class _Lenient(dict[str, Any]):
    """A detail that an older version did not keep is told as unknown."""

    def __missing__(self, key: str) -> str:
        return "(not kept)"


def _words(detail: Mapping[str, Any]) -> dict[str, Any]:
    words = {name: _value(value) for name, value in detail.items()}
    if "order_id" in detail:
        words["where"] = f"order {detail['order_id']}"
    elif "product_id" in detail:
        words["where"] = f"product {detail['product_id']} (SKU id {detail.get('sku_id', '?')})"
    words["values"] = _spell({name: value for name, value in detail.items() if name != "sku_id"})
    return words


def _spell(detail: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in detail.items())


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
