"""Expected errors as text on stderr and an exit code; only a bug shows a traceback."""

from __future__ import annotations

from collections.abc import Callable

from syncd.cli.screen import complain
from syncd.errors import AlreadyRunning, Misconfigured, NotAuthorised, SyncdError

FAILED, MISCONFIGURED, ALREADY_RUNNING, NOT_AUTHORISED = 1, 10, 11, 12
"""As in `syncd.daemon.once.Exit`, which is not imported here because it brings half of the program along."""


def code_of(error: SyncdError) -> int:
    """The exit code of an error that ended a command."""
    if isinstance(error, NotAuthorised):
        return NOT_AUTHORISED
    if isinstance(error, Misconfigured):
        return MISCONFIGURED
    return ALREADY_RUNNING if isinstance(error, AlreadyRunning) else FAILED


def told(command: Callable[[], int]) -> int:
    """Run a command and answer its exit code; a `SyncdError` is told on stderr."""
    try:
        return command()
    except SyncdError as error:
        tell(error)
        return code_of(error)


def tell(error: SyncdError) -> None:
    """Say on stderr what happened and what comes next."""
    complain(f"syncd: {error}")
    if error.next_step:
        complain(f"Next: {error.next_step}")
