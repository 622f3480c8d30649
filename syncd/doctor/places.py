"""Where new records are put: the category, type, warehouse and company that the settings name must exist."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from syncd.doctor.finding import Finding, error, ok

_SHOWN = 10


def place(subject: str, setting: str, kind: str, wanted: int | None, known: Mapping[int, str]) -> Finding:
    """Whether a place is there; `None` means the shop's own default."""
    if wanted is None:
        return ok(subject, kind, f"the shop's own default {kind} ({setting} is not set)")
    if wanted in known:
        return ok(subject, kind, f"{setting} is {wanted} ({known[wanted]})")
    choices = ", ".join(f"{number} ({name})" for number, name in islice(known.items(), _SHOWN))
    more = " ..." if len(known) > _SHOWN else ""
    return error(
        subject,
        kind,
        f"{setting} is {wanted}, but there is no such {kind}",
        why="New records cannot be put there.",
        fix=f"Correct {setting}. There are: {choices or 'none at all'}{more}.",
    )
