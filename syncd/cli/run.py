"""`syncd run`, by hand and as a daemon."""

from __future__ import annotations

from sqlalchemy import Connection

from syncd import logs
from syncd.app import utc_now
from syncd.cli import progress, summary
from syncd.cli.exits import code_of, tell
from syncd.cli.reading import database
from syncd.cli.screen import Screen
from syncd.daemon import streams
from syncd.daemon.by_hand import UNWATCHED, Watch, run_by_hand
from syncd.daemon.leave import give_leave, waits_for_leave
from syncd.daemon.once import Exit
from syncd.errors import SyncdError
from syncd.settings import Settings, load_settings


def run_once_command(stream: str | None, *, override: bool, as_json: bool) -> int:
    """One cycle of each stream and its summary; answers the exit code."""
    try:
        settings = load_settings()
        logs.configure(settings, level="warning")
        chosen = streams.chosen(settings, stream)
        with database(settings) as db:
            waits = waits_for_leave(settings, db)
        if waits and not override:
            return _plan_instead(settings, stream, as_json=as_json)
        with progress.shown() as show:
            watch = Watch(before=_give_leave) if waits else UNWATCHED
            result = run_by_hand(settings, chosen, override=override, progress=show, watch=watch)
    except SyncdError as error:
        tell(error)
        if as_json:
            print(summary.error_json(str(error), code_of(error)))
        return code_of(error)
    if as_json:
        print(summary.as_json(result))
    else:
        summary.show(Screen(), result, utc_now())
    return int(result.exit)


def _give_leave(conn: Connection) -> None:
    give_leave(conn, utc_now())


def _plan_instead(settings: Settings, stream: str | None, *, as_json: bool) -> int:
    """Say what would be written; answers the exit code. Raises as `made` does."""
    # An ordinary run needs nothing of this, and starts the quicker without it.
    from syncd.cli import plan_show  # noqa: PLC0415
    from syncd.cli.plan import made  # noqa: PLC0415

    planned = made(settings, stream)
    text = "nothing was written, for SYNCD_PLAN_FIRST is true and no plan was applied"
    code = int(planned.exit) or int(Exit.OUTSTANDING)
    if as_json:
        print(summary.error_json(text, code))
        return code
    screen = Screen()
    screen.text(f"{text[0].upper()}{text[1:]}.")
    screen.text("A run would do this:" if planned.plan.writes else "A run would write nothing now.")
    plan_show.brief(screen, planned)
    screen.line()
    screen.text("Next: 'syncd plan -o FILE', look at it, then 'syncd apply FILE'.")
    screen.text("Or: 'syncd run --once --yes' writes it without a plan.")
    return code


def daemon_command() -> int:
    """Run for ever, until a signal."""
    from syncd.daemon.service import run_daemon  # noqa: PLC0415 - brings the scheduler along

    settings = load_settings()
    run_daemon(settings, load_settings)
    return 0
