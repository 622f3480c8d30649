"""`syncd brakes`: the list with its evidence, and the release."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from syncd.app import PAIR, utc_now
from syncd.cli.left import show_brakes
from syncd.cli.reading import database
from syncd.cli.screen import Screen, say
from syncd.cli.spell import brake_json, spell_json
from syncd.daemon.streams import meant
from syncd.settings import load_settings
from syncd.state import brakes


def list_command(*, as_json: bool) -> int:
    """Print the brakes, those released but not used up included."""
    with database(load_settings()) as db:
        found = db.run_sync(lambda conn: brakes.all(conn, PAIR)) if db else []
    if as_json:
        print(spell_json({"brakes": [brake_json(brake) for brake in found]}))
    elif found:
        show_brakes(Screen(), found)
    else:
        say("No brake is engaged.")
    return 0


def release_command(stream: str | None, kind: str | None, *, as_json: bool) -> int:
    """Release the brakes of a stream and kind, or every one."""
    settings = load_settings()
    names = meant(settings, stream)
    with database(settings) as db:
        number = db.run_sync(lambda conn: _release(conn, names, kind)) if db else 0
    if as_json:
        print(spell_json({"released": number}))
    elif not number:
        say("No such brake is engaged; nothing to release.")
    else:
        which = "1 brake is" if number == 1 else f"{number} brakes are"
        say(f"{which} released: the next cycle writes what was held back, 'syncd run --once' does so now.")
    return 0


def _release(conn: Connection, streams: Sequence[str], kind: str | None) -> int:
    """Those of a kind of record are released both ways."""
    return sum(brakes.release(conn, PAIR, name, kind, utc_now()) for name in streams)
