"""Where a product stands in either shop's menu: a pure decision, and how a link's base notes it.

A mark is the ids of the product's categories, the main one first, those without a counterpart with "!" behind them: so a
category that gets its counterpart later shows as a change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from syncd.model.backoffice import OfficeProduct
from syncd.model.owner import Field, Owner
from syncd.model.product import Product
from syncd.model.text import shorten
from syncd.sync.categories import Counterparts
from syncd.sync.merge import Compared, Seen, Verdict, merge
from syncd.sync.product_base import SHOWN_TEXT, seen
from syncd.sync.product_merge import FieldPlan, MergeRule, Sides

NAME = "category"
"""The field's name, in plans and in the base."""
_ALONE = "!"


def merge_categories(sides: Sides, rule: MergeRule) -> dict[str, FieldPlan]:
    """What becomes of the product's categories; nothing where neither shop's count, or they are not known.

    Either side's list becomes the other's categories that it has a counterpart of, and its own that have none. Nothing is
    written that leaves a product without any category, and no side empties the other at the first contact.
    """
    known, owner = sides.counterparts, rule.owners[Field.CATEGORY]
    if known is None or owner is Owner.NONE:
        return {}
    here, there = sides.product.category_ids, sides.office.category_ids
    forth = carried(here, known.forth, own=there, matched=known.back)
    back = carried(there, known.back, own=here, matched=known.forth)
    agreed = seen(sides.base, NAME)
    verdict = _verdict(sides, rule, known, {Verdict.FORTH: forth, Verdict.BACK: back})
    return {
        NAME: FieldPlan(
            verdict,
            mark(here, known.forth),
            mark(there, known.back),
            source_after=mark(back, known.forth),
            office_after=mark(forth, known.back),
            base=None if agreed.source is None else _spell(ids_of(agreed.source), known.source_paths),
            spelled=(_spell(here, known.source_paths), _spell(there, known.office_paths)),
        )
    }


def carried(
    ids: Sequence[int], counterparts: Mapping[int, int], *, own: Sequence[int], matched: Collection[int]
) -> tuple[int, ...]:
    """The list that a side gets whose categories are `own` now: counterparts of the other side's `ids` and its own without
    any (those not in `matched`). The main one is the other side's where that has a counterpart, else its own as far as it
    stays."""
    theirs = [counterparts[number] for number in ids if number in counterparts]
    found = [*theirs, *(number for number in own if number not in matched)]
    if own and own[0] in found and not (ids and ids[0] in counterparts):
        found.insert(0, own[0])
    return canonical(found)


def canonical(ids: Sequence[int]) -> tuple[int, ...]:
    """The main one first, the others by number: their order tells nothing in either shop."""
    return (*ids[:1], *sorted(set(ids[1:]) - {*ids[:1]}))


def mark(ids: Sequence[int], matched: Collection[int]) -> str:
    """A list of categories as the base keeps it."""
    return " ".join(f"{number}" if number in matched else f"{number}{_ALONE}" for number in canonical(ids))


def ids_of(text: str) -> tuple[int, ...]:
    """The categories of a mark."""
    return tuple(int(part.rstrip(_ALONE)) for part in text.split())


def new_list(field: FieldPlan | None, verdict: Verdict) -> tuple[int, ...] | None:
    """The complete list of categories that a plan gives to the office (`FORTH`) or to the source (`BACK`); `None` for
    none."""
    if field is None or field.verdict is not verdict:
        return None
    return ids_of(field.office_after if verdict is Verdict.FORTH else field.source_after)


def created_categories(
    here: Sequence[int], there: Sequence[int], known: Counterparts | None
) -> dict[str, Any]:
    """What the base notes for a product that syncd has just created in one of the shops: staff may move it at once."""
    return {} if known is None else {NAME: [mark(here, known.forth), mark(there, known.back)]}


def source_categories_stand(product: Product, base: Mapping[str, Any], owner: Owner) -> bool:
    """Whether a source product that was read with its categories stands where it stood when both sides agreed."""
    agreed = seen(base, NAME).source
    return owner is Owner.NONE or (agreed is not None and ids_of(agreed) == canonical(product.category_ids))


def categories_noted(base: Mapping[str, Any], owner: Owner) -> bool:
    """Whether the product's categories were ever compared, where they are to be."""
    return owner is Owner.NONE or NAME in base


def office_categories_moved(office: OfficeProduct, base: Mapping[str, Any]) -> bool:
    """Whether an office product that was read with its categories stands elsewhere than when both sides agreed."""
    agreed = seen(base, NAME).office
    return agreed is not None and ids_of(agreed) != canonical(office.category_ids)


def lonely(base: Mapping[str, Any]) -> tuple[set[int], set[int]]:
    """The product's categories at the source and in the office that had no counterpart when they were compared."""
    agreed = seen(base, NAME)
    return _lonely(agreed.source), _lonely(agreed.office)


def _lonely(text: str | None) -> set[int]:
    return {number for part in (text or "").split() if part.endswith(_ALONE) for number in ids_of(part)}


def _verdict(
    sides: Sides, rule: MergeRule, known: Counterparts, after: Mapping[Verdict, tuple[int, ...]]
) -> Verdict:
    here, there = sides.product.category_ids, sides.office.category_ids
    if not (sides.leads and here):
        return Verdict.AGREED
    base = seen(sides.base, NAME)
    # A side whose categories would leave the other one with none at all has nothing to say.
    compared = Compared(
        mark(here, known.forth) if after[Verdict.FORTH] else base.source or "",
        mark(there, known.back) if after[Verdict.BACK] else base.office or "",
        same=False,
        base=base,
    )
    now = {Verdict.FORTH: canonical(there), Verdict.BACK: canonical(here)}
    idle = {verdict for verdict in after if after[verdict] in ((), now[verdict])}
    if compared.source_moved and compared.office_moved and idle:
        return Verdict.AGREED
    choice = sides.choices.get(NAME)
    verdict = merge(rule.owners[Field.CATEGORY], rule.conflict, compared, newer=sides.newer, choice=choice)
    first = base == Seen() and not _has_any(verdict, sides, known)
    return Verdict.AGREED if verdict in idle or first else verdict


def _has_any(verdict: Verdict, sides: Sides, known: Counterparts) -> bool:
    """Whether the side that a verdict lets count has any category that the other side knows."""
    back = verdict is Verdict.BACK
    ids, matched = (
        (sides.office.category_ids, known.back) if back else (sides.product.category_ids, known.forth)
    )
    return any(number in matched for number in ids)


def _spell(ids: Sequence[int], paths: Mapping[int, str]) -> str:
    return shorten("; ".join(paths.get(number, f"category {number}") for number in ids), SHOWN_TEXT)
