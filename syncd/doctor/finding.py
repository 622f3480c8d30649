"""What the doctor finds: one thing looked at, how bad it is, why it matters and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from syncd.errors import SyncdError


class Level(StrEnum):
    """How bad a finding is: all is well, something works worse than it could, or something will not work."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


class Verdict(IntEnum):
    """The exit code of `syncd doctor`."""

    OK = 0
    ERRORS = 1
    WARNINGS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject` is a shop, a source or this machine; `check` names what was looked at, in words that stay.

    `what` was found; `why` it matters and the `fix` are empty where nothing is to be done.
    """

    level: Level
    subject: str
    check: str
    what: str
    why: str = ""
    fix: str = ""


def ok(subject: str, check: str, what: str, *, why: str = "", fix: str = "") -> Finding:
    """All is well; `why` and `fix` are for what a person should know all the same."""
    return Finding(Level.OK, subject, check, what, why, fix)


def warning(subject: str, check: str, what: str, *, why: str, fix: str) -> Finding:
    """Something works worse than it could, or not for some records."""
    return Finding(Level.WARNING, subject, check, what, why, fix)


def error(subject: str, check: str, what: str, *, why: str, fix: str) -> Finding:
    """Something will not work."""
    return Finding(Level.ERROR, subject, check, what, why, fix)


def trouble(subject: str, check: str, said: SyncdError, why: str) -> Finding:
    """What a call raised; the error's own text says what to do."""
    return error(subject, check, str(said), why=why, fix="Put that right, then run 'syncd doctor' again.")


def verdict(findings: Iterable[Finding]) -> Verdict:
    """Errors go before warnings."""
    levels = {finding.level for finding in findings}
    if Level.ERROR in levels:
        return Verdict.ERRORS
    return Verdict.WARNINGS if Level.WARNING in levels else Verdict.OK
