"""Options and arguments that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
OneStream = Annotated[
    str | None,
    typer.Argument(
        help="Only this stream: orders or products (both ways), orders-back, products-back, or orders.NAME of a further "
        "source.",
        show_default=False,
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Source = Annotated[
    str,
    typer.Option(help="The source by its name: cscart, or the name of a further one in SYNCD_SOURCES."),
]
