"""`python -m tools.lock NAME... `: the part of requirements.lock that these distributions need, hashes included.

requirements.lock also holds what only tests and checks need. An installation takes just its share: `python -m tools.lock
syncd` prints what the program needs at run time, PostgreSQL's driver included, `python -m tools.lock setuptools wheel` what
a build needs. It runs with nothing but Python, before anything is installed.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAM = "syncd"
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==")
_VIA = re.compile(r"^    # +(?:via )?(?P<name>[A-Za-z0-9][\w.-]*)")


class NotLocked(Exception):
    """A name that requirements.lock does not hold; the text names it."""


@dataclass(frozen=True, slots=True)
class Pin:
    """One distribution of the lock: its lines, and the distributions that ask for it."""

    name: str
    lines: tuple[str, ...]
    via: frozenset[str]


def normal(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> list[Pin]:
    """The distributions of a lock file that uv wrote, in its order."""
    blocks: list[list[str]] = []
    for line in lock.splitlines():
        if _PIN.match(line):
            blocks.append([line])
        elif blocks and line.startswith(" "):
            blocks[-1].append(line)
    return [_pin(block) for block in blocks]


def _pin(block: list[str]) -> Pin:
    name = _PIN.match(block[0])
    assert name is not None  # a block begins with such a line
    via = {normal(found["name"]) for line in block if (found := _VIA.match(line))}
    return Pin(normal(name["name"]), tuple(block), frozenset(via - {"via"}))


def program_needs(project: str) -> set[str]:
    """The names that pyproject.toml asks for at run time, with the extra for PostgreSQL."""
    table = tomllib.loads(project)["project"]
    asked = [*table["dependencies"], *table["optional-dependencies"]["postgres"]]
    return {normal(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in asked}


def share(lock: str, names: Iterable[str]) -> list[Pin]:
    """The named distributions and all that they need. Raises `NotLocked`."""
    known = {pin.name: pin for pin in pins(lock)}
    wanted, fresh = set[str](), {normal(name) for name in names}
    if missing := sorted(fresh - known.keys()):
        raise NotLocked(f"requirements.lock does not hold {', '.join(missing)}: run make lock")
    while fresh:
        wanted |= fresh
        fresh = {pin.name for pin in known.values() if pin.via & fresh} - wanted
    return [pin for pin in known.values() if pin.name in wanted]


def main(names: list[str]) -> int:
    """Print the share; returns the exit code."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    asked = {need for name in names for need in (program_needs(project) if name == PROGRAM else {name})}
    try:
        found = share((ROOT / "requirements.lock").read_text("utf-8"), asked)
    except NotLocked as error:
        print(f"tools.lock: {error}", file=sys.stderr)
        return 1
    print("\n".join(line for pin in found for line in pin.lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
