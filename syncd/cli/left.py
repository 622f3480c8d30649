"""What is left for a person or a later cycle, each with the next command: shared by the summary and the status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from syncd.cli.screen import Screen
from syncd.cli.spell import brake_words, doubt_words, failure_words
from syncd.state.brakes import Brake
from syncd.state.failures import Failure
from syncd.state.intents import Intent

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
