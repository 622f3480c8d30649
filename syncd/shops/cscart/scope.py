"""Which part of the shop is read, and in which language: the query parts that every call shares."""

from __future__ import annotations

from dataclasses import dataclass

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """One company (storefront owner or vendor) or all of them, and a language or the shop's own."""

    company: str | None
    language: str | None

    @property
    def words(self) -> Pairs:
        """The language of everything a shop translates by request (contracts/cscart §1.10)."""
        return (("sl", self.language),) if self.language else ()

    @property
    def product_words(self) -> Pairs:
        """Products have a language parameter of their own on top of it."""
        return (*self.words, ("lang_code", self.language)) if self.language else ()

    @property
    def filter(self) -> Pairs:
        """The company filter of lists."""
        return (("company_id", self.company),) if self.company else ()

    def holds(self, company: str) -> bool:
        """Whether a record of this company is ours; single records are told whatever company they belong to."""
        return not self.company or company == self.company


BY_ID: Pairs = (("sort_by", "order_id"), ("sort_order", "asc"))
BY_DATE: Pairs = (("sort_by", "date"), ("sort_order", "asc"))
BY_SHIPMENT: Pairs = (("sort_by", "id"), ("sort_order", "asc"))
BY_CREATION: Pairs = (("sort_by", "timestamp"), ("sort_order", "asc"))
BY_CHANGE: Pairs = (("sort_by", "updated_timestamp"), ("sort_order", "desc"))
BY_POSITION: Pairs = (("sort_by", "position"), ("sort_order", "asc"))


def part(page: int, size: int, sort: Pairs) -> Pairs:
    """Which page of a list: everything is said, because the defaults are settings of the shop (contracts/cscart §1.9)."""
    return (("page", str(page)), ("items_per_page", str(size)), *sort)
