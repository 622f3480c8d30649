"""`syncd health`: whether every stream makes progress, for a container's HEALTHCHECK and for monitoring."""

from __future__ import annotations

from syncd.app import PAIR, utc_now
from syncd.cli.exits import FAILED
from syncd.cli.reading import database
from syncd.cli.screen import complain, say
from syncd.cli.spell import spell_json
from syncd.daemon import beat
from syncd.daemon.health import healthy, judge
from syncd.daemon.streams import all_of, enabled, seconds
from syncd.settings import load_settings
from syncd.state import runs, wishes


def health_command(*, as_json: bool) -> int:
    """Print each stream's health; answers 0 when all are fresh, else 1."""
    settings = load_settings()
    intervals = {name: seconds(settings, name) for name in all_of(settings) if enabled(settings, name)}
    with database(settings) as db:
        last, asked = (
            db.run_sync(lambda conn: (runs.last(conn, PAIR), wishes.all(conn, PAIR))) if db else ({}, {})
        )
    found = judge(intervals, last, asked, beat.read(settings.data_dir), utc_now())
    well = healthy(found)
    if as_json:
        streams = [{"stream": one.stream, "healthy": one.healthy, "reason": one.reason} for one in found]
        print(spell_json({"healthy": well, "streams": streams}))
    else:
        for one in found:
            say(f"{one.stream}: {one.reason}")
    if not well:
        complain("Next: 'syncd status' tells more; 'syncd run' starts the daemon.")
    return 0 if well else FAILED
