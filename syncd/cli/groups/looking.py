"""Commands that look and change nothing: `runs`, `explain`, `requests`, `bundle`."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help is quick

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.exits import told
from syncd.cli.options import Json, Source


class RecordKind(StrEnum):
    """What can be explained."""

    ORDER = "order"
    PRODUCT = "product"
    CUSTOMER = "customer"


def runs(
    stream: Annotated[
        str | None, typer.Option(help="Only this stream; orders and products mean both ways.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many at most, the newest first.")] = 20,
    as_json: Json = False,
) -> None:
    """List the latest cycles: when, how they ended, what they did.

    \b
    --json prints {"version": 1, "runs": [{"stream", "started_at",
    "finished_at", "seconds", "outcome", "message", "counts"}]}.
    """
    from syncd.cli.runs import runs_command

    raise typer.Exit(told(lambda: runs_command(stream, limit, as_json=as_json)))


def explain(
    kind: Annotated[RecordKind, typer.Argument(help="What the key names.")],
    key: Annotated[
        str,
        typer.Argument(
            help="Its number in the source, its SKU, webasyst:ID, or an order's external reference; a customer's number, "
            "e-mail or phone."
        ),
    ],
    source: Source = "cscart",
    as_json: Json = False,
) -> None:
    """Tell why a record looks as it does: a verdict and a timeline.

    What syncd keeps is told as it is. Then both shops are asked, read-only,
    and the decision of the next cycle is told: 'now it would be ...'.

    \b
    The verdicts:
      synced    both shops say what was agreed
      waiting   the next cycle has something to write
      skipped   left alone, with the reason: another company, placed before
                the start of the sync, an incomplete order, its status
      held      a rule of syncd's holds it back: an unknown SKU, a conflict
      failed    a shop refused it, or could not be asked
      in doubt  a call to a shop got no answer; its outcome is looked for
      echo      the shop shows our own write as a change; nothing to do
      braked    a brake holds it back until a person releases it
      unknown   neither syncd nor the shop knows it

    Exit code 0, or 1 when nothing is known of the record.

    \b
    --json prints {"version": 1, "kind", "key", "records": [{"source",
    "key", "verdict", "text", "webasyst", "timeline": [{"at", "stream",
    "event", "text"}], "now"}]}; "webasyst" is the id there or null, "now"
    the decision of the next cycle or why the shops could not be asked.
    """
    from syncd.cli.explain import explain_command

    raise typer.Exit(told(lambda: explain_command(str(kind), key, source, as_json=as_json)))


def requests(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    shop: Annotated[
        str | None, typer.Option(help="Only this shop: cscart, webasyst, or a source's name.")
    ] = None,
    order: Annotated[str | None, typer.Option(help="Only calls for this order of the source.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many of the latest at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print the lines of the log as they are.")] = False,
) -> None:
    """Show the calls to the shops from the request log, the oldest first.

    The log is masked by SYNCD_LOG__MASK_PERSONAL; secrets never stand in it.

    \b
    --json prints the log's own lines, one JSON object each: "time", "shop",
    "method", "path", "status", "error", "duration_ms", "request_bytes",
    "response_bytes", "correlation", "request", "response"; what is empty is
    left out.
    """
    from syncd.cli.requests import requests_command

    raise typer.Exit(told(lambda: requests_command(shop, order, limit, follow=follow, as_json=as_json)))


def bundle(
    file: Annotated[Path, typer.Argument(help="The zip file to be written; it must not exist.")],
    as_json: Json = False,
) -> None:
    """Write an archive for support: no secrets and no personal data in it.

    It holds the versions, the settings and the last calls with everything
    secret or personal masked, the status, the cycles, the records set aside
    and the check of the database.

    \b
    --json prints {"version": 1, "file", "parts": [names], "bytes"}.
    """
    from syncd.cli.bundle import bundle_command

    raise typer.Exit(told(lambda: bundle_command(file, as_json=as_json)))


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (runs, explain, requests, bundle):
        app.command()(command)
