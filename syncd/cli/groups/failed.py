"""`syncd failed`: its commands with their options and help texts."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help is quick

from __future__ import annotations

from typing import Annotated

import typer

from syncd.cli.exits import told
from syncd.cli.options import Json, OneStream, Yes

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look at records set aside, retry or drop them.",
)

Record = Annotated[
    str | None,
    typer.Argument(help="Only this record, by its number in its shop.", show_default=False),
]
Limit = Annotated[int, typer.Option(min=1, help="So many at most, the newest first.")]


@app.command("list")
def failed_list(stream: OneStream = None, limit: Limit = 50, as_json: Json = False) -> None:
    """List the records set aside with the reason and the next try.

    \b
    --json prints {"version": 1, "failures": [{"stream", "record", "code",
    "reason", "attempts", "next_try"}], "failures_total"}.
    """
    from syncd.cli.failed import list_command

    raise typer.Exit(told(lambda: list_command(stream, limit, as_json=as_json)))


@app.command("show")
def failed_show(
    stream: Annotated[str, typer.Argument(help="The stream, such as orders.")],
    record: Annotated[str, typer.Argument(help="The record's number in its shop.")],
    as_json: Json = False,
) -> None:
    """Show one record set aside, with what the shop said of it.

    The record is shown as it was read, personal data included. Exit code 1
    when it is not set aside.

    \b
    --json prints {"version": 1, "failures": [{as in 'failed list', and
    "first_at", "last_at", "payload"}]}; "payload" is an object where it can
    be read as one, else text.
    """
    from syncd.cli.failed import show_command

    raise typer.Exit(told(lambda: show_command(stream, record, as_json=as_json)))


@app.command("retry")
def failed_retry(stream: OneStream = None, record: Record = None, as_json: Json = False) -> None:
    """End the pause of all records, of a stream's, or of one.

    The next cycle tries them again; 'syncd run --once' does so now. Exit
    code 1 when no such record is set aside.

    \b
    --json prints {"version": 1, "due": number of records}.
    """
    from syncd.cli.failed import retry_command

    raise typer.Exit(told(lambda: retry_command(stream, record, as_json=as_json)))


@app.command("drop")
def failed_drop(
    stream: Annotated[str, typer.Argument(help="The stream, such as orders.")],
    record: Record = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Forget that records failed: they are not tried again by themselves.

    A record that changes in its shop, or that 'syncd resync' names, is read
    again all the same. Exit code 1 when no such record is set aside.

    \b
    --json prints {"version": 1, "forgotten": number of records}.
    """
    from syncd.cli.failed import drop_command

    raise typer.Exit(told(lambda: drop_command(stream, record, yes=yes, as_json=as_json)))


@app.command("export")
def failed_export(
    stream: OneStream = None,
    mask: Annotated[bool, typer.Option("--mask", help="Hide secrets and personal data.")] = False,
) -> None:
    """Print every record set aside as one JSON object a line.

    Without --mask the lines hold customers' names and addresses.

    \b
    Each line is {"version": 1, "stream", "record", "code", "reason",
    "attempts", "next_try", "first_at", "last_at", "payload"}.
    """
    from syncd.cli.failed import export_command

    raise typer.Exit(told(lambda: export_command(stream, mask=mask)))
