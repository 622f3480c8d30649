"""The request log: one JSON line per request and its answer, masked, rotated, never larger in total than its cap."""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from syncd import correlation
from syncd.shops.mask import Mask
from syncd.shops.mask_body import mask_body

_BACKUPS = 4
_LONGEST_BODY = 8 * 1024
"""Bytes of a body that are written; reading on costs more time than the rest of the call."""
_OWNER_ONLY = 0o600
_NOTHING = ""

_warnings = logging.getLogger("syncd.request_log")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its answer, or with the error that came instead of one. Sizes in bytes."""

    shop: str
    method: str
    url: str
    duration_ms: int
    request_type: str = ""
    request_body: bytes = b""
    request_bytes: int = 0
    status: int | None = None
    error: str = ""
    answer_type: str = ""
    answer_body: bytes = b""


class RequestLog:
    """Writes exchanges to `path` and its four older files, all together at most `max_bytes`.

    One process may write one log. `mask` knows the credentials in use and whether personal data is masked. A log that
    cannot be opened or written (no right to, disk full) warns once and stops nobody.
    """

    def __init__(self, path: Path, *, max_bytes: int, mask: Mask) -> None:
        self._mask = mask
        self._longest_line = max_bytes // (_BACKUPS + 1)
        with suppress(OSError):  # the first line tells it
            path.parent.mkdir(parents=True, exist_ok=True)
            _drop_oversized(path, self._longest_line)
        self._handler = _Handler(path, self._longest_line)

    def write(self, record: Exchange) -> None:
        """One more line, with the correlation id bound here; shortened where it would not fit the cap."""
        line = self._line(record)
        self._handler.emit(logging.LogRecord("requests", logging.INFO, "", 0, line, None, None))

    def close(self) -> None:
        """Closes the file. What it could not take on a full disk was told when it was written."""
        with suppress(OSError):
            self._handler.close()

    def _line(self, record: Exchange) -> str:
        path = self._mask.url(record.url)
        fields: dict[str, Any] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "shop": record.shop,
            "method": record.method,
            "path": path,
            "status": record.status,
            "error": self._mask.text(record.error),
            "duration_ms": record.duration_ms,
            "request_bytes": record.request_bytes,
            "response_bytes": len(record.answer_body),
            "correlation": self._mask.text(correlation.current()),
            "request": self._body(record.request_body, record.request_type),
            "response": self._body(record.answer_body, record.answer_type),
        }
        line, droppable = _dumped(fields), ["correlation", "path", "error", "request", "response"]
        while len(line) + 1 >= self._longest_line:  # its line end counts
            fields[droppable.pop()] = "(too long for this log)"
            line = _dumped(fields)
        return line

    def _body(self, body: bytes, content_type: str) -> str:
        """The beginning of a body, readable and masked. Only what is written is looked at, so a long body costs no more."""
        if not body:
            return _NOTHING
        kind = content_type.partition(";")[0].strip().lower()
        if kind.startswith(("image/", "multipart/", "application/octet-stream")):
            return f"({kind}, {len(body)} bytes)"
        text = body[:_LONGEST_BODY].decode("utf-8", "replace").removeprefix("\ufeff")
        is_form = kind == "application/x-www-form-urlencoded"
        shown = self._mask.form(text) if is_form else mask_body(text, self._mask)
        return shown if len(body) <= _LONGEST_BODY else f"{shown}..."


def _dumped(fields: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in fields.items() if value not in (None, _NOTHING)})


class _Handler(RotatingFileHandler):
    """Rotates by size; readable by its owner only; a failing disk is told once, not once per request."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._failing = self._failed = False
        super().__init__(path, maxBytes=max_bytes, backupCount=_BACKUPS, encoding="ascii", delay=True)

    def _open(self) -> Any:
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=_private)

    def emit(self, record: logging.LogRecord) -> None:
        self._failed = False
        super().emit(record)
        self._failing = self._failed

    def handleError(self, record: logging.LogRecord) -> None:
        self._failed = True
        if not self._failing:
            _warnings.warning(
                "The request log %s cannot be written; syncd goes on without it", self.baseFilename
            )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, _OWNER_ONLY)


def _drop_oversized(path: Path, limit: int) -> None:
    """After the cap was lowered, files of the old size would break it: they go."""
    for number in range(_BACKUPS + 1):
        file = path if number == 0 else path.with_name(f"{path.name}.{number}")
        if file.exists() and file.stat().st_size > limit:
            file.unlink()
