"""`syncd map`: its groups and commands with their options and help texts."""

# ruff: noqa: PLC0415 - a command imports what it needs when it runs, so that --help is quick

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from syncd.cli.exits import told
from syncd.cli.options import Json, Source, Yes


def _group(text: str) -> typer.Typer:
    return typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=text)


app = _group("Look at what stands for what in both shops, and set it by hand.")
statuses = _group("Order statuses: set by settings, shown here.")
users = _group("Customers of a source and their contacts in Webasyst.")
products = _group("Products of CS-Cart and their SKUs in Webasyst.")
orders = _group("Orders of a source and their orders in Webasyst.")
for _name, _app in (("statuses", statuses), ("users", users), ("products", products), ("orders", orders)):
    app.add_typer(_app, name=_name)

Csv = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file with a header line.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check every line and write nothing.")]
Product = Annotated[str, typer.Argument(help="The product's number in CS-Cart.")]
Order = Annotated[str, typer.Argument(help="The order's number in the source.")]
Customer = Annotated[
    str, typer.Argument(help="The customer as 'map users list' spells it: user:17, mail:..., phone:...")
]


@statuses.command("list")
def statuses_list(as_json: Json = False) -> None:
    """List what each status becomes in the other shop, and where that is set.

    \b
    --json prints {"version": 1, "statuses": [{"source", "direction",
    "status", "target", "variable"}]}; "direction" is "to webasyst" or
    "to source".
    """
    from syncd.cli.mapping.statuses import list_command

    raise typer.Exit(told(lambda: list_command(as_json=as_json)))


@statuses.command("set")
def statuses_set(
    status: Annotated[str, typer.Argument(help="The status as the source spells it.")],
    target: Annotated[str, typer.Argument(help="processed, paid, shipped, completed, refunded or deleted.")],
    source: Source = "cscart",
    as_json: Json = False,
) -> None:
    """Tell what to write into the settings for a status.

    Settings are changed where they are set, never by this command: exit code
    1, and the new value of the variable on stdout.

    \b
    --json prints {"version": 1, "variable", "value": {status: target},
    "set_by": where}.
    """
    from syncd.cli.mapping.statuses import set_command

    raise typer.Exit(told(lambda: set_command(status, target, source, as_json=as_json)))


@statuses.command("export")
def statuses_export() -> None:
    """Print the maps as CSV: source,direction,status,target,variable.

    As JSON 'map statuses list --json' prints them.
    """
    from syncd.cli.mapping.statuses import export_command

    raise typer.Exit(told(export_command))


@users.command("list")
def users_list(as_json: Json = False) -> None:
    """List the customers that are known, with their contacts.

    \b
    --json prints {"version": 1, "users": [{"source", "customer",
    "contact"}]}.
    """
    from syncd.cli.mapping.users import list_command

    raise typer.Exit(told(lambda: list_command(as_json=as_json)))


@users.command("set")
def users_set(
    customer: Customer,
    contact: Annotated[int, typer.Argument(min=1, help="The contact's id in Webasyst.")],
    source: Source = "cscart",
    as_json: Json = False,
) -> None:
    """Set the contact that a customer's further orders go to.

    The contact must exist in Webasyst. Orders that are there already stay
    with theirs.

    \b
    --json prints {"version": 1, "written": 1 or 0, "problems": [text]}.
    """
    from syncd.cli.mapping.users import set_command

    raise typer.Exit(told(lambda: set_command(customer, contact, source, as_json=as_json)))


@users.command("unlink")
def users_unlink(
    customer: Customer, source: Source = "cscart", yes: Yes = False, as_json: Json = False
) -> None:
    """Forget a customer's contact: the next order looks for it anew.

    \b
    --json prints {"version": 1, "unlinked": true or false}.
    """
    from syncd.cli.mapping.users import unlink_command

    raise typer.Exit(told(lambda: unlink_command(customer, source, yes=yes, as_json=as_json)))


@users.command("export")
def users_export() -> None:
    """Print the map as CSV: source,customer,contact. It holds e-mails.

    As JSON 'map users list --json' prints it.
    """
    from syncd.cli.mapping.users import export_command

    raise typer.Exit(told(export_command))


@users.command("import")
def users_import(file: Csv, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Read a CSV file: source (cscart when left out), customer, contact.

    All lines are written, or none: every wrong line is told with its number,
    exit code 1.

    \b
    --json prints {"version": 1, "written": number of lines, "problems":
    [text]}.
    """
    from syncd.cli.mapping.users import import_command

    raise typer.Exit(told(lambda: import_command(file, dry_run=dry_run, as_json=as_json)))


@products.command("list")
def products_list(as_json: Json = False) -> None:
    """List the linked products.

    \b
    --json prints {"version": 1, "products": [{"product", "sku_id",
    "webasyst", "sku"}]}; "webasyst" is the product's id there.
    """
    from syncd.cli.mapping.products import list_command

    raise typer.Exit(told(lambda: list_command(as_json=as_json)))


@products.command("link")
def products_link(
    product: Product,
    sku_id: Annotated[int, typer.Argument(min=1, help="The id of the SKU in Webasyst.")],
    as_json: Json = False,
) -> None:
    """Link a product to a SKU.

    Both must exist, have the same code, and be linked to nothing else. The
    next cycle compares them; where both shops own a field, CS-Cart's value
    counts the first time.

    \b
    --json prints {"version": 1, "written": 1 or 0, "problems": [text]}.
    """
    from syncd.cli.mapping.products import link_command

    raise typer.Exit(told(lambda: link_command(product, sku_id, as_json=as_json)))


@products.command("unlink")
def products_unlink(product: Product, yes: Yes = False, as_json: Json = False) -> None:
    """Take a product's link away; nothing changes in the shops.

    \b
    --json prints {"version": 1, "unlinked": true or false}.
    """
    from syncd.cli.mapping.products import unlink_command

    raise typer.Exit(told(lambda: unlink_command(product, yes=yes, as_json=as_json)))


@products.command("export")
def products_export() -> None:
    """Print the links as CSV: product,sku_id,webasyst,sku.

    As JSON 'map products list --json' prints them.
    """
    from syncd.cli.mapping.products import export_command

    raise typer.Exit(told(export_command))


@products.command("import")
def products_import(file: Csv, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Read a CSV file: product, sku_id; further columns are passed over.

    All lines are written, or none: every wrong line is told with its number,
    exit code 1.

    \b
    --json prints {"version": 1, "written": number of lines, "problems":
    [text]}.
    """
    from syncd.cli.mapping.products import import_command

    raise typer.Exit(told(lambda: import_command(file, dry_run=dry_run, as_json=as_json)))


@orders.command("list")
def orders_list(as_json: Json = False) -> None:
    """List the linked orders.

    \b
    --json prints {"version": 1, "orders": [{"source", "order", "webasyst",
    "state", "reference"}]}.
    """
    from syncd.cli.mapping.orders import list_command

    raise typer.Exit(told(lambda: list_command(as_json=as_json)))


@orders.command("link")
def orders_link(
    order: Order,
    webasyst: Annotated[int, typer.Argument(min=1, help="The order's id in Webasyst.")],
    source: Source = "cscart",
    as_json: Json = False,
) -> None:
    """Link an order to one that stands in Webasyst already.

    Both must exist and be linked to nothing else, and the one in Webasyst
    must not bear another order's reference. The next cycle brings it in line
    with the source's.

    \b
    --json prints {"version": 1, "written": 1 or 0, "problems": [text]}.
    """
    from syncd.cli.mapping.orders import link_command

    raise typer.Exit(told(lambda: link_command(order, webasyst, source, as_json=as_json)))


@orders.command("unlink")
def orders_unlink(order: Order, source: Source = "cscart", yes: Yes = False, as_json: Json = False) -> None:
    """Take an order's link away; nothing changes in the shops.

    \b
    --json prints {"version": 1, "unlinked": true or false}.
    """
    from syncd.cli.mapping.orders import unlink_command

    raise typer.Exit(told(lambda: unlink_command(order, source, yes=yes, as_json=as_json)))


@orders.command("export")
def orders_export() -> None:
    """Print the links as CSV: source,order,webasyst,state,reference.

    As JSON 'map orders list --json' prints them.
    """
    from syncd.cli.mapping.orders import export_command

    raise typer.Exit(told(export_command))


@orders.command("import")
def orders_import(file: Csv, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Read a CSV file: source (cscart when left out), order, webasyst.

    Further columns are passed over. All lines are written, or none: every
    wrong line is told with its number, exit code 1.

    \b
    --json prints {"version": 1, "written": number of lines, "problems":
    [text]}.
    """
    from syncd.cli.mapping.orders import import_command

    raise typer.Exit(told(lambda: import_command(file, dry_run=dry_run, as_json=as_json)))
