"""The end of a run: a table of what each stream did, what is left, and the same as JSON."""

from __future__ import annotations

from datetime import datetime

from syncd.cli.left import SHOWN, show_brakes, show_conflicts, show_doubts, show_failures
from syncd.cli.screen import Column, Screen
from syncd.cli.spell import brake_json, conflict_json, doubt_json, failure_json, spell_json
from syncd.daemon.by_hand import Result
from syncd.daemon.cycle import Ending, Report
from syncd.sync.outcome import Event

_COUNTS = (
    ("read", (Event.READ,)),
    ("created", (Event.CREATED,)),
    ("updated", (Event.UPDATED,)),
    ("moved", (Event.MOVED,)),
    ("linked", (Event.LINKED, Event.ADOPTED)),
    ("skipped", (Event.SKIPPED,)),
    ("aside", (Event.FAILED,)),
)
"""The columns of numbers, each with the events it adds up."""

_NEXT = {
    Ending.FAILED: "Next: what was not done is done by the next run; nothing is lost.",
    Ending.STOPPED: "Next: 'syncd run --once' goes on where it stopped.",
    Ending.NOT_AUTHORISED: "Next: renew the token or key, or give its user the right, then 'syncd run --once'.",
    Ending.MISCONFIGURED: "Next: correct the setting, then 'syncd run --once'.",
}


def show(screen: Screen, result: Result, now: datetime) -> None:
    """Print the summary of a run."""
    columns = [
        Column("stream", whole=True),
        *(Column(title, number=True) for title, _ in _COUNTS),
        Column("outcome"),
    ]
    screen.table(columns, [_row(report) for report in result.reports])
    for report in result.reports:
        if report.ending in _NEXT:
            screen.heading(f"{report.stream}: {report.ending}")
            screen.text(report.message, "  ")
            screen.text(_NEXT[report.ending])
    show_brakes(screen, result.brakes)
    show_conflicts(screen, result.conflicts)
    newest = sorted(result.failures, key=lambda failure: failure.last_at, reverse=True)[:SHOWN]
    show_failures(screen, newest, len(result.failures), now)
    show_doubts(screen, result.doubts, now)
    if result.signal is not None:
        screen.heading("Ended early by a signal.")
        screen.text("Next: 'syncd run --once' goes on where it stopped; nothing is lost.")


def _row(report: Report) -> list[object]:
    numbers = [sum(report.counts.get(event, 0) for event in events) for _, events in _COUNTS]
    outcome = "incomplete" if report.ending is Ending.OK and report.outstanding else str(report.ending)
    return [report.stream, *numbers, outcome]


def as_json(result: Result) -> str:
    """The object that `run --once --json` prints."""
    streams = [
        {
            "stream": report.stream,
            "outcome": str(report.ending),
            "message": report.message,
            "counts": {str(event): report.counts.get(event, 0) for event in Event},
            "set_aside": report.failures,
            "doubts": report.doubts,
            "conflicts": report.conflicts,
            "brakes": report.brakes,
        }
        for report in result.reports
    ]
    return spell_json(
        {
            "exit": int(result.exit),
            "streams": streams,
            "failures": [failure_json(failure) for failure in result.failures],
            "brakes": [brake_json(brake) for brake in result.brakes],
            "doubts": [doubt_json(doubt) for doubt in result.doubts],
            "conflicts": [conflict_json(held) for held in result.conflicts],
        }
    )


def error_json(text: str, code: int) -> str:
    """The object when nothing ran."""
    return spell_json({"exit": code, "streams": [], "error": text})
