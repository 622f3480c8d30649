"""`syncd run`, by hand and as a daemon."""

from __future__ import annotations

import sys

from syncd import logs
from syncd.app import utc_now
from syncd.cli import progress, summary
from syncd.cli.exits import code_of
from syncd.cli.screen import Screen
from syncd.daemon import streams
from syncd.daemon.by_hand import run_by_hand
from syncd.errors import SyncdError
from syncd.settings import load_settings


def run_once_command(stream: str | None, *, override: bool, as_json: bool) -> int:
    """One cycle of each stream and its summary; answers the exit code."""
    try:
        settings = load_settings()
        logs.configure(settings, level="warning")
        with progress.shown() as show:
            result = run_by_hand(settings, streams.chosen(settings, stream), override=override, progress=show)
    except SyncdError as error:
        print(f"syncd: {error}", file=sys.stderr)
        if as_json:
            print(summary.error_json(str(error), code_of(error)))
        return code_of(error)
    if as_json:
        print(summary.as_json(result))
    else:
        summary.show(Screen(), result, utc_now())
    return int(result.exit)


def daemon_command() -> int:
    """Run for ever, until a signal."""
    from syncd.daemon.service import run_daemon  # noqa: PLC0415 - brings the scheduler along

    settings = load_settings()
    run_daemon(settings, load_settings)
    return 0
