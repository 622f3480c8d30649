"""Leave to write: with SYNCD_PLAN_FIRST nothing is written before a person applied a plan, or said --yes to a run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from syncd.app import PAIR
from syncd.settings import Settings
from syncd.state import cursors
from syncd.state.database import Database

RELEASED = "plan.applied"
"""Set when a person first let syncd write: by `apply`, or by `run --yes`."""


def waits_for_leave(settings: Settings, db: Database | None) -> bool:
    """Whether nothing may be written yet: a plan is wanted first, and nobody has applied one."""
    if db is None:
        return settings.plan_first
    return db.run_sync(lambda conn: leave_is_missing(conn, settings))


def leave_is_missing(conn: Connection, settings: Settings) -> bool:
    """The same inside a transaction."""
    return settings.plan_first and cursors.get(conn, PAIR, RELEASED) is None


def give_leave(conn: Connection, now: datetime) -> None:
    """Let every later run write."""
    if cursors.get(conn, PAIR, RELEASED) is None:
        cursors.put(conn, PAIR, RELEASED, now)
