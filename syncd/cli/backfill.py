"""`syncd backfill`: older orders, or every product in full."""

from __future__ import annotations

import sys
from datetime import datetime

import typer
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection

from syncd import logs
from syncd.app import PAIR, open_database, utc_now
from syncd.cli import progress
from syncd.cli.screen import complain, say
from syncd.cli.spell import backfill_json, spell_json
from syncd.daemon.cycle import Report
from syncd.daemon.leave import waits_for_leave
from syncd.daemon.lock import holder
from syncd.daemon.older import work_alone
from syncd.daemon.once import Exit, exit_code
from syncd.daemon.streams import chosen
from syncd.errors import AlreadyRunning, Misconfigured
from syncd.settings import Settings, load_settings
from syncd.settings.kinds import Moment
from syncd.state import backfills, pairs
from syncd.state.backfills import ORDERS, Backfill

_SIGNALLED = 128
_MAILS = (
    "Webasyst may mail the customer of each order: when it is made, and when its status moves. Its API cannot silence "
    "that; switch the notifications off in Webasyst first (Store > Settings > Notifications) if nobody is to be mailed "
    "about an old order."
)


def backfill_command(
    kind: str, since: str | None, until: str | None, *, rate: int, yes: bool, as_json: bool
) -> int:
    """Ask, note what is wanted, and work on it where no daemon does; answers the exit code."""
    settings = load_settings()
    logs.configure(settings, level="warning")
    chosen(settings, kind)
    bounds = _bounds(kind, since, until)
    db = open_database(settings)
    try:
        if waits_for_leave(settings, db):
            complain("syncd: nothing is written before a plan was applied; run 'syncd plan -o FILE'.")
            return int(Exit.OUTSTANDING)
        fill = db.run_sync(lambda conn: _wanted(conn, settings, kind, bounds, rate))
        if not yes and not _confirmed(fill):
            return int(Exit.OUTSTANDING)
        db.run_sync(lambda conn: backfills.put(conn, fill))
    finally:
        db.close()
    return _carry_on(settings, fill, as_json=as_json)


def _bounds(kind: str, since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    if kind != ORDERS and (since or until):
        raise Misconfigured("--since and --until go with orders; products are compared all")
    first, last = _moment("--since", since), _moment("--until", until)
    if first is not None and last is not None and first >= last:
        raise Misconfigured(f"--since {since} is not before --until {until}")
    return first, last


def _moment(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found: datetime = TypeAdapter(Moment).validate_python(text)
    except ValidationError:
        raise Misconfigured(
            f"{option} {text} is no date; write it as 2024-01-31 or 2024-01-31T12:00"
        ) from None
    return found


def _wanted(
    conn: Connection,
    settings: Settings,
    kind: str,
    bounds: tuple[datetime | None, datetime | None],
    rate: int,
) -> Backfill:
    """The backfill as it is asked for; one of the same bounds that is not finished goes on."""
    since, until = bounds
    if kind == ORDERS and until is None:
        pair = pairs.get(conn, PAIR)
        until = settings.orders.since or (pair.since if pair is not None else utc_now())
    known = backfills.get(conn, PAIR, kind)
    new = Backfill(PAIR, kind, since, until, rate, "", 0, None, utc_now())
    if known is None or not known.open or (known.since, known.until) != (since, until):
        return new
    return Backfill(
        PAIR,
        kind,
        since,
        until,
        rate,
        known.position,
        known.done,
        known.total,
        known.asked_at,
        known.worked_at,
    )


def _confirmed(fill: Backfill) -> bool:
    """Whether a person says yes; where nobody can be asked, nobody did. The talk leaves stdout to the result."""
    complain(_words(fill))
    if fill.kind == ORDERS:
        complain(_MAILS)
    if not sys.stdin.isatty():
        complain("syncd: nobody can be asked here; say --yes to begin.")
        return False
    return typer.confirm("Begin?", default=False, err=True)


def _words(fill: Backfill) -> str:
    begins = "Goes on with" if fill.position else "Brings"
    if fill.kind != ORDERS:
        return f"{begins.replace('Brings', 'Compares')} every product, {fill.rate} a minute."
    since = f"{fill.since:%Y-%m-%d %H:%M} UTC" if fill.since else "the shop's beginning"
    until = f"{fill.until:%Y-%m-%d %H:%M} UTC" if fill.until else "now"
    return f"{begins} the orders that were placed from {since} until {until}, {fill.rate} a minute."


def _carry_on(settings: Settings, fill: Backfill, *, as_json: bool) -> int:
    try:
        with progress.shown() as show:
            report, number = work_alone(settings, fill.kind, show)
    except AlreadyRunning:
        return _tell(settings, fill.kind, 0, None, as_json=as_json)
    code = _SIGNALLED + number if number is not None else int(exit_code([report]))
    return _tell(settings, fill.kind, code, report, as_json=as_json)


def _tell(settings: Settings, kind: str, code: int, report: Report | None, *, as_json: bool) -> int:
    db = open_database(settings)
    try:
        fill = db.run_sync(lambda conn: backfills.get(conn, PAIR, kind))
    finally:
        db.close()
    assert fill is not None  # it was noted by this command
    if as_json:
        running = report is None and holder(settings.data_dir) is not None
        print(spell_json({"backfill": backfill_json(fill), "running": running, "exit": code}))
        return code
    if report is None:
        say("The running daemon works on it after its live changes; 'syncd status' shows how far it is.")
    elif not fill.open:
        say(f"All is brought: {fill.done} {kind}.")
    else:
        say(report.message or "Ended early.")
        say(f"{fill.done} of {fill.total or '?'} {kind} are done. Next: the same command goes on from there.")
    if report is not None and report.failures:
        say(f"{report.failures} set aside: 'syncd failed list' shows them.")
    return code
