"""The difference between what an office order says and what it must say, and the change that closes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from syncd.model.backoffice import OfficeLine, OfficeOrder
from syncd.model.exchange import DraftLine, OrderChanges
from syncd.model.money import to_cents
from syncd.model.text import shorten
from syncd.sync.expected import Expected
from syncd.sync.facets import Facet, digest

ADDRESS_FIELDS = ("street", "city", "zip", "country", "region")
"""Sub-fields of a delivery address that are compared and written."""


MOST_VARIABLES = 900
"""Form variables of one save; PHP silently drops those beyond 1000 (contracts/webasyst §0.19)."""

_BESIDES_LINES = 30
"""Room for address, params and amounts."""


def save_variables(lines: Iterable[DraftLine]) -> int:
    """How many form variables a save of these lines takes: three for a line that `order.add` makes, five for a free one."""
    return _BESIDES_LINES + sum(3 if line.sku_id else 5 for line in lines)


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that an office order must say. `address` is empty when the source has none; then the office's is left alone."""

    money: Expected
    address: Mapping[str, str]
    comment: str
    params: Mapping[str, str]


def plan_changes(wanted: Wanted, actual: OfficeOrder, facets: frozenset[Facet]) -> OrderChanges | None:
    """The one save that brings these facets in line; `None` when they agree already."""
    money = wanted.money
    lines = _merge_lines(money.lines, actual.lines) if _lines_differ(money, actual, facets) else None
    shipping = money.shipping if Facet.SHIPPING in facets else actual.shipping
    discount_differs = lines is not None or to_cents(actual.discount) != money.discount
    discount = money.discount if Facet.DISCOUNT in facets and discount_differs else None
    comment_differs = Facet.COMMENT in facets and not same_text(wanted.comment, actual.comment)
    comment = wanted.comment if comment_differs else None
    address = _address_change(wanted, actual) if Facet.ADDRESS in facets else None
    params = _param_changes(wanted, actual) if Facet.NAMES in facets else {}
    parts = (lines, discount, comment, address)
    if to_cents(shipping) == to_cents(actual.shipping) and not params and all(part is None for part in parts):
        return None
    return OrderChanges(shipping, lines, discount, comment, address, params)


@dataclass(frozen=True, slots=True)
class Gap:
    """One part in which an office order does not say what it must: what stands there, and what is wanted."""

    part: str
    there: str
    wanted: str

    @property
    def words(self) -> str:
        """The gap in words; of an address only that it differs."""
        if self.part == "address":
            return "the delivery address differs"
        verb = "are" if self.part == "lines" else "is"
        return f"{self.part} {verb} {self.there}, expected {self.wanted}"


def differences(wanted: Wanted, actual: OfficeOrder, facets: frozenset[Facet]) -> list[str]:
    """What still disagrees in these facets, in words; the total is looked at whenever the lines were written."""
    return [gap.words for gap in gaps(wanted, actual, facets, total=Facet.LINES in facets)]


def gaps(wanted: Wanted, actual: OfficeOrder, facets: frozenset[Facet], *, total: bool) -> list[Gap]:
    """What disagrees in these facets, and in the `total` when that is asked for."""
    found: list[Gap] = []
    if _lines_differ(wanted.money, actual, facets):
        found.append(Gap("lines", spell_lines(actual.lines), spell_lines(wanted.money.lines)))
    amounts = [
        (Facet.SHIPPING in facets, "shipping", actual.shipping, wanted.money.shipping),
        (Facet.DISCOUNT in facets, "discount", actual.discount, wanted.money.discount),
        (total, "total", actual.total, wanted.money.total),
    ]
    found += [
        Gap(name, str(to_cents(there)), str(right))
        for asked, name, there, right in amounts
        if asked and to_cents(there) != right
    ]
    change = _address_change(wanted, actual) if Facet.ADDRESS in facets else None
    if change is not None:
        there = actual.address
        names = [name for name in ADDRESS_FIELDS if not same_text(change[name], there.get(name, ""))]
        found.append(Gap("address", f"another {', '.join(names)}", ", ".join(names)))
    return found


def office_lines(lines: Iterable[OfficeLine]) -> str:
    """The fingerprint of an office order's lines, to notice later that somebody edited them there."""
    return digest(
        sorted([_identity(line), str(line.quantity.normalize()), str(to_cents(line.price))] for line in lines)
    )


def same_text(one: str, other: str) -> bool:
    """Whether two texts are equal but for line ends and surrounding blanks."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


def _lines_differ(money: Expected, actual: OfficeOrder, facets: frozenset[Facet]) -> bool:
    return Facet.LINES in facets and _bag(money.lines) != _bag(actual.lines)


def _bag(lines: Iterable[DraftLine | OfficeLine]) -> Counter[tuple[str, Decimal, Decimal]]:
    return Counter((_identity(line), line.quantity.normalize(), to_cents(line.price)) for line in lines)


def _identity(line: DraftLine | OfficeLine) -> str:
    """A product line is known by its SKU; a free line by its name, as far as the shop keeps it (255 characters)."""
    return f"sku:{line.sku_id}" if line.sku_id else f"free:{' '.join(line.name.split())[:250]}"


def _merge_lines(wanted: Iterable[DraftLine], actual: Iterable[OfficeLine]) -> tuple[DraftLine, ...]:
    """The complete new list of lines: an existing line keeps its id, so that its warehouse and history stay."""
    free: dict[str, list[OfficeLine]] = {}
    for line in actual:
        free.setdefault(_identity(line), []).append(line)
    merged = []
    for draft in wanted:
        candidates = free.get(_identity(draft), [])
        kept = candidates.pop(0) if candidates else None
        merged.append(replace(draft, item_id=kept.item_id) if kept else draft)
    return tuple(merged)


def _address_change(wanted: Wanted, actual: OfficeOrder) -> Mapping[str, str] | None:
    if not wanted.address:
        return None
    full = {name: shorten(wanted.address.get(name, "")) for name in ADDRESS_FIELDS}
    there = actual.address
    return None if all(same_text(full[name], there.get(name, "")) for name in ADDRESS_FIELDS) else full


def _param_changes(wanted: Wanted, actual: OfficeOrder) -> dict[str, str]:
    """Params that the order lacks or that differ; the shipping method's name travels on its own (§5.3)."""
    return {
        name: value
        for name, value in wanted.params.items()
        if name != "shipping_name" and not same_text(actual.params.get(name, ""), value)
    }


def shipping_name_change(wanted: Wanted, actual: OfficeOrder, facets: frozenset[Facet]) -> str | None:
    """The shipping method's new name, when it must be written in a save of its own (contracts/webasyst §5.3)."""
    name = wanted.params.get("shipping_name", "")
    if Facet.SHIPPING_NAME not in facets or not name:
        return None
    return None if same_text(actual.params.get("shipping_name", ""), name) else name


def spell_lines(lines: Iterable[DraftLine | OfficeLine]) -> str:
    """Lines in words, for a person."""
    parts = [f"{line.quantity.normalize():f} x {line.name[:40]} at {to_cents(line.price)}" for line in lines]
    return "; ".join(parts) or "none"
