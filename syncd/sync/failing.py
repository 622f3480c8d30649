"""Records set aside: which ones wait, which are due, and how a record's error becomes one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from syncd.errors import SetAside
from syncd.model.product import BrokenRecord
from syncd.state import failures, history
from syncd.state.database import Database
from syncd.state.failures import Failure
from syncd.state.history import HistoryEntry

SET_ASIDE, CLEARED = "set aside", "not set aside any more"
"""Events of a record's history."""
PAYLOAD_LIMIT = 64_000
"""Characters of a record kept with its failure."""


class SetAsideRecords:
    """The failures of one stream during one cycle."""

    def __init__(self, db: Database, pair: str, stream: str, *, now: Callable[[], datetime]) -> None:
        self._db = db
        self._pair = pair
        self._stream = stream
        self._now = now
        self._open: dict[str, Failure] = {}

    async def load(self) -> None:
        """Read the open failures once per cycle."""
        rows = await self._db.run(lambda conn: failures.briefly(conn, self._pair, self._stream))
        self._open = {row.record_key: row for row in rows}

    def due(self, *, everything: bool) -> list[str]:
        """Keys to try again now: those whose pause is over, or all of them."""
        now = self._now()
        return [key for key, row in self._open.items() if everything or row.next_at <= now]

    def waits(self, key: str, version: str) -> bool:
        """Whether this very version of the record failed before and its pause is not over."""
        row = self._open.get(key)
        return row is not None and row.version == version and row.next_at > self._now()

    def version(self, key: str) -> str:
        """The version of the record that failed; empty when none did."""
        return self._open[key].version if key in self._open else ""

    def rests(self, key: str, *, least: int = 1) -> bool:
        """Whether the record failed, so many times at `least`, and its pause is not over."""
        row = self._open.get(key)
        return row is not None and row.attempts >= least and row.next_at > self._now()

    def attempts(self, key: str, code: str) -> int:
        """How often this version of the record failed for this reason."""
        row = self._open.get(key)
        return row.attempts if row is not None and row.code == code else 0

    def has(self, key: str, code: str) -> bool:
        """Whether the record failed for this reason."""
        return key in self._open and self._open[key].code == code

    def pauses(self, key: str, code: str) -> bool:
        """Whether the record failed for this reason and its pause is not over."""
        return self.has(key, code) and self._open[key].next_at > self._now()

    def any_pauses(self, code: str) -> bool:
        """Whether any record failed for this reason and its pause is not over."""
        return any(self.pauses(key, code) for key in self._open)

    def waited_for(self) -> set[str]:
        """What failed records wait for: codes that the office lacked."""
        return {code for row in self._open.values() for code in row.link_version.split("\n") if code}

    def wake(self, arrived: set[str]) -> None:
        """End the pause of records that wait for something that has arrived."""
        for key, row in self._open.items():
            if arrived.intersection(row.link_version.split("\n")):
                self._open[key] = replace(row, next_at=self._now())

    def __contains__(self, key: str) -> bool:
        return key in self._open

    async def record(
        self, key: str, error: Exception, *, version: str, waits_for: str = "", payload: object = ""
    ) -> None:
        """Set a record aside with its reason and what is needed to understand it. Its history gets a line when the reason is
        new, not one for every attempt."""
        code = error.code if isinstance(error, SetAside) else type(error).__name__
        earlier, now = self._open.get(key), self._now()

        def note(conn: Connection) -> Failure:
            row = failures.record(
                conn,
                self._pair,
                self._stream,
                key,
                code=code,
                message=str(error),
                payload=_spell(payload)[:PAYLOAD_LIMIT],
                version=version,
                link_version=waits_for,
                now=now,
            )
            if earlier is None or earlier.code != code or row.attempts == 1:
                self._note(conn, key, SET_ASIDE, now, {"code": code, "reason": str(error)})
            return row

        self._open[key] = await self._db.run(note)

    async def broken(self, record: BrokenRecord) -> None:
        """Set aside a record that could not even be read."""
        error = SetAside(record.reason, code="unreadable")
        await self.record(record.key, error, version="", payload=record.payload)

    async def clear(self, key: str) -> None:
        """The record went through, or is no longer our business."""
        if self._open.pop(key, None) is not None:
            await self._db.run(lambda conn: self._clear(conn, key))

    def _clear(self, conn: Connection, key: str) -> None:
        if failures.clear(conn, self._pair, self._stream, key):
            self._note(conn, key, CLEARED, self._now(), {})

    def _note(self, conn: Connection, key: str, event: str, now: datetime, detail: Mapping[str, str]) -> None:
        history.add(conn, HistoryEntry(self._pair, self._stream, key, now, event, dict(detail)))


def _spell(payload: object) -> str:
    if is_dataclass(payload) and not isinstance(payload, type):
        return json.dumps(asdict(payload), ensure_ascii=False, default=str)
    return str(payload)
