"""`syncd pause`, `syncd resume` and `syncd run-now`: what a person asks of the running daemon."""

from __future__ import annotations

from sqlalchemy import Connection

from syncd.app import PAIR, open_database, utc_now
from syncd.cli.exits import FAILED
from syncd.cli.screen import complain, say
from syncd.cli.spell import spell_json
from syncd.daemon.lock import holder
from syncd.daemon.streams import chosen
from syncd.settings import load_settings
from syncd.state import wishes

_NOBODY = "No daemon runs now: it is so once 'syncd run' starts one."


def pause_command(stream: str | None, *, as_json: bool) -> int:
    """Have streams rest; answers the exit code."""
    return _asked("paused", stream, as_json=as_json)


def resume_command(stream: str | None, *, as_json: bool) -> int:
    """End the pause of streams; answers the exit code."""
    return _asked("resumed", stream, as_json=as_json)


def run_now_command(stream: str | None, *, as_json: bool) -> int:
    """Ask for a cycle out of turn; answers the exit code, 1 without a daemon that could do it."""
    settings = load_settings()
    if holder(settings.data_dir) is None:
        complain("syncd: no daemon runs now; 'syncd run --once' runs once by hand.")
        return FAILED
    return _asked("wanted", stream, as_json=as_json)


def _asked(what: str, stream: str | None, *, as_json: bool) -> int:
    settings = load_settings()
    names = chosen(settings, stream)
    db = open_database(settings)
    try:
        done, resting = db.run_sync(lambda conn: _put(conn, what, names))
    finally:
        db.close()
    running = holder(settings.data_dir) is not None
    if as_json:
        print(spell_json({what: done, "paused_still": resting, "running": running}))
    else:
        _tell(what, done, resting, running=running)
    return FAILED if what == "wanted" and not done else 0


def _put(conn: Connection, what: str, names: list[str]) -> tuple[list[str], list[str]]:
    """Note the wish; answers the streams that it concerns, and those that pause all the same."""
    now = utc_now()
    if what == "resumed":
        return wishes.resume(conn, PAIR, names, now), []
    if what == "paused":
        wishes.pause(conn, PAIR, names, now)
        return names, []
    known = wishes.all(conn, PAIR)
    resting = [name for name in names if name in known and known[name].paused_at]
    going = [name for name in names if name not in resting]
    wishes.want(conn, PAIR, going, now)
    return going, resting


def _tell(what: str, done: list[str], resting: list[str], *, running: bool) -> None:
    listed = ", ".join(done)
    if what == "paused":
        say(f"Paused: {listed}. A cycle that runs ends after the record at hand.")
        say("Next: 'syncd resume' goes on; what changes meanwhile is read then.")
    elif what == "resumed":
        say(f"Resumed: {listed}." if done else "Nothing was paused.")
    elif done:
        say(f"Asked for: {listed}. The daemon begins within a second; see 'syncd status'.")
    if resting:
        say(f"Paused, and stays so: {', '.join(resting)}. Next: 'syncd resume'.")
    if done and not running:
        say(_NOBODY)
