"""Commands that see before they write, and steer the daemon: `plan`, `apply`, `backfill`, `pause`, `resume`, `run-now`,
`health`."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help is quick

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.exits import told
from syncd.cli.options import Json, OneStream, Yes


class Older(StrEnum):
    """What can be brought from before."""

    ORDERS = "orders"
    PRODUCTS = "products"


def plan(
    stream: OneStream = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write the plan to this file, for 'syncd apply'.", show_default=False
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what the next cycles would write, per record and field.

    The ordinary cycles run over a copy of the database, and their writes are
    recorded instead of sent: both shops are only read. Pictures are named by
    their addresses and not fetched; licence numbers and comments are told by
    fingerprints. Works beside a running daemon.

    \b
    Exit codes: 0 the plan is made, 1 a stream failed (no file is written
    then), 10 and 12 as in 'run'.

    \b
    --json prints what the file holds, and "exit":
      {"version": 1, "made_at", "streams": [..],
       "shops": {name: address}, "account", "starts": {source: time},
       "writes": [{"stream", "record", "action", "target",
                   "fields": [{"name", "before", "after"}]}],
       "brakes": [text], "set_aside": [text]}
    """
    from syncd.cli.plan import plan_command

    raise typer.Exit(told(lambda: plan_command(stream, output, as_json=as_json)))


def apply(
    file: Annotated[Path, typer.Argument(help="A plan that 'syncd plan -o FILE' wrote.")],
    as_json: Json = False,
) -> None:
    """Do exactly what a plan says, and refuse what has moved since.

    The plan's cycles run on the real database. A write goes through when the
    plan has an equal one: the same record, the same action, the same values
    before and after. Everything else is left alone, told by name, and shown
    by the next plan; nothing of it is lost or counted as a failure.

    \b
    Exit codes: 3 when something was left alone, else as in 'run'.

    \b
    --json prints one object:
      {"version": 1, "exit", "done": number of writes,
       "refused": [{"stream", "record", "action", "target", "moved":
                    true, or false for what the plan does not have}],
       "not_done": [the same without "moved": planned, not made],
       "failures": [as in 'run']}
    """
    from syncd.cli.plan import apply_command

    raise typer.Exit(told(lambda: apply_command(file, as_json=as_json)))


def pause(stream: OneStream = None, as_json: Json = False) -> None:
    """Have the daemon's streams rest, or one of them.

    A cycle that runs ends after the record at hand. The pause outlives a
    restart of the daemon, until 'syncd resume'. 'syncd run --once' runs all
    the same.

    \b
    --json prints {"version": 1, "paused": [streams], "paused_still": [],
    "running": whether a daemon runs}.
    """
    from syncd.cli.wishes import pause_command

    raise typer.Exit(told(lambda: pause_command(stream, as_json=as_json)))


def resume(stream: OneStream = None, as_json: Json = False) -> None:
    """End the pause of the daemon's streams, which then run at once.

    \b
    --json prints {"version": 1, "resumed": [streams], "paused_still": [],
    "running": whether a daemon runs}.
    """
    from syncd.cli.wishes import resume_command

    raise typer.Exit(told(lambda: resume_command(stream, as_json=as_json)))


def run_now(stream: OneStream = None, as_json: Json = False) -> None:
    """Have the running daemon run a cycle out of turn.

    Exit code 1 when no daemon runs, or when every stream meant is paused.

    \b
    --json prints {"version": 1, "wanted": [streams], "paused_still":
    [streams that are paused], "running": true}.
    """
    from syncd.cli.wishes import run_now_command

    raise typer.Exit(told(lambda: run_now_command(stream, as_json=as_json)))


def health(as_json: Json = False) -> None:
    """Tell whether the daemon makes progress, for a container's HEALTHCHECK.

    Exit code 0 when each stream that is switched on ended a cycle within
    three of its intervals (two minutes at least), whatever its outcome, or
    runs one that comes along, or is paused. Else 1.

    \b
    --json prints {"version": 1, "healthy": true or false,
    "streams": [{"stream", "healthy", "reason"}]}.
    """
    from syncd.cli.health import health_command

    raise typer.Exit(told(lambda: health_command(as_json=as_json)))


def backfill(
    kind: Annotated[Older, typer.Argument(help="orders or products.")],
    *,
    since: Annotated[
        str | None,
        typer.Option(help="Orders placed since this date, as 2024-01-31; all without.", show_default=False),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            help="Orders placed before this date; until the start of the sync without.", show_default=False
        ),
    ] = None,
    rate: Annotated[int, typer.Option(min=1, help="Records a minute, at most.")] = 60,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Bring older orders, or compare every product in full.

    Orders of CS-Cart from before the start of the sync are made in Webasyst,
    the oldest first; Webasyst may mail each customer. Products are compared
    with texts and pictures, as in the first cycle.

    A running daemon works on it in portions, after its live changes; without
    one this command does, live changes first. It may be broken off at any
    time: the same command goes on where it was, and each order is made once.

    \b
    Exit codes: 0 all is brought or the daemon works on it, 130 broken off,
    3 when SYNCD_PLAN_FIRST is true and nothing was applied yet, or when it
    was not confirmed; else as in 'run'.

    \b
    --json prints {"version": 1, "backfill": {"kind", "since", "until",
    "rate", "done", "total", "asked_at", "finished_at"}, "running": whether
    a daemon works on it, "exit"}.
    """
    from syncd.cli.backfill import backfill_command

    raise typer.Exit(told(lambda: backfill_command(kind, since, until, rate=rate, yes=yes, as_json=as_json)))


def add_to(app: typer.Typer) -> None:
    """Put the commands into the program."""
    for command in (plan, apply, backfill, pause, resume, health):
        app.command()(command)
    app.command("run-now")(run_now)
