"""How a plan and its application look on a screen of 80 columns, and as JSON."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from syncd.app import utc_now
from syncd.cli import summary
from syncd.cli.screen import WIDTH, Screen
from syncd.cli.spell import failure_json
from syncd.daemon.cycle import Ending
from syncd.daemon.planning import Applied, Planned
from syncd.sync.preview.ledger import Refused
from syncd.sync.preview.plan import Plan
from syncd.sync.preview.writes import Field, Write

SHOWN = 20
"""Writes of each sort that the end of an application tells one by one."""

_VERBS = {
    "order.create": "create an order in Webasyst",
    "order.save": "change",
    "order.action": "move",
    "product.create": "create a product in Webasyst",
    "product.update": "change",
    "sku.create": "add a SKU to",
    "sku.change": "change",
    "image.create": "add a picture to",
    "source.update": "change",
    "source.create": "create a product in CS-Cart",
    "source.pictures": "replace the pictures of",
    "order.status": "set the status of",
    "shipment.create": "make a shipment of",
    "shipment.update": "change",
    "order.lines": "rewrite",
}


_SORTS = {
    "order.save": "change an order in Webasyst",
    "order.action": "move an order in Webasyst",
    "product.update": "change a product in Webasyst",
    "sku.create": "add a SKU in Webasyst",
    "sku.change": "change a SKU in Webasyst",
    "image.create": "add a picture in Webasyst",
    "source.update": "change a product in CS-Cart",
    "source.pictures": "replace a product's pictures in CS-Cart",
    "order.status": "set an order's status in CS-Cart",
    "shipment.create": "make a shipment in CS-Cart",
    "shipment.update": "change a shipment in CS-Cart",
    "order.lines": "rewrite an order's lines in CS-Cart",
}
"""Whole phrases, where no record is named."""


def verb(write: Write) -> str:
    """What a write does, in words."""
    words = _VERBS.get(write.action, write.action)
    return words if write.target.endswith((" new order", " new product")) else f"{words} {write.target}"


def show(screen: Screen, planned: Planned, output: Path | None) -> None:
    """Print a plan."""
    plan = planned.plan
    for stream, writes in groupby(sorted(plan.writes, key=lambda one: one.stream), lambda one: one.stream):
        listed = list(writes)
        screen.heading(f"{stream}: {_number(len(listed), 'write')}")
        for record, group in groupby(listed, lambda one: one.record):
            screen.line(f"  {record}")
            for write in group:
                _show_write(screen, write)
    _show_rest(screen, plan)
    for report in planned.reports:
        if report.ending not in {Ending.OK, Ending.BRAKED} and report.message:
            screen.heading(f"{report.stream}: {report.ending}")
            screen.text(report.message, "  ")
    _show_end(screen, planned, output)


def brief(screen: Screen, planned: Planned) -> None:
    """Print how much a plan would write, by stream and action."""
    counts = Counter((write.stream, write.action) for write in planned.plan.writes)
    for (stream, action), number in sorted(counts.items()):
        screen.line(f"  {stream}: {number} x {_SORTS.get(action) or _VERBS.get(action, action)}")
    _show_rest(screen, planned.plan)


def _show_write(screen: Screen, write: Write) -> None:
    screen.line(f"    {verb(write)}"[:WIDTH])
    for field in write.fields:
        for line in _lines(field):
            screen.line(line)


def _lines(field: Field) -> list[str]:
    """A field on as many lines as it takes."""
    if field.before:
        said = f"{field.name}: {field.before} -> {field.after or '(empty)'}"
    else:
        said = f"{field.name}: {field.after or '(empty)'}"
    return textwrap.wrap(
        said, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 8, break_on_hyphens=False
    )


def _show_rest(screen: Screen, plan: Plan) -> None:
    for title, found in (("Held back by brakes", plan.brakes), ("Set aside", plan.set_aside)):
        if found:
            screen.heading(f"{title}: {len(found)}")
        for one in found[:SHOWN]:
            screen.text(one, "  ")
        if len(found) > SHOWN:
            screen.line(f"  and {len(found) - SHOWN} more")


def _show_end(screen: Screen, planned: Planned, output: Path | None) -> None:
    number = len(planned.plan.writes)
    screen.line()
    if planned.exit:
        screen.text("The plan is not complete, because a stream stopped; it is not written to a file.")
    elif not number and (planned.plan.brakes or planned.plan.set_aside):
        screen.text("Nothing to write before that is put right. Next: 'syncd status' tells how.")
    elif not number:
        screen.text("Nothing to write: both shops are in step.")
    else:
        screen.text(f"{_number(number, 'write')} planned; nothing was written to a shop.")
    if number and not planned.exit:
        file = output or "FILE"
        screen.text(
            f"Next: 'syncd apply {file}' does exactly that."
            if output
            else "Next: 'syncd plan -o FILE' keeps it, 'syncd apply FILE' does exactly that."
        )


def show_applied(screen: Screen, applied: Applied) -> None:
    """Print what became of a plan."""
    summary.show(screen, applied.result, utc_now())
    screen.line()
    screen.text(f"{_number(len(applied.done), 'write')} done as planned.")
    moved = [refused.write for refused in applied.refused if refused.moved]
    new = [refused.write for refused in applied.refused if not refused.moved]
    places = {write.place for write in moved}
    gone = [write for write in applied.not_done if write.place not in places]
    _list(screen, "Moved since the plan was made, and left alone", moved)
    _list(screen, "New since the plan was made, and left alone", new)
    _list(screen, "Planned, but nothing asks for it any more", gone)
    if moved or new or gone:
        screen.line()
        screen.text("Next: 'syncd plan -o FILE' shows what is left.")


def _list(screen: Screen, title: str, writes: Sequence[Write]) -> None:
    if writes:
        screen.heading(f"{title}: {len(writes)}")
    for write in writes[:SHOWN]:
        screen.text(f"{write.stream} {write.record}: {verb(write)}", "  ")
    if len(writes) > SHOWN:
        screen.line(f"  and {len(writes) - SHOWN} more")


def applied_json(applied: Applied) -> dict[str, Any]:
    """The object that `apply --json` prints."""
    return {
        "exit": applied.exit,
        "done": len(applied.done),
        "refused": [_refused_json(one) for one in applied.refused],
        "not_done": _told(applied.not_done),
        "failures": [failure_json(failure) for failure in applied.result.failures],
    }


def _refused_json(refused: Refused) -> dict[str, Any]:
    [told] = _told([refused.write])
    return told | {"moved": refused.moved}


def _told(writes: Iterable[Write]) -> list[dict[str, str]]:
    return [
        {"stream": one.stream, "record": one.record, "action": one.action, "target": one.target}
        for one in writes
    ]


def _number(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
