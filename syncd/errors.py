"""Errors, grouped by what to do about them.

    SyncdError
    ├── Misconfigured          a person changes a setting            exit code 10
    │   └── NotAuthorised      a person renews a token or a right    exit code 12
    ├── AlreadyRunning         another instance holds the lock       exit code 11
    ├── RetryLater             the shop or the network is unwell: the stream tries again by itself
    │   ├── ShopUnavailable    no usable answer to a read, or the call was never sent
    │   ├── Throttled          the shop told us to wait
    │   └── BrokenAnswer       the answer is not what the contract says
    ├── InDoubt                a write whose outcome is unknown: search before anything is sent again
    ├── SetAside               this record cannot go on; the others can
    │   ├── Refused            the shop rejected the record
    │   └── Held               our own rules hold the record back
    ├── StopStream             the stream stops until a person looks
    └── StorageFailed          the database cannot be written: no call without a durable intent

The text of an error says what happened, to which record, and what to do next. It never holds a secret.
"""

from __future__ import annotations


class SyncdError(Exception):
    """Something that syncd expects to happen and knows how to report."""

    next_step = ""
    """What a person does next at a terminal, where the text does not say so itself."""


class Misconfigured(SyncdError):
    """A setting is missing or wrong; nothing runs before a person changes it (exit code 10)."""


class NotAuthorised(Misconfigured):
    """A shop refused our credentials or lacks a right (401, 402, 403): one alarm, no hammering (exit code 12)."""


class AlreadyRunning(SyncdError):
    """Another process holds the lock of this data directory (exit code 11)."""


class RetryLater(SyncdError):
    """The shop or the network is unwell; the same call may go through later."""

    next_step = (
        "'syncd doctor' tells what does not answer; then give the same command again, nothing is lost."
    )


class ShopUnavailable(RetryLater):
    """A read failed, or a write was never sent: nothing has happened in the shop."""


class Throttled(RetryLater):
    """The shop asked us to slow down; `retry_after` is in seconds and is never cut short."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BrokenAnswer(RetryLater):
    """The answer to a read is not JSON or not of the shape that the contract promises."""


class InDoubt(SyncdError):
    """A write whose outcome is unknown.

    `ended` tells whether the shop has surely stopped working on the call (it answered) or may still be at it (time-out,
    broken connection, a gateway's 502/504).
    """

    def __init__(self, message: str, *, ended: bool) -> None:
        super().__init__(message)
        self.ended = ended


class SetAside(SyncdError):
    """One record cannot go on; it becomes a failure with its reason, and the others go on."""

    code = "set-aside"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class Refused(SetAside):
    """The shop rejected this record (a validation error); nothing was written."""

    code = "refused"


class Held(SetAside):
    """One of our own rules holds this record back (unknown SKU, totals differ, status out of reach)."""

    code = "held"


class StopStream(SyncdError):
    """The stream stops here; what was read and not applied is read again next time."""


class StorageFailed(SyncdError):
    """The database cannot be written (disk full, locked, corrupt): no call is made without a durable intent."""


ENDS_CYCLE = (Misconfigured, StopStream, StorageFailed, Throttled)
"""What ends a cycle, whichever record was at hand; every other error stays with its record."""
