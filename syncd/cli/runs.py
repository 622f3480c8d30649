"""`syncd runs`: the latest cycles, with how they ended and what they did."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from syncd.app import PAIR, utc_now
from syncd.cli.reading import database
from syncd.cli.screen import Column, Screen, say
from syncd.cli.spell import distance, iso, spell_json
from syncd.daemon.streams import meant
from syncd.settings import load_settings
from syncd.state import runs
from syncd.state.runs import Run

_QUIET = {"read", "skipped"}


def runs_command(stream: str | None, limit: int, *, as_json: bool) -> int:
    """Print the newest cycles first."""
    settings = load_settings()
    names = meant(settings, stream)

    def read(conn: Connection) -> list[Run]:
        found = [run for name in names for run in runs.recent(conn, PAIR, limit, name)]
        return sorted(found, key=lambda run: run.finished_at, reverse=True)[:limit]

    with database(settings) as db:
        found = db.run_sync(read) if db else []
    if as_json:
        print(spell_json({"runs": [run_json(run) for run in found]}))
    elif found:
        _show(Screen(), found)
    else:
        say("No cycle has run yet; 'syncd run --once' runs one of each stream.")
    return 0


def run_json(run: Run) -> dict[str, Any]:
    """One cycle."""
    return {
        "stream": run.stream,
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at),
        "seconds": round((run.finished_at - run.started_at).total_seconds(), 1),
        "outcome": run.outcome,
        "message": run.message,
        "counts": dict(run.counts),
    }


def _show(screen: Screen, found: list[Run]) -> None:
    now = utc_now()
    columns = [
        Column("ended"),
        Column("stream", whole=True),
        Column("s", True),
        Column("outcome"),
        Column("it did"),
    ]
    rows = [
        [
            distance(run.finished_at, now),
            run.stream,
            f"{(run.finished_at - run.started_at).total_seconds():.1f}",
            run.outcome,
            ", ".join(f"{name} {number}" for name, number in run.counts.items() if name not in _QUIET)
            or "no change",
        ]
        for run in found
    ]
    screen.table(columns, rows)
    for run in found:
        if run.message:
            screen.text(f"{run.stream}, {distance(run.finished_at, now)}: {run.message}", "  ")
