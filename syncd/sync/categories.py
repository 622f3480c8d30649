"""Which categories of the two shops are the same: those that the same path of names leads to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from syncd.model.category import Category


@dataclass(frozen=True, slots=True)
class Counterparts:
    """Categories that stand in both shops, by their ids in either direction, and how the paths of all are spelled."""

    forth: Mapping[int, int]
    """The source's category -> the office's."""
    back: Mapping[int, int]
    source_paths: Mapping[int, str]
    office_paths: Mapping[int, str]


def match(source: Iterable[Category], office: Iterable[Category]) -> Counterparts:
    """Pair the categories of both shops. A path that leads to several categories of one shop, or has a part without a name,
    has no counterpart."""
    here, there = list(source), list(office)
    named, answered = _by_path(here), _by_path(there)
    pairs = [(named[key], answered[key]) for key in named.keys() & answered.keys()]
    return Counterparts(
        forth=dict(pairs),
        back={theirs: ours for ours, theirs in pairs},
        source_paths={each.category_id: each.spelled for each in here},
        office_paths={each.category_id: each.spelled for each in there},
    )


def _by_path(categories: list[Category]) -> dict[tuple[str, ...], int]:
    number = Counter(category.key for category in categories)
    return {
        category.key: category.category_id
        for category in categories
        if number[category.key] == 1 and all(category.key)
    }
