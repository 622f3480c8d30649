"""SKUs that do not name one product: doubled ones and empty ones, on either side."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncd.doctor.finding import Finding, ok, warning
from syncd.model.sku import SkuRule

_EXAMPLES = 5


@dataclass(slots=True)
class Codes:
    """The codes of one shop as they are read, compared as the streams compare them."""

    rule: SkuRule
    count: int = 0
    unreadable: int = 0
    _seen: set[str] = field(default_factory=set)
    _twice: dict[str, str] = field(default_factory=dict)
    _empty: list[str] = field(default_factory=list)

    def add(self, code: str, owner: str) -> None:
        """Note a code and whose it is."""
        self.count += 1
        key = self.rule.key(code)
        if not key:
            self._empty.append(owner)
        elif key in self._seen:
            self._twice.setdefault(key, code.strip())
        else:
            self._seen.add(key)

    def findings(self, subject: str) -> list[Finding]:
        """What is wrong with them; one good word when nothing is."""
        found = []
        if self._twice:
            found.append(self._doubled(subject))
        if self._empty:
            found.append(self._lacking(subject))
        if self.unreadable:
            found.append(_broken(subject, self.unreadable))
        return found or [ok(subject, "skus", f"{self.count} SKUs, each of them once and none empty")]

    def _doubled(self, subject: str) -> Finding:
        return warning(
            subject,
            "doubled skus",
            f"{len(self._twice)} SKUs stand on more than one product: {_some(list(self._twice.values()))}",
            why="Nobody can say which of the products is meant: they are set aside, and order lines with these SKUs are "
            "sent without a product.",
            fix="Give each product a SKU of its own. (Upper and lower case make a difference only with "
            "SYNCD_PRODUCTS__SKU_CASE=true.)",
        )

    def _lacking(self, subject: str) -> Finding:
        return warning(
            subject,
            "empty skus",
            f"{len(self._empty)} products have no SKU: {_some(self._empty)}",
            why="Products are matched by their SKU; without one they are set aside.",
            fix="Give them SKUs, or leave them out on purpose.",
        )


def _broken(subject: str, count: int) -> Finding:
    return warning(
        subject,
        "unreadable products",
        f"{count} products cannot be read",
        why="They are set aside while all others are synced.",
        fix="'syncd status' names each with the reason after the first run.",
    )


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _EXAMPLES} more" if len(names) > _EXAMPLES else ""
    return ", ".join(names[:_EXAMPLES]) + more
