"""The commands, their options and help texts; the work is done elsewhere and imported when it is needed."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help is quick

from __future__ import annotations

import atexit
import gc
from enum import StrEnum
from typing import Annotated

import typer

from syncd import __version__
from syncd.cli.exits import told
from syncd.cli.groups import database, failed, looking, mapping, repairing, setup, steering
from syncd.cli.options import Json, OneStream

app = typer.Typer(
    name="syncd",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    help="Keep a CS-Cart shop and a Webasyst (Shop-Script) shop in step.\n\n"
    "The settings are environment variables SYNCD_..., see settings.example.env.",
)
brakes = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look at brakes and release them.")
app.add_typer(brakes, name="brakes")
conflicts = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look at fields that both shops changed, and settle them.",
)
app.add_typer(conflicts, name="conflicts")
differences = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look at orders edited in Webasyst, and write them to CS-Cart.",
)
app.add_typer(differences, name="differences")
app.add_typer(failed.app, name="failed")
app.add_typer(mapping.app, name="map")
app.add_typer(database.app, name="db")
setup.add_to(app)
steering.add_to(app)
looking.add_to(app)
repairing.add_to(app)
hooks = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look at the hooks that shops call, subscribe to Horoshop's.",
)
app.add_typer(hooks, name="hooks")


_OBJECTS_BETWEEN_COLLECTIONS = 10_000
"""As in `syncd.app.process`, which is not imported here because it brings half of the program along."""


class Shop(StrEnum):
    """The two shops by name."""

    CSCART = "cscart"
    WEBASYST = "webasyst"


class Kind(StrEnum):
    """What a brake keeps from being overwritten."""

    PRICE = "price"
    STOCK = "stock"
    TEXT = "text"
    STATUS = "status"
    EMPTY = "empty"


def _version(value: bool) -> None:
    if value:
        typer.echo(f"syncd {__version__}")
        raise typer.Exit


@app.callback()
def _syncd(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    # Starting makes a hundred thousand objects that stay: to search them for circles again and again takes a tenth of it.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    # The end searches all of them once more, for nothing: the process goes, and what must be closed was closed before.
    atexit.register(gc.freeze)


@app.command()
def run(
    stream: OneStream = None,
    once: Annotated[bool, typer.Option("--once", help="One cycle of each stream, then end.")] = False,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", help="Let this run pass the brakes, and write before any plan was applied (with --once)."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Run for ever, or once.

    Without --once it is the daemon: SIGTERM ends it within 10 seconds and
    nothing is lost, SIGHUP makes it read the settings anew. With
    SYNCD_PLAN_FIRST=true it waits for the first 'syncd apply'. With --once each
    stream runs one cycle that also retries every record set aside, and a
    summary is printed. Only one syncd works on a data directory at a time.

    \b
    Exit codes; the first that holds:
      10  a setting is missing or wrong
      11  another syncd runs on the same data directory
      12  a shop refuses the credentials or lacks a right
       1  a stream failed
       3  records set aside, calls in doubt, conflicts or brakes are left,
          or SYNCD_PLAN_FIRST is true and no plan was applied yet
       0  all is applied
    An early end by a signal gives 128 and its number (Ctrl-C: 130).

    \b
    --json (with --once) prints one object:
      {"version": 1, "exit": 0,
       "streams": [{"stream", "outcome", "message", "counts",
                    "set_aside", "doubts", "conflicts",
                    "brakes": [..]}],
       "failures": [{"stream", "record", "code", "reason", "attempts",
                     "next_try"}],
       "brakes": [{"stream", "kind", "reason", "examples", "pulled_at"}],
       "doubts": [{"stream", "record", "action", "started_at"}],
       "conflicts": [as in 'conflicts list'],
       "error": text, when nothing ran}
    "outcome" is ok, braked, failed, stopped, not authorised or
    misconfigured. Times are ISO 8601 in UTC.
    """
    if once:
        from syncd.cli.run import run_once_command

        raise typer.Exit(run_once_command(stream, override=yes, as_json=as_json))
    if stream is not None or yes or as_json:
        raise typer.BadParameter("a stream, --yes and --json go with --once")
    from syncd.cli.run import daemon_command

    raise typer.Exit(told(daemon_command))


@app.command()
def status(as_json: Json = False) -> None:
    """Show what was done, what is left, and what to do about it.

    Works while the daemon runs. Exit code 0, or 10 and 1 as in 'run'.

    \b
    --json prints one object:
      {"version": 1, "running": process number or null,
       "streams": [{"stream", "enabled", "cursor", "lag_seconds",
                    "last_run": {"started_at", "finished_at", "outcome",
                                 "message", "counts"} or null,
                    "set_aside", "doubts", "brakes",
                    "paused_at"}],
       "links": {"orders", "products"},
       "failures": [the newest 10, as in 'run'], "failures_total",
       "brakes": [..], "doubts": [..], "conflicts": [..] as in 'run',
       "differences": [..] as in 'differences list',
       "waits_for_apply": whether nothing is written yet, because
                          SYNCD_PLAN_FIRST is true,
       "backfills": [as in 'backfill'],
       "calls_last_minute": {shop: number} or null without a request log,
       "calls_a_minute_at_most"}
    """
    from syncd.cli.status import status_command

    raise typer.Exit(told(lambda: status_command(as_json=as_json)))


@brakes.command("list")
def brakes_list(as_json: Json = False) -> None:
    """List the brakes with their evidence.

    \b
    --json prints {"version": 1, "brakes": [{"stream", "kind", "reason",
    "examples", "pulled_at", "released_at"}]}.
    """
    from syncd.cli.brakes import list_command

    raise typer.Exit(told(lambda: list_command(as_json=as_json)))


@brakes.command("release")
def brakes_release(
    stream: OneStream = None,
    kind: Annotated[Kind | None, typer.Option(help="Only this kind.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Let the next cycle write what the brakes hold back.

    A release lets one whole cycle pass; the next accident pulls the brake
    again. The daemon need not be stopped.

    \b
    --json prints {"version": 1, "released": number of brakes}.
    """
    from syncd.cli.brakes import release_command

    raise typer.Exit(told(lambda: release_command(stream, kind, as_json=as_json)))


@conflicts.command("list")
def conflicts_list(as_json: Json = False) -> None:
    """List the fields that wait for a choice, with both values.

    \b
    --json prints {"version": 1, "conflicts": [{"product", "sku", "field",
    "agreed", "cscart", "webasyst", "choice", "since"}]}.
    """
    from syncd.cli.conflicts import list_command

    raise typer.Exit(told(lambda: list_command(as_json=as_json)))


@conflicts.command("take")
def conflicts_take(
    shop: Annotated[Shop, typer.Argument(help="The shop whose value counts.")],
    sku: Annotated[str, typer.Argument(help="The product's SKU, or its number in CS-Cart.")],
    field: Annotated[str | None, typer.Option(help="Only this field.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Settle a conflict: the chosen shop's value goes to the other one.

    The next cycle of the daemon writes it; 'syncd run --once products' does
    so now. Exit code 1 when no such field waits.

    \b
    --json prints {"version": 1, "shop", "settled": number of fields}.
    """
    from syncd.cli.conflicts import take_command

    raise typer.Exit(told(lambda: take_command(shop, sku, field, as_json=as_json)))


@differences.command("list")
def differences_list(as_json: Json = False) -> None:
    """List the orders whose lines or amounts staff edited in Webasyst.

    \b
    --json prints {"version": 1, "differences": [{"order", "webasyst",
    "difference", "requested"}]}.
    """
    from syncd.cli.differences import list_command

    raise typer.Exit(told(lambda: list_command(as_json=as_json)))


@differences.command("write")
def differences_write(
    order: Annotated[str, typer.Argument(help="The order's number in CS-Cart.")],
    as_json: Json = False,
) -> None:
    """Write an order's lines and discount from Webasyst to CS-Cart.

    CS-Cart reckons the whole order anew then: shipping, taxes, promotions.
    The next cycle does it and compares the totals; 'syncd run --once orders'
    does so now. Exit code 1 when the order has no such edit.

    \b
    --json prints {"version": 1, "difference": as in 'differences list', or
    null}.
    """
    from syncd.cli.differences import write_command

    raise typer.Exit(told(lambda: write_command(order, as_json=as_json)))


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="One run and a comparison, then end.")] = False,
    products: Annotated[int, typer.Option(min=1, help="Products of the CS-Cart shop.")] = 60,
    orders: Annotated[int, typer.Option(min=0, help="Its orders.")] = 25,
) -> None:
    """Show the main job with two simulated shops; needs no settings.

    Starts a filled CS-Cart and an empty Webasyst on this machine and carries
    products, orders and statuses over. With --once it compares both shops
    field by field through their HTTP APIs: exit code 0 when they agree and a
    second run writes nothing, else 1. Without --once it keeps living: orders
    come in and prices change until Ctrl-C.
    """
    from syncd.demo.main import demo_command

    raise typer.Exit(told(lambda: demo_command(once=once, products=products, orders=orders)))


def main() -> None:
    """The entry point of `python -m syncd`."""
    app(prog_name="syncd")


@hooks.command("list")
def hooks_list(
    show_secrets: Annotated[
        bool, typer.Option("--show-secrets", help="Print the whole addresses, to be entered in a shop.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List where each shop calls, its subscriptions and its calls.

    \b
    --json prints {"version": 1, "hooks": [{"source", "path", "waiting",
    "done", "last_call", "alarm", "subscriptions": [{"event", "url",
    "number"}]}]}.
    """
    from syncd.cli.hooks import list_command

    raise typer.Exit(told(lambda: list_command(show_secrets=show_secrets, as_json=as_json)))


@hooks.command("subscribe")
def hooks_subscribe(
    source: Annotated[str, typer.Argument(help="A Horoshop source by its name in SYNCD_SOURCES.")],
    url: Annotated[str, typer.Option(help="The public address that leads to syncd's port.")],
    event: Annotated[
        list[str] | None,
        typer.Option(help="Only this event; may be given several times.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Have a Horoshop shop call us when an order is made, paid or changed.

    What is subscribed already is left alone. The other shops are told by
    hand: 'syncd hooks list --show-secrets' prints what to enter there.

    \b
    --json prints {"version": 1, "source", "subscribed": [{"event", "url",
    "number"}]}.
    """
    from syncd.cli.hooks import subscribe_command

    raise typer.Exit(told(lambda: subscribe_command(source, url, event or [], as_json=as_json)))


@hooks.command("unsubscribe")
def hooks_unsubscribe(
    source: Annotated[str, typer.Argument(help="A Horoshop source by its name in SYNCD_SOURCES.")],
    as_json: Json = False,
) -> None:
    """End every subscription that syncd made there.

    Do this before the source's hook_secret changes: the shop wants the whole
    address again.

    \b
    --json prints {"version": 1, "source", "ended": [{"event", "url",
    "number"}]}.
    """
    from syncd.cli.hooks import unsubscribe_command

    raise typer.Exit(told(lambda: unsubscribe_command(source, as_json=as_json)))
