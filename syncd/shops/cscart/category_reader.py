"""Reading the category tree (contracts/cscart §5)."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.errors import BrokenAnswer
from syncd.model.category import Category
from syncd.shops.cscart.client import CSCartClient
from syncd.shops.cscart.listing import Portion, Walk
from syncd.shops.cscart.scope import BY_POSITION, Scope, part
from syncd.shops.row import Row

_PAGE = 500
_NOBODYS = frozenset({"", "0"})
"""The company of categories that all companies of a shop share, as in Multi-Vendor."""


@dataclass(frozen=True, slots=True)
class _Row:
    number: str
    name: str
    ids: tuple[str, ...]
    company: str


class CategoryReader:
    """The categories of one shop."""

    def __init__(self, client: CSCartClient, scope: Scope) -> None:
        self._client = client
        self._scope = scope

    async def all(self) -> list[Category]:
        """Every category of this company, or of all, with the names that lead to it.

        A category whose ancestors are not all told is left out: its path is not known. Raises `BrokenAnswer`.
        """
        rows: dict[str, _Row] = {}
        async for page in Walk(self._portion, _PAGE, set()).run():
            if page.broken:
                raise BrokenAnswer(page.broken[0].reason)
            rows |= {row.number: row for row in page.records}
        return [
            Category(int(row.number), tuple(rows[number].name for number in row.ids))
            for row in rows.values()
            if self._ours(row) and all(number in rows for number in row.ids)
        ]

    def _ours(self, row: _Row) -> bool:
        return row.company in _NOBODYS or self._scope.holds(row.company)

    async def _portion(self, page: int, size: int) -> Portion[_Row]:
        query = (*part(page, size, BY_POSITION), *self._scope.product_words)
        listing = await self._client.categories(query)
        found = {row.number: row for row in map(_row, listing.rows)}
        return Portion(found, listing.total, listing.clock, listing.ends(page, size))


def _row(value: object) -> _Row:
    row = Row.of(value, "category")
    number = row.identifier("category_id")
    ids = tuple(row.needed_text("id_path").split("/"))
    return _Row(number, row.text("category"), ids, row.text("company_id"))
