"""The process's log: structlog to stderr, one line per event, JSON for machines or short text for people.

What the standard library's loggers and warnings say comes out in the same form. Secrets are masked in every field, and
personal data when the settings say so.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from syncd.settings import Settings
from syncd.shops.mask import HIDDEN, Mask

_QUIETER = {
    "alembic": logging.WARNING,
    # What its warnings tell, runs left out, is counted by the daemon itself.
    "apscheduler": logging.ERROR,
    "asyncio": logging.WARNING,
    "httpcore": logging.WARNING,
    # Its own lines hold whole addresses with their tokens.
    "httpx": logging.WARNING,
}
"""From which level on a library is heard."""

_COLOURS = {"warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m"}
_PLAIN = "\x1b[0m"
_LEADING = ("timestamp", "level", "event", "exception", "logger")
"""Keys that the one-line form places itself, or leaves out."""

_SHAPE = ("timestamp", "level", "event")
"""Keys that are ours in every line: their names and values never hide anything."""


class StderrHandler(logging.StreamHandler[Any]):
    """Writes to what `sys.stderr` is at that moment, so that a progress bar can keep its place below the lines."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """The current stderr."""
        return sys.stderr


def configure(settings: Settings, *, level: str | None = None) -> None:
    """Set the log up, or anew after a change of the settings. `level` is used where the settings name none."""
    chosen = settings.log.level if level is None or "level" in settings.log.model_fields_set else level
    secrets = (settings.cscart.api_key, settings.webasyst.token)
    masked = Masked(
        Mask([one.get_secret_value() for one in secrets if one], personal=settings.log.mask_personal)
    )
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            masked,
            one_line if for_people(settings) else _json,
        ],
    )
    _install(formatter, chosen.upper())


def for_people(settings: Settings) -> bool:
    """Whether lines are short text: as the settings say, and where they say nothing, on a terminal."""
    if "format" in settings.log.model_fields_set:
        return settings.log.format == "console"
    return sys.stderr.isatty()


def _install(formatter: logging.Formatter, level: str) -> None:
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if isinstance(one, StderrHandler)]:
        root.removeHandler(earlier)
    handler = StderrHandler()
    handler.setFormatter(formatter)
    root.addHandler(handler)
    root.setLevel(level)
    for name, least in _QUIETER.items():
        logging.getLogger(name).setLevel(least)
    logging.captureWarnings(True)


class Masked:
    """Masks the fields of a line, lists and maps included."""

    def __init__(self, mask: Mask) -> None:
        self._mask = mask

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """The line with its secrets replaced."""
        return {
            name: self._mask.known(value)
            if name in _SHAPE and isinstance(value, str)
            else self._field(name, value)
            for name, value in event.items()
        }

    def _field(self, name: str, value: Any) -> Any:
        if value is not None and self._mask.hides(name):
            return HIDDEN
        if isinstance(value, str):
            return self._mask.text(value)
        if isinstance(value, dict):
            return {key: self._field(str(key), item) for key, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._field("", item) for item in value]
        return value if isinstance(value, int | float) or value is None else self._mask.text(str(value))


def _json(logger: WrappedLogger, method: str, event: EventDict) -> str:
    shape = {name: event[name] for name in _SHAPE if name in event}
    return json.dumps({**shape, **event}, ensure_ascii=False, default=str)


def one_line(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """`07:28:19 order.created order=1 webasyst=12 total=132.89`; the level only from a warning on."""
    level = str(event.get("level", ""))
    parts = [str(event.get("timestamp", ""))[11:19]]
    if level in _COLOURS:
        parts.append(_coloured(level))
    parts.append(f"{event.get('event', '')!s:<15}")
    parts += [f"{name}={_spell(value)}" for name, value in event.items() if name not in _LEADING]
    line = " ".join(parts).rstrip()
    return f"{line}\n{event['exception']}" if event.get("exception") else line


def _coloured(level: str) -> str:
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
        return level.upper()
    return f"{_COLOURS[level]}{level.upper()}{_PLAIN}"


def _spell(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(_spell(item) for item in value)
    text = " / ".join(str(value).split("\n"))
    return f'"{text}"' if not text or " " in text else text
