"""`syncd failed`: the records set aside, tried again now, forgotten, or written out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import typer
from sqlalchemy import Connection

from syncd.app import PAIR, utc_now
from syncd.app.process import secrets_of
from syncd.cli.left import show_failures
from syncd.cli.reading import database
from syncd.cli.screen import Screen, complain, say
from syncd.cli.spell import VERSION, failure_json, iso, spell_json, when
from syncd.daemon.streams import meant
from syncd.settings import Settings, load_settings
from syncd.shops.mask import Mask
from syncd.shops.mask_body import mask_body
from syncd.state import failures, history
from syncd.state.failures import Failure
from syncd.state.history import DROPPED, HistoryEntry


def list_command(stream: str | None, limit: int, *, as_json: bool) -> int:
    """Print the newest failures."""
    settings = load_settings()
    found = _read(settings, meant(settings, stream), None)
    newest = sorted(found, key=lambda failure: failure.last_at, reverse=True)[:limit]
    if as_json:
        print(spell_json({"failures": [failure_json(one) for one in newest], "failures_total": len(found)}))
    elif found:
        show_failures(Screen(), newest, len(found), utc_now())
    else:
        say("No record is set aside.")
    return 0


def show_command(stream: str, record: str, *, as_json: bool) -> int:
    """Print what is known of one record; answers 1 when it is not set aside."""
    settings = load_settings()
    found = _read(settings, meant(settings, stream), record)
    if not found:
        return _none(stream, record)
    if as_json:
        print(spell_json({"failures": [whole_json(failure) for failure in found]}))
        return 0
    screen = Screen()
    for failure in found:
        _show(screen, failure, utc_now())
    return 0


def retry_command(stream: str | None, record: str | None, *, as_json: bool) -> int:
    """End pauses; answers 1 when there was nothing to retry."""
    settings, now = load_settings(), utc_now()
    names = meant(settings, stream)
    with database(settings) as db:
        number = (
            db.run_sync(lambda conn: sum(failures.hasten(conn, PAIR, one, record, now) for one in names))
            if db
            else 0
        )
    if as_json:
        print(spell_json({"due": number}))
    if not number:
        return _none(stream, record)
    if not as_json:
        say(f"{_spelled(number)} due now: the next cycle tries again, 'syncd run --once' does so at once.")
    return 0


def drop_command(stream: str, record: str | None, *, yes: bool, as_json: bool) -> int:
    """Forget failures, asking first; answers 1 when there was none or the answer was no."""
    settings = load_settings()
    found = _read(settings, meant(settings, stream), record)
    if not found:
        if as_json:
            print(spell_json({"forgotten": 0}))
        return _none(stream, record)
    question = f"{_spelled(len(found))} not tried again before something changes there. Forget?"
    if not yes and not typer.confirm(question, err=True):
        if as_json:
            print(spell_json({"forgotten": 0}))
        else:
            say("Nothing was forgotten.")
        return 1
    now = utc_now()
    with database(settings) as db:
        number = db.run_sync(lambda conn: drop(conn, found, now)) if db else 0
    if as_json:
        print(spell_json({"forgotten": number}))
    else:
        say(f"{_spelled(number)} forgotten; 'syncd resync' reads a record again.")
    return 0


def export_command(stream: str | None, *, mask: bool) -> int:
    """Print one JSON object a line."""
    settings = load_settings()
    hidden = Mask(secrets_of(settings)) if mask else None
    for failure in _read(settings, meant(settings, stream), None):
        print(json.dumps({"version": VERSION, **whole_json(failure, hidden)}, ensure_ascii=False))
    return 0


def drop(conn: Connection, found: Sequence[Failure], now: datetime) -> int:
    """Forget these failures, each with a line in its record's history; answers how many were still there."""
    number = 0
    for failure in found:
        if failures.clear(conn, PAIR, failure.stream, failure.record_key):
            detail = {"code": failure.code, "reason": failure.message}
            history.add(conn, HistoryEntry(PAIR, failure.stream, failure.record_key, now, DROPPED, detail))
            number += 1
    return number


def whole_json(failure: Failure, mask: Mask | None = None) -> dict[str, Any]:
    """A failure with its payload; with a mask nothing in it tells a secret or a person's data."""
    told = failure_json(failure)
    payload = failure.payload
    if mask is not None:
        told["reason"], payload = mask.text(failure.message), mask_body(payload, mask)
    times = {"first_at": iso(failure.first_at), "last_at": iso(failure.last_at)}
    return told | times | {"payload": _value(payload)}


def _value(payload: str) -> Any:
    """The payload as JSON where it is; a long one was cut off and is text."""
    try:
        return json.loads(payload)
    except ValueError:
        return payload


def _read(settings: Settings, streams: Sequence[str], record: str | None) -> list[Failure]:
    with database(settings) as db:
        found = db.run_sync(lambda conn: failures.all(conn, PAIR)) if db else []
    return [one for one in found if one.stream in streams and record in (None, one.record_key)]


def _show(screen: Screen, failure: Failure, now: datetime) -> None:
    screen.heading(f"{failure.stream} {failure.record_key}: {failure.code}")
    screen.text(failure.message, "  ")
    screen.text(f"first {when(failure.first_at, now)}, last {when(failure.last_at, now)}", "  ")
    screen.text(f"attempts: {failure.attempts}; next try {when(failure.next_at, now)}", "  ")
    if failure.payload:
        screen.heading("As it was read")
        value = _value(failure.payload)
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
        screen.line(text)
    screen.line()
    screen.text(
        f"Next: put the cause right, then 'syncd failed retry {failure.stream} {failure.record_key}'."
    )


def _none(stream: str | None, record: str | None) -> int:
    which = " ".join(part for part in (stream, record) if part)
    what = f"{which} is not" if record else f"no record{' of ' + which if which else ''} is"
    complain(f"syncd: {what} set aside; 'syncd failed list' shows those that are")
    return 1


def _spelled(number: int) -> str:
    return "1 record is" if number == 1 else f"{number} records are"
