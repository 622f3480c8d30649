"""What the inbox keeps of a call, read past its functions."""

from __future__ import annotations

from sqlalchemy import Connection, select

from syncd.model.hook import HookCall
from syncd.state.schema import inbox


def call_of(conn: Connection, entry_id: int) -> HookCall | None:
    """The call as it came in."""
    columns = (inbox.c.event, inbox.c.method, inbox.c.content_type, inbox.c.body, inbox.c.query)
    row = conn.execute(select(*columns).where(inbox.c.id == entry_id)).first()
    return None if row is None else HookCall(*row)
