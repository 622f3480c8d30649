"""`syncd requests`: the request log, its rotated files included, as a person reads it."""

from __future__ import annotations

import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from syncd.cli.screen import complain
from syncd.settings import load_settings

_PAUSE = 0.5
"""Seconds between two looks at the log while following it."""
_SHOWN = 200
"""Characters of an address or error that are shown."""

Line = dict[str, Any]
Wanted = Callable[[Line], bool]


def requests_command(shop: str | None, order: str | None, limit: int, *, follow: bool, as_json: bool) -> int:
    """Print the latest calls that are meant, and go on with those to come when asked to."""
    settings = load_settings()
    path = settings.request_log
    wanted = meant(shop, order)
    if not settings.log.requests:
        complain(
            "syncd: the request log is switched off: SYNCD_LOG__REQUESTS is false; set it to true to have one"
        )
    lines = Follower(path) if follow else None
    latest = deque((text for text, line in read(path) if wanted(line)), maxlen=limit)
    for text in latest:
        print(text if as_json else spell(json.loads(text)), flush=True)
    if lines is None:
        if not latest:
            complain(f"syncd: no such call stands in {path}")
        return 0
    try:
        while True:
            for text in lines.more():
                line = _line(text)
                if line is not None and wanted(line):
                    print(text if as_json else spell(line), flush=True)
            time.sleep(_PAUSE)
    except KeyboardInterrupt:
        return 0


def files(path: Path) -> list[Path]:
    """The log's files that are there, the oldest first: `requests.log.4` to `.1`, then the newest."""
    rotated = [one for one in path.parent.glob(f"{path.name}.*") if one.suffix[1:].isdigit()]
    oldest_first = sorted(rotated, key=lambda one: int(one.suffix[1:]), reverse=True)
    return [one for one in (*oldest_first, path) if one.exists()]


def read(path: Path) -> Iterator[tuple[str, Line]]:
    """Every readable line of the log with what it says, the oldest first. A line cut off by a crash is passed over."""
    for file in files(path):
        with file.open(encoding="utf-8", errors="replace") as stream:
            for raw in stream:
                text = raw.rstrip("\n")
                line = _line(text)
                if line is not None:
                    yield text, line


def meant(shop: str | None, order: str | None) -> Wanted:
    """Whether a line is of this shop and of a call made for this order; `None` means any."""

    def wanted(line: Line) -> bool:
        stream, _, key = str(line.get("correlation", "")).partition("/")
        of_order = order is None or (stream.startswith("orders") and key == order.lstrip("#"))
        return of_order and shop in (None, line.get("shop"))

    return wanted


def spell(line: Line) -> str:
    """One call in one line: when, which shop, what, the answer, how long, and for which record."""
    moment = str(line.get("time", ""))[:23].replace("T", " ")
    answer = line.get("status") or "-"
    text = f"{moment} {line.get('shop', '?')} {line.get('method', '?')} {_cut(line.get('path', ''))}"
    text += f" -> {answer} ({line.get('duration_ms', '?')} ms)"
    if line.get("correlation"):
        text += f" [{line['correlation']}]"
    return text + (f" {_cut(line['error'])}" if line.get("error") else "")


class Follower:
    """What is written to the log from now on, across its rotation."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._at = 0
        self._rest = ""
        if path.exists():
            self._file, self._at = path.stat().st_ino, path.stat().st_size

    def more(self) -> list[str]:
        """The whole lines since the last look. After a rotation the rest of the old file comes first."""
        if not self._path.exists():
            return []
        now = os.stat(self._path).st_ino
        found = []
        if self._file is not None and now != self._file:
            older = [one for one in files(self._path) if one.stat().st_ino == self._file]
            found += self._read(older[0]) if older else []
            self._at, self._rest = 0, ""
        self._file = now
        return found + self._read(self._path)

    def _read(self, path: Path) -> list[str]:
        with path.open("rb") as stream:
            stream.seek(self._at)
            raw = stream.read()
        self._at += len(raw)
        *lines, self._rest = (self._rest + raw.decode("utf-8", "replace")).split("\n")
        return [line for line in lines if line]


def _line(text: str) -> Line | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _cut(text: object) -> str:
    plain = str(text)
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}..."
