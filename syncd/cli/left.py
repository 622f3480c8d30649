"""What is left for a person or a later cycle, each with the next command: shared by the summary and the status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syncd.cli.screen import Screen
from syncd.cli.spell import brake_words, doubt_words, failure_words
from syncd.state.brakes import Brake
from syncd.state.conflicts import HeldConflict
from syncd.state.failures import Failure
from syncd.state.intents import Intent
from syncd.state.order_links import OrderLink

SHOWN = 10
"""So many records of a list are shown."""


def show_brakes(screen: Screen, brakes: Sequence[Brake]) -> None:
    """Every brake with its evidence, and how to release it."""
    if not brakes:
        return
    screen.heading(f"Brakes: {len(brakes)}")
    for brake in brakes:
        screen.text(brake_words(brake), "  ")
        for example in brake.evidence.get("examples", []):
            screen.text(str(example), "    ")
    streams = {brake.stream for brake in brakes if brake.released_at is None}
    if streams:
        name = f" {streams.pop()}" if len(streams) == 1 else ""
        screen.text(f"Next, if this is meant: 'syncd brakes release{name}', or 'syncd run --once --yes'.")
        screen.text("Next, if it is not: correct it in the shop, then 'syncd run --once'.")


def show_conflicts(screen: Screen, conflicts: Sequence[HeldConflict]) -> None:
    """Fields that both shops changed: what they agreed on, what each says now, and how to settle it."""
    if not conflicts:
        return
    screen.heading(
        f"Conflicts: {len(conflicts)} field{'s' if len(conflicts) > 1 else ''} changed in both shops"
    )
    for held in conflicts[:SHOWN]:
        chosen = f", {held.choice} was chosen" if held.choice else ""
        screen.text(f"SKU {held.code}, {held.field} (CS-Cart product {held.source_key}){chosen}", "  ")
        agreed = "not known" if held.base_value is None else held.base_value
        for name, value in (
            ("agreed", agreed),
            ("cscart", held.source_value),
            ("webasyst", held.office_value),
        ):
            screen.text(f"{name + ':':10}{value or '(empty)'}", "    ")
    if len(conflicts) > SHOWN:
        screen.line(f"  ... and {len(conflicts) - SHOWN} more")
    screen.text("Next: 'syncd conflicts take cscart SKU' or 'syncd conflicts take webasyst SKU'.")


def show_differences(screen: Screen, links: Sequence[OrderLink]) -> None:
    """Orders that staff edited in Webasyst: what differs, and how to have it written to CS-Cart."""
    if not links:
        return
    screen.heading(f"Edited in Webasyst: {len(links)} order{'s' if len(links) > 1 else ''}")
    for link in links[:SHOWN]:
        wanted = "; is written by the next cycle" if link.requested else ""
        text = f"order {link.source_key} (Webasyst order {link.order_id}{wanted}): {link.difference}"
        screen.text(text, "  ")
    if len(links) > SHOWN:
        screen.line(f"  ... and {len(links) - SHOWN} more")
    screen.text("Next: nothing, or 'syncd differences write ORDER': CS-Cart then reckons that order anew.")


def show_failures(screen: Screen, failures: Sequence[Failure], total: int, now: datetime) -> None:
    """The newest records set aside."""
    if not total:
        return
    heading = f"Set aside: {total} record{'s' if total > 1 else ''}"
    screen.heading(heading if total <= len(failures) else f"{heading}, the newest {len(failures)}")
    for failure in failures:
        screen.text(failure_words(failure, now), "  ")
    streams = {failure.stream for failure in failures}
    name = f" {streams.pop()}" if len(streams) == 1 else ""
    screen.text(f"Next: put the cause right, then 'syncd run --once{name}'; the daemon tries by itself.")


def show_doubts(screen: Screen, doubts: Sequence[Intent], now: datetime) -> None:
    """Calls whose outcome is unknown."""
    if not doubts:
        return
    screen.heading(f"In doubt: {len(doubts)} call{'s' if len(doubts) > 1 else ''} without an answer")
    for doubt in doubts[:SHOWN]:
        screen.text(doubt_words(doubt, now), "  ")
    screen.text("Next: nothing by hand; the next cycle looks in the shop for what became of them.")
