"""Commands that have records compared anew: `resync`, `verify`."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help is quick

from __future__ import annotations

from typing import Annotated

import typer

from syncd.cli.exits import told
from syncd.cli.options import Json, Source


def resync(
    keys: Annotated[
        list[str],
        typer.Argument(
            help="Order numbers, product numbers or SKUs; order:KEY or product:KEY where a number could be both."
        ),
    ],
    source: Source = "cscart",
    as_json: Json = False,
) -> None:
    """Have orders and products read and compared anew in the next cycle.

    Nothing is written by this command. The next cycle reads the record in
    both shops, whatever its time stamps say, and writes what differs by the
    owners of each field; 'syncd run --once' does so now. What staff edited in
    an order's lines in Webasyst is not overwritten but told.

    Exit code 1 when a key names nothing; the others are marked all the same.

    \b
    --json prints {"version": 1, "marked": [{"kind", "source", "key"}],
    "unknown": [key, ..]}.
    """
    from syncd.cli.resync import resync_command

    raise typer.Exit(told(lambda: resync_command(keys, source, as_json=as_json)))


def verify(
    sample: Annotated[
        str, typer.Option(metavar="SHARE", help="Only this share of what is linked, such as 5%.")
    ] = "100%",
    fix: Annotated[
        bool, typer.Option("--fix", help="Mark what differs: the next cycles put it right.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compare every product and order in both shops; writes nothing there.

    Products: price, list price, stock, visibility, texts and categories, as
    far as SYNCD_PRODUCTS__OWNERS says that they must agree. Orders: lines,
    shipping, discount, total, delivery address and the status by the map.
    Whole records: what one shop lacks and should have, and an order that
    stands in Webasyst twice; what 'syncd failed drop' dropped may be missing.
    What changed since the last cycle is told as well: 'syncd run --once'
    before gives the clearest picture.

    With --fix the differing records are compared anew by the next cycles,
    which write what the owners and the brakes allow. Lines of orders that
    staff edited in Webasyst stay as they are.

    Exit code 0 when all agree, 3 when something differs.

    \b
    --json prints {"version": 1, "products", "orders", "differences":
    [{"kind", "source", "key", "name", "webasyst", "field", "source_says",
    "webasyst_says"}], "marked"}: the numbers compared, and how many records
    were marked.
    """
    from syncd.cli.verify import verify_command

    raise typer.Exit(told(lambda: verify_command(sample, fix=fix, as_json=as_json)))


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(resync)
    app.command()(verify)
