"""CSV files of `syncd map`: written with a header, read back line by line with every error told."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from syncd.app.linking import Wish
from syncd.cli.screen import complain
from syncd.errors import Misconfigured


@dataclass(slots=True)
class Sheet:
    """What a file says: the wishes in it, and what is wrong with which line (1 is the header)."""

    wishes: list[Wish] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)


def write(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a CSV file on stdout."""
    sheet = csv.writer(sys.stdout, lineterminator="\n")
    sheet.writerow(columns)
    sheet.writerows(rows)


def read(path: Path, key: str, number: str, sources: Sequence[str]) -> Sheet:
    """Read the columns `source` (cscart where it is absent or empty), `key` and `number`; other columns are passed over.

    Raises `Misconfigured` for a file that cannot be read or lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            missing = [name for name in (key, number) if name not in (rows.fieldnames or ())]
            if missing:
                raise Misconfigured(
                    f"{path} has no column {missing[0]}; the first line must name {key},{number}"
                )
            return _sheet(rows, key, number, sources)
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise Misconfigured(f"{path} is no CSV file in UTF-8: {error}") from None


def _sheet(rows: csv.DictReader[str], key: str, number: str, sources: Sequence[str]) -> Sheet:
    found = Sheet()
    by_key: dict[tuple[str, str], int] = {}
    by_number: dict[int, int] = {}
    for row in rows:
        line = rows.line_num
        try:
            wish = _wish(row, line, key, number, sources)
        except ValueError as error:
            found.problems.append((line, str(error)))
            continue
        earlier = by_key.setdefault((wish.source, wish.key), line)
        if earlier != line:
            found.problems.append((line, f"{key} {wish.key} stands in line {earlier} already"))
        elif number != "contact" and by_number.setdefault(wish.webasyst, line) != line:
            text = f"{number} {wish.webasyst} stands in line {by_number[wish.webasyst]} already"
            found.problems.append((line, text))
        else:
            found.wishes.append(wish)
    return found


def _wish(row: Mapping[str, str | None], line: int, key: str, number: str, sources: Sequence[str]) -> Wish:
    """Raises `ValueError` with what is wrong."""
    source, left, right = ((row.get(name) or "").strip() for name in ("source", key, number))
    source = source or sources[0]
    if source not in sources:
        raise ValueError(f"there is no source {source}; the sources are {', '.join(sources)}")
    if not left:
        raise ValueError(f"{key} is empty")
    if not (right.isascii() and right.isdigit()):
        raise ValueError(f"{number} {right or '(empty)'} is no number")
    return Wish(source, left, int(right), line)


def tell(problems: Iterable[tuple[int, str]], path: Path) -> int:
    """Print every problem with its line on stderr; answers how many."""
    number = 0
    for line, text in sorted(problems):
        complain(f"syncd: {path}:{line}: {text}")
        number += 1
    return number
