"""`syncd plan` and `syncd apply`: see what would be written, and have exactly that written."""

from __future__ import annotations

import os
from pathlib import Path

from syncd import logs
from syncd.cli import plan_show, progress, summary
from syncd.cli.exits import code_of, tell
from syncd.cli.reading import database
from syncd.cli.screen import Screen
from syncd.cli.spell import spell_json
from syncd.daemon import streams
from syncd.daemon.planning import Planned, apply_plan, make_plan
from syncd.errors import Misconfigured, StorageFailed, SyncdError
from syncd.settings import Settings, load_settings
from syncd.sync.preview import plan as plans
from syncd.sync.preview.plan import Plan

_OURS_ONLY = 0o600
"""A plan names customers."""


def plan_command(stream: str | None, output: Path | None, *, as_json: bool) -> int:
    """Make a plan and show it, or write it to a file; answers the exit code."""
    settings = load_settings()
    logs.configure(settings, level="error")
    planned = made(settings, stream)
    if planned.exit == 0 and output is not None:
        _write(output, plans.spelled(planned.plan))
    if as_json:
        print(spell_json(plans.as_json(planned.plan) | {"exit": int(planned.exit)}))
    else:
        plan_show.show(Screen(), planned, output)
    return int(planned.exit)


def made(settings: Settings, stream: str | None) -> Planned:
    """The plan of these streams, with progress on stderr. Raises what stops a run before its first cycle."""
    chosen = streams.chosen(settings, stream)
    with database(settings) as db, progress.shown() as show:
        return make_plan(settings, db, chosen, progress=show)


def apply_command(file: Path, *, as_json: bool) -> int:
    """Carry a plan out; answers the exit code."""
    try:
        settings = load_settings()
        logs.configure(settings, level="warning")
        plan = _read(file)
        with progress.shown() as show:
            applied = apply_plan(settings, plan, progress=show)
    except SyncdError as error:
        tell(error)
        if as_json:
            print(summary.error_json(str(error), code_of(error)))
        return code_of(error)
    if as_json:
        print(spell_json(plan_show.applied_json(applied)))
    else:
        plan_show.show_applied(Screen(), applied)
    return applied.exit


def _read(file: Path) -> Plan:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise Misconfigured(
            f"the plan {file} cannot be read: {error.strerror}; make one with 'syncd plan -o {file}'"
        ) from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{file} is no plan; make one with 'syncd plan -o FILE'") from error
    return plans.read(text, str(file))


def _write(file: Path, text: str) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OURS_ONLY)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            os.fchmod(handle, _OURS_ONLY)
            out.write(text)
    except OSError as error:
        raise StorageFailed(f"the plan cannot be written to {file}: {error.strerror}") from error
